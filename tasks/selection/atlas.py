"""The Atlas of Surveillance as EFF publishes it: its Ring/Neighbors rows, and how many others there are.

Only a few of its columns are needed, so editions with fewer or other columns can be read too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from data.errors import InputError
from tasks.rows.csv_head import check_columns
from tasks.rows.results import InputFile, file_of_content
from tasks.rows.text_rows import read_bytes, read_records
from tasks.selection.results import AtlasInput

RING: Final = "Ring/Neighbors Partnership"
"""The technology under which the Atlas lists the partnerships."""

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
"""The columns that an edition may lack."""

_RING_ROWS: Final = pa.schema(
    [("source", pa.string()), ("row", pa.int64()), *((name, pa.string()) for name in COLUMNS)]
)


def read_atlas(files: Sequence[tuple[str, Path]]) -> AtlasInput:
    """Read one or more files of the Atlas.

    Args:
        files: ``atlas/*.csv``: path inside the investigation folder, and where to open it, in order of the
            former. UTF-8, with or without a byte-order mark. A file that is given twice is read once.

    Returns:
        The Ring/Neighbors rows of all files, and the number of other rows.

    Raises:
        InputError: There is no file, one cannot be read or lacks a column, or no file has a row of a
            Ring/Neighbors partnership.
    """
    if not files:
        raise InputError("atlas/: no .csv in it; put the Atlas of Surveillance there, as EFF publishes it")
    ring: list[dict[str, str | int | None]] = []
    given: list[InputFile] = []
    seen: set[str] = set()
    rows = other = 0
    for label, path in files:
        content = read_bytes(path, label)
        file = file_of_content(label, content)
        given.append(file)
        if file.sha256 in seen:
            continue
        seen.add(file.sha256)
        header, records = read_records(content, label)
        _check_header(header, label)
        for number, fields in enumerate(records, start=1):
            record = dict(zip(header, (field or None for field in fields), strict=True))
            rows += 1
            if is_ring(record[TECHNOLOGY]):
                kept = {name: record.get(column) for name, column in COLUMNS.items()}
                ring.append({"source": file.source, "row": number, **kept})
            else:
                other += 1
    if not ring:
        raise InputError(
            f"{', '.join(label for label, _ in files)}: column {TECHNOLOGY}: no row is a '{RING}'; the Atlas "
            "dropped them in 2024: put an edition of 2023 or earlier there, as the one of 2020-10-07"
        )
    return AtlasInput(pa.Table.from_pylist(ring, schema=_RING_ROWS), rows, other, tuple(given))


def is_ring(technology: str | None) -> bool:
    """Whether a row is of a Ring/Neighbors partnership; letter case and blanks are ignored.

    Example:
        >>> is_ring("ring / Neighbors partnership "), is_ring("Drones"), is_ring(None)
        (True, False, False)
    """
    return "".join((technology or "").split()).casefold() == "".join(RING.split()).casefold()


def _check_header(header: list[str], label: str) -> None:
    needed = [column for name, column in COLUMNS.items() if name not in OPTIONAL]
    there = [column for name, column in COLUMNS.items() if name in OPTIONAL and column in header]
    check_columns(label, header, [*needed, TECHNOLOGY, *there])
