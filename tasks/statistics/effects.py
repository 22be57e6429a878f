"""How large the effect of a city is: its rate ratio with an interval that allows for neighbors (method 7.14).

A p says whether there is an effect; a reader asks how large it is, and how well that is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Final

from scipy.special import stdtrit

from tasks.statistics.contrast import CONFIDENCE, FEWEST_DEGREES, error_among_neighbors
from tasks.statistics.rates import INCOME_UNIT, RateModel

_LARGEST: Final = 700.0
"""The logarithm of the largest ratio that a float64 holds, about."""
_NO_ERROR: Final = 1e-9
"""A standard error of a logarithm that is rounding: the model leaves nothing."""


@dataclass(frozen=True)
class Effect:
    """A rate ratio on the scale of its logarithm.

    Attributes:
        log_ratio: Natural logarithm of the ratio.
        error: Its standard error, which allows for neighbors that are alike.
        df: Degrees of freedom of Student's t: effective n - 2.
    """

    log_ratio: float
    error: float
    df: float

    @property
    def ratio(self) -> float:
        """The factor by which the rate changes."""
        return ratio_of(self.log_ratio)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the ratio: ``exp(log_ratio ± t error)``, t of Student with ``df``.

        Example:
            >>> low, high = Effect(0.2, 0.1, 98.0).interval
            >>> round(low, 6), round(high, 6)
            (1.001554, 1.489509)
        """
        return interval_of(self.log_ratio, self.error, self.df)

    def over(self, dollars: float) -> Effect:
        """The effect of another difference of income than 10,000 dollars, as between two percentiles.

        Example:
            >>> round(Effect(0.1, 0.05, 98.0).over(30_000.0).log_ratio, 12)
            0.3
        """
        steps = dollars / INCOME_UNIT
        return Effect(self.log_ratio * steps, self.error * abs(steps), self.df)


def effect_of(model: RateModel, n: int, effective_n: float) -> Effect | None:
    """The effect of 10,000 dollars more income, with the information that the tracts really have.

    The standard error is :func:`tasks.statistics.contrast.error_among_neighbors`, the degrees of freedom are
    ``effective n - 2``: the same as of the ratio of rich and poor in the table of the tests.

    Args:
        model: The rate model of the n tracts.
        n: How many tracts, three or more.
        effective_n: How many independent tracts would tell as much; above n it counts as n.

    Returns:
        The effect; None where effective n is below three, as a line through two points always fits, or where
        the model leaves nothing, so that no error is known.

    Source:
        Method 7.14; Clifford, P., Richardson, S. & Hémon, D. (1989): Assessing the significance of the
        correlation between two spatial processes. Biometrics 45, 123–134 (effective sample size).

    Example:
        >>> model = RateModel(1.1, 0.01, 4.0, slope=0.0953102, error=0.03)
        >>> found = effect_of(model, 102, 102.0)
        >>> round(found.error, 6), found.df
        (0.033, 100.0)
    """
    tells = min(effective_n, float(n))
    if tells - 2.0 < FEWEST_DEGREES:
        return None
    error = error_among_neighbors(model, n, tells)
    return Effect(model.slope, error, tells - 2.0) if error > _NO_ERROR else None


def interval_of(log_ratio: float, error: float, df: float) -> tuple[float, float]:
    """The 95 % interval of a ratio from Student's t on the scale of its logarithm.

    Args:
        log_ratio: Natural logarithm of the ratio.
        error: Its standard error, 0 or more.
        df: Degrees of freedom, above 0.

    Returns:
        Both ends, above 0 and finite (:func:`ratio_of`).

    Source:
        Student (1908): The probable error of a mean. Biometrika 6, 1–25.

    Example:
        >>> low, high = interval_of(0.0, 1.0, 1e9)
        >>> round(low, 4), round(high, 4)
        (0.1409, 7.0991)
    """
    half = float(stdtrit(df, (1.0 + CONFIDENCE) / 2.0)) * error
    return ratio_of(log_ratio - half), ratio_of(log_ratio + half)


def ratio_of(log_ratio: float) -> float:
    """The ratio of a logarithm; about the smallest or largest that a float64 holds where it can hold no more.

    Example:
        >>> ratio_of(0.0), ratio_of(-1e9) > 0.0
        (1.0, True)
    """
    return exp(min(max(log_ratio, -_LARGEST), _LARGEST))
