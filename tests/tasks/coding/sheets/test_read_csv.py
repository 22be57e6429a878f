"""Sheets that came back as CSV, as LibreOffice, Excel and Google Sheets export them."""

import csv
from io import StringIO
from pathlib import Path

import openpyxl
import pytest

from tasks.coding.results import Returned
from tasks.coding.sheets.read_csv import read
from tests.tasks.coding.made_sheets import ANSWERS, alerts, by_number, codebook, filled

LABEL = "coding/returned/sheet.csv"


def exported(path: Path, separator: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """The visible sheet of a filled workbook, as a spreadsheet writes it."""
    sheet = openpyxl.load_workbook(filled(path / "anna.xlsx"))["alerts"]
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows(["" if value is None else value for value in row] for row in sheet.values)
    return out.getvalue()


def reading(path: Path, content: bytes) -> Returned:
    (path / "sheet.csv").write_bytes(content)
    return read(path / "sheet.csv", LABEL, codebook(), alerts())


@pytest.mark.parametrize(
    ("separator", "quoting", "encoding", "before"),
    [
        (",", csv.QUOTE_MINIMAL, "utf-8", ""),  # LibreOffice, Google Sheets
        (",", csv.QUOTE_MINIMAL, "utf-8-sig", ""),  # Excel, CSV UTF-8
        (";", csv.QUOTE_MINIMAL, "cp1252", ""),  # Excel, in a country with decimal commas
        ("\t", csv.QUOTE_MINIMAL, "utf-16", ""),  # Excel, Unicode text
        ("\t", csv.QUOTE_MINIMAL, "utf-16-be", ""),
        (";", csv.QUOTE_ALL, "utf-8", "sep=;\n"),
    ],
)
def test_every_form_is_read(separator: str, quoting: int, encoding: str, before: str, tmp_path: Path) -> None:
    content = (before + exported(tmp_path, separator, quoting)).encode(encoding, "replace")
    found = reading(tmp_path, content)
    assert found.faults == ()
    assert by_number(found.reviews) == ANSWERS
    assert {review.reader for review in found.reviews} == {"anna"}


def test_a_table_that_somebody_made_is_read_by_headers_and_numbers(tmp_path: Path) -> None:
    content = (
        "Alert,sample_no,act,Where was it?,note\n"
        f"{alerts()[0].alert[1]},,No,Street; park,\n"
        ",0002,yes,home;street,late\n"
        ",5,,,\n"
    )
    found = reading(tmp_path, content.encode())
    assert by_number(found.reviews) == {
        1: {"act": ("no",), "title": ("street",)},
        2: {"act": ("yes",), "title": ("street", "home"), "note": ("late",)},
    }
    assert {(review.reader, review.codebook) for review in found.reviews} == {("sheet", "1")}
    assert [str(fault) for fault in found.faults] == [
        f"{LABEL}: has no column for '=1+1': its answers are missing; put it back"
    ]


def test_what_is_no_such_table_is_named(tmp_path: Path) -> None:
    for content, said in {
        b"": f"{LABEL}: has no columns of a sheet to code in",
        b"PK\x03\x04": f"{LABEL}: is a workbook and no CSV; name it .xlsx",
        bytes(range(256)) * 9: f"{LABEL}: has no columns of a sheet to code in",
        b"9" * 200_000: f"{LABEL}, row 1: is no row of a CSV (field larger than",
        b'"a"b\n' * 200: f"{LABEL}: has more than 100 rows that are none; hand in the filled sheet alone",
    }.items():
        found = reading(tmp_path, content)
        assert (found.reviews, len(found.faults)) == ((), 1)
        assert str(found.faults[0]).startswith(said)


def test_a_broken_row_costs_no_other(tmp_path: Path) -> None:
    head, end = exported(tmp_path).split("\r\n", 1)
    for broken, said in {
        '"a"b,c': "row 2: is no row of a CSV (',' expected after '\"'); save it once more",
        "9" * 200_000: "row 2: is no row of a CSV (field larger than",
    }.items():
        found = reading(tmp_path, f"{head}\r\n{broken}\r\n{end}".encode())
        assert by_number(found.reviews) == ANSWERS
        assert [str(fault).startswith(f"{LABEL}, {said}") for fault in found.faults] == [True]
    found = reading(tmp_path, f'{head}\r\n{end}1,"open'.encode())
    assert by_number(found.reviews) == ANSWERS
    assert str(found.faults[0]).startswith(f"{LABEL}, row 15: is no row of a CSV (unexpected end of data)")
