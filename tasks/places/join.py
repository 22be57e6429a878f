"""Which tracts a point is in, and which of them it is given to: arrays in, arrays out (method 6.8).

Testing whether a point is in a polygon is cheap; cache misses and Python objects are expensive
(docs/performance.md). So the points are sorted once, into strips from south to north and within a strip from
west to east. The points in a polygon's bounding box are then one run of each strip, found by bisection, and
they come in order of polygons, each of which is indexed once (``shapely.prepare``).

The index is built on the points and not on the polygons because there are many more points: a tree of
polygons would have to be asked once for every point. A tree of points would need an object for each of them
and takes three times as long as the sorted strips. The strips do not depend on the polygons, so every
partition of a layer uses the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

_STRIPS: Final = 8
"""Strips per polygon of mean height: with 4 and with 16, the national layer takes a tenth longer."""

NOWHERE: Final = -1
"""Rank of a point in no tract."""


@dataclass(frozen=True)
class Ranking:
    """The tracts in the order in which they get a point that is in several.

    Attributes:
        geoids: GEOID (string) by rank: the most populous first, at equal population in order of GEOID.
        population: People (int64) by rank; 0 for a tract without a row or a number in the Census.
    """

    geoids: pa.Array
    population: npt.NDArray[np.int64]

    def ranks_of(self, geoids: pa.Array) -> Ints:
        """The rank (int32) of each of some GEOIDs, all of which must be in the ranking."""
        return np.asarray(pc.index_in(geoids, value_set=self.geoids), dtype=np.int32)


def rank_tracts(geoids: pa.Array, tracts: pa.Table) -> Ranking:
    """Order the tracts of a layer as they get a point on their common border.

    Args:
        geoids: The layer's GEOIDs (string), each once, in any order.
        tracts: GEOID (string) and population (int64, may be missing) of the Census.

    Returns:
        The ranking.

    Example:
        >>> census = pa.table({"GEOID": ["a", "b", "c"], "population": [5, 9, 5]})
        >>> rank_tracts(pa.array(["d", "c", "b", "a"]), census).geoids.to_pylist()
        ['b', 'a', 'c', 'd']
    """
    rows = pc.index_in(geoids, value_set=tracts["GEOID"].combine_chunks())
    people = pc.fill_null(pc.take(tracts["population"].combine_chunks(), rows), 0)
    order = pc.sort_indices(
        pa.table({"people": people, "GEOID": geoids}),
        sort_keys=[("people", "descending"), ("GEOID", "ascending")],
    )
    return Ranking(pc.take(geoids, order), np.asarray(pc.take(people, order), dtype=np.int64))


@dataclass(frozen=True)
class Strips:
    """Points sorted into strips of equal height, from south to north, and in each from west to east.

    Attributes:
        x: x of the points (float64), all finite.
        y: Their y.
        position: Where each was before sorting (int32).
        key: Strip and x as one number (float64), ascending: ``strip * span + (x - west)``.
        west: Lowest x.
        east: Highest x.
        south: Lowest y.
        span: A little more than ``east - west``, so that the keys of two strips never meet.
        height: Height of a strip.
        strips: How many there are.
    """

    x: Floats
    y: Floats
    position: Ints
    key: Floats
    west: float
    east: float
    south: float
    span: float
    height: float
    strips: int


def in_strips(x: Floats, y: Floats, height: float) -> Strips:
    """Sort points for :func:`match`.

    Args:
        x: The points' x; those that are not finite (outside the layer's coordinates) are left out.
        y: Their y.
        height: Height of a strip, in the unit of y: a fraction of a polygon's height is best
            (:func:`strip_height`). It changes the time and not the pairs.

    Returns:
        The points.
    """
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not len(finite):
        none = np.empty(0)
        return Strips(none, none, finite.astype(np.int32), none, 0, 0, 0, 1, height, 0)
    x, y = x[finite], y[finite]
    west, east, south = float(x.min()), float(x.max()), float(y.min())
    span = (east - west) * 1.001 or 1.0
    strip = np.floor((y - south) / height)
    key = strip * span + (x - west)
    # Strip and x in one number, so that one sort orders both. It need not be a stable sort, which takes twice
    # the time: points of equal key may come in any order, as the pairs are put in order of points later.
    order = np.argsort(key)
    return Strips(
        x=x[order],
        y=y[order],
        position=finite[order].astype(np.int32),
        key=key[order],
        west=west,
        east=east,
        south=south,
        span=span,
        height=height,
        strips=int(strip.max()) + 1,
    )


def strip_height(heights: Floats) -> float:
    """A height for strips, so that a polygon meets about ten of them, and few points beside it.

    Args:
        heights: Heights of the polygons' bounding boxes; at least one is above 0.

    Example:
        >>> strip_height(np.array([1.0, 3.0]))
        0.25
    """
    return float(heights.mean()) / _STRIPS


def match(points: Strips, polygons: npt.NDArray[Any]) -> tuple[Ints, Ints]:
    """Every pair of a point and a polygon that intersect, borders included.

    Args:
        points: The points, in the polygons' coordinates.
        polygons: Shapely polygons; they are prepared in place, so that another call is faster.

    Returns:
        Two int32 arrays of equal length: positions of points and of polygons, in order of polygons.

    Example:
        >>> squares = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
        >>> points, found = match(in_strips(np.array([0.5, 1, 5]), np.array([0.5, 1, 5]), 0.5), squares)
        >>> sorted(zip(points.tolist(), found.tolist()))
        [(0, 0), (1, 0), (1, 1)]
    """
    box = shapely.bounds(polygons).reshape(-1, 4)
    polygon, near = _candidates(points, box)
    y = points.y[near]
    inside = (y >= box[polygon, 1]) & (y <= box[polygon, 3])
    polygon, near = polygon[inside], near[inside]
    # A prepared polygon has an index of its edges, which pays off after a few points. All candidates of one
    # polygon follow each other, so its index is in the processor's cache while it is asked.
    shapely.prepare(polygons)
    # `intersects`, not `contains`: a point on a border is in all tracts that share it; `resolve` decides.
    hit = shapely.intersects_xy(polygons[polygon], points.x[near], points.y[near])
    return points.position[near[hit]], polygon[hit].astype(np.int32)


def _candidates(points: Strips, box: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs of polygon and sorted point, for all points in a strip of a box and between its sides.

    Strip and key of a side are computed exactly as those of a point are, and rounding keeps the order of
    numbers: no point in the box is missed.
    """
    # Which strips each box meets; clipped, so that a box beyond all points has an empty range of strips.
    lowest = np.floor((box[:, 1] - points.south) / points.height).clip(0, points.strips)
    highest = np.floor((box[:, 3] - points.south) / points.height).clip(-1, points.strips - 1)
    polygon, strip = _runs(lowest.astype(np.int64), highest.astype(np.int64) + 1)
    # One row per box and strip that it meets: where in the sorted points its west and its east side would be.
    sides = box[:, [0, 2]].clip(points.west, points.east) - points.west
    start = np.searchsorted(points.key, strip * points.span + sides[polygon, 0], side="left")
    end = np.searchsorted(points.key, strip * points.span + sides[polygon, 1], side="right")
    run, near = _runs(start, end)
    return polygon[run], near


def _runs(
    start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All numbers of some ranges, range by range, and the range that each belongs to.

    Example:
        >>> [found.tolist() for found in _runs(np.array([3, 9, 5]), np.array([5, 9, 6]))]
        [[0, 0, 2], [3, 4, 5]]
    """
    length = np.maximum(end - start, 0)
    owner = np.repeat(np.arange(len(length)), length)
    before = np.cumsum(length) - length
    return owner, np.arange(len(owner)) + np.repeat(start - before, length)


def resolve(
    points: int, point: Ints, rank: Ints, population: npt.NDArray[np.int64]
) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Give each point to one of the tracts that it intersects: the most populous, then the first GEOID.

    Args:
        points: How many points there are.
        point: Of each pair that intersects, the point's index, in any order.
        rank: Of each pair, the tract's rank (:class:`Ranking`); the lowest gets the point.
        population: People by rank.

    Returns:
        For every point: the rank of its tract (int32, :data:`NOWHERE` where there is none); how many tracts
        it intersects (int32); whether the two most populous of several are equal, so that the GEOID decided.

    Example:
        >>> rank, matched, tied = resolve(3, np.array([0, 2, 2]), np.array([1, 1, 0]), np.array([7, 7]))
        >>> rank.tolist(), matched.tolist(), tied.tolist()
        ([1, -1, 0], [1, 0, 2], [False, False, True])
    """
    matched = np.bincount(point, minlength=points).astype(np.int32)
    winner = np.full(points, NOWHERE, dtype=np.int32)
    tied = np.zeros(points, dtype=np.bool_)
    alone = matched[point] == 1
    winner[point[alone]] = rank[alone]
    # Few points are on borders: only their pairs are sorted, by point and then by rank.
    shared_point, shared_rank = point[~alone], rank[~alone]
    order = np.lexsort((shared_rank, shared_point))
    shared_point, shared_rank = shared_point[order], shared_rank[order]
    first = np.flatnonzero(np.diff(shared_point, prepend=NOWHERE))
    winner[shared_point[first]] = shared_rank[first]
    # Ranks follow population, then GEOID. Where the first two have as many people, the GEOID decided: a tie.
    tied[shared_point[first]] = population[shared_rank[first]] == population[shared_rank[first + 1]]
    return winner, matched, tied
