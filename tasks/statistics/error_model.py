"""The spatial error model: a line whose errors are alike among neighbors (method 7.14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import splu
from scipy.special import stdtr

from tasks.statistics.relation import is_constant

Floats = npt.NDArray[np.float64]

LAMBDAS: Final = np.concatenate([np.arange(-9, 9) / 10, np.arange(90, 100) / 100])
"""Where the best lambda is looked for first, -0.9 to 0.99; closer together near 1, where it changes most."""
_STEPS: Final = 30
"""Golden sections after that: the last is narrower than 1e-6 of the first."""
_GOLDEN: Final = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True)
class ErrorModel:
    """A line whose errors are alike among neighbors.

    Attributes:
        slope: Change of y for one unit of x.
        error: Standard error of the slope.
        alike: lambda: how much of a tract's error is the mean of its neighbors', -0.99 to 0.999.
        p: Two-sided p that the slope is 0.
    """

    slope: float
    error: float
    alike: float
    p: float


@dataclass(frozen=True)
class _Moments:
    """Sums of products after lambda has been filtered out: of x, and of x with y, about the fitted mean."""

    xx: float
    xy: float
    yy: float

    @property
    def left(self) -> float:
        """The residual sum of squares of the line."""
        return self.yy - self.xy**2 / self.xx


def error_model(x: Floats, y: Floats, neighbors: sparse.csr_array) -> ErrorModel | None:
    """The line of y on x whose errors follow those of the neighbors, by maximum likelihood.

        y = a + b x + u,  u = lambda W u + e

    W holds a tract's neighbors with equal weights that add up to 1; e is independent noise. For a given
    lambda the line is least squares between ``y - lambda W y`` and ``x - lambda W x``. lambda has the largest

        log likelihood = log det(I - lambda W) - n / 2 log(residual sum of squares)

    on :data:`LAMBDAS` and, by golden sections, between the two beside the best of them. ``b / se(b)`` is
    compared with Student's t with n - 2 degrees of freedom, and the variance of e is the residual sum of
    squares by n - 2, where maximum likelihood would divide by n and use the normal distribution.

    Sums are NumPy's own and the determinant is that of a sparse factorisation (SuperLU): no thread changes a
    digit, and the largest city takes a second.

    Args:
        x: float64, n, as median income.
        y: float64, n, as posts per 1,000 residents.
        neighbors: n × n, 1 where two tracts touch, as :func:`tasks.income.polygons.touching` gives it.

    Returns:
        The model; None where x or y does not vary, no two tracts touch, there are fewer than four tracts, or
        the line leaves no residual.

    Source:
        Cliff, A. D. & Ord, J. K. (1981): Spatial Processes: Models and Applications, 8.3. Ord, K. (1975):
        Estimation methods for models of spatial interaction. JASA 70, 120–126. Anselin, L. (1988): Spatial
        Econometrics: Methods and Models, 8.1 (``ML_Error`` of PySAL's spreg). Method 7.14.

    Example:
        >>> ring = sparse.csr_array(np.roll(np.eye(12), 1, axis=1) + np.roll(np.eye(12), -1, axis=1))
        >>> x = np.array([1.0, 5, 2, 8, 3, 9, 4, 7, 6, 2, 5, 3])
        >>> found = error_model(x, 2 * x + np.array([1.0] * 6 + [2.0] * 6), ring)
        >>> round(found.slope, 3), found.alike > 0.3, found.p < 1e-6
        (2.006, True, True)
    """
    if len(x) < 4 or neighbors.nnz == 0 or is_constant(x) or is_constant(y):
        return None
    standard_x, standard_y = _standard(x), _standard(y)
    moments = _filtered(standard_x, standard_y, neighbors)
    determinant = _log_determinant(neighbors)

    def likelihood(alike: float) -> float:
        left = moments(alike).left
        return determinant(alike) - len(x) / 2 * np.log(left) if left > 1e-12 * len(x) else np.inf

    alike = _highest(likelihood)
    best = moments(alike)
    degrees = len(x) - 2
    if not best.left > 1e-12 * len(x):
        return None
    slope, error = best.xy / best.xx, np.sqrt(best.left / degrees / best.xx)
    scale = y.std() / x.std()
    p = float(2.0 * stdtr(degrees, -abs(slope / error)))
    return ErrorModel(float(slope * scale), float(error * scale), alike, p)


def _standard(values: Floats) -> Floats:
    return (values - values.mean()) / values.std()


def _filtered(x: Floats, y: Floats, neighbors: sparse.csr_array) -> Callable[[float], _Moments]:
    """The moments of the line for a lambda."""
    degree = np.maximum(np.diff(neighbors.indptr), 1)
    one = np.ones(len(x))
    given = (one, x, y)
    lagged = tuple(neighbors @ values / degree for values in given)

    def moments(alike: float) -> _Moments:
        u, v, t = (values - alike * lag for values, lag in zip(given, lagged, strict=True))
        uu, uv, ut = np.sum(u * u), np.sum(u * v), np.sum(u * t)
        return _Moments(
            float(np.sum(v * v) - uv * uv / uu),
            float(np.sum(v * t) - uv * ut / uu),
            float(np.sum(t * t) - ut * ut / uu),
        )

    return moments


def _log_determinant(neighbors: sparse.csr_array) -> Callable[[float], float]:
    """The logarithm of det(I - lambda W) for a lambda, from a symmetric matrix with the same eigenvalues as W."""
    degree = np.maximum(np.diff(neighbors.indptr), 1)
    root = sparse.diags_array(1.0 / np.sqrt(degree))
    similar = sparse.csc_array(root @ neighbors @ root)
    unit = sparse.eye_array(len(degree), format="csc")

    def determinant(alike: float) -> float:
        return float(np.sum(np.log(np.abs(splu(sparse.csc_array(unit - alike * similar)).U.diagonal()))))

    return determinant


def _highest(function: Callable[[float], float]) -> float:
    """Where a function of lambda is highest: on the grid, then by golden sections around its best point."""
    values = [function(float(alike)) for alike in LAMBDAS]
    best = int(np.argmax(values))
    low = float(LAMBDAS[best - 1]) if best > 0 else -0.99
    high = float(LAMBDAS[best + 1]) if best + 1 < len(LAMBDAS) else 0.999
    lower, upper = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_lower, at_upper = function(lower), function(upper)
    for _ in range(_STEPS):
        if at_lower < at_upper:
            low, lower, at_lower = lower, upper, at_upper
            upper = low + _GOLDEN * (high - low)
            at_upper = function(upper)
        else:
            high, upper, at_upper = upper, lower, at_lower
            lower = high - _GOLDEN * (high - low)
            at_lower = function(lower)
    return (low + high) / 2
