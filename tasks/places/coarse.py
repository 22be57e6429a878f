"""Coordinates that were rounded: are they too coarse for tracts (method 6.3)?

Few places for many posts show nothing: an app may move posts to the next street corner. Rounded coordinates
lie on a grid, and show themselves by their decimals. Whether the grid is too coarse depends on the tracts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from data.printable import printable
from tasks.layers.coordinates import to_degrees
from tasks.layers.results import Layer
from tasks.places.odd_points import DECIMALS, PLACED
from tasks.places.points import locations
from tasks.rows.large_tables import blocks
from tasks.rows.reader import OddRows, Wanted
from tasks.rows.results import FileOfRows

_NEARLY_ALL: Final = 0.99
_FEWEST: Final = 50
"""Of so few rows no number of decimals shows that they were rounded."""

_MISPLACED: Final = 0.25
"""The share of posts that may be given to another tract."""

_KM: Final = 111.2
"""Kilometers of a degree of latitude."""


@dataclass(frozen=True)
class CoarseFile:
    """A file whose coordinates have two decimals at most.

    Attributes:
        file: How it is named.
        decimals: 0, 1 or 2.
        rows: Rows with a location.
        places: How many different locations they have.
        latitude: The middle of their latitudes, in degrees.
    """

    file: str
    decimals: int
    rows: int
    places: int
    latitude: float

    @property
    def spacing(self) -> float:
        """How far apart neighboring places are, in kilometers: the geometric mean of both directions."""
        return _KM * 10.0**-self.decimals * math.sqrt(math.cos(math.radians(self.latitude)))


def decimals_of(odd: Iterable[OddRows]) -> int | None:
    """How many decimals nearly all coordinates of a file have at most; None where they have more than two.

    Args:
        odd: What its blocks noted (:func:`tasks.places.odd_points.odd_points`).

    Example:
        >>> decimals_of([OddRows("placed", 100, 1), OddRows("2 decimals", 100, 1), OddRows("1 decimal", 99, 1)])
        1
    """  # noqa: E501
    rows = {each.kind: each.rows for each in odd}
    placed = rows.get(PLACED, 0)
    if placed < _FEWEST:
        return None
    fits = (number for number, kind in enumerate(DECIMALS) if rows.get(kind, 0) >= _NEARLY_ALL * placed)
    return next(fits, None)


def coarse_file(file: FileOfRows, path: Path, wanted: Wanted) -> CoarseFile:
    """Count the places of a file of posts whose coordinates are coarse; it is read once more.

    Args:
        file: The file; :func:`decimals_of` says that it is coarse.
        path: Where to open it.
        wanted: Its columns, ``latitude`` and ``longitude`` among them.
    """
    points = (
        locations(block.column("longitude"), block.column("latitude"))
        for block in blocks(path, file.file, wanted)
    )
    return coarse_of(file, points)


def coarse_of(file: FileOfRows, points: Iterable[tuple[pa.Array, pa.Array]]) -> CoarseFile:
    """Count the places of a file whose coordinates are coarse.

    Args:
        file: The file.
        points: Its locations, block by block: longitudes and latitudes (float64, missing together).
    """
    places: set[complex] = set()
    rows = 0
    for lon, lat in points:
        there = np.asarray(lon.is_valid())
        pairs = (
            np.asarray(lon.to_numpy(zero_copy_only=False))[there]
            + 1j * np.asarray(lat.to_numpy(zero_copy_only=False))[there]
        )
        rows += len(pairs)
        # Numbers that were stored in 32 bits are off in their last digits.
        places.update(np.unique(np.round(pairs, 3)).tolist())
    ups = [place.imag for place in places]
    middle = (min(ups) + max(ups)) / 2 if ups else 0.0
    return CoarseFile(printable(file.file), decimals_of(file.odd) or 0, rows, len(places), middle)


def tract_width(layer: Layer, geoids: Collection[str]) -> float:
    """The width of the typical tract in kilometers: the median of the square roots of width times height.

    Args:
        layer: The tract layer, whose file holds the box around each tract.
        geoids: The tracts that count; all where none of them is in the layer.
    """
    table = pq.read_table(layer.path, columns=["GEOID", "bbox"], use_threads=False)
    wanted = set(geoids)
    mine = np.array([geoid in wanted for geoid in table["GEOID"].to_pylist()], np.bool_)
    boxes: Any = table["bbox"].combine_chunks()
    sides = {name: np.asarray(boxes.field(name), np.float64) for name in ("xmin", "ymin", "xmax", "ymax")}
    if mine.any():
        sides = {name: values[mine] for name, values in sides.items()}
    west, south, east, north = sides.values()
    if layer.transform:
        crs = _crs_of(layer.path)
        west, south = to_degrees(west, south, crs)
        east, north = to_degrees(east, north, crs)
    size = np.abs((east - west) * np.cos(np.radians((south + north) / 2)) * (north - south))
    return float(np.median(np.sqrt(size))) * _KM


def _crs_of(path: Path) -> CRS:
    import json

    geo = json.loads((pq.read_schema(path).metadata or {})[b"geo"])
    return CRS.from_user_input(geo["columns"][geo["primary_column"]]["crs"])


def misplaced(spacing: float, width: float) -> float:
    """About which share of points lies in another tract once coordinates are rounded.

    A point moves by up to half a spacing in each direction, evenly; of square tracts that are laid anyhow, it
    leaves its own sideways with the probability spacing / (4 × width), and so it does upwards.

    Args:
        spacing: Of the rounded coordinates, in kilometers.
        width: Of the tracts, in kilometers.

    Example:
        >>> round(misplaced(0.5, 1.0), 3), misplaced(11.0, 1.0)
        (0.234, 1.0)
    """
    stays = max(0.0, 1 - spacing / (4 * width)) if width else 0.0
    return 1 - stays**2


def coarse_lines(files: Iterable[CoarseFile], width: float, things: str) -> Iterable[str]:
    """A warning for each file whose coordinates are too coarse for tracts.

    Args:
        files: The files whose coordinates are coarse.
        width: Of the typical tract, in kilometers.
        things: What the rows are, as "posts".

    Example:
        >>> for line in coarse_lines([CoarseFile("posts/a.csv", 1, 844, 9, 40.1)], 2.0, "posts"):
        ...     print(line)
        posts/a.csv: 9 distinct places for 844 posts: the coordinates have 1 decimal and lie 9.7 km apart, where a typical tract is 2.0 km wide; they are coarser than tracts, so most posts may be given to another tract: get coordinates with at least 4 decimals
    """  # noqa: E501
    for each in files:
        share = misplaced(each.spacing, width)
        if share <= _MISPLACED:
            continue
        than = "coarser than" if each.spacing > width else "about as coarse as"
        how_many = "most" if share > 0.5 else f"some {share:.0%} of the"
        yield (
            f"{each.file}: {each.places:,} distinct places for {each.rows:,} {things}: the coordinates have "
            f"{DECIMALS[each.decimals]} and lie {each.spacing:.1f} km apart, where a typical tract is "
            f"{width:.1f} km wide; they are {than} tracts, so {how_many} {things} may be given to another "
            "tract: get coordinates with at least 4 decimals"
        )
