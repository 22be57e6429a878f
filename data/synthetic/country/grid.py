"""A made-up national layer: a grid of tracts with bent edges, without gaps and without overlaps.

Every edge is made once and shared by the two tracts beside it. Coordinates are whole microdegrees until they
are written, so that all facts about them are exact. By construction:

- An edge stays so close to its straight line that the box of :data:`INNER` around a tract's centre is
  strictly inside that tract and no other.
- An edge's slope against its straight line stays below one half, so that edges meet only at corners and a
  tract is star-shaped around its centre.
- An edge's inner vertices touch the two tracts beside it and no third.

Tracts are numbered along strips of the grid, so that any run of numbers is a connected, compact area. Cities,
counties and states are such runs, and the order of numbers is the order of GEOIDs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]

WIDTH, HEIGHT = 150_000, 118_000
"""A cell in microdegrees; 371 by 200 cells cover longitude -124 to -68 and latitude 25 to 49."""
MIDDLE: Final = (-96_000_000, 37_000_000)
"""The middle of the layer, longitude and latitude in microdegrees."""
INNER: Final = 0.75
"""Half width and height of the box that is certainly inside a tract, as a share of the cell's."""
FEWEST_BENDS, MOST_BENDS = 9, 65
"""Vertices of an edge between its corners. They give polygons of 41 to 265 vertices, like those in the
Census's cartographic file."""
_MEAN_MORE: Final = 12.5  # mean number of vertices above the fewest: polygons of 90 on average
_WAVES: Final = (1, 2, 3, 5)
_WAVE_SLOPE, _ROUGH_SLOPE = 0.3, 0.15  # together below one half, rounding included
_MICRO: Final = 1e6

BOTTOM, RIGHT, TOP, LEFT = range(4)


@dataclass(frozen=True, eq=False)
class Grid:
    """The layer before it is written. Tracts are numbered from 0.

    Attributes:
        row: The row of each tract, from the south.
        column: Its column, from the west.
        number: The tract at each row and column; -1 where there is none. A ring of -1 surrounds the grid, so
            cell (r, c) is ``number[r + 1, c + 1]``.
        x: Longitude of every vertex, edge after edge, corners included, in microdegrees.
        y: Latitude of every vertex, likewise.
        start: Index of each edge's first vertex.
        bends: Number of vertices of each edge between its corners.
        invalid: Tracts whose ring runs back and forth over one of its own segments, sorted.
    """

    row: Ints
    column: Ints
    number: Ints
    x: Ints
    y: Ints
    start: Ints
    bends: Ints
    invalid: Ints

    @property
    def tracts(self) -> int:
        """How many there are."""
        return len(self.row)

    def edge(self, tract: Ints, side: Ints | int) -> Ints:
        """The edges on a side (0 bottom, 1 right, 2 top, 3 left) of tracts."""
        rows, columns = self.number.shape[0] - 2, self.number.shape[1] - 2
        return _edge(self.row[tract], self.column[tract], side, rows, columns)

    def neighbour(self, tract: Ints, side: Ints | int) -> Ints:
        """The tract beyond a side of each tract; -1 where the country ends."""
        down = np.equal(side, TOP) * 1 - np.equal(side, BOTTOM) * 1
        across = np.equal(side, RIGHT) * 1 - np.equal(side, LEFT) * 1
        found: Ints = self.number[self.row[tract] + 1 + down, self.column[tract] + 1 + across]
        return found

    def around(self, tract: Ints, corner: Ints) -> Ints:
        """The four cells around a corner (0 south-west, 1 south-east, 2 north-west, 3 north-east) of tracts.

        Returns:
            An array of four columns: tract numbers, -1 where there is none.
        """
        row = self.row[tract] + corner // 2
        column = self.column[tract] + corner % 2
        cells = [self.number[row + up, column + right] for up in (0, 1) for right in (0, 1)]
        return np.stack(cells, axis=1)

    def centre(self, tract: Ints) -> tuple[Ints, Ints]:
        """Longitude and latitude of the tracts' centres, in microdegrees."""
        west, south = _origin(self.number.shape[0] - 2, self.number.shape[1] - 2)
        return (
            west + WIDTH * self.column[tract] + WIDTH // 2,
            south + HEIGHT * self.row[tract] + HEIGHT // 2,
        )

    def corner(self, tract: Ints, corner: Ints) -> tuple[Ints, Ints]:
        """Longitude and latitude of a corner of tracts, numbered as in :meth:`around`, in microdegrees."""
        x, y = self.centre(tract)
        return x + WIDTH * (corner % 2) - WIDTH // 2, y + HEIGHT * (corner // 2) - HEIGHT // 2


def make_grid(tracts: int, invalid: int, rng: np.random.Generator) -> Grid:
    """Make the layer.

    Args:
        tracts: How many; at least 30.
        invalid: How many of them have an invalid ring.
        rng: Decides the edges.

    Returns:
        The grid. Its northern row is never full, so that exactly three tracts meet at one corner.

    Example:
        >>> grid = make_grid(40, 1, np.random.default_rng(1))
        >>> grid.number.shape, int(grid.number.max()), int((grid.number[1:-1, 1:-1] < 0).sum())
        ((7, 11), 39, 5)
    """
    rows = round((tracts / 1.85) ** 0.5)
    columns = -(-(tracts + 1) // rows)
    row, column = _strips(tracts, rows, columns)
    number = np.full((rows + 2, columns + 2), -1, dtype=np.int64)
    number[row + 1, column + 1] = np.arange(tracts)

    level, upright = (rows + 1) * columns, rows * (columns + 1)
    more = (rng.standard_exponential(level + upright) * _MEAN_MORE).astype(np.int64)
    bends = FEWEST_BENDS + np.minimum(more, MOST_BENDS - FEWEST_BENDS)
    for cell, count in (
        (1, FEWEST_BENDS),
        (3, MOST_BENDS),
    ):  # the simplest and the richest are in every layer
        for side in range(4):
            bends[_edge(cell, cell, side, rows, columns)] = count

    x, y = _lines(np.arange(level), columns, bends[:level])
    along, across = _bent(bends[:level], WIDTH, rng)
    x2, y2 = _lines(np.arange(upright), columns + 1, bends[level:])
    along2, across2 = _bent(bends[level:], HEIGHT, rng)
    west, south = _origin(rows, columns)
    return Grid(
        row=row,
        column=column,
        number=number,
        x=west + np.concatenate([x + along, x2 + across2]),
        y=south + np.concatenate([y + across, y2 + along2]),
        start=np.concatenate([[0], np.cumsum(bends + 2)[:-1]]),
        bends=bends,
        invalid=_spread(tracts, invalid),
    )


def polygons(grid: Grid, first: int, stop: int) -> NDArray[Any]:
    """The polygons of tracts ``first`` to ``stop``, in degrees.

    Args:
        grid: The layer.
        first: First tract.
        stop: One past the last.

    Returns:
        Shapely polygons, counter-clockwise. Those of ``grid.invalid`` are invalid; repairing them gives the
        intended polygons, without a vertex more or less.
    """
    tract = np.arange(first, stop)
    edge = np.stack([grid.edge(tract, side) for side in (BOTTOM, RIGHT, TOP, LEFT, BOTTOM)], axis=1)
    back = np.array([False, False, True, True, False])
    begin = grid.start[edge] + np.where(back, grid.bends[edge] + 1, 0)
    length = grid.bends[edge] + 1
    length[:, 4] = 1  # a ring ends where it began
    step = np.broadcast_to(np.where(back, -1, 1), edge.shape)
    flat = length.ravel()
    ends = np.cumsum(flat)
    along = np.arange(ends[-1]) - np.repeat(ends - flat, flat)
    vertex = np.repeat(begin.ravel(), flat) + np.repeat(step.ravel(), flat) * along
    coordinates = np.stack([grid.x[vertex], grid.y[vertex]], axis=1) / _MICRO
    rings = np.concatenate([[0], np.cumsum(length.sum(axis=1))])
    made: NDArray[Any] = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, coordinates, (rings, np.arange(len(tract) + 1))
    )
    for each in grid.invalid[(grid.invalid >= first) & (grid.invalid < stop)] - first:
        ring = coordinates[rings[each] : rings[each + 1]]
        # Forwards over a segment, back, and forwards again: invalid, but the same area.
        made[each] = shapely.polygons(np.concatenate([ring[:5], ring[3:5], ring[5:]]))
    return made


def _origin(rows: int, columns: int) -> tuple[int, int]:
    """The south-western corner of the layer."""
    return MIDDLE[0] - WIDTH * columns // 2, MIDDLE[1] - HEIGHT * rows // 2


def _edge(row: Ints | int, column: Ints | int, side: Ints | int, rows: int, columns: int) -> Ints:
    """The number of an edge: first the level edges, from the south, then the upright ones."""
    level = (row + np.equal(side, TOP)) * columns + column
    upright = (rows + 1) * columns + row * (columns + 1) + column + np.equal(side, RIGHT)
    found: Ints = np.where(np.equal(side, TOP) | np.equal(side, BOTTOM), level, upright)
    return found


def _lines(edge: Ints, columns: int, bends: Ints) -> tuple[Ints, Ints]:
    """The point where each edge begins, repeated for each of its vertices."""
    row, column = np.divmod(np.repeat(edge, bends + 2), columns)
    return WIDTH * column, HEIGHT * row


def _spread(tracts: int, count: int) -> Ints:
    """Some tracts, evenly spread."""
    return (np.arange(count) * 2 + 1) * tracts // (2 * count) if count else np.empty(0, dtype=np.int64)


def _strips(tracts: int, rows: int, columns: int) -> tuple[Ints, Ints]:
    """Row and column of each tract in order of numbers: along strips of rows, alternately east and west."""
    row, column = np.divmod(np.arange(tracts), columns)
    high = min(rows, max(6, rows // 8))
    strip = np.minimum(row // high, rows // high - 1)  # the last one takes the rows that are left
    order = np.lexsort((row, np.where(strip % 2 == 0, column, -column), strip))
    return row[order], column[order]


def _bent(bends: Ints, length: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The vertices of edges, corners included: the distance of each along the straight line, and beside it.

    A few waves that are 0 at both ends give the line its shape, and a displacement of each vertex gives it
    roughness. Both keep to the slopes that the module promises.
    """
    counts = bends + 2
    ends = np.cumsum(counts)
    index = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
    steps = np.repeat(bends + 1, counts)
    inside = (index > 0) & (index < steps)
    along = (index + np.where(inside, 0.3 * (2 * rng.random(len(index)) - 1), 0)) / steps
    across = np.where(inside, (2 * rng.random(len(index)) - 1) * 0.2 * _ROUGH_SLOPE, 0) / steps
    for wave in _WAVES:
        steep = (2 * rng.random(len(bends)) - 1) * _WAVE_SLOPE / len(_WAVES) / (np.pi * wave)
        across += np.repeat(steep, counts) * np.sin(np.pi * wave * along)
    return np.rint(along * length).astype(np.int64), np.rint(across * length).astype(np.int64)
