"""Large tables: every format gives the same, and each fault is one line."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from tasks.rows.large_tables import blocks, estimated_rows, suffix_of
from tasks.rows.reader import Wanted

HEADER = "id,word,latitude,longitude\n"


def whole(path: Path, wanted: Wanted, **given: int) -> pa.Table:
    return pa.Table.from_batches(blocks(path, f"posts/{path.name}", wanted, **given))


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet", "A.CSV", "A.Csv.GZ"])
def test_every_format_gives_the_same_columns_and_rows(
    tmp_path: Path, rows: Callable, written: Callable, wanted: Wanted, name: str
):
    path = tmp_path / name
    made = written(tmp_path / name.lower(), [rows(number) for number in range(50)])
    if not path.exists():
        made.rename(path)
    found = whole(path, wanted)
    assert found.column_names == list(wanted.names)
    assert found["id"].to_pylist() == [str(number) for number in range(50)]
    assert found["latitude"].to_pylist() == [34.0 + number / 1000 for number in range(50)]


def test_a_long_file_comes_in_blocks_with_quoted_line_ends_whole(
    tmp_path: Path, rows: Callable, written: Callable, wanted: Wanted
):
    path = written(tmp_path / "a.csv", [rows(number, title="line\n" * (number % 9)) for number in range(999)])
    found = list(blocks(path, "posts/a.csv", wanted, 4096))
    assert len(found) > 5
    assert [value for block in found for value in block.column("id").to_pylist()] == list(
        map(str, range(999))
    )


def test_a_byte_order_mark_and_blanks_around_numbers_are_accepted(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"id,word,latitude,longitude\r\n1,2, 34.5 ,-118\r\n")
    assert whole(path, wanted).to_pylist() == [
        {"id": "1", "word": "2", "latitude": 34.5, "longitude": -118.0}
    ]


def test_empty_fields_are_missing(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + '1,"",NaN,\n')
    assert whole(path, wanted).to_pylist() == [{"id": "1", "word": None, "latitude": None, "longitude": None}]


def test_a_header_without_rows_is_accepted(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv"
    path.write_text(HEADER)
    assert sum(block.num_rows for block in blocks(path, "a", wanted)) == 0


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_blanks_around_names_count_unless_the_reader_trims_them(tmp_path: Path, wanted: Wanted, name: str):
    path = tmp_path / name
    if name == "a.csv":
        path.write_text(" id,word ,latitude,AREA ,longitude \n7,a,34,x,-118\n")
    else:
        columns = {" id": ["7"], "word ": ["a"], "latitude": [34.0], "AREA ": ["x"], "longitude ": [-118.0]}
        pq.write_table(pa.table(columns), path)
    trimmed = replace(wanted, trimmed=True)
    assert whole(path, trimmed).to_pylist() == [{"id": "7", "word": "a", "latitude": 34, "longitude": -118}]
    with pytest.raises(InputError, match="no column id; rename the column that holds it"):
        whole(path, wanted)


def test_two_names_that_differ_only_in_blanks_are_reported(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv"
    path.write_text("id,id ,word,latitude,longitude\n1,2,a,34,-118\n")
    assert whole(path, wanted)["id"].to_pylist() == ["1"]
    with pytest.raises(InputError, match="two columns are called id; remove or rename one"):
        whole(path, replace(wanted, trimmed=True))


def test_an_area_may_say_what_to_do_about_a_missing_column(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv"
    path.write_text("id,word,lat,longitude\n")
    with pytest.raises(InputError) as error:
        whole(path, replace(wanted, fix="say what it is called"))
    assert str(error.value) == (
        "posts/a.csv: no column latitude; say what it is called (there are id, word, lat, longitude)"
    )


def test_parquet_of_integers_and_decimals_is_read(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.parquet"
    table = pa.table(
        {
            "id": [1],
            "word": [2],
            "latitude": pa.array([34], pa.int32()),
            "longitude": pa.array(["-118.25"]).cast(pa.decimal128(9, 6)),
            "other": [None],
        }
    )
    pq.write_table(table, path)
    assert whole(path, wanted)["longitude"].to_pylist() == [-118.25]
    assert whole(path, wanted)["latitude"].to_pylist() == [34.0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (HEADER.replace("latitude", "lat").encode(), "no column latitude; "),
        (
            HEADER.replace("word", "Word").encode(),
            "no column word; rename the column that holds it (there are ",
        ),
        (("id," + HEADER).encode(), "two columns are called id"),
        (
            HEADER.replace(",", ";").encode() + b"1;a;34;-118\n",
            "columns are separated by ';'; save the file with commas between them",
        ),
        (HEADER.replace(",", "\t").encode(), "columns are separated by tabs; save"),
        (b"<!DOCTYPE html>\n<html>", "is a web page, despite its name; download the file itself"),
        (
            b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0AAAAAAAAAAAAAAAA[Content_Types].xml",
            'is an Excel workbook, despite its name; open it and save its sheet as "CSV UTF-8"',
        ),
        (
            (HEADER + '1,2,34,-118\n2,3,34,"-118\n3,4,34,-118\n').encode(),
            "column longitude, row 2: '-118\\n3,4,34,-118' is not a number",
        ),
        (HEADER.encode("utf-16"), "is not UTF-8 text; save it as"),
        ((HEADER + "é,2,34,-118\n").encode("latin-1"), "is not UTF-8 text"),
        (HEADER.replace("id,", "título,id,", 1).encode("latin-1"), "is not UTF-8 text"),
        (
            (HEADER + "1,2,34,-118\n2,2,north,-118\n").encode(),
            "column latitude, row 2: 'north' is not a number; write degrees as digits with a decimal point",
        ),
        ((HEADER + '1,2,34,"-118,5"\n').encode(), "column longitude, row 1: '-118,5' is not a number"),
        ((HEADER + "1,2,34,-118,5\n").encode(), "a row has 5 fields instead of 4; put quotes around"),
    ],
)
def test_what_is_wrong_in_a_csv_is_one_line_with_the_fix(
    tmp_path: Path, wanted: Wanted, data: bytes, said: str
):
    for name, stored in (("a.csv", data), ("a.csv.gz", gzip.compress(data))):
        path = tmp_path / name
        path.write_bytes(stored)
        with pytest.raises(InputError) as error:
            whole(path, wanted)
        assert str(error.value).startswith(f"posts/{name}: ")
        assert said in str(error.value)
        assert "\n" not in str(error.value)


def test_a_wrong_number_far_down_is_named_by_its_row(
    tmp_path: Path, rows: Callable, written: Callable, wanted: Wanted
):
    made = [rows(number, latitude=str(number)) for number in range(5000)]
    made[4321]["latitude"] = "unknown"
    path = written(tmp_path / "a.csv", made)
    with pytest.raises(InputError, match="column latitude, row 4322: 'unknown' is not a number"):
        list(blocks(path, "posts/a.csv", wanted, 8192))


def test_a_quotation_mark_that_is_left_open_is_reported_and_swallows_nothing(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv"
    rows = ["1,some word,34,-118\n"] * 60_000
    path.write_text(HEADER + "".join(rows) + '2,"open,34,-118\n' + "".join(rows * 2))
    with pytest.raises(InputError, match=r"a row after row (\d+) is longer than 1 MB; close") as error:
        list(blocks(path, "posts/a.csv", wanted, 1 << 20))
    assert 0 < int(str(error.value).split("row ")[2].split()[0]) <= 60_000


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
@pytest.mark.parametrize("rest", ["2,3,34,-118,x\n", "", "2,3,34,-118,x\n" * 20_000])
def test_a_quotation_mark_left_open_in_the_last_column_swallows_no_row(
    tmp_path: Path, wanted: Wanted, name: str, rest: str
):
    before = HEADER.replace("\n", ",note\n") + '1,2,34,-118,"many\nlines, 5"" wide"\n'
    text = before + '1,2,34,-118,"open\n' + rest
    (tmp_path / name).write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    if not rest:
        assert whole(tmp_path / name, wanted).num_rows == 2
        return
    with pytest.raises(InputError, match="row 2: a quotation mark is opened and never closed, so that"):
        whole(tmp_path / name, wanted)


def test_a_quotation_mark_inside_a_value_is_a_letter(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv"
    path.write_text(HEADER.replace("\n", ",note\n") + '1,2,34,-118,a 5" pipe\n2,2,34,-118,\n')
    assert whole(path, wanted)["id"].to_pylist() == ["1", "2"]
    path.write_text(HEADER.replace("\n", ",note\n") + '1,5" pipe,34,-118,x\n2,2,34,-118,"two\nlines"\n')
    assert whole(path, wanted)["id"].to_pylist() == ["1", "2"]


def test_wrong_types_of_parquet_are_reported(
    tmp_path: Path, rows: Callable, written: Callable, wanted: Wanted
):
    path = written(tmp_path / "a.parquet", [rows(1, latitude="34.5")])
    with pytest.raises(InputError, match="column latitude holds string, not numbers"):
        whole(path, wanted)
    path = written(tmp_path / "b.parquet", [{"id": 1}])
    with pytest.raises(InputError, match=r"posts/b.parquet: no column word"):
        whole(path, wanted)


@pytest.mark.parametrize("name", ["a.csv.gz", "a.parquet"])
def test_a_damaged_file_is_reported(
    tmp_path: Path, rows: Callable, written: Callable, wanted: Wanted, name: str
):
    path = written(tmp_path / name, [rows(number) for number in range(3000)])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=f"posts/{name}: "):
        whole(path, wanted)
    path.write_bytes(b"something else")
    with pytest.raises(InputError, match=f"posts/{name}: "):
        whole(path, wanted)


def test_a_gzip_file_of_two_members_is_read_to_its_end(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress((HEADER + "1,2,34,-118\n").encode()) + gzip.compress(b"2,2,34,-118\n"))
    assert whole(path, wanted)["id"].to_pylist() == ["1", "2"]


@pytest.mark.parametrize("name", ["a.xlsx", "a.json", "a.csv.zip", "parquet"])
def test_another_kind_of_file_is_reported(name: str):
    with pytest.raises(InputError, match=f"posts/{name}: is not a .csv, .csv.gz or .parquet file"):
        suffix_of(Path(name), f"posts/{name}")


def test_an_area_may_accept_fewer_kinds_of_files(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": [1]}), path)
    with pytest.raises(InputError, match=r"posts/a.parquet: is not a .csv or .csv.gz file; save it as one"):
        whole(path, replace(wanted, suffixes=(".csv", ".csv.gz")))


def test_the_number_of_rows_is_about_right(tmp_path: Path, rows: Callable, written: Callable):
    made = [rows(number, title="x") for number in range(30_000)]
    for name in ("a.csv", "a.csv.gz"):
        assert estimated_rows(written(tmp_path / name, made), name) == pytest.approx(30_000, rel=0.2)
    assert estimated_rows(written(tmp_path / "a.parquet", made), "a.parquet") == 30_000
