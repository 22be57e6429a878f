"""Polygons as a layer has them, made valid within limits of work (method 6.6 and 6.14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.errors import ShapelyError

from data.errors import InputError

MOST_VERTICES: Final = 2_000_000
"""Vertices of one tract. The largest tract of TIGER/Line (in Alaska) has some 200,000."""
MOST_IN_ALL: Final = 100_000_000
"""Vertices of the layer. The whole country has 5 million in cartographic boundaries and 50 in TIGER/Line."""
MOST_CROSSINGS: Final = 1_000
"""How often the boundary of one tract may cross itself. The work of the repair grows faster than this number:
1,000 crossings take a third of a second, 20,000 a minute."""
MOST_CROSSINGS_IN_ALL: Final = 10_000
"""How often all boundaries may cross themselves."""

MOST_TOUCHES: Final = 50_000
"""Pairs of segments of one tract that touch and are no neighbors, beyond which its repair takes seconds."""
_NEIGHBORS: Final = 3

_POLYGON: Final = 3
_MULTI: Final = 6
_COLLECTION: Final = 7
"""Shapely's numbers of types; the areas of a mixed collection are the tract."""
_AREAL: Final = ("Polygon", "MultiPolygon")
_LINE: Final = 1
"""Dimension of a line; areas have 2."""
_PAIRS: Final = 200_000
"""Pairs of segments that are looked at together, if each lies on each."""
_FEWEST: Final = 16

Objects = npt.NDArray[Any]


@dataclass
class Limits:
    """What the layer has used up so far.

    Attributes:
        vertices: Vertices seen.
        crossings: Crossings seen in polygons that are not valid.
    """

    vertices: int = 0
    crossings: int = 0


def decoded(wkb: Objects, geoids: Objects, label: str) -> Objects:
    """Polygons from their bytes.

    Args:
        wkb: Well-known binary of each row (bytes, or None).
        geoids: The tract of each.
        label: How the layer is named in an error.

    Raises:
        InputError: One is no geometry; the tract is named.
    """
    try:
        with np.errstate(invalid="ignore"):  # a coordinate that is no number is named when it is looked at
            return np.asarray(shapely.from_wkb(wkb))
    except (ShapelyError, TypeError, ValueError, OverflowError, MemoryError):
        pass
    for one, geoid in zip(wkb, geoids, strict=True):
        try:
            shapely.from_wkb(one)
        except (ShapelyError, TypeError, ValueError, OverflowError, MemoryError):
            raise InputError(
                f"{label}: tract {geoid}: its geometry cannot be read (it is no well-known binary); "
                "save or download the layer again"
            ) from None
    raise AssertionError("all rows can be read alone")


def mended(shapes: Objects, geoids: Objects, label: str, used: Limits) -> tuple[Objects, int]:
    """Valid polygons in two dimensions, and how many had to be repaired.

    Args:
        shapes: Geometries.
        geoids: The tract of each.
        label: How the layer is named in an error.
        used: What the layer has used up; added to.

    Returns:
        The polygons, and the number of repaired ones.

    Raises:
        InputError: A tract has no polygon, is no polygon, has coordinates that are no numbers, or has more
            vertices or crossings than there may be.
    """
    with np.errstate(invalid="ignore"):
        return _mended(shapes, geoids, label, used)


def _mended(shapes: Objects, geoids: Objects, label: str, used: Limits) -> tuple[Objects, int]:
    _all_polygons(geoids, shapes, label)
    _few_vertices(geoids, shapes, label, used)
    if shapely.has_z(shapes).any() or shapely.has_m(shapes).any():
        shapes = shapely.force_2d(shapes)
    wrong = np.flatnonzero(~shapely.is_valid(shapes) | (shapely.get_type_id(shapes) == _COLLECTION))
    for place in wrong:
        shapes[place] = _valid(shapes[place], str(geoids[place]), label, used)
    if len(wrong):
        _all_polygons(geoids[wrong], shapes[wrong], label)
    return shapes, len(wrong)


def _valid(shape: shapely.Geometry, geoid: str, label: str, used: Limits) -> shapely.Geometry:
    """One polygon repaired: its areas."""
    coordinates = shapely.get_coordinates(shape)
    if not np.isfinite(coordinates).all():
        raise InputError(
            f"{label}: tract {geoid} has a coordinate that is no number (NaN or infinite); "
            "save or download the layer again"
        )
    crossings, touches = crossings_of(shape)
    used.crossings += crossings
    if crossings > MOST_CROSSINGS or touches > MOST_TOUCHES or used.crossings > MOST_CROSSINGS_IN_ALL:
        whose = f"tract {geoid} crosses itself more than {MOST_CROSSINGS:,} times"
        if crossings <= MOST_CROSSINGS:
            whose = f"its polygons cross themselves more than {MOST_CROSSINGS_IN_ALL:,} times, as {geoid}"
        if touches > MOST_TOUCHES:
            whose = f"tract {geoid} crosses or touches itself many thousand times"
        raise InputError(f"{label}: {whose}, which no boundary does; save or download the layer again")
    try:
        repaired = shapely.make_valid(shape)
        return areas(repaired)
    except ShapelyError as error:
        raise InputError(
            f"{label}: tract {geoid}: its polygon cannot be repaired; save or download the layer again"
        ) from error


def areas(geometry: shapely.Geometry) -> shapely.Geometry:
    """The areas of a repaired geometry: lines and points that fell off are not part of a tract."""
    members = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all([member for member in members if member.geom_type in _AREAL])


def crossings_of(shape: shapely.Geometry) -> tuple[int, int]:
    """How often a boundary crosses itself or runs along itself, and how often it only touches itself.

    Counting ends a little beyond :data:`MOST_CROSSINGS` and :data:`MOST_TOUCHES`.

    Args:
        shape: Polygons, maybe invalid; finite coordinates.

    Example:
        >>> crossings_of(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))
        (1, 0)
    """
    parts = shapely.get_parts(shapely.get_parts(shape))
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == _POLYGON])
    points, ring = shapely.get_coordinates(rings, return_index=True)
    steps = np.flatnonzero((ring[1:] == ring[:-1]) & (points[1:] != points[:-1]).any(axis=1))
    segments = shapely.linestrings(np.stack([points[steps], points[steps + 1]], axis=1))
    tree = shapely.STRtree(segments)
    each, crossed, met = max(_FEWEST, _PAIRS // max(1, len(segments))), 0, 0
    for start in range(0, len(segments), each):
        one, other = tree.query(segments[start : start + each], predicate="intersects")
        # Every segment meets itself and its two neighbors.
        met += max(0, len(one) - _NEIGHBORS * len(segments[start : start + each]))
        if met > 4 * MOST_TOUCHES:
            break
        apart = one + start != other
        first, second = segments[start + one[apart]], segments[other[apart]]
        crossed += int((shapely.crosses(first, second) | shapely.overlaps(first, second)).sum())
        if crossed > 2 * MOST_CROSSINGS or met > 2 * MOST_TOUCHES:
            break
    # Each pair was found from both sides; one that crosses was also counted as met.
    return -(-crossed // 2), max(0, met - crossed) // 2


def _few_vertices(geoids: Objects, shapes: Objects, label: str, used: Limits) -> None:
    numbers = shapely.get_num_coordinates(shapes)
    used.vertices += int(numbers.sum())
    if (numbers > MOST_VERTICES).any():
        most = int(numbers.argmax())
        raise InputError(
            f"{label}: tract {geoids[most]} has {int(numbers[most]):,} vertices; "
            f"a tract may have {MOST_VERTICES:,}: hand in a simpler layer, as cb_2019_us_tract_500k.zip"
        )
    if used.vertices > MOST_IN_ALL:
        raise InputError(
            f"{label}: the layer has more than {MOST_IN_ALL:,} vertices; "
            "hand in a simpler one, as cb_2019_us_tract_500k.zip"
        )


def _all_polygons(geoids: Objects, shapes: Objects, label: str) -> None:
    """See that every tract has an area: one without would silently hold no point."""
    none = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if none.any():
        raise InputError(
            f"{label}: tract {min(geoids[none])} has no polygon ({int(none.sum())} such rows); "
            "remove the row, or give it its boundary"
        )
    kinds = shapely.get_type_id(shapes)
    flat = shapely.get_dimensions(shapes) <= _LINE
    other = flat | ~np.isin(kinds, (_POLYGON, _MULTI, _COLLECTION))
    if other.any():
        first = int(np.flatnonzero(other)[0])
        raise InputError(
            f"{label}: tract {geoids[first]} is a {shapes[first].geom_type}, not a polygon; "
            "hand in the layer of tract boundaries"
        )
