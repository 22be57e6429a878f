"""The truth about families of tests: each p adjusted for the others, by the definitions (method 7.15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_LEVEL, _P = -11, -7
"""Where the level and p are in a row of tests, counted from its end."""


def with_family(rows: Sequence[tuple[Any, ...]], tests: int) -> list[tuple[Any, ...]]:
    """Add to rows of tests ``use``, ``tests``, ``holm_p`` and ``q``.

    Args:
        rows: As :func:`data.synthetic.country.truth.city_rows` gives them, of all cities.
        tests: The size of the family.
    """
    known = sorted(row[_P] for row in rows if row[_LEVEL] == "tract" and row[_P] is not None)
    found = []
    for row in rows:
        if row[_LEVEL] != "tract":
            found.append((*row, "description", None, None, None))
        elif row[_P] is None:
            found.append((*row, "test", tests, None, None))
        else:
            found.append((*row, "test", tests, *_adjusted(row[_P], known, tests)))
    return found


def _adjusted(p: float, known: Sequence[float], tests: int) -> tuple[float, float]:
    """Holm's p and Benjamini and Hochberg's q of one of the known p, which are in order.

    Example:
        >>> _adjusted(0.25, [0.25, 0.5], 3)
        (0.75, 0.75)
    """
    holm = max(each * (tests - place) for place, each in enumerate(known) if each <= p)
    q = min(each * tests / (place + 1) for place, each in enumerate(known) if each >= p)
    return min(1.0, holm), min(1.0, q)
