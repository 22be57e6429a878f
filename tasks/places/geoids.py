"""GEOIDs: the 11 digits that name a Census tract, with the leading zero that a spreadsheet lost put back."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError

DIGITS: Final = 11
"""State (2), county (3) and tract (6)."""

_FIX: Final = "a tract's GEOID has 11 digits (state 2, county 3, tract 6); correct it in the file"


def to_geoids(values: pa.Array | pa.ChunkedArray, label: str, column: str = "GEOID") -> pa.ChunkedArray:
    """Bring GEOIDs into their one form, text of 11 digits.

    A number, a number followed by ``.0`` and text of 10 digits have lost a leading zero (the states 01 to
    09) and get it back. Nothing else is altered.

    Args:
        values: The column as it was read: text, integers or floats.
        label: How the file is named in an error, as ``census/acs.csv``.
        column: The column's name.

    Returns:
        The GEOIDs (string), none missing.

    Raises:
        InputError: A value is missing, is not a number or has another length; the message names it.

    Example:
        >>> to_geoids(pa.array([6037101110, 48201100000]), "acs.csv").to_pylist()
        ['06037101110', '48201100000']
    """
    values = pa.chunked_array([values]) if isinstance(values, pa.Array) else values
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    text = _as_text(values, label, column)
    text = pc.replace_substring_regex(pc.utf8_trim_whitespace(text), r"^([0-9]+)\.0+$", r"\1")
    short = pc.match_substring_regex(text, r"^[0-9]{10}$")
    text = pc.if_else(short, pc.binary_join_element_wise("0", text, ""), text)
    good = pc.fill_null(pc.match_substring_regex(text, r"^[0-9]{11}$"), False)
    if not pc.all(good, min_count=0).as_py():
        index = pc.index(good, False).as_py()
        found = values[index].as_py()
        problem = "is missing" if found is None or found == "" else f"{found!r} is not a GEOID"
        raise InputError(f"{label}: column {column}, row {index + 1}: {problem}; {_FIX}")
    return text


def repeated_geoid(geoids: pa.ChunkedArray) -> str | None:
    """The first GEOID, in order, that appears more than once; None where each appears once.

    Example:
        >>> repeated_geoid(pa.chunked_array([["06037101110", "01001020100", "06037101110"]]))
        '06037101110'
    """
    counts = geoids.value_counts()
    repeated: list[str] = counts.filter(pc.greater(counts.field("counts"), 1)).field("values").to_pylist()
    return min(repeated, default=None)


def _as_text(values: pa.ChunkedArray, label: str, column: str) -> pa.ChunkedArray:
    if pa.types.is_floating(values.type):
        try:
            # A float that is not a whole number fails the cast instead of losing its fraction.
            values = pc.cast(values, pa.int64())
        except pa.ArrowInvalid:
            whole = pc.fill_null(pc.equal(values, pc.floor(values)), True)
            place = max(pc.index(whole, False).as_py(), 0)
            raise InputError(
                f"{label}: column {column}, row {place + 1}: {values[place].as_py()!r} is not a GEOID; {_FIX}"
            ) from None
    if pa.types.is_integer(values.type) or pa.types.is_string(values.type):
        return values.cast(pa.string())
    if pa.types.is_large_string(values.type) or pa.types.is_string_view(values.type):
        return values.cast(pa.string())
    raise file_faults.wrong_type(label, column, values.type, "text or whole numbers", _FIX)
