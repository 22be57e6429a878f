"""A table of the page: what is shown, and what the page holds for the download."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from data.tables import csv_of
from tasks.report.blocks import Rows
from tasks.report.cells import form_of, shown

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS: Final = 60
"""Rows of a table that the page shows as HTML; of a longer one it holds the CSV, which becomes a table."""

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", "\r": "&#13;", "\0": "&#0;"}
_LONG_WORD: Final = 30
_NOT_IN_HTML: Final = re.compile("[\r\0]")


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        text: What is shown.
        raw: What the CSV says, where that is another text; else None.
    """

    text: str
    raw: str | None

    @property
    def exact(self) -> Markup:
        """What the CSV says, as the value of an attribute."""
        return escape(self.raw or "")

    @property
    def width(self) -> str:
        """The class of its width: "long" with a word that must be broken, "wide" where it may fill lines."""
        if max(map(len, self.text.split()), default=0) > _LONG_WORD:
            return "long"
        return "wide" if len(self.text) > _LONG_WORD else ""


@dataclass(frozen=True)
class Grid:
    """A table of the page.

    Attributes:
        key: Its place in the page.
        caption: What a row is.
        heads: The names of its columns.
        forms: How each is shown (:func:`tasks.report.cells.form_of`).
        count: Its number of rows.
        rows: The rows; None where there are too many, and the page makes the table of the CSV.
        csv: The CSV as it stands in an element ``script``; None where the rows give it, or a file has it.
        file: Where the CSV is beside the page; "" where only the page makes it.
        has_download: Whether its CSV can be downloaded.
    """

    key: str
    caption: str
    heads: Sequence[Cell]
    forms: tuple[str, ...]
    count: int
    rows: tuple[tuple[Cell, ...], ...] | None
    csv: Markup | None
    file: str
    has_download: bool = True


def of_rows(rows: Rows) -> Grid:
    """A table of a section as the page holds it.

    Args:
        rows: The table.
    """
    file = rows.file or (f"figures/{rows.key}.csv" if needs_file(rows) else "")
    is_whole = bool(rows.file) or not rows.download
    grid = grid_of(rows.key, rows.caption, rows.table, file, is_whole=is_whole)
    return replace(grid, has_download=rows.download)


def needs_file(rows: Rows) -> bool:
    """Whether a table of a section is so long that without scripts only a file beside the page shows it.

    Args:
        rows: The table.
    """
    return rows.download and not rows.file and rows.table.num_rows > MOST_ROWS


def grid_of(key: str, caption: str, table: pa.Table, file: str, *, is_whole: bool = False) -> Grid:
    """A table as the page holds it.

    Args:
        key: Its place in the page.
        caption: What a row is.
        table: Its rows.
        file: Where its CSV is beside the page; "" where the page alone makes it.
        is_whole: Whether the page shows all rows, however many, and does not make the CSV.
    """
    columns = [column.to_pylist() for column in table.columns]
    names = tuple(table.column_names)
    forms = tuple(
        form_of(name, values, column.type)
        for name, values, column in zip(names, columns, table.columns, strict=True)
    )
    text = csv_of(table).decode()
    is_exact = not _NOT_IN_HTML.search(text)
    heads: Sequence[Cell] = tuple(map(_cell, names, names))
    rows = None
    if is_whole or table.num_rows <= MOST_ROWS:
        shown_rows = [list(map(shown, row, forms)) for row in zip(*columns, strict=True)]
        fields = list(csv.reader(io.StringIO(text, newline=""))) if is_exact else [list(names), *shown_rows]
        heads = tuple(map(_cell, names, fields[0]))
        rows = tuple(tuple(map(_cell, row, raw)) for row, raw in zip(shown_rows, fields[1:], strict=True))
    held = None if is_whole or (rows is not None and is_exact) else in_script(text)
    return Grid(key, caption, heads, forms, table.num_rows, rows, held, file)


def _cell(text: str, raw: str) -> Cell:
    return Cell(text, None if raw == text else raw)


def in_script(text: str) -> Markup:
    r"""A text as it stands in an element ``script`` of HTML, which it cannot end; ``page.js`` reads it back.

    Example:
        >>> print(in_script("a,</script>\r\n"), end="")
        a,&lt;/script>&#13;
    """
    for char, entity in _ENTITIES.items():  # first "&", which is in all of them
        text = text.replace(char, entity)
    return Markup(text)
