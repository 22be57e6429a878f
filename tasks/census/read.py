"""The Census and the lists of cities: population and income by tract, and the tracts of each city."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from data.settings import FILE
from data.text import nearest
from tasks.census.acs import read_acs, read_acs_files
from tasks.census.city_lists import CityLists, read_city_lists
from tasks.census.results import Census
from tasks.rows.results import InputFile

__all__ = ["CityLists", "examined", "read_acs", "read_census", "read_city_tracts"]

Given = tuple[str, Path] | Sequence[tuple[str, Path]]
"""One file or several: the path inside the investigation folder, and where to open it."""

MadeLists = Callable[[], tuple[CityLists, tuple[InputFile, ...]]]
"""Makes lists of cities of something else (the polygons of the places), and says from which files."""

_MADE: Final = "census/places*"


def read_city_tracts(path: Path, label: str) -> pa.Table:
    """Read the tracts of each city from one file; a tract may belong to several cities.

    Args:
        path: A list of cities in any layout of :mod:`tasks.census.city_lists`.
        label: How the file is named in an error, as ``census/city_tracts.csv``.

    Returns:
        city (string), GEOID (string): each pair once, sorted.

    Raises:
        InputError: The file, a column or a value is wrong.
    """
    return read_city_lists([(label, path)]).cities.select(["city", "GEOID"])


def read_census(
    acs: Given,
    city_tracts: Given,
    include: Sequence[str] | None,
    made: MadeLists | None = None,
    unread: str = "",
) -> Census:
    """Read the Census and the lists of the examined cities.

    Args:
        acs: The tables with population and income.
        city_tracts: The lists of cities; none where they are made.
        include: The examined cities (``[cities] include``); None for every city of the lists.
        made: Makes the lists where no file has them.
        unread: What is added where no table has a measure: which file was not recognised.

    Returns:
        The Census and the examined cities.

    Raises:
        InputError: As :func:`tasks.census.acs.read_acs_files` and
            :func:`tasks.census.city_lists.read_city_lists`; a city of ``include`` has no list, or no city
            is left.
    """
    tables, lists = _several(acs), _several(city_tracts)
    if lists or made is None:
        found, sources = read_city_lists(lists), tuple(InputFile.of(*file) for file in lists)
    else:
        found, sources = made()
    survey = read_acs_files(tables, unread)
    census = Census(
        survey.tracts,
        found.cities.select(["city", "GEOID"]),
        (*(InputFile.of(*file) for file in tables), *sources),
        shares=found.cities,
        recognised=(*survey.words, *found.words),
    )
    return examined(census, include, lists[0][0] if lists else _MADE)


def _several(given: Given) -> Sequence[tuple[str, Path]]:
    one = isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str)
    return [cast(tuple[str, Path], given)] if one else cast(Sequence[tuple[str, Path]], given)


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
