"""The Census and the lists of cities: population and income by tract, and the tracts of each city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError
from data.settings import FILE
from data.text import nearest
from tasks.places.geoids import repeated_geoid, to_geoids
from tasks.places.results import Census
from tasks.rows.results import InputFile
from tasks.rows.small_tables import not_negative, read_columns

POPULATION: Final = "B01003_001E"
"""Total population, in the American Community Survey's name for it."""

INCOME: Final = "B19013_001E"
"""Median household income of the past 12 months, US dollars of the survey's year."""


def read_acs(path: Path, label: str) -> pa.Table:
    """Read population and median income by tract.

    The Census writes what it does not publish as a large negative number (``-666666666``: too few
    households, and others like it). Neither figure can be negative, so every negative one counts as missing.

    Args:
        path: ``.csv`` or ``.parquet`` with GEOID, B01003_001E and B19013_001E.
        label: How the file is named in an error, as ``census/acs.csv``.

    Returns:
        GEOID (string, unique, sorted), population (int64), income (float64, US dollars); the last two may be
        missing.

    Raises:
        InputError: The file, a column or a value is wrong, or a GEOID appears twice.
    """
    found = read_columns(path, label, {"GEOID": "geoid", POPULATION: "number", INCOME: "number"})
    population = not_negative(found[POPULATION])
    if not pc.all(pc.equal(population, pc.floor(population)), min_count=0).as_py():
        raise InputError(
            f"{label}: column {POPULATION} holds fractions of people; check that it is the right column"
        )
    table = pa.table(
        {
            "GEOID": to_geoids(found["GEOID"], label),
            "population": population.cast(pa.int64()),
            "income": not_negative(found[INCOME]),
        }
    )
    if (geoid := repeated_geoid(table["GEOID"])) is not None:
        raise InputError(f"{label}: column GEOID: {geoid} appears twice; keep one row per tract")
    return table.sort_by("GEOID")


def read_city_tracts(path: Path, label: str) -> pa.Table:
    """Read the tracts of each city; a tract may belong to several cities.

    Args:
        path: ``.csv`` or ``.parquet`` with city and GEOID.
        label: How the file is named in an error, as ``census/city_tracts.csv``.

    Returns:
        city (string), GEOID (string): each pair once, sorted.

    Raises:
        InputError: The file, a column or a value is wrong.
    """
    found = read_columns(path, label, {"city": "text", "GEOID": "geoid"})
    named = pc.fill_null(pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(found["city"])), 0), False)
    if not pc.all(named, min_count=0).as_py():
        row = pc.index(named, False).as_py() + 1
        raise file_faults.empty_value(label, "city", row, "name the city or remove the row")
    table = pa.table({"city": found["city"], "GEOID": to_geoids(found["GEOID"], label)})
    distinct = table.group_by(["city", "GEOID"], use_threads=False).aggregate([])
    return distinct.sort_by([("city", "ascending"), ("GEOID", "ascending")])


def read_census(
    acs: tuple[str, Path], city_tracts: tuple[str, Path], include: Sequence[str] | None
) -> Census:
    """Read the Census and the lists of the examined cities.

    Args:
        acs: Population and income: the file's path inside the investigation folder, and where to open it.
        city_tracts: The lists of cities, likewise.
        include: The examined cities (``[cities] include``); None for every city of the lists.

    Returns:
        The Census and the examined cities.

    Raises:
        InputError: As :func:`read_acs` and :func:`read_city_tracts`; a city of ``include`` has no list, or
            no city is left.
    """
    lists = read_city_tracts(city_tracts[1], city_tracts[0])
    census = Census(read_acs(acs[1], acs[0]), lists, (InputFile.of(*acs), InputFile.of(*city_tracts)))
    return examined(census, include, city_tracts[0])


def examined(census: Census, include: Sequence[str] | None, label: str) -> Census:
    """The same Census with the lists of the examined cities only.

    Args:
        census: With the lists of all cities.
        include: The examined cities (``[cities] include``); None for all of them.
        label: How the file of the lists is named in an error.

    Returns:
        The Census and the examined cities.

    Raises:
        InputError: A city of ``include`` has no list, or no city is left.
    """
    cities = census.cities
    if include is not None:
        known = set(cities["city"].unique().to_pylist())
        for city in include:
            if city not in known:
                near = nearest(city, known)
                fix = f"did you mean {near!r}?" if near else f"add its tracts to {label}"
                raise InputError(f"{FILE}: cities.include: no list has the city {city!r}; {fix}")
        cities = cities.filter(pc.is_in(cities["city"], pa.array(list(include), pa.string())))
    if not len(cities):
        where = label if include is None else f"{FILE}: cities.include"
        raise InputError(f"{where}: names no city; add at least one")
    return replace(census, cities=cities.combine_chunks())
