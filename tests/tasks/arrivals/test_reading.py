"""Which agencies a run has read in their present state."""

import hashlib
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from data.records import FolderRecords, RecordFile
from data.schema import TABLES
from data.storage import state_of
from data.tables import write_table
from tasks.arrivals.reading import Before, read_before
from tasks.mail.sources import HashMemo


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Two agencies, each with two mailboxes, read and published."""
    rows, memo = [], HashMemo(tmp_path / "work")
    for agency in ("lapd", "sdpd"):
        for name in "ab":
            file = f"records/{agency}/{name}.pst"
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
            sha256 = name * 64
            memo.put(RecordFile(agency, path, file), sha256, state_of(path))
            rows.append(
                {
                    "agency": agency, "source": sha256[:12], "file": file, "bytes": 1, "sha256": sha256,
                    "format": None, "messages_listed": None,
                }
            )  # fmt: skip
    memo.save()
    spec = TABLES["private/sources"]
    write_table(pa.Table.from_pylist(rows, schema=spec.arrow), spec, tmp_path / "out")
    written = hashlib.sha256((tmp_path / "out/private/sources.parquet").read_bytes()).hexdigest()
    tables = {"tables": {"private/sources.parquet": written}}
    (tmp_path / "out/provenance.json").write_text(json.dumps(tables))
    return tmp_path


def before(case: Path) -> Before:
    return read_before(FolderRecords(case / "records").scan().seen, case / "work", case / "out")


def read(case: Path) -> set[str]:
    return set(before(case).read)


def test_what_was_published_with_its_present_hash_counts_as_read(case: Path):
    assert read(case) == {"lapd", "sdpd"}


def test_a_changed_added_or_removed_mailbox_makes_its_agency_unread(case: Path):
    (case / "records/lapd/a.pst").write_text("more")
    assert read(case) == {"sdpd"}
    (case / "records/sdpd/c.pst").write_text("new")
    assert read(case) == set()
    (case / "records/sdpd/c.pst").unlink()
    assert read(case) == {"sdpd"}
    (case / "records/sdpd/b.pst").unlink()
    assert read(case) == set()


def test_other_files_make_no_difference(case: Path):
    (case / "records/lapd/letter.pdf").write_text("Dear")
    assert read(case) == {"lapd", "sdpd"}


def test_without_published_tables_or_hashes_nothing_counts_as_read(case: Path):
    (case / "work/mail/hashes.json").unlink()
    assert read(case) == set()
    (case / "out/private/sources.parquet").unlink()
    assert read(case) == set()


def test_published_agencies_are_listed_whether_their_records_are_there_or_not(case: Path):
    shutil.rmtree(case / "records/lapd")
    assert before(case) == Before(frozenset({"sdpd"}), frozenset({"lapd", "sdpd"}))


@pytest.mark.parametrize("provenance", [None, "", "{}", '{"tables": {"private/sources.parquet": "another"}}'])
def test_if_a_run_published_only_some_tables_nothing_counts_as_read(case: Path, provenance: str | None):
    if provenance is None:
        (case / "out/provenance.json").unlink()
    else:
        (case / "out/provenance.json").write_text(provenance)
    assert before(case) == Before(frozenset(), frozenset({"lapd", "sdpd"}))
