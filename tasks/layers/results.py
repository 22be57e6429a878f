"""What the room of layers hands on: the tract layer as it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tasks.rows.results import InputFile


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
