"""Read a reader's sheet that came back as CSV, from whichever spreadsheet (method 5.5)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import count, islice
from pathlib import Path
from typing import Final

from data.codebook import Codebook
from tasks.coding.results import Fault, Item, Returned
from tasks.coding.sheets.columns import Row, columns_in
from tasks.coding.sheets.rows import Grid, reviews_in

MOST_BYTES: Final = 100 << 20
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 256
"""What is read of a sheet; beyond are neither alerts nor answers."""

_SEPARATORS: Final = (",", ";", "\t", "|")
_LOOKED_AT: Final = 40
"""Rows in which the header must be."""
_MOST_BROKEN: Final = 100
_HEAD: Final = 2000
"""Bytes by which the encoding is guessed."""
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read(path: Path, label: str, codebook: Codebook, items: Sequence[Item]) -> Returned:
    """Read the reviews in a CSV.

    Separator and encoding are found: comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252. The reader
    is the one whom its rows name, whatever the file is called; where they name nobody, the file's name is it.

    Args:
        path: The file.
        label: Its name in the investigation, as ``coding/returned/anna.csv``.
        codebook: What is asked.
        items: The alerts of the sample.

    Returns:
        Its reviews, and what is wrong with others.

    Raises:
        OSError: It cannot be read.
    """
    if path.stat().st_size > MOST_BYTES:
        what = f"is larger than {MOST_BYTES >> 20} MB; hand in the filled sheet alone"
        return Returned(faults=(Fault(label, None, what),))
    content = path.read_bytes()
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        what = "is a workbook and no CSV; name it .xlsx, or save it as CSV"
        return Returned(faults=(Fault(label, None, what),))
    text = _decoded(content)
    ids = {name.casefold() for item in items for name in item.names}
    separator = max(_SEPARATORS, key=lambda one: _columns_known(text, one, codebook, ids))
    rows: list[Row] = []
    faults: list[Fault] = []
    records = _records(text, separator)
    for number in count(1):
        try:
            cells = next(records, None)
        except csv.Error as error:
            # The next line begins a row anew: what is broken costs no other row.
            what = f"is no row of a CSV ({error}); save it once more from the spreadsheet, best as .xlsx"
            faults.append(Fault(label, number, what))
            cells = []
        if cells is None:
            break
        if any(cells):
            rows.append((number, cells[:MOST_COLUMNS]))
        if len(rows) > MOST_ROWS or len(faults) > _MOST_BROKEN:
            many = f"{MOST_ROWS:,} rows" if len(rows) > MOST_ROWS else f"{_MOST_BROKEN} rows that are none"
            return Returned(
                faults=(Fault(label, None, f"has more than {many}; hand in the filled sheet alone"),)
            )
    if faults and columns_in(rows, codebook, ids) is None:
        return Returned(faults=tuple(faults[:1]))
    found = reviews_in(Grid(label, rows, reader=path.stem), codebook, items)
    return Returned(found.reviews, (*faults, *found.faults))


def _decoded(content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    even, odd = (content[first:_HEAD:2].count(0) for first in (0, 1))
    if max(even, odd) > min(len(content), _HEAD) // 4:  # UTF-16 without its mark: half of a Latin letter is 0
        return content.decode("utf-16-le" if odd > even else "utf-16-be", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _records(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)


def _columns_known(text: str, separator: str, codebook: Codebook, ids: set[str]) -> int:
    """How many columns are known if this is the separator."""
    rows = []
    try:
        for number, cells in enumerate(islice(_records(text, separator), _LOOKED_AT), 1):
            rows.append((number, cells))
    except csv.Error:
        pass  # not the separator, or what is wrong is below the header: said when all is read
    columns = columns_in(rows, codebook, ids)
    return 0 if columns is None else len(columns.places)
