"""What the places room hands on: the tract layer as it is kept, the Census and the lists of cities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tasks.rows.results import InputFile, Recognised


@dataclass(frozen=True)
class Layer:
    """The tract layer, read once and kept as GeoParquet in spatial order.

    Attributes:
        path: GeoParquet: GEOID (string, unique) and geometry, in Hilbert order, row groups of 1,000 with a
            covering bounding box; in the layer's own coordinates.
        input: The layer as it was handed in; of a shapefile, the hash and size of all its files together.
        tracts: Tracts in it.
        repaired: Polygons that were invalid and were repaired.
        transform: Whether points in degrees must be transformed into the layer's coordinates (which are
            neither WGS 84 nor NAD 83).
        rebuilt: A line where what was kept of it was damaged and made anew.
    """

    path: Path
    input: InputFile
    tracts: int
    repaired: int
    transform: bool
    rebuilt: tuple[str, ...] = ()


@dataclass(frozen=True)
class Census:
    """The Census and the cities.

    Attributes:
        tracts: GEOID (string, unique, sorted), population (int64, may be missing), income (float64, US
            dollars a year, may be missing), and the other columns of
            :data:`tasks.places.census_acs.SCHEMA`: margins of error, and incomes beyond an end of the scale.
        cities: city (string), GEOID (string): one row per examined city and tract, each pair once, sorted.
        files: The files read.
        shares: The lists of all cities with the share of each tract's area that is in the city
            (:data:`tasks.places.census_cities.SCHEMA`); None where nobody asked.
        recognised: What each file was recognised as.
    """

    tracts: pa.Table
    cities: pa.Table
    files: tuple[InputFile, ...]
    shares: pa.Table | None = None
    recognised: tuple[Recognised, ...] = ()
