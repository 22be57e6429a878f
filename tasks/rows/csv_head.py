"""The beginning of a CSV: its encoding, kind and columns. The readers of small and large tables share it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.csv as pacsv

from data import file_faults
from tasks.rows.errors import reading
from tasks.rows.file_kind import check_kind

HEAD_BYTES: Final = 1 << 20
"""How much of a CSV is its beginning."""

PARSE: Final = pacsv.ParseOptions(newlines_in_values=True)
"""How every CSV is parsed: a quoted value may hold line ends."""


def opened(path: Path) -> pa.NativeFile:
    """Open a CSV, unpacked."""
    return pa.input_stream(str(path), compression="gzip" if path.suffix.lower() == ".gz" else None)


def head_of(path: Path, label: str) -> bytes:
    """The beginning of a CSV, unpacked.

    Raises:
        InputError: Its name ends in .gz and it is not a gzip file.
    """
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES)
    if path.suffix.lower() != ".gz":
        return start
    try:
        return zlib.decompressobj(wbits=31).decompress(start)
    except zlib.error as error:
        raise file_faults.damaged(label, "gzip") from error


_TOLD: Final = re.compile(rb"sep=.\r?\n", re.IGNORECASE)


def without_told(content: bytes) -> bytes:
    r"""A CSV without the line by which a spreadsheet is told its separator.

    Example:
        >>> without_told(b"sep=;\r\nid;word\r\n")
        b'id;word\r\n'
    """
    told = _TOLD.match(content)
    return content[told.end() :] if told else content


def header_of(head: bytes, label: str, separator: str = ",") -> list[str]:
    r"""The columns of a CSV.

    Args:
        head: Its beginning, unpacked.
        label: How it is named in an error.
        separator: What stands between its columns.

    Raises:
        InputError: It is empty, of another kind, or its header is not UTF-8.

    Example:
        >>> header_of(b'id,"a, b"\r\n1,2\r\n', "posts/a.csv")
        ['id', 'a, b']
    """
    if not head.strip():
        raise file_faults.empty(label)
    check_kind(head, label)
    first = _first_record(without_told(head))
    # Text in UTF-16 has a zero byte beside every letter of its header.
    if b"\0" in first:
        raise file_faults.not_utf8(label)
    try:
        first.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise file_faults.not_utf8(label) from error
    read = pacsv.ReadOptions(block_size=HEAD_BYTES, use_threads=False)
    parse = pacsv.ParseOptions(delimiter=separator, newlines_in_values=True)
    with (
        reading(label),
        pacsv.open_csv(pa.BufferReader(first), read_options=read, parse_options=parse) as reader,
    ):
        return list(reader.schema.names)


def _first_record(head: bytes) -> bytes:
    """The bytes of the header and of blank lines above it."""
    record: list[bytes] = []
    begun = inside = False
    for line in head.splitlines():
        record.append(line)
        begun |= bool(line.strip())
        # A quoted name may hold line ends: the header ends where its quotation marks are even.
        inside ^= line.count(b'"') % 2 == 1
        if begun and not inside:
            return b"\n".join(record) + b"\n"
    # A mark that is never closed is a letter of a name, as an inch is: then the first line is the header.
    return head.lstrip().splitlines()[0] + b"\n"


def check_columns(
    label: str, found: list[str], wanted: Collection[str], fix: str = file_faults.RENAME
) -> None:
    """Check that a file has each column that is needed, once.

    Args:
        label: How the file is named in an error.
        found: Its columns.
        wanted: Those that it must have.
        fix: What to do where one is missing.

    Raises:
        InputError: One is missing or is there twice; the message names it.
    """
    for name in wanted:
        if name not in found:
            raise file_faults.missing_column(label, name, found, fix)
        if found.count(name) > 1:
            raise file_faults.repeated_column(label, name)
