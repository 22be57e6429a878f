"""Rate by income where neighbors depend on each other: spatial error and spatial lag model (method 7.21).

Both are written out here although spreg has them. To import spreg takes each process two CPU seconds (it
brings scikit-learn, and libpysal, which writes below the home directory); its fit of 2,300 tracts takes three
for each model, as it inverts an n × n matrix, and this one 0.1. The tests compare with spreg.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import ndtr

from tasks.statistics.rates import INCOME_UNIT

Floats = npt.NDArray[np.float64]
Likelihood = Callable[[float], float]

_EXACT: Final = 1e-10
"""To which the spatial parameter is looked for."""
_AT_THE_END: Final = 1e-4
"""A spatial parameter closer than this to -1 or 1 is no optimum but the end of the range."""
_NOTHING_LEFT: Final = 1e-18
"""A share of the variance that is rounding."""


@dataclass(frozen=True)
class SpatialModel:
    """A model of the rate with a spatial parameter, fitted by maximum likelihood.

    Attributes:
        slope: Change of the rate with 10,000 dollars more income; in the lag model before it spreads.
        error: Its standard error.
        p: Its two-sided p, from the normal distribution.
        spatial: The spatial parameter: lambda of the error model, rho of the lag model.
        log_likelihood: At the optimum, natural logarithm.
        aic: Akaike's criterion over four parameters: intercept, slope, spatial parameter and variance.
        total: The change of the rate once it has spread to neighbors and back, mean over the tracts; in the
            error model the slope.
    """

    slope: float
    error: float
    p: float
    spatial: float
    log_likelihood: float
    aic: float
    total: float


class Weights:
    """Neighbors with weights that add up to 1 per tract; a tract without neighbors has none.

    Args:
        neighbors: n × n, symmetric, 1 where two tracts are neighbors.

    Attributes:
        linked: Whether a tract has a neighbor, bool, n.
    """

    def __init__(self, neighbors: sparse.csr_array) -> None:
        degree = np.diff(neighbors.indptr).astype(np.float64)
        self.linked = degree > 0
        once = np.divide(1.0, degree, out=np.zeros(len(degree)), where=self.linked)
        half = np.sqrt(once)
        self._rows = sparse.csr_array(neighbors.multiply(once[:, None]))
        # D^-1 A has the eigenvalues of D^-1/2 A D^-1/2, which is symmetric: half the work, and no pivoting.
        between = neighbors.multiply(half[:, None]).multiply(half[None, :])
        # I - between, of which each spatial parameter changes the values off the diagonal alone.
        self._matrix = sparse.csc_array(sparse.eye_array(len(degree)) - between)
        self._matrix.sort_indices()
        columns = np.repeat(np.arange(len(degree)), np.diff(self._matrix.indptr))
        self._apart = columns != self._matrix.indices
        self._known: dict[float, float] = {}

    def lag(self, values: Floats) -> Floats:
        """The mean of each tract's neighbors, 0 where it has none, float64, n."""
        return np.asarray(self._rows @ values, dtype=np.float64)

    def log_determinant(self, spatial: float) -> float:
        """``log |I - spatial W|``, for -1 < spatial < 1, from a sparse LU decomposition.

        Example:
            >>> pair = Weights(sparse.csr_array(np.array([[0.0, 1.0], [1.0, 0.0]])))
            >>> round(pair.log_determinant(0.6), 12) == round(float(np.log(1 - 0.36)), 12)
            True
        """
        from scipy.sparse.linalg import splu

        if spatial not in self._known:  # both models begin at the same, and come back to their best
            own, data = self._matrix, self._matrix.data.copy()
            data[self._apart] *= spatial
            matrix = sparse.csc_array((data, own.indices, own.indptr), shape=own.shape)
            options = {"SymmetricMode": True}
            found = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
            self._known[spatial] = float(np.sum(np.log(np.abs(found.U.diagonal()))))
        return self._known[spatial]

    def curvature(self, spatial: float) -> float:
        """Minus the second derivative of the log-determinant: ``tr(W A^-1 W A^-1)``, ``A = I - spatial W``.

        By differences of fourth order; exact to about 1e-8 of it.
        """
        step = (1.0 - abs(spatial)) / 100.0
        near = [self.log_determinant(spatial + each * step) for each in (-2, -1, 0, 1, 2)]
        return -float(np.sum(np.array([-1.0, 16.0, -30.0, 16.0, -1.0]) * near)) / (12.0 * step**2)


def spatial_error(income: Floats, rate: Floats, weights: Weights) -> SpatialModel | None:
    """The error model: ``rate = a + b income + u``, ``u = lambda W u + e``.

    What the line does not explain resembles what it does not explain next door. Given lambda, a and b are of
    the least-squares line of ``rate - lambda W rate`` on ``1 - lambda W 1`` and ``income - lambda W income``;
    lambda has the greatest concentrated likelihood

        -n/2 (log(2 pi S / n) + 1) + log |I - lambda W|,  S = the sum of squares left

    Args:
        income: US dollars a year, float64, n, not all the same.
        rate: Posts or crimes per 1,000 residents, float64, n.
        weights: The neighbors.

    Returns:
        The model; None where nothing is left to explain, or lambda has no optimum inside -1 to 1.

    Source:
        Ord, K. (1975): Estimation methods for models of spatial interaction. JASA 70, 120–126. Anselin, L.
        (1988): Spatial Econometrics: Methods and Models, 6.2 and 8. The standard error is the usual one given
        lambda: the information on a and b does not depend on that on lambda.
    """
    profile = ErrorProfile(income, rate, weights)
    spatial = _optimum(profile.likelihood, weights) if profile.varies else None
    if spatial is None:
        return None
    _, slope, left, information = profile.fit(spatial)
    error = float(np.sqrt(left / len(rate) / information))
    return _model(slope, error, spatial, profile.likelihood(spatial), slope)


class ErrorProfile:
    """The concentrated likelihood of the error model; arguments as of :func:`spatial_error`."""

    def __init__(self, income: Floats, rate: Floats, weights: Weights) -> None:
        self._weights, self._n = weights, len(rate)
        own = [np.ones(len(rate)), (income - income.mean()) / INCOME_UNIT, rate - rate.mean()]
        lags = [weights.lag(each) for each in own]
        # (u - c Wu)'(v - c Wv) is a polynomial of second degree in c.
        self._products = np.array(
            [
                [
                    (np.sum(u * v), -np.sum(u * wv) - np.sum(wu * v), np.sum(wu * wv))
                    for v, wv in zip(own, lags, strict=True)
                ]
                for u, wu in zip(own, lags, strict=True)
            ]
        )

    @property
    def varies(self) -> bool:
        """Whether the line leaves more than rounding."""
        return self.fit(0.0)[2] > _NOTHING_LEFT * float(self._products[2, 2, 0])

    def fit(self, spatial: float) -> tuple[float, float, float, float]:
        """Intercept of the centered variables, slope, the sum of squares left, information on the slope."""
        (cc, cx, cy), (_, xx, xy), (_, _, yy) = self._products @ np.array([1.0, spatial, spatial**2])
        information = xx - cx * cx / cc
        slope = (xy - cx * cy / cc) / information
        left = yy - cy * cy / cc - slope * (xy - cx * cy / cc)
        return (cy - slope * cx) / cc, float(slope), float(left), float(information)

    def likelihood(self, spatial: float) -> float:
        """The log-likelihood at a lambda, a, b and the variance being the best for it."""
        return _concentrated(self.fit(spatial)[2], self._n) + self._weights.log_determinant(spatial)


def spatial_lag(income: Floats, rate: Floats, weights: Weights) -> SpatialModel | None:
    """The lag model: ``rate = rho W rate + a + b income + e``.

    The rate of a tract depends on the rates next door. Given rho, a and b are of the least-squares line of
    ``rate - rho W rate`` on income; rho has the greatest concentrated likelihood, as in
    :func:`spatial_error`. The standard error is from the observed information on a, b, rho and the variance,
    all four.

    Args:
        income: As for :func:`spatial_error`.
        rate: Likewise.
        weights: Likewise.

    Returns:
        The model; None as there.

    Source:
        Ord (1975) and Anselin (1988), as there. Observed and not expected information: Efron, B. & Hinkley,
        D. V. (1978): Assessing the accuracy of the maximum likelihood estimator. Biometrika 65, 457–487; it
        needs no inverse of an n × n matrix. Mean total effect: LeSage, J. & Pace, R. K. (2009): Introduction
        to Spatial Econometrics, 2.7.
    """
    profile = LagProfile(income, rate, weights)
    spatial = _optimum(profile.likelihood, weights) if profile.varies else None
    if spatial is None:
        return None
    slope = profile.slope(spatial)
    error = profile.error(spatial)
    if not error > 0:
        return None
    spread = float(np.mean(np.where(weights.linked, 1.0 / (1.0 - spatial), 1.0)))
    return _model(slope, error, spatial, profile.likelihood(spatial), slope * spread)


class LagProfile:
    """The concentrated likelihood of the lag model; arguments as of :func:`spatial_error`."""

    def __init__(self, income: Floats, rate: Floats, weights: Weights) -> None:
        self._weights, self._n = weights, len(rate)
        self._x, self._lag = (income - income.mean()) / INCOME_UNIT, weights.lag(rate)
        self._xx = float(np.sum(self._x**2))
        self._all = float(np.sum((rate - rate.mean()) ** 2))
        self._slopes = [float(np.sum(self._x * each)) / self._xx for each in (rate, self._lag)]
        self._left = [
            each - each.mean() - slope * self._x
            for each, slope in zip((rate, self._lag), self._slopes, strict=True)
        ]

    @property
    def varies(self) -> bool:
        """Whether the line leaves more than rounding."""
        return float(np.sum(self._left[0] ** 2)) > _NOTHING_LEFT * self._all

    def slope(self, spatial: float) -> float:
        """The best slope for a rho."""
        return self._slopes[0] - spatial * self._slopes[1]

    def likelihood(self, spatial: float) -> float:
        """The log-likelihood at a rho, a, b and the variance being the best for it."""
        left = float(np.sum((self._left[0] - spatial * self._left[1]) ** 2))
        return _concentrated(left, self._n) + self._weights.log_determinant(spatial)

    def error(self, spatial: float) -> float:
        """The standard error of the slope at the best rho; NaN where the information is not positive."""
        left = self._left[0] - spatial * self._left[1]
        variance = float(np.mean(left**2))
        lag = self._lag
        # Intercept, slope, rho, variance; times the variance, which is taken out again below.
        information = np.array(
            [
                [self._n, 0.0, np.sum(lag), 0.0],
                [0.0, self._xx, np.sum(self._x * lag), 0.0],
                [np.sum(lag), np.sum(self._x * lag), 0.0, np.sum(left * lag) / variance],
                [0.0, 0.0, np.sum(left * lag) / variance, self._n / (2.0 * variance)],
            ]
        )
        information[2, 2] = np.sum(lag * lag) + variance * self._weights.curvature(spatial)
        squared = float(np.linalg.inv(information)[1, 1]) * variance
        return float(np.sqrt(squared)) if squared > 0 else float("nan")


def _concentrated(left: float, n: int) -> float:
    """The log-likelihood of n normal errors with a sum of squares, at the best variance."""
    return float(-n / 2.0 * (np.log(2.0 * np.pi * left / n) + 1.0))


def _optimum(likelihood: Likelihood, weights: Weights) -> float | None:
    """Where a concentrated likelihood is greatest between -1 and 1; None where it is so at an end."""
    if not weights.linked.any():
        return None
    from scipy.optimize import minimize_scalar  # not before it is needed: it takes a process 0.2 s

    def cost(spatial: float) -> float:
        return -likelihood(spatial)

    with np.errstate(all="ignore"):
        found = minimize_scalar(cost, bounds=(-1.0, 1.0), method="bounded", options={"xatol": _EXACT})
    inside = abs(found.x) < 1.0 - _AT_THE_END and np.isfinite(found.fun)
    return float(found.x) if inside else None


def _model(slope: float, error: float, spatial: float, likelihood: float, total: float) -> SpatialModel:
    p = float(2.0 * ndtr(-abs(slope) / error))
    return SpatialModel(slope, error, p, spatial, likelihood, 8.0 - 2.0 * likelihood, total)
