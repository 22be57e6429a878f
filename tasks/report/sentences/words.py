"""Numbers, lists, dates and shares as a sentence has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

MOST_NAMED: Final = 5
"""Names in a sentence; of more, the number is told."""

UNKNOWN: Final = "an unknown number"

NOT_PUBLISHED: Final = "a number that is not published"
"""Of a count that is missing because small counts are left out (method 12.6): the run knows it."""

_MANY: Final = 1_000_000
_WHOLE: Final = 100
"""Of fewer, a share has no decimals."""


def amount(count: int | None, one: str, many: str = "") -> str:
    """A number of things; none and unknown in words.

    Args:
        count: How many; None where nobody knows.
        one: The thing, as "city".
        many: Its plural, where it is not ``one`` and an s.

    Example:
        >>> amount(1, "city", "cities"), amount(1200, "post"), amount(0, "post"), amount(None, "post")
        ('1 city', '1,200 posts', 'no posts', 'an unknown number of posts')
    """
    several = many or f"{one}s"
    if count is None:
        return f"{UNKNOWN} of {several}"
    return f"{count:,} {one}" if count == 1 else f"{count:,} {several}" if count else f"no {several}"


def verb(count: int | None, one: str, many: str) -> str:
    """The form of a verb that fits a number.

    Example:
        >>> verb(1, "is", "are"), verb(0, "is", "are")
        ('is', 'are')
    """
    return one if count == 1 else many


def plain(count: int | None, missing: str = UNKNOWN) -> str:
    """A number alone.

    Args:
        count: The number.
        missing: What is said where it is None.

    Example:
        >>> plain(10128), plain(0), plain(None), plain(None, NOT_PUBLISHED)
        ('10,128', 'none', 'an unknown number', 'a number that is not published')
    """
    return missing if count is None else f"{count:,}" if count else "none"


def missing_in(part: str) -> str:
    """What is said of a count of a part that is missing.

    A count of crimes is missing in public tables only because it is small, or would tell a small one: in the
    files, each is counted.

    Args:
        part: As in the column ``part`` of public/ledger.
    """
    return NOT_PUBLISHED if part == "crime" else UNKNOWN


def listed(items: Iterable[str], word: str = "and") -> str:
    """Several things as one clause; where one holds a comma, semicolons part them.

    Args:
        items: The things.
        word: What stands before the last.

    Example:
        >>> listed(["a"]), listed(["a", "b", "c"]), listed(["Ames, Iowa", "Ada, Ohio", "b"]), listed([])
        ('a', 'a, b and c', 'Ames, Iowa; Ada, Ohio; and b', 'none')
    """
    names = list(items)
    if not names:
        return "none"
    if len(names) == 1:
        return names[0]
    comma = any(", " in name for name in names)
    mark = "; " if comma and len(names) > 2 else ", "
    last = f"{mark if comma else ' '}{word} {names[-1]}".replace("  ", " ")
    return mark.join(names[:-1]) + last


def some(items: Sequence[str], thing: str = "", most: int = MOST_NAMED) -> str:
    """The first of many things, and how many more there are.

    Args:
        items: All of them.
        thing: What they are, in the plural, as "cities".
        most: How many are named.

    Example:
        >>> some(["a", "b", "c", "d"], "cities", most=2)
        'a, b and 2 more cities'
    """
    # One more is named rather than counted.
    if len(items) <= most + 1:
        return listed(items)
    more = f"{len(items) - most:,} more"
    return listed([*items[:most], f"{more} {thing}".strip()])


def share(part: int, whole: int) -> str:
    """A share in percent, with as many digits as mean something; never 0 or 100 where it is neither.

    Example:
        >>> share(9578, 10128), share(1, 3), share(1, 1_000_000), share(999_999, 1_000_000), share(0, 7)
        ('94.6 %', '33 %', 'less than 0.1 %', 'more than 99.9 %', '0 %')
    """
    if not whole:
        return "no share"
    digits = 0 if whole < _WHOLE else 1
    shown = f"{part / whole:.{digits}%}"
    if part and float(shown[:-1]) == 0:
        return f"less than {10**-digits:g} %"
    if part < whole and float(shown[:-1]) == _WHOLE:
        return f"more than {_WHOLE - 10**-digits:g} %"
    return f"{shown[:-1] if part not in {0, whole} else f'{part / whole:.0%}'[:-1]} %"


def percent(value: float) -> str:
    """A share between 0 and 1 in percent, with one decimal.

    Example:
        >>> percent(0.18367), percent(1.0)
        ('18.4 %', '100.0 %')
    """
    return f"{100 * value:.1f} %"


def share_of(value: float) -> str:
    """A probability in percent.

    Example:
        >>> share_of(0.05), share_of(0.002)
        ('5 %', '0.2 %')
    """
    return f"{100 * value:.3g} %"


def ratio(value: float) -> str:
    """A ratio with the digits that mean something.

    Example:
        >>> ratio(2.119), ratio(32.53), ratio(0.0021), ratio(3e7)
        ('2.12', '33', '0.0021', 'over a million')
    """
    if value >= _MANY:
        return "over a million"
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 0.095 else f"{value:.2g}"


def interval(low: float | None, high: float | None) -> str:
    """A 95 % interval of a ratio, in brackets.

    Example:
        >>> interval(0.2546, 32.6), interval(None, None)
        ('(95 % interval 0.25 to 33)', '(no interval can be given)')
    """
    if low is None or high is None:
        return "(no interval can be given)"
    return f"(95 % interval {ratio(low)} to {ratio(high)})"


def span(low: int, high: int) -> str:
    """From one number to another.

    Example:
        >>> span(1, 60), span(4, 4)
        ('1 to 60', '4')
    """
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def month(text: str) -> str:
    """A month as people write it.

    Example:
        >>> month("2020-07")
        'July 2020'
    """
    year, _, number = text.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def day(date: dt.date) -> str:
    """A day as people write it.

    Example:
        >>> day(dt.date(2022, 10, 3))
        '3 October 2022'
    """
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def size(count: int) -> str:
    """Bytes as people say them, in decimal units.

    Example:
        >>> size(305_949_696), size(512)
        ('306 MB', '512 bytes')
    """
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return amount(count, "byte")
