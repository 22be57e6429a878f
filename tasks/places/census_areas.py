"""Which place a row of the Census is about: its level (tract, county …) and a tract's GEOID (method 6.5).

Source:
    Census Bureau, *Understanding Geographic Identifiers (GEOIDs)*: the summary level (140 is a tract) is the
    beginning of the long form ``1400000US06037101110``. IPUMS NHGIS, *GISJOIN identifiers*: ``G``, and a zero
    after state and county.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from tasks.places.census_columns import BLOCK_GROUPS, COUNTIES, GEOIDS, STATES, TRACTS, ZIP_CODES, first_of
from tasks.places.geoids import to_geoids

TRACT: Final = "census tract"

LEVELS: Final = {
    "010": "nation", "020": "region", "030": "division", "040": "state", "050": "county",
    "060": "county subdivision", "140": TRACT, "150": "block group", "100": "block", "160": "place",
    "310": "metropolitan area", "500": "congressional district", "795": "public use microdata area",
    "860": "ZIP code area", "871": "ZIP code area",
}  # fmt: skip
"""Summary levels of the Bureau that tables of the Census are downloaded for, in words."""

OTHER: Final = "other area"

_LONG: Final = re.compile(r"^([0-9]{3})[0-9A-Z]{0,6}US([0-9A-Z]*)$")
_GISJOIN: Final = {4: "state", 8: "county", 14: TRACT, 15: "block group"}
"""What a GISJOIN is by its length (NHGIS)."""

_DIGITS: Final = {
    2: "state", 5: "county or ZIP code area", 7: "place", 10: TRACT, 11: TRACT, 12: "block group",
    15: "block",
}  # fmt: skip
"""What plain digits are by their number; a tract of 10 digits has lost its leading zero."""

_SCIENTIFIC: Final = re.compile(r"^[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}$")


class Areas(NamedTuple):
    """The places of a table's rows.

    Attributes:
        rows: The rows that are tracts (int64, from 0, ascending).
        geoids: Their GEOIDs (string, 11 digits), in the same order.
        others: How many rows are of another level, by level.
        first: The name of the first such row, as the file has it; empty where there is none.
        column: The column (or columns) that names the places.
    """

    rows: pa.Array
    geoids: pa.ChunkedArray
    others: Counter[str]
    first: str
    column: str


Place = tuple[str, str]
"""A level, and of a tract its GEOID."""


def place_of(text: str) -> Place | None:
    """The level of a place and, of a tract, its GEOID; None where the text names no place.

    Example:
        >>> place_of("1400000US06037101110"), place_of("G0600370101110"), place_of("05000US06037")
        (('census tract', '06037101110'), ('census tract', '06037101110'), ('county', ''))
        >>> place_of("6037101110"), place_of("8.001E+09")
        (('census tract', '06037101110'), None)
    """
    if long := _LONG.match(text):
        return _long(long[1], long[2])
    if text[:1] in "Gg" and text[1:].isdecimal():
        level = _GISJOIN.get(len(text), "")
        if level == TRACT:
            return TRACT, text[1:3] + text[4:7] + text[8:]
        return (level, "") if level else None
    digits = re.sub(r"^([0-9]+)\.0+$", r"\1", text)
    if not (digits.isascii() and digits.isdecimal()):
        return None
    level = _DIGITS.get(len(digits), "")
    return (level, digits.zfill(11) if level == TRACT else "") if level else None


def _long(level: str, rest: str) -> Place | None:
    named = LEVELS.get(level, OTHER)
    if named != TRACT:
        return named, ""
    return (TRACT, rest) if len(rest) == 11 and rest.isdecimal() else None


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
        InputError: A row names no place, or no row is a tract.
    """
    joined = " + ".join(columns)
    several = len(columns) > 1
    values = _together(table, columns, label) if several else table.column(columns[0])
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if not _is_text(values.type):
        values = to_geoids(values, label, columns[0])
    values = values.cast(pa.string())
    plain = pc.fill_null(pc.match_substring_regex(values, r"^[0-9]{11}$"), False)
    if pc.all(plain, min_count=0).as_py():
        found = Areas(pa.array(range(len(values)), pa.int64()), values, Counter(), "", joined)
    else:
        found = _one_by_one(values, plain, joined, label)
    return _with_tracts(found, values, label)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _one_by_one(values: pa.ChunkedArray, plain: pa.ChunkedArray, column: str, label: str) -> Areas:
    rows: list[int] = []
    geoids: list[str] = []
    others: Counter[str] = Counter()
    first = ""
    for row, (value, fine) in enumerate(zip(values.to_pylist(), plain.to_pylist(), strict=True)):
        text = value if fine else (value or "").strip(" \t\"'\u00a0\ufeff")
        place = (TRACT, text) if fine else place_of(text)
        if place is None:
            raise _no_place(text, row, column, label)
        if place[0] == TRACT:
            rows.append(row)
            geoids.append(place[1])
        else:
            first = first or text
            others[place[0]] += 1
    return Areas(
        pa.array(rows, pa.int64()), pa.chunked_array([pa.array(geoids, pa.string())]), others, first, column
    )


def _no_place(text: str, row: int, column: str, label: str) -> InputError:
    at = f"{label}: column {column}, row {row + 1}:"
    fix = "a tract's GEOID has 11 digits (state 2, county 3, tract 6); correct it in the file"
    if not text:
        return InputError(f"{at} is missing; {fix}")
    if _SCIENTIFIC.match(text):
        return InputError(
            f"{at} {text!r} is a GEOID that a spreadsheet has rounded; "
            "export it again with the column formatted as text"
        )
    return InputError(f"{at} {text[:40]!r} is not a GEOID; {fix}")


def _with_tracts(found: Areas, values: pa.ChunkedArray, label: str) -> Areas:
    """The same, if it has tracts.

    Raises:
        InputError: It has rows and none is a tract, or most are block groups.
    """
    if not found.others:
        return found
    level, count = found.others.most_common(1)[0]
    # A block group's number without its leading zero has 11 digits, as a tract's.
    if not len(found.geoids) or (level == "block group" and count > len(found.geoids)):
        raise InputError(
            f"{label}: holds {_plural(level)} ({count:,} rows, the first is {found.first[:40]!r}), "
            "not census tracts; download the table for all census tracts"
        )
    return found


def _plural(level: str) -> str:
    return {
        "county": "counties", "county or ZIP code area": "counties or ZIP code areas",
    }.get(level, f"{level}s")  # fmt: skip


def counted(others: Counter[str]) -> str:
    """Rows of other levels in words, as "1 county, 2 states"; empty where there are none.

    Example:
        >>> counted(Counter({"county": 2, "state": 1}))
        '2 counties, 1 state'
    """
    return ", ".join(
        f"{count:,} {level if count == 1 else _plural(level)}" for level, count in others.most_common()
    )


def _together(table: pa.Table, columns: Sequence[str], label: str) -> pa.ChunkedArray:
    """GEOIDs from columns of state, county, tract and block group, each with its leading zeros put back."""
    widths = (2, 3, 6, 1)
    parts = [
        _padded(table.column(name), name, width, label) for name, width in zip(columns, widths, strict=False)
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
