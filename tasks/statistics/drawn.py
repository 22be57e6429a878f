"""The tests of a city for many incomes at once: incomes are drawn, what was counted stays (method 7.19).

Each function gives for every row of incomes what the single test gives (:mod:`~tasks.statistics.relation`,
:mod:`~tasks.statistics.ranks`, :mod:`~tasks.statistics.rates`, :mod:`~tasks.statistics.spatial`). Sums are
NumPy's and SciPy's own, never BLAS's, so that threads change no digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

from tasks.statistics.distances import CLASSES, DistanceClasses
from tasks.statistics.rates import INCOME_UNIT

Floats = npt.NDArray[np.float64]

_STEPS: Final = 50
_CONVERGED: Final = 1e-10
_NO_FREEDOM: Final = 1e-9
_TOGETHER: Final = 50
"""Rows whose sums over pairs are made in one go: as many as a core keeps near; changes no result."""


@dataclass(frozen=True)
class Correlations:
    """A correlation per row of incomes, and its two-sided p: float64, d each."""

    r: Floats
    p: Floats


@dataclass(frozen=True)
class RateModels:
    """A rate model per row of incomes: float64, d each, NaN where there is none.

    Attributes:
        slope: Change of the logarithm of the rate with 10,000 dollars more income.
        error: Its standard error, the dispersion allowed for.
        p: Its two-sided p.
        dispersion: Pearson's chi-squared a degree of freedom.
        poisson_error: The standard error if the dispersion were 1.
        hc3_error: The standard error whatever the variance of each count; 0 where it is not known.
    """

    slope: Floats
    error: Floats
    p: Floats
    dispersion: Floats
    poisson_error: Floats
    hc3_error: Floats


@dataclass(frozen=True)
class ModifiedTests:
    """A modified t test per row of incomes: float64, d each, NaN where it cannot be made."""

    effective_n: Floats
    p: Floats


def pearsons(income: Floats, rate: Floats) -> Correlations:
    """Pearson's correlation of each row of incomes with the rates.

    Args:
        income: float64, d × n; each row varies.
        rate: float64, n; it varies.

    Example:
        >>> pearsons(np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]]), np.array([5.0, 3.0, 1.0])).r.tolist()
        [-1.0, 0.5]
    """
    dx, dy = income - income.mean(axis=1, keepdims=True), rate - rate.mean()
    r = np.sum(dx * dy, axis=1) / np.sqrt(np.sum(dx * dx, axis=1) * np.sum(dy * dy))
    r = np.clip(r, -1.0, 1.0)
    return Correlations(r, _correlation_p(r, np.full(len(r), len(rate) - 2.0)))


def spearmans(income: Floats, rate: Floats) -> Correlations:
    """Spearman's rank correlation of each row of incomes with the rates; arguments as of :func:`pearsons`."""
    ranks = np.ascontiguousarray(pd.DataFrame(income.T).rank().to_numpy(np.float64).T)
    return pearsons(ranks, np.asarray(pd.Series(rate).rank(), dtype=np.float64))


def _correlation_p(r: Floats, df: Floats) -> Floats:
    """Two-sided p of correlations; NaN where a degree of freedom is."""
    with np.errstate(divide="ignore"):
        t = np.abs(r) * np.sqrt(df / ((1.0 - r) * (1.0 + r)))
    return np.asarray(np.minimum(1.0, 2.0 * stdtr(df, -t)), dtype=np.float64)


def modified_ts(income: Floats, rate: Floats, classes: DistanceClasses) -> ModifiedTests:
    """The modified t test of each row of incomes.

    The pairs in each class of distance and the autocorrelation of the rates are the same for all rows; only
    the sums of ``z_i z_j`` of the incomes are made anew.

    Args:
        income: As for :func:`pearsons`.
        rate: Likewise.
        classes: The tracts' distances.
    """
    n, pairs, in_class = len(rate), classes.pairs, classes.pairs.sum(axis=0)
    of_x, of_y = _autocorrelations(income, classes), classes.autocorrelation(rate)
    # Few columns, added one after the other: no product of matrices, which would be BLAS's.
    row_x = np.ones((len(income), n))
    for place in range(CLASSES):
        row_x += of_x[:, place, None] * pairs[:, place]
    row_y = 1.0 + np.sum(pairs * of_y, axis=1)
    all_x, all_y = row_x.sum(axis=1), row_y.sum()
    both = n + np.sum(in_class * of_x * of_y, axis=1)
    both += -2.0 * np.sum(row_x * row_y, axis=1) / n + all_x * all_y / n**2
    traces = (n - all_x / n) * (n - all_y / n)
    effective = np.full(len(income), np.nan)
    np.divide(traces, both, out=effective, where=both > 0.0)
    effective = np.minimum(1.0 + effective, float(n))
    effective[~(effective - 2.0 > _NO_FREEDOM)] = np.nan
    return ModifiedTests(effective, _correlation_p(pearsons(income, rate).r, effective - 2.0))


def _autocorrelations(values: Floats, classes: DistanceClasses) -> Floats:
    """Moran's I of each class, for each row of values: float64, d × classes."""
    n, in_class = values.shape[1], classes.pairs.sum(axis=0)
    z = values - values.mean(axis=1, keepdims=True)
    sums = np.empty((len(z), CLASSES))
    for start in range(0, len(z), _TOGETHER):
        some = np.ascontiguousarray(z[start : start + _TOGETHER].T)
        products = (classes.others @ some).reshape(CLASSES, n, -1)
        products *= some
        sums[start : start + _TOGETHER] = 2.0 * products.sum(axis=1).T
    mean = np.divide(sums, in_class, out=np.zeros_like(sums), where=in_class > 0)
    return np.asarray(mean / np.mean(z * z, axis=1)[:, None], dtype=np.float64)


def rate_models(count: Floats, population: Floats, income: Floats) -> RateModels:
    """The quasi-Poisson model of each row of incomes.

    Args:
        count: Posts or crimes per tract, float64, n.
        population: People, float64, n, above 0.
        income: US dollars a year, float64, d × n; each row varies.

    Example:
        >>> income = 1e4 * np.array([[2.0, 3.0, 4.0, 5.0], [5.0, 4.0, 3.0, 2.0]])
        >>> found = rate_models(np.array([1.0, 2.0, 4.0, 8.0]), np.full(4, 1000.0), income)
        >>> np.exp(found.slope).round(6).tolist()
        [2.0, 0.5]
    """
    rows, n = income.shape
    missing = np.full(rows, np.nan)
    if not count.sum() > 0:
        return RateModels(*[missing] * 6)
    x = (income - income.mean(axis=1, keepdims=True)) / INCOME_UNIT
    with np.errstate(all="ignore"):
        slope, mu, good = _fits(count, np.log(population), x)
        dispersion = np.sum((count - mu) ** 2 / mu, axis=1) / (n - 2)
        poisson = 1.0 / np.sqrt(_spreads(mu, x)[1])
        error = np.sqrt(dispersion) * poisson
        p = np.where(error > 0, 2.0 * stdtr(n - 2, -np.abs(slope) / error), slope == 0)
        hc3 = _hc3_errors(count, mu, x)
        good &= np.isfinite(np.exp(slope)) & np.isfinite(p) & np.isfinite(dispersion)
    found = (np.where(good, each, np.nan) for each in (slope, error, p, dispersion, poisson, hc3))
    return RateModels(*found)


def _fits(count: Floats, exposure: Floats, x: Floats) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """The slopes with the greatest Poisson likelihood, the counts expected, and which rows have a slope."""
    rows = len(x)
    eta = np.tile(exposure + np.log(count.sum() / np.exp(exposure).sum()), (rows, 1))
    slope, good, open_ = np.zeros(rows), np.zeros(rows, bool), np.arange(rows)
    for _ in range(_STEPS):
        own, at = eta[open_], x[open_]
        mu = np.exp(own)
        center, spread = _spreads(mu, at)
        left = count - mu
        step = np.sum(left * (at - center[:, None]), axis=1) / spread
        change = (np.sum(left, axis=1) / np.sum(mu, axis=1))[:, None] + step[:, None] * (at - center[:, None])
        share = _shares(count, own, change)
        eta[open_], slope[open_] = own + share[:, None] * change, slope[open_] + share * step
        done = np.max(np.abs(change), axis=1) < _CONVERGED
        good[open_[done]] = True
        open_ = open_[~done & (spread > 0)]
        if not len(open_):
            break
    return slope, np.exp(eta), good


def _hc3_errors(count: Floats, mu: Floats, x: Floats) -> Floats:
    """The standard error of each slope whatever the variance; 0 where it is not known (the rate model's)."""
    center, spread = _spreads(mu, x)
    apart = x - center[:, None]
    free = 1.0 - mu * (1.0 / np.sum(mu, axis=1)[:, None] + apart**2 / spread[:, None])
    error = np.sqrt(np.sum((apart * (count - mu) / free) ** 2, axis=1)) / spread
    return np.where((np.min(free, axis=1) > _CONVERGED) & np.isfinite(error), error, 0.0)


def _spreads(mu: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Mean of x weighted by mu, and the information on the slope, of each row."""
    center = np.sum(mu * x, axis=1) / np.sum(mu, axis=1)
    return center, np.sum(mu * (x - center[:, None]) ** 2, axis=1)


def _shares(count: Floats, eta: Floats, change: Floats) -> Floats:
    """How much of its step each row takes: all of it, or half of it until it is not a step back."""
    before = _likelihoods(count, eta)
    share, back = np.ones(len(eta)), np.arange(len(eta))
    while len(back):
        after = _likelihoods(count, eta[back] + share[back, None] * change[back])
        back = back[~(after >= before[back] - 1e-9 * np.abs(before[back])) & (share[back] > 1e-9)]
        share[back] /= 2
    return share


def _likelihoods(count: Floats, eta: Floats) -> Floats:
    """Poisson's log-likelihood of each row, up to a constant."""
    return np.asarray(np.sum(count * eta - np.exp(eta), axis=1), dtype=np.float64)
