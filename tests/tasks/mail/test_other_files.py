"""The files beside the mailboxes that hold mail in another form."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.records import FolderRecords
from data.schema import TABLES
from data.tables import read_table, write_table
from tasks.mail import other_files
from tasks.mail.other_files import find_other_files, forms_found, other_files_table

LETTER = b"From: a@example.org\nTo: b@example.org\n\nHello"


@pytest.fixture
def records(tmp_path: Path) -> FolderRecords:
    """Two agencies: a letter and a PDF, a packed file; and one file beside their folders."""
    for name, content in {
        "lapd/box.pst": b"!BDN",
        "lapd/2019/a.eml": LETTER,
        "lapd/notes.pdf": b"%PDF",
        "lapd/.hidden.eml": LETTER,
        "sfpd/all.zip": b"PK\x03\x04" + bytes(30),
        "export": b"!BDN" + bytes(600),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    os.mkfifo(tmp_path / "sfpd/pipe.eml")
    return FolderRecords(tmp_path)


def test_what_holds_mail_is_found_in_order_of_agency_and_name(records: FolderRecords):
    found = find_other_files(records)
    assert [(other.agency, other.file, other.form) for other in found] == [
        ("", "records/export", "a mailbox (.pst)"),
        ("lapd", "records/lapd/2019/a.eml", "an e-mail (.eml)"),
        ("sfpd", "records/sfpd/all.zip", "a zip archive"),
    ]


def test_of_some_agencies_only_their_folders_are_looked_into(records: FolderRecords):
    assert [other.file for other in find_other_files(records, ["sfpd"])] == ["records/sfpd/all.zip"]
    assert find_other_files(records, ["nobody"]) == ()


def test_the_table_has_a_row_for_each(records: FolderRecords, tmp_path: Path):
    write_table(other_files_table(find_other_files(records)), TABLES["private/other_files"], tmp_path)
    assert read_table(TABLES["private/other_files"], tmp_path).num_rows == 3
    write_table(other_files_table([]), TABLES["private/other_files"], tmp_path)
    assert read_table(TABLES["private/other_files"], tmp_path).num_rows == 0


def test_of_a_store_only_so_many_are_looked_into(records: FolderRecords, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(other_files, "MOST_REMOTE", 1)
    monkeypatch.setattr(other_files, "Path", type("Elsewhere", (), {}))
    assert [other.form for other in find_other_files(records, ["lapd"])] == [
        "an e-mail (.eml)",
        "a file on the store that was not looked into",
    ]


def test_forms_are_counted_the_most_frequent_first():
    rows = [("c", "a zip archive", "unpack"), ("a", "an e-mail", "ask"), ("b", "an e-mail", "ask")]
    assert [(str(found), found.example) for found in forms_found(rows)] == [
        ("2 files in records/ are each an e-mail: ask", "a"),
        ("1 file in records/ is a zip archive: unpack", "c"),
    ]
