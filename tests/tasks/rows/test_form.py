"""What a file of rows is: by its content first, by its name second."""

from __future__ import annotations

import codecs
import gzip
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from tasks.rows import form as form_module
from tasks.rows.form import Form, form_of, unpacked
from tasks.rows.forms import packing as packing_module
from tasks.rows.forms.packing import Unpacked

CSV = "id,note\n1,café – here\n"


def zipped(folder: Path, **members: bytes) -> bytes:
    path = folder / "made.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path.read_bytes()


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(content)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize(
    ("content", "form", "words"),
    [
        (CSV.encode(), Form(), ""),
        (CSV.encode("utf-8-sig"), Form(), ""),
        (CSV.encode("utf-16"), Form(encoding="utf-16-le"), "CSV, UTF-16"),
        (codecs.BOM_UTF16_BE + CSV.encode("utf-16-be"), Form(encoding="utf-16-be"), "CSV, UTF-16"),
        (CSV.encode("utf-16-le"), Form(encoding="utf-16-le"), "CSV, UTF-16"),
        (CSV.encode("utf-16-be"), Form(encoding="utf-16-be"), "CSV, UTF-16"),
        (CSV.encode("utf-32"), Form(encoding="utf-32-le"), "CSV, UTF-32"),
        (CSV.encode("cp1252"), Form(encoding="cp1252"), "CSV, Windows-1252"),
        (CSV.replace(",", ";").encode(), Form(separator=";"), "CSV, semicolons"),
        (
            CSV.replace(",", "\t").encode("utf-16"),
            Form(encoding="utf-16-le", separator="\t"),
            "CSV, tabs, UTF-16",
        ),
        (b"id|lat\n1|2,5\n", Form(separator="|", decimal=","), "CSV, vertical bars, decimal comma"),
        (b"id;n\n1;2,500\n", Form(separator=";"), "CSV, semicolons"),
        (b"sep=;\r\nid;n\r\n1;2\r\n", Form(separator=";"), "CSV, semicolons"),
        (b'{"id": 1}\n{"id": 2}\n', Form("json lines"), "JSON lines"),
        (b'{"id": 1}', Form("json lines"), "JSON lines"),
        (b' [\n{"id": 1}]', Form("json"), "JSON"),
        (b'[["id"], ["1"]]', Form("json"), "JSON"),
        (b'{"rows": [{"id": 1}]}', Form("json"), "JSON"),
        (b'{"features": [], "type": "FeatureCollection"}', Form("geojson"), "GeoJSON"),
        (b'\x1e{"type": "Feature", "geometry": null}\n', Form("geojson"), "GeoJSON"),
        (b"[id],[lat]\n1,2\n", Form(), ""),
        (b"{id},{lat}\n1,2\n", Form(), ""),
    ],
)
def test_the_form_is_known_by_the_content_packed_or_not_whatever_the_name(
    tmp_path: Path, content: bytes, form: Form, words: str
):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert (form_of(path, "a"), form.words) == (form, words)
    for packing, packed in (
        ("gzip", gzip.compress(content)),
        ("zstd", zstd(content)),
        ("zip", zipped(tmp_path, **{"folder/a.csv": content, "__MACOSX/._a.csv": b"", ".DS_Store": b""})),
    ):
        path.write_bytes(packed)
        found = form_of(path, "a")
        assert (found.packing, found.kind, found.encoding) == (packing, form.kind, form.encoding)
        with unpacked(path, "a", found) as stream:
            text = stream.read().decode()
        assert text == content.decode("utf-16" if form.encoding == "never" else form.encoding).lstrip(
            "\ufeff"
        )


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_text_is_utf8_whatever_the_pieces_in_which_it_is_read(tmp_path: Path, encoding: str, size: int):
    path = tmp_path / "a.csv"
    path.write_bytes(CSV.encode(encoding))
    with unpacked(path, "a", form_of(path, "a")) as stream:
        pieces = list(iter(lambda: stream.read(size), b""))
    assert b"".join(pieces) == CSV.encode()
    assert {len(piece) for piece in pieces[:-1]} <= {size}


def test_parquet_is_known_by_its_content(tmp_path: Path):
    path = tmp_path / "a.csv"
    pq.write_table(pa.table({"id": [1]}), path)
    assert (form_of(path, "a"), form_of(path, "a").words) == (Form("parquet"), "Parquet")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n" * (2 << 20), "begins with 1 MB of blank lines"),
        ("a.xlsx", b"PK", "is not a .csv, .tsv, .txt, .jsonl, .ndjson, .json, .geojson or .parquet file"),
        ("a.csv", b"PK\x03\x04" + b"x" * 60, "is not a zip file, or a damaged one"),
        ("a.csv", b"\x1f\x8b\x08x", "is not a gzip file, or a damaged one"),
        ("a.csv", b"\x28\xb5\x2f\xfdxyz", "is not a Zstandard file, or a damaged one"),
        ("a.csv", b"%PDF-1.7\n", "is a PDF, despite its name; hand in the table"),
        ("a.csv", b"PARE" + b"x" * 20, "is encrypted; hand it in without a password"),
    ],
)
def test_what_is_no_file_of_rows_is_one_line(tmp_path: Path, name: str, content: bytes, said: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as error:
        form_of(tmp_path / name, f"posts/{name}")
    assert str(error.value).startswith(f"posts/{name}: {said}")
    assert "\n" not in str(error.value)


def test_archives_that_are_not_one_table_are_named(tmp_path: Path):
    path = tmp_path / "a.zip"
    for members, said in (
        ({}, "a zip archive with no file, not with one table; unpack it, and keep the table"),
        (
            {"a.csv": b"id,n\n", "b\x1b.csv": b"id,n\n"},
            r"a zip archive with 2 files (a.csv, b\x1b.csv), not with",
        ),
        (
            {"[Content_Types].xml": b"", "xl/a.xml": b""},
            "is an Excel workbook, despite its name; open it and",
        ),
    ):
        path.write_bytes(zipped(tmp_path, **members))
        with pytest.raises(InputError) as error:
            form_of(path, "a.zip")
        assert said in str(error.value)
    path.write_bytes(zipped(tmp_path, **{"a.csv": b"id,n\n1,2\n", "b.csv": b"id;n\n"}))
    form = form_of(path, "a.zip", "b.csv")
    assert (form.member, form.separator) == ("b.csv", ";")
    encrypted = bytearray(zipped(tmp_path, **{"a.csv": b"id,n\n1,2\n"}))
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(encrypted)
    with pytest.raises(InputError, match=r"^a\.zip: is encrypted; hand it in without a password$"):
        form_of(path, "a.zip")


def read_to_the_end(path: Path, form: Form) -> None:
    with unpacked(path, "a", form) as stream:
        while stream.read(1 << 16):
            pass


@pytest.mark.parametrize("packing", ["gzip", "zstd", "zip"])
def test_a_file_that_grows_beyond_all_proportion_is_said_early(
    tmp_path: Path, packing: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tasks.rows.forms.packing.ALWAYS_FINE", 1 << 20)
    content = b"id,note\n" + b"1,2\n" * (2 << 20)
    packed = {"gzip": gzip.compress(content), "zstd": zstd(content), "zip": zipped(tmp_path, a=content)}
    path = tmp_path / "a.csv.gz"
    path.write_bytes(packed[packing])
    with pytest.raises(InputError, match=r"^a: grows [\d,]+ times and more when it is unpacked, which no"):
        read_to_the_end(path, Form(packing=packing))  # type: ignore[arg-type]


def test_a_file_that_stays_is_recognised_once_and_one_that_changed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    opened: list[Path] = []
    true = packing_module.opened

    def counted(path: Path, *rest: Any) -> AbstractContextManager[Unpacked]:
        opened.append(path)
        return true(path, *rest)

    monkeypatch.setattr(packing_module, "opened", counted)
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,n\n1,2\n")
    for _ in range(2):  # just written: it may change once more in the same moment
        assert form_of(path, "a").separator == ","
    assert len(opened) == 2
    monkeypatch.setattr(form_module, "_SETTLED", 0)
    for _ in range(2):
        assert form_of(path, "a").separator == ","
    assert len(opened) == 3
    path.write_bytes(b"id;n;m\n1;2;3\n")
    assert form_of(path, "a").separator == ";"
