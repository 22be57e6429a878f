"""Families of tests: one threshold for all of them, and each p adjusted for the others (method 7.6, 7.15).

Of many tests some are significant by chance. The threshold divides alpha by all of a family (Bonferroni);
Holm's adjusted p says the same of each test, a little less strictly; q says which share of the findings up
to this one may be false.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def bonferroni(alpha: float, tests: int) -> float:
    """The threshold for each test of a family, so that all together err with a probability of at most alpha.

    It divides alpha by all tests of the family, possible or not, so that no threshold depends on a result.

    Args:
        alpha: The configured alpha, 0 to 1.
        tests: The size of the family; at least one.

    Source:
        Method 7.6; Dunn, O. J. (1961): Multiple comparisons among means. JASA 56, 52–64.

    Example:
        >>> bonferroni(0.05, 50)
        0.001
    """
    return alpha / tests


def family_of_crimes(pairs: int, cities: int) -> int:
    """The size of the family of all tests of crimes in a run (method 9.6).

    Args:
        pairs: Pairs of city and type of crime that are examined, also those without a located crime.
        cities: The cities examined, which are the family of the posts.

    Returns:
        The pairs, but not fewer than the cities: crimes are never judged less strictly than posts.

    Example:
        >>> family_of_crimes(30, 1), family_of_crimes(2, 25)
        (30, 25)
    """
    return max(pairs, cities)


def holm(p: Floats, tests: int) -> Floats:
    """Holm's adjusted p: a test is a finding at alpha where it is below alpha.

        the i-th smallest p times (tests - i + 1), at least that of the one before, at most 1

    A family may be larger than the tests that could be made: the others count as p = 1.

    Args:
        p: float64, n, each 0 to 1.
        tests: The size of the family, n or more.

    Returns:
        The adjusted p, float64, n, in the order of ``p``: those of R's ``p.adjust(p, "holm", n = tests)``.

    Source:
        Holm, S. (1979): A simple sequentially rejective multiple test procedure. Scandinavian Journal of
        Statistics 6, 65–70.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03]), 3).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (tests - np.arange(len(p))))
    return _back(np.minimum(stepped, 1.0), order)


def q_values(p: Floats, tests: int) -> Floats:
    """Benjamini and Hochberg's adjusted p: the smallest false discovery rate at which a test is a finding.

        the i-th smallest p times tests / i, at most that of the one after, at most 1

    Args:
        p: float64, n, each 0 to 1.
        tests: The size of the family, n or more; the tests beyond n count as p = 1.

    Returns:
        q, float64, n, in the order of ``p``: R's ``p.adjust(p, "BH", n = tests)``.

    Source:
        Benjamini, Y. & Hochberg, Y. (1995): Controlling the false discovery rate. JRSS B 57, 289–300.

    Example:
        >>> q_values(np.array([0.01, 0.04, 0.03]), 4).tolist()
        [0.04, 0.05333333333333333, 0.05333333333333333]
    """
    order = np.argsort(p, kind="stable")
    stepped = p[order] * (tests / np.arange(1, len(p) + 1))
    return _back(np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0), order)


def _back(values: Floats, order: npt.NDArray[np.int64]) -> Floats:
    """Sorted values in the order that they had."""
    found = np.empty_like(values)
    found[order] = values
    return found
