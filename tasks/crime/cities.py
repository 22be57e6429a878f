"""The city of a folder of crime records, among those of ``census/city_tracts`` (method 9.9)."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Final

from data.crime_layouts import plain
from data.reference_table import read_rows

_STATES: Final = Path(__file__).parents[2] / "data" / "reference" / "states.csv"
_KIND: Final = re.compile(
    r"\s+(?:city|town|village|borough|municipality|cdp|(?:unified|metropolitan|consolidated|metro)"
    r" government)$"
)
_BALANCE: Final = re.compile(r"\s*\(.*\)$")


def cities_of(name: str, state: str, cities: Collection[str]) -> list[str]:
    """The cities of the lists that a name can mean.

    Args:
        name: The city's name without its kind, as "Los Angeles".
        state: The state's name; "" where it is not known.
        cities: The cities of the lists, however they are spelled.

    Example:
        >>> lists = ["Los Angeles city, California", "Portland, OR", "Portland, Maine"]
        >>> cities_of("los-angeles", "", lists), cities_of("Portland", "Oregon", lists)
        (['Los Angeles city, California'], ['Portland, OR'])
        >>> cities_of("Portland", "", lists)
        ['Portland, Maine', 'Portland, OR']
    """
    wanted, of_state = plain(name), plain(state)
    found = []
    for city in sorted(cities):
        place, _, rest = city.partition(",")
        place = _BALANCE.sub("", place.strip().lower())
        if wanted not in {plain(place), plain(_KIND.sub("", place))}:
            continue
        given = _states().get(plain(rest), plain(rest))
        if not of_state or not given or given == of_state:
            found.append(city)
    return found


@cache
def _states() -> dict[str, str]:
    """The name of each state, by its abbreviation."""
    rows = read_rows(_STATES, ("name", "code", "fips"))
    return {plain(code): plain(name) for _, (name, code, _fips) in rows}
