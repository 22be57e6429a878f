"""The made-up Census: population and median household income of every tract, and the lists of cities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from data.synthetic.country.grid import TOP, Grid, Ints
from data.synthetic.country.layout import Layout, Placed
from data.tables import replacing

NO_INCOME: Final = -666_666_666
"""What the Census writes where there is no median."""
NO_MARGIN: Final = -222_222_222
"""What it writes where there is no margin of error."""
TOP_CODE: Final = 250_001
"""What it writes for every income above 250,000 dollars."""
FEW_PEOPLE: Final = 500
"""Tracts with fewer people are not used (the default of an investigation's settings)."""
_LOWEST_INCOME: Final = 14_000
_TINY: Final = ((3, 140, 236_000), (7, 220, 243_000))
"""Of the two tiny tracts: place in the city, people, income."""
_WITHOUT_INCOME: Final = 11
"""Place of the tract without an income in that city."""
_SLOPE: Final = 1.1
"""From one end of a city with *one slope* to the other, the logarithm of the income grows by so much."""
_MISSING: Final = ("970100", 3_210, 61_000)
"""Of the tract without a polygon: number, people, income."""


@dataclass(frozen=True, eq=False)
class Census:
    """What the Census says about each tract, by tract number.

    Attributes:
        people: How many people posts are made for; equal to ``population`` where that is known and not 0.
        population: Its population; 0 in some tracts, -1 in those without a row.
        income: Its median household income in US dollars a year; :data:`NO_INCOME` in some.
        north: In a city with *one slope*, how far north the tract lies, 0 to 1; else 0.
    """

    people: Ints
    population: Ints
    income: Ints
    north: NDArray[np.float64]

    @property
    def used(self) -> NDArray[np.bool_]:
        """Those of them that have enough people to be tested."""
        return self.usable & (self.population >= FEW_PEOPLE)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Tracts that have population and income."""
        return (self.population > 0) & (self.income >= 0)


def make_census(grid: Grid, layout: Layout, ties: int, rng: np.random.Generator) -> Census:
    """Make up the people and incomes of the country.

    Incomes vary over the country in waves, so that neighbours resemble each other, plus noise of each tract.

    Args:
        grid: The layer.
        layout: The cities in it.
        ties: How many tracts get as many people as their northern neighbour.
        rng: Decides the numbers.
    """
    tracts = grid.tracts
    people = 1_200 + (6_600 * rng.beta(2.2, 3.2, tracts)).astype(np.int64)
    phase = rng.random(2) * 2 * np.pi
    waves = np.sin(grid.row / 2.7 + phase[0]) * np.cos(grid.column / 3.7 + phase[1])
    drawn = np.exp(11.0 + 0.3 * waves + 0.35 * rng.standard_normal(tracts))
    north = np.zeros(tracts)
    for placed in layout.cities:
        if placed.city.plant == "one slope":
            east, north[placed.tracts] = (_along(axis[placed.tracts]) for axis in (grid.column, grid.row))
            noise = 0.08 * rng.standard_normal(len(east))
            drawn[placed.tracts] = np.exp(10.6 + _SLOPE * (0.35 * east + 0.65 * north[placed.tracts]) + noise)
    income = np.clip(drawn.astype(np.int64), _LOWEST_INCOME, TOP_CODE)

    northern = grid.neighbour(np.arange(tracts), TOP)
    pairs = np.flatnonzero(northern == np.arange(tracts) + 1)[
        ::2
    ]  # every second, so no tract is in two pairs
    planted = _plant_tiny(layout, people, income)
    pairs = pairs[~np.isin(pairs, planted) & ~np.isin(northern[pairs], planted)]
    chosen = rng.choice(pairs, min(ties, len(pairs)), replace=False)
    people[northern[chosen]] = people[chosen]

    population = people.copy()
    few = [placed for placed in layout.cities if placed.city.usable is not None]
    free = np.ones(tracts, dtype=bool)
    for placed in few:
        free[placed.first : placed.stop] = False
        income[placed.first + (placed.city.usable or 0) : placed.stop] = NO_INCOME
    free[planted] = False
    odd = rng.permutation(np.flatnonzero(free))
    each = max(4, tracts // 100)
    nobody, without_income = odd[:each], odd[each : 3 * each]
    without_row = _at_most_few_of_a_city(layout, odd[3 * each :])[:each]
    population[nobody] = 0
    population[without_row] = -1
    income[np.concatenate([nobody, without_row, without_income])] = NO_INCOME
    return Census(people, population, income, north)


def _at_most_few_of_a_city(layout: Layout, tracts: Ints) -> Ints:
    """Some of the tracts, in their order: all outside the cities, and one of a city, or a few of a large one.

    More would mean that the Census is of another year than the layer (method 6.16).
    """
    kept = np.ones(len(tracts), dtype=bool)
    for placed in layout.cities:
        own = np.flatnonzero((tracts >= placed.first) & (tracts < placed.stop))
        kept[own[max(1, (placed.stop - placed.first) // 250) :]] = False
        kept[tracts == placed.first] = False  # it may be another city's too
    return tracts[kept]


def _along(axis: Ints) -> NDArray[np.float64]:
    """Rows or columns as a place from 0 to 1."""
    return np.asarray((axis - axis.min()) / max(1, int(np.ptp(axis))), dtype=np.float64)


def _plant_tiny(layout: Layout, people: Ints, income: Ints) -> Ints:
    """Give the two tiny tracts of a city their people and incomes, and a third none; their numbers."""
    found = []
    for placed in layout.cities:
        if placed.city.plant == "two tiny tracts":
            for place, residents, dollars in _TINY:
                tract = placed.first + place
                people[tract], income[tract] = residents, dollars
                found.append(tract)
            found.append(placed.first + _WITHOUT_INCOME)
            income[found[-1]] = NO_INCOME
    return np.array(found, dtype=np.int64)


def missing_tracts(layout: Layout) -> list[tuple[str, str, int, int]]:
    """Tracts that are in the list of a city and in the Census, and not in the layer.

    Returns:
        City, GEOID, population and income of each.
    """
    return [
        (placed.city.name, layout.geoids[placed.first][:5] + number, people, income)
        for placed in layout.cities
        if placed.city.plant == "no polygon"
        for number, people, income in (_MISSING,)
    ]


def margins(income: Ints) -> Ints:
    """The margin of error of each income: 6 to 30 per cent of it; none where the income has none.

    Example:
        >>> margins(np.array([40_000, NO_INCOME, TOP_CODE])).tolist()
        [5600, -222222222, -222222222]
    """
    share = 6 + 4 * (income % 7)
    return np.where((income > 0) & (income < TOP_CODE), income * share // 100, NO_MARGIN)


def shares_inside(placed: Placed) -> list[float]:
    """The share of each tract's area that is inside the city: a ninth of them lie mostly outside."""
    return [0.2 + 0.05 * (place % 5) if place % 9 == 5 else 1.0 for place in range(len(placed.tracts))]


def write_census(folder: Path, layout: Layout, census: Census) -> None:
    """Write ``acs.csv`` and ``city_tracts.csv``.

    The first looks as if a spreadsheet had saved it: its GEOIDs are integers, and those of nine states have
    lost their leading zero. The second keeps them as text.

    Args:
        folder: The folder ``census`` of an investigation.
        layout: The cities and GEOIDs.
        census: The numbers of the tracts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.flatnonzero(census.population >= 0)
    missing = missing_tracts(layout)
    geoids = [*(layout.geoids[tract] for tract in rows), *(geoid for _, geoid, *_ in missing)]
    income = np.array([*census.income[rows], *(each[3] for each in missing)])
    acs = pa.table(
        {
            "GEOID": np.array([int(geoid) for geoid in geoids]),
            "B01003_001E": np.array([*census.population[rows], *(each[2] for each in missing)]),
            "B19013_001E": income,
            "B19013_001M": margins(income),
        }
    )
    listed = [
        (each.city.name, layout.geoids[tract], share)
        for each in layout.cities
        for tract, share in zip(each.tracts, shares_inside(each), strict=True)
    ] + [(city, geoid, 1.0) for city, geoid, _, _ in missing]
    lists = pa.table(
        {
            name: list(column)
            for name, column in zip(("city", "GEOID", "share"), zip(*listed, strict=True), strict=True)
        }
    )
    for name, table in (("acs.csv", acs), ("city_tracts.csv", lists)):
        with replacing(folder / name) as beside:
            pyarrow.csv.write_csv(table, beside)
