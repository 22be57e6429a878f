"""Which tracts a point lies in, and which of them it is given to: arrays in, arrays out (DESIGN 5.6).

The test of a point in a polygon is cheap, cache misses are dear (STACK 5). So the tree stands on the points
and is asked with the polygons, which gives pairs in order of polygons; each polygon is indexed once
(``shapely.prepare``) and all its points are tested one after the other.
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

NOWHERE: Final = -1
"""Rank of a point that no tract holds."""


@dataclass(frozen=True)
class Ranking:
    """The tracts in the order in which they get a point that lies in several.

    Attributes:
        geoids: GEOID (string) by rank: the most populous first, at equal population in order of GEOID.
        population: People (int64) by rank; a tract that the Census lacks, or has no number for, has 0.
    """

    geoids: pa.Array
    population: npt.NDArray[np.int64]

    def ranks_of(self, geoids: pa.Array) -> Ints:
        """The rank (int32) of each of some GEOIDs, all of which must be in the ranking."""
        return np.asarray(pc.index_in(geoids, value_set=self.geoids), dtype=np.int32)


def rank_tracts(geoids: pa.Array, tracts: pa.Table) -> Ranking:
    """Put the tracts of a layer into the order in which they get a point on their border.

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


def match(x: Floats, y: Floats, polygons: npt.NDArray[Any]) -> tuple[Ints, Ints]:
    """Every pair of a point and a polygon that intersect, borders included.

    Args:
        x: The points' x in the polygons' coordinates; a point that is not finite lies in no polygon.
        y: Their y.
        polygons: Shapely polygons; they come back prepared, so that another call is faster.

    Returns:
        Two int32 arrays of equal length: indices of points and of polygons, in order of polygons.

    Example:
        >>> squares = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
        >>> points, found = match(np.array([0.5, 1.0, 5.0]), np.array([0.5, 1.0, 5.0]), squares)
        >>> sorted(zip(points.tolist(), found.tolist()))
        [(0, 0), (1, 0), (1, 1)]
    """
    if not len(polygons):
        return np.empty(0, np.int32), np.empty(0, np.int32)
    west, south, east, north = shapely.total_bounds(polygons)
    near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
    if not len(near):
        return np.empty(0, np.int32), np.empty(0, np.int32)
    x, y = x[near], y[near]
    polygon, point = shapely.STRtree(shapely.points(x, y)).query(polygons)
    shapely.prepare(polygons)
    hit = shapely.intersects_xy(polygons[polygon], x[point], y[point])
    return near[point[hit]].astype(np.int32), polygon[hit].astype(np.int32)


def resolve(
    points: int, point: Ints, rank: Ints, population: npt.NDArray[np.int64]
) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Give each point to one of the tracts that it intersects: the most populous, then the first GEOID.

    Args:
        points: How many points there are.
        point: Of each pair that intersects, the point's index, in any order.
        rank: Of each pair, the tract's rank (:class:`Ranking`), by which the lowest has the point.
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
    # Few points lie on borders: only their pairs are sorted.
    shared_point, shared_rank = point[~alone], rank[~alone]
    order = np.lexsort((shared_rank, shared_point))
    shared_point, shared_rank = shared_point[order], shared_rank[order]
    first = np.flatnonzero(np.diff(shared_point, prepend=NOWHERE))
    winner[shared_point[first]] = shared_rank[first]
    tied[shared_point[first]] = population[shared_rank[first]] == population[shared_rank[first + 1]]
    return winner, matched, tied
