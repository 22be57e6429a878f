"""Does the finding rest on a single tract? The correlation with each one left out (method 7.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from tasks.statistics.relation import Direction, relate

Floats = npt.NDArray[np.float64]

_MOST_OF_IT: Final = 0.5
"""A point with more of the sum of squares than this is left out by computing everything again: what the
closed form subtracts is then so large that its last digits would be missing."""


@dataclass(frozen=True)
class Influence:
    """The correlation with each point left out.

    Attributes:
        r: float64, n: Pearson's r of the others; NaN where they do not vary.
        p: float64, n: its two-sided p; NaN likewise.
    """

    r: Floats
    p: Floats

    def directions(self, threshold: float) -> list[Direction]:
        """The finding with each point left out; ``not testable`` where the others do not vary."""
        return [
            "not testable"
            if np.isnan(r)
            else ("none" if not p < threshold else "positive" if r > 0 else "negative")
            for r, p in zip(self.r, self.p, strict=True)
        ]

    def changing(self, finding: Direction, threshold: float) -> list[int]:
        """The points without which the finding is another, the largest change of r from the others' first.

        Args:
            finding: With all points.
            threshold: What p is compared with.
        """
        testable, clear = ~np.isnan(self.r), self.p < threshold
        alike = {
            "positive": testable & clear & (self.r > 0),
            "negative": testable & clear & ~(self.r > 0),
            "none": testable & ~clear,
            "not testable": ~testable,
        }
        changed = np.flatnonzero(~alike[finding])
        if not len(changed):
            return []
        usual = float(np.nanmedian(self.r)) if testable.any() else 0.0
        moved = np.nan_to_num(np.abs(self.r[changed] - usual), nan=2.0)
        return [int(at) for at in changed[np.argsort(-moved, kind="stable")]]


def leave_one_out(x: Floats, y: Floats) -> Influence:
    """Pearson's r and its p with each point left out, by sums from which the point is taken.

    With the sums of squares and products ``S`` about the means of all n points, those of the others about
    their own means are

        S_xy(i) = S_xy - n / (n - 1) dx_i dy_i

    and likewise for x and y alone.

    Args:
        x: float64, at least four values, as median income in US dollars a year.
        y: float64, as many, as posts per 1,000 residents.

    Returns:
        r and p for each point: exact, not an approximation.

    Source:
        Belsley, D. A., Kuh, E. & Welsch, R. E. (1980): Regression Diagnostics, chapter 2. Jackknife:
        Quenouille, M. H. (1956): Notes on bias in estimation. Biometrika 43, 353–360.

    Example:
        >>> x, y = np.array([1.0, 2.0, 3.0, 4.0, 20.0]), np.array([2.0, 1.0, 2.0, 1.0, 20.0])
        >>> leave_one_out(x, y).r.round(3).tolist()
        [0.994, 0.983, 0.984, 0.995, -0.447]
    """
    n = len(x)
    dx, dy = x - x.mean(), y - y.mean()
    xx, yy, xy = np.sum(dx * dx), np.sum(dy * dy), np.sum(dx * dy)
    taken = n / (n - 1.0)
    left_x, left_y = xx - taken * dx * dx, yy - taken * dy * dy
    with np.errstate(all="ignore"):
        r = np.clip((xy - taken * dx * dy) / np.sqrt(left_x * left_y), -1.0, 1.0)
        t = np.abs(r) * np.sqrt((n - 3.0) / ((1.0 - r) * (1.0 + r)))
        p = np.minimum(1.0, 2.0 * stdtr(n - 3.0, -t))
    for at in np.flatnonzero((left_x < _MOST_OF_IT * xx) | (left_y < _MOST_OF_IT * yy)):
        others = np.arange(n) != at
        line = relate(x[others], y[others])
        r[at], p[at] = (np.nan, np.nan) if line is None else (line.r, line.p)
    return Influence(np.asarray(r, dtype=np.float64), np.asarray(p, dtype=np.float64))
