"""The determinant in the likelihood of a spatial error model: it depends on who touches whom alone."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.polynomial import Chebyshev
from scipy import sparse
from scipy.sparse.linalg import splu

from tasks.statistics.spatial_models import Weights

Floats = npt.NDArray[np.float64]

LOWEST: Final = -0.99
HIGHEST: Final = 0.999
"""The range of lambda."""
_DEGREE: Final = 32
"""Of the polynomial that stands for the determinant."""
_TAIL: Final = 6
_SURE: Final = 10.0
"""The last coefficients of the polynomial, times so much, are more than its error, and more than that of its
slope. That is measured and not proven: over the tracts of New York, Los Angeles, Chicago and Boston the bound
was about eight times the worst."""


class Determinant:
    """``log det(I - lambda W)`` of a city's tracts, made once for any number of variables.

    Args:
        neighbors: n × n, symmetric, 1 where two tracts touch, and 0 on the diagonal.
    """

    def __init__(self, neighbors: sparse.csr_array) -> None:
        self._neighbors = neighbors
        degree = np.maximum(np.diff(neighbors.indptr), 1)
        root = sparse.diags_array(1.0 / np.sqrt(degree))
        # Symmetric, with the eigenvalues of W.
        similar = sparse.csc_array(root @ neighbors @ root)
        unit = sparse.eye_array(len(degree), format="csc")
        # Halves are exact. So are the values off the diagonal, which alone change with lambda.
        self._matrix = sparse.csc_array(unit - 0.5 * similar)
        self._matrix.sort_indices()
        columns = np.repeat(np.arange(len(degree)), np.diff(self._matrix.indptr))
        self._apart = columns != self._matrix.indices
        self._values = -2.0 * self._matrix.data[self._apart]
        self._known: dict[float, float] = {}

    def __call__(self, alike: float) -> float:
        """For a lambda, from a sparse factorisation (SuperLU)."""
        if alike not in self._known:
            own, data = self._matrix, self._matrix.data.copy()
            data[self._apart] = -(alike * self._values)
            found = splu(sparse.csc_array((data, own.indices, own.indptr), shape=own.shape))
            self._known[alike] = float(np.sum(np.log(np.abs(found.U.diagonal()))))
        return self._known[alike]

    @cached_property
    def curve(self) -> Chebyshev:
        """About the same as a polynomial in ``artanh lambda``, through 33 values.

        Source:
            Trefethen, L. N. (2013): Approximation Theory and Approximation Practice, 8 (the error falls with
            the distance of the nearest singularity).
        """
        weights, ends = Weights(self._neighbors), [float(np.arctanh(end)) for end in (LOWEST, HIGHEST)]
        each = np.vectorize(lambda place: weights.log_determinant(float(np.tanh(place))), otypes=[np.float64])
        return Chebyshev.interpolate(each, _DEGREE, domain=ends)

    @cached_property
    def slack(self) -> float:
        """More than the error of :attr:`curve`, and more than that of its slope."""
        return _SURE * float(np.max(np.abs(self.curve.coef[-_TAIL:])))
