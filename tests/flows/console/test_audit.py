"""``nwatch open``, ``verify`` and ``compare`` on a folder that was run."""

import json
import os
import shutil
import sys
import webbrowser
from pathlib import Path

import pytest

from data.catalog import Investigation
from flows.console import app
from tests.odd_places import bound
from tests.worlds import copy_of

# Dask 2026.8 resets an index in a way that pandas 4 will drop.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The inplace keyword")]


@pytest.fixture(scope="module")
def ran(smallest: Path, tmp_path_factory: pytest.TempPathFactory, threads) -> Path:
    from flows.investigate import investigate

    folder = copy_of(smallest, tmp_path_factory.mktemp("audit") / "case")
    investigate(folder)
    return folder


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Call ``nwatch`` in this process; gives exit code, lines of stdout, stderr."""

    def caller(*words: str | Path) -> tuple[object, list[str], str]:
        monkeypatch.setattr(sys, "argv", ["nwatch", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            app.main()
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out.splitlines(), captured.err

    return caller


def test_a_folder_that_was_run_is_verified_and_every_change_is_named(call, ran: Path, tmp_path: Path):
    assert call("verify", ran) == (
        0,
        ["Yes: the outputs are what these inputs, settings and versions give."],
        "",
    )
    folder = copy_of(ran, tmp_path / "case")
    shutil.copytree(ran / "out", folder / "out")
    code, lines, _ = call("verify", folder)  # without the work folder
    assert (code, len(lines)) == (0, 1)
    mailbox = next((folder / "records").rglob("*.pst"))
    mailbox.write_bytes(mailbox.read_bytes() + b"\0")
    moved = next((folder / "posts").iterdir())
    moved.rename(moved.with_name(f"b{moved.name}"))
    with (folder / "out/public/kinds.csv").open("a") as file:
        file.write("x\n")
    (folder / "out/private/alerts.parquet").unlink()
    code, lines, _ = call("verify", folder)
    assert code == 1
    assert lines == [
        "No: the outputs are not what these inputs, settings and versions give.",
        f"  input: {mailbox.relative_to(folder)}: was changed",
        "  output: out/private/alerts.parquet: is gone",
        "  output: out/public/kinds.csv: was changed since the run",
    ]
    (folder / "out/provenance.json").unlink()
    code, lines, error = call("verify", folder)
    assert (code, lines) == (2, [])
    assert error.count("\n") == 1
    assert "nwatch run" in error


def test_what_is_no_file_costs_itself_alone(call, ran: Path, tmp_path: Path):
    """Nothing is waited for, in whatever folder it lies; what else changed is named beside it."""
    folder = copy_of(ran, tmp_path / "case")
    shutil.copytree(ran / "out", folder / "out")
    city = next(path for path in sorted((folder / "crime").iterdir()) if path.is_dir())
    for place in ("posts/a.csv", f"crime/{city.name}/a.csv", "crime/a.csv", "atlas/a.csv", "subjects.csv"):
        (folder / place).parent.mkdir(exist_ok=True)
        os.mkfifo(folder / place)
    (folder / "posts/b.csv").symlink_to("/dev/zero")
    bound(folder / "posts/c.csv")
    os.mkfifo(folder / "census/places.zip")  # read only where no list of cities is there
    for place in ("requests.csv", "accepted.csv", "census/tracts.parquet", "out/public/kinds.parquet"):
        (folder / place).unlink(missing_ok=True)
        os.mkfifo(folder / place)
    changed = folder / "census/acs.csv"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    def odd(place: str, kind: str = "a pipe") -> str:
        return f"  input: {place}: is not a regular file (it is {kind}); put the file itself there"

    code, (verdict, *lines), error = call("verify", folder)
    assert (code, error) == (1, "")
    assert verdict == "No: the outputs are not what these inputs, settings and versions give."
    assert sorted(lines) == sorted([
        "  input: census/acs.csv: was changed",
        "  input: crime/a.csv: belongs to no city; move it into a folder, as crime/<city>/a.csv",
        *map(odd, ("accepted.csv", "atlas/a.csv", "census/tracts.parquet", f"crime/{city.name}/a.csv")),
        *map(odd, ("posts/a.csv", "requests.csv", "subjects.csv")),
        odd("posts/b.csv", "a device"),
        odd("posts/c.csv", "a socket"),
        "  output: out/public/kinds.parquet: was changed since the run",
    ])  # fmt: skip
    code, _, error = call("compare", folder, ran)
    assert (code, error.count("\n")) == (2, 1)
    assert "out/public/kinds.parquet: is not a regular file; run again to rebuild it" in error


def test_a_part_whose_files_cannot_be_told_apart_costs_itself_alone(call, ran: Path, tmp_path: Path):
    folder = copy_of(ran, tmp_path / "case")
    shutil.copytree(ran / "out", folder / "out")
    shutil.copy(folder / "census/acs.csv", folder / "census/acs.txt")
    moved = next((folder / "records").rglob("*.pst"))
    moved.write_bytes(moved.read_bytes() + b"\0")
    code, lines, _ = call("verify", folder)
    assert code == 1
    assert f"  input: {moved.relative_to(folder)}: was changed" in lines
    assert [line.partition(" has not ")[0] for line in lines[1:3]] == [
        "  input: the part posts", "  input: the part crime",
    ]  # fmt: skip
    assert all("acs.csv, acs.txt; leave one of them there" in line for line in lines[1:3])


def test_two_runs_are_compared_in_words(call, ran: Path, tmp_path: Path):
    from flows.investigate import investigate

    assert call("compare", ran, ran / "out")[1][1] == "Nothing differs."
    old = shutil.copytree(ran / "out", tmp_path / "old") / "provenance.json"
    values = json.loads(old.read_bytes())
    values["configuration"] = {"sha256": Investigation.open(ran).config.earlier_sha256}
    old.write_text(json.dumps(values), encoding="utf-8")
    assert call("compare", ran, old.parent)[1][1] == "Nothing differs."
    folder = copy_of(ran, tmp_path / "case")
    max((folder / "posts").iterdir(), key=lambda path: path.stat().st_size).unlink()
    config = folder / "investigation.toml"
    config.write_text(config.read_text(encoding="utf-8") + "\n[tests]\nleast_count = 1\n")
    investigate(folder)
    code, lines, _ = call("compare", folder, ran, "--private")
    text = "\n".join(lines)
    assert code == 0
    assert "Inputs\n  posts files: 0 new, 1 gone" in text
    assert "Settings\n  tests.least_count: 20 → 1" in text
    assert "\nThe ledger\n  posts, duplicates: " in text
    assert "public/city_deciles: rows " in text
    assert "→" in text.split("public/city_deciles", 1)[1].splitlines()[1]
    # Of private tables only how many rows: no id of a post is shown.
    private = text.split("Tables of private/ with other rows\n", 1)[1].splitlines()
    assert [line for line in private if line] == [line for line in private if line.startswith("  private/")]
    code, _, error = call("compare", folder, tmp_path / "nowhere")
    assert (code, error.count("\n")) == (2, 1)


def test_the_report_is_opened_or_its_place_is_printed(
    call, ran: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    code, _, error = call("open", ran)
    assert (code, error.count("\n")) == (2, 1)
    assert "make = true" in error  # the settings want none
    report = ran / "out/report.html"
    opened: list[str] = []

    def browser(url: str) -> bool:
        opened.append(url)
        return True

    report.write_text("<p>", encoding="utf-8")
    try:
        monkeypatch.chdir(ran.parent)
        monkeypatch.setattr(webbrowser, "open", browser)
        monkeypatch.setenv("DISPLAY", ":0")
        assert call("open", ran) == (0, [], "")
        assert opened == [report.as_uri()]
        monkeypatch.delenv("DISPLAY")
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.setattr(sys, "platform", "linux")
        assert call("open", ran) == (0, ["case/out/report.html"], "")
    finally:
        report.unlink()
