"""Columns of small tables, whatever they are stored as."""

from __future__ import annotations

import decimal
import gzip
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from tasks.rows import small_tables
from tasks.rows.small_tables import read_columns, read_header, read_texts


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
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an Excel workbook, despite its name; open it and save"),
        (b"PK\x03\x04\x0a\0a.csv", "is not a zip file, or a damaged one; copy or download it again"),
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
    with pytest.raises(InputError, match=r"^a\.csv: is not a regular file \(it is a folder\); put the file"):
        read_columns(tmp_path, "a.csv", {"a": "number"})


TABLE = {"GEOID": ["08031000100", "08031000200"], "": ["a", ""], "n": ["1,234", "-"]}
"""A table with a column without a name, and numbers as people write them."""


def as_csv(separator: str = ",", encoding: str = "utf-8") -> bytes:
    lines = [list(TABLE), *zip(*TABLE.values(), strict=True)]
    text = "\r\n".join(separator.join(f'"{field}"' for field in line) for line in lines) + "\r\n"
    return text.encode(encoding)


FORMS = {
    "a.csv": as_csv(),
    "b.csv": as_csv(";"),
    "c.tsv": as_csv("\t", "utf-16"),
    "d.csv": as_csv("|", "utf-8-sig"),
    "e.csv": b"sep=;\r\n" + as_csv(";"),
    "f.csv.gz": gzip.compress(as_csv()),
    "g.csv": b"\r\n\n" + as_csv(),
    "h.json": json.dumps([list(TABLE), *zip(*TABLE.values(), strict=True)]).encode(),
    "i.json": json.dumps(
        [dict(zip(TABLE, row, strict=True)) for row in zip(*TABLE.values(), strict=True)]
    ).encode(),
    "j.jsonl": b"\n".join(
        json.dumps(dict(zip(TABLE, row, strict=True))).encode() for row in zip(*TABLE.values(), strict=True)
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_table_in_any_form_is_the_same_texts(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(FORMS[name])
    assert read_texts(path, name).to_pydict() == TABLE
    assert read_header(path, name) == list(TABLE)
    assert read_texts(path, name, ["n", "GEOID"]).column_names == ["n", "GEOID"]


@pytest.mark.parametrize("packed", ["", ".gz", ".zip"])
def test_a_parquet_file_is_texts_too_packed_or_not(tmp_path: Path, packed: str):
    path = tmp_path / f"a.parquet{packed}"
    plain = tmp_path / "plain"
    pq.write_table(pa.table({"id": [2**63 - 1, None], "x": [5.0, 0.25], "when": [None, b"x"]}), plain)
    if packed == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(plain, "folder/a.parquet")
            archive.writestr("__MACOSX/._a.parquet", b"")
    else:
        path.write_bytes(gzip.compress(plain.read_bytes()) if packed else plain.read_bytes())
    assert read_texts(path, path.name).to_pydict() == {
        "id": ["9223372036854775807", None],
        "x": ["5", "0.25"],
        "when": [None, None],
    }


def test_names_that_are_repeated_and_rows_that_are_not_whole(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,a,\n1,2,3\n")
    found = read_texts(path, "a.csv")
    assert (found.column_names, found.column(1).to_pylist()) == (["a", "a", ""], ["2"])
    with pytest.raises(InputError, match=r"^a\.csv: two columns are called a; remove or rename one$"):
        read_columns(path, "a.csv", {"a": "text"})
    path.write_bytes(b"a,b\n1\n")
    with pytest.raises(InputError, match=r"^a\.csv: a row has 1 field instead of 2; "):
        read_texts(path, "a.csv")


def test_a_table_that_is_too_large_to_be_held_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(small_tables, "MOST_BYTES", 100)
    for name, content in (("a.csv", b"id\n" + b"1\n" * 100), ("a.jsonl", b'{"id": 1}\n' * 100)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(
            InputError, match=rf"^{name}: holds 0 MB and more, and at most 0 MB are read; leave out"
        ):
            read_texts(tmp_path / name, name)
    with pytest.raises(InputError, match=r"^a: holds 0 MB and more"):
        read_texts(stored(pa.array(["x"] * 200), tmp_path), "a")
