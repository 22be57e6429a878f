"""Have the tracts of the cities people and incomes (method 6.16)?

A table whose incomes are blank has a row for every tract, so that no tract is missing; yet nothing can be
compared with income.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from data.errors import InputError
from data.printable import escaped
from tasks.tracts.vintages import Files

SCARCE: Final = 0.25
"""Up to this share of a city's tracts have no people or no income without a word. In the 50 largest cities it
is at most 7 % (ACS 2015-2019)."""
_LEAST: Final = 3
"""So many must lack them."""


def check_incomes(cities: Mapping[str, Collection[str]], files: Files) -> tuple[str, ...]:
    """See that tracts of the cities have people and incomes.

    Args:
        cities: By city, the tracts of its list.
        files: The files.

    Returns:
        A line for the city that has the fewest, where more than :data:`SCARCE` of its tracts lack them.

    Raises:
        InputError: No tract of any of the cities has people and an income.
    """
    rows = {city: files.acs.geoids & frozenset(own) for city, own in sorted(cities.items())}
    without = {city: sorted(own - files.with_income) for city, own in rows.items()}
    listed = {geoid for own in rows.values() for geoid in own}
    if listed and files.with_income.isdisjoint(listed):
        some = f"{len(rows):,} cities" if len(rows) > 1 else escaped(repr(next(iter(rows))))
        raise InputError(
            f"{files.acs.name}: none of the {len(listed):,} tracts of {some} has people and an income, as "
            f"{min(listed)}; hand in a table with the population (B01003) and the median household income "
            "(B19013) of tracts"
        )
    scarce = {
        city: own
        for city, own in without.items()
        if len(own) >= _LEAST and len(own) > SCARCE * len(rows[city])
    }
    if not scarce:
        return ()
    worst = max(scarce, key=lambda city: len(scarce[city]) / len(rows[city]))
    more = len(scarce) - 1
    also = f" (and so in {more} more cit{'ies' if more > 1 else 'y'})" if more else ""
    what = f"{len(scarce[worst]):,} of the {len(rows[worst]):,} tracts of {escaped(worst)!r}"
    return (
        f"{files.acs.name}: {what} have no people or no income, as {scarce[worst][0]}{also}: left out of "
        "rates and tests; is the table whole?",
    )
