"""What the income room hands on: the findings of all examined cities."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Findings:
    """The tables of DESIGN 5.7 as they are written, and how many cities were found to be what.

    Attributes:
        deciles: The rows of ``public/city_deciles``, in order of city and decile.
        tests: The rows of ``public/city_tests``, in order of city and level.
        robust: The rows of ``public/city_tests_robust``, in order of city.
        verdicts: Cities by direction at tract level: ``positive``, ``negative``, ``none`` and
            ``not testable``, zeros included; they add up to the cities examined.
    """

    deciles: pa.Table
    tests: pa.Table
    robust: pa.Table
    verdicts: dict[str, int]
