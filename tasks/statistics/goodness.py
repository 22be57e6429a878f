"""Whether a sample is like the population that it was drawn from: a chi-squared test without replacement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]

DRAWS: Final = 9999
"""Simulated samples: the smallest p is 0.0001."""

_STREAM: Final = 58
"""Tells these draws from those of other statistics with the same seed."""


@dataclass(frozen=True)
class Goodness:
    """How like a sample is.

    Attributes:
        expected: float64, one for each value: how many of a sample have it on average.
        statistic: Pearson's chi-squared.
        p: Share of samples that differ at least as much; None where every sample is the same.
    """

    expected: npt.NDArray[np.float64]
    statistic: float
    p: float | None


def goodness(population: Counts, drawn: Counts, *, seed: int = 0, draws: int = DRAWS) -> Goodness:
    """Compare how often values are in a sample with how often they are in the population.

    The reference is not the chi-squared distribution, which is wrong for months with few alerts and for a
    sample that is a large part of all: as many samples are drawn anew, without replacement, from each stratum
    as many as were drawn of it.

    Args:
        population: int64, one row for each stratum and one column for each value: how many there are.
        drawn: The same of the sample.
        seed: Of the simulated samples.
        draws: How many are simulated.

    Returns:
        The comparison.

    Source:
        Pearson, K. (1900): On the criterion that a given system of deviations … can be reasonably supposed to
        have arisen from random sampling. Philosophical Magazine 50, 157–175. Davison, A. C., and Hinkley, D.
        V. (1997): Bootstrap Methods and their Application, 4.2 (Monte Carlo tests).

    Example:
        >>> found = goodness(np.array([[50, 50]]), np.array([[5, 5]]))
        >>> found.expected.tolist(), found.statistic, found.p
        ([5.0, 5.0], 0.0, 1.0)
    """
    many, of = drawn.sum(axis=1), population.sum(axis=1)
    share = np.divide(many, of, out=np.zeros(len(of)), where=of > 0)
    expected: npt.NDArray[np.float64] = (population * share[:, None]).sum(axis=0)
    statistic = float(_pearson(drawn.sum(axis=0)[None, :], expected)[0])
    # A stratum of which nothing or everything is drawn, or that has one value, is the same in every sample.
    chance = (many > 0) & (many < of) & ((population > 0).sum(axis=1) > 1)
    if not chance.any():
        return Goodness(expected, statistic, None)
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, _STREAM))))
    found = np.tile(drawn[~chance].sum(axis=0), (draws, 1))
    for counts, number in zip(population[chance], many[chance], strict=True):
        there = counts > 0
        found[:, there] += generator.multivariate_hypergeometric(counts[there], number, draws, "marginals")
    # Sums of the same numbers in another order must not count as smaller.
    as_much = _pearson(found, expected) >= statistic * (1 - 1e-9)
    return Goodness(expected, statistic, float((1 + as_much.sum()) / (1 + draws)))


def _pearson(found: Counts, expected: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Chi-squared of each row; a value that no sample can have is left out."""
    there = expected > 0
    differences = found[:, there] - expected[there]
    sums: npt.NDArray[np.float64] = (differences * differences / expected[there]).sum(axis=1)
    return sums
