"""The spatial error model of a city for many incomes at once (method 7.14): the verdict's, with its trend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.polynomial import Chebyshev
from scipy import sparse

from tasks.statistics.error_model import _GOLDEN, FITTED, ErrorModel, Moments, _log_determinant, error_model

Floats = npt.NDArray[np.float64]

_BESIDE: Final = 0.15
"""So far from the published incomes' lambda that of each draw is looked for."""
_DEGREE: Final = 15
"""Of the polynomial that stands for the determinant there."""
_AT_AN_END: Final = 1e-3
_STEPS: Final = 26


def error_models(
    income: Floats, rate: Floats, neighbors: sparse.csr_array, centroids: Floats, around: float
) -> list[ErrorModel | None]:
    """The error model of each row of incomes, as :func:`tasks.statistics.error_model.error_model` gives it.

    The determinant depends on the neighbors alone: it is computed at 16 values of lambda, and a polynomial
    through them stands for it. Where the best lambda of a row is beyond these values, the row is fitted
    alone. The p of the normal model is left out: no verdict looks at it.

    Args:
        income: float64, d × n; each row varies.
        rate: float64, n; it varies.
        neighbors: n × n, 1 where two tracts touch.
        centroids: float64, n × 2.
        around: lambda with the published incomes.
    """
    n, degrees = len(rate), len(rate) - FITTED - 1
    # The incomes as y and the rate as x: what both leave of each other is symmetric.
    moments, determinant = Moments(rate, income.T, neighbors, centroids), _log_determinant(neighbors)
    low, high = max(-0.99, around - _BESIDE), min(0.999, around + _BESIDE)
    curve = Chebyshev.interpolate(np.vectorize(determinant, otypes=[float]), _DEGREE, domain=[low, high])

    def sums(alike: Floats) -> tuple[Floats, Floats, Floats]:
        rates, both, left = moments(alike)
        incomes = left + both**2 / rates
        return incomes, both, rates - both**2 / incomes

    def likelihood(alike: Floats) -> Floats:
        return np.asarray(curve(alike) - n / 2 * np.log(sums(alike)[2]), dtype=np.float64)

    alike = _highest(likelihood, np.full(len(income), low), np.full(len(income), high))
    xx, xy, left = sums(alike)
    scale = rate.std() / income.std(axis=1)
    slope, error = xy / xx * scale, np.sqrt(left / degrees / xx) * scale
    beyond = ((alike < low + _AT_AN_END) & (low > -0.99)) | ((alike > high - _AT_AN_END) & (high < 0.999))
    good = np.isfinite(slope) & np.isfinite(error) & ~beyond
    return [
        ErrorModel(float(slope[row]), float(error[row]), float(alike[row]), float("nan"))
        if good[row]
        else error_model(income[row], rate, neighbors, centroids)
        for row in range(len(income))
    ]


def _highest(function: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Where a function of lambda is highest in each row, by golden sections."""
    lower, upper = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_lower, at_upper = function(lower), function(upper)
    for _ in range(_STEPS):
        up = at_lower < at_upper
        low, high = np.where(up, lower, low), np.where(up, high, upper)
        lower, upper = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        at_lower, at_upper = function(lower), function(upper)
    return (low + high) / 2
