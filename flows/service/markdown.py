"""Markdown for the Prefect UI: what comes from a file is shown as it is, numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from data.printable import markdown

UNKNOWN: Final = "unknown"
NOT_PUBLISHED: Final = "not published"
_DIGITS: Final = 3
"""Digits of a number that is no count."""


def missing_in(part: str) -> str:
    """What stands in the place of a count of a part that is missing.

    Args:
        part: As in the column ``part`` of public/ledger: of crimes, a count is missing only where small
            counts are left out (method 12.6).
    """
    return NOT_PUBLISHED if part == "crime" else UNKNOWN


def counted(count: int | None, missing: str = UNKNOWN) -> str:
    """A count in words: a number that nobody knows is a word, too.

    Args:
        count: The count.
        missing: The word in the place of None.

    Example:
        >>> counted(1234), counted(None)
        ('1,234', 'unknown')
    """
    return missing if count is None else f"{count:,}"


def rounded(number: float, digits: int = _DIGITS) -> float:
    """A number without the digits that say nothing; what stands before the point stays.

    Args:
        number: The number.
        digits: How many digits that are not leading zeros.

    Example:
        >>> rounded(0.00123456), rounded(65432.19), rounded(-1.23456)
        (0.00123, 65432.0, -1.23)
    """
    if not math.isfinite(number) or number == 0:
        return number
    return round(number, max(0, digits - 1 - math.floor(math.log10(abs(number)))))


def cell(value: Any) -> str:
    r"""A value in a table of Markdown; a missing one is empty.

    Example:
        >>> cell("a|b"), cell(0.123456), cell(1234), cell(None)
        ('a\\|b', '0.123', '1,234', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        number = rounded(value)
        return f"{number:,.0f}" if abs(number) >= 10 ** (_DIGITS - 1) else f"{number:.{_DIGITS}g}"
    return markdown(value.isoformat() if isinstance(value, date) else str(value))


def table(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table; columns whose values are all numbers, or unknown ones, stand to the right.

    Args:
        titles: The columns' names, by the program.
        rows: Their values, from anywhere.

    Example:
        >>> print(table(("kind", "e-mails"), [("crime alert", 1234)]))
        | kind | e-mails |
        | --- | ---: |
        | crime alert | 1,234 |
    """
    given = [tuple(row) for row in rows]
    right = [all(_is_number(row[place]) for row in given) for place in range(len(titles))]
    lines = [titles, ["---:" if each else "---" for each in right], *(map(cell, row) for row in given)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _is_number(value: Any) -> bool:
    return value is None or value in {UNKNOWN, NOT_PUBLISHED} or isinstance(value, int | float)


def points(lines: Iterable[str]) -> str:
    """A list of lines from anywhere."""
    return "\n".join(f"- {markdown(line)}" for line in lines)


def page(*blocks: str) -> str:
    """Blocks one below the other; empty ones are left out."""
    return "\n\n".join(filter(None, blocks)) + "\n"
