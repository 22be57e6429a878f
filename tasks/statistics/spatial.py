"""Neighbouring tracts are not independent: Moran's I of the residuals, and a t test that allows for it.

Rich tracts of a city are next to rich ones, and tracts with posts next to tracts with posts. The correlation
of two such variables is easily large by chance, and its plain p is too small.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tasks.statistics.relation import correlation_p, is_constant, pearson

Floats = npt.NDArray[np.float64]

PERMUTATIONS: Final = 999
CLASSES: Final = 13
"""Distance classes of :func:`modified_t`. Thirteen is the default of R's SpatialPack, so that anyone who
doubts a p can compute it again there; Sturges' rule, the other custom, would take 7 for ten tracts and 23 for
2,300."""
_TIE: Final = 1e-12
"""Values of Moran's I that differ by less are equal up to rounding."""
_NO_FREEDOM: Final = 1e-9
"""Degrees of freedom that are 0 up to rounding."""
_ROWS: Final = 256
"""Rows of the matrix of distances that are in memory at a time; changes no result."""


@dataclass(frozen=True)
class Clustering:
    """Whether neighbours are alike.

    Attributes:
        i: Moran's I: above its expectation ``-1 / (n - 1)`` where neighbours are alike.
        p: One-sided permutation p, of the tail in which I is.
    """

    i: float
    p: float


@dataclass(frozen=True)
class ModifiedTest:
    """Pearson's r, tested with the information that the tracts really have.

    Attributes:
        effective_n: How many independent tracts would have as much information.
        p: Two-sided p of r.
    """

    effective_n: float
    p: float


def seed_of(city: str) -> int:
    """The seed of a city's permutations: the hash of its name, the same in every run and on every machine.

    Example:
        >>> seed_of("Alder")
        1353504845937742327
    """
    return int.from_bytes(hashlib.sha256(city.encode()).digest()[:8], "big")


def morans_i(values: Floats, neighbors: sparse.csr_array, seed: int) -> Clustering | None:
    """Moran's I, neighbours' weights standardised to a sum of 1 per tract, with a permutation p.

        I = (n / W) sum_ij w_ij z_i z_j / sum_i z_i²,  z = values - mean, W = sum of the weights

    Written out here although esda has it: esda draws its permutations from NumPy's global generator, which
    cannot be given a seed without disturbing others, and to import it takes a worker two seconds (it
    brings scikit-learn, SQLAlchemy and more). The tests compare with esda, bit by bit. As esda's, p is
    ``(k + 1) / 1000`` over 999 permutations: k are those that reach I from above or those that do from below,
    whichever are fewer.

    Args:
        values: A value per tract, float64, as the residuals of a line.
        neighbors: Which tracts are neighbours, as :func:`tasks.income.polygons.touching` gives it. A tract
            without neighbours adds only to the variance.
        seed: The seed of the permutations.

    Returns:
        I and p; None where no two tracts touch, or the values do not vary.

    Source:
        Moran, P. A. P. (1950): Notes on continuous stochastic phenomena. Biometrika 37, 17–23. Cliff, A. D.
        & Ord, J. K. (1981): Spatial Processes: Models and Applications (residuals, permutations).

    Example:
        >>> ring = sparse.csr_array(np.roll(np.eye(12), 1, axis=1) + np.roll(np.eye(12), -1, axis=1))
        >>> found = morans_i(np.array([1.0] * 6 + [2.0] * 6), ring, seed_of("Alder"))
        >>> round(found.i, 9), found.p < 0.05
        (0.666666667, True)
    """
    if neighbors.nnz == 0 or is_constant(values):
        return None
    weights = neighbors.copy()
    degree = np.diff(neighbors.indptr)
    weights.data = weights.data / np.repeat(degree, degree)
    z = values - values.mean()
    scale, variance = len(z) / weights.sum(), np.sum(z * z)
    observed = float(scale * np.sum(z * (weights @ z)) / variance)
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = generator.permuted(np.tile(z, (PERMUTATIONS, 1)), axis=1).T
    simulated = scale * np.sum(drawn * (weights @ drawn), axis=0) / variance
    # Both counts include ties: where all tracts touch each other every permutation is a tie, and p is 1.
    above, below = np.sum(simulated >= observed - _TIE), np.sum(simulated <= observed + _TIE)
    return Clustering(observed, float(min(above, below) + 1) / (PERMUTATIONS + 1))


def modified_t(x: Floats, y: Floats, centroids: Floats) -> ModifiedTest | None:
    """Pearson's r with a p that corrects for spatial autocorrelation of both variables.

    Pairs of tracts are sorted into :data:`CLASSES` classes of distance, equally wide, from 0 to the largest.
    The autocorrelation of a variable in a class k is the mean of ``z_i z_j`` over its pairs, by the variance
    of z: Moran's I of the class. ``R_x`` and ``R_y`` are the n × n matrices that hold, for each pair of
    tracts, the autocorrelation of their class, and 1 on the diagonal. With ``P = I - 1/n``, which subtracts
    the mean,

        effective n = 1 + tr(P R_x) tr(P R_y) / tr(P R_x P R_y)

    and r is tested with ``effective n - 2`` degrees of freedom. The traces need no n × n matrix, only, for
    each tract, how many others are in each class.

    Args:
        x: float64, as median income.
        y: float64, as posts per 1,000 residents; both vary.
        centroids: x and y of each tract on a plane, float64, km.

    Returns:
        Effective n and p; None where effective n is not above 2, so that no degree of freedom is left.

    Source:
        Clifford, P., Richardson, S. & Hémon, D. (1989): Assessing the significance of the correlation
        between two spatial processes. Biometrics 45, 123–134. Dutilleul, P. (1993): Modifying the t test for
        assessing the correlation between two spatial processes. Biometrics 49, 305–314. Classes as in
        ``modified.ttest`` of R's SpatialPack (Osorio & Vallejos).

    Example:
        >>> generator = np.random.default_rng(1)
        >>> centroids = generator.uniform(0, 10, (200, 2))
        >>> found = modified_t(generator.normal(size=200), generator.normal(size=200), centroids)
        >>> 150 < found.effective_n < 250
        True
    """
    n = len(x)
    zx, zy = x - x.mean(), y - y.mean()
    pairs, sum_x, sum_y = _by_class(zx, zy, centroids)
    # Each pair is counted from both ends, in the sums and in the number: the mean is the same.
    in_class = pairs.sum(axis=0)
    of_x, of_y = (
        np.divide(total, in_class * np.mean(z * z), out=np.zeros(CLASSES), where=in_class > 0)
        for total, z in ((sum_x, zx), (sum_y, zy))
    )
    row_x, row_y = 1.0 + np.sum(pairs * of_x, axis=1), 1.0 + np.sum(pairs * of_y, axis=1)
    all_x, all_y = row_x.sum(), row_y.sum()
    trace_x, trace_y = n - all_x / n, n - all_y / n
    both = n + np.sum(in_class * of_x * of_y) - 2.0 * np.sum(row_x * row_y) / n + all_x * all_y / n**2
    if not both > 0.0:
        return None
    effective = float(1.0 + trace_x * trace_y / both)
    degrees = effective - 2.0
    if not degrees > _NO_FREEDOM:
        return None
    return ModifiedTest(effective, correlation_p(pearson(x, y), degrees))


def _by_class(zx: Floats, zy: Floats, centroids: Floats) -> tuple[Floats, Floats, Floats]:
    """Pairs of tracts by class of distance, some rows of the matrix of distances at a time.

    Returns:
        How many others are in each class, one row per tract; and by class the sums of ``z_i z_j`` of x and
        of y.
    """
    n = len(zx)
    blocks = [slice(start, min(start + _ROWS, n)) for start in range(0, n, _ROWS)]
    widest = max(float(_distances(centroids, block).max()) for block in blocks)
    bounds = widest * np.arange(1, CLASSES + 1) / CLASSES
    pairs = np.zeros((n, CLASSES))
    sum_x, sum_y = np.zeros(CLASSES), np.zeros(CLASSES)
    for block in blocks:
        rows = np.arange(block.stop - block.start)
        cell = np.searchsorted(bounds[:-1], _distances(centroids, block)) + CLASSES * rows[:, None]
        # A tract is no pair with itself: it goes to a cell after the last, which is cut off.
        cell[rows, block.start + rows] = CLASSES * len(rows)
        pairs[block] = _cell_sums(cell, np.ones(n))
        sum_x += np.sum(zx[block, None] * _cell_sums(cell, zx), axis=0)
        sum_y += np.sum(zy[block, None] * _cell_sums(cell, zy), axis=0)
    return pairs, sum_x, sum_y


def _cell_sums(cell: npt.NDArray[np.int64], values: Floats) -> Floats:
    """For each row and class, the sum of the values of the tracts in the class."""
    rows = len(cell)
    each = np.broadcast_to(values, cell.shape).ravel()
    sums = np.bincount(cell.ravel(), each, minlength=CLASSES * rows + 1)
    return np.asarray(sums[:-1].reshape(rows, CLASSES), dtype=np.float64)


def _distances(centroids: Floats, block: slice) -> Floats:
    """Distances of some tracts to all, in km."""
    some, every = centroids[block, None, :], centroids[None, :, :]
    return np.hypot(some[..., 0] - every[..., 0], some[..., 1] - every[..., 1])
