"""requests.csv, as a person keeps it."""

from __future__ import annotations

import codecs
import datetime as dt
import hashlib
from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError
from data.records import FolderRecords
from data.schema import TABLES
from data.settings import Config
from data.storage import filesystem
from data.tables import read_table
from tasks.requests.read import COLUMNS, NOTHING, read_requests, write_requests
from tasks.requests.results import Requests, Summary
from tasks.rows.results import InputFile
from tasks.rows.text_rows import count_rows
from tests.store import Store, store

__all__ = ["store"]

HEADER = "agency,sent,status,received,records\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Alderfall has two mailboxes, one of them deeper; Birchmoor's folder is empty."""
    (tmp_path / "investigation.toml").write_text('name = "a"\n')
    for name, size in (("alderfall/a.pst", 300), ("alderfall/2019/b.OST", 70)):
        path = tmp_path / "records" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    (tmp_path / "records/alderfall/letter.pdf").write_bytes(bytes(9))
    (tmp_path / "records/birchmoor").mkdir()
    return tmp_path


def read(folder: Path, rows: str, header: str = HEADER) -> Requests:
    (folder / "requests.csv").write_text(header + rows, encoding="utf-8")
    case = Investigation(folder, Config(name="requests"))
    return read_requests(case.requests_file(), case.place)


def refused(folder: Path, rows: str, header: str = HEADER) -> str:
    with pytest.raises(InputError) as error:
        read(folder, rows, header)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith("requests.csv: ")
    return str(error.value)


def test_each_request_is_a_row_with_what_came(folder: Path):
    found = read(
        folder,
        "Birchmoor Police,2021-03-02,denied,2021-04-01,\n"
        "Alderfall Police,2021-03-01,fulfilled,2021-06-30,alderfall\n"
        "Alderfall Police,2021-02-01,pending,,\n",
    )
    assert found.table.schema.equals(TABLES["public/requests"].arrow)
    assert [tuple(row.values()) for row in found.table.to_pylist()] == [
        ("Alderfall Police", dt.date(2021, 2, 1), "pending", None, None, 0, 0),
        ("Alderfall Police", dt.date(2021, 3, 1), "fulfilled", dt.date(2021, 6, 30), "alderfall", 2, 370),
        ("Birchmoor Police", dt.date(2021, 3, 2), "denied", dt.date(2021, 4, 1), None, 0, 0),
    ]
    assert (found.rows, found.warnings) == (3, ())
    assert found.summary == Summary(asked=3, answered=2, mailboxes=2, bytes=370)
    content = (folder / "requests.csv").read_bytes()
    assert found.files == (InputFile("requests.csv", hashlib.sha256(content).hexdigest(), len(content)),)


@pytest.mark.parametrize(
    "written",
    [
        "alderfall/2019",
        "records/alderfall/2019",
        "records/alderfall/2019/",
        "./alderfall//2019",
        r"alderfall\2019",
    ],
)
def test_a_folder_is_named_from_records_on_however_it_is_written(folder: Path, written: str):
    row = read(folder, f"A,2021-03-01,fulfilled,2021-03-01,{written}\n").table.to_pylist()[0]
    assert (row["records"], row["mailboxes"], row["bytes"]) == ("alderfall/2019", 1, 70)


def test_case_blanks_a_byte_order_mark_and_columns_of_notes_do_not_count(folder: Path):
    text = (
        "note,records,agency,status,sent,received\n"
        '"asked by\nletter", alderfall , Alderfall  Police , Partly  FULFILLED ,2021-03-01, 2021-03-01 \n'
    )
    (folder / "requests.csv").write_bytes(codecs.BOM_UTF8 + text.encode())
    case = Investigation(folder, Config(name="requests"))
    found = read_requests(case.requests_file(), case.place)
    row = found.table.to_pylist()[0]
    assert (row["agency"], row["status"], row["records"]) == (
        "Alderfall Police",
        "partly fulfilled",
        "alderfall",
    )
    assert found.rows == 1


def test_rows_that_a_spreadsheet_left_empty_are_no_requests(folder: Path):
    found = read(folder, "A,2021-03-01,pending,,\n,,,,\n  ,,,,\n\nB,2021-03-01,pending,,\n,,,,\n")
    assert found.table.column("agency").to_pylist() == ["A", "B"]
    assert found.rows == count_rows(folder / "requests.csv", COLUMNS, NOTHING) == 2


def test_the_order_of_the_rows_does_not_matter(folder: Path):
    rows = ["B,2021-03-01,pending,,\n", "A,2021-03-02,pending,,\n", "A,2021-03-01,denied,,\n"]
    assert read(folder, "".join(rows)).table.equals(read(folder, "".join(reversed(rows))).table)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",2021-03-01,pending,,", "column agency, row 1: is empty; write which agency was asked"),
        ("A,,pending,,", "column sent, row 1: is empty; write the day of the request, as 2021-03-01"),
        ("A,3/1/2021,pending,,", "column sent, row 1: '3/1/2021' is not a day; write year, month and day"),
        ("A,2021-02-30,pending,,", "column sent, row 1: '2021-02-30' is not a day"),
        ("A,20210301,pending,,", "column sent, row 1: '20210301' is not a day"),
        ("A,2021-W09-1,pending,,", "column sent, row 1: '2021-W09-1' is not a day"),
        ("A,2021-03-01,denied,soon,", "column received, row 1: 'soon' is not a day"),
        ("A,2021-03-01,,,", "column status, row 1: is empty; write one of: fulfilled, partly fulfilled, no"),
        (
            "A,2021-03-01,fulfiled,2021-03-01,",
            "column status, row 1: 'fulfiled' is not a status; did you mean 'fulfilled'? Write one of: fulf",
        ),
        ("A,2021-03-01,xyzzy,,", "column status, row 1: 'xyzzy' is not a status; write one of: fulfilled, "),
        (
            "A,2021-03-01,denied,2021-02-28,",
            "row 1: received (2021-02-28) is before sent (2021-03-01); correct the wrong day",
        ),
        (
            "A,2021-03-01,fulfilled,,alderfall",
            "row 1: a request that is 'fulfilled' has no day in column received; write the day",
        ),
        (
            "A,2021-03-01,partly fulfilled,,alderfall",
            "row 1: a request that is 'partly fulfilled' has no day in column received",
        ),
        (
            "A,2021-03-01,pending,2021-03-02,",
            "row 1: a request that is 'pending' has a day in column received; write the answer",
        ),
        (
            "A,2021-03-01,denied,,aldefall",
            "column records, row 1: no folder records/aldefall; did you mean 'alderfall'?",
        ),
        (
            "A,2021-03-01,denied,,zz",
            "column records, row 1: no folder records/zz; put what came there, or leave the column",
        ),
        ("A,2021-03-01,denied,,alderfall/a.pst", "no folder records/alderfall/a.pst"),
        ("A,2021-03-01,denied,,../elsewhere", "'../elsewhere' is not a folder in records/; write its name"),
        ("A,2021-03-01,denied,,records/alderfall/../..", "is not a folder in records/"),
        ("A,2021-03-01,denied,,/tmp", "'/tmp' is not a folder in records/"),
        ("A,2021-03-01,denied,,records/", "'records/' is not a folder in records/"),
        (r"A,2021-03-01,denied,,C:\records\a", "is not a folder in records/"),
        (
            "A,2021-03-01,pending,,\nB,2021-03-01,pending,,\nA,2021-03-01,denied,,",
            "rows 1 and 3 are both a request to 'A' of 2021-03-01; keep one, or merge them",
        ),
        ("A,2021-03-01,pending", "a row has 3 fields instead of 5; put quotes around"),
    ],
)
def test_what_is_wrong_is_one_line_with_the_row_and_the_fix(folder: Path, row: str, said: str):
    assert said in refused(folder, row + "\n")


def test_a_missing_column_is_named(folder: Path):
    said = refused(folder, "A,2021-03-01,pending,,\n", "agency,date,status,received,records\n")
    assert said == (
        "requests.csv: no column sent; rename the column that holds it "
        "(there are agency, date, status, received, records)"
    )


def test_a_mailbox_that_cannot_be_read_is_an_error_and_not_a_size_of_zero(folder: Path):
    (folder / "records/birchmoor/gone.pst").symlink_to(folder / "nowhere.pst")
    said = refused(folder, "B,2021-03-01,fulfilled,2021-03-02,birchmoor\n")
    assert "the mailbox 'gone.pst' of a request cannot be read" in said


def test_records_without_a_mailbox_and_folders_that_no_request_names_give_a_warning(folder: Path):
    (folder / "requests.csv").write_text(
        HEADER
        + "B,2021-03-01,fulfilled,2021-03-02,birchmoor\n"
        + "C,2021-03-01,partly fulfilled,2021-03-02,\n"
        + "A,2021-03-01,no records,2021-03-02,alderfall/2019\n"
    )
    case = Investigation(folder, Config(name="requests"))
    (folder / "records/cobble").mkdir()
    found = read_requests(case.requests_file(), case.place, case.agencies_with_records())
    assert found.warnings == (
        "requests.csv: the request to 'A' of 2021-03-01 is 'no records', "
        "but there are mailboxes in records/alderfall/2019",
        "requests.csv: the request to 'B' of 2021-03-01 is 'fulfilled', "
        "and records/birchmoor holds no mailbox",
        "requests.csv: the request to 'C' of 2021-03-01 is 'partly fulfilled', and names no folder",
        "records/cobble: no request of requests.csv names it",
    )


def test_a_file_without_requests_gives_a_warning(folder: Path):
    found = read(folder, "")
    assert (found.rows, found.table.num_rows) == (0, 0)
    assert found.warnings == ("requests.csv: no request in it",)


def test_two_requests_that_share_a_folder_count_its_mailboxes_once_in_the_sum(folder: Path):
    found = read(
        folder,
        "A,2021-03-01,fulfilled,2021-03-02,alderfall\n"
        "A,2021-04-01,fulfilled,2021-04-02,alderfall\n"
        "A,2021-05-01,fulfilled,2021-05-02,alderfall/2019\n"
        "B,2021-05-01,withdrawn,,\n",
    )
    assert found.table.column("mailboxes").to_pylist() == [2, 2, 1, 0]
    assert found.summary == Summary(asked=4, answered=3, mailboxes=2, bytes=370)


def test_records_on_a_store_are_matched_as_those_in_a_folder_are(folder: Path, store: Store):
    rows = (
        "A,2021-03-01,fulfilled,2021-06-30,alderfall\n"
        "A,2021-03-02,fulfilled,2021-06-30,records/alderfall/2019/\n"
        "B,2021-03-01,fulfilled,2021-03-02,birchmoor\n"
    )
    here = read(folder, rows)
    store.copy(folder / "records", "asked")
    filesystem("s3://").touch(f"{store.bucket}/asked/birchmoor/")  # as a store keeps a folder that is empty
    case = Investigation(folder, Config(name="requests", records=store.url("asked")))
    there = read_requests(case.requests_file(), case.place, case.agencies_with_records())
    assert there == here
    assert there.table.column("bytes").to_pylist() == [370, 70, 0]
    (folder / "requests.csv").write_text(HEADER + "A,2021-03-01,denied,,aldefall\n")
    with pytest.raises(InputError, match=r"no folder records/aldefall; did you mean 'alderfall'\?"):
        read_requests(case.requests_file(), case.place)


def test_the_table_is_written_with_its_csv_and_the_same_bytes_each_time(tmp_path: Path):
    file = tmp_path / "requests.csv"
    file.write_text("agency,sent,status,received,records\nB,2021-03-01,pending,,\nA,2021-03-01,denied,,\n")
    found = read_requests(("requests.csv", file), FolderRecords(tmp_path / "records"))
    path = write_requests(found.table, tmp_path / "out")
    assert read_table(TABLES["public/requests"], tmp_path / "out").equals(found.table)
    assert path.with_suffix(".csv").read_text() == (
        "agency,sent,status,received,records,mailboxes,bytes\n"
        "A,2021-03-01,denied,,,0,0\n"
        "B,2021-03-01,pending,,,0,0\n"
    )
    before = path.read_bytes()
    assert write_requests(found.table, tmp_path / "out").read_bytes() == before


@pytest.mark.parametrize(
    ("encoding", "separator", "said"),
    [
        ("utf-8", ",", []),
        ("cp1252", ";", ["requests.csv: CSV, semicolons, Windows-1252, 1 requests"]),
        ("utf-16", "\t", ["requests.csv: CSV, tabs, UTF-16, 1 requests"]),
    ],
)
def test_what_a_spreadsheet_saved_is_read_and_said(
    folder: Path, encoding: str, separator: str, said: list[str]
):
    text = "Agency,Sent,Status,Received,Records\nCañon City Police,2021-03-01,pending,NA,\n,,,,\n"
    (folder / "requests.csv").write_bytes(text.replace(",", separator).encode(encoding))
    case = Investigation(folder, Config(name="requests"))
    found = read_requests(case.requests_file(), case.place)
    assert found.table["agency"].to_pylist() == ["Cañon City Police"]
    assert found.rows == 1
    assert list(map(str, found.recognised)) == said


@pytest.mark.parametrize("written", ["a\x1b]0;x\x07", "a\u202eb", "a\0b", "x" * 2_000])
@pytest.mark.parametrize("column", ["agency", "records"])
def test_a_text_that_cannot_be_shown_is_one_line(folder: Path, column: str, written: str):
    row = {"agency": "A", "records": ""} | {column: written}
    said = refused(folder, f"{row['agency']},2021-03-01,pending,,{row['records']}\n")
    assert said.startswith(f"requests.csv: column {column}, row 1: ")
    assert said.isprintable()
    assert len(said) < 300


def test_a_field_that_is_longer_than_any_is_one_line(folder: Path):
    said = refused(
        folder, "A,2021-03-01,pending,,\n", f"agency,sent,status,received,records,{'x' * 200_000}\n"
    )
    assert said.startswith("requests.csv: ")
    assert len(said) < 500
