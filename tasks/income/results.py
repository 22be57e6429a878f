"""What the income room hands on: the findings of all examined cities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from data.schema import TABLES
from data.tables import write_table


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
class Names:
    """The tables of the findings on one thing counted, by their names in the schema."""

    deciles: str
    tests: str
    robust: str


NAMES: Final[Mapping[str, Names]] = {
    "posts": Names("public/city_deciles", "public/city_tests", "public/city_tests_robust"),
    "crimes": Names("public/crime_deciles", "public/crime_tests", "public/crime_tests_robust"),
}
"""By the thing counted; its word is also in the names of the columns."""


@dataclass(frozen=True)
class Findings:
    """The tables of method 7 or 9 as they are written, and the number of cities by verdict.

    Attributes:
        deciles: The rows of ``public/city_deciles`` or ``public/crime_deciles``, in order of their key.
        tests: The rows of ``public/city_tests`` or ``public/crime_tests``.
        robust: The rows of ``public/city_tests_robust`` or ``public/crime_tests_robust``.
        verdicts: Cities, or types of crime in a city, by direction at tract level: ``positive``,
            ``negative``, ``none`` and ``not testable``, zeros included; they add up to all that was examined.
    """

    deciles: pa.Table
    tests: pa.Table
    robust: pa.Table
    verdicts: dict[str, int]


def write_findings(findings: Findings, counted: str, out: Path) -> None:
    """Write the tables of what was found.

    Args:
        findings: What was found.
        counted: Of what: a key of :data:`NAMES`.
        out: The folder of the tables.
    """
    names = NAMES[counted]
    for table, name in (
        (findings.deciles, names.deciles),
        (findings.tests, names.tests),
        (findings.robust, names.robust),
    ):
        write_table(table, TABLES[name], out)
