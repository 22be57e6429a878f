"""How much of a finding is left if incomes are only as exact as the Census says (method 7.19).

The incomes of a city are drawn many times within their margins of error, and everything is computed again:
deciles, correlation and verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.settings import Tests
from tasks.census.values import BOTTOM, TOP
from tasks.income.deciles import DECILES
from tasks.income.judge import Judged
from tasks.income.redrawn import directions_of, verdicts_of
from tasks.income.sample import Sample
from tasks.statistics.drawn import modified_ts, pearsons, rate_models, spearmans

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Row = dict[str, Any]

NINETY: Final = 1.645
"""Half the width of a 90 % interval in standard errors, as the Census Bureau writes it."""
_STREAM: Final = 14
"""Keeps the draws of incomes apart from the permutations, which have the same seed."""
_ENDS: Final = (0.025, 0.975)


@dataclass(frozen=True)
class Exactness:
    """How exact the incomes of a city's tested tracts are, arrays of n.

    Attributes:
        margin: 90 % margin of error, float64, US dollars; NaN where none is given.
        top: Whether the income stands for all above the end of the scale.
        bottom: Whether it stands for all below its beginning.
    """

    margin: Floats
    top: Flags
    bottom: Flags

    @classmethod
    def of(cls, tracts: pd.DataFrame) -> Exactness:
        """From a city's tracts, as :class:`tasks.income.details.Details` makes them.

        Without what that adds nothing is known.
        """
        if "income_moe" not in tracts:
            n = len(tracts)
            return cls(np.full(n, np.nan), np.zeros(n, bool), np.zeros(n, bool))
        margin = tracts["income_moe"].to_numpy(np.float64)
        top, bottom = tracts["top_coded"].to_numpy(bool), tracts["bottom_coded"].to_numpy(bool)
        return cls(margin, top, bottom)

    @property
    def known(self) -> Flags:
        """Which tracts are drawn: those with a margin above 0 and an income inside the scale."""
        return ~np.isnan(self.margin) & (self.margin > 0) & ~self.top & ~self.bottom


def drawn_incomes(income: Floats, exactness: Exactness, draws: int, seed: int) -> Floats:
    """Draw incomes within their margins of error.

    Each is normal, with the published income as mean and a standard error of margin / 1.645. An income
    without a margin, or beyond an end of the scale, stays. A draw beyond an end of the Census's scale (2,499
    and 250,001 dollars) is the end, as the Census would have published it; where the city's incomes reach
    further, as those in other dollars may, the end is the lowest or highest of them.

    Args:
        income: US dollars a year, float64, n.
        exactness: How exact they are.
        draws: How many times.
        seed: The city's.

    Returns:
        float64, draws × n: the same for the same incomes and seed, whatever is counted.

    Source:
        Census Bureau (2020): Understanding and Using American Community Survey Data: What All Data Users Need
        to Know, chapter 7 (margins are of 90 %; standard error = margin / 1.645). Spielman, S. E., Folch, D.
        & Nagle, N. (2014): Patterns and causes of uncertainty in the American Community Survey. Applied
        Geography 46, 147–157.

    Example:
        >>> none = np.zeros(2, bool)
        >>> found = drawn_incomes(np.array([5e4, 6e4]), Exactness(np.array([9e3, np.nan]), none, none), 3, 1)
        >>> found.shape, found[:, 1].tolist(), len(set(found[:, 0].tolist()))
        ((3, 2), [60000.0, 60000.0, 60000.0], 3)
    """
    error = np.where(exactness.known, np.nan_to_num(exactness.margin), 0.0) / NINETY
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, _STREAM))))
    found = income + error * generator.standard_normal((draws, len(income)))
    return np.clip(found, min(BOTTOM, float(income.min())), max(TOP, float(income.max())))


def income_error_row(
    sample: Sample, judged: Judged, exactness: Exactness, threshold: float, tests: Tests
) -> Row:
    """The row of ``public/city_income_error`` or ``public/crime_income_error``, without the city.

    Args:
        sample: The city's tested tracts.
        judged: What is found with the published incomes.
        exactness: How exact these are.
        threshold: What p is compared with.
        tests: The settings of the tests.
    """
    known = exactness.known
    row: Row = {
        "draws": 0,
        "n": len(sample),
        "tracts_with_margin": int(known.sum()),
        "top_coded": int(exactness.top.sum()),
        "bottom_coded": int(exactness.bottom.sum()),
    }
    if known.any():
        row["relative_margin"] = float(np.median(exactness.margin[known] / sample.income[known]))
    if why := _why_not(known, judged, tests):
        return row | {"words": why}
    row["reliability"] = _reliability(sample.income, exactness)
    incomes = drawn_incomes(sample.income, exactness, tests.draws, sample.seed)
    plain = pearsons(incomes, sample.rate)
    found = directions_of(plain, threshold)
    verdicts = verdicts_of(
        sample,
        plain=plain,
        ranks=spearmans(incomes, sample.rate),
        models=rate_models(sample.count, sample.population, incomes),
        modified=modified_ts(incomes, sample.rate, sample.classes),
        incomes=incomes,
        judged=judged,
        threshold=threshold,
        tests=tests,
    )
    same, held = found.count(judged.direction), verdicts.count(judged.verdict)
    low, high = (float(_quantile(plain.r, share)) for share in _ENDS)
    return row | {
        "draws": tests.draws,
        "pearson_r": judged.relation.r if judged.relation is not None else None,
        "r_low": low,
        "r_high": high,
        "same_direction": same / tests.draws,
        "same_verdict": held / tests.draws,
        "same_decile": same_decile(sample.income, incomes),
        "words": f"plain finding {judged.direction!r} in {same:,} of {tests.draws:,} draws, "
        f"verdict {judged.verdict!r} in {held:,}",
    }


def _why_not(known: Flags, judged: Judged, tests: Tests) -> str:
    """Why nothing is drawn, in words; "" where something is."""
    if judged.relation is None:
        return "not testable"
    if not known.any():
        return "the tables of the Census give no margin of error of these tracts' incomes (B19013_001M)"
    return "" if tests.draws else "no draws are wanted ([tests] draws = 0)"


def _reliability(income: Floats, exactness: Exactness) -> float:
    """The share of the variance of the published incomes that is not sampling error, 0 to 1.

    Source:
        Fuller, W. A. (1987): Measurement Error Models, 1.1.2 (reliability ratio).
    """
    error = np.where(exactness.known, np.nan_to_num(exactness.margin), 0.0) / NINETY
    between = float(np.var(income, ddof=1))
    return max(0.0, 1.0 - float(np.mean(error**2)) / between)


def _quantile(values: Floats, share: float) -> float:
    """Definition 7 of Hyndman and Fan."""
    ordered = np.sort(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (ordered[above] - ordered[below]) * (place - below))


def same_decile(income: Floats, drawn: Floats) -> float:
    """The share of tracts that are in the same decile with drawn incomes, mean over the draws.

    Args:
        income: The published incomes, float64, n.
        drawn: float64, draws × n; the cut points of each draw are its own.

    Example:
        >>> income = np.arange(20.0)
        >>> same_decile(income, np.stack([income, income[::-1]]))
        0.5
    """
    own = _deciles(income[None, :])[0]
    return float(np.mean(_deciles(drawn) == own))


def _deciles(incomes: Floats) -> npt.NDArray[np.int64]:
    """The decile of each tract in each draw, as :func:`tasks.income.deciles.decile_of` has them."""
    ordered = np.sort(incomes, axis=1)
    last = incomes.shape[1] - 1
    cuts = np.empty((len(incomes), DECILES - 1))
    for decile in range(1, DECILES):
        place, rest = divmod(last * decile, DECILES)
        below, above = ordered[:, place], ordered[:, min(place + 1, last)]
        cuts[:, decile - 1] = below + (above - below) * rest / DECILES
    rows: Sequence[Any] = [
        np.searchsorted(own, income, side="right") for own, income in zip(cuts, incomes, strict=True)
    ]
    return np.stack(rows)
