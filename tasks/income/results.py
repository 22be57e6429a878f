"""What the income room hands on: the findings of all examined cities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from data.schema import TABLES
from data.tables import write_table

ROLES: Final[Mapping[str, str]] = {
    "deciles": "deciles",
    "tests": "tests",
    "robust": "tests_robust",
    "variants": "variants",
    "effects": "effects",
    "income_error": "income_error",
    "models": "models",
}
"""The tables of the findings by what they hold, and the end of their names. Of posts they begin with
``public/city_``, of crimes with ``public/crime_``."""
_BEGINS: Final[Mapping[str, str]] = {"posts": "public/city_", "crimes": "public/crime_"}


def table_of(role: str, counted: str) -> str:
    """The name in the schema of a table of findings.

    Example:
        >>> table_of("robust", "crimes")
        'public/crime_tests_robust'
    """
    return _BEGINS[counted] + ROLES[role]


@dataclass(frozen=True)
class CityCrime:
    """One type of crime in one city, counted by tract.

    Attributes:
        city: The city, spelled as in the census lists.
        crime: The type.
        counts: GEOID (string, unique) and count (int64) of the tracts with at least one.
    """

    city: str
    crime: str
    counts: pa.Table


@dataclass(frozen=True)
class Findings:
    """The tables of method 7 or 9 as they are written, and the number of cities by finding and verdict.

    Attributes:
        tables: By role (:data:`ROLES`), the rows of the table in order of its key.
        directions: Cities, or types of crime in a city, by plain finding, zeros included; they add up to all
            that was examined.
        verdicts: The same by verdict (:data:`tasks.income.judge.VERDICTS`).
    """

    tables: Mapping[str, pa.Table]
    directions: Mapping[str, int]
    verdicts: Mapping[str, int]

    @property
    def deciles(self) -> pa.Table:
        """``public/city_deciles`` or ``public/crime_deciles``."""
        return self.tables["deciles"]

    @property
    def tests(self) -> pa.Table:
        """``public/city_tests`` or ``public/crime_tests``."""
        return self.tables["tests"]

    @property
    def robust(self) -> pa.Table:
        """``public/city_tests_robust`` or ``public/crime_tests_robust``."""
        return self.tables["robust"]

    @property
    def effects(self) -> pa.Table:
        """``public/city_effects`` or ``public/crime_effects``."""
        return self.tables["effects"]


def write_findings(findings: Findings, counted: str, out: Path) -> None:
    """Write the tables of what was found.

    Args:
        findings: What was found.
        counted: Of what: ``posts`` or ``crimes``.
        out: The folder of the tables.
    """
    for role, table in findings.tables.items():
        write_table(table, TABLES[table_of(role, counted)], out)
