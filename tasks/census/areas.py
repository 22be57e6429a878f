"""Which place a row of the Census is about: its level (tract, county …) and a tract's GEOID (method 6.5).

Source:
    Census Bureau, *Understanding Geographic Identifiers (GEOIDs)*: the summary level (140 is a tract) is the
    beginning of the long form ``1400000US06037101110``. IPUMS NHGIS, *GISJOIN identifiers*: ``G``, and a zero
    after state and county.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from tasks.census.columns import BLOCK_GROUPS, COUNTIES, GEOIDS, STATES, TRACTS, ZIP_CODES, first_of
from tasks.layers.geoids import level_of, to_geoids

TRACT: Final = "tract"
"""The level of a census tract, as :func:`tasks.layers.geoids.level_of` calls it."""

_OTHER: Final = "other area"
_ZIP_OR_COUNTY: Final = "county or ZIP code area"
_SCIENTIFIC: Final = re.compile(r"^[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}$")
_FIX: Final = "a tract's GEOID has 11 digits (state 2, county 3, tract 6); correct it in the file"


class NotTractsError(InputError):
    """A table is of other areas than census tracts."""


class Areas(NamedTuple):
    """The places of a table's rows.

    Attributes:
        rows: The rows that are tracts (int64, from 0, ascending); None where all are.
        geoids: Their GEOIDs (string, 11 digits), in the same order.
        others: How many rows are of another level, by level.
        first: The name of the first such row, as the file has it; empty where there is none.
        column: The column (or columns) that names the places.
    """

    rows: pa.Array | None
    geoids: pa.ChunkedArray
    others: Counter[str]
    first: str
    column: str


def place_level(text: str) -> str:
    """The level of a place, as ``tract`` or ``county``; empty where the text names no place.

    Example:
        >>> place_level("1400000US06037101110"), place_level("90210"), place_level("Geography")
        ('tract', 'county or ZIP code area', '')
    """
    level = level_of(text)
    if level.startswith("summary level"):
        return _OTHER
    return _ZIP_OR_COUNTY if level == "county" and text.strip().isdecimal() else level


def id_columns(names: Sequence[str], label: str) -> tuple[str, ...]:
    """The columns that name the place: one, or state, county and tract; empty where there is none."""
    whole = first_of(names, GEOIDS, label)
    if whole is not None:
        return (whole,)
    state, county = first_of(names, STATES, label), first_of(names, COUNTIES, label)
    zip_code = first_of(names, ZIP_CODES, label)
    if zip_code is not None:
        return (zip_code,)
    if state is None or county is None:
        return ()
    found = [first_of(names, level, label) for level in (TRACTS, BLOCK_GROUPS)]
    return (state, county, *(name for name in found if name is not None))


def areas(table: pa.Table, columns: Sequence[str], label: str) -> Areas:
    """The places of a table's rows.

    Args:
        table: With the columns that name the place, as text or as numbers.
        columns: As :func:`id_columns` gives them.
        label: How the file is named in an error.

    Returns:
        The tracts, and how many rows are of other levels.

    Raises:
        InputError: A row names no place.
        NotTractsError: No row is a tract, or most are block groups.
    """
    joined = " + ".join(columns)
    several = len(columns) > 1
    values = together(table, columns, label)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_string(values.type) and not several:
        values = pc.utf8_trim(values, characters=" \t\"'=[]\u00a0\ufeff")
    try:
        return Areas(None, to_geoids(values, label, joined), Counter(), "", joined)
    except InputError:
        if not (pa.types.is_string(values.type) or pa.types.is_integer(values.type)):
            raise
    level = level_of if several else place_level
    return _with_tracts(_by_level(values.cast(pa.string()), joined, label, level), label)


def _by_level(values: pa.ChunkedArray, column: str, label: str, level_in: Callable[[str], str]) -> Areas:
    rows: list[int] = []
    others: Counter[str] = Counter()
    first = ""
    for row, value in enumerate(values.to_pylist()):
        text = value or ""
        level = level_in(text)
        if not level:
            raise _no_place(text, row, column, label)
        if level == TRACT:
            rows.append(row)
        else:
            first = first or text
            others[level] += 1
    tracts = values.take(pa.array(rows, pa.int64()))
    return Areas(pa.array(rows, pa.int64()), to_geoids(tracts, label, column), others, first, column)


def _no_place(text: str, row: int, column: str, label: str) -> InputError:
    at = f"{label}: column {column}, row {row + 1}:"
    if not text:
        return InputError(f"{at} is missing; {_FIX}")
    if _SCIENTIFIC.match(text):
        return InputError(
            f"{at} {text!r} is a GEOID that a spreadsheet has rounded; "
            "export it again with the column formatted as text"
        )
    return InputError(f"{at} {text[:40]!r} is not a GEOID; {_FIX}")


def _with_tracts(found: Areas, label: str) -> Areas:
    """The same, if it has tracts.

    Raises:
        NotTractsError: No row is a tract, or most are block groups.
    """
    if not found.others:
        return found
    level, count = found.others.most_common(1)[0]
    # A block group's number without its leading zero has 11 digits, as a tract's.
    if not len(found.geoids) or (level == "block group" and count > len(found.geoids)):
        rows = f"{count:,} row{'s' * (count > 1)}"
        raise NotTractsError(
            f"{label}: holds {_plural(level)} ({rows}, the first is {found.first[:40]!r}), "
            "not census tracts; download the table for all census tracts"
        )
    return found


def _plural(level: str) -> str:
    return {"county": "counties", _ZIP_OR_COUNTY: "counties or ZIP code areas"}.get(level, f"{level}s")


def counted(others: Counter[str]) -> str:
    """Rows of other levels in words, as "1 county, 2 states"; empty where there are none.

    Example:
        >>> counted(Counter({"county": 2, "state": 1}))
        '2 counties, 1 state'
    """
    return ", ".join(
        f"{count:,} {level if count == 1 else _plural(level)}" for level, count in others.most_common()
    )


def together(table: pa.Table, columns: Sequence[str], label: str) -> pa.ChunkedArray:
    """The GEOIDs of a table, as they are or from codes of state, county, tract and block group.

    Codes get their leading zeros back.

    Args:
        table: With the columns.
        columns: As :func:`id_columns` gives them.
        label: How the file is named in an error.

    Raises:
        InputError: A code is no number, or too long.
    """
    if len(columns) == 1:
        return table.column(columns[0])
    parts = [
        _padded(table.column(name), name, width, label)
        for name, width in zip(columns, (2, 3, 6, 1), strict=False)
    ]
    joined: pa.ChunkedArray = pc.binary_join_element_wise(
        *parts, "", null_handling="replace", null_replacement=""
    )
    return joined


def _padded(values: pa.ChunkedArray, name: str, width: int, label: str) -> pa.ChunkedArray:
    text = pc.utf8_trim(values.cast(pa.string()), characters=" \t\"'[]\u00a0")
    text = pc.replace_substring_regex(text, r"^([0-9]+)\.0+$", r"\1")
    text = pc.if_else(pc.is_in(text, pa.array(["", "NA", "null"])), pa.scalar(None, pa.string()), text)
    good = pc.fill_null(pc.match_substring_regex(text, rf"^[0-9]{{1,{width}}}$"), True)
    if not pc.all(good, min_count=0).as_py():
        row = pc.index(good, False).as_py()
        raise InputError(
            f"{label}: column {name}, row {row + 1}: {text[row].as_py()[:40]!r} is not a code "
            f"of at most {width} digits; correct it in the file"
        )
    return pc.utf8_lpad(text, width=width, padding="0")
