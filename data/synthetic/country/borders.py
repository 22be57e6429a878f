"""Places in the made-up tracts: certainly inside, on a border, or nowhere.

A post or a crime is first planned for a tract and then given a place in it. A place exactly on a vertex that
several tracts share is used only if the planned tract is the one that the method must choose: the most
populous, and among equally populous ones the first.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.synthetic.country.census import Census
from data.synthetic.country.grid import HEIGHT, INNER, WIDTH, Grid, Ints

Bools = NDArray[np.bool_]

NULL: Final = np.iinfo(np.int64).min
"""Marks a missing coordinate."""
TIES: Final = 24
"""Posts planned where two tracts are equally populous."""


class Borders:
    """Which tract the method gives a post on a border, and the vertices where such a post can be.

    Sides 0 to 3 are edges (:mod:`data.synthetic.country.grid`), 4 to 7 are corners.
    """

    def __init__(self, grid: Grid, census: Census) -> None:
        self._grid = grid
        # The last entry is for index -1, where there is no tract: it is less populous than any tract.
        self._people = np.append(np.maximum(census.population, 0), -1)

    def around(self, tract: Ints, side: Ints) -> Ints:
        """The tracts that meet at a side of a tract, in four columns; -1 where there are fewer."""
        pair = np.stack([tract, self._grid.neighbour(tract, side % 4)], axis=1)
        pair = np.pad(pair, ((0, 0), (0, 2)), constant_values=-1)
        return np.where((side < 4)[:, None], pair, self._grid.around(tract, side % 4))

    def wins(self, tract: Ints, side: Ints) -> Bools:
        """Whether the method gives a post there to this tract. A tract without people never wins here."""
        around = self.around(tract, side)
        people = self._people[around]
        own = self._people[tract]
        first = np.where(people == people.max(axis=1)[:, None], around, self._grid.tracts).min(axis=1)
        found: Bools = (first == tract) & (own > 0)
        return found

    def ties(self, tract: Ints, side: Ints) -> Bools:
        """Whether the two most populous tracts there have equally many people."""
        people = np.sort(self._people[self.around(tract, side)], axis=1)
        found: Bools = people[:, -1] == people[:, -2]
        return found

    def by_design(self, most: int) -> Ints:
        """Borders of every sort that must occur, as rows of tract and side.

        They are corners where three or four tracts meet, ties, and neighbours without people.
        """
        tract, side = np.divmod(np.arange(8 * self._grid.tracts), 8)
        good = self.wins(tract, side)
        around = self.around(tract, side)
        meet = (around >= 0).sum(axis=1)
        empty = ((around >= 0) & (self._people[around] == 0)).any(axis=1)
        sorts: list[tuple[Bools, int]] = [
            (meet == 3, 3),
            ((meet == 4) & self.ties(tract, side), 3),
            (meet == 4, 8),
            ((meet == 2) & empty, 8),
            ((side < 4) & self.ties(tract, side), TIES),
        ]
        found = np.concatenate([some(np.flatnonzero(good & sort), count) for sort, count in sorts])[:most]
        return np.stack([tract[found], side[found]], axis=1)

    def place(self, tract: Ints, side: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Bools]:
        """Longitude and latitude of a vertex there, how many tracts touch it, and whether they tie."""
        edge = self._grid.edge(tract, side % 4)
        bend = (rng.random(len(edge)) * self._grid.bends[edge]).astype(np.int64)
        vertex = self._grid.start[edge] + 1 + bend
        x, y = self._grid.corner(tract, side % 4)
        on_edge = side < 4
        return (
            np.where(on_edge, self._grid.x[vertex], x),
            np.where(on_edge, self._grid.y[vertex], y),
            (self.around(tract, side) >= 0).sum(axis=1),
            self.ties(tract, side),
        )


def some(places: Ints, count: int) -> Ints:
    """At most ``count`` of the places, evenly spread.

    Example:
        >>> some(np.arange(10), 4).tolist()
        [0, 3, 6, 9]
    """
    return places[:: max(1, -(-len(places) // count))]


def inside(grid: Grid, tract: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """A place strictly inside each tract."""
    x, y = grid.centre(tract)
    away = INNER * (2 * rng.random((2, len(tract))) - 1)
    return x + np.rint(away[0] * WIDTH / 2).astype(np.int64), y + np.rint(away[1] * HEIGHT / 2).astype(
        np.int64
    )


def unusable(x: Ints, y: Ints, turn: Ints | None = None) -> tuple[Ints, Ints]:
    """Coordinates that are no location: both missing, one of them missing, (0, 0), or out of range.

    Args:
        x: Longitude of the places, in microdegrees.
        y: Latitude of the places, in microdegrees.
        turn: In which way each is unusable, 0 to 5; by default the ways take turns.
    """
    turn = np.arange(len(x)) % 6 if turn is None else turn
    return (
        np.select([turn == 0, turn == 1, turn == 2, turn == 4], [NULL, NULL, 0, -190_250_000], x),
        np.select([turn == 0, turn == 5, turn == 2, turn == 3], [NULL, NULL, 0, 91_500_000], y),
    )


def far_off(count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Places outside every tract: at sea, overseas, at the ends of the range, on the equator."""
    x = -170_000_000 + rng.integers(0, 20_000_000, count)
    y = 10_000_000 + rng.integers(0, 45_000_000, count)
    far = [(16_370_000, 48_210_000), (180_000_000, 51_000_000), (-180_000_000, -90_000_000), (0, 51_480_000)]
    for place, (east, north) in enumerate([*far, (-98_125_000, 0), (25_000_000, 90_000_000)]):
        x[place::9], y[place::9] = east, north
    return x, y
