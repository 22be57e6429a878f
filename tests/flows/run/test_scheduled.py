"""Scheduled runs: an agency that is still being copied stays as it was, and one that is gone ends the run."""

import os
import shutil
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from distributed import Client

from data.errors import InputError
from data.schema import TABLES
from flows import parts as registry
from flows.run.locks import only_one

pytestmark = pytest.mark.slow

FIRST, SECOND = "alderfall-pd", "briar-harbor-pd"


@pytest.fixture(scope="module")
def published(synthetic: Path, tmp_path_factory: pytest.TempPathFactory, client: Client) -> Path:
    """Two agencies whose mail was read and published; not to be changed."""
    folder = tmp_path_factory.mktemp("published") / "case"
    shutil.copytree(synthetic, folder, ignore=shutil.ignore_patterns("truth", "work", "out"))
    with (folder / "investigation.toml").open("a") as file:
        file.write("\n[arrivals]\nsettle = 0\n")
    run(folder, settled=False)
    return folder


@pytest.fixture
def case(published: Path, tmp_path: Path) -> Path:
    return shutil.copytree(published, tmp_path / "case")


def run(folder: Path, settled: bool = True):
    from flows.investigate import investigate

    return investigate(folder, only=["mail"], settled=settled)


def rows(folder: Path, agency: str) -> dict[str, list]:
    """The rows of an agency in every table of the mail that has a column for it."""
    return {
        name: [
            row
            for row in pq.read_table(folder / f"out/{name}.parquet").to_pylist()
            if row["agency"] == agency
        ]
        for name in registry.get("mail").table_names
        if "agency" in TABLES[name].arrow.names
    }


def unsettle(path: Path) -> None:
    """Let a file be younger than any settling time."""
    os.utime(path, times=(time.time() + 3600,) * 2)


def test_the_rows_of_an_agency_that_is_still_being_copied_stay_as_they_were(case: Path, client: Client):
    before = rows(case, FIRST)
    mailbox = min((case / "records" / FIRST).rglob("*.pst"))
    mailbox.write_bytes(mailbox.read_bytes()[:5000])  # another is being copied over it
    unsettle(mailbox)
    result = run(case)
    assert before["private/messages"]
    assert rows(case, FIRST) == before
    name = mailbox.relative_to(case).as_posix()
    [note] = [note for note in result.notes if note.startswith(f"{name}: changed ")]
    assert note.endswith(f"; until then the agency {FIRST!r} stays as it was")


def test_an_agency_that_comes_without_its_settings_yet_is_left_out(case: Path, client: Client):
    (case / "records/new").mkdir()
    shutil.copy(min((case / "records" / FIRST).rglob("*.pst")), case / "records/new/a.pst")
    unsettle(case / "records/new/a.pst")
    before = rows(case, FIRST)
    result = run(case)
    assert any(note.endswith("the agency 'new' stays as it was") for note in result.notes)
    assert rows(case, FIRST) == before
    assert rows(case, "new")["private/sources"] == []


def test_an_agency_that_lacks_its_settings_for_good_ends_the_run(case: Path, client: Client):
    (case / "records/new").mkdir()
    shutil.copy(min((case / "records" / FIRST).rglob("*.pst")), case / "records/new/a.pst")
    with pytest.raises(InputError, match="unknown agency 'new'"):
        run(case)


def test_rows_that_cannot_be_kept_are_not_lost_silently(case: Path, client: Client):
    unsettle(min((case / "records" / FIRST).rglob("*.pst")))
    shutil.rmtree(case / "work/mail")
    with pytest.raises(InputError, match=rf"what was read of {FIRST} is gone"):
        run(case)


def test_an_agency_whose_mailboxes_are_gone_ends_a_scheduled_run(case: Path, client: Client):
    before = {path: path.read_bytes() for path in (case / "out").rglob("*.parquet")}
    (case / "records" / SECOND).rename(case / "records/renamed")
    with pytest.raises(InputError, match=rf"records/{SECOND}: has no mailbox any more.*nwatch run "):
        run(case)
    assert {path: path.read_bytes() for path in (case / "out").rglob("*.parquet")} == before
    result = run(case, settled=False)
    assert (
        f"agency {SECOND!r} has no mailbox any more, and will be removed from the published tables"
        in result.notes
    )
    assert rows(case, SECOND)["private/sources"] == []
    assert rows(case, "renamed")["private/messages"]


def test_a_second_run_of_all_agencies_is_not_needed_while_one_is_active_or_waiting(
    case: Path, client: Client
):
    with only_one(case / "work", "investigate"):
        result = run(case)
    assert "mail" not in result.found
    assert result.notes == ("a run of all agencies is already active or waiting; this one is not needed",)


def test_what_a_run_was_publishing_when_it_was_cut_off_is_published_first(case: Path, client: Client):
    decided = case / "work/publishing"
    decided.mkdir()
    (case / "out/provenance.json").rename(decided / "provenance.json")
    result = run(case)
    assert "the last run was cut off while it published; its tables are all in out/ now" in result.notes
    assert (case / "out/provenance.json").is_file()
    assert not decided.exists()
