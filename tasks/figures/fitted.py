"""The least-squares line through the tracts of a city, and the band of its mean (methods 7.5 and 13.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

LEVEL: Final = 0.95
"""Of the band."""

LEAST: Final = 3
"""Points, below which no line has a band."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """A least-squares line.

    Attributes:
        n: Points.
        slope: Change of y for one more of x.
        intercept: y where x is 0.
        mean: Mean of x.
        squares: Sum of the squares of x about its mean.
        error: Standard deviation of y about the line, with n - 2 degrees of freedom.
    """

    n: int
    slope: float
    intercept: float
    mean: float
    squares: float
    error: float

    @classmethod
    def through(cls, x: Floats, y: Floats) -> Fitted | None:
        """The line through points.

        Args:
            x: float64, n.
            y: float64, n.

        Returns:
            None where there are fewer than three points, or all have one x.

        Source:
            Draper, N. R. & Smith, H. (1998): Applied Regression Analysis, 3rd edition, sections 1.2 to 1.4.
        """
        if len(x) < LEAST or x.min() == x.max():
            return None
        mean, level = float(x.mean()), float(y.mean())
        squares = float(((x - mean) ** 2).sum())
        slope = float(((x - mean) * (y - level)).sum()) / squares
        intercept = level - slope * mean
        rest = y - level - slope * (x - mean)
        return cls(len(x), slope, intercept, mean, squares, float(np.sqrt((rest**2).sum() / (len(x) - 2))))

    @classmethod
    def told(cls, x: Floats, row: Mapping[str, Any]) -> Fitted | None:
        """The line that a row of tests tells, where the points themselves are not all published.

        Args:
            x: float64, n: income of the tracts tested.
            row: Of ``public/city_tests`` or ``public/crime_tests``, at the level of tracts.

        Returns:
            None where the row has no line, or is of another number of tracts.
        """
        share = row["r_squared"]
        if len(x) < LEAST or row["slope"] is None or not share or row["n"] != len(x):
            return None
        mean = float(x.mean())
        squares = float(((x - mean) ** 2).sum())
        error = abs(row["slope"]) * float(np.sqrt(squares * (1 / share - 1) / (len(x) - 2)))
        return cls(len(x), row["slope"], row["intercept"], mean, squares, error)

    def at(self, x: Floats) -> Floats:
        """The line: y at each x."""
        return self.intercept + self.slope * x

    def band(self, x: Floats) -> tuple[Floats, Floats]:
        """The lower and upper end of the 95 % confidence interval of the mean of y at each x."""
        from scipy.special import stdtrit

        times = float(stdtrit(self.n - 2, (1 + LEVEL) / 2))
        half = times * self.error * np.sqrt(1 / self.n + (x - self.mean) ** 2 / self.squares)
        line = self.at(x)
        return line - half, line + half
