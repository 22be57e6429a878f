"""The day of a crime, from dates as cities and their portals write them (method 9.3).

Accepted forms, each with or without a time of day and an offset:

- year, month and day: ISO 8601, with slashes or dots, or together as 20190304;
- two numbers and the year, of two or four digits (``7/29/2019``, ``29.07.19``): which of the two is the month
  is said by the layout or by the whole column (:mod:`tasks.crime.date_order`);
- the month by its name (``15-Jun-16``, ``2019 Mar 04``, ``March 4, 2019``);
- numbers: seconds or milliseconds since 1970 in UTC, and the days of a spreadsheet (43528 is March 4, 2019);
- where a format is configured, only that one.

The day is the one that is written, whatever offset follows it; where a time zone is configured, moments (with
an offset, or since 1970) are converted to it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from data.crime_layouts import DAY_FIRST, MONTH_FIRST

_TIME: Final = (
    r"(?:[T,]|\s)\s*(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?"
)
OFFSET: Final = r"\s*(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)"
TIME_OF_DAY: Final = rf"{_TIME}(?:{OFFSET})?\s*$"
"""What follows the day, as a pattern for Python and for Arrow."""

NUMBERS: Final = re.compile(r"([0-9]{1,2})([/.\-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
"""Two numbers and a year."""

SHORT_NAMED: Final = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<gap>[\s/.\-]*)(?P<month>[A-Za-z]{3,9})(?P<rest>\.?[\s/.,\-]*)(?P<last>[0-9]{2})(?![0-9])"
)
"""A number, the name of a month, and two digits: 15-Jun-19."""

MOST_LETTERS: Final = 80
"""A longer text is no date, and is not searched for one."""

_TIME_OF_DAY: Final = re.compile(TIME_OF_DAY)
_OFFSET: Final = re.compile(rf":[0-9]{{2}}.*?({OFFSET})\s*$")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([/.\-])([0-9]{1,2})\2([0-9]{1,2})")
_COUNTED: Final = re.compile(r"([0-9]{5,14})(?:\.[0-9]*)?")
_WEEKDAY: Final = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_NAMED: Final = (
    re.compile(
        r"(?P<day>[0-9]{1,2})[\s/.\-]*(?P<month>[A-Za-z]{3,9})\.?[\s/.,\-]*(?P<year>[0-9]{4}|[0-9]{2})"
    ),
    re.compile(r"(?P<month>[A-Za-z]{3,9})\.?[\s/\-]*(?P<day>[0-9]{1,2})(?:,\s*|[\s/\-]+)(?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})[\s/.\-]*(?P<month>[A-Za-z]{3,9})\.?[\s/.,\-]*(?P<day>[0-9]{1,2})"),
)
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SECONDS: Final = range(100_000_000, 4_102_444_800)
"""1973 to 2099, in seconds since 1970; in milliseconds a thousand times as much."""

_SHEET: Final = range(32_874, 54_789)
"""1990 to 2049 in the days of a spreadsheet."""

_SHEET_STARTS: Final = date(1899, 12, 30)
_COMPACT: Final = (8, 14)
"""Digits of a date like 20190304, without and with a time."""


@lru_cache(maxsize=1 << 16)  # files hold each day thousands of times, in block after block
def day_of(
    text: str, order: str = "", date_format: str | None = None, zone: str | None = None
) -> date | None:
    """The day of a date.

    Args:
        text: The date, with or without a time.
        order: Which of two numbers is the month: :data:`data.crime_layouts.MONTH_FIRST` or ``DAY_FIRST``; ""
            where that is not known.
        date_format: How dates are written (``strptime``); None for the usual forms.
        zone: The IANA time zone to which moments are converted; None where the day is as written.

    Returns:
        The day; None where the text is blank.

    Raises:
        ValueError: The text is not such a date.

    Example:
        >>> [str(day_of(text)) for text in ("2019-07-29T00:00:00.000", "15-Jun-16", "1551657600000", " ")]
        ['2019-07-29', '2016-06-15', '2019-03-04', 'None']
        >>> day_of("7/8/19 11:00 PM", MONTH_FIRST), day_of("7/8/19", DAY_FIRST)
        (datetime.date(2019, 7, 8), datetime.date(2019, 8, 7))
    """
    text = text.strip()
    if not text:
        return None
    if len(text) > MOST_LETTERS:
        raise ValueError(f"{text[:MOST_LETTERS]!r} is not a date")
    if date_format is not None:
        return datetime.strptime(text, date_format).date()
    if counted := _COUNTED.fullmatch(text):
        return _counted(counted[1], text, zone)
    written = _TIME_OF_DAY.sub("", text)
    if zone is not None and written != text and (offset := _OFFSET.search(text)):
        return _moved(written, text, offset, order, zone)
    return written_day(written, order)


def written_day(text: str, order: str = "") -> date:
    """The day of a date without its time.

    Args:
        text: The date, without blanks around it.
        order: As for :func:`day_of`.

    Raises:
        ValueError: It is not a date, or nothing says which of its numbers is the month.

    Example:
        >>> written_day("Monday, March 4, 2019"), written_day("2019/3/4")
        (datetime.date(2019, 3, 4), datetime.date(2019, 3, 4))
    """
    if found := _YEAR_FIRST.fullmatch(text):
        return date(int(found[1]), int(found[3]), int(found[4]))
    if found := NUMBERS.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), year_in_full(found[4])
        if order == DAY_FIRST or (not order and first == second):
            return date(year, second, first)
        if order == MONTH_FIRST:
            return date(year, first, second)
        raise ValueError(f"{text!r} is not a date: which of its numbers is the month is not known")
    text = _WEEKDAY.sub("", text, count=1) if _WEEKDAY.match(text) else text
    for form in _NAMED:
        if found := form.fullmatch(text):
            return date(year_in_full(found["year"]), _month(found["month"]), int(found["day"]))
    if text.isascii() and len(text) >= 8 and text[:4].isdigit():
        return datetime.fromisoformat(text).date()
    raise ValueError(f"{text!r} is not a date")


def readings(text: str) -> tuple[date | None, date | None] | None:
    """A date of two numbers and a year, read with the month first and with the day first.

    Args:
        text: A date, with or without its time.

    Returns:
        Both readings, None for one that is no day; None where the date is written otherwise.

    Example:
        >>> readings("5/6/2019")
        (datetime.date(2019, 5, 6), datetime.date(2019, 6, 5))
        >>> readings("13/6/2019"), readings("2019-06-13")
        ((None, datetime.date(2019, 6, 13)), None)
    """
    written = _TIME_OF_DAY.sub("", text.strip()[:MOST_LETTERS])
    if NUMBERS.fullmatch(written) is None:
        return None
    return _day_or_none(written, MONTH_FIRST), _day_or_none(written, DAY_FIRST)


def two_digit_year(text: str) -> tuple[int, int] | None:
    """The two numbers of a date as 15-Jun-19; None where the date is written otherwise.

    Example:
        >>> two_digit_year("15-Jun-19 05:05"), two_digit_year("15-Jun-2019")
        ((15, 19), None)
    """
    written = _TIME_OF_DAY.sub("", text.strip()[:MOST_LETTERS])
    found = SHORT_NAMED.fullmatch(written)
    return None if found is None else (int(found["first"]), int(found["last"]))


def year_in_full(digits: str) -> int:
    """A year of four digits, or of two: 69 to 99 are the last century's, as POSIX has it.

    Example:
        >>> year_in_full("2019"), year_in_full("19"), year_in_full("99")
        (2019, 2019, 1999)
    """
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year >= 69 else 2000)


def has_year(date_format: str) -> bool:
    """Whether a format is one of ``strptime``, and a date written in it has its year.

    Example:
        >>> has_year("%d.%m.%Y"), has_year("%d.%m."), has_year("%Q")
        (True, False, False)
    """
    day = datetime(2019, 7, 29)
    try:
        return datetime.strptime(day.strftime(date_format), date_format).year == day.year
    except ValueError:
        return False


def _day_or_none(text: str, order: str) -> date | None:
    try:
        return written_day(text, order)
    except ValueError:
        return None


def _counted(digits: str, text: str, zone: str | None) -> date:
    """The day of a number: a date without marks, a moment since 1970, or a day of a spreadsheet."""
    number = int(digits)
    if len(digits) in _COMPACT:
        return datetime.strptime(digits[:8], "%Y%m%d").date()
    if number in _SHEET:
        return _SHEET_STARTS + timedelta(days=number)
    seconds = number // 1000 if number // 1000 in _SECONDS else number
    if seconds not in _SECONDS:
        raise ValueError(f"{text!r} is not a date")
    return datetime.fromtimestamp(seconds, _zone(zone)).date()


def _moved(written: str, text: str, offset: re.Match[str], order: str, zone: str) -> date:
    """The day, in a zone, of a moment with an offset."""
    clock = text[len(written) : offset.start(1)].strip(" T,").upper().replace(".M.", "M")
    clock, _, half = clock.partition(" ")
    hour, minute = (int(part.rstrip("APM")) for part in clock.split(":")[:2])
    if half.startswith(("A", "P")) or clock.endswith("M"):
        hour = hour % 12 + (12 if "P" in half + clock else 0)
    day = written_day(written, order)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)
    sign, digits = offset[1].strip()[:1], re.sub(r"\D", "", offset[1]).ljust(4, "0")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
    return (moment - (away if sign == "+" else -away)).astimezone(_zone(zone)).date()


@cache
def _zone(zone: str | None) -> ZoneInfo:
    return ZoneInfo(zone or "UTC")


def _month(name: str) -> int:
    """The month that an English name or its beginning of three letters or more means."""
    lower = "sep" if name.lower() == "sept" else name.lower()
    found = [number for number, full in enumerate(_MONTHS, 1) if full.startswith(lower)]
    if len(found) != 1:
        raise ValueError(f"{name!r} is no month")
    return found[0]
