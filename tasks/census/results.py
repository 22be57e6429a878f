"""What the room of the Census hands on: people, incomes and the lists of cities."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pyarrow as pa

from tasks.rows.results import InputFile, Recognised


@dataclass(frozen=True)
class Shares:
    """The lists of cities with the shares that the boundaries of places give.

    Attributes:
        lists: As :data:`tasks.census.city_lists.SCHEMA`; a share may be missing.
        files: The files of the boundaries.
        warning: Why they could not be used; "" where they could.
    """

    lists: pa.Table
    files: tuple[InputFile, ...]
    warning: str = ""

    @property
    def sha256(self) -> str:
        """The hash of all files of the boundaries together, 64 hexadecimal digits."""
        return hashlib.sha256("".join(sorted(file.sha256 for file in self.files)).encode()).hexdigest()


@dataclass(frozen=True)
class Census:
    """The Census and the cities.

    Attributes:
        tracts: GEOID (string, unique, sorted), population (int64, may be missing), income (float64, US
            dollars a year, may be missing), and the other columns of
            :data:`tasks.census.acs.SCHEMA`: margins of error, and incomes beyond an end of the scale.
        cities: city (string), GEOID (string): one row per examined city and tract, each pair once, sorted.
        files: The files read.
        shares: The lists of all cities with the share of each tract's area that is in the city
            (:data:`tasks.census.city_lists.SCHEMA`); None where nobody asked.
        recognised: What each file was recognised as.
    """

    tracts: pa.Table
    cities: pa.Table
    files: tuple[InputFile, ...]
    shares: pa.Table | None = None
    recognised: tuple[Recognised, ...] = ()
