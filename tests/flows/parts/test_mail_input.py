"""By night an agency whose mailbox cannot be read is left out; by day the run ends with its name."""

import errno
import os
import pickle
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from data.catalog import Investigation, RecordFile
from data.errors import InputError, NoneReadError, UnreadableError
from flows.parts.mail_input import _survey
from flows.run.inputs import Inputs
from flows.run.part import Job, Staying
from tasks.mail.accepted import read_accepted
from tasks.mail.first_pass import _Whole, first_pass
from tasks.mail.results import Survey
from tasks.mail.settings import MailSettings
from tasks.step import Step
from tests.lost import lose
from tests.outputs import published

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


def test_by_day_the_run_ends(asked: list[list[str]], tmp_path: Path):
    with pytest.raises(UnreadableError):
        _survey(job(tmp_path, settled=False), FILES, MailSettings())
    assert len(asked) == 1


def test_where_no_other_is_left_the_run_ends_and_names_all_that_are_left_out(
    asked: list[list[str]], tmp_path: Path
):
    staying = Staying(frozenset({"x", "y"}), {"x": "no such zone"})
    with pytest.raises(NoneReadError) as raised:
        _survey(replace(job(tmp_path, settled=True), staying=staying), FILES[1:], MailSettings())
    assert asked == [["b", "c"], ["c"]]
    assert raised.value.reasons == {
        "b": "records/b/a.pst: cannot be read (Input/output error)",
        "x": "no such zone",
        "y": "its files are still being copied, or have just changed",
        "c": "records/c/a.pst: cannot be read (Input/output error)",
    }
    assert raised.value.faults == {"b", "c", "x"}
    assert str(raised.value).startswith("no agency can be read: (1) b: records/b/a.pst: cannot be read")
    with pytest.raises(NoneReadError, match=r"^records/b/a.pst: cannot be read"):
        _survey(job(tmp_path, settled=True), FILES[1:2], MailSettings())


def test_a_worker_names_the_file_of_which_a_disk_gives_no_more(tmp_path: Path):
    with pytest.raises(UnreadableError, match=r"nowhere.pst: is gone: it was deleted") as raised:
        first_pass(_Whole(tmp_path / "nowhere.pst", None))
    sent = pickle.loads(pickle.dumps(raised.value))
    assert (str(sent), sent.path) == (str(raised.value), str(tmp_path / "nowhere.pst"))


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of mailboxes of which a disk gives a few messages, and no more."""
    from tasks.mail.read import read_nodes as whole

    names = set[str]()

    def some(file: Any, *given: Any) -> Iterator[Any]:
        for number, outcome in enumerate(whole(file, *given)):
            if number == 2 and Path(f"/proc/self/fd/{file._file}").readlink().name in names:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            yield outcome

    monkeypatch.setattr("tasks.mail.spans.read_nodes", some)
    return names


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.usefixtures("threads")
def test_a_disk_that_ends_in_the_middle_of_a_mailbox_costs_its_agency_one_night(
    breaking: set[str], tmp_path: Path
):
    from flows.investigate import investigate
    from tests.flows.parts.test_kept_mail import SETTINGS, letter, mailbox, table

    case, fresh = tmp_path / "case", tmp_path / "fresh" / "case"
    mailbox(case, "pd/a.pst", [letter(1)])
    mailbox(case, "sd/c.pst", [letter(5)])
    (case / "investigation.toml").write_text(f"{SETTINGS}[arrivals]\nsettle = 0\n")
    investigate(case)
    mailbox(case, "pd/b.pst", [letter(2)])
    mailbox(case, "sd/d.pst", [letter(number) for number in range(10, 20)])
    breaking.add("d.pst")
    why = "records/sd/d.pst: cannot be read (Input/output error); is its disk whole?"
    with pytest.raises(UnreadableError) as raised:
        investigate(case)
    assert str(raised.value) == why
    result = investigate(case, settled=True)
    assert result.warnings[0] == f"sd: left out, and its rows are those of an earlier run: {why}"
    assert [(row["agency"], row["file"], row["rows"]) for row in table(case, "not_read")] == [
        ("sd", "", "kept")
    ]
    assert sorted(row["agency"] for row in table(case, "messages")) == ["pd", "pd", "sd"]
    breaking.clear()
    shutil.copytree(case, fresh, ignore=shutil.ignore_patterns("work", "out"))
    for folder in (case, fresh):
        assert investigate(folder, settled=True).warnings == ()
    assert published(case) == published(fresh)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.usefixtures("threads")
def test_what_is_kept_of_an_agency_and_cannot_be_read_is_made_again_and_concerns_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from flows.investigate import investigate
    from tests.flows.parts.test_kept_mail import SETTINGS, letter, mailbox

    case = tmp_path / "case"
    mailbox(case, "pd/a.pst", [letter(1)])
    mailbox(case, "sd/c.pst", [letter(5)])
    (case / "investigation.toml").write_text(f"{SETTINGS}[arrivals]\nsettle = 0\n")
    investigate(case)
    before = published(case)
    [own] = [path.name for path in (case / "work/mail").iterdir() if path.is_dir()][:1]
    kept = [
        *(case / "work/mail" / own).glob("*.parquet"),
        *list((case / "work/alerts").rglob("*.parquet"))[:1],
        *list((case / "work/kept/mail-agencies").rglob("*.arrow"))[:1],
        *list((case / "work/kept/mail-tabulate-the-alerts").rglob("*.parquet"))[:1],
        case / "work/mail/hashes.json",
    ]
    lose(monkeypatch, *kept)
    result = investigate(case, settled=True)
    assert result.warnings == ()
    said = [note for note in result.notes if "could not be read" in note]
    assert any(f"work/mail/{own}/" in note and "were read again" in note for note in said)
    assert {note.split("/")[1] for note in said} >= {"mail", "alerts", "kept"}
    assert published(case) == before


@pytest.fixture
def lacking(tmp_path: Path) -> Path:
    """Two agencies, of which ``pd`` has had two mailboxes, and lacks one after a run by hand."""
    from flows.investigate import investigate
    from tests.flows.parts.test_kept_mail import SETTINGS, letter, mailbox

    case = tmp_path / "case"
    for number, name in enumerate(("pd/a.pst", "pd/b.pst", "sd/c.pst"), 1):
        mailbox(case, name, [letter(number)])
    (case / "investigation.toml").write_text(f"{SETTINGS}[arrivals]\nsettle = 0\n")
    investigate(case)
    (case / "records/pd/b.pst").rename(tmp_path / "b.pst")
    investigate(case)
    return case


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.usefixtures("threads")
def test_a_run_of_another_agency_does_not_doubt_what_is_confirmed(lacking: Path):
    from flows.console.accept import accept
    from flows.one_agency import one_agency
    from tests.flows.parts.test_kept_mail import table

    assert "records/pd/b.pst: is gone" in one_agency(lacking, "sd", settled=False).warnings[0]
    accept(lacking)
    result = one_agency(lacking, "sd", settled=False)
    assert result.warnings == ()
    assert "records/pd/b.pst: is gone, as accepted.csv confirms" in result.notes
    assert table(lacking, "not_read") == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.usefixtures("threads")
def test_a_confirmation_ends_when_its_mailbox_is_read_again(
    lacking: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    from flows.console.accept import accept
    from flows.investigate import investigate
    from flows.one_agency import one_agency
    from tests.flows.parts.test_kept_mail import table

    accept(lacking)
    investigate(lacking, settled=True)
    away, there = lacking.parent / "b.pst", lacking / "records/pd/b.pst"
    away.rename(there)
    one_agency(lacking, "sd", settled=False)  # another agency's run does not read it
    assert read_accepted(lacking)
    with monkeypatch.context() as full:
        full.setattr(
            "tasks.mail.accepted.write_accepted", Mock(side_effect=OSError(errno.EROFS, "Read-only"))
        )
        [warning] = investigate(lacking, settled=True).warnings
    assert warning.startswith(
        "accepted.csv: cannot be written (Read-only), and still confirms as gone what is back"
    )
    result = investigate(lacking, settled=True)
    assert any(note.startswith("records/pd/b.pst: is back; its row was taken out") for note in result.notes)
    assert read_accepted(lacking) == ()
    there.rename(away)  # its disk is not mounted
    result = investigate(lacking, settled=True)
    assert result.warnings[0].startswith(
        "records/pd/b.pst: is gone; an earlier run read 1 messages in it, and all"
    )
    assert [row["rows"] for row in table(lacking, "not_read")] == ["kept"]
    assert result.found["mail"].untold.keys() == {"pd"}
    accept(lacking)
    assert "confirmed in accepted.csv: 1 mailbox" in capsys.readouterr().out
    [note] = [note for note in one_agency(lacking, "sd", settled=False).notes if "accepted.csv" in note]
    assert note.endswith("that it is gone; the next run that reads pd takes the rows out if it is")
    assert table(lacking, "not_read") == []
    investigate(lacking, settled=True)
    assert "records/pd/b.pst" not in {row["file"] for row in table(lacking, "sources")}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.usefixtures("threads")
def test_where_all_agencies_have_to_be_read_it_is_said_whose_rows_that_takes_out(lacking: Path):
    from flows.investigate import investigate

    (lacking.parent / "b.pst").rename(lacking / "records/pd/b.pst")
    investigate(lacking)
    (lacking / "records/pd/b.pst").unlink()
    shutil.rmtree(lacking / "work/mail")
    said = r"lost; records/pd/b\.pst is gone, and .* takes its rows out: put it back first; then read all"
    with pytest.raises(InputError, match=said):
        investigate(lacking, settled=True)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.usefixtures("threads")
def test_an_agency_that_was_read_without_what_is_gone_was_not_left_out(lacking: Path):
    from flows.investigate import investigate

    there, away = lacking / "records/pd/b.pst", lacking.parent / "b.pst"
    away.rename(there)
    investigate(lacking)
    there.rename(away)
    result = investigate(lacking)
    assert result.warnings[0].startswith("records/pd/b.pst: is gone")
    assert result.found["mail"].untold == {}, "no event"
