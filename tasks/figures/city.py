"""The tracts of a city as its figures see them: what was counted in each, and what that rests on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from data.values import fingerprint

if TYPE_CHECKING:
    import pyarrow as pa

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

USED: Final = "used"
FEW_PEOPLE: Final = "few people"
LEAST_EXPECTED: Final = 5.0
"""With fewer posts or crimes to be expected at the city's own rate, a rate is marked as uncertain."""

_LONGEST: Final = 40
_PER: Final = 1000


@dataclass(frozen=True)
class City:
    """The listed tracts of a city: n of them, in order of GEOID.

    Attributes:
        name: The city, as a file calls it.
        counted: What is counted, in the plural: "posts", or a type of crime.
        geoids: n.
        population: float64, n, people; NaN where missing.
        income: float64, n, US dollars a year; NaN where missing.
        count: float64, n, of the year; NaN where missing.
        rate: float64, n, per 1,000 people; NaN where missing.
        status: n, as in ``public/tracts_used``.
    """

    name: str
    counted: str
    geoids: tuple[str, ...]
    population: Floats
    income: Floats
    count: Floats
    rate: Floats
    status: tuple[str, ...]

    @classmethod
    def of(cls, rows: pa.Table, counted: str = "posts") -> City:
        """From the rows of one city.

        Args:
            rows: ``public/tracts_used``, in order of GEOID, with at least one row; for crimes with the
                columns ``posts`` and ``posts_per_1000`` replaced.
            counted: What is counted.
        """
        return cls(
            name=rows["city"][0].as_py(),
            counted=counted,
            geoids=tuple(rows["GEOID"].to_pylist()),
            population=_floats(rows["population"]),
            income=_floats(rows["income"]),
            count=_floats(rows["posts"]),
            rate=_floats(rows["posts_per_1000"]),
            status=tuple(rows["status"].to_pylist()),
        )

    def __len__(self) -> int:
        return len(self.geoids)

    @cached_property
    def used(self) -> Flags:
        """Which are in the tests."""
        return np.array([each == USED for each in self.status], dtype=np.bool_)

    @cached_property
    def shown(self) -> Flags:
        """Which are in the tests and have a published count."""
        return self.used & ~np.isnan(self.rate) & ~np.isnan(self.income)

    @cached_property
    def own_rate(self) -> float:
        """What is counted per 1,000 people in all tracts that are shown together; NaN where there is none."""
        people = float(self.population[self.shown].sum())
        return float(self.count[self.shown].sum()) / people * _PER if people else float("nan")

    @cached_property
    def uncertain(self) -> Flags:
        """Which have a rate that rests on few people (method 13.7)."""
        few = self.population * self.own_rate / _PER < LEAST_EXPECTED
        small = np.array([each == FEW_PEOPLE for each in self.status], dtype=np.bool_)
        return ~np.isnan(self.rate) & (few | small)


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.array([np.nan if value is None else value for value in column.to_pylist()], dtype=np.float64)


def keys_of(names: Collection[str]) -> dict[str, str]:
    """A key for each name that comes from a file: lower case letters, digits, dashes; no two are the same.

    Args:
        names: Names of cities, or of types of crime.

    Example:
        >>> keys_of(["Urban Honolulu CDP, Hawai\u02bbi", "San José city, California"])
        {'San José city, California': 'san-jose-city-california', ...}
    """
    plain = {name: _plain(name) for name in sorted(set(names))}
    often = {key: list(plain.values()).count(key) for key in plain.values()}
    return {
        name: key if key and often[key] == 1 else f"{key}-{fingerprint(name)[:8]}".strip("-")
        for name, key in plain.items()
    }


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_LONGEST].strip("-")


def table_of(city: City, more: Sequence[tuple[str, Sequence[object]]] = ()) -> pa.Table:
    """The tracts as a table that people read.

    Args:
        city: The city.
        more: Columns beside the usual ones: name and values.
    """
    import pyarrow as pa

    what = city.counted
    columns: dict[str, pa.Array] = {
        # As the Census Bureau writes it in full: a spreadsheet leaves it as it is.
        "tract": pa.array([f"1400000US{geoid}" for geoid in city.geoids]),
        "population": pa.array(city.population, pa.int64(), from_pandas=True, safe=False),
        "income, dollars": pa.array(city.income, pa.int64(), from_pandas=True, safe=False),
        what: pa.array(city.count, pa.int64(), from_pandas=True, safe=False),
        f"{what} per 1,000": pa.array(np.round(city.rate, 2), pa.float64(), from_pandas=True),
        "use": pa.array(city.status),
        "rests on few people": pa.array(["yes" if each else "" for each in city.uncertain]),
    }
    for name, values in more:
        columns[name] = pa.array(values)
    return pa.table(columns)
