"""How numbers are shown: as many digits as mean something, and their units (method 13.9).

Parquet and the workbook keep every digit. CSV and SQLite, which people read as they are, have these.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from data.schema.model import Column

DIGITS: Final = 6
"""Significant digits of a number."""
OF_RATES: Final = 4
"""Those of a rate per 1,000 residents: of 40 posts among 4,000 people, the third digit is chance already."""
OF_P: Final = 3
"""Those of a p, or of one adjusted for a family."""

PER_1000: Final = "per 1,000 residents"
DOLLARS: Final = "US dollars"
BYTES: Final = "bytes"
PROBABILITY: Final = "probability, 0 to 1"
SHARE: Final = "share, 0 to 1"

_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "income": DOLLARS,
        "income_low": DOLLARS,
        "income_high": DOLLARS,
        "income_10": DOLLARS,
        "income_90": DOLLARS,
        "median_income": DOLLARS,
        "median_home_value": DOLLARS,
        "education_change": "percentage points",
        "home_value_change": SHARE.partition(",")[0],
        "bytes": BYTES,
        "share": SHARE,
        "gentrified_share": SHARE,
        "share_in_city": SHARE,
        "zero_share": SHARE,
        "weight": SHARE,
        "i2": SHARE,
        "reliability": SHARE,
        "same_direction": SHARE,
        "same_verdict": SHARE,
        "same_decile": SHARE,
        "alpha": PROBABILITY,
    }
)


def digits_of(name: str) -> int:
    """How many significant digits a column of numbers has, by its name.

    Args:
        name: The column's.

    Example:
        >>> [digits_of(name) for name in ("pearson_p", "posts_per_1000", "pearson_r")]
        [3, 4, 6]
    """
    if name in {"p", "q"} or name.endswith("_p"):
        return OF_P
    return OF_RATES if name.endswith("_per_1000") else DIGITS


def unit_of(column: Column) -> str:
    """The unit of a column's values, in words; "" where it has none, or its meaning says it.

    Args:
        column: The column.
    """
    if column.name.endswith("_per_1000"):
        return PER_1000
    if digits_of(column.name) == OF_P and column.digits is None:
        return PROBABILITY
    return _UNITS.get(column.name, "")
