"""The names of a city besides its name in the Census, and its state.

The Census names a place ``Kansas City city, Missouri`` or ``Nashville-Davidson metropolitan government
(balance), Tennessee``; the Atlas, and everybody else, Kansas City and Nashville.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from data.errors import InputError
from data.police import Police, States, plain, read_police, read_states
from tasks.selection.results import GentrificationInput

GOVERNMENTS: Final = (
    "metropolitan government",
    "metro government",
    "consolidated government",
    "unified government",
    "urban county",
)
"""What the Census puts after the name of a city that is merged with its county. Such a name may hold both:
``Nashville-Davidson``, ``Louisville/Jefferson County``."""

KINDS: Final = ("city and borough", "city", "town", "village", "borough", "municipality", "CDP")
"""What it puts after the name of another place; in lower case, so that Carson City keeps its own."""

_BALANCE: Final = re.compile(r" \(balance\)$")
_SUFFIX: Final = re.compile(rf" (?:(?P<government>{'|'.join(GOVERNMENTS)})|(?P<kind>{'|'.join(KINDS)}))$")
_IN_BRACKETS: Final = re.compile(r"^(?P<name>[^()]+) \((?P<other>[^()]+)\)$")
_BOTH: Final = re.compile(r"[-/,]")


@dataclass(frozen=True)
class City:
    """A city of the list.

    Attributes:
        city: As the list spells it.
        names: Its names, the fullest first.
        state: Its state's postal code.
    """

    city: str
    names: tuple[str, ...]
    state: str


def names_of(city: str) -> tuple[str, ...]:
    """The names of a city, from its name in the Census without the state.

    Args:
        city: The name up to its last comma.

    Returns:
        The name without what the Census puts after it; where it holds two, also the part of it that is a
        city's name.

    Example:
        >>> names_of("Kansas City city"), names_of("Indianapolis city (balance)"), names_of("Carson City")
        (('Kansas City',), ('Indianapolis',), ('Carson City',))
        >>> names_of("Louisville/Jefferson County metro government (balance)")
        ('Louisville/Jefferson County', 'Louisville')
        >>> names_of("Nashville-Davidson metropolitan government (balance)"), names_of("Winston-Salem city")
        (('Nashville-Davidson', 'Nashville'), ('Winston-Salem',))
        >>> names_of("San Buenaventura (Ventura) city")
        ('San Buenaventura', 'Ventura')
    """
    whole = _BALANCE.sub("", city.strip())
    suffix = _SUFFIX.search(whole)
    name = whole[: suffix.start()] if suffix else whole
    if (brackets := _IN_BRACKETS.match(name)) is not None:
        return brackets["name"], brackets["other"]
    first = _BOTH.split(name, maxsplit=1)[0].strip()
    if suffix and suffix["government"] and first not in {"", name}:
        return name, first
    return (name,)


def state_of(city: str, geoids: Iterable[str], states: States) -> tuple[str, str]:
    """The state of a city: the one after the last comma of its name, else that of its tracts.

    Args:
        city: The city, as the list spells it.
        geoids: Its tracts. The lists of the Census hold some across a state border too, so the state is that
            of most of them; of two with equally many, the one with the lower number.
        states: The states.

    Returns:
        The name without the state, and the state's postal code.

    Raises:
        InputError: The name has no state, and no state has the tracts' number.

    Example:
        >>> state_of("Portland city, Oregon", [], read_states())
        ('Portland city', 'OR')
        >>> state_of("Washington", ["24033800100", "11001000100", "11001000201"], read_states())
        ('Washington', 'DC')
    """
    name, comma, after = city.rpartition(",")
    named = states.find(after) if comma else None
    if named is not None:
        return name, named.code
    numbers = Counter(geoid[:2] for geoid in geoids)
    number = min(numbers, key=lambda number: (-numbers[number], number), default="")
    found = states.of_tract(number) if number else None
    if found is None:
        raise InputError(
            f"census/gentrification: column city: the state of {city!r} is unknown (its tracts begin with "
            f"{number or 'nothing'}, the number of no state); write the state after a comma, as in "
            "'Portland city, Oregon'"
        )
    return name if comma else city, found.code


def check_cities(given: GentrificationInput) -> None:
    """See, before any work is done, that the Atlas can be matched with the cities of a list.

    Args:
        given: The tracts as they were read.

    Raises:
        InputError: As :func:`state_of` and :func:`by_name`.
    """
    by_name(cities_of(given.tracts, read_states(), read_police()))


def cities_of(tracts: pa.Table, states: States, police: Police) -> list[City]:
    """The cities of a list, with all their names.

    Args:
        tracts: GEOID and city, which may be missing; as in ``public/gentrification_tracts``.
        states: The states.
        police: The table of other names.

    Returns:
        The cities, in order of their names.

    Raises:
        InputError: As :func:`state_of`.
    """
    geoids: dict[str, list[str]] = {}
    for geoid, city in zip(tracts["GEOID"].to_pylist(), tracts["city"].to_pylist(), strict=True):
        if city is not None:
            geoids.setdefault(city, []).append(geoid)
    cities = []
    for city in sorted(geoids):
        name, state = state_of(city, geoids[city], states)
        names = names_of(name)
        others = [row.name for row in police.of(names, state, "city")]
        cities.append(City(city, (*names, *others), state))
    return cities


def by_name(cities: Iterable[City]) -> Mapping[tuple[str, str], City]:
    """The cities by state and every name, in the form of :func:`data.police.plain`.

    Raises:
        InputError: Two share a name, so that nobody could tell whose police it is.
    """
    known: dict[tuple[str, str], City] = {}
    for city in cities:
        for name in city.names:
            other = known.setdefault((city.state, plain(name)), city)
            if other is not city:
                raise InputError(
                    f"census/gentrification: column city: {other.city!r} and {city.city!r} are both "
                    f"{name} in {city.state}; write one city in one way, or two cities with their full names"
                )
    return known
