"""The verdict of each draw: the rules of :mod:`tasks.income.judge`, over the tests of many drawn incomes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from data.settings import Tests
from tasks.income.judge import Judged, Verdict, _verdict
from tasks.income.sample import Sample
from tasks.statistics.drawn import Correlations, ModifiedTests, RateModels
from tasks.statistics.relation import Direction

Floats = npt.NDArray[np.float64]


def directions_of(plain: Correlations, threshold: float) -> list[Direction]:
    """The plain finding of each draw.

    Example:
        >>> directions_of(Correlations(np.array([0.5, -0.5]), np.array([0.001, 0.2])), 0.002)
        ['positive', 'none']
    """
    return [
        "none" if not p < threshold else "positive" if r > 0 else "negative"
        for r, p in zip(plain.r.tolist(), plain.p.tolist(), strict=True)
    ]


def verdicts_of(
    sample: Sample,
    *,
    plain: Correlations,
    ranks: Correlations,
    models: RateModels,
    modified: ModifiedTests,
    incomes: Floats,
    judged: Judged,
    threshold: float,
    tests: Tests,
) -> list[Verdict]:
    """The verdict of each draw.

    Args:
        sample: The city's tested tracts.
        plain: Pearson's r of each draw.
        ranks: Spearman's.
        models: The rate models.
        modified: The modified t tests.
        incomes: The draws, float64, draws × n.
        judged: What is found with the published incomes.
        threshold: What p is compared with.
        tests: The settings of the tests.
    """
    if sample.count.sum() < tests.least_count:
        return ["too few to tell"] * len(incomes)
    found: list[Verdict] = []
    for draw, finding in enumerate(directions_of(plain, threshold)):
        given = [("Spearman's rank test", float(ranks.r[draw]), float(ranks.p[draw]))]
        if not math.isnan(models.p[draw]):
            given.append(("rate model", float(models.slope[draw]), float(models.p[draw])))
        if checked := not math.isnan(modified.p[draw]):
            given.append(("modified t test", float(plain.r[draw]), float(modified.p[draw])))
        found.append(_verdict(finding, given, threshold, neighbors=checked)[0])
    return found
