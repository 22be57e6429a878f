"""The beginning of a CSV: its encoding, kind and columns. The readers of small and large tables share it."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

import pyarrow as pa
import pyarrow.csv as pacsv

from data import file_faults
from tasks.rows.errors import reading
from tasks.rows.file_kind import check_kind

MOST_HEADER: Final = 1 << 18
"""Bytes of a header at most."""

MOST_COLUMNS: Final = 10_000
"""Columns that a table may have; the widest tables of the Census have some hundred."""

_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
"""As ``bytes.splitlines`` cuts them, one at a time: the header is the first of thousands."""

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
        InputError: It is empty, of another kind, or its header is not UTF-8, too long or too wide.

    Example:
        >>> header_of(b'id,"a, b"\r\n1,2\r\n', "posts/a.csv")
        ['id', 'a, b']
    """
    if not head.strip():
        raise file_faults.empty(label)
    check_kind(head, label)
    first = head[: start_of_rows(head)]
    if len(first) > MOST_HEADER:
        raise file_faults.endless_header(label, MOST_HEADER >> 10)
    if b"\0" in first:
        raise file_faults.holds_nul(label, 0)
    first = without_told(first).rstrip(b"\r\n") + b"\n"
    try:
        first.decode()
    except UnicodeDecodeError as error:
        raise file_faults.not_utf8(label) from error
    read = pacsv.ReadOptions(block_size=2 * MOST_HEADER, use_threads=False)
    parse = pacsv.ParseOptions(delimiter=separator, newlines_in_values=True)
    with (
        reading(label),
        pacsv.open_csv(pa.BufferReader(first), read_options=read, parse_options=parse) as reader,
    ):
        names = list(reader.schema.names)
    if len(names) > MOST_COLUMNS:
        raise file_faults.too_wide(label, len(names), MOST_COLUMNS)
    return names


def start_of_rows(head: bytes) -> int:
    r"""How many bytes of a CSV stand before its first row: its header, and what is above.

    Args:
        head: Its beginning in UTF-8, which holds the header.

    Example:
        >>> start_of_rows(b"\nid,word\n1,a\n")
        9
    """
    told = len(head) - len(without_told(head))
    return told + _end_of_first(head[told:])


def _end_of_first(head: bytes) -> int:
    """Where the header ends, with its line end; blank lines may stand above it."""
    end = 0
    begun = inside = False
    for found in _LINE.finditer(head):
        line = found[0]
        end = found.end()
        begun |= bool(line.strip())
        # A quoted name may hold line ends: the header ends where its quotation marks are even.
        inside ^= line.count(b'"') % 2 == 1
        if begun and not inside:
            return end
    # A mark that is never closed is a letter of a name, as an inch is: then the first line is the header.
    above = len(head) - len(head.lstrip())
    return above + len(head.lstrip().splitlines(keepends=True)[0])


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
