"""How much of each listed tract lies in its city, where boundaries of places are there too (method 7.20)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import InputError
from tasks.census.city_lists import SCHEMA
from tasks.census.city_places import city_tracts_from_places
from tasks.census.place_names import open_places, places_in
from tasks.census.results import Shares
from tasks.layers.files import hash_of
from tasks.layers.read_source import batches_of

_WORD: Final = re.compile(
    r"( (city|town|village|borough|municipality|CDP|city and borough|urban county|unified government"
    r"|metro government|metropolitan government|consolidated government))?( \(balance\))?$"
)
"""What the Census Bureau writes after a place's name."""
_STATE_DIGITS: Final = 2


def shares_of_lists(places: Sequence[Path], layer: Path, lists: pa.Table) -> Shares:
    """Find out how much of each listed tract lies in its city.

    A city of the lists is the place that has its name (:func:`place_of`); of one that is no place, or may be
    several, nothing is known. A share that a list states is kept. A listed tract that has no part in the
    city's polygon, or less than counts by rule 6.13, has the share 0; of one without a polygon of its own
    nothing is known.

    Args:
        places: Files of the boundaries of places.
        layer: The tract layer as the room of layers keeps it.
        lists: The lists of cities (:data:`tasks.census.city_lists.SCHEMA`).

    Returns:
        The lists with their shares. Where the boundaries cannot be used they are as they were, with a
        warning: no finding depends on them.
    """
    files = tuple(hash_of(path) for path in sorted(places))
    try:
        names = _names(places)
        of_city = {
            city: place for city, state in _states(lists).items() if (place := place_of(city, state, names))
        }
        inside = _inside(places, layer, of_city)
    except InputError as error:
        why = f"{error}; how much of each tract is in its city is not known"
        return Shares(lists, files, why)
    drawn = frozenset(pq.read_table(layer, columns=["GEOID"])["GEOID"].to_pylist())
    return Shares(_filled(lists, inside, of_city, drawn), files)


def place_of(city: str, state: str, names: Mapping[str, str]) -> str | None:
    """The place that a city of a list is.

    Args:
        city: As the list spells it: "Denver city, Colorado", "Denver city", "Denver, Colorado" or "Denver".
        state: Two digits, of most of its tracts.
        names: The states of places, two digits, by name, as "Denver city, Colorado".

    Returns:
        The name of the place; None where there is none in that state, or several.

    Example:
        >>> known = {"Denver city, Colorado": "08", "Aurora city, Colorado": "08"}
        >>> known["Aurora CDP, Colorado"] = "08"
        >>> [place_of(city, "08", known) for city in ("Denver", "Aurora")], place_of("Denver", "06", known)
        (['Denver city, Colorado', None], None)
    """
    if names.get(city) == state:
        return city
    fits = [
        name
        for name, own in names.items()
        if own == state and city.casefold() in {each.casefold() for each in _spellings(name)}
    ]
    return fits[0] if len(fits) == 1 else None


def _spellings(name: str) -> set[str]:
    """How lists may spell a place: with and without its word and its state."""
    bare, _, state = name.rpartition(", ")
    short = _WORD.sub("", bare)
    return {name, bare, short, f"{short}, {state}"}


def _names(places: Sequence[Path]) -> dict[str, str]:
    """The states of all places that are the only ones of their name."""
    found: Counter[str] = Counter()
    states: dict[str, str] = {}
    for path in sorted(places):
        for source in open_places(path):
            for table, _ in batches_of(source, None):
                named = places_in(table, source)
                found.update(named.names)
                states |= {
                    name: code[:_STATE_DIGITS] for name, code in zip(named.names, named.codes, strict=True)
                }
    return {name: state for name, state in states.items() if found[name] == 1}


def _states(lists: pa.Table) -> dict[str, str]:
    """The state of most tracts of each city."""
    counted: dict[str, Counter[str]] = {}
    for city, geoid in zip(lists["city"].to_pylist(), lists["GEOID"].to_pylist(), strict=True):
        counted.setdefault(city, Counter())[geoid[:_STATE_DIGITS]] += 1
    return {city: max(sorted(states), key=states.__getitem__) for city, states in counted.items()}


def _inside(places: Sequence[Path], layer: Path, of_city: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """The share of a tract that is in a place, by both."""
    if not of_city:
        return {}
    table = city_tracts_from_places(places, [layer], sorted(set(of_city.values())))
    keys = zip(table["city"].to_pylist(), table["GEOID"].to_pylist(), strict=True)
    return dict(zip(keys, table["share"].to_pylist(), strict=True))


def _filled(
    lists: pa.Table,
    inside: Mapping[tuple[str, str], float],
    of_city: Mapping[str, str],
    drawn: Collection[str],
) -> pa.Table:
    """The lists, where a missing share is that of the polygons, for the tracts that have one (``drawn``)."""
    made = [
        inside.get((of_city[city], geoid), 0.0) if city in of_city and geoid in drawn else None
        for city, geoid in zip(lists["city"].to_pylist(), lists["GEOID"].to_pylist(), strict=True)
    ]
    shares = pc.coalesce(lists["share"], pa.array(made, pa.float64()))
    return lists.set_column(lists.column_names.index("share"), "share", shares).cast(SCHEMA)
