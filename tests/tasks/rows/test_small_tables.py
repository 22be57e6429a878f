"""Columns of small tables, whatever they are stored as."""

from __future__ import annotations

import decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from tasks.rows.small_tables import read_columns


def stored(values: pa.Array, folder: Path) -> Path:
    path = folder / "a.parquet"
    pq.write_table(pa.table({"n": values}), path)
    return path


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1, None, 3], pa.uint8()),
        pa.array([1.0, None, 3.0], pa.float32()),
        pa.array([decimal.Decimal("1.00"), None, decimal.Decimal("3.00")]),
        pa.array(["1", None, "3.0"]),
        pa.array([" 1 ", "", "3"], pa.large_string()),
        pa.array(["1", None, "3"]).dictionary_encode(),
    ],
    ids=lambda values: str(values.type),
)
def test_numbers_are_numbers_however_they_are_stored(values: pa.Array, tmp_path: Path):
    found = read_columns(stored(values, tmp_path), "a", {"n": "number"})["n"]
    assert found.type == pa.float64()
    assert found.to_pylist() == [1.0, None, 3.0]


def test_a_column_without_a_value_is_missing_everywhere(tmp_path: Path):
    found = read_columns(stored(pa.nulls(2), tmp_path), "a", {"n": "number"})["n"]
    assert found.to_pylist() == [None, None]


def test_columns_come_in_the_wanted_order_and_others_are_ignored(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text('b,other,a\n"x, y",\xe9,1\nz,,\n', encoding="utf-8")
    found = read_columns(path, "a.csv", {"a": "number", "b": "text"})
    assert found.column_names == ["a", "b"]
    assert found.to_pylist() == [{"a": 1.0, "b": "x, y"}, {"a": None, "b": "z"}]


def test_the_first_text_that_is_not_a_number_is_named(tmp_path: Path):
    with pytest.raises(InputError, match=r"census/a.parquet: column n, row 3: '1,000' is not a number"):
        read_columns(
            stored(pa.array(["1", None, "1,000", "x"]), tmp_path), "census/a.parquet", {"n": "number"}
        )


def test_numbers_where_text_is_wanted_are_reported(tmp_path: Path):
    with pytest.raises(InputError, match="a: column n holds int64, not text; save it as text"):
        read_columns(stored(pa.array([1]), tmp_path), "a", {"n": "text"})


def test_a_missing_file_is_reported(tmp_path: Path):
    with pytest.raises(InputError, match=r"census/a.csv: cannot be read"):
        read_columns(tmp_path / "a.csv", "census/a.csv", {"n": "number"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a;b\n1;x\n", "columns are separated by ';'; save the file with commas between them"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an Excel workbook, despite its name; open it and save"),
        (b"PK\x03\x04\x0a\0a.csv", "is a zip archive, despite its name; unpack it"),
        (b'a,b\n1,"x\n2,y\n', "row 1: a quotation mark is opened and never closed"),
    ],
)
def test_what_a_person_hands_in_by_mistake_is_reported_with_the_fix(
    tmp_path: Path, content: bytes, said: str
):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"census/acs\.csv: ") as error:
        read_columns(path, "census/acs.csv", {"a": "number", "b": "text"})
    assert said in str(error.value)


def test_a_folder_instead_of_a_file_is_reported(tmp_path: Path):
    with pytest.raises(
        InputError,
        match=r"^a\.csv: cannot be read \(Is a directory\); check its permissions, or copy the file again$",
    ):
        read_columns(tmp_path, "a.csv", {"a": "number"})
