"""By night an agency whose mailbox cannot be read is left out; by day the run ends before any work."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from data.catalog import Investigation, RecordFile
from data.errors import UnreadableError
from flows.parts.mail_input import _survey
from flows.run.inputs import Inputs
from flows.run.part import Job, Staying
from tasks.mail.first_pass import _Whole, first_pass
from tasks.mail.results import Survey
from tasks.mail.settings import MailSettings
from tasks.step import Step

FILES = [
    RecordFile(agency, Path(f"/data/{agency}.pst"), f"records/{agency}/a.pst") for agency in ("a", "b", "c")
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The agencies that each survey is asked for; of b and c the disks are broken."""
    found: list[list[str]] = []

    def survey(files: list[RecordFile], *_: Any, **__: Any) -> Survey:
        found.append([file.agency for file in files])
        for file in files:
            if file.agency in "bc":
                raise UnreadableError(f"{file.file}: cannot be read (Input/output error)", str(file.path))
        return Survey(())

    monkeypatch.setattr("tasks.mail.task.survey", Step("survey the mailboxes", survey, "files"))
    return found


def job(tmp_path: Path, settled: bool) -> Job:
    (tmp_path / "investigation.toml").write_text('name = "case"\n')
    return Job(Inputs(Investigation.unchecked(tmp_path)), tmp_path, settled=settled, staying=Staying())


def test_by_night_each_agency_that_cannot_be_read_is_left_out(asked: list[list[str]], tmp_path: Path):
    _, faults = _survey(job(tmp_path, settled=True), FILES, MailSettings())
    assert asked == [["a", "b", "c"], ["a", "c"], ["a"]]
    assert faults == {name: f"records/{name}/a.pst: cannot be read (Input/output error)" for name in "bc"}


@pytest.mark.parametrize(("settled", "files"), [(False, FILES), (True, FILES[1:2])])
def test_by_day_or_where_no_other_is_left_the_run_ends(
    asked: list[list[str]], tmp_path: Path, settled: bool, files: list[RecordFile]
):
    with pytest.raises(UnreadableError):
        _survey(job(tmp_path, settled), files, MailSettings())
    assert len(asked) == 1


def test_a_worker_names_the_file_of_which_a_disk_gives_no_more(tmp_path: Path):
    with pytest.raises(UnreadableError, match=r"nowhere.pst: cannot be read \(No such file") as raised:
        first_pass(_Whole(tmp_path / "nowhere.pst", None))
    sent = pickle.loads(pickle.dumps(raised.value))
    assert (str(sent), sent.path) == (str(raised.value), str(tmp_path / "nowhere.pst"))
