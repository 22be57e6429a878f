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

_CLOSE: Final = 1e-6
"""Two p that differ by less, relative to the threshold, are looked at one by one."""


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
    n, (r, heavy) = len(x), _without_each(x, y)
    p = _p_of(r, n)
    for at in np.flatnonzero(heavy):
        others = np.arange(n) != at
        line = relate(x[others], y[others])
        r[at], p[at] = (np.nan, np.nan) if line is None else (line.r, line.p)
    return Influence(np.asarray(r, dtype=np.float64), np.asarray(p, dtype=np.float64))


def is_steady(x: Floats, y: Floats, finding: Direction, threshold: float) -> bool:
    """Whether it is plain that no point changes a finding: :meth:`Influence.changing` would give none.

    p falls as r grows, so that the smallest r alone is tested. Where it is close, or a point is most of what
    varies, this is False, and :func:`leave_one_out` is to be asked.

    Args:
        x: As there.
        y: Likewise.
        finding: With all points; only ``positive`` and ``negative`` are steady.
        threshold: What p is compared with.

    Example:
        >>> x = np.arange(20.0)
        >>> is_steady(x, x + np.sin(x), "positive", 0.002), is_steady(x, np.sin(x), "positive", 0.002)
        (True, False)
    """
    r, heavy = _without_each(x, y)
    if finding not in {"positive", "negative"} or heavy.any():
        return False
    smallest = float(r.min()) if finding == "positive" else -float(r.max())
    return smallest > 0 and bool(_p_of(np.array([smallest]), len(x))[0] < (1.0 - _CLOSE) * threshold)


def _without_each(x: Floats, y: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Pearson's r without each point, and which points are most of what varies."""
    n, dx, dy = len(x), x - x.mean(), y - y.mean()
    xx, yy, xy = np.sum(dx * dx), np.sum(dy * dy), np.sum(dx * dy)
    taken = n / (n - 1.0)
    left_x, left_y = xx - taken * dx * dx, yy - taken * dy * dy
    with np.errstate(all="ignore"):
        r = np.clip((xy - taken * dx * dy) / np.sqrt(left_x * left_y), -1.0, 1.0)
    return r, (left_x < _MOST_OF_IT * xx) | (left_y < _MOST_OF_IT * yy)


def _p_of(r: Floats, n: int) -> Floats:
    """Two-sided p of correlations of n - 1 points."""
    with np.errstate(all="ignore"):
        t = np.abs(r) * np.sqrt((n - 3.0) / ((1.0 - r) * (1.0 + r)))
        return np.asarray(np.minimum(1.0, 2.0 * stdtr(n - 3.0, -t)), dtype=np.float64)
