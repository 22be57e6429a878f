"""The spatial error model of a city for many incomes at once (method 7.19): the verdict's, with its trend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tasks.statistics.determinant import HIGHEST, LOWEST, Determinant
from tasks.statistics.error_model import FITTED, LAMBDAS, ErrorModel, Moments

Floats = npt.NDArray[np.float64]

_GOLDEN: Final = (5.0**0.5 - 1.0) / 2.0
_STEPS: Final = 20


def error_models(
    income: Floats,
    rate: Floats,
    neighbors: sparse.csr_array,
    centroids: Floats,
    determinant: Determinant | None = None,
) -> list[ErrorModel | None]:
    """The error model of each row of incomes, as :func:`tasks.statistics.error_model.error_model` gives it.

    A polynomial stands for the determinant (:attr:`tasks.statistics.determinant.Determinant.curve`). Lambda
    is exact to about 1e-5. The p of the normal model is left out: no verdict looks at it.

    Args:
        income: float64, d × n; each row varies.
        rate: float64, n; it varies.
        neighbors: n × n, 1 where two tracts touch; some do.
        centroids: float64, n × 2.
        determinant: Of the neighbors, where it is already there.

    Returns:
        A model per row; None where nothing is left of the incomes or the rates.
    """
    n, degrees = len(rate), len(rate) - FITTED - 1
    # The incomes as y and the rate as x: what both leave of each other is symmetric.
    moments = Moments(rate, income.T, neighbors, centroids)
    curve = (determinant or Determinant(neighbors)).curve

    def sums(alike: Floats) -> tuple[Floats, Floats, Floats]:
        rates, both, left = moments(alike)
        incomes = left + both**2 / rates
        return incomes, both, rates - both**2 / incomes

    def likelihood(alike: Floats) -> Floats:
        return np.asarray(curve(np.arctanh(alike)) - n / 2 * np.log(sums(alike)[2]), dtype=np.float64)

    with np.errstate(all="ignore"):
        alike = _highest(likelihood, len(income))
        xx, xy, left = sums(alike)
        scale = rate.std() / income.std(axis=1)
        slope, error = xy / xx * scale, np.sqrt(left / degrees / xx) * scale
    good = np.isfinite(slope) & np.isfinite(error) & (error > 0)
    return [
        ErrorModel(float(slope[row]), float(error[row]), float(alike[row]), float("nan"))
        if good[row]
        else None
        for row in range(len(income))
    ]


def _highest(function: Callable[[Floats], Floats], rows: int) -> Floats:
    """Where a function of lambda is highest in each row: on a grid, then by golden sections."""
    values = np.stack([function(np.full(rows, alike)) for alike in LAMBDAS])
    best = np.argmax(values, axis=0)
    ends = np.concatenate([[LOWEST], LAMBDAS, [HIGHEST]])
    low, high = ends[best], ends[best + 2]
    for _ in range(_STEPS):
        lower, upper = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        up = function(lower) < function(upper)
        low, high = np.where(up, lower, low), np.where(up, high, upper)
    return np.asarray((low + high) / 2, dtype=np.float64)
