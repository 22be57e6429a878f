"""From the staging folder to out/, whole or not at all."""

import contextlib
import errno
import hashlib
import itertools
import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from data.errors import InputError
from flows.run.publish import check_writable, finish, finish_cut, is_cut, published_at, staging, superseded


def interrupted(work: Path, out: Path, file: str) -> None:
    """Write a file to the staging folder, and be interrupted."""
    with contextlib.suppress(KeyboardInterrupt), staging(work, out) as stage:
        (stage / file).write_text("half")
        raise KeyboardInterrupt


def test_results_appear_in_out_when_the_run_ended_and_not_before(tmp_path: Path):
    work, out = tmp_path / "work", tmp_path / "out"
    with staging(work, out) as stage:
        (stage / "public").mkdir()
        (stage / "public/kinds.csv").write_text("new")
        (stage / "provenance.json").write_text("{}")
        assert not out.exists()
    assert (out / "public/kinds.csv").read_text() == "new"
    assert (out / "provenance.json").is_file()
    assert not (work / "staging").exists()


def test_a_run_that_fails_leaves_out_as_it_was(tmp_path: Path):
    work, out = tmp_path / "work", tmp_path / "out"
    out.mkdir()
    (out / "kinds.csv").write_text("old")
    interrupted(work, out, "kinds.csv")
    assert (out / "kinds.csv").read_text() == "old"


def test_what_an_interrupted_run_left_is_not_published_by_the_next(tmp_path: Path):
    work, out = tmp_path / "work", tmp_path / "out"
    interrupted(work, out, "half.csv")
    with staging(work, out):
        pass
    assert not (out / "half.csv").exists()


def test_the_provenance_with_the_hashes_of_all_is_moved_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "out/public").mkdir(parents=True)
    (tmp_path / "out/public/kinds.csv").touch()
    moved = []
    replace = Path.replace

    def noted(path: Path, target: Path) -> Path:
        moved.append(path.name)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", noted)
    with staging(tmp_path / "work", tmp_path / "out", whole=True) as stage:
        for name in ("zoo.csv", "provenance.json", "a.csv"):
            (stage / name).touch()
    assert moved == ["a.csv", "zoo.csv", "kinds.csv", "provenance.json"]


def test_figures_that_are_the_same_as_those_in_out_are_not_written_again(tmp_path: Path):
    work, out = tmp_path / "work", tmp_path / "out"

    def run(**figures: str) -> dict[str, int]:
        with staging(work, out) as stage:
            (stage / "figures").mkdir()
            for name, content in figures.items():
                (stage / "figures" / name).write_text(content)
            outputs = {f"figures/{name}": "" for name in figures}
            (stage / "provenance.json").write_text(json.dumps({"tables": {}, "outputs": outputs}))
        return {path.name: path.stat().st_ino for path in (out / "figures").iterdir()}

    before = run(same="a", other="b", gone="c")
    after = run(same="a", other="new")
    assert after["same"] == before["same"]
    assert after["other"] != before["other"]
    assert (out / "figures/other").read_text() == "new"
    assert "gone" not in after, "a figure that is not made again is moved away"
    (out / "figures/same").write_text("touched by somebody")
    run(same="a", other="new")
    assert (out / "figures/same").read_text() == "a"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """An out folder with a table of an earlier run, and what somebody else put there."""
    out = tmp_path / "out"
    for name in (
        "public/kinds.csv",
        "public/city_tests.csv",
        "public/notes.csv",
        "public/.kinds.csv",
        "a.txt",
    ):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("old")
    (out / "public/requests.csv").mkdir()
    return out


def publish_kinds(out: Path, *, whole: bool) -> None:
    with staging(out.with_name("work"), out, whole=whole) as stage:
        (stage / "public").mkdir()
        (stage / "public/kinds.csv").write_text("new")
        (stage / "provenance.json").write_text("{}")


def test_a_whole_run_moves_away_tables_that_it_did_not_make_and_no_file_of_the_user(published: Path):
    assert superseded(published, ["mail"]) == ["posts"]
    publish_kinds(published, whole=True)
    assert superseded(published, ["mail"]) == []
    found = {path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()}
    assert found == {"public/kinds.csv", "public/notes.csv", "public/.kinds.csv", "a.txt", "provenance.json"}
    assert (published / "public/kinds.csv").read_text() == "new"
    assert (published / "public/requests.csv").is_dir()
    assert (published.with_name("work") / "removed/public/city_tests.csv").read_text() == "old"


def test_a_run_of_some_parts_keeps_the_tables_of_the_others(published: Path):
    publish_kinds(published, whole=False)
    assert (published / "public/kinds.csv").read_text() == "new"
    assert (published / "public/city_tests.csv").read_text() == "old"


def test_a_whole_run_that_fails_moves_nothing_away(published: Path):
    with contextlib.suppress(KeyboardInterrupt), staging(published.with_name("work"), published, whole=True):
        raise KeyboardInterrupt
    assert (published / "public/city_tests.csv").read_text() == "old"


@pytest.mark.parametrize("place", ["out", "out/public", "out/private"])
def test_a_folder_that_cannot_be_written_is_reported_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
):
    (tmp_path / place).mkdir(parents=True)
    check_writable(tmp_path / "out")
    # The tests may run as root, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path / place)
    with pytest.raises(InputError, match=f"{place}: cannot be written; check its permissions"):
        check_writable(tmp_path / "out")


def test_a_folder_that_is_not_there_yet_is_judged_by_the_one_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    with pytest.raises(InputError, match="out: cannot be written"):
        check_writable(tmp_path / "out")


def publish(work: Path, out: Path, *files: str) -> None:
    with staging(work, out) as stage:
        for name in files:
            (stage / name).touch()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_wait_until_all_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
):
    replace, out = Path.replace, tmp_path / "out"

    def then_interrupted(path: Path, target: Path) -> Path:
        signal.raise_signal(number)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", then_interrupted)
    before = signal.signal(number, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            publish(tmp_path / "work", out, "a.csv", "b.csv", "provenance.json")
        assert signal.getsignal(number) is signal.default_int_handler
    finally:
        signal.signal(number, before)
    assert sorted(path.name for path in out.iterdir()) == ["a.csv", "b.csv", "provenance.json"]


def test_the_provenance_shows_when_the_tables_were_published(tmp_path: Path):
    assert published_at(tmp_path) is None
    (tmp_path / "provenance.json").touch()
    assert published_at(tmp_path) is not None


class PowerCutError(BaseException):
    """A power cut: nothing of the program runs any more."""


def publish_run(work: Path, out: Path, run: str, names: list[str], cut_at: int = -1) -> int:
    """Publish the tables of a whole run, and cut the power before a certain move.

    Returns:
        How many moves there were.
    """
    moves = itertools.count()

    def move(path: Path, target: Path, *, how=os.replace) -> Path:
        if next(moves) == cut_at:
            raise PowerCutError
        how(path, target)
        return Path(target)

    def remove(path: Path, _: Path, rmtree=shutil.rmtree) -> None:
        rmtree(path, ignore_errors=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", move)
        patch.setattr(Path, "rename", move)
        patch.setattr(shutil, "rmtree", lambda path, **given: move(path, path, how=remove))
        with staging(work, out, whole=True) as stage:
            for name in names:
                (stage / name).parent.mkdir(exist_ok=True)
                (stage / name).write_text(f"{name} of {run}")
            tables = {name: hashlib.sha256((stage / name).read_bytes()).hexdigest() for name in names}
            (stage / "provenance.json").write_text(json.dumps({"run": run, "tables": tables}))
    return next(moves)


def is_what_it_says(out: Path) -> bool:
    """Whether the provenance names what lies in out/, all of it and nothing else."""
    named = json.loads((out / "provenance.json").read_text())["tables"]
    found = {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in out.rglob("*")
        if path.is_file() and path.name != "provenance.json"
    }
    return bool(found == named)


FIRST_RUN = ["public/kinds.csv", "public/city_tests.csv", "private/messages.parquet"]
NEXT_RUN = ["public/kinds.csv", "public/ledger.csv", "private/messages.parquet"]


def test_after_a_power_cut_the_provenance_matches_the_tables_or_is_missing_and_the_rest_is_published(
    tmp_path: Path,
):
    publish_run(tmp_path / "first/work", tmp_path / "first/out", "first", FIRST_RUN)
    whole = tmp_path / "whole"
    shutil.copytree(tmp_path / "first", whole)
    steps = publish_run(whole / "work", whole / "out", "next", NEXT_RUN)
    assert is_what_it_says(whole / "out")
    assert (
        steps == 9
    )  # staging away, decided, the old provenance, three tables, an old one, provenance, clean up
    seen = set()
    for step in range(steps):
        case = shutil.copytree(tmp_path / "first", tmp_path / f"cut-{step}")
        work, out = case / "work", case / "out"
        with pytest.raises(PowerCutError):
            publish_run(work, out, "next", NEXT_RUN, cut_at=step)
        assert not (out / "provenance.json").exists() or is_what_it_says(out)
        cut = is_cut(work)
        assert finish(work, out) == cut
        assert is_what_it_says(out)
        assert not is_cut(work)
        assert not finish(work, out)
        run = json.loads((out / "provenance.json").read_text())["run"]
        assert run == ("next" if cut else "first")
        seen.add(run)
    assert seen == {"first", "next"}


def test_a_pipe_in_the_place_of_the_provenance_is_replaced_and_not_waited_for(tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    os.mkfifo(out / "provenance.json")
    publish_kinds(out, whole=True)
    assert (out / "provenance.json").is_file()


@pytest.mark.parametrize("damaged", ["public/kinds.csv", "provenance.json"])
def test_results_that_were_damaged_after_a_cut_are_not_published_and_said(tmp_path: Path, damaged: str):
    work, out = tmp_path / "work", tmp_path / "out"
    with pytest.raises(PowerCutError):
        publish_run(work, out, "next", NEXT_RUN, cut_at=2)
    path = work / "publishing" / damaged
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    note = finish_cut(work, out)
    assert note.startswith("the last run was cut off while it published, and work/publishing/")
    assert not (out / "provenance.json").exists()
    assert finish_cut(work, out) == ""
    publish_run(work, out, "last", NEXT_RUN)
    assert is_what_it_says(out)


def test_a_run_after_the_cut_one_publishes_its_own_tables_last(tmp_path: Path):
    work, out = tmp_path / "work", tmp_path / "out"
    publish_run(work, out, "first", FIRST_RUN)
    with pytest.raises(PowerCutError):
        publish_run(work, out, "next", NEXT_RUN, cut_at=4)
    publish_run(work, out, "last", FIRST_RUN)
    assert is_what_it_says(out)
    assert (out / "public/kinds.csv").read_text() == "public/kinds.csv of last"
    assert (work / "removed/public/ledger.csv").read_text() == "public/ledger.csv of next"


def test_an_out_that_nothing_can_be_moved_to_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    work, out = tmp_path / "work", tmp_path / "out"
    publish_run(work, out, "first", FIRST_RUN)

    def on_another_disk(path: Path, target: Path) -> Path:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(path), None, str(target))

    monkeypatch.setattr(Path, "replace", on_another_disk)
    with pytest.raises(OSError, match="cross-device"):
        publish(work, out, "a.csv", "provenance.json")
    assert is_what_it_says(out)


def test_a_table_that_parts_share_says_of_none_that_it_ran(tmp_path: Path):
    (tmp_path / "public").mkdir()
    for name in ("tracts_used", "city_tests"):
        (tmp_path / f"public/{name}.parquet").touch()
    assert superseded(tmp_path, ["posts"]) == []
    assert superseded(tmp_path, ["mail"]) == ["posts"]
