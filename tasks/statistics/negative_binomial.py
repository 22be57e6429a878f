"""Counts that vary more than Poisson's: negative binomial regression (method 7.21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtr, psi

from tasks.statistics.rates import INCOME_UNIT, center_and_spread, rate_model

Floats = npt.NDArray[np.float64]

_STEPS: Final = 100
_CONVERGED: Final = 1e-11
_WIDEST: Final = (-14.0, 10.0)
"""Logarithms of alpha between which the optimum is looked for."""


@dataclass(frozen=True)
class NegativeBinomial:
    """Counts by income, with population as exposure and a variance above Poisson's.

    Attributes:
        slope: Change of the logarithm of the rate with 10,000 dollars more income.
        error: Its standard error.
        p: Its two-sided p, from the normal distribution.
        alpha: ``Var(count) = mu + alpha mu²``.
        log_likelihood: At the optimum, natural logarithm.
        aic: Akaike's criterion over intercept, slope and alpha.
    """

    slope: float
    error: float
    p: float
    alpha: float
    log_likelihood: float
    aic: float


def negative_binomial(count: Floats, population: Floats, income: Floats) -> NegativeBinomial | None:
    """Negative binomial regression (NB2) of counts on income with population as exposure.

        log mu = a + b income / 10,000 + log population,  Var(count) = mu + alpha mu²

    a, b and alpha have the greatest likelihood: for each alpha by reweighted least squares, alpha where the
    derivative is 0. As in R's ``glm.nb``, the standard error of b is from the expected information, which has
    none in common with that on alpha.

    Args:
        count: Posts or crimes per tract, float64, 0 or more; three tracts or more.
        population: People, float64, above 0.
        income: US dollars a year, float64, not all the same.

    Returns:
        The model; None where there is none: counts do not vary more than Poisson's about the rate model
        (:func:`is_overdispersed`), or b grows without end.

    Source:
        Lawless, J. F. (1987): Negative binomial and mixed Poisson regression. Canadian Journal of Statistics
        15, 209–225. Cameron, A. C. & Trivedi, P. K. (1998): Regression Analysis of Count Data, 3.3. Venables,
        W. N. & Ripley, B. D. (2002): Modern Applied Statistics with S, 7.4 (``glm.nb``).

    Example:
        >>> generator = np.random.default_rng(1)
        >>> income, people = generator.uniform(2e4, 9e4, 300), np.full(300, 4000.0)
        >>> mean = 8.0 * np.exp(0.2 * (income - 5e4) / 1e4) * generator.gamma(2.0, 0.5, 300)
        >>> found = negative_binomial(generator.poisson(mean).astype(float), people, income)
        >>> 0.15 < found.slope < 0.25, 0.35 < found.alpha < 0.65
        (True, True)
    """
    if not is_overdispersed(count, population, income):
        return None
    x, exposure = (income - income.mean()) / INCOME_UNIT, np.log(population)
    with np.errstate(all="ignore"):
        fitted = _best(count, exposure, x)
        if fitted is None:
            return None
        alpha, slope, mu = fitted
        weight = mu / (1.0 + alpha * mu)
        error = float(1.0 / np.sqrt(center_and_spread(weight, x)[1]))
        likelihood = _likelihood(count, mu, 1.0 / alpha)
    p = float(2.0 * ndtr(-abs(slope) / error))
    found = NegativeBinomial(slope, error, p, alpha, likelihood, 6.0 - 2.0 * likelihood)
    return found if np.all(np.isfinite([slope, error, p, alpha, likelihood])) else None


def is_overdispersed(count: Floats, population: Floats, income: Floats) -> bool:
    """Whether counts vary more about the rate model than Poisson's would: ``sum((count - mu)² - count) > 0``.

    It is the derivative of the likelihood by alpha at 0: above 0, the best alpha is above 0 too.

    Args:
        count: As for :func:`negative_binomial`.
        population: Likewise.
        income: Likewise.

    Source:
        Dean, C. & Lawless, J. F. (1989): Tests for detecting overdispersion in Poisson regression models.
        JASA 84, 467–472.

    Example:
        >>> even = np.array([4.0, 5.0, 6.0, 7.0])
        >>> is_overdispersed(even, np.full(4, 1000.0), np.array([2e4, 3e4, 4e4, 5e4]))
        False
    """
    model = rate_model(count, population, income)
    if model is None:
        return False
    shape = population * np.exp(np.log(model.ratio) * (income - income.mean()) / INCOME_UNIT)
    mu = shape * (count.sum() / shape.sum())
    return bool(np.sum((count - mu) ** 2 - count) > 0)


def _best(count: Floats, exposure: Floats, x: Floats) -> tuple[float, float, Floats] | None:
    """Alpha, slope and expected counts with the greatest likelihood; None where there are none."""
    from scipy.optimize import brentq

    last = (0.0, exposure + np.log(count.sum() / np.exp(exposure).sum()))

    def fit(log_alpha: float) -> tuple[float, Floats] | None:
        nonlocal last
        found = _fit(count, last, x, float(np.exp(log_alpha)))
        last = last if found is None else (found[0], np.log(found[1]))  # the next is near
        return found

    def score(log_alpha: float) -> float:
        found = fit(log_alpha)
        return float("nan") if found is None else _score(count, found[1], float(np.exp(-log_alpha)))

    low, high = _WIDEST
    # By theta = 1 / alpha the derivative has the other sign: below 0 where alpha is too small.
    if not score(low) < 0 < score(high):
        return None
    log_alpha = float(brentq(score, low, high, xtol=1e-12, rtol=1e-14))
    found = fit(log_alpha)
    return None if found is None else (float(np.exp(log_alpha)), *found)


def _fit(count: Floats, start: tuple[float, Floats], x: Floats, alpha: float) -> tuple[float, Floats] | None:
    """The best slope and the expected counts for an alpha, by Fisher's steps; None where there are none.

    ``start`` is a slope and the logarithms of the counts expected by it.
    """
    (slope, eta), theta = start, 1.0 / alpha
    for _ in range(_STEPS):
        mu = np.exp(eta)
        weight = mu / (1.0 + alpha * mu)
        center, spread = center_and_spread(weight, x)
        if not spread > 0:
            return None
        left = (count - mu) / (1.0 + alpha * mu)
        step = float(np.sum(left * (x - center)) / spread)
        change = np.sum(left) / np.sum(weight) + step * (x - center)
        before, share = _kernel(count, eta, theta), 1.0
        while share > 1e-9 and not _kernel(count, eta + share * change, theta) >= before - 1e-9 * abs(before):
            share /= 2
        eta, slope = eta + share * change, slope + share * step
        if np.max(np.abs(change)) < _CONVERGED:
            return slope, np.exp(eta)
    return None


def _kernel(count: Floats, eta: Floats, theta: float) -> float:
    """The log-likelihood, up to what does not depend on eta."""
    return float(np.sum(count * eta - (count + theta) * np.log(theta + np.exp(eta))))


def _score(count: Floats, mu: Floats, theta: float) -> float:
    """The derivative of the log-likelihood by theta, at the best a and b."""
    # log1p and the difference of psi keep digits where theta is large.
    own = psi(count + theta) - psi(theta) - np.log1p(mu / theta) + (mu - count) / (mu + theta)
    return float(np.sum(own))


def _likelihood(count: Floats, mu: Floats, theta: float) -> float:
    """The log-likelihood of counts."""
    own = gammaln(count + theta) - gammaln(theta) - gammaln(count + 1.0)
    return float(np.sum(own - theta * np.log1p(mu / theta) + count * np.log(mu / (theta + mu))))
