"""One agency is read, and nothing of the others changes or is opened."""

import json
import os
import shutil
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from distributed import Client

from data.catalog import Investigation
from data.errors import InputError
from data.schema import TABLES
from flows import parts as registry
from flows.investigate import RunResult
from flows.one_agency import notes_on_others
from tasks.step import Step
from tests.outputs import published
from tests.worlds import copy_of

pytestmark = pytest.mark.slow

FIRST, NEW = "alderfall-pd", "briar-harbor-pd"


@pytest.fixture(scope="module")
def whole(synthetic: Path, tmp_path_factory: pytest.TempPathFactory, client: Client) -> Path:
    """What one run over both agencies publishes."""
    folder = copy_of(synthetic, tmp_path_factory.mktemp("whole") / "case")
    investigate(folder)
    return folder


@pytest.fixture(scope="module")
def first_read(synthetic: Path, tmp_path_factory: pytest.TempPathFactory, client: Client) -> Path:
    """Read and published, while the second agency had not handed over anything; not to be changed."""
    folder = copy_of(synthetic, tmp_path_factory.mktemp("first") / "case")
    for path in (folder / "records" / NEW).iterdir():
        if path.name != "agency.toml":  # requests.csv names it, and its settings lie there
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    investigate(folder)
    return folder


@pytest.fixture
def arrived(first_read: Path, synthetic: Path, tmp_path: Path) -> Path:
    """The same where the second agency's mailboxes have come since, for a run of the test's own."""
    return arrive(synthetic, shutil.copytree(first_read, tmp_path / "case"))


@pytest.fixture(scope="module")
def second_read(
    first_read: Path, synthetic: Path, tmp_path_factory: pytest.TempPathFactory, client: Client
) -> tuple[Path, RunResult]:
    """The same after a run of the second agency alone, and that run; not to be changed."""
    folder = shutil.copytree(first_read, tmp_path_factory.mktemp("second") / "case")
    return folder, one_agency(arrive(synthetic, folder), NEW)


def investigate(folder: Path, **given):
    from flows.investigate import investigate as flow

    return flow(folder, **given)


def one_agency(folder: Path, agency: str, **given):
    from flows.one_agency import one_agency as flow

    return flow(folder, agency, **{"settled": False, **given})  # the test has just copied them


def arrive(synthetic: Path, folder: Path) -> Path:
    """Let the second agency's mailboxes come."""
    shutil.copytree(synthetic / "records" / NEW, folder / "records" / NEW, dirs_exist_ok=True)
    return folder


def at_once(folder: Path) -> None:
    """Let nothing wait: the test has just copied the files."""
    with (folder / "investigation.toml").open("a") as file:
        file.write("\n[arrivals]\nsettle = 0\n")


def rows_of(folder: Path, agency: str) -> dict[str, list]:
    """The rows of an agency in every table of the mail, as they are in the file."""
    found = {}
    mine = {
        row["source"]
        for row in pq.read_table(folder / "out/private/sources.parquet").to_pylist()
        if row["agency"] == agency
    }
    for name in registry.get("mail").table_names:
        rows = pq.read_table(folder / f"out/{name}.parquet").to_pylist()
        if "agency" in TABLES[name].arrow.names:
            found[name] = [row for row in rows if row["agency"] == agency]
        else:
            found[name] = [row for row in rows if row["source"] in mine]
    return found


def lines_of(folder: Path, agency: str) -> dict[str, list[str]]:
    """The same of the CSV files that hold the agency's name, line by line."""
    files = sorted((folder / "out/public").glob("*.csv"))
    return {
        file.name: [line for line in file.read_text().splitlines() if line.startswith(f"{agency},")]
        for file in files
        if file.read_text().startswith("agency,") and file.name != "requests.csv"
    }


def test_the_rows_of_the_others_keep_their_bytes_in_every_table(first_read: Path, second_read):
    rows, lines = rows_of(first_read, FIRST), lines_of(first_read, FIRST)
    beside = {
        name: content
        for name, content in published(first_read).items()
        if name.removesuffix(".parquet").removesuffix(".csv")
        in {table for part in registry.load() if part.name != "mail" for table in part.table_names}
    }
    assert rows["private/messages"]
    assert rows["public/kinds"]
    assert beside

    folder, result = second_read
    assert rows_of(folder, FIRST) == rows
    assert lines_of(folder, FIRST) == lines
    after = published(folder)
    assert {name: after[name] for name in beside} == beside
    assert rows_of(folder, NEW)["private/messages"]
    assert result.notes[-1].startswith(f"read: only {NEW};")


def test_what_it_publishes_is_what_one_run_over_all_would(second_read, whole: Path):
    found, expected = published(second_read[0]), published(whole)
    of_mail = [f"{name}.parquet" for name in registry.get("mail").table_names]
    assert {name: found[name] for name in of_mail} == {name: expected[name] for name in of_mail}
    # The other parts were not run again; one of them, requests, looks at the folders of the agencies.
    written, wanted = (json.loads(each["provenance.json"]) for each in (found, expected))
    assert written["sources"] == wanted["sources"]
    assert set(written["tables"]) == set(wanted["tables"])
    assert set(written["kept"]) == {"posts", "crime", "gentrification", "selection", "requests"}


def test_a_second_run_changes_nothing(second_read, tmp_path: Path, client: Client):
    folder = shutil.copytree(second_read[0], tmp_path / "case")
    first = published(folder)
    one_agency(folder, NEW)
    assert published(folder) == first


def test_no_file_of_another_agency_is_opened(arrived: Path, client: Client, monkeypatch: pytest.MonkeyPatch):
    from tasks.mail import task

    folder = arrived
    # A run that opened or hashed them would find that they have changed.
    for path in (folder / "records" / FIRST).rglob("*.pst"):
        path.write_bytes(b"another file")
    surveyed: list[str] = []

    survey = task.survey

    def noted(records, *rest, **given):
        surveyed.extend(record.agency for record in records)
        return survey.function(records, *rest, **given)

    monkeypatch.setattr(task, "survey", Step("survey the mailboxes", noted, "files"))
    before = (folder / "work/mail/hashes.json").read_text()
    rows = rows_of(folder, FIRST)
    one_agency(folder, NEW)
    assert set(surveyed) == {NEW}
    assert rows_of(folder, FIRST) == rows
    memo = json.loads((folder / "work/mail/hashes.json").read_text())["value"]
    assert {name: row for name, row in memo.items() if f"/{FIRST}/" in name} == json.loads(before)["value"]


def test_an_agency_that_no_run_has_read_is_left_out_with_a_note(investigation: Path, client: Client):
    result = one_agency(investigation, FIRST)
    assert [source.agency for source in result.found["mail"].sources if source.agency != FIRST] == []
    assert result.notes[0] == (
        f"agency '{NEW}' has not been read yet and is left out; "
        f"read it with: nwatch run {investigation} --agency {NEW}"
    )
    parts = {row["part"] for row in pq.read_table(investigation / "out/public/ledger.parquet").to_pylist()}
    assert parts == set(registry.get("mail").ledger.sections)


def test_the_agencies_one_after_the_other_give_the_bytes_of_one_run(
    investigation: Path, whole: Path, client: Client
):
    one_agency(investigation, NEW)
    one_agency(investigation, FIRST)
    found, expected = published(investigation), published(whole)
    tables = [f"{name}.parquet" for name in registry.get("mail").table_names if name != "public/ledger"]
    assert {name: found[name] for name in tables} == {name: expected[name] for name in tables}


def test_an_agency_of_the_tables_whose_mail_is_gone_is_not_lost_silently(arrived: Path, client: Client):
    first = published(arrived)
    shutil.rmtree(arrived / "work")
    with pytest.raises(InputError, match=rf"work/mail: what was read of {FIRST} is gone.*nwatch run"):
        one_agency(arrived, NEW)
    assert published(arrived) == first


def test_an_agency_without_a_mailbox_is_named_with_those_that_have(investigation: Path):
    with pytest.raises(
        InputError, match=rf"records/nowhere: agency 'nowhere' has no mailbox.*name one of: {FIRST}, {NEW}"
    ):
        one_agency(investigation, "nowhere")


def test_a_first_run_has_nothing_of_others_to_keep(investigation: Path):
    notes = notes_on_others(Investigation.open(investigation), FIRST)
    assert len(notes) == 2
    assert NEW in notes[0]


def test_a_mailbox_that_is_still_being_copied_is_left_out_with_a_note(investigation: Path, client: Client):
    at_once(investigation)
    names = [file.file for file in Investigation.open(investigation).records([FIRST])]
    mailboxes = [investigation / name for name in names]
    copying = mailboxes[0].with_name("late.pst")
    copying.write_bytes(mailboxes[0].read_bytes()[:1000])
    os.utime(copying, times=(time.time() + 3600,) * 2)  # younger than any settling time
    result = one_agency(investigation, FIRST, settled=True)
    [note] = [note for note in result.notes if "late.pst" in note]
    assert "may still be being copied" in note
    assert sorted(file for source in result.found["mail"].sources for file in source.files) == sorted(names)


def test_an_agency_that_is_still_being_copied_is_not_read(investigation: Path):
    with pytest.raises(InputError, match=r"nothing to read yet: records/.* may still be being copied"):
        one_agency(investigation, NEW, settled=True)
    assert not (investigation / "out").exists()
    assert not list((investigation / "work").glob("mail/*/part-*"))


def test_another_agency_without_settings_does_not_matter(investigation: Path, client: Client):
    (investigation / "records/just-coming").mkdir()
    mailbox = next((investigation / "records" / FIRST).rglob("*.pst"))
    shutil.copy(mailbox, investigation / "records/just-coming")
    result = one_agency(investigation, FIRST)
    assert any("'just-coming' has not been read yet" in note for note in result.notes)


def test_what_another_run_has_read_meanwhile_is_not_done_again(investigation: Path, client: Client):
    at_once(investigation)
    investigate(investigation, only=["mail"])
    before = published(investigation)
    result = one_agency(investigation, FIRST, settled=True)
    assert "mail" not in result.found
    assert result.notes == (f"{FIRST} is already read and published; there is nothing to do",)
    assert published(investigation) == before
    # In another time zone its days are others.
    config = investigation / "investigation.toml"
    config.write_text(config.read_text().replace("America/Los_Angeles", "Pacific/Auckland"))
    assert one_agency(investigation, FIRST, settled=True).found["mail"] is not None
    assert published(investigation) != before
    # In another code page its texts may be others.
    config.write_text(config.read_text().replace('/Auckland"', '/Auckland"\ncode_page = 1251'))
    assert one_agency(investigation, FIRST, settled=True).found["mail"] is not None
    assert "mail" not in one_agency(investigation, FIRST, settled=True).found


def test_a_mistake_in_another_agency_does_not_matter_and_is_noted(investigation: Path, client: Client):
    investigate(investigation, only=["mail"])
    rows = rows_of(investigation, NEW)
    shutil.rmtree(investigation / "records" / NEW)
    (investigation / "records/wrong").mkdir()
    (investigation / "records/wrong/agency.toml").write_text("name = ")
    (investigation / "records/stray.pst").write_bytes(b"mail")
    result = one_agency(investigation, FIRST)
    assert rows_of(investigation, NEW) == rows
    assert result.notes[:2] == (
        "another agency: records/stray.pst: belongs to no agency; "
        "move it into a folder, as records/<agency>/stray.pst",
        f"agency {NEW!r} has no mailbox any more; its rows stay until all agencies are read: "
        f"nwatch run {investigation}",
    )


def test_a_mailbox_that_comes_after_the_run_has_looked_is_not_read(
    investigation: Path, client: Client, monkeypatch: pytest.MonkeyPatch
):
    from tasks.arrivals.look import settled_files

    mailbox = min((investigation / "records" / FIRST).rglob("*.pst"))

    def then_one_comes(case, files):
        found = settled_files(case, files)
        mailbox.with_name("late.pst").write_bytes(mailbox.read_bytes()[:1000])
        return found

    monkeypatch.setattr("tasks.arrivals.look.settled_files", then_one_comes)
    at_once(investigation)
    result = one_agency(investigation, FIRST, settled=True)
    names = {file for source in result.found["mail"].sources for file in source.files}
    assert names
    assert not [name for name in names if "late.pst" in name]
