"""Latitudes and longitudes that are written as text, as numbers (method 6.11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults

MISSING: Final = ("", "NULL", "null", "NaN", "nan", "NA", "N/A", "n/a", "#N/A", "None", "\\N")
"""What is written where there is no value."""

_COMMA: Final = r"^[-+]?[0-9]{1,3},[0-9]+$"
_FIX: Final = "write degrees as digits with a decimal point, as 34.0522"


def degrees_of(
    texts: Mapping[str, pa.Array], label: str, before: int, *, commas_separate: bool
) -> dict[str, pa.Array]:
    """Latitudes and longitudes as numbers.

    A decimal comma is read where it cannot separate columns. Where columns are separated by commas, such a
    number stands in quotes; it is read if all coordinates of its row are written so.

    Args:
        texts: By column, what is written.
        label: How the file is named in an error.
        before: Rows of the file before these.
        commas_separate: Whether commas separate the columns of the file.

    Returns:
        By column, degrees (float64).

    Raises:
        InputError: A value is not a number; the message names the first.

    Example:
        >>> texts = {"lat": pa.array(["39,7", " 40.1 "]), "lon": pa.array(["-104,9", ""])}
        >>> degrees_of(texts, "a.csv", 0, commas_separate=True)["lat"].to_pylist()
        [39.7, 40.1]
    """
    none = pa.scalar(None, pa.string())
    plain = {}
    for name, text in texts.items():
        trimmed = pc.utf8_trim_whitespace(text)
        plain[name] = pc.if_else(pc.is_in(trimmed, pa.array(MISSING)), none, trimmed)
    comma = {name: pc.match_substring_regex(text, _COMMA) for name, text in plain.items()}
    if commas_separate:
        together = pa.array([True] * len(next(iter(plain.values()))))
        for each in comma.values():
            together = pc.and_(together, pc.fill_null(each, True))
        comma = dict.fromkeys(comma, together)
    for name, text in plain.items():
        point = pc.replace_substring(text, ",", ".")
        plain[name] = pc.if_else(pc.fill_null(comma[name], False), point, text)
    try:
        return {name: text.cast(pa.float64()) for name, text in plain.items()}
    except pa.ArrowInvalid:
        wrong = {name: found for name, text in plain.items() if (found := first_wrong_number(text))}
        name = min(wrong, key=lambda name: wrong[name][0])
        row, _ = wrong[name]
        value = texts[name][row - 1].as_py().strip()
        raise file_faults.wrong_value(label, name, before + row, value, "a number", fix=_FIX) from None


def first_wrong_number(text: pa.Array | pa.ChunkedArray) -> tuple[int, str] | None:
    """The first text that is not a number: its row, from 1, and what it says; None where all are numbers.

    Example:
        >>> first_wrong_number(pa.array(["1", None, "1,000", "x"]))
        (3, '1,000')
    """
    good, bad = 0, len(text) + 1
    # All before the first can be read: halving finds it.
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            text.slice(good, middle - good).cast(pa.float64())
            good = middle
        except pa.ArrowInvalid:
            bad = middle
    return None if good == len(text) else (good + 1, text[good].as_py())
