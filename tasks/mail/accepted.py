"""``accepted.csv``: the mailboxes of which a person has confirmed that they are gone (method 1.16).

It is an input like any other, kept with the investigation and not in ``work/``: who runs the same records
with it gets the same tables, and nobody is asked twice. A run that reads such a mailbox again takes its row
out, which changes no table: should it go again, that is news.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final

from data import file_faults
from data.errors import InputError
from data.writing import replacing
from tasks.rows.columns import match
from tasks.rows.small_tables import read_texts

FILE: Final = "accepted.csv"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, order=True)
class Accepted:
    """A mailbox that is gone, and may be.

    Attributes:
        agency: Its agency.
        file: The first of its names inside the investigation folder.
        bytes: Its size.
        sha256: The SHA-256 of its content, which decides.
    """

    agency: str
    file: str
    bytes: int
    sha256: str


COLUMNS: Final = tuple(field.name for field in fields(Accepted))


def read_accepted(folder: Path) -> tuple[Accepted, ...]:
    """Read ``accepted.csv`` of an investigation.

    Args:
        folder: The investigation folder.

    Returns:
        Its rows, in order; none where there is no such file.

    Raises:
        InputError: The file, a column or a value is wrong; the message names the row and the fix.
    """
    path = folder / FILE
    if not path.exists() and not path.is_symlink():
        return ()
    found = read_texts(path, FILE)
    names = match(FILE, found.column_names, {name: (name,) for name in COLUMNS})
    columns = [found.column(names[name]).to_pylist() for name in COLUMNS]
    return tuple(sorted({_row(number, *row) for number, row in enumerate(zip(*columns, strict=True), 1)}))


def _row(number: int, agency: str, file: str, size: str, sha256: str) -> Accepted:
    if not agency:
        raise file_faults.empty_value(FILE, "agency", number, "let nwatch accept write it")
    if not _SHA256.fullmatch(sha256 or ""):
        raise InputError(
            f"{FILE}: column sha256, row {number}: is no SHA-256 (64 hexadecimal digits); "
            "take the row out, and let nwatch accept write it"
        )
    return Accepted(agency, file or "", int(size) if (size or "").isdecimal() else 0, sha256)


def write_accepted(folder: Path, rows: Iterable[Accepted]) -> None:
    """Write ``accepted.csv`` anew.

    Args:
        folder: The investigation folder.
        rows: All its rows.

    Raises:
        OSError: It cannot be written.
    """
    with (
        replacing(folder / FILE) as beside,
        beside.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(astuple(row) for row in sorted(set(rows)))


def end_accepted(folder: Path, ended: Iterable[Accepted]) -> None:
    """Take rows out of ``accepted.csv``, as it is now: their mailboxes are back.

    Args:
        folder: The investigation folder.
        ended: These rows.

    Raises:
        InputError: The file is wrong; the message names the row and the fix.
        OSError: It cannot be written.
    """
    rows, back = read_accepted(folder), {(row.agency, row.sha256) for row in ended}
    left = [row for row in rows if (row.agency, row.sha256) not in back]
    if len(left) < len(rows):
        write_accepted(folder, left)
