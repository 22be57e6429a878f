"""Which column of a sheet is which, whatever their order and what was added or deleted (method 5.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from data.codebook import Codebook
from tasks.coding.sheets.cell_values import Value, text_of
from tasks.coding.sheets.form import ALERT, HIDDEN, SHOWN, QuestionColumn, folded, question_columns

Row = tuple[int, Sequence[Value]]
"""A row that is not empty: its number in the sheet, from 1, and its cells from the first column on."""

_BELOW: Final = 3
"""Rows below the first header in which there may be another: the program's names, and those for readers."""
_LONGEST_NAME: Final = 2000


@dataclass(frozen=True)
class Columns:
    """The columns of a sheet.

    Attributes:
        places: The place of each column that is known, from 0, by its name for the program.
        headers: The numbers of the rows that name columns.
        twice: Names of which there is more than one column: the first one counts.
    """

    places: Mapping[str, int]
    headers: Collection[int]
    twice: Collection[str] = field(default=())

    def value(self, cells: Sequence[Value], name: str) -> Value:
        """What a row has in a column; None where it has none, or the sheet has no such column."""
        place = self.places.get(name)
        return None if place is None or place >= len(cells) else cells[place]

    def text(self, cells: Sequence[Value], name: str) -> str:
        """The same as a text."""
        return text_of(self.value(cells, name))


def columns_in(rows: Iterable[Row], codebook: Codebook, alerts: Collection[str]) -> Columns | None:
    """Find the header of a sheet: a row with two names of columns or more, one of them a question's.

    No alert's text can pass for one: a row that names an alert is none.

    Args:
        rows: The rows of the sheet.
        codebook: What is asked.
        alerts: The ids of the alerts of the sample, small.

    Returns:
        The columns; None where no row is a header.
    """
    names = _names(codebook)
    found: dict[int, dict[int, str]] = {}
    first = 0
    for number, cells in rows:
        if found and number > first + _BELOW:
            break
        known = {
            place: name
            for place, cell in enumerate(cells)
            if isinstance(cell, str) and len(cell) < _LONGEST_NAME and (name := names.get(folded(cell)))
        }
        questions = [name for name in known.values() if name.startswith("question:")]
        least = max(2, len(found[first]) // 2) if found else 2
        if len(set(known.values())) < least or not questions or _names_an_alert(cells, alerts):
            continue
        first = first or number
        found[number] = known
    return _together(found) if found else None


def _names_an_alert(cells: Sequence[Value], alerts: Collection[str]) -> bool:
    return any(isinstance(cell, str) and cell.strip().casefold() in alerts for cell in cells)


def _together(found: Mapping[int, Mapping[int, str]]) -> Columns:
    """The columns that any of the headers names; a column that two name is what the first one says."""
    by_place: dict[int, str] = {}
    for known in found.values():
        for place, name in known.items():
            by_place.setdefault(place, name)
    places: dict[str, int] = {}
    for place, name in sorted(by_place.items()):
        places.setdefault(name, place)
    counted = Counter(by_place.values())
    return Columns(places, frozenset(found), tuple(name for name, number in counted.items() if number > 1))


def _names(codebook: Codebook) -> dict[str, str]:
    """The columns by all names that a header may give them; a name that fits two fits none."""
    columns = list(question_columns(codebook))
    names = {name: name for name in (*SHOWN, *HIDDEN)} | {column.key: column.key for column in columns}
    others: dict[str, set[str]] = {}
    for name, key in [
        *((header, name) for name, header in SHOWN.items()),
        ("alert", ALERT),
        *((column.header, column.key) for column in columns),
        *((one, _whole(column)) for column in columns for one in (column.question.key, column.question.text)),
        *((_whole(column), _whole(column)) for column in columns),
    ]:
        others.setdefault(folded(name), set()).add(key)
    alone = {name: next(iter(keys)) for name, keys in others.items() if len(keys) == 1}
    return alone | names


def _whole(column: QuestionColumn) -> str:
    """The name of a column that holds all answers to a question."""
    return f"question:{column.question.key}"
