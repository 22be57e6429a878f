"""Neighbouring tracts are not independent: Moran's I of the residuals, and a t test that allows for it.

Rich tracts of a city are next to rich ones, and tracts with posts next to tracts with posts. The correlation
of two such variables is easily large by chance, and its plain p is too small.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tasks.statistics.distances import DistanceClasses, distance_classes
from tasks.statistics.relation import correlation_p, is_constant, pearson

Floats = npt.NDArray[np.float64]
Pattern = Literal["neighbors are alike", "neighbors are unlike", "no pattern"]

PERMUTATIONS: Final = 999
_TIE: Final = 1e-12
"""Values of Moran's I that differ by less are equal up to rounding."""
_NO_FREEDOM: Final = 1e-9
"""Degrees of freedom that are 0 up to rounding."""


@dataclass(frozen=True)
class Clustering:
    """Whether neighbours are alike.

    Attributes:
        i: Moran's I: above its expectation ``-1 / (n - 1)`` where neighbours are alike.
        p: Permutation p of the upper tail: small where neighbours are alike.
        p_unlike: Permutation p of the lower tail: small where neighbours are unlike.
    """

    i: float
    p: float
    p_unlike: float

    def words(self, alpha: float) -> Pattern:
        """The pattern, two-sided at ``alpha``: half of it for either tail.

        Example:
            >>> Clustering(0.4, 0.001, 1.0).words(0.05), Clustering(-0.01, 0.6, 0.41).words(0.05)
            ('neighbors are alike', 'no pattern')
        """
        if self.p < alpha / 2:
            return "neighbors are alike"
        return "neighbors are unlike" if self.p_unlike < alpha / 2 else "no pattern"


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
    brings scikit-learn, SQLAlchemy and more). The tests compare with esda, bit by bit. p is
    ``(k + 1) / 1000`` over 999 permutations, of which k reach I: always from above, so that a small p says
    one thing only. (esda takes whichever tail is smaller.)

    Args:
        values: A value per tract, float64, as the residuals of a line.
        neighbors: Which tracts are neighbours, as :func:`tasks.income.polygons.touching` gives it. A tract
            without neighbours adds only to the variance.
        seed: The seed of the permutations.

    Returns:
        I and the p of both tails; None where no two tracts touch, or the values do not vary.

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
    return Clustering(observed, float(above + 1) / (PERMUTATIONS + 1), float(below + 1) / (PERMUTATIONS + 1))


def modified_t(x: Floats, y: Floats, places: Floats | DistanceClasses) -> ModifiedTest | None:
    """Pearson's r with a p that corrects for spatial autocorrelation of both variables.

    Pairs of tracts are sorted into classes of distance (:class:`DistanceClasses`). The autocorrelation of a
    variable in a class k is the mean of ``z_i z_j`` over its pairs, by the variance of z: Moran's I of the
    class. ``R_x`` and ``R_y`` are the n × n matrices that hold, for each pair of tracts, the autocorrelation
    of their class, and 1 on the diagonal. With ``P = I - 1/n``, which subtracts the mean,

        effective n = 1 + tr(P R_x) tr(P R_y) / tr(P R_x P R_y)

    and r is tested with ``effective n - 2`` degrees of freedom. Where neighbors are unlike, the formula gives
    more than n; no more than n is taken, as n tracts cannot hold the information of more. The traces need no
    n × n matrix, only, for each tract, how many others are in each class.

    Args:
        x: float64, as median income.
        y: float64, as posts per 1,000 residents; both vary.
        places: x and y of each tract on a plane, float64, km; or the classes that were made of them, which
            are the slow part where several variables are tested.

    Returns:
        Effective n, at most n, and p; None where effective n is not above 2, so that no degree of freedom is
        left.

    Source:
        Clifford, P., Richardson, S. & Hémon, D. (1989): Assessing the significance of the correlation
        between two spatial processes. Biometrics 45, 123–134. Dutilleul, P. (1993): Modifying the t test for
        assessing the correlation between two spatial processes. Biometrics 49, 305–314. Classes as in
        ``modified.ttest`` of R's SpatialPack (Osorio & Vallejos), which does not limit effective n.

    Example:
        >>> generator = np.random.default_rng(1)
        >>> places = generator.uniform(0, 10, (200, 2))
        >>> found = modified_t(generator.normal(size=200), generator.normal(size=200), places)
        >>> 150 < found.effective_n <= 200
        True
    """
    classes = places if isinstance(places, DistanceClasses) else distance_classes(places)
    effective = effective_n(x, y, classes)
    if effective is None:
        return None
    effective = min(effective, float(len(x)))
    degrees = effective - 2.0
    return ModifiedTest(effective, correlation_p(pearson(x, y), degrees)) if degrees > _NO_FREEDOM else None


def effective_n(x: Floats, y: Floats, classes: DistanceClasses) -> float | None:
    """Dutilleul's effective n as its formula gives it, also above n; None where it is not defined.

    Args:
        x: As for :func:`modified_t`.
        y: Likewise.
        classes: The tracts' distances.
    """
    n, pairs = len(x), classes.pairs
    of_x, of_y = classes.autocorrelation(x), classes.autocorrelation(y)
    row_x, row_y = 1.0 + np.sum(pairs * of_x, axis=1), 1.0 + np.sum(pairs * of_y, axis=1)
    all_x, all_y = row_x.sum(), row_y.sum()
    trace_x, trace_y = n - all_x / n, n - all_y / n
    in_class = pairs.sum(axis=0)
    both = n + np.sum(in_class * of_x * of_y) - 2.0 * np.sum(row_x * row_y) / n + all_x * all_y / n**2
    return float(1.0 + trace_x * trace_y / both) if both > 0.0 else None
