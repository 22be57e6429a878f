"""Classes of about equally many tracts, and how their limits are written (method 13.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.percentile import percentile

NUMBER: Final = 5
"""Classes of a map."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Classes:
    """The classes of some values.

    Attributes:
        limits: The lowest value, the quantiles between the classes, and the highest: one more than classes.
    """

    limits: tuple[float, ...]

    @classmethod
    def of(cls, values: Floats, number: int = NUMBER) -> Classes:
        """Classes with about equally many values each.

        Args:
            values: float64, n, n > 0, none missing.
            number: How many classes.

        Example:
            >>> Classes.of(np.array([0.0, 0.0, 0.0, 4.0, 8.0]), 2).limits
            (0.0, 0.0, 8.0)
        """
        return cls(tuple(percentile(values, place, number) for place in range(number + 1)))

    def places(self, values: Floats) -> npt.NDArray[np.int64]:
        """Which class each value is in, from 0; -1 where it is missing.

        A value on a limit is in the lower class, so that many tracts with a rate of 0 are in the first. Where
        limits are equal, the class between them is empty.

        Args:
            values: float64, n; NaN where missing.

        Example:
            >>> Classes((0.0, 0.0, 8.0)).places(np.array([0.0, 4.0, np.nan, 8.0])).tolist()
            [0, 1, -1, 1]
        """
        found = np.searchsorted(np.array(self.limits[1:-1]), values, side="left").astype(np.int64)
        found[np.isnan(values)] = -1
        return found

    def words(self, unit: str = "") -> tuple[str, ...]:
        """Each class in words, lowest first; "" for one that is empty since its limits are equal.

        Args:
            unit: What stands before a number, as "$".

        Example:
            >>> Classes((0.0, 0.0, 1.25, 8.0)).words()
            ('0', 'over 0 to 1.25', 'over 1.25 to 8')
            >>> Classes((10_000.0, 40_000.4, 95_000.0)).words("$")
            ('$10,000 to $40,000', 'over $40,000 to $95,000')
        """
        shown = [f"{unit}{each}" for each in _numbers(self.limits)]
        found = []
        for place, (low, high) in enumerate(zip(self.limits, self.limits[1:], strict=False)):
            if low == high:
                empty = place > 0
                found.append("" if empty else shown[0])
            else:
                over = "over " if place else ""
                found.append(f"{over}{shown[place]} to {shown[place + 1]}")
        return tuple(found)


def _numbers(values: Sequence[float]) -> list[str]:
    """Numbers with as few decimals as tell them apart, at least three digits where there are decimals."""
    for decimals in (0, 1, 2, 3, 4):
        shown = [f"{value:,.{decimals}f}" for value in values]
        told_apart = len(set(shown)) == len(set(values))
        if told_apart and (decimals == 2 or max(map(abs, values)) >= 10 ** (3 - decimals)):
            break
    return [_short(each) for each in shown]


def _short(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
