"""Two years of the tracts: ``census/gentrification``, made so that poor tracts of some cities gentrified.

Missing values, implausible values and values exactly at a limit are put into tracts that would otherwise
count, so that a mistake in the rules shows in a city's numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.synthetic.country.borders import Bools
from data.synthetic.country.census import NO_INCOME
from data.synthetic.country.grid import Ints
from data.synthetic.country.layout import Layout, Placed
from data.synthetic.country.model import Country
from data.synthetic.mail.planning import AGENCIES
from data.synthetic.public_records.figures import END, INFLATION, POSTAL, START, bare
from data.tables import replacing

MISSING: Final = np.iinfo(np.int64).min
"""Marks a number that is not known."""
_HOT: Final = (0.05, 0.27)
"""A city's share of tracts that attract people with money and degrees; outside the cities it is the first."""
_HOTTEST: Final = 0.36
"""The same in the cities of the agencies that gave their mail, which makes them likely to be chosen."""


@dataclass(frozen=True, eq=False)
class Year:
    """A year's numbers of each tract; whole numbers or :data:`MISSING`.

    Attributes:
        population: Residents.
        adults: Residents aged 25 and over.
        degrees: Adults with a bachelor's degree.
        income: Median household income in dollars of the year.
        value: Median home value in dollars of the year.
    """

    population: Ints
    adults: Ints
    degrees: Ints
    income: Ints
    value: Ints


@dataclass(frozen=True, eq=False)
class Tracts:
    """The tracts in both years, by number.

    Attributes:
        metros: The metro areas, in order of their tracts.
        metro: The metro area of each tract, as an index into ``metros``.
        start: The first year.
        end: The last year.
    """

    metros: tuple[str, ...]
    metro: Ints
    start: Year
    end: Year


def plan_tracts(country: Country, rng: np.random.Generator) -> Tracts:
    """Make both years of every tract.

    Args:
        country: The tracts; their people and incomes are those of the last year.
        rng: Decides the rest.
    """
    count, census = country.grid.tracts, country.census
    metros, metro = _metros(country.layout)
    money = np.where(census.income == NO_INCOME, np.exp(rng.normal(11.0, 0.4, count)), census.income)
    hot = _hot(country.layout, count, rng)
    adults_share = 0.6 + 0.12 * rng.random(count)
    degree_share = np.clip(0.1 + 0.25 * (money / 60_000 - 0.5) + 0.05 * rng.standard_normal(count), 0.03, 0.7)
    gain = 0.03 + 0.15 * hot + 0.03 * rng.standard_normal(count)
    rise = np.exp(0.1 + 0.5 * hot + 0.12 * rng.standard_normal(count))
    unknown = census.population < 0
    population = (census.people * (0.8 + 0.3 * rng.random(count))).astype(np.int64)
    adults = (population * adults_share).astype(np.int64)
    adults_end = (np.maximum(census.population, 0) * adults_share).astype(np.int64)
    degrees_end = (adults_end * np.clip(degree_share + gain, 0.02, 0.95)).astype(np.int64)
    # Where people with money moved in, incomes at the start were lower than those of the last year suggest.
    income = money / 1.5 * np.exp(0.1 * rng.standard_normal(count) - 0.4 * hot)
    value = income * 3.4 * np.exp(0.15 * rng.standard_normal(count))
    start = Year(
        population=population,
        adults=adults,
        degrees=(adults * degree_share).astype(np.int64),
        income=income.astype(np.int64),
        value=100 * (value / 100).astype(np.int64),
    )
    end = Year(
        population=np.where(unknown, MISSING, census.population),
        adults=np.where(unknown, MISSING, adults_end),
        degrees=np.where(unknown, MISSING, degrees_end),
        income=np.where(census.income == NO_INCOME, MISSING, census.income),
        value=100 * (INFLATION * value * rise / 100).astype(np.int64),
    )
    return _with_cases(Tracts(metros, metro, start, end), country.layout, hot, rng)


def city_rows(layout: Layout) -> list[tuple[int, str | None]]:
    """The rows of the file: each tract with its city, or None; a tract of two cities has two rows."""
    cities: list[list[str]] = [[] for _ in layout.geoids]
    for placed in layout.cities:
        for tract in placed.tracts:
            cities[tract].append(placed.city.name)
    return [(tract, city) for tract, names in enumerate(cities) for city in names or (None,)]


def write_tracts(path: Path, layout: Layout, tracts: Tracts) -> None:
    """Write ``census/gentrification.parquet`` (method 8).

    An unknown home value of the last year is written with the Census's own number for it.

    Args:
        path: The file.
        layout: GEOIDs and cities.
        tracts: Both years.
    """
    rows = city_rows(layout)
    which = np.array([tract for tract, _ in rows])
    columns: dict[str, pa.Array] = {
        "GEOID": pa.array([layout.geoids[tract] for tract, _ in rows]),
        "metro_area": pa.array([tracts.metros[metro] for metro in tracts.metro[which]]),
        "city": pa.array([city for _, city in rows], pa.string()),
    }
    names = {
        "total_population": "population",
        "total_population_25_over": "adults",
        "educational_attainment": "degrees",
        "median_income": "income",
        "median_home_value": "value",
    }
    for suffix, year in ((START, tracts.start), (END, tracts.end)):
        for name, attribute in names.items():
            values = getattr(year, attribute)[which]
            missing = values == MISSING
            if name == "median_home_value" and suffix == END:
                values, missing = np.where(missing, NO_INCOME, values), np.zeros(len(values), dtype=bool)
            columns[f"{name}{suffix}"] = pa.array(values, mask=missing)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        pq.write_table(pa.table(columns), beside, compression="zstd")


def _metros(layout: Layout) -> tuple[tuple[str, ...], Ints]:
    """One metro area per city, with the tracts around it; joined cities share one."""
    groups: list[list[Placed]] = []
    for placed in layout.cities:
        if placed.city.joined:
            groups[-1].append(placed)
        else:
            groups.append([placed])
    ends = [(one[-1].stop + other[0].first) // 2 for one, other in pairwise(groups)]
    names = tuple(
        f"{'-'.join(bare(placed.city.name) for placed in group)}, {POSTAL[group[0].city.state]}"
        for group in groups
    )
    return names, np.searchsorted(ends, np.arange(len(layout.geoids)), side="right")


def _hot(layout: Layout, count: int, rng: np.random.Generator) -> Bools:
    """Which tracts attract people with money: a share of each city's, and a few others."""
    asked = {agency.city for agency in AGENCIES.values()}
    share = np.full(count, _HOT[0])
    for placed in layout.cities:
        drawn = rng.uniform(*_HOT)
        share[placed.first : placed.stop] = _HOTTEST if placed.city.name in asked else drawn
    found: Bools = rng.random(count) < share
    return found


CASES: Final = (
    # Year, column, and the new value; None for a missing one
    ("start", "population", 499),
    ("end", "population", 120),
    ("start", "population", 500),  # not under 500
    ("start", "population", None),  # nor is this
    ("end", "population", None),
    ("start", "income", None),
    ("start", "value", None),
    ("start", "value", 0),
    ("end", "value", None),
    ("end", "value", 0),
    ("end", "degrees", None),
    ("start", "adults", None),
    ("start", "adults", 0),
)


def _with_cases(tracts: Tracts, layout: Layout, hot: Bools, rng: np.random.Generator) -> Tracts:
    """Put each of :data:`CASES` into some tracts of cities; every second of them attracts money."""
    each = max(2, len(layout.geoids) // 4_000)
    in_cities = np.unique(np.concatenate([placed.tracts for placed in layout.cities]))
    order = rng.permutation(in_cities)
    sorts = [iter(order[hot[order]]), iter(order[~hot[order]])]
    years = {"start": vars(tracts.start).copy(), "end": vars(tracts.end).copy()}
    for year, name, value in CASES:
        which = [next(sorts[turn % 2]) for turn in range(each)]
        changed = years[year][name].copy()
        changed[which] = MISSING if value is None else value
        years[year][name] = changed
    return replace(tracts, start=Year(**years["start"]), end=Year(**years["end"]))
