"""Counts by income with population as exposure: the rate model (method 7.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

Floats = npt.NDArray[np.float64]

INCOME_UNIT: Final = 10_000.0
"""The rate model's step of income, US dollars a year."""
_STEPS: Final = 50
_CONVERGED: Final = 1e-10
"""Steps end when no tract's expected rate changes by a larger share."""


@dataclass(frozen=True)
class RateModel:
    """Counts by income, with population as exposure.

    Attributes:
        ratio: The factor by which the rate changes with 10,000 dollars more income.
        p: Two-sided p that it is 1.
        dispersion: Pearson's chi-squared per degree of freedom: 1 where counts vary as Poisson's do.
        slope: The logarithm of the ratio, b.
        error: Its standard error, with the dispersion; it does not allow for neighbors that are alike
            (:func:`tasks.statistics.contrast.contrast` does).
        poisson_error: Its standard error if the dispersion were 1.
        hc3_error: Its standard error whatever the variance of each count (HC3); 0 where it is not known.
    """

    ratio: float
    p: float
    dispersion: float
    slope: float
    error: float
    poisson_error: float = 0.0
    hc3_error: float = 0.0


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
        spread = center_and_spread(mu, x)[1]
        error = float(np.sqrt(dispersion / spread))
        p = float(2.0 * stdtr(degrees, -abs(slope) / error)) if error > 0 else float(slope == 0)
        errors = (error, float(1.0 / np.sqrt(spread)), _hc3_error(count, mu, x))
        found = RateModel(float(np.exp(slope)), p, dispersion, slope, *errors)
    numbers = (found.ratio, found.p, found.dispersion, found.error, found.poisson_error)
    return found if np.all(np.isfinite(numbers)) else None


def _hc3_error(count: Floats, mu: Floats, x: Floats) -> float:
    """The standard error of the slope from the residuals themselves; 0 where one tract alone makes the fit.

        h = mu (1 / sum(mu) + (x - center)² / spread),
        error = sqrt(sum(((x - center) (count - mu) / (1 - h))²)) / spread

    Source:
        MacKinnon, J. G. & White, H. (1985): Some heteroskedasticity-consistent covariance matrix estimators.
        Journal of Econometrics 29, 305–325. Long, J. S. & Ervin, L. H. (2000): Using heteroscedasticity
        consistent standard errors in the linear regression model. The American Statistician 54, 217–224.
    """
    center, spread = center_and_spread(mu, x)
    free = 1.0 - mu * (1.0 / np.sum(mu) + (x - center) ** 2 / spread)
    error = float(np.sqrt(np.sum(((x - center) * (count - mu) / free) ** 2)) / spread)
    return error if np.min(free) > _CONVERGED and np.isfinite(error) else 0.0


def _fit(count: Floats, exposure: Floats, x: Floats) -> tuple[float, Floats] | None:
    """The slope with the greatest Poisson likelihood and the counts expected; None where there is none.

    ``exposure`` is the logarithm of the population, the first guess the rate of all tracts together.
    """
    eta = exposure + np.log(count.sum() / np.exp(exposure).sum())
    slope = 0.0
    for _ in range(_STEPS):
        mu = np.exp(eta)
        center, spread = center_and_spread(mu, x)
        if not spread > 0:
            return None
        step = float(np.sum((count - mu) * (x - center)) / spread)
        change = np.sum(count - mu) / np.sum(mu) + step * (x - center)
        share = _share(count, eta, change)
        eta, slope = eta + share * change, slope + share * step
        if np.max(np.abs(change)) < _CONVERGED:
            return slope, np.exp(eta)
    return None


def center_and_spread(weight: Floats, x: Floats) -> tuple[float, float]:
    """Weighted mean of x, and its weighted sum of squares about it: the information on the slope.

    Args:
        weight: float64, n; with a sum above 0.
        x: float64, n.

    Example:
        >>> center_and_spread(np.array([1.0, 3.0]), np.array([0.0, 4.0]))
        (3.0, 12.0)
    """
    center = float(np.sum(weight * x) / np.sum(weight))
    return center, float(np.sum(weight * (x - center) ** 2))


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
