"""Does the rate rise with income? Pearson's correlation and the least-squares line (method 7.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

Floats = npt.NDArray[np.float64]
Direction = Literal["positive", "negative", "none", "not testable"]

DIRECTIONS: Final[tuple[Direction, ...]] = ("positive", "negative", "none", "not testable")
FEWEST_TRACTS: Final = 10
"""With fewer usable tracts, a city is not testable at either level."""
FEWEST_POINTS: Final = 3
"""A line through two points always fits: there is nothing to test."""
_ROUNDING: Final = 1e-12
"""Values that differ by less, relative to the largest, differ only by rounding."""


@dataclass(frozen=True)
class Relation:
    """How y changes with x.

    Attributes:
        r: Pearson's correlation, -1 to 1.
        p: Its two-sided p.
        slope: Of the least-squares line: change of y for one unit of x.
        intercept: Of the line: y at x = 0.
        r_squared: Share of the variance of y that the line explains; the square of r.
        slope_p: Two-sided p of the slope. With one explanatory variable it is the p of r: both test the
            same thing.
    """

    r: float
    p: float
    slope: float
    intercept: float
    r_squared: float
    slope_p: float


def is_constant(values: Floats) -> bool:
    """Whether values are all the same but for rounding; also true where there is none.

    Example:
        >>> is_constant(np.array([0.1 + 0.2, 0.3])), is_constant(np.array([0.3, 0.31]))
        (True, False)
    """
    return len(values) == 0 or bool(np.ptp(values) <= _ROUNDING * np.max(np.abs(values)))


def pearson(x: Floats, y: Floats) -> float:
    """Pearson's correlation of two variables that both vary.

        r = sum((x - mean x) (y - mean y)) / sqrt(sum((x - mean x)²) sum((y - mean y)²))

    Sums are NumPy's own and not BLAS's, whose order, and so whose last digit, depends on its threads.

    Args:
        x: float64, two values or more.
        y: float64, as many.

    Returns:
        r, clipped to -1 and 1 against rounding.

    Source:
        Pearson, K. (1895): Notes on regression and inheritance in the case of two parents. Proceedings of
        the Royal Society of London 58, 240–242.

    Example:
        >>> pearson(np.array([1.0, 2.0, 3.0]), np.array([5.0, 3.0, 1.0]))
        -1.0
    """
    dx, dy = x - x.mean(), y - y.mean()
    r = np.sum(dx * dy) / np.sqrt(np.sum(dx * dx) * np.sum(dy * dy))
    return float(np.clip(r, -1.0, 1.0))


def correlation_p(r: float, df: float) -> float:
    """Two-sided p of a correlation, from Student's t.

        t = r sqrt(df / (1 - r²)),  p = 2 P(T > |t|) with df degrees of freedom

    Args:
        r: The correlation, -1 to 1; at either end p is 0.
        df: Degrees of freedom above 0: n - 2, or the effective sample size less 2, not a whole number.

    Returns:
        p, 0 to 1, never missing.

    Source:
        Student (1908): Probable error of a correlation coefficient. Biometrika 6, 302–310.

    Example:
        >>> correlation_p(0.0, 8), correlation_p(-1.0, 8), round(correlation_p(0.8164205, 9), 6)
        (1.0, 0.0, 0.00217)
    """
    if abs(r) >= 1.0:
        return 0.0
    t = abs(r) * np.sqrt(df / ((1.0 - r) * (1.0 + r)))
    # What scipy.stats.t.sf computes, bit by bit; to import scipy.stats takes every process a second.
    return float(min(1.0, 2.0 * stdtr(df, -t)))


def relate(x: Floats, y: Floats) -> Relation | None:
    """Correlation and least-squares line of y on x.

    The line has slope ``sum((x - mean x)(y - mean y)) / sum((x - mean x)²)`` and passes through the means.

    Args:
        x: float64, as median income in US dollars a year.
        y: float64, as many, as posts per 1,000 residents.

    Returns:
        The relation; None where there are fewer than three points, or x or y does not vary.

    Source:
        :func:`pearson`, :func:`correlation_p`; Legendre, A.-M. (1805): Nouvelles méthodes pour la
        détermination des orbites des comètes (least squares).

    Example:
        >>> x = np.array([10.0, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5])  # the first set of Anscombe (1973)
        >>> y = np.array([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])
        >>> line = relate(x, y)
        >>> round(line.r, 6), round(line.p, 6), round(line.slope, 6), round(line.intercept, 6)
        (0.816421, 0.00217, 0.500091, 3.000091)
        >>> relate(np.array([1.0, 2.0, 3.0]), np.array([4.0, 4.0, 4.0])) is None
        True
    """
    if len(x) < FEWEST_POINTS or is_constant(x) or is_constant(y):
        return None
    dx = x - x.mean()
    slope = float(np.sum(dx * (y - y.mean())) / np.sum(dx * dx))
    r = pearson(x, y)
    p = correlation_p(r, len(x) - 2)
    return Relation(r, p, slope, float(y.mean() - slope * x.mean()), r * r, p)


def residuals(x: Floats, y: Floats, line: Relation) -> Floats:
    """The residuals of y: ``y - (intercept + slope x)``, float64; 0 where only rounding is left.

    Example:
        >>> x, y = np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])
        >>> residuals(x, y, relate(x, y)).tolist()
        [-0.5, 1.0, -0.5]
    """
    left = y - (line.intercept + line.slope * x)
    return np.where(np.abs(left) <= _ROUNDING * np.max(np.abs(y)), 0.0, left)


def direction(relation: Relation | None, alpha: float) -> Direction:
    """The finding in a word.

    Args:
        relation: The relation; None where it is not testable.
        alpha: What p is compared with (:func:`tasks.statistics.families.bonferroni`).

    Returns:
        ``positive`` or ``negative`` where p < alpha, by the sign of r; else ``none``; ``not testable``.

    Source:
        Method 7.6.

    Example:
        >>> direction(Relation(0.9, 0.001, 1.0, 0.0, 0.81, 0.001), 0.002), direction(None, 0.002)
        ('positive', 'not testable')
    """
    if relation is None:
        return "not testable"
    if not relation.p < alpha:
        return "none"
    return "positive" if relation.r > 0 else "negative"


def tract_relation(income: Floats, rate: Floats) -> Relation | None:
    """Income and rate over a city's tested tracts; None for fewer than ten, or no variance."""
    return relate(income, rate) if len(income) >= FEWEST_TRACTS else None


def decile_relation(tracts: pd.DataFrame, deciles: pd.DataFrame) -> Relation | None:
    """Income and rate over the deciles that hold a tract.

    Args:
        tracts: The city's usable tracts: with fewer than ten, their deciles are not tested either.
        deciles: As :func:`tasks.income.deciles.decile_rows` gives them.

    Returns:
        The relation; None also for fewer than three deciles, or no variance.
    """
    if len(tracts) < FEWEST_TRACTS:
        return None
    return relate(deciles["income"].to_numpy(dtype=np.float64), deciles["rate"].to_numpy(dtype=np.float64))
