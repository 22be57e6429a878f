"""A workbook: every table a sheet, and a first sheet that explains them (method 13.11).

The rows are written by :mod:`tasks.package.cells`; XlsxWriter makes the workbook around them. It holds no
time: the same tables give the same bytes.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from data.csv_form import in_reading_order
from data.schema import Column, Table
from data.schema.shown import BYTES, DOLLARS, PER_1000, PROBABILITY, unit_of
from data.tables import type_words
from data.writing import make_folder, replacing
from tasks.package.cells import MOST_LETTERS, MOST_ROWS, Cut, rows_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook

CONTENTS: Final = "contents"
COLUMNS: Final = "columns"
_MOST_NAME: Final = 31
_WIDEST: Final = 60
_NARROWEST: Final = 8
_LOOKED_AT: Final = 200
"""Rows from which the width of a column is taken."""
_NO_TIME: Final = datetime(2000, 1, 1)

COUNTS: Final = "#,##0"
_OF_TYPES: Final[Mapping[str, str]] = {
    "int64": COUNTS,
    "date32[day]": "yyyy-mm-dd",
    "timestamp[us, tz=UTC]": "yyyy-mm-dd hh:mm:ss",
}
_OF_UNITS: Final[Mapping[str, str]] = {
    DOLLARS: COUNTS,
    BYTES: COUNTS,
    PER_1000: "#,##0.000",
    PROBABILITY: "[<0.001]0.00E+00;0.000",
}
_PLAIN_NUMBERS: Final = ("node_id", "row", "rank", "position", "decile", "year")
"""Integers that are no counts."""


@dataclass(frozen=True)
class Given:
    """A table of a workbook.

    Attributes:
        spec: Its schema.
        read: Gives its rows; called when its sheet is written, so that one table is in memory at a time.
    """

    spec: Table
    read: Callable[[], pa.Table]


@dataclass(frozen=True)
class Listed:
    """What the first sheet says of a table.

    Attributes:
        sheet: The name of its sheet.
        spec: Its schema.
        rows: Its rows.
        cut: What of it is not in the sheet.
    """

    sheet: str
    spec: Table
    rows: int
    cut: Cut = field(default_factory=Cut)

    @property
    def remark(self) -> str:
        """What of it is not in the sheet, in words; usually nothing."""
        said = []
        if self.cut.rows:
            said.append(f"the last {self.cut.rows:,} rows are left out: a sheet has {MOST_ROWS:,}")
        if self.cut.texts:
            said.append(f"{self.cut.texts:,} texts are cut: a cell has {MOST_LETTERS:,} letters")
        return f"{'; '.join(said)}. All is in {self.spec.name}.parquet." if said else ""


def write_workbook(path: Path, title: str, about: Sequence[str], tables: Iterable[Given]) -> None:
    """Write a workbook.

    Args:
        path: The file.
        title: The first line of the first sheet.
        about: The lines below it.
        tables: The tables, in the order of the sheets.

    Raises:
        OSError: It cannot be written.
    """
    from xlsxwriter import Workbook

    given = list(tables)
    names = sheet_names([CONTENTS, COLUMNS, *(each.spec.stem for each in given)])
    make_folder(path.parent)
    # What XlsxWriter puts down meanwhile is as private as the workbook, and gone with it.
    with replacing(path) as beside, tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as place:
        workbook = Workbook(str(beside), {"constant_memory": True, "tmpdir": place})
        workbook.use_zip64()
        workbook.set_properties({"created": _NO_TIME, "title": _property(title)})
        sheets = [workbook.add_worksheet(name) for name in names]
        listed = []
        for sheet, each in zip(sheets[2:], given, strict=True):
            rows = each.read()
            listed.append(Listed(sheet.name, each.spec, rows.num_rows))
            _fill(workbook, sheet, in_reading_order(rows, each.spec), each.spec, listed[-1].cut)
        _contents(workbook, sheets[0], title, about, listed)
        _fill(workbook, sheets[1], _dictionary(listed), None, Cut())
        workbook.close()


def sheet_names(wanted: Sequence[str]) -> list[str]:
    r"""Names that a workbook may have: at most 31 letters, none of ``[]:*?/\\``, each once.

    Args:
        wanted: The names as they should be.

    Example:
        >>> sheet_names(["a/b", "A_B", "x" * 40])
        ['a_b', 'A_B 2', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']
    """
    names: list[str] = []
    taken = {"", "history"}  # Excel keeps the second for itself
    for name in wanted:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name).strip("' ")[:_MOST_NAME]
        free, number = plain, 1
        while free.lower() in taken:
            number += 1
            free = f"{plain[: _MOST_NAME - 4]} {number}"
        taken.add(free.lower())
        names.append(free)
    return names


def number_format(column: Column) -> str:
    """How the numbers of a column are shown; "" as the spreadsheet likes.

    Args:
        column: The column.

    Example:
        >>> number_format(Column("share_p", pa.float64(), ""))
        '[<0.001]0.00E+00;0.000'
    """
    if pa.types.is_floating(column.type):
        return _OF_UNITS.get(unit_of(column), "")
    return "" if column.name in _PLAIN_NUMBERS else _OF_TYPES.get(str(column.type), "")


def _property(text: str) -> str:
    """A text as a property of the workbook, which may have no control characters and 255 letters at most."""
    return re.sub(r"[\x00-\x1f\ufffe\uffff]", " ", text)[:255]


def _fill(workbook: Workbook, sheet: Any, rows: pa.Table, spec: Table | None, cut: Cut) -> None:
    """A sheet of a table: header, rows, widths, filter."""
    columns = [Column(field.name, field.type, "") for field in rows.schema] if spec is None else spec.columns
    styles = {}
    for place, (column, values) in enumerate(zip(columns, rows.columns, strict=True)):
        form = number_format(column)
        styles[column.name] = _style(workbook, form) if form else 0
        sheet.set_column(place, place, _width(column.name, values))
    header = pa.table({name: [name] for name in rows.column_names})
    bold = dict.fromkeys(rows.column_names, _style(workbook, bold=True))
    texts = chain(rows_of(header, bold, Cut(), first=1), rows_of(rows, styles, cut))
    _write(sheet, texts, 1 + min(rows.num_rows, MOST_ROWS), rows.num_columns)
    sheet.freeze_panes(1, _key_columns(spec))
    if rows.num_rows:
        sheet.autofilter(0, 0, min(rows.num_rows, MOST_ROWS), rows.num_columns - 1)


def _key_columns(spec: Table | None) -> int:
    """The columns that stay where they are: the first one, where it is the key's."""
    return 1 if spec is not None and spec.columns[0].name == spec.key[0] else 0


def _write(sheet: Any, texts: Iterable[str], rows: int, columns: int) -> None:
    """Add rows to the sheet's file, and tell it how large it is now."""
    sheet.row_data_fh.writelines(texts)
    sheet.dim_rowmin, sheet.dim_rowmax = 0, rows - 1
    sheet.dim_colmin, sheet.dim_colmax = 0, columns - 1


def _style(workbook: Workbook, form: str = "", *, bold: bool = False, wrap: bool = False) -> int:
    """The index of a format; equal ones have one."""
    wanted: dict[str, Any] = {"num_format": form} if form else {}
    if bold:
        wanted["bold"] = True
    if wrap:
        wanted |= {"text_wrap": True, "valign": "top"}
    return int(workbook.add_format(wanted)._get_xf_index())


def _width(name: str, column: pa.ChunkedArray) -> int:
    """The width of a column, in letters."""
    values = column.slice(0, _LOOKED_AT).to_pylist()
    if pa.types.is_floating(column.type):
        longest = 10
    elif pa.types.is_timestamp(column.type):
        longest = 19
    else:
        longest = max((len(str(value)) for value in values if value is not None), default=0)
    return max(_NARROWEST, min(_WIDEST, max(longest, len(name) + 2) + 1))


def _contents(
    workbook: Workbook, sheet: Any, title: str, about: Sequence[str], listed: Sequence[Listed]
) -> None:
    """The first sheet: what the workbook is, and each sheet of it."""
    bold, wrap = _style(workbook, bold=True), _style(workbook, wrap=True)
    count = _style(workbook, COUNTS, wrap=True)
    lines = pa.table({"line": [title, *about]})
    texts = [
        *rows_of(lines.slice(0, 1), {"line": bold}, Cut(), first=1),
        *rows_of(lines.slice(1), {}, Cut(), first=2),
    ]
    start = lines.num_rows + 2
    table = pa.table(
        {
            "sheet": [each.sheet for each in listed],
            "what a row is": [each.spec.meaning.replace("`", "") for each in listed],
            "rows": [each.rows for each in listed],
            "columns": [len(each.spec.columns) for each in listed],
            "file": [f"{each.spec.name}.parquet" for each in listed],
            "remark": [each.remark for each in listed],
        }
    )
    header = pa.table({name: [name] for name in table.column_names})
    texts += rows_of(header, dict.fromkeys(header.column_names, bold), Cut(), first=start)
    styles = dict.fromkeys(table.column_names, wrap) | {"rows": count, "columns": count}
    texts += rows_of(table, styles, Cut(), first=start + 1)
    for place, width in enumerate((28, 80, 12, 10, 44, 50)):
        sheet.set_column(place, place, width)
    _write(sheet, texts, start + table.num_rows, table.num_columns)


def _dictionary(listed: Sequence[Listed]) -> pa.Table:
    """What each column says."""
    rows = [
        {
            "sheet": each.sheet,
            "column": column.name,
            "type": type_words(column),
            "unit": unit_of(column),
            "key": "key" if column.name in each.spec.key else "",
            "may be missing": "may be missing" if column.nullable else "",
            "meaning": column.meaning,
        }
        for each in listed
        for column in each.spec.columns
    ]
    names = ("sheet", "column", "type", "unit", "key", "may be missing", "meaning")
    return pa.table({name: [row[name] for row in rows] for name in names})
