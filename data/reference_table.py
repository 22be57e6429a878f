"""Read a reference table of the program: a small CSV with fixed columns that a person can extend."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from data import file_faults
from data.errors import InputError


def read_rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, list[str]]]:
    """Read the rows of a reference table.

    Args:
        path: A CSV (UTF-8, with or without a byte-order mark) with exactly these columns, in this order.
        columns: The columns.

    Returns:
        The number of each row, as a spreadsheet counts (the header is row 1), and its fields, without the
        blanks around them. Blank lines are skipped, and so are rows of empty fields at the end.

    Raises:
        InputError: The file cannot be read, is not UTF-8, has other columns, or a row has more or fewer
            fields.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise file_faults.not_utf8(str(path), error.start) from None
    except OSError as error:
        raise file_faults.unreadable(str(path), error) from None
    lines = [[field.strip() for field in fields] for fields in csv.reader(io.StringIO(text, newline=""))]
    while lines and not any(lines[-1]):
        lines.pop()
    header = lines[0] if lines else []
    if tuple(header) != columns:
        found = ",".join(header) or "missing"
        raise InputError(f"{path}: row 1: the columns are {found}; write {','.join(columns)}")
    rows = [(number, fields) for number, fields in enumerate(lines[1:], start=2) if fields]
    for number, fields in rows:
        if len(fields) != len(columns):
            raise file_faults.wrong_field_count(str(path), number, len(fields), len(columns))
    return rows
