"""Whether the month or the day comes first in the dates of a file: its whole column says it, or nobody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pyarrow as pa

from data.crime_layouts import DAY_FIRST, MONTH_FIRST
from data.errors import InputError
from data.printable import printable
from tasks.crime.dates import NUMBERS, readings
from tasks.crime.days import DateForm, different, texts_of


def order_of(blocks: Iterable[pa.Array], label: str, column: str, section: str) -> DateForm:
    """Find which of two numbers is the month in a column of dates.

    The first date of which only one reading is a day decides. Should a later one contradict it, that row is
    an error when it is read. Where no date depends on the order, there is nothing to decide.

    Args:
        blocks: The column, block by block; it is read up to the date that decides.
        label: How the file is named in an error.
        column: The column's name.
        section: The section of the settings, as ``[crime.denver]``.

    Raises:
        InputError: Dates have two readings, and none of the whole column decides between them.

    Example:
        >>> order_of([pa.array(["1/2/2019", "1/13/2019"])], "a.csv", "date", "[crime.a]")
        DateForm(order='month first', format=None, zone=None, shown_by=(2, '1/13/2019'))
    """
    before, doubtful = 0, None
    for block in blocks:
        try:
            texts = texts_of(block)
        except TypeError:
            return DateForm()
        for index, text in different(texts):
            both = readings(text)
            if both is None or both[0] == both[1]:
                continue
            row = before + index + 1
            if both[0] is None or both[1] is None:
                return DateForm(order=DAY_FIRST if both[0] is None else MONTH_FIRST, shown_by=(row, text))
            doubtful = doubtful or (row, text, both[0], both[1])
        before += len(block)
    if doubtful is None:
        return DateForm()
    row, text, month_first, day_first = doubtful
    raise InputError(
        f"{label}: column {column}, row {row}: {printable(text)!r} is {_words(month_first)} with the month "
        f"first and {_words(day_first)} with the day first, and no row shows which is meant; write in "
        f'{section} date_format = "{format_of(text, MONTH_FIRST)}" or "{format_of(text, DAY_FIRST)}"'
    )


def format_of(text: str, order: str) -> str:
    """The format of ``strptime`` in which a date of two numbers and a year is written.

    Example:
        >>> format_of("05/06/2019 11:31:00 PM", "day first"), format_of("5.6.19", "month first")
        ('%d/%m/%Y %I:%M:%S %p', '%m.%d.%y')
    """
    found = NUMBERS.match(text.strip())
    if found is None:
        return "%m/%d/%Y"
    mark, rest = found[2], text.strip()[found.end() :]
    first, second = ("%d", "%m") if order == DAY_FIRST else ("%m", "%d")
    day = mark.join((first, second, "%Y" if len(found[4]) == 4 else "%y"))
    if not rest:
        return day
    half = rest.rstrip()[-1:] in {"M", "m"}
    clock = ("%I" if half else "%H") + ":%M" + (":%S" if rest.count(":") == 2 else "")
    gap = rest[: len(rest) - len(rest.lstrip(" T"))]
    return f"{day}{gap}{clock}{' %p' if half else ''}"


def _words(day: date) -> str:
    """A day as a reader says it.

    Example:
        >>> _words(date(2019, 5, 6))
        'May 6, 2019'
    """
    return f"{day:%B} {day.day}, {day.year}"
