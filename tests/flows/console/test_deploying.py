"""What `nwatch arrivals` says, for a person and as JSON."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.console import app

HOSTILE = "lapd: records/\x1b]0;x\x07\u202ea.pst waits\n{"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An investigation, of which one thing is said."""
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "investigation.toml").write_text('name = "test"\n')
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr("flows.arrivals.keep_looking", lambda _, say, tidy: say(HOSTILE))
    return folder


def said(folder: Path) -> list[str]:
    done = CliRunner().invoke(app.app, ["arrivals", str(folder)])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_as_json_each_line_is_an_object_in_which_nothing_of_a_file_is_unescaped(
    place: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NWATCH_LOG", "json")
    lines = said(place)
    assert all(line.isascii() and line.isprintable() for line in lines)
    messages = [json.loads(line)["message"] for line in lines]
    assert messages[0].startswith("Prefect server: http://127.0.0.1:9/api")
    assert messages[1] == f"looking for arrivals in {place} every minute"
    assert messages[2] == HOSTILE


def test_for_a_person_each_line_has_its_time(place: Path):
    server, *lines = said(place)
    assert server.startswith("Prefect server: ")
    assert [line.split(" | ")[1] for line in lines] == [
        f"looking for arrivals in {place} every minute",
        "lapd: records/\ufffd]0;x\ufffd\ufffda.pst waits\ufffd{",
    ]
