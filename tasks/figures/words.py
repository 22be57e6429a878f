"""Words of the figures: lists that end, numbers as people read them, colors of verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tasks.figures.style import ACCENT, MUTED, NEGATIVE, POSITIVE, clean

NOT_SHOWN: Final = "not shown"
"""In the place of a count that is not published (method 12.6) or not known."""

MOST_ROWS: Final = 60
"""Rows of a figure; a longer list goes on in its table."""


def count(number: int | None) -> str:
    """A count as people read it.

    Example:
        >>> count(12345), count(None)
        ('12,345', 'not shown')
    """
    return NOT_SHOWN if number is None else f"{number:,}"


def listed(clauses: Sequence[str], most: int = 12) -> str:
    """Clauses in a row; after ``most`` how many more there are.

    Example:
        >>> listed(["a", "b", "c"], most=2)
        'a; b; and 1 more, in the table'
    """
    shown = [clean(clause) for clause in clauses[:most]]
    more = len(clauses) - len(shown)
    return "; ".join([*shown, *([f"and {more} more, in the table"] if more else [])])


def total(numbers: Sequence[int | None]) -> int | None:
    """Their sum; None where none is known."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def noun(number: int, one: str, many: str) -> str:
    """A number with its noun.

    Example:
        >>> noun(1, "city", "cities")
        '1 city'
    """
    return f"{number:,} {one if number == 1 else many}"


def look_of(verdict: str) -> tuple[str, str, bool]:
    """How a verdict is marked: color, shape as Matplotlib names it, and whether it is hollow.

    The shape says the direction too, for who does not tell the colors apart; hollow is what does not hold
    under every check.

    Args:
        verdict: A verdict (method 8.9) or a plain finding.
    """
    robust = verdict.endswith((", robust", "positive", "negative"))
    if verdict.startswith("positive"):
        return POSITIVE, "^", not robust
    if verdict.startswith("negative"):
        return NEGATIVE, "v", not robust
    return (ACCENT, "D", False) if verdict == SUMMARY else (MUTED, "o", True)


SUMMARY: Final = "summary"
"""In place of a verdict: the row is the summary over all cities."""
