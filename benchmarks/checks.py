"""The tests of a city, of many fields at once: the same numbers as :mod:`tasks.statistics`, which takes one.

A field is a column. Every p has the sign of what it is the p of, so that a check agrees with a finding where
it has its sign and is small. A test compares each with the function that the program uses.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from fields import City
from scipy.interpolate import CubicSpline
from scipy.special import stdtr, stdtrit
from scipy.stats import rankdata

from tasks.income.deciles import cut_points, decile_of
from tasks.statistics.error_model import FITTED, LAMBDAS, Moments, caution

CLASSES = 13
"""Classes of distance, as the modified t test has them (method 7.12)."""
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass
class Many:
    """Many fields of one city.

    Attributes:
        city: The city.
        kept: What depends on the city alone and is computed once.
    """

    city: City
    kept: dict[str, np.ndarray | CubicSpline] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Tracts."""
        return len(self.city.income)

    def checks(self, counts: np.ndarray) -> dict[str, np.ndarray]:
        """The signed p of every check, by its name, one per field, and what the interval needs."""
        income, rate = self.city.income, counts / self.city.population[:, None] * 1000
        ranks = rankdata(income)
        rate_ranks = rankdata(rate, axis=0)
        r, rho = correlation(income, rate), correlation(ranks, rate_ranks)
        effective = self.effective_n(income, rate)
        (model, sturdy), errors = self.rate_model(counts), self.error_model(rate)
        larger = caution(self.n, effective)
        return {
            "Pearson": signed(r, self.n - 2),
            "Spearman": signed(rho, self.n - 2),
            "rate model": model.p(self.n - 2),
            "modified t": signed(r, effective - 2),
            "error model": errors.p(self.n - FITTED - 1),
            "error model, cautious": Slopes(errors.slope, larger * errors.error).p(effective - 2),
            "each tract left out": self.left_out(rate),
            "deciles": self.deciles(counts),
            "effective n": effective,
            "log ratio": model.slope * self.city.span / 1e4,
            "error": model.error * self.city.span / 1e4,
            "sturdy error": sturdy * self.city.span / 1e4,
        }

    def effective_n(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Dutilleul's, at most n; 2 where it is not defined."""
        n, zx, zy = self.n, x - x.mean(), y - y.mean(axis=0)
        row_x, row_y = np.ones((n, 1)), np.ones((n, y.shape[1]))
        both = np.full(y.shape[1], float(n))
        classes = self._classes()
        for number in range(CLASSES):
            pair = (classes == number).astype(np.float64)
            others = pair.sum(axis=1)
            pairs = others.sum()
            if not pairs:
                continue
            of_x = zx @ (pair @ zx) / (pairs * np.mean(zx * zx))
            of_y = np.sum(zy * (pair @ zy), axis=0) / (pairs * np.mean(zy * zy, axis=0))
            row_x, row_y = row_x + others[:, None] * of_x, row_y + others[:, None] * of_y
            both += pairs * of_x * of_y
        all_x, all_y = row_x.sum(axis=0), row_y.sum(axis=0)
        both += all_x * all_y / n**2 - 2 * np.sum(row_x * row_y, axis=0) / n
        effective = 1 + (n - all_x / n) * (n - all_y / n) / np.where(both > 0, both, np.inf)
        return np.clip(effective, 2.0, n)

    def _classes(self) -> np.ndarray:
        """The class of distance of each pair; of a tract with itself, none."""
        if "classes" not in self.kept:
            away = self.city.distances
            bounds = away.max() * np.arange(1, CLASSES + 1) / CLASSES
            classes = np.searchsorted(bounds[:-1], away).astype(np.int8)
            np.fill_diagonal(classes, CLASSES)
            self.kept["classes"] = classes
        return self.kept["classes"]

    def rate_model(self, counts: np.ndarray) -> tuple[Slopes, np.ndarray]:
        """Quasi-Poisson: the slope of each field for 10,000 dollars, its standard error, and HC3's."""
        people = self.city.population[:, None]
        x = ((self.city.income - self.city.income.mean()) / 1e4)[:, None]
        start, slope = np.log(counts.sum(axis=0) / people.sum()), np.zeros(counts.shape[1])
        for _ in range(60):
            mean = people * np.exp(start + slope * x)
            center, spread = _spread(mean, x)
            step = np.clip(np.sum((counts - mean) * (x - center), axis=0) / spread, -1, 1)
            start += np.sum(counts - mean, axis=0) / mean.sum(axis=0) - step * center
            slope += step
            if np.max(np.abs(step)) < 1e-11:
                break
        mean = people * np.exp(start + slope * x)
        dispersion = np.sum((counts - mean) ** 2 / mean, axis=0) / (self.n - 2)
        center, spread = _spread(mean, x)
        leverage = mean * (1 / mean.sum(axis=0) + (x - center) ** 2 / spread)
        sturdy = np.sqrt(np.sum(((x - center) * (counts - mean) / (1 - leverage)) ** 2, axis=0)) / spread
        return Slopes(slope, np.sqrt(dispersion / spread)), sturdy

    def error_model(self, y: np.ndarray) -> Slopes:
        """The spatial error model."""
        city, degrees = self.city, self.n - FITTED - 1
        moments, determinant = Moments(city.income, y, city.neighbors, city.centroids), self._determinant()

        def likelihood(alike: np.ndarray) -> np.ndarray:
            return np.asarray(determinant(alike) - self.n / 2 * np.log(moments(alike)[2]))

        xx, xy, left = moments(_highest(likelihood, y.shape[1]))
        return Slopes(xy / xx, np.sqrt(left / degrees / xx))

    def _determinant(self) -> CubicSpline:
        """Of I - lambda W, its logarithm, by lambda."""
        if "determinant" not in self.kept:
            root = np.sqrt(np.maximum(np.diff(self.city.neighbors.indptr), 1))
            values = np.linalg.eigvalsh(self.city.neighbors.toarray() / root[:, None] / root)
            # Equally close in the logarithm of 1 - lambda, as the determinant is steep near 1.
            alike = 1 - np.geomspace(2.0, 5e-4, 1500)
            table = np.array([np.sum(np.log(np.abs(1 - each * values))) for each in alike])
            self.kept["determinant"] = CubicSpline(alike, table)
        return self.kept["determinant"]

    def left_out(self, y: np.ndarray) -> np.ndarray:
        """The largest p of Pearson's r with one tract left out; 1 where the sign changes."""
        n = self.n
        dx, dy = (self.city.income - self.city.income.mean())[:, None], y - y.mean(axis=0)
        more = n / (n - 1)
        xy, xx, yy = (np.sum(a * b, axis=0) - more * a * b for a, b in ((dx, dy), (dx, dx), (dy, dy)))
        # A city where all is in one tract has no r without it.
        without = xy / np.sqrt(np.where(yy > 1e-9 * np.sum(dy * dy, axis=0), xx * yy, np.inf))
        every = correlation(self.city.income, y)
        p = np.where(np.sign(without) == np.sign(every), np.abs(signed(without, n - 3)), 1.0)
        return np.asarray(np.sign(every) * p.max(axis=0))

    def deciles(self, counts: np.ndarray) -> np.ndarray:
        """Pearson's r over the deciles."""
        decile = decile_of(self.city.income, cut_points(self.city.income))
        member = (decile == np.unique(decile)[:, None]).astype(np.float64)
        rates = (member @ counts) / (member @ self.city.population)[:, None]
        incomes = member @ self.city.income / member.sum(axis=1)
        return signed(correlation(incomes, rates), len(member) - 2)


@dataclass(frozen=True)
class Slopes:
    """Slopes and their standard errors, one per field."""

    slope: np.ndarray
    error: np.ndarray

    def p(self, df: np.ndarray | float) -> np.ndarray:
        """Signed p; 1 where no degree of freedom is left."""
        p = 2 * stdtr(np.maximum(df, 1e-9), -np.abs(self.slope / self.error))
        return np.asarray(np.sign(self.slope) * np.where(np.asarray(df) > 1e-9, p, 1.0))


def correlation(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    dx, dy = (x - x.mean())[:, None], y - y.mean(axis=0)
    r = np.sum(dx * dy, axis=0) / np.sqrt(np.sum(dx * dx) * np.sum(dy * dy, axis=0))
    return np.asarray(np.where(np.isfinite(r), r, 0.0))


def signed(r: np.ndarray, df: np.ndarray | float) -> np.ndarray:
    """Two-sided p of correlations with their sign; 1 where no degree of freedom is left."""
    enough = np.maximum(df, 1e-9)
    t = np.abs(r) * np.sqrt(enough / np.maximum((1 - r) * (1 + r), 1e-300))
    return np.asarray(
        np.where(r < 0, -1.0, 1.0) * np.where(np.asarray(df) > 1e-9, 2 * stdtr(enough, -t), 1.0)
    )


INTERVALS = ("quasi-Poisson", "and effective n", "and caution", "HC3 and both")
"""Forms of the interval of the ratio, each with what is corrected in its standard error."""


def covered(checks: dict[str, np.ndarray], n: int, ratio: float) -> dict[str, np.ndarray]:
    """Whether the 95 % interval of the ratio holds the planted one, by :data:`INTERVALS`."""
    off = np.abs(checks["log ratio"] - np.log(ratio))
    degrees = np.maximum(checks["effective n"] - 2, 0.05)
    larger = np.sqrt((n - 2) / degrees) * stdtrit(degrees, 0.975)
    cautious = larger * caution(n, checks["effective n"])
    reaches = (
        stdtrit(n - 2, 0.975) * checks["error"],
        larger * checks["error"],
        cautious * checks["error"],
        cautious * checks["sturdy error"],
    )
    return {name: off <= reach for name, reach in zip(INTERVALS, reaches, strict=True)}


def _spread(mean: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    center = np.sum(mean * x, axis=0) / mean.sum(axis=0)
    return center, np.sum(mean * (x - center) ** 2, axis=0)


def _highest(function, fields: int) -> np.ndarray:  # type: ignore[no-untyped-def]
    """As in :mod:`tasks.statistics.error_model`: the grid, then golden sections."""
    values = np.array([np.broadcast_to(function(np.array([alike])), fields) for alike in LAMBDAS])
    best = np.argmax(values, axis=0)
    grid = np.concatenate([[-0.99], LAMBDAS, [0.999]])
    low, high = grid[best], grid[best + 2]
    for _ in range(30):
        lower, upper = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        up = function(lower) < function(upper)
        low, high = np.where(up, lower, low), np.where(up, high, upper)
    return np.asarray((low + high) / 2)
