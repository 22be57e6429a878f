"""Large tables: every format gives the same, and each fault is one line."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from tasks.rows.large_tables import blocks, columns_of, estimated_rows
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
def test_names_are_known_in_any_case_and_with_blanks(tmp_path: Path, wanted: Wanted, name: str):
    path = tmp_path / name
    if name == "a.csv":
        path.write_text(" ID,Word ,latitude,AREA ,Longitude \n7,a,34,x,-118\n")
    else:
        columns = {" ID": ["7"], "Word ": ["a"], "latitude": [34.0], "AREA ": ["x"], "Longitude ": [-118.0]}
        pq.write_table(pa.table(columns), path)
    assert whole(path, wanted).to_pylist() == [{"id": "7", "word": "a", "latitude": 34, "longitude": -118}]


def test_two_names_that_differ_only_in_blanks_are_reported_unless_one_is_meant(
    tmp_path: Path, wanted: Wanted
):
    path = tmp_path / "a.csv"
    path.write_text("id,id ,word,latitude,longitude\n1,2,a,34,-118\n")
    assert whole(path, wanted)["id"].to_pylist() == ["1"]
    path.write_text("ID,id ,word,latitude,longitude\n1,2,a,34,-118\n")
    with pytest.raises(InputError, match="two columns could be id: ID and id ; remove or rename one"):
        whole(path, wanted)


def test_a_column_may_have_other_names_and_some_only_where_there_are_no_better(
    tmp_path: Path, wanted: Wanted
):
    path = tmp_path / "a.csv"
    accepted = {"latitude": ("latitude", "lat"), "longitude": ("longitude", "lng")}
    several = replace(wanted, accepted=accepted, instead={"latitude": ("y",), "longitude": ("x",)})
    for header in ("lat,x,y,id,word,lng", "y,other,z,ID,word,x"):
        path.write_text(f"{header}\n34,1,2,7,a,-118\n")
        assert whole(path, several).to_pylist() == [
            {"id": "7", "word": "a", "latitude": 34, "longitude": -118}
        ]
    path.write_text("lat,latitude,id,word,lng\n34,1,2,7,a\n")
    with pytest.raises(
        InputError, match="two columns could be latitude: lat and latitude; remove or rename one"
    ):
        whole(path, several)


def test_an_area_may_say_what_to_do_about_a_missing_column(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv"
    path.write_text("id,word,lat,longitude\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        whole(path, replace(wanted, fix="say what it is called"))
    assert str(error.value) == (
        "posts/a.csv: no column latitude; did you mean lat? say what it is called "
        "(there are id, word, lat, longitude)"
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
            HEADER.replace("word", "note").encode(),
            "no column word; rename the column that holds it (there are ",
        ),
        (("id," + HEADER).encode(), "two columns are called id"),
        (b"<!DOCTYPE html>\n<html>", "is a web page, despite its name; download the file itself"),
        (
            b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0AAAAAAAAAAAAAAAA[Content_Types].xml",
            'is an Excel workbook, despite its name; open it and save its sheet as "CSV UTF-8"',
        ),
        (
            (HEADER + '1,2,34,-118\n2,3,34,"-118\n3,4,34,-118\n').encode(),
            "column longitude, row 2: '-118\\n3,4,34,-118' is not a number",
        ),
        ((HEADER + "é,é,34,-118\n").encode() + b"\xe9,2,34,-118\n", "is not UTF-8 text"),
        (
            (HEADER + "1,2,34,-118\n2,\0,3,4\n").encode(),
            "row 2 holds NUL bytes, as a file has that was not copied",
        ),
        (b"id" * (1 << 18), "its first row, the header, is longer than 256 kB"),
        (
            (HEADER + "1,2,34,-118\n2,2,north,-118\n").encode(),
            "column latitude, row 2: 'north' is not a number; write degrees as digits with a decimal point",
        ),
        ((HEADER + '1,2,34,"-118,5"\n').encode(), "column longitude, row 1: '-118,5' is not a number"),
        (
            (HEADER + "1,2,34,-118,5\n").encode(),
            "row 1 has 5 fields instead of 4; put quotes around a field that holds a comma",
        ),
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


@pytest.mark.long
def test_the_number_of_rows_is_about_right(tmp_path: Path, rows: Callable, written: Callable):
    made = [rows(number, title="x") for number in range(30_000)]
    for name in ("a.csv", "a.csv.gz"):
        assert estimated_rows(written(tmp_path / name, made), name) == pytest.approx(30_000, rel=0.2)
    assert estimated_rows(written(tmp_path / "a.parquet", made), "a.parquet") == 30_000


MANY: list[dict[str, Any]] = [
    {
        "id": 9_007_199_254_740_993 + number,
        "word": "” €, or\nnot" if number % 3 else "",
        "other": 'A "quoted", long\ntitle; with | marks' * (number % 4),
        "latitude": 34.0 + number / 1024,
        "longitude": None if number % 7 == 0 else -118.0 - number / 1024,
    }
    for number in range(300)
]
"""Rows with everything that can go wrong: line ends, quotes, letters beyond ASCII, ids above 2^53, gaps."""


def text_of(separator: str, *, comma: bool = False) -> str:
    sink = io.StringIO(newline="")
    rows = csv.writer(sink, delimiter=separator)
    rows.writerow(MANY[0])
    for row in MANY:
        values = ["" if value is None else str(value) for value in row.values()]
        rows.writerow([*values[:3], *(value.replace(".", ",") if comma else value for value in values[3:])])
    return sink.getvalue()


def features() -> bytes:
    found = []
    for row in MANY:
        properties = {name: row[name] for name in ("id", "word", "other")}
        point = {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}
        placed = row["longitude"] is not None
        more = {} if placed else {"lat": row["latitude"]}
        found.append(
            {"type": "Feature", "properties": properties | more, "geometry": point if placed else None}
        )
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


def esri() -> bytes:
    found = [
        {
            "attributes": {name: row[name] for name in ("id", "word", "other")},
            "geometry": {"x": row["longitude"], "y": row["latitude"]},
        }
        for row in MANY
    ]
    return json.dumps({"spatialReference": {"wkid": 4326}, "features": found}).encode()


def parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(MANY), sink, row_group_size=100)
    return sink.getvalue().to_pybytes()


FORMS = {
    "a.csv": text_of(",").encode(),
    "a.tsv": text_of("\t").encode("utf-16"),
    "semicolon.csv": text_of(";", comma=True).encode("cp1252"),
    "bars.txt": text_of("|").encode("utf-8-sig"),
    "quoted-comma.csv": text_of(",", comma=True).encode(),
    "told.csv": b"sep=;\r\n" + text_of(";", comma=True).encode(),
    "big-endian.csv": codecs.BOM_UTF16_BE + text_of(",").encode("utf-16-be"),
    "a.jsonl": "\n".join(map(json.dumps, MANY)).encode(),
    "sparse.jsonl": "\n".join(
        json.dumps({name: value for name, value in row.items() if value is not None}) for row in MANY
    ).encode(),
    "a.json": json.dumps(MANY, indent=1).encode("utf-16"),
    "held.json": json.dumps({"meta": {"rows": 300}, "data": MANY}).encode(),
    "table.json": json.dumps([list(MANY[0]), *(list(row.values()) for row in MANY)]).encode(),
    "a.geojson": features(),
    "esri.json": esri(),
    "a.parquet": parquet(),
}


def packed(content: bytes, packing: str) -> bytes:
    if packing == "gzip":
        return gzip.compress(content)
    if packing == "zstd":
        return pa.Codec("zstd").compress(content, asbytes=True)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("folder/table", content)
    return sink.getvalue()


@pytest.mark.parametrize("size", [1000, 4096, 2 << 20])
@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_rows_whatever_the_blocks(
    tmp_path: Path, wanted: Wanted, name: str, size: int
):
    path = tmp_path / name
    path.write_bytes(FORMS[name])
    found = whole(path, wanted, block_bytes=size)
    assert found["id"].cast(pa.string()).to_pylist() == [str(row["id"]) for row in MANY]
    assert [word or "" for word in found["word"].to_pylist()] == [row["word"] for row in MANY]
    assert found["latitude"].to_pylist() == [row["latitude"] for row in MANY]
    assert found["longitude"].to_pylist() == [row["longitude"] for row in MANY]


@pytest.mark.parametrize("packing", ["gzip", "zstd", "zip"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.geojson", "a.parquet"])
def test_a_packed_file_is_read_like_the_file_itself(tmp_path: Path, wanted: Wanted, name: str, packing: str):
    path, plain = tmp_path / "a", tmp_path / "plain"
    plain.write_bytes(FORMS[name])
    path.write_bytes(packed(FORMS[name], packing))
    assert whole(path, wanted).equals(whole(plain, wanted))
    assert estimated_rows(path, "a") == pytest.approx(300, rel=3)


@pytest.mark.parametrize("name", FORMS)
def test_the_columns_of_every_form_are_known(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(FORMS[name])
    assert {"id", "word", "latitude", "longitude"} <= set(columns_of(path, name))


def test_a_column_of_json_may_begin_far_down(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.jsonl"
    first = {"id": "1", "latitude": 34.0, "longitude": -118.0}
    lines = [json.dumps(first)] * 500
    path.write_text("\n".join([*lines, json.dumps(first | {"WORD": "late"})]))
    found = whole(path, wanted, block_bytes=1000)
    assert found["word"].to_pylist() == [None] * 500 + ["late"]
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"^posts/a\.jsonl: no column word; rename the column"):
        next(blocks(path, "posts/a.jsonl", wanted, 1000))
    path.write_text("\n".join([json.dumps(first | {"word": "a"}), *lines, json.dumps(first | {"Word": "b"})]))
    assert whole(path, wanted)["word"].to_pylist()[-1] is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b'{"id": 1, "word": "a", "latitude": 1, "longitude": 2}\n{"id": 2',
            "row 2: cannot be read as JSON (it ends",
        ),
        (
            b'{"id": 1, "word": "a", "latitude": "x", "longitude": 2}',
            "column latitude, row 1: 'x' is not a number",
        ),
        (
            b'{"id": 1, "word": "a", "lattitude": 1, "longitude": 2}',
            "no column latitude; did you mean lattitude?",
        ),
        (
            b'{"type":"FeatureCollection","crs":{"properties":{"name":"urn:ogc:def:crs:EPSG::2229"}},"features":[]}',
            "its coordinates are in urn:ogc:def:crs:EPSG::2229 and no degrees; save it in WGS 84",
        ),
        (
            b'{"type":"Feature","properties":{"id":1,"word":2},"geometry":{"type":"Polygon","coordinates":[]}}',
            "row 1: is a Polygon, not a point; hand in points",
        ),
        (b'{"id": ' + b"[" * 100_000, "row 1: cannot be read as JSON (it is nested too deeply)"),
    ],
)
def test_what_is_wrong_in_json_is_one_line_with_the_row(
    tmp_path: Path, wanted: Wanted, content: bytes, said: str
):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        whole(path, wanted)
    assert str(error.value).startswith(f"posts/a.json: {said}")


def test_a_letter_far_down_shows_the_encoding(
    tmp_path: Path, wanted: Wanted, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tasks.rows.form._FURTHER", 0)
    path = tmp_path / "a.csv"
    rows = "1,some word,34,-118\n" * 60_000
    path.write_bytes((HEADER + rows + "2,café,34,-118\n").encode("cp1252"))
    assert whole(path, wanted)["word"].to_pylist()[-1] == "café"
    path.write_bytes((HEADER + rows + "2,café,34,-118\n").encode())
    assert whole(path, wanted)["word"].to_pylist()[-1] == "café"


def test_a_row_of_the_wrong_width_far_down_is_named(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv"
    path.write_text(HEADER.replace(",", ";") + "\n\n1;a\nb;34;-118\n" + '1;"a\nb";34;-118\n' * 2000 + "1;2\n")
    with pytest.raises(InputError, match=r"row 1 has 2 fields instead of 4; put quotes .* holds a semicolon"):
        whole(path, wanted)
    path.write_text(HEADER.replace(",", ";") + '1;"a\nb";34;-118\n\n' * 2000 + "1;2\n")
    with pytest.raises(
        InputError, match=r"row 2001 has 2 fields instead of 4; put quotes .* holds a semicolon"
    ):
        whole(path, wanted, block_bytes=4096)


def test_one_odd_row_among_decimal_commas_and_words_for_nothing(tmp_path: Path, wanted: Wanted):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + '1,a,"34,5","-118,25"\n2,b,34.5,-118.25\n3,c,NULL, NaN \n4,d,34,"-118,2"\n')
    with pytest.raises(InputError, match="column longitude, row 4: '-118,2' is not a number"):
        whole(path, wanted)
    path.write_text(HEADER + '1,a,"34,5","-118,25"\n2,b,34.5,-118.25\n3,c,NULL, NaN \n')
    assert whole(path, wanted)["latitude"].to_pylist() == [34.5, 34.5, None]
