"""Every test of one city's tracts, and the verdict that follows from them (method 7.9 to 7.13).

Pearson's r assumes a line, and rates with the same variance everywhere. Spearman's uses the order only; the
rate model allows for the noisy rates of small tracts; the modified t test allows for neighbors that are
alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from data.settings import Tests
from tasks.income.sample import Sample
from tasks.statistics.ranks import RankTest, spearman
from tasks.statistics.rates import RateModel, rate_model
from tasks.statistics.relation import FEWEST_TRACTS, Direction, Relation, direction, relate, residuals
from tasks.statistics.spatial import Clustering, ModifiedTest, modified_t, morans_i

Verdict = Literal[
    "positive, robust",
    "negative, robust",
    "positive, not robust",
    "negative, not robust",
    "none",
    "no clear relation",
    "too few to tell",
    "not testable",
    "not checked for neighbors",
]
VERDICTS: Final[tuple[Verdict, ...]] = (
    "positive, robust",
    "negative, robust",
    "positive, not robust",
    "negative, not robust",
    "none",
    "no clear relation",
    "too few to tell",
    "not testable",
    "not checked for neighbors",
)
"""All verdicts, in the order in which they are counted and shown."""


@dataclass(frozen=True)
class Judged:
    """What all tests say of one city, or of one type of crime in it.

    Attributes:
        relation: Pearson's correlation and the line over the tracts; None where not testable.
        direction: The plain finding.
        ranks: Spearman's test; None where not testable.
        model: The rate model; None where it cannot be made.
        clustering: Moran's I of the residuals; None where it cannot be made.
        modified: The modified t test; None where it cannot be made.
        verdict: One of :data:`VERDICTS`.
        why: What speaks against a finding that is not robust, in words; else "".
    """

    relation: Relation | None
    direction: Direction
    ranks: RankTest | None = None
    model: RateModel | None = None
    clustering: Clustering | None = None
    modified: ModifiedTest | None = None
    verdict: Verdict = "not testable"
    why: str = ""


def judge(sample: Sample, threshold: float, tests: Tests) -> Judged:
    """Test one city, and say what is known.

    Args:
        sample: Its tested tracts.
        threshold: What p is compared with: alpha divided by the tests of the family.
        tests: The settings of the tests.

    Returns:
        Every test and the verdict. The same sample gives the same result in every run.
    """
    line = relate(sample.income, sample.rate) if len(sample) >= FEWEST_TRACTS else None
    finding = direction(line, threshold)
    if line is None:
        return Judged(None, finding)
    ranks = spearman(sample.income, sample.rate)
    model = rate_model(sample.count, sample.population, sample.income)
    clustering = morans_i(residuals(sample.income, sample.rate, line), sample.neighbors, sample.seed)
    modified = modified_t(sample.income, sample.rate, sample.centroids)
    given = [("Spearman's rank test", ranks.rho, ranks.p)]
    if model is not None:
        given.append(("rate model", model.ratio - 1.0, model.p))
    if modified is not None:
        given.append(("modified t test", line.r, modified.p))
    verdict, why = _verdict(finding, given, threshold, neighbors=modified is not None)
    if sample.count.sum() < tests.least_count:
        verdict, why = "too few to tell", ""
    return Judged(line, finding, ranks, model, clustering, modified, verdict, why)


def _verdict(
    finding: Direction, given: Iterable[tuple[str, float, float]], threshold: float, *, neighbors: bool
) -> tuple[Verdict, str]:
    """The verdict, and what speaks against it.

    Args:
        finding: The plain finding.
        given: For each test that was possible: its name, a number with the sign of its result, and its p.
        threshold: What p is compared with.
        neighbors: Whether a test was made that allows for neighbors.
    """
    if finding == "none":
        return "no clear relation", ""
    wanted = 1.0 if finding == "positive" else -1.0
    against = [name for name, sign, p in given if not (p < threshold and sign * wanted > 0)]
    if against:
        return ("positive, not robust" if wanted > 0 else "negative, not robust"), ", ".join(against)
    if not neighbors:
        return "not checked for neighbors", ""
    return ("positive, robust" if wanted > 0 else "negative, robust"), ""
