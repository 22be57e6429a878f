"""Every test of one city's tracts, and the verdict that follows from them (method 7.8 to 7.13).

Pearson's r assumes a line, and rates with the same variance everywhere. Spearman's uses the order only; the
rate model allows for the noisy rates of small tracts; the modified t test allows for neighbors that are
alike; leaving out one tract after the other shows whether a single one makes the finding. :data:`CHECKS` is
what a robust finding must pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from data.settings import Tests
from tasks.income import words
from tasks.income.sample import Sample
from tasks.income.verdicts import VERDICTS, Verdict
from tasks.percentile import percentile
from tasks.statistics.contrast import FEWEST_DEGREES, Asked, Contrast, contrast
from tasks.statistics.error_model import ErrorModel, caution, error_model
from tasks.statistics.influence import leave_one_out
from tasks.statistics.ranks import RankTest, spearman
from tasks.statistics.rates import INCOME_UNIT, RateModel, rate_model
from tasks.statistics.relation import (
    FEWEST_TRACTS,
    Direction,
    Relation,
    direction,
    is_constant,
    residuals,
    tract_relation,
)
from tasks.statistics.spatial import Clustering, ModifiedTest, modified_t, morans_i
from tasks.statistics.weighted import Weighted, weighted

__all__ = [
    "CHECKS",
    "VERDICTS",
    "Check",
    "Judged",
    "Verdict",
    "conclude",
    "contrast_of",
    "influence_of",
    "judge",
]

LARGEST_SMALLEST: Final = 10.0
"""Where only a larger ratio of rich and poor could have been shown, nothing can be told. The largest that the
article found is 3.6. Twenty events, the default of ``least_count``, show a ratio of about ten at the best."""

LEAST_TOUCHING: Final = 0.5
"""Where a smaller share of the tracts touches another, there is no model of neighbors: two tracts that touch
among a hundred that do not say nothing of the others. Of each of the 50 largest cities 99 % or more do."""


@dataclass(frozen=True)
class Influential:
    """What leaving out single tracts does to the finding.

    Attributes:
        r_lowest: The lowest of Pearson's r with one tract left out; None where no r can be computed.
        r_highest: The highest.
        geoids: The tracts without which the finding is another, the most influential first.
        decisive: Whether without one of them r has the other sign, or p is not even below alpha, undivided.
    """

    r_lowest: float | None
    r_highest: float | None
    geoids: tuple[str, ...]
    decisive: bool


@dataclass(frozen=True)
class Judged:
    """What all tests say of one city, or of one type of crime in it.

    Attributes:
        n: Its tested tracts.
        relation: Pearson's correlation and the line over the tracts; None where not testable.
        direction: The plain finding.
        threshold: What p is compared with.
        ranks: Spearman's test; None where not testable.
        model: The rate model; None where it cannot be made.
        modified: The modified t test; None where it cannot be made.
        errors: The spatial error model; None where it cannot be made.
        clustering: Moran's I of the residuals; None where it cannot be made, or was not wanted.
        weighted: Correlation and line weighted by people; None where not testable.
        influential: What leaving out a tract does; None where not testable.
        contrast: The ratio of rich and poor tracts; None where it cannot be told.
        verdict: One of :data:`VERDICTS`.
        why: What speaks against a finding, or why nothing can be told, in words; else "".
    """

    n: int
    relation: Relation | None
    direction: Direction
    threshold: float
    ranks: RankTest | None = None
    model: RateModel | None = None
    modified: ModifiedTest | None = None
    errors: ErrorModel | None = None
    clustering: Clustering | None = None
    weighted: Weighted | None = None
    influential: Influential | None = None
    contrast: Contrast | None = None
    verdict: Verdict = "not testable"
    why: str = ""


@dataclass(frozen=True)
class Result:
    """What a test says.

    Attributes:
        sign: Above 0 where it rises with income.
        p: Its two-sided p.
        shown: The numbers, in words.
    """

    sign: float
    p: float
    shown: str


@dataclass(frozen=True)
class Check:
    """A test that a robust finding must pass: the same sign, and p below the threshold.

    Attributes:
        name: As a reader knows it.
        result: What it says; None where it cannot be made, which is not agreement.
        mild: Whether p need only be below the undivided alpha.
        of_neighbors: Whether it allows for neighbors that are alike. A finding for which only such cannot be
            made is *not checked for neighbors*.
    """

    name: str
    result: Callable[[Judged], Result | None]
    mild: bool = False
    of_neighbors: bool = False

    def level(self, threshold: float, alpha: float) -> float:
        """What its p is compared with."""
        return max(threshold, alpha) if self.mild else threshold


def _of_ranks(judged: Judged) -> Result | None:
    test = judged.ranks
    return None if test is None else Result(test.rho, test.p, f"rho = {test.rho:+.2f}")


def _of_model(judged: Judged) -> Result | None:
    test = judged.model
    return (
        None
        if test is None
        else Result(test.ratio - 1.0, test.p, f"{test.ratio:.3g} times the rate per 10,000 dollars")
    )


def _of_modified(judged: Judged) -> Result | None:
    test = judged.modified
    if test is None or judged.relation is None:
        return None
    return Result(judged.relation.r, test.p, f"{judged.n} tracts tell as much as {test.effective_n:.0f}")


def _of_errors(judged: Judged) -> Result | None:
    test, modified = judged.errors, judged.modified
    if test is None or modified is None:
        return None
    shown = f"{test.slope * INCOME_UNIT:+.2g} per 1,000 people for 10,000 dollars"
    return Result(test.slope, test.cautious_p(judged.n, modified.effective_n), shown)


CHECKS: Final[tuple[Check, ...]] = (
    Check("the rank test", _of_ranks, mild=True),
    Check("the rate model", _of_model, mild=True),
    Check("the test that allows for neighbors", _of_modified, mild=True, of_neighbors=True),
    Check("the model of neighbors and trend", _of_errors, of_neighbors=True),
)
"""What a robust finding must pass, beside having no tract that decides it (:class:`Influential`). Which are
asked for, and which at the undivided alpha, follows from how often verdicts are wrong over the tracts of real
cities (``benchmarks/verdicts.py``)."""


def judge(sample: Sample, threshold: float, tests: Tests, *, clustering: bool = True) -> Judged:
    """Test one city, and say what is known.

    Args:
        sample: Its tested tracts.
        threshold: What p is compared with: alpha divided by the tests of the family.
        tests: The settings of the tests.
        clustering: Whether Moran's I is wanted. It takes most of the time, and no verdict depends on it.

    Returns:
        Every test and the verdict. The same sample gives the same result in every run.
    """
    n, income, rate = len(sample), sample.income, sample.rate
    line = tract_relation(income, rate)
    finding = direction(line, threshold)
    if line is None:
        return Judged(n, None, finding, threshold, why=_untestable(sample))
    judged = Judged(
        n=n,
        relation=line,
        direction=finding,
        threshold=threshold,
        ranks=spearman(income, rate),
        model=rate_model(sample.count, sample.population, income),
        modified=modified_t(income, rate, sample.classes),
        errors=(
            error_model(
                income, rate, sample.neighbors, sample.centroids, determinant=sample.places.determinant
            )
            if _enough_touch(sample)
            else None
        ),
        clustering=(
            morans_i(residuals(income, rate, line), sample.neighbors, sample.seed) if clustering else None
        ),
        weighted=weighted(income, rate, sample.population),
        influential=influence_of(sample, line, finding, threshold, tests.alpha),
    )
    judged = replace(judged, contrast=contrast_of(judged, sample, tests.alpha))
    return conclude(judged, float(sample.count.sum()), tests)


def _enough_touch(sample: Sample) -> bool:
    """Whether a model of neighbors is one of the city's tracts, and not of a few of them."""
    return bool(np.mean(np.diff(sample.neighbors.indptr) > 0) >= LEAST_TOUCHING)


def _untestable(sample: Sample) -> str:
    """Why a city is not testable, in words."""
    if len(sample) < FEWEST_TRACTS:
        return f"fewer than {FEWEST_TRACTS} tracts to test"
    if not sample.count.any():
        return "nothing was counted in any tract"
    return f"all tracts have the same {'income' if is_constant(sample.income) else 'rate'}"


def contrast_of(judged: Judged, sample: Sample, alpha: float) -> Contrast | None:
    """The ratio of rich and poor tracts, and the smallest that would have passed the checks (method 7.10).

    Args:
        judged: The tests of the city, of which the rate model, the modified t test and the error model count.
        sample: Its tested tracts.
        alpha: The undivided alpha, for the checks that ask for no more.

    Returns:
        The ratio; None where there is no rate model, or the ratio is beyond any number.
    """
    if judged.model is None or judged.relation is None:
        return None
    n, income, rate = judged.n, sample.income, sample.rate
    difference = percentile(income, 9, 10) - percentile(income, 1, 10)
    asked = [Asked(judged.threshold, n - 2.0)]
    effective = None if judged.modified is None else judged.modified.effective_n
    if effective is not None and effective - 2.0 >= FEWEST_DEGREES:
        degrees = effective - 2.0
        wider = float(np.sqrt((n - 2.0) / degrees))
        if judged.errors is None:
            asked.append(Asked(judged.threshold, degrees, wider))
        else:
            plain = float(np.sqrt((1.0 - judged.relation.r_squared) / (n - 2.0)) * rate.std() / income.std())
            asked.append(Asked(max(judged.threshold, alpha), degrees, wider))
            factor = float(caution(n, effective)) * judged.errors.error / plain
            asked.append(Asked(judged.threshold, degrees, factor))
    found = contrast(judged.model, difference, n, effective, asked)
    return None if found is None else replace(found, narrow=bool(difference < income.std()))


def influence_of(
    sample: Sample, line: Relation, finding: Direction, threshold: float, alpha: float
) -> Influential:
    """What leaving out each tract does to the finding (method 7.8).

    Args:
        sample: The tested tracts.
        line: Pearson's correlation and the line over all of them.
        finding: The plain finding.
        threshold: What p is compared with.
        alpha: The undivided alpha: a tract decides if without it p is not even below this.
    """
    without = leave_one_out(sample.income, sample.rate)
    changing = without.changing(finding, threshold)
    known = without.r[~np.isnan(without.r)]
    return Influential(
        r_lowest=float(known.min()) if len(known) else None,
        r_highest=float(known.max()) if len(known) else None,
        geoids=tuple(sample.geoids[at] for at in changing),
        decisive=any(not (without.r[at] * line.r > 0 and without.p[at] < alpha) for at in changing),
    )


def conclude(judged: Judged, count: float, tests: Tests) -> Judged:
    """The same tests with the verdict that follows from them.

    Args:
        judged: What the tests say; without an influence or a contrast, none speaks for or against.
        count: Posts or crimes in all tracts together.
        tests: The settings of the tests.
    """
    if judged.relation is None:
        return judged
    verdict, why = _verdict(judged, count, tests)
    return replace(judged, verdict=verdict, why=why)


def _verdict(judged: Judged, count: float, tests: Tests) -> tuple[Verdict, str]:
    """The verdict, and what speaks against a finding."""
    if count < tests.least_count:
        return "too few to tell", words.few(int(count), tests.least_count)
    if judged.direction == "none":
        return _of_none(judged, tests.band)
    rising = judged.direction == "positive"
    against = _objections(judged, 1.0 if rising else -1.0, tests.alpha)
    if against:
        return ("positive, not robust" if rising else "negative, not robust"), "; ".join(against)
    if any(check.of_neighbors and check.result(judged) is None for check in CHECKS):
        alike = judged.modified is None
        return "not checked for neighbors", words.no_freedom(judged.n) if alike else words.NO_TOUCH
    return ("positive, robust" if rising else "negative, robust"), ""


def _objections(judged: Judged, wanted: float, alpha: float) -> Sequence[str]:
    """What speaks against a positive (``wanted`` 1) or negative (-1) finding."""
    against = []
    for check in CHECKS:
        result = check.result(judged)
        if result is None:
            against += [] if check.of_neighbors else [f"{check.name} cannot be made"]
        elif not result.p < (level := check.level(judged.threshold, alpha)):
            against.append(f"{check.name} does not agree: {result.shown}, {words.not_below(result.p, level)}")
        elif not result.sign * wanted > 0:
            against.append(f"{check.name} says the opposite: {result.shown}, {words.below(result.p, level)}")
    tracts = judged.influential
    if tracts is not None and tracts.geoids and (against or tracts.decisive):
        against.append(words.decide(tracts.geoids, judged.n))
    return against


def _of_none(judged: Judged, band: float) -> tuple[Verdict, str]:
    """The verdict where p is not below the threshold: a relation may be hidden, or too small to matter."""
    seen = []
    for check in CHECKS:
        result = check.result(judged)
        if result is not None and result.p < judged.threshold:
            sees = "a positive" if result.sign > 0 else "a negative"
            p = words.below(result.p, judged.threshold)
            seen.append(f"{check.name} sees {sees} relation: {result.shown}, {p}")
    found = judged.contrast
    if seen:
        return "no clear relation", "; ".join(seen)
    if found is None:
        return "no clear relation", "the ratio of rich and poor tracts cannot be told"
    if found.smallest is None:
        alike = judged.modified is None or judged.modified.effective_n - 2.0 < FEWEST_DEGREES
        return "too few to tell", words.no_freedom(judged.n) if alike else words.weak(math.inf)
    if found.smallest > LARGEST_SMALLEST:
        return "too few to tell", words.weak(found.smallest)
    if not found.within(band):
        return "no clear relation", ""
    if found.narrow:
        return "no clear relation", words.NARROW
    hiding = judged.influential.geoids if judged.influential is not None else ()
    return ("no clear relation", words.hide(hiding, judged.n)) if hiding else ("none", "")
