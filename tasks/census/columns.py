"""The columns in which a table of the Census names a place, its people and their income (method 6.5).

The names of the measures are the rows of ``data/reference/census_columns.csv``: one row per name, with the
column of its margin of error, the publisher that uses it, and the year where the name itself tells it (NHGIS
gives every table of every survey another code). Where a table has several columns of a measure, the first row
of the list counts.

Source:
    Names of the American Community Survey: the Census API's list of variables. Codes of IPUMS NHGIS: the
    codebooks of its extracts, as public notebooks quote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

from data import file_faults
from data.errors import InputError
from data.reference_table import read_rows

COLUMNS: Final = Path(__file__).parents[2] / "data" / "reference" / "census_columns.csv"
_HEADER: Final = ("measure", "estimate", "margin", "publisher", "year")

Measure = Literal["population", "income"]
MEASURES: Final[tuple[Measure, ...]] = ("population", "income")

MEANING: Final[dict[Measure, str]] = {"population": "B01003_001E", "income": "B19013_001E"}
"""The Census Bureau's own names of total population and of median household income (US dollars a year)."""

IN_WORDS: Final[dict[Measure, str]] = {
    "population": "total population",
    "income": "median household income",
}

_BLANK: Final = re.compile(r"[\s_.,\"'\[\]\ufeff]+")
_EXPLORER: Final = re.compile(r"^ACS(\d\d)(?:1|3|5)YR(?=[BC]\d{5}[A-Z]?\d{3})")
"""Social Explorer's beginning of the Bureau's own names, as ``ACS19_5yr_B19013001``."""

_ERROR_OF: Final = re.compile(r"^[BC][0-9]{5}[A-Z]?[0-9]{3}e$")
"""Census Reporter's margin of error in a shapefile, whose names are short: ``B19013001e`` is that of
``B19013001``, and no estimate as the Bureau's ``B19013_001E`` is."""

GEOIDS: Final = (
    "GEOID", "AFFGEOID", "GEOIDFQ", "GISJOIN", "GEOFIPS", "GEOGEOID", "GEOID2", "GEOID10", "GEOID20",
    "UCGID", "TRACTFIPS", "FIPS",
)  # fmt: skip
"""Names of a column that names the place whole, bare, the surest first."""

STATES: Final = ("STATE", "STATEFP", "STATEFP10", "STATEFP20", "STATEA", "STATEFIPS")
COUNTIES: Final = ("COUNTY", "COUNTYFP", "COUNTYFP10", "COUNTYFP20", "COUNTYA", "COUNTYFIPS")
TRACTS: Final = ("TRACT", "TRACTCE", "TRACTCE10", "TRACTCE20", "TRACTA")
BLOCK_GROUPS: Final = ("BLOCK GROUP", "BLOCKGROUP", "BLKGRP", "BLKGRPA", "BLKGRPCE")
ZIP_CODES: Final = ("ZIP CODE TABULATION AREA", "ZCTA", "ZCTA5", "ZCTA5A", "ZCTA5CE10", "ZCTA5CE20")


class Known(NamedTuple):
    """A name under which a measure is known.

    Attributes:
        measure: What it is.
        estimate: The column of the estimate.
        margin: The column of its margin of error; empty where there is none.
        publisher: Who calls it so.
        year: The last year of the survey, where the name tells it.
    """

    measure: Measure
    estimate: str
    margin: str
    publisher: str
    year: int | None


class Column(NamedTuple):
    """The columns of a measure in one table, as the table spells them.

    Attributes:
        known: The name under which they were recognised.
        estimate: The column of the estimate.
        margin: The column of its margin of error; None where there is none.
    """

    known: Known
    estimate: str
    margin: str | None


def bare(name: str) -> str:
    r"""A column's name as it is compared: in capitals, without blanks, points, commas, quotes and brackets.

    Example:
        >>> bare("\ufeffGEO_ID"), bare('[["B01003_001E"'), bare("B01003001, Error")
        ('GEOID', 'B01003001E', 'B01003001ERROR')
    """
    return _EXPLORER.sub("", _BLANK.sub("", name).upper())


@cache
def known_columns() -> tuple[Known, ...]:
    """The list, in its order.

    Raises:
        InputError: A row of the list is wrong.
    """
    found = []
    for number, (measure, estimate, margin, publisher, year) in read_rows(COLUMNS, _HEADER):
        if measure not in MEASURES or not estimate or (year and not year.isdecimal()):
            raise InputError(f"{COLUMNS}: row {number}: is not a measure with its column; correct it")
        found.append(Known(measure, estimate, margin, publisher, int(year) if year else None))
    return tuple(found)


@cache
def _by_name() -> dict[str, Known]:
    return {bare(known.estimate): known for known in reversed(known_columns())}


def measure_of(name: str) -> Known | None:
    """What a column or a variable of the Census holds, by its name; None for any other.

    Example:
        >>> measure_of("B19013_001").publisher, measure_of("B25001_001E")
        ('Census Reporter', None)
    """
    return _by_name().get(bare(name))


@cache
def _wanted() -> frozenset[str]:
    margins = {bare(known.margin) for known in known_columns() if known.margin}
    places = {
        _BLANK.sub("", name)
        for level in (STATES, COUNTIES, TRACTS, BLOCK_GROUPS, ZIP_CODES)
        for name in level
    }
    others = {"NAME", "NAMEE", "GEONAME", "GEODISPLAYLABEL", "VARIABLE", "ESTIMATE", "MOE", "CITY", "SHARE"}
    return frozenset({*_by_name(), *margins, *GEOIDS, *places, *others, "HD01VD01", "HD02VD01"})


def is_wanted(name: str) -> bool:
    """Whether a column may hold something that is read, by its name.

    Example:
        >>> is_wanted("GEO_ID"), is_wanted("B25001_001E")
        (True, False)
    """
    return bare(name) in _wanted()


def measures_in(names: Sequence[str], label: str) -> dict[Measure, Column]:
    """The measures that a table has.

    Args:
        names: Its columns.
        label: How the file is named in an error.

    Returns:
        The columns of each measure that is there.

    Raises:
        InputError: Two columns bear the name of one measure.

    Example:
        >>> found = measures_in(["geoid", "B01003001", "B01003001, Error"], "a.csv")
        >>> found["population"].estimate, found["population"].margin
        ('B01003001', 'B01003001, Error')
    """
    errors = {name[:-1]: name for name in names if _ERROR_OF.match(name) and name[:-1] in names}
    spelled: dict[str, list[str]] = {}
    for name in names:
        if name not in errors.values():
            spelled.setdefault(bare(name), []).append(name)
    found: dict[Measure, Column] = {}
    for known in known_columns():
        here = spelled.get(bare(known.estimate), [])
        if known.measure in found or not here:
            continue
        if len(here) > 1:
            raise file_faults.repeated_column(label, here[0])
        margin = spelled.get(bare(known.margin), []) if known.margin else []
        margin = margin or [errors[name] for name in here if name in errors]
        found[known.measure] = Column(known, here[0], margin[0] if len(margin) == 1 else None)
    return found


def first_of(names: Iterable[str], wanted: Sequence[str], label: str) -> str | None:
    """The first of some bare names that a table has, as the table spells it; None where it has none.

    Where two columns are the same when bare, as ``GEOID`` and ``GEO_ID``, the one without marks counts.

    Raises:
        InputError: Two columns have the very same name.
    """
    spelled: dict[str, list[str]] = {}
    for name in names:
        spelled.setdefault(bare(name), []).append(name)
    for each in wanted:
        here = spelled.get(_BLANK.sub("", each), [])
        if len(here) != len(set(here)):
            raise file_faults.repeated_column(label, here[0])
        if here:
            return each if each in here else here[0]
    return None


def no_measure(measure: Measure, names: Sequence[str], label: str) -> InputError:
    """The error for a table without a measure; it names the column that is most likely meant."""
    named = [name for name in names if name.strip()]
    short = named if len(named) <= _MOST_NAMED else [*named[:_MOST_NAMED], "…"]
    near = likely(measure, named)
    if near is None:
        fix = f"download the table {MEANING[measure][:6]} for the same tracts, or {file_faults.RENAME}"
        return file_faults.missing_column(label, MEANING[measure], short, fix)
    return InputError(
        f"{label}: no column {MEANING[measure]} ({IN_WORDS[measure]}); if {near!r} is meant, rename it to "
        f"{MEANING[measure]} (there are {', '.join(short)})"
    )


_MOST_NAMED: Final = 12
"""How many columns an error names."""

_WORDS: Final[dict[Measure, tuple[str, ...]]] = {
    "population": ("TOTALPOPULATION", "TOTPOP", "POPULATION", "POP"),
    "income": ("MEDIANHOUSEHOLDINCOME", "MEDHHINC", "HHINC", "MEDINC", "MEDIANINCOME", "INCOME", "MHI"),
}


def likely(measure: Measure, names: Sequence[str]) -> str | None:
    """The column that most likely holds a measure under a name of its owner's own; it is only suggested.

    Example:
        >>> likely("income", ["GEOID", "populationE", "med_incomeE"])
        'med_incomeE'
    """
    for word in _WORDS[measure]:
        for name in names:
            if word in bare(name) and not bare(name).endswith(("M", "MOE", "ERROR")):
                return name
    return None
