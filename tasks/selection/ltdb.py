"""``census/gentrification`` built from LTDB, the American Community Survey, and lists of cities and counties.

The tracts are those of the survey, as in the published analyses: a tract that LTDB lacks stays, with its
start year missing; a tract of LTDB that the survey lacks is left out. Whatever is left out is counted, and
the counts add up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import pandas as pd
import pyarrow as pa

from data.errors import InputError
from data.settings import FILE, Selection
from data.tables import replacing, write_parquet
from tasks.selection.ltdb_files import read_acs_tables, read_ltdb
from tasks.selection.ltdb_metros import read_metro_areas
from tasks.selection.ltdb_sources import FOLDER, FULL_COUNT, METRO_AREAS, SAMPLE, Downloads
from tasks.selection.ltdb_tallies import (
    Tally,
    check_tallies,
    tallies_of_cities,
    tallies_of_tracts,
    warnings_of,
)
from tasks.selection.method import HOME_VALUE, MEASURES

FILE_NAME: Final = "census/gentrification.parquet"
"""Where the table is in an investigation folder."""

T = TypeVar("T")

_KEYS: Final = ("GEOID", "metro_area", "city")


@dataclass(frozen=True)
class Built:
    """The table, and what became of its input.

    Attributes:
        table: GEOID, metro_area (title), city (missing where the tract is in none), and with the suffixes of
            the two years the measures of :data:`tasks.selection.method.MEASURES` (float64, may be missing);
            one row per tract and city, in that order.
        tallies: What became of the tracts and of the rows of the city lists.
        warnings: One line each.
    """

    table: pa.Table
    tallies: tuple[Tally, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Inputs:
    """What the table is built from, read.

    Attributes:
        full_count: As :func:`tasks.selection.ltdb_files.read_ltdb` gives it.
        sample: Likewise.
        survey: As :func:`tasks.selection.ltdb_files.read_acs_tables` gives it.
        metro_areas: As :func:`tasks.selection.ltdb_metros.read_metro_areas` gives it.
        cities: As :func:`tasks.census.read.read_city_tracts` gives it.
    """

    full_count: pa.Table
    sample: pa.Table
    survey: pa.Table
    metro_areas: Mapping[str, str]
    cities: pa.Table


def read_inputs(downloads: Downloads, cities: pa.Table) -> tuple[Inputs | None, tuple[InputError, ...]]:
    """Read every download, so that all mistakes can be reported at once.

    Args:
        downloads: The downloads; none is missing.
        cities: The lists of cities, read.

    Returns:
        What was read, or None; and the mistakes, at most one per kind of file.
    """
    mistakes: list[InputError] = []

    def tried(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except InputError as error:
            mistakes.append(error)
            return None

    tried(downloads.check)
    full_count = tried(lambda: read_ltdb(downloads.the(FULL_COUNT), FULL_COUNT))
    sample = tried(lambda: read_ltdb(downloads.the(SAMPLE), SAMPLE))
    survey = tried(lambda: read_acs_tables(downloads.acs))
    metro_areas = tried(lambda: read_metro_areas(downloads.the(METRO_AREAS)))
    if mistakes or metro_areas is None:
        return None, tuple(mistakes)
    return Inputs(full_count, sample, survey, metro_areas, cities), ()


def build_gentrification(inputs: Inputs, selection: Selection) -> Built:
    """Put the two years of every tract of a metropolitan area side by side.

    =========================  ==================================  =======================================
    column                     start year                          end year (ACS, 5-year estimates)
    =========================  ==================================  =======================================
    total_population           ``POP00`` (LTDB, full count)        ``B01003_001E``
    total_population_25_over   ``AG25UP00`` (LTDB, sample)         ``B15003_001E``
    educational_attainment     ``COL00`` (LTDB, sample), people    ``B15003_022E`` to ``025E`` added, people
    median_income              ``HINC00`` (LTDB, sample)           ``B19013_001E``
    median_home_value          ``MHMVAL00`` (LTDB, sample)         ``B25077_001E``
    =========================  ==================================  =======================================

    Args:
        inputs: What was read.
        selection: The suffixes of the two years. A home value of 0 in the start year is missing.

    Returns:
        The table, the counts and the warnings.

    Raises:
        InputError: No tract of a city is left, or the two suffixes are equal.
        LedgerError: The counts do not add up.

    Source:
        Method 8.10; BuzzFeedNews/2020-02-gentrification and lamthuyvo/2021-10-gentrification-analysis,
        notebooks 01 and 02.
    """
    if selection.start == selection.end:
        raise InputError(
            f"{FILE}: selection.start and selection.end are both {selection.start!r}; "
            "write the column suffixes of two years"
        )
    full, sample, end = (table.to_pandas() for table in (inputs.full_count, inputs.sample, inputs.survey))
    cities = inputs.cities.to_pandas()
    start = full.merge(sample, on="GEOID", how="left", validate="one_to_one")
    start[HOME_VALUE] = start[HOME_VALUE].mask(start[HOME_VALUE] == 0)
    area = end["GEOID"].str[:5].map(dict(inputs.metro_areas))
    tracts = end[area.notna()].assign(metro_area=area.dropna())
    years = tracts.merge(
        start, on="GEOID", how="left", suffixes=(selection.end, selection.start), validate="one_to_one"
    )
    rows = years.merge(cities, on="GEOID", how="left").sort_values(["GEOID", "city"])
    if rows["city"].isna().all():
        raise InputError(
            "census/city_tracts: none of its tracts is in the ACS files and in a metropolitan area; download "
            f"the ACS tables for the states of these cities into {FOLDER}"
        )
    tallies = (*tallies_of_tracts(full, sample, end, rows), *tallies_of_cities(cities, end, rows))
    check_tallies(tallies)
    warnings = warnings_of(inputs.metro_areas, full, cities, rows)
    return Built(_table(rows, selection), tallies, tuple(warnings))


def write_gentrification_file(table: pa.Table, path: Path) -> None:
    """Write the table as Parquet; the same bytes for the same table.

    Args:
        table: As :func:`build_gentrification` gives it.
        path: Where; a file there is replaced once the new one is complete.
    """
    with replacing(path) as beside:
        write_parquet(table, beside)


def year_warning(downloads: Downloads, selection: Selection) -> str | None:
    """A warning where the names of the survey's files have another year than the suffix; else None.

    Args:
        downloads: The downloads.
        selection: The suffix of the end year, as ``_19``.
    """
    for year in downloads.survey_years():
        digits = "".join(char for char in selection.end if char.isdigit())
        if digits and digits not in (str(year), str(year)[2:]):
            return f"the names of the ACS files say {year}, but selection.end of {FILE} is {selection.end!r}"
    return None


def _table(rows: pd.DataFrame, selection: Selection) -> pa.Table:
    fields = [pa.field(name, pa.string(), name == "city") for name in _KEYS]
    for suffix in (selection.start, selection.end):
        fields += [pa.field(name + suffix, pa.float64()) for name in MEASURES]
    schema = pa.schema(fields)
    return pa.Table.from_pandas(rows[schema.names], schema, preserve_index=False).replace_schema_metadata()
