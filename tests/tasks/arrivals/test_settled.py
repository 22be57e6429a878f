"""Which mailboxes may be read now."""

import os
from pathlib import Path

import pytest

from data.records import RecordFile, Seen
from data.storage import changed_at, state_of
from tasks.arrivals.memory import Remembered
from tasks.arrivals.settled import FORGOTTEN, settled, why_forgotten


@pytest.fixture
def box(tmp_path: Path) -> RecordFile:
    path = tmp_path / "box.pst"
    path.write_bytes(b"mail")
    return RecordFile("lapd", path, "records/lapd/box.pst")


def now(file: RecordFile, after: float) -> float:
    return changed_at(state_of(file.path)) + after


def test_a_file_that_changed_within_the_settling_time_is_left_out_with_a_note(box: RecordFile):
    found = settled([box], {}, now(box, 12.2), 60)
    assert found.files == ()
    assert found.notes == (
        "records/lapd/box.pst: changed 12 s ago and may still be being copied; it is left out, and will be "
        "read when it has not changed for 60 s",
    )
    assert settled([box], {}, now(box, 60.1), 60).files == (box,)


def test_a_modification_time_that_was_set_back_does_not_make_a_file_old(box: RecordFile):
    assert isinstance(box.path, Path)
    os.utime(box.path, ns=(0, 0))
    assert settled([box], {}, now(box, 10), 60).files == ()


def test_a_file_as_it_was_announced_may_be_read_whatever_its_clock_says(box: RecordFile):
    files = {box.file: state_of(box.path)}
    announced = {"lapd": Remembered(files, 0.0, files)}
    assert settled([box], announced, now(box, -500), 60) == settled([box], {}, now(box, 61), 60)
    seen = {"lapd": Remembered(files, 0.0, None)}
    assert settled([box], seen, now(box, 5), 60).files == ()


def test_an_empty_mailbox_and_a_copy_under_way_are_left_out_however_old(tmp_path: Path):
    files = []
    for name in ("empty.pst", "~box.pst", "box.pst"):
        (tmp_path / name).write_bytes(b"" if name == "empty.pst" else b"mail")
        files.append(RecordFile("lapd", tmp_path / name, f"records/lapd/{name}"))
    found = settled(files, {}, now(files[2], 1e6), 60)
    assert [file.file for file in found.files] == ["records/lapd/box.pst"]
    assert [note.split(":")[0] for note in found.notes] == ["records/lapd/empty.pst", "records/lapd/~box.pst"]


def test_what_a_run_has_read_is_no_copy_when_it_has_settled(tmp_path: Path):
    (tmp_path / "empty.pst").touch()
    file = RecordFile("lapd", tmp_path / "empty.pst", "records/lapd/empty.pst")
    [note] = settled([file], {}, now(file, 59), 60, {file.file}).notes
    assert "changed 59 s ago" in note
    assert settled([file], {}, now(file, 61), 60, {file.file}).files == (file,)


def test_a_copy_that_does_not_go_on_for_a_day_is_a_fault_that_a_person_is_told_of():
    empty = Seen("lapd", "records/lapd/a.pst", [0, 0, 5_000_000_000, 7])
    part = Seen("lapd", "records/lapd/a.pst.part", [9, 0, 5_000_000_000, 7])
    after = 5 + FORGOTTEN
    assert why_forgotten(empty, None, after - 1) is None
    assert why_forgotten(empty, None, after, {empty.file}) is None
    assert why_forgotten(Seen("lapd", "records/lapd/b.pst", part.state), None, after) is None
    assert why_forgotten(empty, None, after) == (
        "records/lapd/a.pst: has been empty for more than a day; copy it again, or remove it"
    )
    assert why_forgotten(part, None, after) == (
        "records/lapd/a.pst.part: looks like part of a copy, which has not gone on for a day; "
        "remove or rename it"
    )


def test_of_a_disk_whose_clock_is_wrong_a_day_of_ours_must_have_passed():
    ahead = Seen("lapd", "records/lapd/a.pst.part", [9, 0, 9_000_000_000_000, 7])
    old = Seen("lapd", "records/lapd/b.pst.part", [9, 0, 1, 7])
    for one, behind in ((ahead, False), (old, True)):
        seen = Remembered({one.file: one.state}, 1e3, looked=2e3, behind=behind)
        assert why_forgotten(one, seen, 1e3 + FORGOTTEN - 1) is None
        assert why_forgotten(one, seen, 1e3 + FORGOTTEN)


def test_a_file_that_is_gone_is_left_to_the_survey_which_reports_it(tmp_path: Path):
    gone = RecordFile("lapd", tmp_path / "gone.pst", "records/lapd/gone.pst")
    assert settled([gone], {}, 0.0, 60).files == (gone,)


def test_a_file_that_is_not_as_the_last_look_saw_it_has_not_settled_whatever_its_clock_says(box: RecordFile):
    """Its disk's clock is an hour behind, so it looks as if nothing had changed for long."""
    at = now(box, 3600)
    grown = {"lapd": Remembered({box.file: [1, 2, 3, 4]}, at - 10, looked=at - 10)}
    [note] = settled([box], grown, at, 60).notes
    assert "changed 10 s ago" in note
    # A look of long ago says nothing, nor does one that saw the file as it is now.
    assert settled([box], grown, at + 3600, 60).files == (box,)
    same = {"lapd": Remembered({box.file: state_of(box.path)}, at - 10, looked=at - 10)}
    assert settled([box], same, at, 60).files == (box,)


def test_for_a_disk_whose_clock_is_behind_only_our_own_clock_counts(box: RecordFile):
    at, files = now(box, 3600), {box.file: state_of(box.path)}
    behind = {"lapd": Remembered(files, at - 59, looked=at, behind=True)}
    assert settled([box], behind, at, 60).files == ()
    assert settled([box], behind, at + 1, 60).files == (box,)
