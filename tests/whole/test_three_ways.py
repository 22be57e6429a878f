"""A run without a server, on a named server, and with a UI of its own: the same bytes."""

import os
import pty
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ONLY = ("--workers", "1")


def published(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def three(
    synthetic: Path, tmp_path_factory: pytest.TempPathFactory, nwatch, prefect_server
) -> dict[str, Path]:
    """The same investigation, run in each of the three ways."""
    folders = {}
    for way, (words, environment) in {
        "plain": ([], {}),
        "named": ([], prefect_server),
        "ui": (["--ui", "--no-wait"], {}),
    }.items():
        folder = tmp_path_factory.mktemp(way) / "case"
        shutil.copytree(synthetic, folder, ignore=shutil.ignore_patterns("truth", "work", "out"))
        done = subprocess.run(
            [*nwatch, "run", str(folder), *ONLY, *words],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
        )
        assert done.returncode == 0, done.stderr
        assert ("Prefect UI: http://127.0.0.1:" in done.stdout) == (way == "ui")
        folders[way] = folder
    return folders


def test_every_table_and_the_provenance_have_the_same_bytes(three: dict[str, Path]):
    plain = published(three["plain"])
    assert len(plain) > 30
    assert published(three["named"]) == plain
    assert published(three["ui"]) == plain


def test_only_a_run_with_a_ui_keeps_a_database_of_runs(three: dict[str, Path]):
    assert not (three["plain"] / "work/prefect").exists()
    assert not (three["named"] / "work/prefect/prefect.db").exists()
    assert (three["ui"] / "work/prefect/prefect.db").is_file()


def test_earlier_runs_are_shown_until_a_key_is_pressed(three: dict[str, Path], nwatch):
    person, terminal = pty.openpty()
    with subprocess.Popen(
        [*nwatch, "ui", str(three["ui"])], stdin=terminal, stdout=subprocess.PIPE, text=True
    ) as showing:
        os.close(terminal)
        assert showing.stdout is not None
        found = re.match(r"Prefect UI: (http://127\.0\.0\.1:\d+)$", showing.stdout.readline())
        assert found
        assert "until you press a key" in showing.stdout.readline()
        question = urllib.request.Request(
            f"{found[1]}/api/flow_runs/filter", data=b"{}", headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(question) as answer:
            assert b'"investigate case"' in answer.read()
        again = subprocess.run([*nwatch, "ui", str(three["ui"])], capture_output=True, text=True, check=False)
        assert again.returncode == 2
        assert "a Prefect UI is already open for this investigation; close it first" in again.stderr
        os.write(person, b"q")
        assert showing.wait(60) == 0
    os.close(person)


def test_without_an_earlier_run_that_was_recorded_there_is_nothing_to_show(three: dict[str, Path], nwatch):
    done = subprocess.run([*nwatch, "ui", str(three["plain"])], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"nwatch: {three['plain']}: no run was recorded here yet; record one with: "
    )


def test_a_ui_of_its_own_beside_a_server_that_is_named_is_refused(three: dict[str, Path], nwatch):
    done = subprocess.run(
        [*nwatch, "run", str(three["plain"]), "--ui"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PREFECT_API_URL": "http://127.0.0.1:1/api"},
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--ui: PREFECT_API_URL already names a server (http://127.0.0.1:1/api)" in done.stderr
