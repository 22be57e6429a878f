"""Whether a finding stands under tests that assume less than Pearson's.

Pearson's r assumes a line, and rates with the same variance everywhere. Spearman's uses the order only; the
rate model allows for the noisy rates of small tracts; the modified t test (:mod:`tasks.income.spatial`)
allows for neighbours that are alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

from tasks.income.relation import Direction, correlation_p, pearson

Floats = npt.NDArray[np.float64]
Verdict = Literal["stands", "wavers", "untestable"]

INCOME_UNIT: Final = 10_000.0
"""The rate model's step of income, US dollars a year."""
_STEPS: Final = 50
_CONVERGED: Final = 1e-10
"""Steps end when no tract's expected rate changes by a larger share."""


@dataclass(frozen=True)
class RankTest:
    """Spearman's rho and its two-sided p."""

    rho: float
    p: float


@dataclass(frozen=True)
class RateModel:
    """Counts by income, with population as exposure.

    Attributes:
        ratio: The factor by which the rate changes with 10,000 dollars more income.
        p: Two-sided p that it is 1.
        dispersion: Pearson's chi-squared per degree of freedom: 1 where counts vary as Poisson's do.
    """

    ratio: float
    p: float
    dispersion: float


def spearman(x: Floats, y: Floats) -> RankTest:
    """Spearman's rank correlation: Pearson's r of the ranks, ties sharing their mean rank.

    Args:
        x: float64, three values or more that are not all the same.
        y: float64, as many, not all the same either.

    Returns:
        rho, and its p from Student's t with n - 2 degrees of freedom, as in R's ``cor.test(exact = FALSE)``
        and scipy's ``spearmanr``.

    Source:
        Spearman, C. (1904): The proof and measurement of association between two things. American Journal of
        Psychology 15, 72–101. Kendall, M. G. & Stuart, A. (1973): The Advanced Theory of Statistics II,
        31.19 (t approximation).

    Example:
        >>> found = spearman(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([5.0, 6.0, 7.0, 8.0, 7.0]))
        >>> round(found.rho, 9), round(found.p, 9)
        (0.820782682, 0.088587005)
    """
    rho = pearson(_ranks(x), _ranks(y))
    return RankTest(rho, correlation_p(rho, len(x) - 2))


def _ranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of theirs."""
    return np.asarray(pd.Series(values).rank(), dtype=np.float64)


def rate_model(count: Floats, population: Floats, income: Floats) -> RateModel | None:
    """Quasi-Poisson regression of counts on income with population as exposure.

        log E(count) = a + b income / 10,000 + log population,  Var(count) = dispersion · E(count)

    a and b maximise Poisson's likelihood, by reweighted least squares (Newton's steps, halved where one goes
    too far); the dispersion is Pearson's ``sum((count - mu)² / mu) / (n - 2)``; ``b / se(b)`` is compared
    with Student's t with n - 2 degrees of freedom.

    Args:
        count: Posts per tract, float64, 0 or more; at least three tracts.
        population: People, float64, above 0.
        income: US dollars a year, float64, not all the same.

    Returns:
        The model; None where there is none: nothing was counted, or counts are so separated by income that b
        grows without end, as where the richest tract has them all.

    Source:
        Nelder, J. A. & Wedderburn, R. W. M. (1972): Generalized linear models. JRSS A 135, 370–384.
        Wedderburn, R. W. M. (1974): Quasi-likelihood functions. Biometrika 61, 439–447. McCullagh, P. &
        Nelder, J. A. (1989): Generalized Linear Models, 2nd ed., 6.2 and 9.2.

    Example:
        >>> income = np.array([20_000.0, 30_000.0, 40_000.0, 50_000.0])
        >>> found = rate_model(np.array([1.0, 2.0, 4.0, 8.0]), np.full(4, 1000.0), income)
        >>> round(found.ratio, 6), round(found.dispersion, 6)
        (2.0, 0.0)
        >>> rate_model(np.zeros(4), np.full(4, 1000.0), income) is None
        True
    """
    if not count.sum() > 0:
        return None
    x = (income - income.mean()) / INCOME_UNIT
    # Underflow and overflow happen where b grows without end; both end in None.
    with np.errstate(all="ignore"):
        fit = _fit(count, np.log(population), x)
        if fit is None:
            return None
        slope, mu = fit
        degrees = len(count) - 2
        dispersion = float(np.sum((count - mu) ** 2 / mu)) / degrees
        error = np.sqrt(dispersion / _spread(mu, x)[1])
        p = float(2.0 * stdtr(degrees, -abs(slope) / error)) if error > 0 else float(slope == 0)
        found = RateModel(float(np.exp(slope)), p, dispersion)
    return found if np.all(np.isfinite([found.ratio, found.p, found.dispersion])) else None


def _fit(count: Floats, exposure: Floats, x: Floats) -> tuple[float, Floats] | None:
    """The slope with the greatest Poisson likelihood and the counts expected; None where there is none.

    ``exposure`` is the logarithm of the population, the first guess the rate of all tracts together.
    """
    eta = exposure + np.log(count.sum() / np.exp(exposure).sum())
    slope = 0.0
    for _ in range(_STEPS):
        mu = np.exp(eta)
        center, spread = _spread(mu, x)
        if not spread > 0:
            return None
        step = float(np.sum((count - mu) * (x - center)) / spread)
        change = np.sum(count - mu) / np.sum(mu) + step * (x - center)
        share = _share(count, eta, change)
        eta, slope = eta + share * change, slope + share * step
        if np.max(np.abs(change)) < _CONVERGED:
            return slope, np.exp(eta)
    return None


def _spread(mu: Floats, x: Floats) -> tuple[float, float]:
    """Mean of x weighted by mu, and the information on the slope: the weighted sum of squares about it."""
    center = float(np.sum(mu * x) / np.sum(mu))
    return center, float(np.sum(mu * (x - center) ** 2))


def _share(count: Floats, eta: Floats, change: Floats) -> float:
    """How much of a Newton step to take: all of it, or half of it until it is not a step back."""
    before = _likelihood(count, eta)
    share = 1.0
    while share > 1e-9 and not _likelihood(count, eta + share * change) >= before - 1e-9 * abs(before):
        share /= 2
    return share


def _likelihood(count: Floats, eta: Floats) -> float:
    """Poisson's log-likelihood, up to a constant."""
    return float(np.sum(count * eta - np.exp(eta)))


def verdict(finding: Direction, tests: Iterable[tuple[float, float]], alpha: float) -> Verdict:
    """Whether a finding stands.

    Args:
        finding: The direction at tract level.
        tests: For each test that was possible: a number with the sign of its result, and its p.
        alpha: What p is compared with, the same as for the finding.

    Returns:
        ``stands`` where every test agrees: for ``positive`` and ``negative`` the same sign and p < alpha, for
        ``none`` p >= alpha; ``wavers`` where one does not; ``untestable`` where there is no finding.

    Example:
        >>> verdict("positive", [(0.4, 1e-6), (0.1, 1e-4)], 0.002), verdict("none", [(0.4, 1e-6)], 0.002)
        ('stands', 'wavers')
    """
    if finding == "not testable":
        return "untestable"
    if finding == "none":
        agreed = all(p >= alpha for _, p in tests)
    else:
        wanted = 1.0 if finding == "positive" else -1.0
        agreed = all(p < alpha and sign * wanted > 0 for sign, p in tests)
    return "stands" if agreed else "wavers"
