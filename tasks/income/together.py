"""What needs all cities at once: adjusted p, and the summary of the effects (method 7.15, 7.16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tasks.income.effects import Row
from tasks.statistics.families import holm, q_values
from tasks.statistics.pooled import FEWEST_CITIES, Pooled, pooled

ALL_CITIES: Final = "all cities"
"""What the summary is called, in ``scope`` and in ``city``."""
TOO_FEW: Final = "fewer than two cities have an interval"


@dataclass(frozen=True)
class Family:
    """All tests of one question.

    Attributes:
        counted: What is counted: ``posts`` or ``crimes``.
        tests: How many tests, untestable ones too; alpha is divided by them.
    """

    counted: str
    tests: int


def together(rows: Mapping[str, list[Row]], family: Family) -> dict[str, list[Row]]:
    """Complete the rows of all cities.

    Args:
        rows: By role, the rows of every city, as :func:`tasks.income.examine.examine` gives them.
        family: The family of the tests.

    Returns:
        The same with ``tests``, ``holm_p`` and ``q`` in the rows of tests, and with ``position``, ``weight``
        and the rows of summaries among the effects.
    """
    return {
        **rows,
        "tests": adjusted(rows["tests"], family.tests),
        "effects": forest(rows["effects"], family.counted),
    }


def adjusted(rows: Sequence[Row], tests: int) -> list[Row]:
    """Add to each test of a family its size, Holm's p and q; rows of deciles are no tests and stay."""
    tested = [place for place, row in enumerate(rows) if row["use"] == "test" and "pearson_p" in row]
    p = np.array([rows[place]["pearson_p"] for place in tested], dtype=np.float64)
    found = [row | {"tests": tests} if row["use"] == "test" else row for row in rows]
    for place, by_holm, q in zip(tested, holm(p, tests), q_values(p, tests), strict=True):
        found[place] |= {"holm_p": float(by_holm), "q": float(q)}
    return found


def forest(rows: Sequence[Row], counted: str) -> list[Row]:
    """Put the effects into the order of a forest plot, with a summary for each type of two cities or more.

    Args:
        rows: The rows of the cities (:func:`tasks.income.effects.effect_row`).
        counted: ``posts`` or ``crimes``.

    Returns:
        By type, the cities with an interval, largest ratio first; the others by name; the summary last.
    """
    found: list[Row] = []
    for crime in sorted({row.get("crime", "") for row in rows}):
        mine = [row for row in rows if row.get("crime", "") == crime]
        ordered = sorted(mine, key=_place)
        found += [row | {"position": place} for place, row in enumerate(_summarized(ordered, counted), 1)]
    return found


def _place(row: Row) -> tuple[bool, float, str]:
    """What a forest plot is sorted by: the ratio, or the name where there is no interval."""
    inside = "error" in row
    return not inside, -row["log_ratio"] if inside else 0.0, row["city"]


def _summarized(rows: list[Row], counted: str) -> list[Row]:
    """The rows of one type in their order, weighted, and the summary over them."""
    if len(rows) < FEWEST_CITIES:
        return rows
    inside = [row for row in rows if "error" in row]
    summary: Row = {
        **{name: rows[0][name] for name in ("crime",) if name in rows[0]},
        "scope": ALL_CITIES,
        "city": ALL_CITIES,
        "n": sum(row["n"] for row in inside),
        counted: sum(row[counted] for row in inside),
        "cities": len(inside),
        "why": "",
    }
    if len(inside) < FEWEST_CITIES:
        return [*rows, summary | {"why": TOO_FEW}]
    effects, errors = (np.array([row[name] for row in inside]) for name in ("log_ratio", "error"))
    found = pooled(effects, errors)
    weighted = [row | {"weight": float(weight)} for row, weight in zip(inside, found.weights, strict=True)]
    return [*weighted, *rows[len(inside) :], summary | _summary(found)]


def _summary(found: Pooled) -> Row:
    """The columns of a summary."""
    (low, high), (tau2_low, tau2_high) = found.interval, found.tau2_interval
    row: Row = {
        "ratio_10000": found.ratio,
        "ratio_10000_low": low,
        "ratio_10000_high": high,
        "log_ratio": found.log_ratio,
        "error": found.error,
        "df": found.cities - 1.0,
        "weight": 1.0,
        "tau2": found.tau2,
        "tau2_low": tau2_low,
        "tau2_high": tau2_high,
        "i2": found.i2,
        "q": found.q,
        "q_p": found.q_p,
    }
    if found.prediction is not None:
        row["predicted_low"], row["predicted_high"] = found.prediction
    return row
