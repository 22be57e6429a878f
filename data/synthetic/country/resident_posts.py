"""The posts of residents before they are written: who, when, where, and what the method must do with each.

A post is first planned for a tract and then given a place in it, so that each tract's number of posts is
known. Most are in the box that is certainly inside the tract. Some are exactly on a vertex that several
tracts share, but only where this tract is the one that the method must choose: the most populous, and among
equally populous ones the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from data.synthetic.country import figures
from data.synthetic.country.borders import TIES, Bools, Borders, far_off, inside, some, unusable
from data.synthetic.country.census import Census
from data.synthetic.country.figures import Numbers
from data.synthetic.country.grid import TOP, Ints
from data.synthetic.country.layout import Layout
from data.synthetic.country.model import Country

NO_TRACT: Final = -1
NO_TIME: Final = np.iinfo(np.int64).min

_ACCOUNTS_PER_POST: Final = 1.7  # drawing from so many gives 660,000 accounts among 873,592 posts
_FIRST_ACCOUNT: Final = 30_000_000
_ID_STEP: Final = 13
_ON_BORDERS: Final = 0.012  # of posts in tracts; about half of them find a less populous neighbour
_FEWEST_ON_BORDERS: Final = 160
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
        y: Latitude, likewise.
        moment: When, in seconds of Unix time, or :data:`NO_TIME`.
        tract: The number of the tract that must get it; :data:`NO_TRACT` if there is none.
        matched: How many tracts touch it.
        tied: Whether the two most populous of these have equally many people.
        excluded: Whether its account is not a resident.
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
        """The year of each in UTC; 0 if its time is not known."""
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
        counts: Posts of the year analysed by tract, without the accounts that are not residents.
        rng: Decides everything drawn.

    Returns:
        The posts, sorts mixed, ids ascending.
    """
    wanted = country.numbers
    sorts = _Sorts.of(wanted)
    borders = Borders(country.grid, country.census)
    scripted = borders.by_design(wanted.other_years // 2)
    tract = _tracts(country, counts, scripted[:, 0], rng)
    x, y = inside(country.grid, np.maximum(tract, 0), rng)
    matched = (tract >= 0).astype(np.int64)
    tied = np.zeros(wanted.posts, dtype=bool)
    chosen, side = _to_borders(borders, tract, scripted, wanted, rng)
    x[chosen], y[chosen], matched[chosen], tied[chosen] = borders.place(tract[chosen], side, rng)
    x[sorts.outside], y[sorts.outside] = far_off(wanted.outside, rng)

    excluded = np.zeros(wanted.posts, dtype=bool)
    excluded[sorts.excluded] = True
    located = np.ones(wanted.posts, dtype=bool)
    located[sorts.no_location] = False
    located[np.flatnonzero(excluded)[:3]] = False  # these count as excluded accounts, not as unlocated
    tract[~located], matched[~located] = NO_TRACT, 0
    x[~located], y[~located] = unusable(x[~located], y[~located])

    users = _FIRST_ACCOUNT + rng.integers(0, int(_ACCOUNTS_PER_POST * wanted.posts), wanted.posts)
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
    """The positions of the sorts of posts before they are mixed; those of the year come first."""

    excluded: slice
    no_location: slice
    outside: slice

    @classmethod
    def of(cls, wanted: Numbers) -> _Sorts:
        """Put one sort after another."""
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


def _to_borders(
    borders: Borders, tract: Ints, scripted: Ints, wanted: Numbers, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """The posts that move to a border of their tract, and the side.

    They are those planned for a border, some posts of the year where a tract is as populous as its northern
    neighbour, and some by chance; a fifth of the last move to a corner.
    """
    in_tracts = wanted.year + wanted.other_years
    tracts = np.arange(wanted.tracts)
    northern = np.full(wanted.tracts, TOP)
    ties = borders.ties(tracts, northern) & borders.wins(tracts, northern)
    tying = some(np.flatnonzero(ties[tract[: wanted.year]]), TIES)

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


def _poorest(layout: Layout, census: Census) -> int:
    """The poorest usable tract of a positive city: hundreds of posts there would reverse its relation."""
    city = next(placed for placed in layout.cities if placed.city.kind == "positive")
    tracts = city.tracts[census.usable[city.tracts]]
    return int(tracts[np.argmin(census.income[tracts])])


def _ids(count: int, rng: np.random.Generator) -> Ints:
    """Ids that ascend with gaps; a third of them are a digit shorter than the others."""
    digits: int = 10 ** max(7, len(str(_ID_STEP * count)))
    return digits + _ID_STEP * (np.arange(count) - count // 3) + rng.integers(0, _ID_STEP, count)


def _moments(wanted: Numbers, rng: np.random.Generator) -> Ints:
    """The time of each post, in the order of planning; some are within hours of New Year."""
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
    # The last and the first second on both sides of both New Years.
    result[others[[0, 1]]] = start - 1, stop
    result[[0, 1]] = start, stop - 1
    return result
