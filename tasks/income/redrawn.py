"""The verdict of each draw: the rules of :mod:`tasks.income.judge`, over the tests of many drawn incomes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from data.settings import Tests
from tasks.income.judge import Judged, Verdict, conclude, contrast_of, influence_of
from tasks.income.sample import Sample
from tasks.statistics.drawn import Correlations, ModifiedTests, RateModels
from tasks.statistics.drawn_errors import error_models
from tasks.statistics.error_model import ErrorModel
from tasks.statistics.influence import is_steady
from tasks.statistics.ranks import RankTest
from tasks.statistics.rates import RateModel
from tasks.statistics.relation import Direction, Relation
from tasks.statistics.spatial import ModifiedTest

Floats = npt.NDArray[np.float64]

FIRM: Final = ("positive, robust", "negative, robust", "not checked for neighbors", "none")
"""Verdicts that a single tract may still turn."""


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
    errors = _errors(sample, incomes, judged)
    found: list[Verdict] = []
    count = float(sample.count.sum())
    for draw, finding in enumerate(directions_of(plain, threshold)):
        r, p = float(plain.r[draw]), float(plain.p[draw])
        # No rule looks at the line itself.
        line, own = Relation(r, p, math.nan, math.nan, r * r, p), sample.having(income=incomes[draw])
        made = Judged(
            n=len(sample),
            relation=line,
            direction=finding,
            threshold=threshold,
            ranks=RankTest(float(ranks.r[draw]), float(ranks.p[draw])),
            model=_model(models, draw),
            modified=_modified(modified, draw),
            errors=errors[draw],
        )
        # What no verdict of this draw can depend on is not computed: there are 200 of them.
        if finding == "none":
            made = replace(made, contrast=contrast_of(made, own, tests.alpha))
        verdict = conclude(made, count, tests).verdict
        if verdict in FIRM and not is_steady(own.income, own.rate, finding, threshold):
            tracts = influence_of(own, line, finding, threshold, tests.alpha)
            verdict = conclude(replace(made, influential=tracts), count, tests).verdict
        found.append(verdict)
    return found


def _errors(sample: Sample, incomes: Floats, judged: Judged) -> list[ErrorModel | None]:
    """The spatial error model of each draw; None where there is none with the published incomes."""
    if judged.errors is None:
        return [None] * len(incomes)
    places = sample.places
    return error_models(incomes, sample.rate, places.neighbors, places.centroids, places.determinant)


def _model(models: RateModels, draw: int) -> RateModel | None:
    slope, p, dispersion, *errors = (
        float(each[draw])
        for each in (
            models.slope,
            models.p,
            models.dispersion,
            models.error,
            models.poisson_error,
            models.hc3_error,
        )
    )
    return None if math.isnan(p) else RateModel(math.exp(slope), p, dispersion, slope, *errors)


def _modified(modified: ModifiedTests, draw: int) -> ModifiedTest | None:
    effective, p = float(modified.effective_n[draw]), float(modified.p[draw])
    return None if math.isnan(p) else ModifiedTest(effective, p)
