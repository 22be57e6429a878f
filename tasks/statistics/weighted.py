"""Correlation and line in which each tract counts by its people (method 7.8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.statistics.relation import correlation_p, is_constant

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Weighted:
    """How y changes with x where a point counts by its weight.

    Attributes:
        r: Weighted correlation, -1 to 1.
        p: Its two-sided p, which is that of the slope.
        slope: Of the weighted least-squares line: change of y for one unit of x.
        intercept: Of the line: y at x = 0.
    """

    r: float
    p: float
    slope: float
    intercept: float


def weighted(x: Floats, y: Floats, weight: Floats) -> Weighted | None:
    """Weighted correlation and weighted least-squares line of y on x.

        slope = sum(w dx dy) / sum(w dx²),  r = sum(w dx dy) / sqrt(sum(w dx²) sum(w dy²))

    with dx and dy the distances from the weighted means. The variance of a tract's rate falls with its
    people; with the people as weights, a rate of 200 people tells a fortieth of one of 8,000.

    Args:
        x: float64, as median income in US dollars a year.
        y: float64, as many, as posts per 1,000 residents.
        weight: float64, as many, above 0, as people.

    Returns:
        What was found, p from Student's t with n - 2 degrees of freedom; None where there are fewer than
        three points, or x or y does not vary.

    Source:
        Aitken, A. C. (1936): On least squares and linear combination of observations. Proceedings of the
        Royal Society of Edinburgh 55, 42–48; the same as R's ``lm(y ~ x, weights = w)``.

    Example:
        >>> x, y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0, 0.0])
        >>> found = weighted(x, y, np.array([1.0, 1.0, 1.0, 1e-12]))
        >>> round(found.r, 6), round(found.slope, 6), round(found.intercept, 6)
        (1.0, 1.0, 0.0)
    """
    if len(x) < 3 or is_constant(x) or is_constant(y):
        return None
    share = weight / weight.sum()
    mean_x, mean_y = np.sum(share * x), np.sum(share * y)
    dx, dy = x - mean_x, y - mean_y
    xx, yy, xy = np.sum(share * dx * dx), np.sum(share * dy * dy), np.sum(share * dx * dy)
    if not (xx > 0 and yy > 0):
        return None
    r, slope = float(np.clip(xy / np.sqrt(xx * yy), -1.0, 1.0)), float(xy / xx)
    return Weighted(r, correlation_p(r, len(x) - 2), slope, float(mean_y - slope * mean_x))
