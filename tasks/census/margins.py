"""Margins of error in a table of their own, as NHGIS may give them (``…_tract_M.csv``; method 6.5)."""

from __future__ import annotations

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from tasks.census.areas import areas, id_columns
from tasks.census.columns import Measure, bare, known_columns, measure_of
from tasks.census.sheets import Sheet
from tasks.census.values import numbers

_BOOK: Final = re.compile(r"Source code:\s*([A-Z0-9_]+)\s+NHGIS code:\s*([A-Z0-9]+)", re.IGNORECASE)


def margin_columns(sheet: Sheet) -> dict[Measure, str]:
    """The columns of margins in a table of NHGIS that has no estimates, by measure; usually none."""
    spelled = {bare(name): name for name in sheet.names}
    if "GISJOIN" not in spelled:
        return {}
    found: dict[Measure, str] = {}
    for known in known_columns():
        if known.publisher == "NHGIS" and bare(known.margin) in spelled:
            found.setdefault(known.measure, spelled[bare(known.margin)])
    for source, code in _BOOK.findall(sheet.codebook):
        of = measure_of(f"{source}_001E")
        if of is not None and f"{code}M001".upper() in spelled:
            found.setdefault(of.measure, spelled[f"{code}M001".upper()])
    return found


def margins_of(sheet: Sheet) -> dict[Measure, pa.Table]:
    """The margins of a table that has no estimates.

    Args:
        sheet: The table.

    Returns:
        By measure, GEOID (string) and margin (float64).

    Raises:
        InputError: A row names no place, or a margin is no number.
    """
    columns = margin_columns(sheet)
    if not columns:
        return {}
    ids = id_columns(sheet.names, sheet.label)
    table = sheet.load([*ids, *columns.values()])
    label = (table.column(ids[0])[0].as_py() or "") if table.num_rows else ""
    if not any(char.isdecimal() for char in str(label)):
        table = table.slice(1)  # the second header
    found = areas(table, ids, sheet.label)
    if found.rows is not None:
        table = table.take(found.rows)
    return {
        measure: pa.table(
            {"GEOID": found.geoids, "margin": numbers(table.column(name), sheet.label, name).values}
        )
        for measure, name in columns.items()
    }


def with_margins(table: pa.Table, margins: pa.Table | None) -> pa.Table:
    """Figures of a measure, where a missing margin is that of the other table.

    Args:
        table: GEOID and margin, among others.
        margins: GEOID (unique) and margin; None where there are none.
    """
    if margins is None:
        return table
    at = pc.index_in(table["GEOID"], value_set=margins["GEOID"].combine_chunks())
    filled = pc.coalesce(table["margin"], margins["margin"].take(at))
    return table.set_column(table.column_names.index("margin"), "margin", filled)
