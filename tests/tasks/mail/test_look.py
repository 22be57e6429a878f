"""What can be said of mailboxes without a server: what is in them, and what a run would read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from distributed import Client

from data.catalog import RecordFile
from data.errors import InputError
from tasks.mail.look import Inspection, inspections, plan_reading
from tasks.mail.survey import read_survey, survey_files

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.pst"
    path.write_text("Dear colleagues")
    return path


def test_a_missing_file_or_one_that_is_not_a_mailbox_does_not_stop_the_inspection_of_others(
    alerts_box: Box, text: Path, tmp_path: Path
):
    found = list(inspections([text, tmp_path / "gone.pst", alerts_box.path]))
    assert [type(each) for each in found] == [InputError, InputError, Inspection]
    assert str(found[0]).startswith(f"{text}: ")
    assert str(found[1]).startswith(f"{tmp_path / 'gone.pst'}: cannot be read (No such file or directory)")


def test_what_a_run_would_read_is_what_no_run_has_read(
    threads: Client, alerts_box: Box, text: Path, tmp_path: Path
):
    files = [RecordFile("a", path, f"records/a/{path.name}") for path in (alerts_box.path, text)]
    progress: list[tuple[int, int]] = []
    planned = {
        each.mailbox.files[0]: each
        for each in plan_reading(files, tmp_path / "work", 40, lambda *done: progress.append(done))
    }
    whole, none = planned[files[0].file], planned[files[1].file]
    assert (whole.listed, whole.done, whole.partitions, whole.problem) == (100, 0, 3, None)
    assert (none.listed, none.done, none.partitions) == (None, 0, 0)
    assert none.problem
    assert progress == [(1, 2), (2, 2)]

    read_survey(survey_files(files, tmp_path / "work", threads), tmp_path / "work", threads)
    again = [each for each in plan_reading(files, tmp_path / "work") if each.problem is None]
    assert [(each.done, each.partitions) for each in again] == [(100, 0)]


def test_a_file_that_cannot_be_opened_is_named_before_any_is_hashed(tmp_path: Path):
    files = [RecordFile("a", tmp_path / "gone.pst", "records/a/gone.pst")]
    with pytest.raises(InputError, match=r"records/a/gone.pst: cannot be read"):
        plan_reading(files, tmp_path / "work")
    assert not (tmp_path / "work").exists()
