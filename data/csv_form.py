"""A public table as CSV: in the order of reading, digits that mean something, and inert (method 13.9).

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula. Texts of public tables
come from files: an agency's folder, a type of crime. So in a CSV, and nowhere else, such a text has an
apostrophe before it, which a spreadsheet shows and does not run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from data.schema.model import REST, Sort, Table
from data.schema.shown import digits_of

_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
"""How a text begins that a spreadsheet would compute, or one that looks like one that was made inert."""
_QUOTED: Final = re.compile('[,"\r\n]')


def csv_of(rows: pa.Table, spec: Table | None = None) -> bytes:
    r"""The rows as CSV bytes: commas, quotes only where needed, lines end with a line feed.

    Args:
        rows: A table.
        spec: Its schema, which says in which order people read it; None leaves the order as it is.

    Returns:
        UTF-8. A missing value is an empty field; yes and no are ``true`` and ``false``.

    Example:
        >>> csv_of(pa.table({"city": ["=1+1", "A, B"], "share": [1 / 3, 2.0]}))
        b'city,share\n\'=1+1,0.333333\n"A, B",2\n'
    """
    digits = {} if spec is None else {each.name: each.digits for each in spec.columns}
    shown = rows if spec is None else in_reading_order(rows, spec)
    columns = [
        _cells(column, digits.get(name) or digits_of(name))
        for name, column in zip(shown.column_names, shown.columns, strict=True)
    ]
    lines = map(",".join, chain([list(map(_text_cell, shown.column_names))], zip(*columns, strict=True)))
    # A line of one empty field would be an empty line, which readers skip.
    return "".join(f"{line}\n" if line else '""\n' for line in lines).encode("utf-8")


def inert(text: str) -> str:
    """The text as a spreadsheet shows it and does not run it; one apostrophe less gives it back.

    Example:
        >>> [inert(text) for text in ("=1+1", "-", "O'Hara", "'=1")]
        ["'=1+1", "'-", "O'Hara", "''=1"]
    """
    return f"'{text}" if _FORMULA.match(text) else text


def number_text(value: float, digits: int) -> str:
    """A number with so many significant digits; those before the decimal point are all kept.

    Example:
        >>> [number_text(value, 3) for value in (0.98765, 1234.5, 74162.0, 6.94264e-16, -0.0)]
        ['0.988', '1234', '74162', '6.94e-16', '0']
    """
    text = f"{value:.{digits}g}"
    if "e+" in text:
        text = f"{value:.0f}"
    return "0" if text == "-0" else text


def rounded(column: pa.ChunkedArray, digits: int) -> pa.ChunkedArray:
    """A column of numbers with so many significant digits.

    Args:
        column: Of float64.
        digits: As in :func:`number_text`.
    """
    values = [None if value is None else float(number_text(value, digits)) for value in column.to_pylist()]
    return pa.chunked_array([pa.array(values, column.type)])


def in_reading_order(rows: pa.Table, spec: Table) -> pa.Table:
    """The rows as people read them: sums above their parts.

    Args:
        rows: The rows, in the order of the key.
        spec: The schema.

    Returns:
        By ``spec.order``, then by the key; as they are where the schema has no order.
    """
    if not spec.order or rows.num_rows < 2:
        return rows
    ranked, keys = rows, []
    for number, sort in enumerate(spec.order):
        name = sort.column
        if sort.values or sort.within:
            name = f"\0{number}"  # no column of a table
            ranked = ranked.append_column(name, _ranks(rows, sort))
        keys.append((name, "descending" if sort.descending else "ascending"))
    keys += [(name, "ascending") for name in spec.key]
    return rows.take(pc.sort_indices(ranked, sort_keys=keys))


def _ranks(rows: pa.Table, sort: Sort) -> pa.Array:
    """The places of values in the order of reading."""
    values = rows.column(sort.column).to_pylist()
    if sort.within is None:
        return pa.array([_rank(value, sort.values) for value in values], pa.int32())
    other, lists = sort.within
    by_other, others = dict(lists), rows.column(other).to_pylist()
    ranks = (_rank(value, by_other.get(of, ())) for value, of in zip(values, others, strict=True))
    return pa.array(ranks, pa.int32())


@cache
def _rank(value: str, values: tuple[str, ...]) -> int:
    if value in values:
        return values.index(value)
    return values.index(REST) if REST in values else len(values)


def _cells(column: pa.ChunkedArray, digits: int) -> Sequence[str]:
    """The values of a column as fields."""
    if pa.types.is_floating(column.type):
        return ["" if value is None else number_text(value, digits) for value in column.to_pylist()]
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        known = {value: _text_cell(value) for value in column.unique().to_pylist()}
        return [known[value] for value in column.to_pylist()]
    if pa.types.is_list(column.type):
        return [_text_cell(value) for value in column.to_pylist()]
    return pc.fill_null(column.cast(pa.string()), "").to_pylist()  # type: ignore[no-any-return]


def _text_cell(value: Any) -> str:
    if value is None:
        return ""
    text = inert(str(value))
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
