"""What the other forms of the public tables say of a table: its title, its keys, how it hangs together."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from data.schema import TABLES, Column, Table
from data.schema.shown import unit_of

_CITY: Final = (("city",), "city_tests_robust")
_TYPE: Final = (("city", "crime"), "crime_types")

REFERENCES: Final[Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]] = MappingProxyType(
    {
        "city_deciles": (_CITY,),
        "city_tests": (_CITY,),
        "city_variants": (_CITY,),
        "city_income_error": (_CITY,),
        "city_models": (_CITY,),
        "crime_deciles": (_TYPE,),
        "crime_tests": (_TYPE,),
        "crime_tests_robust": (_TYPE,),
        "crime_variants": (_TYPE,),
        "crime_income_error": (_TYPE,),
        "crime_models": (_TYPE,),
        "tract_crimes": (_TYPE, (("city", "GEOID"), "tracts_used")),
        "gentrification_tracts": (
            (("city",), "gentrification"),
            (("metro_area",), "gentrification_thresholds"),
        ),
        "city_selection": ((("city",), "gentrification"),),
    }
)
"""Columns of a table, and the table whose key they are, by the same names."""

LOOKED_UP: Final = ("agency", "city", "crime", "GEOID", "metro_area")
"""Columns by which people look for rows."""


def title_of(table: Table) -> str:
    """The title of a table.

    Example:
        >>> title_of(TABLES["public/alerts_by_month"])
        'Alerts by month'
    """
    return table.stem.replace("_", " ").capitalize()


def has_primary_key(table: Table) -> bool:
    """Whether no value of the key may be missing, as a primary key demands."""
    return not any(column.nullable for column in table.columns if column.name in table.key)


def references_of(table: Table, others: frozenset[str]) -> list[tuple[tuple[str, ...], str]]:
    """The references of a table to tables that are there.

    Args:
        table: The table.
        others: The stems of those that are there.
    """
    return [
        (columns, other)
        for columns, other in REFERENCES.get(table.stem, ())
        if other in others and TABLES[f"public/{other}"].key == columns
    ]


def meaning_of(column: Column) -> str:
    """What a value says, with its unit where the meaning does not name it."""
    unit = unit_of(column)
    named = unit.split(",")[0].lower() in column.meaning.lower()
    return column.meaning if named else f"{column.meaning} ({unit})"
