"""Spearman's rank correlation: it asks only for order (method 7.9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.statistics.relation import correlation_p, pearson

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RankTest:
    """Spearman's rho and its two-sided p."""

    rho: float
    p: float


def spearman(x: Floats, y: Floats) -> RankTest:
    """Spearman's rank correlation: Pearson's r of the ranks, ties sharing their mean rank.

    Args:
        x: float64, three values or more that are not all the same.
        y: float64, as many, not all the same either.

    Returns:
        rho, and its p from Student's t with n - 2 degrees of freedom, as in R's ``cor.test(exact = FALSE)``
        and scipy's ``spearmanr``.

    Source:
        Spearman, C. (1904): The proof and measurement of association between two things. American Journal of
        Psychology 15, 72–101. Kendall, M. G. & Stuart, A. (1973): The Advanced Theory of Statistics II,
        31.19 (t approximation).

    Example:
        >>> found = spearman(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([5.0, 6.0, 7.0, 8.0, 7.0]))
        >>> round(found.rho, 9), round(found.p, 9)
        (0.820782682, 0.088587005)
    """
    rho = pearson(_ranks(x), _ranks(y))
    return RankTest(rho, correlation_p(rho, len(x) - 2))


def _ranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of theirs."""
    return np.asarray(pd.Series(values).rank(), dtype=np.float64)
