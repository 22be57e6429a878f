"""A table of the page: what is shown, and what the page holds for the download."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from data.tables import csv_of
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
        names: The names of its columns.
        forms: How each is shown (:func:`tasks.report.cells.form_of`).
        count: Its number of rows.
        rows: The rows; None where there are too many, and the page makes the table of the CSV.
        csv: The CSV as it stands in an element ``script``; None where the rows give it, or a file has it.
        file: Where the CSV is beside the page; "" where there is none.
    """

    key: str
    caption: str
    names: tuple[str, ...]
    forms: tuple[str, ...]
    count: int
    rows: tuple[tuple[Cell, ...], ...] | None
    csv: Markup | None
    file: str


def grid_of(key: str, caption: str, table: pa.Table, file: str = "", *, has_download: bool = True) -> Grid:
    """A table as the page holds it.

    Args:
        key: Its place in the page.
        caption: What a row is.
        table: Its rows.
        file: Where all of it is beside the page, if not in ``figures/<key>.csv``: the page then shows all
            rows of it and holds no CSV.
        has_download: Whether there is a CSV at all; without, the page shows all rows.
    """
    columns = [column.to_pylist() for column in table.columns]
    forms = tuple(
        form_of(name, values, column.type)
        for name, values, column in zip(table.column_names, columns, table.columns, strict=True)
    )
    rows = None
    if file or not has_download or table.num_rows <= MOST_ROWS:
        rows = tuple(
            tuple(_cell(value, form) for value, form in zip(row, forms, strict=True))
            for row in zip(*columns, strict=True)
        )
    is_exact = rows is not None and not any(
        _NOT_IN_HTML.search(cell.raw or "") for row in rows for cell in row
    )
    csv = None if file or is_exact or not has_download else in_script(csv_of(table).decode())
    where = file or (f"figures/{key}.csv" if has_download else "")
    return Grid(key, caption, tuple(table.column_names), forms, table.num_rows, rows, csv, where)


def _cell(value: Any, form: str) -> Cell:
    text = shown(value, form)
    raw = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return Cell(text, None if raw == text else raw)


def in_script(text: str) -> Markup:
    r"""A text as it stands in an element ``script`` of HTML, which it cannot end; ``page.js`` reads it back.

    Example:
        >>> print(in_script("a,</script>\r\n"), end="")
        a,&lt;/script>&#13;
    """
    return Markup("".join(_ENTITIES.get(c, c) for c in text))
