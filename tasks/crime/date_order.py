"""Whether the month or the day comes first in the dates of a file: its whole column says it, or nobody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pyarrow as pa

from data.crime_layouts import DAY_FIRST, MONTH_FIRST
from data.errors import InputError
from data.printable import printable
from tasks.crime.dates import NUMBERS, SHORT_NAMED, readings, two_digit_year
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


def check_named_months(blocks: Iterable[pa.Array], label: str, column: str, section: str) -> None:
    """See that dates as 15-Jun-19 can only be meant with the day first: a year stands in rows of many days.

    Args:
        blocks: The column, block by block; it is read up to where it is decided, and no further than
            its first block if that holds no such date.
        label: How the file is named in an error.
        column: The column's name.
        section: The section of the settings, as ``[crime.denver]``.

    Raises:
        InputError: The first numbers of the column are no more than its last, so that these may be the days.

    Example:
        >>> check_named_months([pa.array(["15-Jun-19", "16-Jun-19"])], "a.csv", "date", "[crime.a]")
    """
    before, firsts, lasts = 0, set(), set()
    example: tuple[int, str] | None = None
    for block in blocks:
        try:
            texts = texts_of(block)
        except TypeError:
            return
        for index, text in different(texts):
            numbers = two_digit_year(text)
            if numbers is None:
                continue
            firsts.add(numbers[0])
            lasts.add(numbers[1])
            example = example or (before + index + 1, text)
        if example is None or len(firsts) > len(lasts) or any(not 1 <= each <= 31 for each in lasts):
            return
        before += len(block)
    if example is not None:
        row, text = example
        day_first, year_first = named_format_of(text, "%d", "%y"), named_format_of(text, "%y", "%d")
        raise InputError(
            f"{label}: column {column}, row {row}: {printable(text)!r} may begin with the day or the year, "
            f'and no row shows which is meant; write in {section} date_format = "{day_first}" or '
            f'"{year_first}"'
        )


def named_format_of(text: str, first: str, last: str) -> str:
    """The format of ``strptime`` in which a date with the name of its month is written.

    Example:
        >>> named_format_of("15-Jun-19", "%d", "%y"), named_format_of("15 June 19 05:05", "%d", "%y")
        ('%d-%b-%y', '%d %B %y %H:%M')
    """
    found = SHORT_NAMED.match(text.strip())
    if found is None:
        return f"{first}-%b-{last}"
    name = "%b" if len(found["month"]) == 3 else "%B"
    return f"{first}{found['gap']}{name}{found['rest']}{last}{_clock(text.strip()[found.end() :])}"


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
    return f"{day}{_clock(rest)}"


def _clock(rest: str) -> str:
    """The format of what follows the day."""
    if not rest:
        return ""
    half = rest.rstrip()[-1:] in {"M", "m"}
    clock = ("%I" if half else "%H") + ":%M" + (":%S" if rest.count(":") == 2 else "")
    gap = rest[: len(rest) - len(rest.lstrip(" T"))]
    return f"{gap}{clock}{' %p' if half else ''}"


def _words(day: date) -> str:
    """A day as a reader says it.

    Example:
        >>> _words(date(2019, 5, 6))
        'May 6, 2019'
    """
    return f"{day:%B} {day.day}, {day.year}"
