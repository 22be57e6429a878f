"""The crimes of the year and the types examined: where each is, and what the method must do with it.

The number of crimes of each type in each tract is decided first, so that the relation to income is the wanted
one. Then each crime is given a place in its tract. Crimes that do not count (without a location, or outside
the city) are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from data.synthetic.country.borders import Borders, far_off, inside, unusable
from data.synthetic.country.counts import FREE, dealt_by_income
from data.synthetic.country.figures import YEAR
from data.synthetic.country.grid import Ints
from data.synthetic.country.layout import Placed
from data.synthetic.country.model import Country
from data.synthetic.public_records.figures import CrimeCity, CrimeNumbers

COUNTED, NO_LOCATION, OUTSIDE = range(3)
NO_TRACT: Final = -1
_ON_BORDERS: Final = 0.03  # of the crimes in tracts; about half of them find a less populous neighbour
_TWICE: Final = 5  # crimes that are recorded twice where records have no id
_JANUARY: Final = int(np.datetime64(f"{YEAR}-01-01", "D").astype(np.int64))
_DAYS: Final = int(np.datetime64(f"{YEAR + 1}-01-01", "D").astype(np.int64)) - _JANUARY


@dataclass(frozen=True, eq=False)
class Crimes:
    """Crimes of the year and the types examined; arrays of equal length.

    Attributes:
        type: Which of the types examined.
        x: Longitude in microdegrees, or :data:`data.synthetic.country.borders.NULL`.
        y: Latitude, likewise.
        day: When, in days of Unix time.
        tract: The number of the tract that must get it; :data:`NO_TRACT` if there is none.
        fate: :data:`COUNTED`, :data:`NO_LOCATION` or :data:`OUTSIDE`.
    """

    type: Ints
    x: Ints
    y: Ints
    day: Ints
    tract: Ints
    fate: Ints

    def counts(self, number: int, tracts: int) -> Ints:
        """The counted crimes of a type, by tract.

        Args:
            number: Which of the types examined.
            tracts: Tracts of the layer.
        """
        these = (self.fate == COUNTED) & (self.type == number)
        return np.bincount(self.tract[these], minlength=tracts)


def plan_crimes(
    country: Country, placed: Placed, city: CrimeCity, wanted: CrimeNumbers, rng: np.random.Generator
) -> Crimes:
    """Plan the crimes of a city.

    Args:
        country: The tracts and the people.
        placed: The city.
        city: Which types are examined.
        wanted: How many of each sort.
        rng: Decides everything drawn.

    Returns:
        The crimes, mixed. If records have no id, five are recorded twice, in equal rows, and count twice.
    """
    borders = Borders(country.grid, country.census)
    kind, tract = _dealt(country, placed, city, wanted, rng)
    if not city.ids:
        kind, tract = _twins_first(kind, tract)
    x, y = inside(country.grid, tract, rng)
    moved, side = _to_borders(borders, country, placed, tract, rng)
    x[moved], y[moved], _, _ = borders.place(tract[moved], side, rng)

    away, east, north = _elsewhere(borders, country, placed, wanted.elsewhere, rng)
    withheld = np.repeat(np.arange(len(city.examined)), [each.withheld for each in city.examined])
    without = wanted.no_location + len(withheld)
    lost = rng.choice(placed.tracts, without)
    nowhere = unusable(*inside(country.grid, lost, rng))
    more = without + wanted.elsewhere
    counted = len(tract)
    examined = np.flatnonzero([each.share > 0 for each in city.examined])
    in_turn = examined[np.arange(wanted.no_location + wanted.elsewhere) % len(examined)]
    day = _JANUARY + rng.integers(0, _DAYS, counted + more)
    day[:2] = _JANUARY, _JANUARY + _DAYS - 1  # the first and the last day of the year
    if not city.ids:
        for each in (x, y, day):
            each[_TWICE : 2 * _TWICE] = each[:_TWICE]
    order = rng.permutation(counted + more)
    fate = np.repeat([COUNTED, NO_LOCATION, OUTSIDE], [counted, without, wanted.elsewhere])
    return Crimes(
        type=np.concatenate([kind, withheld, in_turn])[order],
        x=np.concatenate([x, nowhere[0], east])[order],
        y=np.concatenate([y, nowhere[1], north])[order],
        day=day[order],
        tract=np.concatenate([tract, np.full(without, NO_TRACT), away])[order],
        fate=fate[order],
    )


def _dealt(
    country: Country, placed: Placed, city: CrimeCity, wanted: CrimeNumbers, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Type and tract of every crime that counts, ordered by type and tract."""
    tracts = placed.tracts
    people = int(country.census.people[tracts].sum())
    kinds, where = [], []
    for number, (each, about) in enumerate(zip(city.examined, wanted.examined, strict=True)):
        if each.kind is None:
            continue
        if each.exactly:
            counts = np.zeros(len(tracts), dtype=np.int64)
            used = np.flatnonzero(country.census.used[tracts])
            by_income = used[np.argsort(country.census.income[tracts[used]], kind="stable")]
            # Evenly from poor to rich, so that there is no relation.
            counts[by_income[len(used) * np.arange(1, each.exactly + 1) // (each.exactly + 1)]] = 1
        else:
            free = np.full(len(tracts), FREE)
            counts = dealt_by_income(placed, country.census, each.kind, about / people, given=free, rng=rng)
        where.append(np.repeat(tracts, counts))
        kinds.append(np.full(counts.sum(), number))
    return np.concatenate(kinds), np.concatenate(where)


def _twins_first(kind: Ints, tract: Ints) -> tuple[Ints, Ints]:
    """Type and tract, reordered: five crimes, then five of the same types and tracts, then the rest."""
    pairs = np.flatnonzero((np.diff(tract) == 0) & (np.diff(kind) == 0))[::2][:_TWICE]
    first = np.concatenate([pairs, pairs + 1])
    order = np.concatenate([first, np.setdiff1d(np.arange(len(tract)), first)])
    return kind[order], tract[order]


def _limits(borders: Borders, country: Country, placed: Placed, own: bool) -> tuple[Ints, Ints]:
    """Tracts and sides at the city's limits whose border goes to a tract inside, or outside, the city.

    Args:
        borders: Which tract a border goes to.
        country: The tracts.
        placed: The city.
        own: True for borders that go to the city's tract; False for those that go to the tract beyond, which
            is then the one returned.
    """
    tract, side = (each.ravel() for each in np.meshgrid(placed.tracts, np.arange(4), indexing="ij"))
    beyond = country.grid.neighbour(tract, side)
    limit = (beyond >= 0) & ~np.isin(beyond, placed.tracts)
    tract, side = (tract[limit], side[limit]) if own else (beyond[limit], (side[limit] + 2) % 4)
    good = borders.wins(tract, side)
    return tract[good], side[good]


def _to_borders(
    borders: Borders, country: Country, placed: Placed, tract: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """The crimes that move to a border of their tract, and the side: at the city's limits, and by chance."""
    by_chance = rng.random(len(tract)) < _ON_BORDERS
    by_chance[: 2 * _TWICE] = False
    limit, its_side = _limits(borders, country, placed, own=True)
    present, first = np.unique(tract[2 * _TWICE :], return_index=True)
    _, which, crime = np.intersect1d(limit, present, return_indices=True)
    at_limits = 2 * _TWICE + first[crime]
    by_chance[at_limits] = False
    drawn = np.flatnonzero(by_chance)
    side = rng.integers(0, 4, len(drawn)) + 4 * (rng.random(len(drawn)) < 0.2)
    good = borders.wins(tract[drawn], side)
    return np.concatenate([at_limits, drawn[good]]), np.concatenate([its_side[which], side[good]])


def _elsewhere(
    borders: Borders, country: Country, placed: Placed, count: int, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Tract, longitude and latitude of crimes outside the city.

    In turn they are in another city, in a tract of no city, on the city's limit where the tract beyond is the
    more populous, and in no tract at all.
    """
    turn = np.arange(count) % 4
    in_a_city = np.zeros(country.grid.tracts, dtype=bool)
    for each in country.layout.cities:
        in_a_city[each.tracts] = True
    others = np.concatenate([each.tracts for each in country.layout.cities if each is not placed])
    tract = np.where(turn == 0, rng.choice(others, count), rng.choice(np.flatnonzero(~in_a_city), count))
    beyond, its_side = _limits(borders, country, placed, own=False)
    limit = np.flatnonzero(turn == 2)
    which = rng.integers(0, len(beyond), len(limit))
    tract[limit] = beyond[which]
    x, y = inside(country.grid, tract, rng)
    x[limit], y[limit], _, _ = borders.place(tract[limit], its_side[which], rng)
    tract[turn == 3] = NO_TRACT
    x[turn == 3], y[turn == 3] = far_off(int((turn == 3).sum()), rng)
    return tract, x, y
