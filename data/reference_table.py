"""Read a reference table of the program: a small CSV with fixed columns that a person can extend."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path
from typing import Final

from data import file_faults
from data.errors import InputError
from data.opening import regular
from data.printable import escaped, shortened

MOST_BYTES: Final = 16 << 20
"""A table that a person keeps by hand is smaller."""

_SEPARATORS: Final = {",": "", ";": "semicolons", "\t": "tabs"}
"""What may separate columns, as spreadsheets save them, and what it is called."""


def read_rows(
    path: Path, columns: tuple[str, ...], label: str | None = None, *, handed_in: bool = False
) -> list[tuple[int, list[str]]]:
    """Read the rows of a reference table.

    Args:
        path: A CSV (UTF-8, with or without a byte-order mark) with exactly these columns, in this order.
        columns: The columns.
        label: How the file is named in an error; None for its path.
        handed_in: Whether it is a person's: then it may also be in UTF-16 with its mark or in Windows-1252,
            and have semicolons or tabs between its columns, as spreadsheets save it.

    Returns:
        The number of each row, as a spreadsheet counts (the header is row 1), and its fields, without the
        blanks around them. Blank lines are skipped, and so are rows of empty fields at the end.

    Raises:
        InputError: The file cannot be read, is no such text, has other columns, or a row has more or fewer
            fields.
    """
    label = str(path) if label is None else label
    text, _ = _text(path, label, handed_in=handed_in)
    separator = _separator(text, columns) if handed_in else ","
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        lines = [[field.strip() for field in fields] for fields in records]
    except csv.Error as error:
        raise file_faults.not_csv(label, error) from None
    while lines and not any(lines[-1]):
        lines.pop()
    header = lines[0] if lines else []
    if tuple(header) != columns:
        found = escaped(shortened(",".join(header))) or "missing"
        raise InputError(f"{label}: row 1: the columns are {found}; write {','.join(columns)}")
    rows = [(number, fields) for number, fields in enumerate(lines[1:], start=2) if fields]
    for number, fields in rows:
        if len(fields) != len(columns):
            raise file_faults.wrong_field_count(label, number, len(fields), len(columns))
    return rows


def words_of(path: Path, columns: tuple[str, ...], label: str) -> str:
    """How a table is written, where it is not a CSV in UTF-8 with commas; empty where it is.

    Args:
        path: The table.
        columns: Its columns.
        label: How the file is named in an error.

    Raises:
        InputError: It cannot be read.
    """
    text, encoding = _text(path, label, handed_in=True)
    return ", ".join(filter(None, [_SEPARATORS[_separator(text, columns)], encoding]))


def _separator(text: str, columns: tuple[str, ...]) -> str:
    """What separates the columns: what the header shows."""
    header = text.lstrip().partition("\n")[0].replace('"', "").strip()
    return next((mark for mark in _SEPARATORS if header == mark.join(columns)), ",")


def _text(path: Path, label: str, *, handed_in: bool) -> tuple[str, str]:
    """The text of a table, and what its encoding is called; empty for UTF-8."""
    try:
        with regular(path, label).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise file_faults.unreadable(label, error) from None
    if len(data) > MOST_BYTES:
        raise InputError(f"{label}: is larger than {MOST_BYTES >> 20} MB; keep the rows that you need")
    wide = handed_in and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        if wide:
            return data.decode("utf-16"), "UTF-16"
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        if wide or not handed_in or b"\0" in data:
            raise file_faults.not_utf8(label, error.start) from None
    try:
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:  # five bytes are nothing in it
        raise file_faults.not_utf8(label, error.start) from None
