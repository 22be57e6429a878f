"""The posts of residents before they are written: who, when, where, and what must become of each.

A post is planned for a tract first and then given a place in it, so that a tract's number of posts is known
whatever the places are. Most lie in the box that is surely inside the tract. Some lie exactly on a vertex
that the tract shares with others, and only where this tract is the one that the method must choose: the most
populous, at equal population the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.synthetic.country import figures
from data.synthetic.country.census import Census
from data.synthetic.country.figures import Numbers
from data.synthetic.country.grid import HEIGHT, INNER, TOP, WIDTH, Grid, Ints
from data.synthetic.country.layout import Layout
from data.synthetic.country.model import Country

Bools = NDArray[np.bool_]

NO_TRACT: Final = -1
NO_TIME: Final = np.iinfo(np.int64).min
NULL: Final = np.iinfo(np.int64).min
"""Stands for a coordinate that is missing."""

_ACCOUNTS_A_POST: Final = 1.7  # so many to draw from leave 660,000 accounts among 873,592 posts
_FIRST_ACCOUNT: Final = 30_000_000
_ID_STEP: Final = 13
_ON_BORDERS: Final = 0.012  # of posts in tracts; about half of these find a neighbour that has to give way
_FEWEST_ON_BORDERS: Final = 160
_TIES: Final = 24
_NEAR_NEW_YEAR: Final = 0.01
_HOURS: Final = 3 * 3600
_TURNS: Final = {
    year: int(np.datetime64(f"{year}-01-01", "s").astype(np.int64)) for year in range(2018, 2022)
}


@dataclass(frozen=True, eq=False)
class Posts:
    """The posts, in order of id; arrays of equal length.

    Attributes:
        ids: Their ids.
        users: Their accounts.
        x: Longitude in microdegrees, or :data:`NULL`.
        y: Latitude in the same.
        moment: When, in seconds of Unix time, or :data:`NO_TIME`.
        tract: The number of the tract that must get it, :data:`NO_TRACT` where there is none.
        matched: How many tracts it touches.
        tied: Whether the two most populous of these have as many people.
        excluded: Whether its account is no resident.
        located: Whether its coordinates can be used.
    """

    ids: Ints
    users: Ints
    x: Ints
    y: Ints
    moment: Ints
    tract: Ints
    matched: Ints
    tied: Bools
    excluded: Bools
    located: Bools

    @property
    def year(self) -> Ints:
        """The year of each in UTC; 0 where its time is not known."""
        moments = np.where(self.moment == NO_TIME, 0, self.moment).astype("datetime64[s]")
        years = moments.astype("datetime64[Y]").astype(np.int64) + 1970
        return np.where(self.moment == NO_TIME, 0, years)

    @property
    def inside(self) -> Bools:
        """Posts of residents in a tract."""
        return (self.tract >= 0) & ~self.excluded


def plan_posts(country: Country, counts: Ints, rng: np.random.Generator) -> Posts:
    """Plan every post.

    Args:
        country: Tracts, cities and people, and how many posts of each sort are wanted.
        counts: Posts of the year analysed by tract, without the accounts that are no residents.
        rng: Decides everything drawn.

    Returns:
        The posts; sorts are mixed, ids ascend.
    """
    wanted = country.numbers
    sorts = _Sorts.of(wanted)
    borders = _Borders(country.grid, country.census)
    scripted = borders.by_design(wanted.other_years // 2)
    tract = _tracts(country, counts, scripted[:, 0], rng)
    x, y = _inside(country.grid, np.maximum(tract, 0), rng)
    matched = (tract >= 0).astype(np.int64)
    tied = np.zeros(wanted.posts, dtype=bool)
    chosen, side = _to_borders(borders, tract, scripted, wanted, rng)
    x[chosen], y[chosen], matched[chosen], tied[chosen] = borders.place(tract[chosen], side, rng)
    x[sorts.outside], y[sorts.outside] = _far_off(wanted.outside, rng)

    excluded = np.zeros(wanted.posts, dtype=bool)
    excluded[sorts.excluded] = True
    located = np.ones(wanted.posts, dtype=bool)
    located[sorts.no_location] = False
    located[np.flatnonzero(excluded)[:3]] = False  # counted for their account, not for their place
    tract[~located], matched[~located] = NO_TRACT, 0
    x[~located], y[~located] = _unusable(x[~located], y[~located])

    users = _FIRST_ACCOUNT + rng.integers(0, int(_ACCOUNTS_A_POST * wanted.posts), wanted.posts)
    users[excluded] = int(figures.ANOMALOUS_ACCOUNT)
    users[np.flatnonzero(excluded)[-12:]] = int(figures.NEWS_ACCOUNT)
    moment = _moments(wanted, rng)
    order = rng.permutation(wanted.posts)
    return Posts(
        ids=_ids(wanted.posts, rng),
        users=users[order],
        x=x[order],
        y=y[order],
        moment=moment[order],
        tract=tract[order],
        matched=matched[order],
        tied=tied[order],
        excluded=excluded[order],
        located=located[order],
    )


@dataclass(frozen=True)
class _Sorts:
    """Where the sorts of posts lie among all before they are mixed; those of the year come first."""

    excluded: slice
    no_location: slice
    outside: slice

    @classmethod
    def of(cls, wanted: Numbers) -> _Sorts:
        """One sort after another."""
        sizes = (wanted.year + wanted.other_years, wanted.excluded, wanted.no_location, wanted.outside)
        ends = np.cumsum(sizes).tolist()
        return cls(*(slice(*pair) for pair in pairwise(ends)))


def _tracts(country: Country, counts: Ints, scripted: Ints, rng: np.random.Generator) -> Ints:
    """The tract of every post, sort after sort."""
    wanted, people = country.numbers, country.census.people
    drawn = rng.choice(len(people), wanted.other_years - len(scripted), p=people / people.sum())
    year = np.repeat(np.arange(len(people)), counts)
    poorest = np.full(wanted.excluded, _poorest(country.layout, country.census))
    none = np.full(wanted.no_location + wanted.outside, NO_TRACT)
    return np.concatenate([year, scripted, drawn, poorest, none])


class _Borders:
    """Which tract a post on a border goes to, and the vertices where it can lie.

    Sides 0 to 3 are edges (:mod:`data.synthetic.country.grid`), 4 to 7 are corners.
    """

    def __init__(self, grid: Grid, census: Census) -> None:
        self._grid = grid
        self._people = np.append(np.maximum(census.population, 0), -1)  # the last: where there is no tract

    def around(self, tract: Ints, side: Ints) -> Ints:
        """The tracts that meet there, in four columns; -1 where there are fewer."""
        pair = np.stack([tract, self._grid.neighbour(tract, side % 4)], axis=1)
        pair = np.pad(pair, ((0, 0), (0, 2)), constant_values=-1)
        return np.where((side < 4)[:, None], pair, self._grid.around(tract, side % 4))

    def wins(self, tract: Ints, side: Ints) -> Bools:
        """Whether the method gives a post there to the tract; a tract without people never wins here."""
        around = self.around(tract, side)
        people = self._people[around]
        own = self._people[tract]
        first = np.where(people == people.max(axis=1)[:, None], around, self._grid.tracts).min(axis=1)
        found: Bools = (first == tract) & (own > 0)
        return found

    def ties(self, tract: Ints, side: Ints) -> Bools:
        """Whether the two most populous tracts there have as many people."""
        people = np.sort(self._people[self.around(tract, side)], axis=1)
        found: Bools = people[:, -1] == people[:, -2]
        return found

    def by_design(self, most: int) -> Ints:
        """Borders of every sort that must not be left to chance, as rows of tract and side.

        Corners where three tracts meet and where four do, ties, and neighbours without people.
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
            ((side < 4) & self.ties(tract, side), _TIES),
        ]
        found = np.concatenate([_some(np.flatnonzero(good & sort), count) for sort, count in sorts])[:most]
        return np.stack([tract[found], side[found]], axis=1)

    def place(self, tract: Ints, side: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Bools]:
        """Longitude and latitude of a vertex there, how many tracts it touches, and whether they tie."""
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


def _to_borders(
    borders: _Borders, tract: Ints, scripted: Ints, wanted: Numbers, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """The posts that move to a border of their tract, and the side.

    Those by design; some of the year where a tract is as populous as its northern neighbour; and some by
    chance, a fifth of them to a corner.
    """
    in_tracts = wanted.year + wanted.other_years
    tracts = np.arange(wanted.tracts)
    northern = np.full(wanted.tracts, TOP)
    ties = borders.ties(tracts, northern) & borders.wins(tracts, northern)
    tying = _some(np.flatnonzero(ties[tract[: wanted.year]]), _TIES)

    share = max(_ON_BORDERS, _FEWEST_ON_BORDERS / in_tracts)
    by_chance = rng.random(in_tracts) < share
    by_chance[tying] = False
    by_chance[wanted.year : wanted.year + len(scripted)] = False
    drawn = np.flatnonzero(by_chance)
    side = rng.integers(0, 4, len(drawn)) + 4 * (rng.random(len(drawn)) < 0.2)
    good = borders.wins(tract[drawn], side)
    chosen = [wanted.year + np.arange(len(scripted)), tying, drawn[good]]
    sides = [scripted[:, 1], northern[: len(tying)], side[good]]
    return np.concatenate(chosen), np.concatenate(sides)


def _some(places: Ints, count: int) -> Ints:
    """At most `count` of the places, evenly spread."""
    return places[:: max(1, -(-len(places) // count))]


def _poorest(layout: Layout, census: Census) -> int:
    """The poorest usable tract of a city with a positive relation, where hundreds of posts would turn it."""
    city = next(placed for placed in layout.cities if placed.city.kind == "positive")
    tracts = city.tracts[census.usable[city.tracts]]
    return int(tracts[np.argmin(census.income[tracts])])


def _inside(grid: Grid, tract: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """A place strictly inside each tract."""
    x, y = grid.centre(tract)
    away = INNER * (2 * rng.random((2, len(tract))) - 1)
    return x + np.rint(away[0] * WIDTH / 2).astype(np.int64), y + np.rint(away[1] * HEIGHT / 2).astype(
        np.int64
    )


def _unusable(x: Ints, y: Ints) -> tuple[Ints, Ints]:
    """Coordinates that are no location, in turn: missing, one of the two missing, (0, 0), out of range."""
    turn = np.arange(len(x)) % 6
    return (
        np.select([turn == 0, turn == 1, turn == 2, turn == 4], [NULL, NULL, 0, -190_250_000], x),
        np.select([turn == 0, turn == 5, turn == 2, turn == 3], [NULL, NULL, 0, 91_500_000], y),
    )


def _far_off(count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Places outside every tract: at sea, beyond it, at the very ends of the range, on the equator."""
    x = -170_000_000 + rng.integers(0, 20_000_000, count)
    y = 10_000_000 + rng.integers(0, 45_000_000, count)
    far = [(16_370_000, 48_210_000), (180_000_000, 51_000_000), (-180_000_000, -90_000_000), (0, 51_480_000)]
    for place, (east, north) in enumerate([*far, (-98_125_000, 0), (25_000_000, 90_000_000)]):
        x[place::9], y[place::9] = east, north
    return x, y


def _ids(count: int, rng: np.random.Generator) -> Ints:
    """Ids that ascend with gaps; a third of them are a digit shorter than the others."""
    digits: int = 10 ** max(7, len(str(_ID_STEP * count)))
    return digits + _ID_STEP * (np.arange(count) - count // 3) + rng.integers(0, _ID_STEP, count)


def _moments(wanted: Numbers, rng: np.random.Generator) -> Ints:
    """The time of each post, in the order in which they are planned; some within hours of New Year."""
    year = figures.YEAR
    start, stop = _TURNS[year], _TURNS[year + 1]

    def between(first: int, last: int, count: int) -> Ints:
        return rng.integers(first, last, count)

    result = between(start, stop, wanted.posts)
    near = np.flatnonzero(rng.random(wanted.posts) < max(_NEAR_NEW_YEAR, 40 / wanted.posts))
    result[near[::2]] = between(start, start + _HOURS, len(near[::2]))
    result[near[1::2]] = between(stop - _HOURS, stop, len(near[1::2]))

    others = np.arange(wanted.year, wanted.year + wanted.other_years)
    before, after = others[::2], others[1::2]
    result[before] = between(_TURNS[year - 1], start, len(before))
    result[after] = between(stop, _TURNS[year + 2], len(after))
    result[before[::8]] = between(start - _HOURS, start, len(before[::8]))
    result[after[::8]] = between(stop, stop + _HOURS, len(after[::8]))
    result[[before[1], after[1], before[-1]]] = NO_TIME
    # To the second, on either side of either turn.
    result[others[[0, 1]]] = start - 1, stop
    result[[0, 1]] = start, stop - 1
    return result
