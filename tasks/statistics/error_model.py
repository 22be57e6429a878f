"""The spatial error model: a line whose errors are alike among neighbors (method 7.17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import stdtr

from tasks.statistics.determinant import HIGHEST, LOWEST, Determinant
from tasks.statistics.relation import is_constant

Floats = npt.NDArray[np.float64]

LAMBDAS: Final = np.concatenate([np.arange(-9, 9) / 10, np.arange(90, 100) / 100])
"""Where the best lambda is looked for first, -0.9 to 0.99; closer together near 1, where it changes most."""
FITTED: Final = 3
"""Constant, east and north: what is fitted beside the slope."""
CAUTION: Final = (1.10, 0.35)
"""By how much the standard error is taken larger where a verdict depends on it: 1.10, and up to 0.35 more
the fewer independent tracts there are. Real neighbors are alike in more ways than one lambda says: over the
tracts of 50 cities the model's own p of 0.002 is false in about 1 % (method 7.18)."""
_NOTHING: Final = 1e-12
"""What rounding leaves of a sum of squares, relative to it."""
_ROUNDING: Final = 1e-13
"""What rounding may make of a difference of likelihoods, relative to one: many times as much as it does."""
_BENT: Final = 8.0
"""How fast the slope of the polynomial's error may change, by the bound of the slope itself."""
_STEPS: Final = 30
"""Golden sections after the grid: the last is narrower than 1e-6 of the first."""
_GOLDEN: Final = (5.0**0.5 - 1.0) / 2.0


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

    def cautious_p(self, n: int, effective_n: float) -> float:
        """Two-sided p with a larger standard error and fewer degrees of freedom.

        Args:
            n: Tracts.
            effective_n: How many independent tracts they amount to, at most n and above 2
                (:func:`tasks.statistics.spatial.modified_t`).

        Returns:
            From Student's t with ``effective_n - 2`` degrees of freedom, the standard error multiplied by
            ``1.10 + 0.35 (1 - effective_n / n)``.

        Source:
            Method 7.17; 7.18 says how often it is false.

        Example:
            >>> model = ErrorModel(slope=2.55, error=0.5, alike=0.4, p=1e-5)
            >>> round(model.cautious_p(100, 50.0), 6)  # t = 4 with 48 degrees of freedom
            0.000218
        """
        return float(
            2.0 * stdtr(effective_n - 2.0, -abs(self.slope) / (self.error * caution(n, effective_n)))
        )


def caution(n: int, effective_n: float | Floats) -> float | Floats:
    """The factor of :meth:`ErrorModel.cautious_p`.

    Example:
        >>> caution(100, 100.0), round(caution(100, 20.0), 2)
        (1.1, 1.38)
    """
    return CAUTION[0] + CAUTION[1] * (1.0 - effective_n / n)


def error_model(
    x: Floats,
    y: Floats,
    neighbors: sparse.csr_array,
    centroids: Floats,
    alike: float | None = None,
    *,
    determinant: Determinant | None = None,
) -> ErrorModel | None:
    """The line of y on x whose errors follow those of the neighbors, by maximum likelihood.

        y = a + b x + c east + d north + u,  u = lambda W u + e

    W holds a tract's neighbors with equal weights that add up to 1; e is independent noise. East and north
    are a straight trend over the whole city. For a given lambda the line is least squares with
    ``I - lambda W`` applied to every column. lambda has the largest

        log likelihood = log det(I - lambda W) - n / 2 log(residual sum of squares)

    on :data:`LAMBDAS` and, by golden sections, between the two beside the best of them. ``b / se(b)`` is
    compared with Student's t with n - 4 degrees of freedom, and the variance of e is the residual sum of
    squares by n - 4, where maximum likelihood would divide by n and use the normal distribution.

    Sums are NumPy's own and the determinant is that of a sparse factorisation (SuperLU): no thread changes a
    digit. New York, 2,087 tracts, takes a third of a second.

    Args:
        x: float64, n, as median income.
        y: float64, n, as posts per 1,000 residents.
        neighbors: n × n, 1 where two tracts touch, as :func:`tasks.income.polygons.touching` gives it.
        centroids: East and north of each tract on a plane, float64, n × 2.
        alike: lambda, where it is known: incomes that are drawn again change it little, and to look for it
            takes all the time.
        determinant: Of the neighbors, where it is already there.

    Returns:
        The model; None where x or y does not vary, no two tracts touch, there are fewer than six tracts, or
        nothing is left of x or of y beside the trend.

    Source:
        Cliff, A. D. & Ord, J. K. (1981): Spatial Processes: Models and Applications, 8.3. Ord, K. (1975):
        Estimation methods for models of spatial interaction. JASA 70, 120–126. Anselin, L. (1988): Spatial
        Econometrics: Methods and Models, 8.1 (``ML_Error`` of PySAL's spreg). Method 7.17.

    Example:
        >>> ring = sparse.csr_array(np.roll(np.eye(12), 1, axis=1) + np.roll(np.eye(12), -1, axis=1))
        >>> angle = np.arange(12) * np.pi / 6
        >>> places = np.column_stack([np.cos(angle), np.sin(angle)])
        >>> x = np.array([1.0, 5, 2, 8, 3, 9, 4, 7, 6, 2, 5, 3])
        >>> found = error_model(x, 2 * x + np.sin(x * x) / 10, ring, places)
        >>> round(found.slope, 1), found.p < 1e-6
        (2.0, True)
    """
    n, degrees = len(x), len(x) - FITTED - 1
    if n < FITTED + 3 or neighbors.nnz == 0 or is_constant(x) or is_constant(y):
        return None
    moments = Moments(x, y, neighbors, centroids)
    if alike is None:
        alike = _Search(moments, n, determinant or Determinant(neighbors)).highest()
    xx, xy, left = (float(moment[0]) for moment in moments(alike))
    if not (xx > _NOTHING * n and left > _NOTHING * n):
        return None
    slope, error, scale = xy / xx, np.sqrt(left / degrees / xx), y.std() / x.std()
    p = float(2.0 * stdtr(degrees, -abs(slope / error)))
    return ErrorModel(float(slope * scale), float(error * scale), alike, p)


class Moments:
    """Sums of squares and products, for any lambda, of what constant and trend leave of x and y.

    Filtered by lambda, a column c is ``c - lambda W c``. Its products with another are quadratic in lambda,
    so that tracts are summed once. y may hold several variables, one per column: then so do all results.

    Args:
        x: float64, n; it varies.
        y: float64, n or n × fields.
        neighbors: n × n, 1 where two tracts touch.
        centroids: float64, n × 2.
    """

    def __init__(self, x: Floats, y: Floats, neighbors: sparse.csr_array, centroids: Floats) -> None:
        degree = np.maximum(np.diff(neighbors.indptr), 1)[:, None]
        fields = y.reshape(len(y), -1)
        east, north = (_standard(centroids[:, axis : axis + 1]) for axis in (0, 1))
        columns = [np.ones((len(x), 1)), east, north, _standard(x)[:, None], _standard(fields)]
        lagged = [np.asarray(neighbors @ column) / degree for column in columns]
        mixed = _grams(columns, lagged, fields.shape[1])
        self._plain = _grams(columns, columns, fields.shape[1])
        self._mixed = mixed + mixed.swapaxes(0, 1)
        self._twice = _grams(lagged, lagged, fields.shape[1])

    def __call__(self, alike: float | Floats) -> tuple[Floats, Floats, Floats]:
        """For a lambda, or one per field: the sums of x x and of x y, and the residual sum of squares."""
        gram = self._plain - alike * self._mixed + np.square(alike) * self._twice
        for at in range(FITTED):
            pivot = gram[at, at]
            # Where all tracts lie on a line, one trend leaves nothing of the other.
            there = pivot > _NOTHING * (self._plain[at, at] + self._twice[at, at])
            share = np.where(there, gram[at] / np.where(there, pivot, 1.0), 0.0)
            gram = gram - gram[:, at, None] * share[None]
        xx, xy, yy = gram[-2, -2], gram[-2, -1], gram[-1, -1]
        return xx, xy, yy - xy * xy / np.where(xx > 0, xx, np.inf)


def _standard(values: Floats) -> Floats:
    """Mean 0 and standard deviation 1, column by column; 0 where nothing varies."""
    spread = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def _grams(some: list[Floats], others: list[Floats], fields: int) -> Floats:
    """The sum over tracts of each product of two columns, columns × columns × fields."""
    sums = [[np.broadcast_to(np.sum(one * other, axis=0), fields) for other in others] for one in some]
    return np.array(sums)


class _Search:
    """Looks for the lambda with the largest ``log det(I - lambda W) - n / 2 log(residual sum of squares)``.

    To find it, likelihoods are compared, two at a time. A polynomial stands for the determinant where it is
    exact enough to tell which is larger; where it is not, the determinant is computed, and the slope of the
    polynomial is corrected by what that gives. So lambda is the same to the last digit as if all were
    computed, in a fifth of the time.

    Args:
        moments: Of x and y.
        n: Tracts.
        determinant: Of the neighbors.
    """

    def __init__(self, moments: Moments, n: int, determinant: Determinant) -> None:
        self._moments, self._n, self._determinant = moments, n, determinant
        self._known: dict[float, float] = {}
        self._anchors: tuple[float, float, float] | None = None

    def highest(self) -> float:
        """On the grid, then by golden sections around its best point; an end where no residual is left."""
        best = self._best_of_grid()
        low = float(LAMBDAS[best - 1]) if best > 0 else LOWEST
        high = float(LAMBDAS[best + 1]) if best + 1 < len(LAMBDAS) else HIGHEST
        lower, upper = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        for _ in range(_STEPS):
            if self._rises(lower, upper):
                low, lower = lower, upper
                upper = low + _GOLDEN * (high - low)
            else:
                high, upper = upper, lower
                lower = high - _GOLDEN * (high - low)
        return float((low + high) / 2)

    def _best_of_grid(self) -> int:
        """The first of the highest points."""
        left = self._moments(LAMBDAS)[2]
        there = left > _NOTHING * self._n
        if not there.all():
            return int(np.argmin(there))
        about = self._determinant.curve(np.arctanh(LAMBDAS)) - self._n / 2 * np.log(left)
        highest = float(about.max())
        near = np.flatnonzero(about >= highest - 2.0 * self._slack(highest, np.inf))
        exact = [self._exact(float(LAMBDAS[at])) for at in near] if len(near) > 1 else [0.0]
        return int(near[int(np.argmax(exact))])

    def _rises(self, lower: float, upper: float) -> bool:
        """Whether the likelihood at ``upper`` is above that at ``lower``."""
        one, other = self._about(lower), self._about(upper)
        if np.isinf(one) or np.isinf(other):
            return one < other
        ends = float(np.arctanh(lower)), float(np.arctanh(upper))
        change, apart = other - one, ends[1] - ends[0]
        if abs(change) > self._slack(one, apart):
            return change > 0
        if self._anchors is not None:
            start, end, slope = self._anchors
            change += slope * apart
            span = max(end, ends[1]) - min(start, ends[0])
            if abs(change) > self._slack(one, _BENT * span * apart):
                return change > 0
        known = self._exact(lower), self._exact(upper)
        self._anchors = (*ends, ((known[1] - other) - (known[0] - one)) / apart)
        return known[0] < known[1]

    def _slack(self, value: float, apart: float) -> float:
        """More than the error of a difference: that of the polynomial, and of rounding."""
        return self._determinant.slack * min(2.0, apart) + _ROUNDING * (1.0 + abs(value))

    def _rest(self, alike: float) -> float:
        """What is subtracted: minus infinity where nothing is left to explain."""
        if alike not in self._known:
            left = float(self._moments(alike)[2][0])
            self._known[alike] = float(self._n / 2 * np.log(left)) if left > _NOTHING * self._n else -np.inf
        return self._known[alike]

    def _about(self, alike: float) -> float:
        return float(self._determinant.curve(np.arctanh(alike))) - self._rest(alike)

    def _exact(self, alike: float) -> float:
        return self._determinant(alike) - self._rest(alike)
