"""A list that was changed by hand is one line that names the row and the fix."""

from pathlib import Path

import pytest

from data.errors import InputError
from tasks.coding.results import Listed
from tasks.coding.sample.draw import Drawn
from tasks.coding.sample.sample_file import COLUMNS, read_sample, write_sample

ID = "0123456789abcdef" * 2
HEAD = ",".join(COLUMNS)


def test_an_agency_that_a_spreadsheet_would_run_is_read_back(tmp_path: Path):
    rows = [Listed(Drawn(1, ("=1+1", ID), ("=1+1", "2021-05")), 1, 7, ("agency", "month"), ("anna", "ben"))]
    text = write_sample(rows, tmp_path).read_text()
    assert ",'=1+1," in text
    assert read_sample(tmp_path) == rows


def test_semicolons_and_a_mark_as_a_spreadsheet_saves_them_are_read(tmp_path: Path):
    (tmp_path / "sample.csv").write_text(
        f"\ufeff{HEAD.replace(',', ';')}\r\n2;a;{ID};1;7;;;\r\n1;b;{ID};1;7;;;anna\r\n"
    )
    assert [(row.drawn.number, row.readers) for row in read_sample(tmp_path)] == [(1, ("anna",)), (2, ())]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("x,a,{id},1,7,,,", "row 2: sample_no: 'x' is no whole number; put back"),
        ("1,a,1.2E+31,1,7,,,", "row 2: alert_id: '1.2E+31' is no id of an alert"),
        ("1,a,{id},1,7,color,,", "row 2: strata: 'color' is not among agency, kind, month"),
        ("1,a,{id},1,7,,,\n1,b,{id},1,7,,,", "two rows have the same sample_no"),
        ("1,a,{id},1,7,,,\n2,a,{id},1,7,,,", "two rows have the same alert_id"),
        ("1,a,{id}", "row 2"),
        ("0,a,{id},1,7,,,", "row 2: sample_no: '0' is not from 1 to 2,147,483,647; put back"),
        (f"{'9' * 5000},a,{{id}},1,7,,,", "is no whole number; put back"),
        ("1,a,{id},1,7,,,anna; ../../ben", "row 2: readers: '../../ben' cannot be a reader's name; put back"),
        ("1,a,{id},1,7,,,an\x1bna", r"row 2: readers: 'an\\x1bna' cannot be a reader's name; put back"),
        ("1,a,{id},1,7,,,anna; Anna", "row 2: readers: 'Anna' is 'anna' but for capitals; put back"),
        ("1,a,{id},1,7,,,anna; anna", "row 2: readers: 'anna' is there twice; put back"),
    ],
)
def test_a_row_that_was_not_written_so_is_one_line(tmp_path: Path, row: str, line: str):
    (tmp_path / "sample.csv").write_text(f"{HEAD}\n{row.format(id=ID)}\n")
    with pytest.raises(InputError) as error:
        read_sample(tmp_path)
    assert str(error.value).startswith("coding/sample.csv: ")
    assert line in str(error.value)
