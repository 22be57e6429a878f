"""What the tests say, in words that a reporter reads (method 7.13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

MOST_NAMED: Final = 5
"""Tracts that are named; of more, their number is told."""


NO_TOUCH: Final = (
    "no two tracts touch, or fewer than half touch another, or nothing is left beside line and straight "
    "trend over the city"
)
NARROW: Final = (
    "the 10th and 90th percentile of income are nearer than a standard deviation of the incomes, so that "
    "their ratio says little"
)


def not_below(p: float, level: float) -> str:
    """A p that is too large, with what it is compared with.

    Example:
        >>> not_below(0.4, 0.002)
        'p = 0.4, not below 0.002'
    """
    return f"p = {p:.2g}, not below {level:.2g}"


def below(p: float, level: float) -> str:
    """A p that is small enough, with what it is compared with.

    Example:
        >>> below(1.4e-11, 0.002)
        'p = 1.4e-11, below 0.002'
    """
    return f"p = {p:.2g}, below {level:.2g}"


def few(count: int, least: int) -> str:
    """Why so few say nothing.

    Example:
        >>> few(3, 20)
        '3 counted in all tracts together, fewer than 20'
    """
    return f"{count} counted in all tracts together, fewer than {least}"


def weak(smallest: float) -> str:
    """Why a city that could have shown only a very large ratio says nothing.

    Example:
        >>> weak(23.4)
        'only a rate 23 times as high in rich tracts as in poor ones could have been shown'
    """
    times = f"{smallest:,.0f}" if smallest < 1e6 else "a million or more"
    return f"only a rate {times} times as high in rich tracts as in poor ones could have been shown"


def no_freedom(n: int) -> str:
    """Why no test can allow for neighbors."""
    return f"neighbors are so alike that the {n} tracts tell hardly more than two would"


def named(geoids: Sequence[str]) -> str:
    """Some tracts by name, in words, which no spreadsheet takes for a number.

    Example:
        >>> named(["06037980019"])
        'tract 06037980019'
        >>> named([f"0603798001{digit}" for digit in range(7)]).replace("060379800", "")
        'tracts 10, 11, 12, 13, 14 and 2 more'
    """
    shown = ", ".join(geoids[:MOST_NAMED])
    more = len(geoids) - MOST_NAMED
    return f"{'tract' if len(geoids) == 1 else 'tracts'} {shown}" + (f" and {more} more" if more > 0 else "")


def decide(geoids: Sequence[str], n: int) -> str:
    """That single tracts make the finding.

    Example:
        >>> decide(["06037980019"], 992)
        'one tract of 992 decides (06037980019)'
        >>> decide(["06037980019", "06037980024"], 992)
        '2 tracts of 992 decide, each of them alone (06037980019, 06037980024)'
    """
    shown = named(geoids).split(" ", 1)[1]
    if len(geoids) == 1:
        return f"one tract of {n} decides ({shown})"
    return f"{len(geoids)} tracts of {n} decide, each of them alone ({shown})"


def hide(geoids: Sequence[str], n: int) -> str:
    """That single tracts hide a finding.

    Example:
        >>> hide(["06037980019"], 992)
        'without one tract of 992 there would be a finding (06037980019)'
        >>> hide(["06037980019", "06037980024"], 992)
        'without any one of 2 tracts of 992 there would be a finding (06037980019, 06037980024)'
    """
    shown = named(geoids).split(" ", 1)[1]
    if len(geoids) == 1:
        return f"without one tract of {n} there would be a finding ({shown})"
    return f"without any one of {len(geoids)} tracts of {n} there would be a finding ({shown})"


def ratio(row: Mapping[str, Any]) -> str:
    """The ratio of rich and poor tracts with its interval; "" where unknown.

    Args:
        row: Of ``public/city_tests_robust`` or ``public/crime_tests_robust``.

    Example:
        >>> ratio({"ratio_90_10": 1.05, "ratio_low": 0.8, "ratio_high": 1.38})
        'ratio 1.05, 95 % interval 0.80 to 1.38'
    """
    if row["ratio_90_10"] is None:
        return ""
    shown = f"ratio {row['ratio_90_10']:.2f}"
    if row["ratio_low"] is None:
        return shown
    return f"{shown}, 95 % interval {row['ratio_low']:.2f} to {row['ratio_high']:.2f}"


def details(row: Mapping[str, Any]) -> str:
    """What explains a verdict, for a line of a table.

    Of a robust finding it is the ratio; of one that is not robust, what speaks against it; where there is no
    finding, the ratio and the smallest that could have been shown.

    Args:
        row: Of ``public/city_tests_robust`` or ``public/crime_tests_robust``.

    Example:
        >>> row = {"verdict": "too few to tell", "why": "3 counted in all tracts together, fewer than 20"}
        >>> details(row)
        '3 counted in all tracts together, fewer than 20'
    """
    verdict = row["verdict"]
    if verdict in {"positive, robust", "negative, robust"}:
        return ratio(row)
    if verdict not in {"none", "no clear relation"}:
        return str(row["why"])
    smallest = row["smallest_ratio"]
    could = "" if smallest is None else f"could have shown {smallest:.2f}"
    return "; ".join(text for text in (ratio(row), could, row["why"]) if text)
