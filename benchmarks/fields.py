"""Cities as they are, and counts made up for them: with no relation to income, or with one that is known.

Everything but the counts is real: tracts, where they lie, who lives there, what they earn. So incomes are as
alike among neighbors as they really are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from scipy import sparse

from tasks.income.polygons import centroids_km, touching

LEAST_POPULATION = 500
POSTS = 873_592
"""Posts in the article's 25 cities."""
SPREAD = 0.6
"""Standard deviation of the logarithm of a tract's rate, where rates differ at all."""
RATIOS = (1.25, 1.5, 2.0, 3.0)
"""Planted rates at the 90th percentile of income by those at the 10th."""


@dataclass(frozen=True)
class Kind:
    """How the tracts' rates differ for reasons that have nothing to do with income.

    Attributes:
        name: For the tables.
        reach: Over how many km: rates of tracts so far apart have the correlation 1/e (exponential). 0 where
            neighbors are independent.
        spread: Standard deviation of the logarithm of the rate.
        smooth: The covariance is Matern's with 3/2 instead of the exponential one, for which it is 1/2.
        noise: Share of the variance that is each tract's own.
        trend: Rates rise evenly over the whole city, in a direction of chance.
    """

    name: str
    reach: float = 0.0
    spread: float = SPREAD
    smooth: bool = False
    noise: float = 0.0
    trend: bool = False

    @property
    def alike(self) -> bool:
        """Whether neighbors are."""
        return self.reach > 0 or self.trend


KINDS = (
    Kind("Poisson", spread=0.0),
    Kind("overdispersed"),
    Kind("2 km", 2.0),
    Kind("5 km", 5.0),
    Kind("10 km", 10.0),
    Kind("5 km, noisy", 5.0, noise=0.4),
    Kind("5 km, smooth", 5.0, smooth=True),
    Kind("trend", trend=True),
    Kind("trend, noisy", trend=True, noise=0.5),
)


@dataclass(frozen=True)
class City:
    """A city's tracts: n of them, in order of GEOID.

    Attributes:
        name: Its name.
        income: float64, n, US dollars a year.
        population: float64, n.
        centroids: float64, n × 2, km.
        neighbors: n × n, 1 where two tracts touch.
    """

    name: str
    income: np.ndarray
    population: np.ndarray
    centroids: np.ndarray
    neighbors: sparse.csr_array

    @property
    def distances(self) -> np.ndarray:
        """Between all tracts, n × n, km."""
        apart = self.centroids[:, None, :] - self.centroids[None, :, :]
        return np.hypot(apart[..., 0], apart[..., 1])

    @property
    def span(self) -> float:
        """From the 10th percentile of income to the 90th, US dollars a year."""
        low, high = np.quantile(self.income, [0.1, 0.9])
        return float(high - low)


def read_cities(folder: Path, most: int | None = None) -> list[City]:
    """Read the cities, largest first, so that processes end together.

    Args:
        folder: With ``cb_2019_us_tract_500k.zip``, ``acs.parquet`` and ``city_tracts.parquet``.
        most: How many cities, spread evenly over their sizes; None for all.
    """
    census = pd.read_parquet(folder / "acs.parquet", columns=["GEOID", "B01003_001E", "B19013_001E"])
    listed = pd.read_parquet(folder / "city_tracts.parquet", columns=["city", "GEOID"])
    used = listed.merge(census, on="GEOID", validate="many_to_one")
    used = used[(used["B01003_001E"] >= LEAST_POPULATION) & (used["B19013_001E"] > 0)]
    layer = pyogrio.read_dataframe(f"/vsizip/{folder / 'cb_2019_us_tract_500k.zip'}", columns=["GEOID"])
    polygons = layer.set_index("GEOID")["geometry"]
    used = used[used["GEOID"].isin(polygons.index)].sort_values(["city", "GEOID"])
    cities = []
    for name, tracts in used.groupby("city"):
        shapes = np.asarray(polygons.loc[tracts["GEOID"]].array, dtype=object)
        income, population = (tracts[column].to_numpy(float) for column in ("B19013_001E", "B01003_001E"))
        cities.append(City(str(name), income, population, centroids_km(shapes, layer.crs), touching(shapes)))
    cities.sort(key=lambda city: -len(city.income))
    if most is None or most >= len(cities):
        return cities
    return [cities[round(place)] for place in np.linspace(0, len(cities) - 1, most)]


def made_up_city(side: int, seed: int) -> City:
    """Square tracts, 2 km wide, ``side`` in a row, with incomes that neighbors share: for tests."""
    generator = np.random.default_rng(seed)
    x, y = (corner.ravel().astype(float) for corner in np.meshgrid(np.arange(side), np.arange(side)))
    squares = shapely.box(2 * x, 2 * y, 2 * x + 2, 2 * y + 2)
    income = 50_000 + 4_000 * x + generator.normal(0, 9_000, side * side)
    people = generator.integers(1_000, 8_000, side * side).astype(float)
    return City(f"made up {side}", income, people, np.column_stack([2 * x, 2 * y]), touching(squares))


def usual_rate(cities: list[City]) -> float:
    """The article's posts by the people of 25 cities of the mean size of these."""
    return POSTS / (25 * float(np.mean([city.population.sum() for city in cities])))


class Fields:
    """Draws counts for one city; what is slow is done once for each kind."""

    def __init__(self, city: City, seed: int) -> None:
        self.city = city
        self.seed = int.from_bytes(hashlib.sha256(f"{seed} {city.name}".encode()).digest()[:8], "big")
        self._factors: dict[str, np.ndarray] = {}

    def draw(self, kind: Kind, rate: float, ratio: float, fields: int) -> np.ndarray:
        """Counts of some fields, float64, n × fields; a field in which nothing happens is left out.

        Args:
            kind: How rates differ but for income.
            rate: Posts a person, of the whole city.
            ratio: The rate at the 90th percentile of income by that at the 10th, by which its logarithm rises
                evenly; 1 for no relation.
            fields: How many.
        """
        city = self.city
        key = [self.seed, KINDS.index(kind), round(rate * 1e6), round(ratio * 100)]
        generator = np.random.default_rng(key)
        log_rate = kind.spread * self._unrelated(kind, generator, fields)
        log_rate += np.log(ratio) / city.span * (city.income - np.median(city.income))[:, None]
        expected = city.population[:, None] * np.exp(log_rate)
        expected *= rate * city.population.sum() / expected.sum(axis=0)
        counts = generator.poisson(expected).astype(np.float64)
        return counts[:, counts.sum(axis=0) > 0]

    def _unrelated(self, kind: Kind, generator: np.random.Generator, fields: int) -> np.ndarray:
        """Normal numbers with variance 1, n × fields, as alike among neighbors as the kind says."""
        own = generator.normal(size=(len(self.city.income), fields))
        if not kind.alike:
            return own
        if kind.trend:
            angle = generator.uniform(0, 2 * np.pi, fields)
            shared = self.city.centroids @ np.array([np.cos(angle), np.sin(angle)])
            shared = (shared - shared.mean(axis=0)) / shared.std(axis=0)
        else:
            shared = self._factor(kind) @ generator.normal(size=own.shape)
        return np.asarray(np.sqrt(kind.noise) * own + np.sqrt(1.0 - kind.noise) * shared)

    def _factor(self, kind: Kind) -> np.ndarray:
        """Cholesky's factor of the correlations of a kind."""
        key = f"{kind.reach} {kind.smooth}"
        if key not in self._factors:
            away = self.city.distances / kind.reach
            alike = (1 + np.sqrt(3) * away) * np.exp(-np.sqrt(3) * away) if kind.smooth else np.exp(-away)
            # Two tracts may share a centroid up to rounding.
            self._factors[key] = np.linalg.cholesky(alike + 1e-8 * np.eye(len(alike)))
        return self._factors[key]


def scenarios(rates: tuple[float, ...]) -> Iterator[tuple[Kind, float, float]]:
    """Every kind, rate and ratio; 1 first."""
    for kind in KINDS:
        for rate in rates:
            for ratio in (1.0, *RATIOS):
                yield kind, rate, ratio
