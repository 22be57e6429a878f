"""Numbers as the Census, spreadsheets and statistics programs write them (method 6.5).

The Census Bureau writes what it does not publish as a sign (``-``, ``**``, ``(X)``) or as a large negative
number (``-666666666``), and a median beyond the last step of its scale as ``250,000+`` or ``2,500-``.
Spreadsheets put marks between thousands. Which mark is which is decided from the whole column, never from one
value.

Source:
    Census Bureau, *Notes on ACS Estimate and Annotation Values*.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError

TOP: Final = 250_001.0
"""How the API writes a median above 250,000 US dollars."""

BOTTOM: Final = 2_499.0
"""How the API writes a median below 2,500 US dollars."""

MOST: Final = 10_000_000.0
"""No tract has as many people, and no median is as many dollars."""

MISSING: Final = (
    "", "-", "–", "—", "−", ".", "..", "*", "**", "***", "****", "*****", "N", "X", "(X)", "(B)", "(D)",
    "(S)",
    "NA", "N/A", "n/a", "na", "#N/A", "NaN", "nan", "NAN", "null", "NULL", "Null", "None", "none", "NONE",
)  # fmt: skip
"""What is written where there is no number: the signs of the Bureau, and what programs make of them."""

_PLAIN: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_GROUPED: Final = r"^[+-]?[0-9]{{1,3}}({0}[0-9]{{3}})+({1}[0-9]*)?$"
_NEGATIVE: Final = r"^[-−] ?[0-9.][0-9., '’eE+]*$"
_WHOLE: Final = r"^[+-]?[0-9]+$"
_FIX: Final = "write plain digits with a decimal point"


_TEXTS: Final = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)


class Numbers(NamedTuple):
    """A column of numbers.

    Attributes:
        values: float64, none negative; missing where nothing is published.
        top: Whether the value stands for all above the end of the scale (bool, none missing).
        bottom: Whether it stands for all below its beginning (bool, none missing).
    """

    values: pa.ChunkedArray
    top: pa.ChunkedArray
    bottom: pa.ChunkedArray


def numbers(column: pa.ChunkedArray, label: str, name: str, *, dollars: bool = False) -> Numbers:
    """Read a column of the Census.

    Args:
        column: Text, or numbers of a Parquet file.
        label: How the file is named in an error.
        name: The column's name.
        dollars: Whether it holds incomes. None is below 1,000 dollars, so that ``31.000`` is 31,000.

    Returns:
        The numbers. Each negative one is missing: the Bureau's signs for what is not published are negative
        numbers, and no figure used here can be.

    Raises:
        InputError: A value is no number, is larger than any that there can be, or the column can be read in
            two ways; the message names the row.

    Example:
        >>> numbers(pa.chunked_array([["1,500", "250,000+", "-", "-666666666"]]), "a", "b").values.to_pylist()
        [1500.0, 250001.0, None, None]
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if _is_text(column.type):
        values = _of_text(column.cast(pa.string()), label, name, dollars)
    elif pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        values = pc.cast(column, pa.float64(), safe=False)
    elif pa.types.is_decimal(column.type) or pa.types.is_null(column.type):
        values = column.cast(pa.float64())
    else:
        raise file_faults.wrong_type(label, name, column.type, "numbers")
    return _checked(values, label, name)


def _is_text(kind: pa.DataType) -> bool:
    return any(test(kind) for test in _TEXTS)


def _checked(values: pa.ChunkedArray, label: str, name: str) -> Numbers:
    """The same, where no value is larger than any can be; negative ones are missing."""
    large = pc.fill_null(pc.greater_equal(values, MOST), False)
    if pc.any(large, min_count=0).as_py():
        row = pc.index(large, True).as_py()
        raise file_faults.wrong_value(
            label, name, row + 1, values[row].as_py(), f"below {MOST:,.0f}",
            fix="no tract has as many people or dollars; check that it is the right column",
        )  # fmt: skip
    usable = pc.and_(pc.is_finite(values), pc.greater_equal(values, 0.0))
    values = pc.if_else(usable, values, pa.scalar(None, pa.float64()))
    return Numbers(
        values, pc.fill_null(pc.equal(values, TOP), False), pc.fill_null(pc.equal(values, BOTTOM), False)
    )


def _of_text(text: pa.ChunkedArray, label: str, name: str, dollars: bool) -> pa.ChunkedArray:
    try:
        values = text.cast(pa.float64())  # what most files are: nothing but plain digits
    except pa.ArrowInvalid:
        pass
    else:
        if not pc.any(pc.match_substring(text, "."), min_count=0).as_py():
            return values
    text = _trimmed(text)
    # What is negative is missing, however it is grouped.
    negative = pc.match_substring_regex(text, _NEGATIVE)
    text = pc.if_else(pc.fill_null(negative, False), pa.scalar(None, pa.string()), text)
    return _decided(text, label, name, dollars)


def _trimmed(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without blanks, signs of money and of margins around; what is not published is missing."""
    text = pc.utf8_trim(text, characters=" \t\r\n\u00a0\u202f\u2009\ufeff\"'$±[]")
    return pc.if_else(pc.is_in(text, pa.array(MISSING)), pa.scalar(None, pa.string()), text)


def _decided(text: pa.ChunkedArray, label: str, name: str, dollars: bool) -> pa.ChunkedArray:
    """Numbers with marks between thousands, a decimal comma, or beyond an end of the scale."""
    above = pc.match_substring_regex(text, r"^[0-9., '’\x{a0}\x{202f}]+\+$")
    below = pc.match_substring_regex(text, r"^[0-9., '’\x{a0}\x{202f}]+-$")
    ends = pc.fill_null(pc.or_(above, below), False)
    whole = pc.if_else(ends, pc.utf8_rtrim(text, characters="+-"), text)
    thousands, decimal = _marks(whole, label, name, dollars)
    for mark in thousands:
        whole = pc.replace_substring(whole, mark, "")
    if decimal == ",":
        whole = pc.replace_substring(whole, ",", ".")
    good = pc.fill_null(pc.match_substring_regex(whole, _PLAIN), True)
    if not pc.all(good, min_count=0).as_py():
        row = pc.index(good, False).as_py()
        raise file_faults.wrong_value(label, name, row + 1, text[row].as_py(), "a number", fix=_FIX)
    step = pc.subtract(
        pc.fill_null(above, False).cast(pa.float64()), pc.fill_null(below, False).cast(pa.float64())
    )
    return pc.add(whole.cast(pa.float64()), step)


_BLANKS: Final = " \u00a0\u202f\u2009'’"


def _marks(text: pa.ChunkedArray, label: str, name: str, dollars: bool) -> tuple[str, str]:
    """What stands between thousands in a column, and what before the decimals.

    Returns:
        The marks between thousands (each character is one), and ``.`` or ``,``.

    Raises:
        InputError: The column can be read in two ways.
    """
    texts: list[str] = [value for value in text.unique().to_pylist() if value is not None]
    comma, point = any("," in value for value in texts), any("." in value for value in texts)
    if comma and point:
        # The mark that comes last is the decimal one: in 1.500,0 the comma, in 1,500.0 the point.
        both = [value for value in texts if "," in value and "." in value]
        if both:
            last = {"," if value.rfind(",") > value.rfind(".") else "." for value in both}
            if len(last) == 1:
                return (_BLANKS + ".", ",") if last == {","} else (_BLANKS + ",", ".")
        raise _two_readings(text, texts, label, name)
    if comma:
        return (_BLANKS + ",", ".") if _all_grouped(texts, ",") else (_BLANKS, ",")
    if point and _all_grouped(texts, "."):
        thousandths = not dollars and all(value.endswith(".000") for value in texts)
        if _digits_without(texts, ".") or thousandths:
            raise _two_readings(text, texts, label, name)
        return _BLANKS + ".", ","
    return _BLANKS, "."


def _all_grouped(texts: Sequence[str], mark: str) -> bool:
    """Whether every value with the mark has it before each group of three digits."""
    pattern = re.compile(_GROUPED.format(re.escape(mark), r"\."[: 2 * (mark == ",")] or "$"))
    return all(pattern.match(value) for value in texts if mark in value)


def _digits_without(texts: Sequence[str], mark: str) -> bool:
    """Whether a value of four digits or more stands without a mark."""
    return any(
        re.match(_WHOLE, value) and len(value.lstrip("+-")) > 3 for value in texts if mark not in value
    )


def _two_readings(text: pa.ChunkedArray, texts: Sequence[str], label: str, name: str) -> InputError:
    seen = next(value for value in texts if "," in value or "." in value)
    row = pc.index(text, seen).as_py() + 1
    digits = re.sub(r"[.,]", "", seen)
    return InputError(
        f"{label}: column {name}, row {row}: {seen!r} can be {digits} or {seen.replace(',', '.')}; "
        "write plain digits without marks between thousands"
    )
