"""What the places room hands on: the tract layer as it is kept, the Census and the lists of cities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True)
class Layer:
    """The tract layer, read once and kept as GeoParquet in spatial order.

    Attributes:
        path: GeoParquet: GEOID (string, unique) and geometry, in Hilbert order, row groups of 1,000 with a
            covering bounding box; in the layer's own coordinates.
        source: First 12 hex digits of the input's SHA-256.
        sha256: All 64 of them; over all files of a shapefile.
        bytes: Size of the input.
        tracts: Tracts in it.
        repaired: Polygons that were invalid and were repaired.
        transform: Whether points in degrees must be carried into the layer's coordinates (which are neither
            WGS 84 nor NAD 83).
    """

    path: Path
    source: str
    sha256: str
    bytes: int
    tracts: int
    repaired: int
    transform: bool


@dataclass(frozen=True)
class Census:
    """The Census and the cities.

    Attributes:
        tracts: GEOID (string, unique, sorted), population (int64, may be missing), income (float64, US
            dollars a year, may be missing).
        cities: city (string), GEOID (string): a row for each examined city and tract, each pair once, sorted.
        sources: name inside the investigation folder, SHA-256 and bytes of each of the files read.
    """

    tracts: pa.Table
    cities: pa.Table
    sources: tuple[tuple[str, str, int], ...]
