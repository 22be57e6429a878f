"""Tables whose rows are read as text, one by one: headers below titles, notes below rows, odd encodings.

Where a table is a plain one, :mod:`tasks.rows.small_tables` reads it faster and checks its types.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final

from data import file_faults
from tasks.rows.errors import reading
from tasks.rows.file_kind import check_kind

_FIRST_BYTES: Final = 1 << 18
"""Where a header is looked for; that of a table of the American Community Survey has some hundred columns."""

_MOST_BYTES: Final = 100 << 20
"""Of a list that is read row by row; that of the metropolitan areas has some hundred kilobytes."""

_ELSEWHERE: Final = ", or move it elsewhere"


def read_bytes(path: Path, label: str) -> bytes:
    """The bytes of a CSV.

    Raises:
        InputError: It cannot be read, or is of another kind.
    """
    with reading(label):
        content = path.read_bytes()
    check_kind(content[:4096], label)
    return content


def read_records(content: bytes, label: str, separator: str = ",") -> tuple[list[str], Iterator[list[str]]]:
    """A CSV in UTF-8 (with or without a byte-order mark) whose rows are as wide as its header.

    Args:
        content: Its bytes.
        label: How it is named in an error.
        separator: What separates its columns.

    Returns:
        The columns, and the rows below them, without blanks around names and values; blank lines do not
        count.

    Raises:
        InputError: It is not UTF-8. The iterator raises one where a row is wider or narrower than the header,
            or the text is not a CSV.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise file_faults.not_utf8(label, error.start) from error
    records = _records(text, label, separator)
    header = next(records, [])
    return header, records


def _records(text: str, label: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    number, width = -1, None
    try:
        for fields in reader:
            if not fields and width is not None:
                continue
            number += 1
            width = len(fields) if width is None else width
            if len(fields) != width:
                raise file_faults.wrong_field_count(label, number, len(fields), width)
            yield [field.strip() for field in fields]
    except csv.Error as error:
        raise file_faults.not_csv(label, error, number + 1 or None) from error


def read_lines(path: Path, label: str) -> list[tuple[int, list[str]]]:
    """Every row of a CSV in UTF-8 or, as spreadsheets save it, in Windows-1252.

    Args:
        path: Where to open it.
        label: How it is named in an error.

    Returns:
        The number of the line on which each row ends, and its fields, blanks around them removed.

    Raises:
        InputError: It cannot be read, or is larger than any such list.
    """
    with reading(label), path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise file_faults.too_large(label, len(content), _MOST_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        return [(reader.line_num, [field.strip() for field in fields]) for fields in reader]
    except csv.Error as error:
        raise file_faults.not_csv(label, error) from error


def first_rows(path: Path, label: str, rows: int) -> list[list[str]]:
    """The first rows of a CSV, in whatever encoding that has ASCII's letters.

    Args:
        path: Where to open it.
        label: How it is named in an error.
        rows: How many rows at most.

    Raises:
        InputError: It cannot be read, or is not such a CSV.
    """
    with reading(label), path.open("rb") as file:
        head = file.read(_FIRST_BYTES)
    check_kind(head, label, or_else=_ELSEWHERE)
    if b"\0" in head:
        raise file_faults.not_utf8(label, or_else=_ELSEWHERE)
    text = io.StringIO(head.removeprefix(b"\xef\xbb\xbf").decode("latin-1"), newline="")
    try:
        return list(islice(csv.reader(text), rows))
    except csv.Error as error:
        raise file_faults.not_csv(label, error, or_else=_ELSEWHERE) from error


def count_rows(
    path: Path,
    columns: Collection[str],
    nothing: Collection[str],
    encoding: str = "utf-8",
    separator: str = ",",
) -> int:
    """The rows of a CSV that have a value in some columns.

    It shares nothing with the other readers, so that the ledger can compare its number with theirs.

    Args:
        path: The file, which was found readable.
        columns: The columns.
        nothing: Texts, without blanks around them, that are no value.
        encoding: How it is encoded; a byte-order mark does not count.
        separator: What separates its columns.

    Raises:
        ValueError: It cannot be split into rows, as a field is longer than any that a person writes.
    """
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        first = file.readline()
        lines = file if first.lower().startswith("sep=") else chain([first.removeprefix("\ufeff")], file)
        rows = csv.DictReader(lines, restval="", delimiter=separator)
        try:
            return sum(any((row[name] or "").strip() not in nothing for name in columns) for row in rows)
        except (csv.Error, KeyError) as error:
            raise ValueError(str(error)) from error
