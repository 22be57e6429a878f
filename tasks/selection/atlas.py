"""The Atlas of Surveillance as EFF publishes it: its Ring/Neighbors rows, and how many others there are.

Only a few of its columns are needed, so that an edition with fewer or with others is read too.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from data.errors import InputError
from data.file_kind import form_of, not_a_table
from tasks.rows.small_tables import missing_column
from tasks.selection.results import AtlasInput

RING: Final = "Ring/Neighbors Partnership"
"""The technology by whose name the Atlas lists the partnerships."""

TECHNOLOGY: Final = "Technology"

COLUMNS: Final = {
    "atlas_id": "AOSNUMBER",
    "state": "State",
    "atlas_city": "City",
    "agency": "Agency",
    "agency_type": "Type of LEA",
    "jurisdiction": "Type of Juris",
}
"""The columns that are kept, and what the Atlas calls them."""

OPTIONAL: Final = ("atlas_id", "agency_type", "jurisdiction")
"""The columns without which it is read too."""

_RING_ROWS: Final = pa.schema(
    [("source", pa.string()), ("row", pa.int64()), *((name, pa.string()) for name in COLUMNS)]
)


def read_atlas(files: Sequence[tuple[str, Path]]) -> AtlasInput:
    """Read one or more files of the Atlas.

    Args:
        files: ``atlas/*.csv``: path inside the investigation folder, and where to open it, in order of the
            former. UTF-8, with or without a byte-order mark. A file that is given twice is read once.

    Returns:
        The Ring/Neighbors rows of all of them, and the number of the others.

    Raises:
        InputError: There is no file, or one cannot be read or lacks a column, or no row of any is of a
            Ring/Neighbors partnership.
    """
    if not files:
        raise InputError("atlas/: no .csv in it; put the Atlas of Surveillance there, as EFF publishes it")
    ring: list[dict[str, str | int | None]] = []
    sources = []
    seen: set[str] = set()
    rows = other = 0
    for label, path in files:
        content = _bytes(path, label)
        sha256 = hashlib.sha256(content).hexdigest()
        sources.append((label, sha256, len(content)))
        if sha256 in seen:
            continue
        seen.add(sha256)
        for number, record in enumerate(_records(content, label), start=1):
            rows += 1
            if is_ring(record[TECHNOLOGY]):
                kept = {name: record.get(column) for name, column in COLUMNS.items()}
                ring.append({"source": sha256[:12], "row": number, **kept})
            else:
                other += 1
    if not ring:
        raise InputError(
            f"{', '.join(label for label, _ in files)}: column {TECHNOLOGY}: no row is a '{RING}'; the Atlas "
            "dropped them in 2024, put an edition of 2023 or before there, as the one of 2020-10-07"
        )
    return AtlasInput(pa.Table.from_pylist(ring, schema=_RING_ROWS), rows, other, tuple(sources))


def is_ring(technology: str | None) -> bool:
    """Whether a row is of a Ring/Neighbors partnership; letter case and blanks do not count.

    Example:
        >>> is_ring("ring / Neighbors partnership "), is_ring("Drones"), is_ring(None)
        (True, False, False)
    """
    return "".join((technology or "").split()).casefold() == "".join(RING.split()).casefold()


def _bytes(path: Path, label: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{label}: cannot be read ({error.strerror}); copy the file anew") from error


def _records(content: bytes, label: str) -> Iterator[dict[str, str | None]]:
    """The rows by column, blanks around a value removed, None where it is empty; blank lines are no rows."""
    form = form_of(content[:4096])
    if form is not None:
        raise InputError(f"{label}: {not_a_table(form)}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{label}: is not UTF-8 text (byte {error.start}); save it as CSV in UTF-8"
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, label)
        for fields in reader:
            if not fields:
                continue
            number += 1
            if len(fields) != len(header):
                raise InputError(
                    f"{label}: row {number}: {len(fields)} fields instead of {len(header)}; "
                    "put a field that holds a comma in quotes"
                )
            yield dict(zip(header, (field.strip() or None for field in fields), strict=True))
    except csv.Error as error:
        raise InputError(
            f"{label}: row {number + 1}: cannot be read as CSV ({error}); download the file anew"
        ) from error


def _check_header(header: list[str], label: str) -> None:
    wanted = [column for name, column in COLUMNS.items() if name not in OPTIONAL]
    for column in (*wanted, TECHNOLOGY):
        if column not in header:
            raise missing_column(label, column, header)
    for column in (*COLUMNS.values(), TECHNOLOGY):
        if header.count(column) > 1:
            raise InputError(f"{label}: two columns are called {column}; remove or rename one")
