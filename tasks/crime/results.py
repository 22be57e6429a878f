"""What the crime room hands on: the files of a city, what became of each record, and the counts by tract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from tasks.places.coarse import CoarseFile
from tasks.rows.results import FileOfRows


@dataclass(frozen=True)
class GatheredCrimes:
    """The records of a folder of ``crime/``, each counted once, before any was put into a tract.

    A row is counted under the first reason that applies: duplicate, other year, other type, no location.

    Attributes:
        key: The folder's name.
        files: The files, in order of name.
        batches: Parquet files with the crimes of the year and the types that have a location: crime (text,
            the type as the settings spell it), lon and lat (float64, degrees). They are called
            ``<key>-0000.parquet`` and so on, so that those of all folders fit into one folder.
        duplicates: Rows that stand for the same crime as an earlier one (method 9.1).
        other_years: Rows of another year, and rows without a date.
        other_types: Rows of another type, or without one.
        no_location: Rows whose coordinates are missing, out of range, (0, 0) or (-1, -1),
            or what the layout writes for "unknown".
        year: The analysed year.
        has_ids: Whether any file has a column of ids; without one, no row is a duplicate.
        without_location: By type, in the order examined, how many of ``no_location`` are of it.
        unlike: Rows that have the id of an earlier row and another day, type or location.
        unlike_as: The first of them: its id.
        unlike_in: Where it and the first row of its id stand, in words.
        ids_in: The column of the ids.
        split: Whether so many do that the id is not the row's: then they are counted, else they are
            duplicates.
        place: By file, the columns of the location in words, as "LAT and LON".
        coarse: The files whose coordinates have two decimals at most.
    """

    key: str
    files: tuple[FileOfRows, ...]
    batches: tuple[Path, ...]
    duplicates: int
    other_years: int
    other_types: int
    no_location: int
    year: int
    has_ids: bool
    without_location: Mapping[str, int] = field(default_factory=dict)
    unlike: int = 0
    unlike_as: str = ""
    unlike_in: str = ""
    ids_in: str = ""
    split: bool = False
    place: Mapping[str, str] = field(default_factory=dict)
    coarse: tuple[CoarseFile, ...] = ()


@dataclass(frozen=True)
class CrimeCounts:
    """What became of the crimes of a folder that have a location.

    Attributes:
        key: The folder's name.
        city: The city, spelled as in ``census/city_tracts``.
        outside: Crimes in no tract of the city's list.
        outside_by_type: The same by type, in the configured order.
        counted: Crimes in the city's tracts by type, in the configured order; a type without a crime has 0.
        with_income: Crimes in tracts that have population and a median income.
        without: Crimes in tracts that lack one of the two, or a row of the Census.
        counts: By type, in the configured order, the crimes by tract: GEOID (string), count (int64), in order
            of GEOID; tracts without a crime have no row.
    """

    key: str
    city: str
    outside: int
    counted: Mapping[str, int]
    with_income: int
    without: int
    counts: Mapping[str, pa.Table]
    outside_by_type: Mapping[str, int] = field(default_factory=dict)
