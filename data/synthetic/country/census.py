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
from data.synthetic.country.layout import Layout
from data.tables import replacing

NO_INCOME: Final = -666_666_666
"""What the Census writes where there is no median."""
_TOP_CODE: Final = 250_001
_LOWEST_INCOME: Final = 14_000


@dataclass(frozen=True, eq=False)
class Census:
    """What the Census says about each tract, by tract number.

    Attributes:
        people: How many people posts are made for; equal to ``population`` where that is known and not 0.
        population: Its population; 0 in some tracts, -1 in those without a row.
        income: Its median household income in US dollars a year; :data:`NO_INCOME` in some.
    """

    people: Ints
    population: Ints
    income: Ints

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
    income = np.clip(drawn.astype(np.int64), _LOWEST_INCOME, _TOP_CODE)

    northern = grid.neighbour(np.arange(tracts), TOP)
    pairs = np.flatnonzero(northern == np.arange(tracts) + 1)[
        ::2
    ]  # every second, so no tract is in two pairs
    chosen = rng.choice(pairs, min(ties, len(pairs)), replace=False)
    people[northern[chosen]] = people[chosen]

    population = people.copy()
    few = [placed for placed in layout.cities if placed.city.usable is not None]
    free = np.ones(tracts, dtype=bool)
    for placed in few:
        free[placed.first : placed.stop] = False
        income[placed.first + (placed.city.usable or 0) : placed.stop] = NO_INCOME
    odd = rng.permutation(np.flatnonzero(free))
    each = max(4, tracts // 100)
    nobody, without_row, without_income = odd[:each], odd[each : 2 * each], odd[2 * each : 4 * each]
    population[nobody] = 0
    population[without_row] = -1
    income[np.concatenate([nobody, without_row, without_income])] = NO_INCOME
    return Census(people, population, income)


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
    acs = pa.table(
        {
            "GEOID": np.array([int(layout.geoids[tract]) for tract in rows]),
            "B01003_001E": census.population[rows],
            "B19013_001E": census.income[rows],
        }
    )
    lists = pa.table(
        {
            "city": [each.city.name for each in layout.cities for _ in each.tracts],
            "GEOID": [layout.geoids[tract] for each in layout.cities for tract in each.tracts],
        }
    )
    for name, table in (("acs.csv", acs), ("city_tracts.csv", lists)):
        with replacing(folder / name) as beside:
            pyarrow.csv.write_csv(table, beside)
