"""What the income room hands on: the findings of all examined cities."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


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
    """The tables of DESIGN 5.7 or 5.9 as they are written, and the number of cities by verdict.

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
