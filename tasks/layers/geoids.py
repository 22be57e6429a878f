"""GEOIDs: the 11 digits that name a Census tract, from every form in which downloads write them."""

from __future__ import annotations

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError

DIGITS: Final = 11
"""State (2), county (3) and tract (6)."""

_FIX: Final = "a tract's GEOID has 11 digits (state 2, county 3, tract 6); correct it in the file"
_SHOWN: Final = 60
"""Characters of a wrong value that an error shows."""
_NOT_TRACTS: Final = "hand in the file of Census tracts"

_PREFIX: Final = r"^140(?:[0-9A-Z]{2}|[0-9A-Z]{4})US"
"""What the Census Bureau (``1400000US``) and Census Reporter (``14000US``) put before a tract's GEOID: the
summary level, 140, a variant and a component."""

_GISJOIN: Final = r"^G([0-9]{2})0([0-9]{3})0([0-9]{6})$"
"""IPUMS NHGIS: G, state and 0, county and 0, tract."""
_GISJOIN_SHORT: Final = r"^G[0-9]{2}0[0-9]{3}0[0-9]{4}$"
"""The same of a tract whose last two digits, 00, are left out, as NHGIS writes older ones."""

_LEVELS: Final = {"040": "state", "050": "county", "060": "county subdivision", "100": "block",
                  "140": "tract", "150": "block group", "160": "place", "310": "metropolitan area",
                  "500": "congressional district", "860": "ZIP code area"}  # fmt: skip
"""Summary levels of the Census Bureau that downloads have, and what they are called."""

_PREFIXED: Final = re.compile(r"([0-9]{3})(?:[0-9A-Z]{2}|[0-9A-Z]{4})US[0-9A-Z]*")
_DIGITS_OF: Final = {2: "state", 4: "county", 5: "county", 11: "tract", 10: "tract", 12: "block group",
                     14: "block", 15: "block"}  # fmt: skip
"""What a GEOID of so many digits names; 4, 10 and 14 have lost the zero of the states 01 to 09."""
_JOINED: Final = {4: "state", 8: "county", 12: "tract", 14: "tract", 15: "block group", 18: "block"}
"""What a GISJOIN of so many characters names."""


_TEXTS: Final = (pa.types.is_integer, pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)


def level_of(identifier: str) -> str:
    """What an identifier of the Census names; empty where it cannot be told.

    Args:
        identifier: As a download has it: digits, with a prefix, or a GISJOIN.

    Returns:
        ``"tract"``, ``"block group"``, ``"block"``, ``"county"``, ``"state"``, ``"place"`` and so on.

    Example:
        >>> [level_of(name) for name in ("08001000100", "1500000US080010001001", "05000US08001", "total")]
        ['tract', 'block group', 'county', '']
        >>> level_of("G0800010000100")
        'tract'
    """
    name = identifier.strip()
    if prefixed := _PREFIXED.fullmatch(name):
        return _LEVELS.get(prefixed[1], f"summary level {prefixed[1]}")
    if name[:1] == "G" and name[1:].isdecimal():
        return _JOINED.get(len(name), "")
    digits = name.removesuffix(".0")
    return _DIGITS_OF.get(len(digits), "") if digits.isdecimal() else ""


def to_geoids(
    values: pa.Array | pa.ChunkedArray, label: str, column: str = "GEOID", *, before: int = 0
) -> pa.ChunkedArray:
    """Bring GEOIDs into their one form, text of 11 digits.

    The prefixes of the Census Bureau (``1400000US``) and of Census Reporter (``14000US``) are taken off, and
    a GISJOIN of NHGIS loses its letter and its two filling zeros. A number, a number followed by ``.0`` and
    text of 10 digits have lost a leading zero (the states 01 to 09) and get it back. Nothing else is altered.

    Args:
        values: The column as it was read: text, integers, floats or decimals.
        label: How the file is named in an error, as ``census/acs.csv``.
        column: The column's name.
        before: Rows of the file before these.

    Returns:
        The GEOIDs (string), none missing.

    Raises:
        InputError: A value is missing, is not a number, or names something other than a tract, as a block
            group; the message names it.

    Example:
        >>> to_geoids(pa.array([6037101110, 48201100000]), "acs.csv").to_pylist()
        ['06037101110', '48201100000']
        >>> to_geoids(pa.array(["1400000US08001000100", "G0800010000100"]), "acs.csv").to_pylist()
        ['08001000100', '08001000100']
    """
    values = pa.chunked_array([values]) if isinstance(values, pa.Array) else values
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    text = pc.utf8_trim_whitespace(_as_text(values, label, column, before))
    good = _good(text)
    if not pc.all(good, min_count=0).as_py():
        text = _in_one_form(text)
        good = _good(text)
    if not pc.all(good, min_count=0).as_py():
        index = pc.index(good, False).as_py()
        raise _fault(label, column, before + index + 1, values[index].as_py())
    return text


def _good(text: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.match_substring_regex(text, r"^[0-9]{11}$"), False)


def _in_one_form(text: pa.ChunkedArray) -> pa.ChunkedArray:
    text = pc.replace_substring_regex(text, _PREFIX, "")
    text = pc.replace_substring_regex(text, _GISJOIN_SHORT, r"\000")  # the whole match, and 00
    text = pc.replace_substring_regex(text, _GISJOIN, r"\1\2\3")
    text = pc.replace_substring_regex(text, r"^([0-9]+)\.0+$", r"\1")
    short = pc.match_substring_regex(text, r"^[0-9]{10}$")
    return pc.if_else(short, pc.binary_join_element_wise("0", text, ""), text)


def _fault(label: str, column: str, row: int, found: object) -> InputError:
    if found is None or found == "":
        return InputError(f"{label}: column {column}, row {row}: is missing; {_FIX}")
    shown = repr(found[:_SHOWN] if isinstance(found, str) else found)
    level = level_of(str(found))
    if level not in {"", "tract"}:
        seen = f"{shown} names a {level}, not a tract"
        return InputError(f"{label}: column {column}, row {row}: {seen}; {_NOT_TRACTS}")
    return InputError(f"{label}: column {column}, row {row}: {shown} is not a GEOID; {_FIX}")


def repeated_geoid(geoids: pa.ChunkedArray) -> str | None:
    """The first GEOID, in order, that appears more than once; None where each appears once.

    Example:
        >>> repeated_geoid(pa.chunked_array([["06037101110", "01001020100", "06037101110"]]))
        '06037101110'
    """
    counts = geoids.value_counts()
    repeated: list[str] = counts.filter(pc.greater(counts.field("counts"), 1)).field("values").to_pylist()
    return min(repeated, default=None)


def _as_text(values: pa.ChunkedArray, label: str, column: str, before: int) -> pa.ChunkedArray:
    if pa.types.is_floating(values.type):
        try:
            # A float that is not a whole number fails the cast instead of losing its fraction.
            values = pc.cast(values, pa.int64())
        except pa.ArrowInvalid:
            whole = pc.fill_null(pc.equal(values, pc.floor(values)), True)
            place = max(pc.index(whole, False).as_py(), 0)
            raise _fault(label, column, before + place + 1, values[place].as_py()) from None
    if pa.types.is_decimal(values.type):
        values = values.cast(pa.string())
    if any(kind(values.type) for kind in _TEXTS):
        return values.cast(pa.string())
    raise file_faults.wrong_type(label, column, values.type, "text or whole numbers", _FIX)
