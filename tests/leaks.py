"""A search for texts in files, in every form in which a public file could hold one."""

import base64
import binascii
import contextlib
import gzip
import hashlib
import html
import io
import quopri
import re
import sqlite3
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

import pyarrow.parquet as pq

DEPTH = 4
"""How many wrappings deep a text may be: base64 in an attribute in a sheet in an archive."""
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{4}[\r\n]*){3,}[A-Za-z0-9+/_-]{0,3}={0,2}")
_ESCAPES = re.compile(
    r"\\u\{?([0-9a-fA-F]{4,6})\}?|\\x([0-9a-fA-F]{2})|_x([0-9a-fA-F]{4})_|\\0*([0-9a-fA-F]{2,6}) "
)
_SIGNS = bytes(byte for byte in range(256) if not 32 <= byte < 127)
"""What no text of ASCII has, but for line ends."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def views(content: bytes, depth: int = DEPTH, seen: dict[bytes, int] | None = None) -> Iterator[str]:
    """Every text that is in some bytes: as they are, decoded, unpacked, and in what they hold.

    Args:
        content: The bytes.
        depth: How many more wrappings are looked into.
        seen: What was looked into, by its hash, with how many more wrappings: most ways to read a text lead
            to the same text again.
    """
    seen = {} if seen is None else seen
    name = hashlib.sha256(content).digest()
    if seen.get(name, -1) >= depth:
        return
    seen[name] = depth
    yield content.decode("utf-8", "replace")
    if not content.isascii():
        yield content.decode("latin-1")
    if b"\0" in content:
        for start in (0, 1):
            yield content[start:].decode("utf-16-le", "replace")
            yield content[start:].decode("utf-16-be", "replace")
    if depth:
        for inner in _inside(content):
            yield from views(inner, depth - 1, seen)


def _inside(content: bytes) -> Iterator[bytes]:
    """What is packed into some bytes."""
    if content.startswith(b"PK\3\4"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive.comment
            for member in archive.infolist():
                yield member.filename.encode() + b"\n" + member.comment + b"\n" + member.extra
                yield archive.read(member)
    elif content.startswith(b"\x1f\x8b"):
        with contextlib.suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(content)
    elif content.startswith(b"\x89PNG"):
        yield from _of_png(content)
    elif content.startswith(b"SQLite format 3\0"):
        yield from _of_sqlite(content)
    elif content.startswith(b"PAR1"):
        yield from _of_parquet(content)
    else:
        yield from _of_text(content)


def _of_png(content: bytes) -> Iterator[bytes]:
    """The chunks that are not the picture; what is packed of them, unpacked."""
    at = 8
    while at + 8 <= len(content):
        (size,), kind = struct.unpack(">I", content[at : at + 4]), content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + size]
        at += 12 + size
        if kind in {b"IDAT", b"PLTE", b"IHDR"}:
            continue
        yield body
        for start in (match.end() for match in re.finditer(rb"\0", body)):
            with contextlib.suppress(zlib.error):
                yield zlib.decompress(body[start:])
    yield content[at:]  # behind the end of the picture


def _of_sqlite(content: bytes) -> Iterator[bytes]:
    """All values of all tables, whole: on the pages, long ones are in pieces."""
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as file:
        file.write(content)
        file.flush()
        with contextlib.closing(sqlite3.connect(f"file:{file.name}?mode=ro", uri=True)) as database:
            database.text_factory = lambda raw: raw.decode("utf-8", "replace")
            for name, kind, sql in database.execute("SELECT name, type, sql FROM sqlite_master").fetchall():
                yield f"{name}\n{sql}".encode()
                if kind == "table":
                    quoted = name.replace('"', '""')
                    for row in database.execute(f'SELECT * FROM "{quoted}"'):
                        for value in row:
                            if isinstance(value, bytes):
                                yield value
                        yield "\n".join(str(value) for value in row).encode()


def _of_parquet(content: bytes) -> Iterator[bytes]:
    """The values and the metadata, statistics included."""
    file = pq.ParquetFile(io.BytesIO(content))
    for key, value in (file.schema_arrow.metadata or {}).items():
        yield key + b"\n" + value
    for field in file.schema_arrow:
        yield repr((field.name, field.metadata)).encode()
    for group in range(file.metadata.num_row_groups):
        columns = file.metadata.row_group(group)
        for at in range(columns.num_columns):
            statistics = columns.column(at).statistics
            if statistics is not None and statistics.has_min_max:
                yield f"{statistics.min}\n{statistics.max}".encode()
    table = file.read()
    for column in table.columns:
        yield "\n".join({str(value) for value in column.to_pylist()}).encode()


def _of_text(content: bytes) -> Iterator[bytes]:
    """What a text is, read as HTML, as an address, as JSON, without its tags; and what it holds in base64."""
    text = content.decode("utf-8", "replace")
    read = {html.unescape(text), unquote(text), unquote(text.replace("+", " ")), _ESCAPES.sub(_letter, text)}
    if "<" in text:
        read.add(re.sub(r"<[^>]*>", "", text))
    if re.search(rb"=[0-9A-F]{2}", content):
        read.add(quopri.decodestring(content).decode("utf-8", "replace"))
    yield from (each.encode("utf-8", "replace") for each in read if each != text)
    for word in {re.sub(rb"[\r\n=]", b"", match[0]) for match in _BASE64.finditer(content)}:
        # A short one may be glued to a letter before.
        yield from _of_word(word) if len(word) < 200 else _of_base64(word)


@lru_cache(maxsize=1 << 16)
def _of_word(word: bytes) -> tuple[bytes, ...]:
    """What a short word decodes to, wherever it begins; most words come again in the next view of a text."""
    return tuple(inner for start in range(4) for inner in _of_base64(word[start:]))


def _of_base64(piece: bytes) -> Iterator[bytes]:
    for other in (None, b"-_"):
        with contextlib.suppress(binascii.Error, ValueError):
            inner = base64.b64decode(piece + b"=" * (-len(piece) % 4), altchars=other)
            if _is_something(inner):
                yield inner


def _is_something(content: bytes) -> bool:
    """Whether decoded bytes are a text or a known form, and not the noise that any word decodes to."""
    if content[:4] in {b"PK\3\4", b"\x89PNG", b"PAR1", b"SQLi"} or content[:2] == b"\x1f\x8b":
        return True
    plain = content.replace(b"\0", b"")
    return len(plain) > 5 and len(plain.translate(None, _SIGNS)) > 0.8 * len(plain)


def _letter(match: re.Match[str]) -> str:
    number = int(next(filter(None, match.groups())), 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else match[0]


def plain(text: str) -> str:
    """A text without what makes equal ones look different: case, forms of letters, blanks, what is unseen."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    return re.sub(r"\s+", " ", text)


def bare(text: str) -> str:
    """Its letters and digits alone, as a number or a plate may be written with any signs between."""
    return re.sub(r"[\W_]", "", plain(text))


def found_in(content: bytes, texts: Iterable[str], codes: Iterable[str] = ()) -> set[str]:
    """Which of some texts, and of some numbers and plates, are in some bytes.

    Args:
        content: The bytes of a file.
        texts: Texts, found in any case and form.
        codes: Numbers and plates, found with any signs between their letters and digits.
    """
    wanted = {plain(text): text for text in texts}
    coded = {bare(code): code for code in codes}
    found: set[str] = set()
    for view in set(views(content)):
        own = plain(view)
        found |= {text for form, text in wanted.items() if form in own}
        if coded:
            letters = re.sub(r"[\W_]", "", own)
            found |= {code for form, code in coded.items() if form in letters}
    return found


def public_files(out: Path) -> list[Path]:
    """All files of ``out/`` but the private ones."""
    return sorted(
        path for path in out.rglob("*") if path.is_file() and path.relative_to(out).parts[0] != "private"
    )
