"""What p is compared with: alpha, divided by the number of examined cities."""

from __future__ import annotations


def bonferroni(alpha: float, cities: int) -> float:
    """The threshold for each of several tests, so that all together err with a probability of at most alpha.

    It divides alpha by all examined cities, testable or not, so that no threshold depends on a result.

    Args:
        alpha: The configured alpha, 0 to 1.
        cities: How many cities are examined; at least one.

    Source:
        Method 7; Dunn, O. J. (1961): Multiple comparisons among means. JASA 56, 52–64.

    Example:
        >>> bonferroni(0.05, 50)
        0.001
    """
    return alpha / cities
