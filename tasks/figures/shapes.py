"""The polygons of a city's tracts on a plane, as simple as the size of a map wants (method 13.7)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

EARTH_KM: Final = 6371.0088
"""Mean radius of the Earth."""

TOLERANCE: Final = 0.7
"""Points (1/72 inch) on the map: square root of the area of a corner that is left out."""

_NAMED: Final = re.compile(rb'"GEOID": "(\d{11})"')
_GEOMETRY: Final = b'"geometry": '
_BORDER: Final = 0.02
"""Of the map's side, around the tracts that are used."""

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]


def read_outlines(path: Path) -> dict[str, bytes]:
    """The polygon of each tract as GeoJSON: the same tract of two cities has the same.

    Args:
        path: ``public/tracts_used.geojson``.

    Returns:
        By GEOID; without the tracts that have no polygon.
    """
    found: dict[str, bytes] = {}
    with path.open("rb") as file:
        for line in file:
            named, at = _NAMED.search(line), line.rfind(_GEOMETRY)
            if named is None or at < 0:
                continue
            geometry = line[at + len(_GEOMETRY) :].rstrip(b",\n").removesuffix(b"}")
            if geometry != b"null":
                found[named[1].decode()] = geometry
    return found


@dataclass(frozen=True)
class Drawing:
    """Tracts on a square of paper.

    Attributes:
        shapes: n polygons in points, from the lower left corner of the square; None where there is nothing to
            draw. Tracts that touch have the same corners along their border.
        km: What a point stands for, km.
        outside: n; tracts that have a polygon, but no part of it in the square.
    """

    shapes: Shapes
    km: float
    outside: npt.NDArray[np.bool_]


def drawing_of(outlines: tuple[bytes, ...], used: npt.NDArray[np.bool_], side: float) -> Drawing | None:
    """Put the tracts of a city on a square, north up, so that those which are used fill it.

    The projection is Lambert's cylindrical one, with the middle latitude of the city as its true parallel:
    all areas are right to each other, and over a city the shapes too.

    Args:
        outlines: n polygons as GeoJSON; b"" where there is none.
        used: n; which tracts the map is about. Others are drawn as far as they are in the square.
        side: Of the square, points.

    Returns:
        None where no tract that is used has a polygon.
    """
    there = np.array([bool(each) for each in outlines], dtype=np.bool_)
    shapes: Shapes = np.full(len(outlines), None, dtype=object)
    shapes[there] = shapely.from_geojson([each.decode() for each in outlines if each])
    if not (used & there).any():
        return None
    shapes[there] = _on_plane(_unwrapped(shapes[there]), used[there])
    west, south, east, north = shapely.total_bounds(_largest_parts(shapes[used & there]))
    km = max(east - west, north - south) / side / (1 - 2 * _BORDER) or 1.0
    left, below = (west + east - side * km) / 2, (south + north - side * km) / 2
    shapes[there] = shapely.transform(shapes[there], lambda at: (at - (left, below)) / km)
    shapes[there] = shapely.coverage_simplify(shapes[there], TOLERANCE)
    outside = _cut(shapes, there, side)
    return Drawing(shapes, km, outside)


def _unwrapped(shapes: Shapes) -> Shapes:
    """Longitudes without a jump: a city across the antimeridian is in one piece."""
    west, _, east, _ = shapely.total_bounds(shapes)
    if east - west <= 180:
        return shapes
    return np.asarray(shapely.transform(shapes, lambda at: np.column_stack([at[:, 0] % 360, at[:, 1]])))


def _on_plane(shapes: Shapes, used: npt.NDArray[np.bool_]) -> Shapes:
    """From degrees to km, equal areas; longitudes are true to scale in the middle of the tracts used."""
    _, south, _, north = shapely.total_bounds(_largest_parts(shapes[used]))
    wide = np.cos(np.radians((south + north) / 2))
    return np.asarray(
        shapely.transform(
            shapes,
            lambda at: (
                EARTH_KM * np.column_stack([np.radians(at[:, 0]) * wide, np.sin(np.radians(at[:, 1])) / wide])
            ),
        )
    )


def _largest_parts(shapes: Shapes) -> Shapes:
    """The largest part of each: a rock far out in the sea is no reason to draw a city small."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort((shapely.area(parts), of))
    last = np.append(of[order][1:] != of[order][:-1], True)
    return np.asarray(parts[order[last]])


def _cut(shapes: Shapes, there: npt.NDArray[np.bool_], side: float) -> npt.NDArray[np.bool_]:
    """Cut off what is outside of the square; gives which are outside altogether."""
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        over = (bounds[:, :2] < 0).any(axis=1) | (bounds[:, 2:] > side).any(axis=1)
    over &= there
    shapes[over] = shapely.clip_by_rect(shapes[over], 0, 0, side, side)
    empty = there & np.asarray(shapely.is_empty(shapes), dtype=np.bool_)
    shapes[empty] = None
    # Holes run the other way than borders, so that they stay open in one path of many tracts.
    shapes[there & ~empty] = shapely.orient_polygons(shapes[there & ~empty])
    return empty


def outline_of(shapes: Shapes, corner: tuple[float, float]) -> Any:
    """Many tracts as one ``matplotlib.path.Path``, which a browser draws as one thing.

    Args:
        shapes: Polygons.
        corner: Where their lower left corner is.
    """
    from matplotlib.path import Path as Outline

    rings = shapely.get_rings(shapely.get_parts(shapes))
    corners, of = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(corners), Outline.LINETO, dtype=Outline.code_type)
    first = np.flatnonzero(np.append(True, of[1:] != of[:-1]))
    codes[first] = Outline.MOVETO
    codes[np.append(first[1:], len(corners)) - 1] = Outline.CLOSEPOLY
    return Outline(corners + corner, codes)


def groups(*labels: npt.NDArray[np.int64]) -> dict[tuple[int, ...], list[int]]:
    """Which tracts have the same labels, in order of these.

    Example:
        >>> groups(np.array([1, 0, 1]), np.array([2, 2, 2]))
        {(0, 2): [1], (1, 2): [0, 2]}
    """
    found: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, key in enumerate(zip(*(each.tolist() for each in labels), strict=True)):
        found[key].append(place)
    return dict(sorted(found.items()))
