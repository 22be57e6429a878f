"""What the room of the Census hands on: people, incomes and the lists of cities."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tasks.rows.results import InputFile, Recognised


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
