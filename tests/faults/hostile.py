"""What may be in the place of an input: no file at all, another kind of file, or a broken one."""

import base64
import gzip
import io
import json
import os
import random
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.odd_places import bound, pipe

Put = Callable[[Path], None]
"""Puts something in the place of a file that is there."""


def _pipe(path: Path) -> None:
    path.unlink()
    pipe(path)


def _socket(path: Path) -> None:
    path.unlink()
    bound(path)


def _link(target: str) -> Put:
    def put(path: Path) -> None:
        path.unlink()
        path.symlink_to(target if target else path.name)

    return put


def _loop(path: Path) -> None:
    other = path.with_name(".other")
    path.unlink()
    path.symlink_to(other.name)
    other.symlink_to(path.name)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


NO_FILE: dict[str, Put] = {
    "pipe": _pipe,
    "socket": _socket,
    "endless device": _link("/dev/zero"),
    "full device": _link("/dev/full"),
    "folder": _folder,
    "link to itself": _link(""),
    "loop of links": _loop,
    "link to nothing": _link("nowhere"),
}
"""What is no regular file: it is named before anything is opened."""


def _random(count: int) -> bytes:
    return random.Random(0).randbytes(count)


@cache
def _bomb(unit: bytes, megabytes: int = 200) -> bytes:
    """A gzip file that expands to so many megabytes of one thing, a thousandfold."""
    made = io.BytesIO()
    with gzip.GzipFile(fileobj=made, mode="wb", compresslevel=6, mtime=0) as packed:
        chunk = unit * ((1 << 20) // len(unit))
        for _ in range(megabytes):
            packed.write(chunk)
    return made.getvalue()


def _zipped(content: bytes, name: str = "inside.csv") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


def _workbook(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", content)
    return made.getvalue()


def _encrypted(content: bytes) -> bytes:
    """A zip whose member says that it is encrypted (bit 0 of its flags, APPNOTE 4.4.4)."""
    whole = bytearray(_zipped(content))
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _wide(content: bytes) -> bytes:
    first, second, *rows = [*_lines(content), b""]
    return b"".join([first, second.rstrip(b"\r\n") + b",one,too,many\n", *rows])


def _columns(content: bytes, count: int = 100_000) -> bytes:
    first, *rows = _lines(content)
    more = b"".join(b",c%d" % number for number in range(count))
    return b"\n".join([first.rstrip() + more, *(row.rstrip() + b"," * count for row in rows[:3])]) + b"\n"


def _numbers(written: bytes) -> Callable[[bytes], bytes]:
    return lambda content: re.sub(rb"(?<![\w.])-?\d+(\.\d+)?(?![\w.:/-])", written, content)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _broken_quote(content: bytes) -> bytes:
    return content.replace(b",", b',"', 2)


CONTENT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "one byte": lambda _: b"x",
    "one line feed": lambda _: b"\n",
    "one quotation mark": lambda _: b'"',
    "blank lines": lambda _: b"\n" * 100_000,
    "NUL bytes": lambda _: b"\0" * 65_536,
    "a NUL byte": lambda content: content[: len(content) // 2] + b"\0" + content[len(content) // 2 :],
    "random bytes": lambda _: _random(65_536),
    "header, then random bytes": lambda content: _lines(content)[0] + _random(65_536),
    "UTF-16": lambda content: _text(content).encode("utf-16"),
    "UTF-16 without its mark": lambda content: _text(content).encode("utf-16-le"),
    "UTF-32": lambda content: _text(content).encode("utf-32"),
    "Windows-1252": lambda content: _text(content).replace("Small", "Smáll").encode("cp1252", "replace"),
    "UTF-8 with its mark": lambda content: b"\xef\xbb\xbf" + content,
    "old Macintosh line ends": lambda content: content.replace(b"\n", b"\r"),
    "a byte that is not UTF-8": lambda content: content[:-5] + b"\xff" + content[-5:],
    "gzip": lambda content: gzip.compress(content, mtime=0),
    "a bomb of blank lines": lambda _: _bomb(b"\n"),
    "a bomb of one line": lambda _: _bomb(b"x"),
    "half a gzip": lambda content: gzip.compress(content, mtime=0)[:40],
    "a tenth": lambda content: content[: len(content) // 10],
    "a half": lambda content: content[: len(content) // 2],
    "nine tenths": lambda content: content[: len(content) * 9 // 10],
    "Git LFS pointer": lambda _: (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
    ),
    "web page": lambda _: b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n",
    "PDF": lambda _: b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
    "workbook": _workbook,
    "zip": _zipped,
    "encrypted zip": _encrypted,
    "zip of blanks": lambda _: _zipped(b" " * 50_000_000, "tracts.geojson"),
    "OLE file": lambda _: bytes.fromhex("d0cf11e0a1b11ae1") + _random(4_000),
    "picture": lambda _: base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"),
    "Parquet by its first bytes": lambda _: b"PAR1" + _random(500) + b"PAR1",
    "SQLite by its first bytes": lambda _: b"SQLite format 3\0" + _random(500),
    "header only": lambda content: _lines(content)[0],
    "header twice": lambda content: _lines(content)[0] + content,
    "no header": lambda content: b"".join(_lines(content)[1:]),
    "names of columns twice": lambda content: re.sub(rb"^[^\n]*", lambda m: m[0] + b"," + m[0], content),
    "no names of columns": lambda content: re.sub(rb"^[^\n]*", lambda m: b"," * m[0].count(b","), content),
    "one row too wide": _wide,
    "a mark that is left open": _broken_quote,
    "100,000 columns": _columns,
    "a field of 5 MB": lambda content: content + b"x" * 5_000_000 + b"\n",
    "a header of 5 MB": lambda content: b"x" * 5_000_000 + content,
    "deep JSON": lambda _: b"[" * 100_000 + b"]" * 100_000,
    "deep JSON with the right beginning": lambda _: (
        b'{"type": "FeatureCollection", "features": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    ),
    "JSON of one number": lambda _: b"7",
    "JSON lines of lists": lambda _: b"[1, 2]\n" * 50,
    "JSON of objects": lambda _: json.dumps([{"id": {"a": [1]}}] * 50).encode(),
    "numbers of 1e300": _numbers(b"1e300"),
    "numbers of 400 digits": _numbers(b"9" * 400),
    "numbers of 2^63": _numbers(b"9223372036854775808"),
    "numbers that are none": _numbers(b"nan"),
    "endless numbers": _numbers(b"inf"),
    "negative numbers": _numbers(b"-1"),
    "dates at the end": lambda content: re.sub(rb"20(19|22)", b"9999", content),
    "dates at the beginning": lambda content: re.sub(rb"20(19|22)", b"0000", content),
    "control characters": lambda content: re.sub(
        rb"Small|Title|BURGLARY", b"a\x1b]0;x\x07\x1b[31mb", content
    ),
    "controls in the header": lambda content: re.sub(rb"^(\w+)", b"\\1\x1b[31m", content),
    "bidirectional marks": lambda content: content.replace(b"Small", "Sm\u202eall".encode()),
}
"""What a file may hold, made of what it held."""

LARGE = {
    "a bomb of blank lines", "a bomb of one line", "zip of blanks", "100,000 columns", "a field of 5 MB",
    "a header of 5 MB",
}  # fmt: skip
"""Kinds of content that take long to make, or to read."""

NAMES = {
    "not UTF-8": os.fsdecode(b"caf\xe9"),
    "ESC": "a\x1b[31mb",
    "OSC": "a\x1b]0;title\x07b",
    "two lines": "a\nb",
    "bidirectional mark": "a\u202eb",
    "quotation marks and stars": "a'\"*[b]",
    "blank": " ",
    "percent and dollar": "%s $HOME {0}",
    "250 letters": "x" * 240,
}
"""What a file or a folder may be called."""
