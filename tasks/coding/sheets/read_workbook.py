"""Read a reader's workbook that came back, from whichever spreadsheet saved it (method 5.5)."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

from data.codebook import Codebook
from data.printable import printable, shortened
from tasks.coding.results import Fault, Item, Returned
from tasks.coding.sheets.cell_values import Value, text_of
from tasks.coding.sheets.columns import Row, columns_in
from tasks.coding.sheets.form import ABOUT, ALERTS, CODEBOOK, LISTS, READER
from tasks.coding.sheets.rows import Grid, reviews_in
from tasks.coding.sheets.workbook_file import BROKEN, NOT_READABLE, NotOurs, check

MOST_ROWS: Final = 50_000
"""Rows with something in them; no sample that people read has as many alerts."""
MOST_COLUMNS: Final = 256
_LAST_ROW: Final = 1_048_576
_MOST_SHEETS: Final = 100
_CONTROLS: Final = re.compile("_x00[01][0-9A-Fa-f]_")
_MERGED: Final = re.compile(
    rb'<(?:\w{1,20}:)?mergeCell\s[^>]{0,60}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
_MOST_MERGED: Final = 10_000


def read(path: Path, label: str, codebook: Codebook, items: Sequence[Item]) -> Returned:
    """Read the reviews in a workbook.

    The sheet is the one called ``alerts``, else the only one with columns to code in. The reader is the one
    whom it names itself, whatever the file is called.

    Args:
        path: The file.
        label: Its name in the investigation, as ``coding/returned/anna.xlsx``.
        codebook: What is asked.
        items: The alerts of the sample.

    Returns:
        Its reviews, and what is wrong with others.

    Raises:
        OSError: It cannot be read.
    """
    from openpyxl.utils import exceptions as of_openpyxl

    try:
        check(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl names what it would lose if it wrote the file
            saved = _saved(path)
    except NotOurs as error:
        return Returned(faults=(Fault(label, None, str(error)),))
    except (*BROKEN, of_openpyxl.CellCoordinatesException, of_openpyxl.IllegalCharacterError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return Returned(faults=(Fault(label, None, NOT_READABLE),))
    ids = {name.casefold() for item in items for name in item.names}
    known = [
        name
        for name, rows in saved.rows.items()
        if name not in {CODEBOOK, LISTS, ABOUT} and columns_in(rows, codebook, ids) is not None
    ]
    if len(known) > 1 and ALERTS not in known:
        what = f"has {len(known)} sheets to code in: {_named(known)}; keep the one that counts"
        return Returned(faults=(Fault(label, None, what),))
    chosen = ALERTS if ALERTS in known or not known else known[0]
    found = reviews_in(_grid(saved, chosen, path, label), codebook, items)
    others = [name for name in known if name != chosen]
    what = f"also has columns to code in on {_named(others)}, which is left out; only {chosen!r} is read"
    more = (Fault(label, None, what),) if others else ()
    return Returned(found.reviews, (*more, *found.faults))


@dataclass(frozen=True)
class _Saved:
    """What was saved in a workbook.

    Attributes:
        rows: The rows of each sheet.
        merged: The merged cells of each: first and last row from 1, first and last column from 0.
    """

    rows: Mapping[str, Sequence[Row]]
    merged: Mapping[str, Sequence[tuple[int, int, int, int]]]


def _saved(path: Path) -> _Saved:
    import openpyxl

    # An open file: openpyxl refuses names that do not end as it wants, whatever is in them.
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
        if len(book.worksheets) > _MOST_SHEETS:
            raise NotOurs(f"has more than {_MOST_SHEETS} sheets; hand in the filled sheet alone")
        rows = {sheet.title: _rows(sheet, path) for sheet in book.worksheets}
        merged = {sheet.title: _merged(path, sheet) for sheet in book.worksheets}
    return _Saved(rows, merged)


def _grid(saved: _Saved, chosen: str, path: Path, label: str) -> Grid:
    """One sheet, with what the hidden ones say."""
    about = {text_of(cells[0]): text_of(cells[1]) for _, cells in saved.rows.get(ABOUT, ()) if len(cells) > 1}
    return Grid(
        label,
        saved.rows.get(chosen, ()),
        reader=about.get(READER) or path.stem,
        edition=about.get("edition", ""),
        own=_lists(saved.rows.get(LISTS, ())),
        merged=saved.merged.get(chosen, ()),
    )


def _named(names: Sequence[str]) -> str:
    return ", ".join(repr(printable(shortened(name, 40))) for name in names[:8])


def _rows(sheet: Any, path: Path) -> list[Row]:
    """The rows of a sheet that have something in them; of a formula the result that was saved with it."""
    rows: list[Row] = []
    formulas: list[tuple[int, int]] = []
    for number, cells in _cells(sheet, data_only=False):
        values: list[Value] = []
        for cell in cells:
            value, place = cell["value"], cell["column"] - 1
            if value in (None, "") or place >= MOST_COLUMNS:
                continue
            if cell["data_type"] == "f":
                formulas.append((len(rows), place))
                value = str(getattr(value, "text", value))
            values += [None] * (place + 1 - len(values))
            values[place] = _plain(value)
        if values:
            rows.append((number, values))
        if len(rows) > MOST_ROWS:
            raise NotOurs(f"has more than {MOST_ROWS:,} rows; hand in the filled sheet alone")
    if formulas:
        _solve(rows, formulas, path, sheet.title)
    return rows


def _cells(sheet: Any, *, data_only: bool) -> Iterator[tuple[int, Sequence[Mapping[str, Any]]]]:
    """The rows that are in the file, by number, with the cells that are: as openpyxl parses them.

    Its own rows are filled up to a rectangle: of a million rows that have nothing but a height, it
    makes 256 million cells.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.parent
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            if 1 <= number <= _LAST_ROW:
                yield number, cells
            parser.row_dimensions.clear()


def _plain(value: Any) -> Value:
    """What a cell holds; the control characters that Excel writes as ``_x000D_`` are blanks."""
    found: Value = _CONTROLS.sub(" ", value) if isinstance(value, str) and "_x00" in value else value
    return found


def _solve(rows: list[Row], formulas: Sequence[tuple[int, int]], path: Path, title: str) -> None:
    """Put the results in the place of formulas; one without a result stays as it is written."""
    import openpyxl

    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        wanted: dict[int, list[tuple[int, int]]] = {}
        for at, place in formulas:
            wanted.setdefault(rows[at][0], []).append((at, place))
        for number, cells in _cells(book[title], data_only=True):
            found = {cell["column"] - 1: cell["value"] for cell in cells} if number in wanted else {}
            for at, place in wanted.get(number, ()):
                if (value := found.get(place)) is not None:
                    values = list(rows[at][1])
                    values[place] = _plain(value)
                    rows[at] = (number, values)


def _lists(rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    """By question, keys of answers by their texts, as the sheet lists them: it may be an older codebook."""
    found: dict[str, dict[str, str]] = {}
    for _, cells in rows[1:]:
        if len(cells) >= 3:
            question, key, text = (text_of(cell) for cell in cells[:3])
            found.setdefault(question, {})[text] = key
    return found


def _merged(path: Path, sheet: Any) -> list[tuple[int, int, int, int]]:
    """The merged cells of a sheet, which openpyxl does not name where it reads row by row."""
    from openpyxl.utils import column_index_from_string as place

    with ZipFile(path) as archive:
        content = archive.read(sheet._worksheet_path)
    found = []
    for one in islice(_MERGED.finditer(content), _MOST_MERGED):
        left, first, right, last = one.groups()
        found.append((int(first), int(last), place(left.decode()) - 1, place(right.decode()) - 1))
    return found
