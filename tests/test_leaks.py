"""The search for planted names finds one in every form in which a public file could hold it."""

import base64
import gzip
import html
import io
import json
import quopri
import sqlite3
import struct
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.leaks import found_in

xlsxwriter = pytest.importorskip("xlsxwriter")

NAME = "Zoë Mossbeck <zoe.mossbeck@police.example.org>"
PLATE = "7XKQ419"
PHONE = "(213) 555-0187"
SECRET = f"{NAME} {PLATE} {PHONE}"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + body + chunk(b"IEND", b"")


def xlsx() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet("one").write_string(0, 0, SECRET)
    return stream.getvalue()


def sqlite(tmp_path: Path, *, deleted: bool = False, encoding: str = "UTF-8") -> bytes:
    file = tmp_path / "x.sqlite"
    with sqlite3.connect(file) as database:
        database.execute(f"PRAGMA encoding = '{encoding}'")
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE t (a TEXT)")
        database.execute("INSERT INTO t VALUES (?)", [SECRET])
        database.execute("INSERT INTO t VALUES (?)", ["y" * 4090 + SECRET])  # over the end of a page
        database.commit()
        if deleted:
            database.execute("DELETE FROM t")
    database.close()
    return file.read_bytes()


def parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd")
    return stream.getvalue()


def numeric(form: str) -> str:
    return "".join(form.format(ord(letter)) for letter in SECRET)


RAW = SECRET.encode()
B64 = base64.b64encode(RAW)
FORMS = {
    "as it is": RAW,
    "other case": SECRET.upper().encode(),
    "Windows-1252": SECRET.encode("cp1252"),
    "UTF-16": SECRET.encode("utf-16"),
    "UTF-16 at an odd place": b"x" + SECRET.encode("utf-16-be"),
    "HTML entities": f"<p title='{html.escape(SECRET).replace('ë', '&euml;')}'>".encode(),
    "decimal references": numeric("&#{};").encode(),
    "hexadecimal references": numeric("&#x{:X};").encode(),
    "percent": f"<a href='?q={quote(SECRET)}'>".encode(),
    "JSON": json.dumps({"a": SECRET}).encode(),
    "JSON, every letter": numeric("\\u{:04x}").encode(),
    "JSON in an attribute": html.escape(json.dumps({"a": SECRET})).encode(),
    "_x0041_ of a workbook": numeric("_x{:04X}_").encode(),
    "escapes of CSS": numeric("\\{:x} ").encode(),
    "base64": b"<script>var x='" + B64 + b"'</script>",
    "base64 of base64": b"data:text/plain;base64," + base64.b64encode(b"data:text/plain;base64," + B64),
    "base64 for addresses": base64.urlsafe_b64encode(RAW),
    "base64 in lines": base64.encodebytes(RAW * 3),
    "data: with percent": f"url(data:image/svg+xml,{quote('<svg><text>' + html.escape(SECRET))})".encode(),
    "quoted-printable": quopri.encodestring(RAW),
    "letter by letter in SVG": "".join(
        f"<tspan x='{at}'>{html.escape(letter)}</tspan>" for at, letter in enumerate(SECRET)
    ).encode(),
    "soft hyphens": "\u00ad".join(SECRET).encode(),
    "gzip in base64": base64.b64encode(gzip.compress(RAW)),
    "a picture in a page": b"<img src='data:image/png;base64,"
    + base64.b64encode(png(chunk(b"tEXt", b"Title\0" + RAW)))
    + b"'>",
    "PNG tEXt": png(chunk(b"tEXt", b"Title\0" + SECRET.encode("latin-1"))),
    "PNG zTXt": png(chunk(b"zTXt", b"Title\0\0" + zlib.compress(SECRET.encode("latin-1")))),
    "PNG iTXt": png(chunk(b"iTXt", b"Title\0\1\0en\0T\0" + zlib.compress(RAW))),
    "PNG EXIF": png(chunk(b"eXIf", b"MM\0*\0\0\0\x08" + SECRET.encode("utf-16-le"))),
    "behind a picture": png() + RAW,
    "a workbook": xlsx(),
    "Parquet": parquet(pa.table({"a": [SECRET, SECRET]})),
    "metadata of Parquet": parquet(pa.table({"a": [1]}).replace_schema_metadata({"made by": SECRET})),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_planted_is_found(form: str):
    assert found_in(FORMS[form], [NAME], [PLATE, PHONE]) == {NAME, PLATE, PHONE}


@pytest.mark.parametrize("how", [{}, {"deleted": True}, {"encoding": "UTF-16le"}], ids=str)
def test_it_is_found_in_a_database(tmp_path: Path, how):
    assert found_in(sqlite(tmp_path, **how), [NAME], [PLATE, PHONE]) == {NAME, PLATE, PHONE}


def test_it_is_found_in_the_name_of_a_file_in_an_archive():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(SECRET, b"")
    assert PLATE in found_in(stream.getvalue(), [NAME], [PLATE])


def test_a_number_is_found_however_it_is_written():
    for written in ("213-555-0187", "2135550187", "+1 213.555.0187", "213\u2009555\u20110187"):
        assert found_in(written.encode(), [], [PHONE]) == {PHONE}
    assert not found_in(b"213-555-0188; Zoe Mosbeck", [NAME], [PHONE, PLATE])
