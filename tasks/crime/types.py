"""What became of the crimes of each examined type: a city may withhold where those of one type happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from data.errors import LedgerError
from data.schema import TABLES
from tasks.crime.results import CrimeCounts, GatheredCrimes

LOST: Final = {"no_location": "without a place", "outside": "outside the city"}
"""The columns of ``public/crime_types`` of crimes that are in no tract of the city, in words."""


def types_of(gathered: Sequence[GatheredCrimes], counts: Sequence[CrimeCounts]) -> pa.Table:
    """The rows of ``public/crime_types``: of each city and examined type, what became of its crimes.

    Args:
        gathered: Of each folder, the crimes that have no location, by type.
        counts: Of each folder, the others, in any order.

    Raises:
        LedgerError: The types of a folder do not add up to its lines of the ledger.
    """
    by_key = {each.key: each for each in counts}
    rows = [row for each in gathered for row in _rows(each, by_key[each.key])]
    return pa.Table.from_pylist(rows, TABLES["public/crime_types"].arrow)


def _rows(gathered: GatheredCrimes, counts: CrimeCounts) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, counted in counts.counted.items():
        nowhere = gathered.without_location.get(name, 0)
        outside = counts.outside_by_type.get(name, 0)
        lost = {"no_location": nowhere, "outside": outside, "counted": counted}
        rows.append({"city": counts.city, "crime": name, "recorded": sum(lost.values()), **lost})
    for column, total in (("no_location", gathered.no_location), ("outside", counts.outside)):
        found = sum(row[column] for row in rows)
        if found != total:
            raise LedgerError(
                f"crime/{gathered.key}: {column}: {total:,} in the ledger, but {found:,} over the types"
            )
    return rows


def in_words(row: Mapping[str, Any]) -> str:
    """What became of a type of which no crime is in a tract of the city.

    Args:
        row: A row of ``public/crime_types``.

    Example:
        >>> in_words({"recorded": 40, "no_location": 39, "outside": 1})
        '40 recorded, 39 without a place, 1 outside the city'
    """
    lost = (f"{row[column]:,} {words}" for column, words in LOST.items() if row[column])
    return ", ".join([f"{row['recorded']:,} recorded", *lost])


def lost_columns(types: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The columns of what was lost that are not 0 for every type: these are shown.

    Example:
        >>> lost_columns([{"no_location": 0, "outside": 0}, {"no_location": 3, "outside": 0}])
        ('no_location',)
    """
    rows = list(types)
    return tuple(column for column in LOST if any(row[column] for row in rows))
