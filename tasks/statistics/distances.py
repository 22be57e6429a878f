"""Pairs of tracts by how far apart they are, and whether tracts so far apart are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]

CLASSES: Final = 13
"""Distance classes of the modified t test. Thirteen is the default of R's SpatialPack, so that anyone who
doubts a p can compute it again there; Sturges' rule, the other custom, would take 7 for ten tracts and 23 for
2,300."""
_ROWS: Final = 256
"""Rows of the matrix of distances that are in memory at a time; changes no result."""
_KEPT: Final = 2_500
"""Tracts of which all distances are in memory at once, 30 MB."""


@dataclass(frozen=True)
class DistanceClasses:
    """Which tracts are in which class of distance from which, made once for any number of variables.

    Attributes:
        pairs: float64, n × :data:`CLASSES`: for each tract how many others are in each class.
        others: ``CLASSES · n`` × n, 1 where a later tract is in the class: row ``k n + i`` has the tracts
            after tract i that are in class k from it.
    """

    pairs: Floats
    others: sparse.csr_array

    def autocorrelation(self, values: Floats) -> Floats:
        """Moran's I of each class: the mean of ``z_i z_j`` over its pairs, by the variance of z.

        Args:
            values: A value per tract, float64, not all the same.

        Returns:
            float64, :data:`CLASSES`; 0 for a class without a pair.

        Source:
            Cliff, A. D. & Ord, J. K. (1981): Spatial Processes: Models and Applications, 5.1 (correlograms).
        """
        z = values - values.mean()
        # Each pair is here once, and in the number of pairs from both ends.
        sums = 2.0 * np.sum(z * (self.others @ z).reshape(CLASSES, len(z)), axis=1)
        in_class = self.pairs.sum(axis=0)
        mean = np.divide(sums, in_class, out=np.zeros(CLASSES), where=in_class > 0)
        return np.asarray(mean / np.mean(z * z), dtype=np.float64)


def distance_classes(centroids: Floats) -> DistanceClasses:
    """Sort pairs of tracts into :data:`CLASSES` classes of distance, equally wide, from 0 to the largest.

    Args:
        centroids: x and y of each tract on a plane, float64, km; one tract or more.

    Example:
        >>> found = distance_classes(np.array([[0.0, 0.0], [1.0, 0.0], [13.0, 0.0]]))
        >>> found.pairs[:, [0, 11, 12]].tolist()
        [[1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]
    """
    n = len(centroids)
    blocks = [slice(start, min(start + _ROWS, n)) for start in range(0, n, _ROWS)]
    # Made twice where all together would take too much memory.
    kept = [_distances(centroids, block) for block in blocks] if n <= _KEPT else None
    made = (lambda at: _distances(centroids, blocks[at])) if kept is None else kept.__getitem__
    widest = max(float(made(at).max()) for at in range(len(blocks)))
    bounds = widest * np.arange(1, CLASSES) / CLASSES
    pairs, rows, columns = np.zeros((n, CLASSES)), [], []
    for at, block in enumerate(blocks):
        own, others_ = np.arange(block.start, block.stop)[:, None], np.arange(block.start, n)[None, :]
        in_class = np.searchsorted(bounds, made(at))
        pairs[block] += _counted(in_class + CLASSES * (own - block.start), len(own))
        # The distances of the tracts after the block to it are not made again.
        after = in_class[:, len(own) :] + CLASSES * (others_[:, len(own) :] - block.stop)
        pairs[block.stop :] += _counted(after, n - block.stop)
        one, other = np.nonzero(others_ > own)
        rows.append((in_class[one, other] * n + one + block.start).astype(np.int32))
        columns.append((other + block.start).astype(np.int32))
    pairs[:, 0] -= 1.0  # a tract is no pair with itself
    places, ones = (np.concatenate(rows), np.concatenate(columns)), np.ones(n * (n - 1) // 2)
    others = sparse.csr_array((ones, places), shape=(CLASSES * n, n))
    others.sort_indices()
    return DistanceClasses(pairs, others)


def _counted(cells: npt.NDArray[np.int64], tracts: int) -> npt.NDArray[np.int64]:
    """How often each class is there for each tract, tracts × :data:`CLASSES`."""
    return np.bincount(cells.ravel(), minlength=CLASSES * tracts).reshape(-1, CLASSES)


def _distances(centroids: Floats, block: slice) -> Floats:
    """Distances of some tracts to themselves and to all after them, in km."""
    some, every = centroids[block, None, :], centroids[None, block.start :, :]
    return np.hypot(some[..., 0] - every[..., 0], some[..., 1] - every[..., 1])
