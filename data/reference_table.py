"""Read a reference table of the program: a small CSV with fixed columns that a person can extend."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from data import file_faults
from data.errors import InputError
from data.opening import regular
from data.printable import printable

MOST_BYTES: Final = 16 << 20
"""A table that a person keeps by hand is smaller."""


def read_rows(path: Path, columns: tuple[str, ...], label: str | None = None) -> list[tuple[int, list[str]]]:
    """Read the rows of a reference table.

    Args:
        path: A CSV (UTF-8, with or without a byte-order mark) with exactly these columns, in this order.
        columns: The columns.
        label: How the file is named in an error; None for its path.

    Returns:
        The number of each row, as a spreadsheet counts (the header is row 1), and its fields, without the
        blanks around them. Blank lines are skipped, and so are rows of empty fields at the end.

    Raises:
        InputError: The file cannot be read, is not UTF-8, has other columns, or a row has more or fewer
            fields.
    """
    label = str(path) if label is None else label
    try:
        text = _text(path, label)
        lines = [[field.strip() for field in fields] for fields in csv.reader(io.StringIO(text, newline=""))]
    except UnicodeDecodeError as error:
        raise file_faults.not_utf8(label, error.start) from None
    except OSError as error:
        raise file_faults.unreadable(label, error) from None
    except csv.Error as error:
        raise file_faults.not_csv(label, error) from None
    while lines and not any(lines[-1]):
        lines.pop()
    header = lines[0] if lines else []
    if tuple(header) != columns:
        found = printable(",".join(header)) or "missing"
        raise InputError(f"{label}: row 1: the columns are {found}; write {','.join(columns)}")
    rows = [(number, fields) for number, fields in enumerate(lines[1:], start=2) if fields]
    for number, fields in rows:
        if len(fields) != len(columns):
            raise file_faults.wrong_field_count(label, number, len(fields), len(columns))
    return rows


def _text(path: Path, label: str) -> str:
    with regular(path, label).open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError(f"{label}: is larger than {MOST_BYTES >> 20} MB; keep the rows that you need")
    return data.decode("utf-8-sig")
