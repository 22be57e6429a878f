"""What the tests of a city see: arrays over its tracts, where they lie, and which of them touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from tasks.income.cities import PER
from tasks.income.polygons import centroids_km, pulled_in, read_polygons, touching
from tasks.statistics.determinant import Determinant
from tasks.statistics.distances import DistanceClasses, distance_classes
from tasks.statistics.spatial_models import Weights

Floats = npt.NDArray[np.float64]


class Places:
    """Where tracts lie, and what follows from that alone: made once for all that is counted in them.

    Args:
        centroids: float64, n × 2, km on a plane.
        neighbors: n × n, 1 where two tracts touch.
    """

    def __init__(self, centroids: Floats, neighbors: sparse.csr_array) -> None:
        self.centroids, self.neighbors = centroids, neighbors
        self._parts: dict[bytes, Places] = {}

    @cached_property
    def classes(self) -> DistanceClasses:
        """Which tracts are how far from which."""
        return distance_classes(self.centroids)

    @cached_property
    def determinant(self) -> Determinant:
        """The determinant of the error model."""
        return Determinant(self.neighbors)

    @cached_property
    def weights(self) -> Weights:
        """The weights of the spatial models."""
        return Weights(self.neighbors)

    def only(self, chosen: npt.NDArray[np.bool_]) -> Places:
        """Some of the tracts: those where ``chosen`` (n) is true; the same object for the same choice."""
        key = np.asarray(chosen, dtype=np.bool_).tobytes()
        if key not in self._parts:
            at = np.flatnonzero(chosen)
            self._parts[key] = Places(self.centroids[at], sparse.csr_array(self.neighbors[at][:, at]))
        return self._parts[key]


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
    def places(self) -> Places:
        """Where they lie, with all that follows from it."""
        return Places(self.centroids, self.neighbors)

    @property
    def classes(self) -> DistanceClasses:
        """Which tracts are how far from which; made once for all tests of these tracts."""
        return self.places.classes

    def having(self, *, income: Floats | None = None, count: Floats | None = None) -> Sample:
        """The same tracts with other incomes or counts (n), so that what lies where is not made again."""
        other = replace(
            self,
            income=self.income if income is None else income,
            count=self.count if count is None else count,
        )
        return other._at(self.places)

    def _at(self, places: Places) -> Sample:
        """With places that have been made."""
        self.__dict__["places"] = places  # where `cached_property` looks
        return self

    def __len__(self) -> int:
        return len(self.geoids)

    def only(self, chosen: npt.NDArray[np.bool_]) -> Sample:
        """The same city with some of its tracts: those where ``chosen`` (n) is true."""
        at, places = np.flatnonzero(chosen), self.places.only(chosen)
        own = replace(
            self,
            geoids=tuple(self.geoids[place] for place in at),
            income=self.income[at],
            population=self.population[at],
            count=self.count[at],
            centroids=places.centroids,
            neighbors=places.neighbors,
        )
        return own._at(places)


def sample_of(
    tracts: pd.DataFrame, layer: Path, seed: int, others: pd.DataFrame | None = None
) -> tuple[Sample, Sample]:
    """Join a city's tracts with their polygons.

    Args:
        tracts: As :func:`tasks.income.cities.used_tracts` makes them; each has a polygon in the layer.
        layer: GeoParquet, as the room of layers keeps it.
        seed: Of the city.
        others: Tracts in the same form that are wanted beside them.

    Returns:
        The tracts alone, and with the others: the same object where there is no other.
    """
    if others is None or not len(others):
        sample = _sampled(tracts, seed, _places(layer, tuple(tracts["GEOID"]), ())[0])
        return sample, sample
    everyone = pd.concat([tracts, others]).sort_values("GEOID", ignore_index=True)
    own, all_ = _places(layer, tuple(tracts["GEOID"]), tuple(everyone["GEOID"]))
    return _sampled(tracts, seed, own), _sampled(everyone, seed, all_)


def _sampled(tracts: pd.DataFrame, seed: int, places: Places) -> Sample:
    income, people, count = (
        tracts[name].to_numpy(dtype=np.float64) for name in ("income", "population", "count")
    )
    geoids = tuple(tracts["GEOID"])
    return Sample(geoids, income, people, count, places.centroids, places.neighbors, seed)._at(places)


@lru_cache(maxsize=1)
def _places(layer: Path, geoids: Sequence[str], everyone: Sequence[str]) -> tuple[Places, Places]:
    """Where tracts lie, and where all of a city do, of which they are some; kept for one city."""
    if not (everyone or geoids):
        nowhere = Places(np.zeros((0, 2)), sparse.csr_array((0, 0)))
        return nowhere, nowhere
    polygons, crs = read_polygons(layer, everyone or geoids)
    whole = Places(pulled_in(centroids_km(polygons, crs)), touching(polygons))
    if not everyone:
        return whole, whole
    wanted = set(geoids)
    chosen = np.array([geoid in wanted for geoid in everyone])
    own = whole.only(chosen)
    # The mean latitude, and so the plane, is of the tracts themselves.
    flat = pulled_in(centroids_km(polygons[chosen], crs)) if geoids else own.centroids
    return Places(flat, own.neighbors), whole
