"""The Atlas of Surveillance as EFF publishes it: its Ring/Neighbors rows, and how many others there are.

Only a few of its columns are needed, so editions with fewer or other columns can be read too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from data import file_faults
from data.errors import InputError
from data.opening import regular
from data.printable import escaped, shortened
from data.text import nearest
from tasks.rows.columns import folded, match
from tasks.rows.errors import reading
from tasks.rows.form import Form, form_of, unpacked
from tasks.rows.results import InputFile, Recognised
from tasks.rows.small_tables import MOST_BYTES
from tasks.rows.text_rows import read_records
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

EDITION: Final = (*COLUMNS.values(), TECHNOLOGY, "County", "Vendor")
"""Columns of the editions that EFF has published; where one is missing, that is said."""

_RING: Final = "".join(RING.split()).casefold()
_RING_ROWS: Final = pa.schema(
    [("source", pa.string()), ("row", pa.int64()), *((name, pa.string()) for name in COLUMNS)]
)


def read_atlas(files: Sequence[tuple[str, Path]]) -> AtlasInput:
    """Read one or more files of the Atlas.

    Args:
        files: ``atlas/*.csv``: path inside the investigation folder, and where to open it, in order of the
            former; in any encoding and with any separator of :mod:`tasks.rows.form`. A file that is given
            twice is read once.

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
    said: list[Recognised] = []
    rows = other = 0
    for label, path in files:
        file = InputFile.of(label, regular(path, label))
        given.append(file)
        if file.sha256 in seen:
            continue
        seen.add(file.sha256)
        form, header, records = _opened(path, label)
        columns = _columns(header, label)
        said += _recognised(label, form, header)
        place = {column: number for number, column in enumerate(header)}
        technology = place[columns[TECHNOLOGY]]
        for number, fields in enumerate(records, start=1):
            rows += 1
            if is_ring(fields[technology]):
                kept = {
                    name: fields[place[columns[name]]] or None if name in columns else None
                    for name in COLUMNS
                }
                ring.append({"source": file.source, "row": number, **kept})
            else:
                other += 1
    if not ring:
        raise InputError(
            f"{', '.join(label for label, _ in files)}: column {TECHNOLOGY}: no row is a '{RING}'; the Atlas "
            "dropped them in 2024: put an edition of 2023 or earlier there, as the one of 2020-10-07"
        )
    return AtlasInput(pa.Table.from_pylist(ring, schema=_RING_ROWS), rows, other, tuple(given), tuple(said))


def is_ring(technology: str | None) -> bool:
    """Whether a row is of a Ring/Neighbors partnership; letter case and blanks are ignored.

    Example:
        >>> is_ring("ring / Neighbors partnership "), is_ring("Drones"), is_ring(None)
        (True, False, False)
    """
    return "".join((technology or "").split()).casefold() == _RING


def _opened(path: Path, label: str) -> tuple[Form, list[str], Iterator[list[str]]]:
    """The form of a file, its columns and its rows."""
    form = form_of(path, label)
    if form.kind != "csv":
        raise file_faults.wrong_kind(label, form.words, "put the CSV there, as EFF publishes it")
    with reading(label), unpacked(path, label, form) as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise file_faults.too_large(label, len(content), MOST_BYTES)
    return form, *read_records(content, label, form.separator)


def _columns(header: list[str], label: str) -> dict[str, str]:
    """What the file calls each column that is kept, and the technology."""
    there = set(map(folded, header))
    kept = {name: each for name, each in COLUMNS.items() if name not in OPTIONAL or folded(each) in there}
    found = match(label, header, {column: (column,) for column in (*kept.values(), TECHNOLOGY)})
    return {name: found[column] for name, column in kept.items()} | {TECHNOLOGY: found[TECHNOLOGY]}


def _recognised(label: str, form: Form, header: list[str]) -> Iterator[Recognised]:
    """What is said of a file that is not as EFF publishes it."""
    there, names = set(map(folded, header)), {shortened(name) for name in header}
    lacking = [column for column in EDITION if folded(column) not in there]
    near = {column: nearest(column, names - set(EDITION)) for column in lacking}
    hints = {column: f" (is it {escaped(guess)}?)" for column, guess in near.items() if guess}
    words = [form.words, *(f"no column {column}{hints.get(column, '')}" for column in lacking)]
    if any(words):
        yield Recognised(label, ", ".join(["Atlas of Surveillance", *filter(None, words)]))
