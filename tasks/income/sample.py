"""What the tests of a city see: arrays over its tracts, where they lie, and which of them touch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from tasks.income.cities import PER
from tasks.income.polygons import centroids_km, pulled_in, read_polygons, touching
from tasks.statistics.distances import DistanceClasses, distance_classes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """The tested tracts of a city: each has people, an income and a polygon.

    Attributes:
        geoids: Their GEOIDs, in order, n of them.
        income: Median household income, float64, n, US dollars a year.
        population: People, float64, n, above 0.
        count: Posts or crimes, float64, n.
        centroids: float64, n × 2, km on a plane, none far away from all others.
        neighbors: n × n, 1 where two tracts touch.
        seed: The seed of everything that is drawn for the city.
    """

    geoids: tuple[str, ...]
    income: Floats
    population: Floats
    count: Floats
    centroids: Floats
    neighbors: sparse.csr_array
    seed: int

    @property
    def rate(self) -> Floats:
        """Posts or crimes per 1,000 people, float64, n."""
        return self.count / self.population * PER

    @cached_property
    def classes(self) -> DistanceClasses:
        """Which tracts are how far from which; made once for all tests of these tracts."""
        return distance_classes(self.centroids)

    def having(self, *, income: Floats | None = None, count: Floats | None = None) -> Sample:
        """The same tracts with other incomes or counts (n), so that what lies where is not made again."""
        other = replace(
            self,
            income=self.income if income is None else income,
            count=self.count if count is None else count,
        )
        other.__dict__["classes"] = self.classes  # where `cached_property` looks
        return other

    def __len__(self) -> int:
        return len(self.geoids)

    def only(self, chosen: npt.NDArray[np.bool_]) -> Sample:
        """The same city with some of its tracts: those where ``chosen`` (n) is true."""
        at = np.flatnonzero(chosen)
        return replace(
            self,
            geoids=tuple(self.geoids[place] for place in at),
            income=self.income[at],
            population=self.population[at],
            count=self.count[at],
            centroids=self.centroids[at],
            neighbors=sparse.csr_array(self.neighbors[at][:, at]),
        )


def sample_of(tracts: pd.DataFrame, layer: Path, seed: int) -> Sample:
    """Join a city's tracts with their polygons.

    Args:
        tracts: As :func:`tasks.income.cities.used_tracts` makes them; each has a polygon in the layer.
        layer: GeoParquet, as the room of layers keeps it.
        seed: Of the city.
    """
    geoids = tracts["GEOID"].tolist()
    if not geoids:
        nothing = np.zeros(0)
        return Sample((), nothing, nothing, nothing, np.zeros((0, 2)), sparse.csr_array((0, 0)), seed)
    polygons, crs = read_polygons(layer, geoids)
    income, population, count = (
        tracts[name].to_numpy(dtype=np.float64) for name in ("income", "population", "count")
    )
    places = pulled_in(centroids_km(polygons, crs))
    return Sample(tuple(geoids), income, population, count, places, touching(polygons), seed)
