"""Close the crimes' part of the ledger: every row of the files of each folder is accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import LedgerError
from data.schema import TABLES
from data.tables import write_table
from tasks.crime.results import CrimeCounts, GatheredCrimes
from tasks.crime.types import LOST, in_words, lost_columns, types_of
from tasks.income.results import Findings
from tasks.income.verdicts import VERDICTS
from tasks.layers.results import Layer
from tasks.ledger.accounts import Account, close_part
from tasks.ledger.identities import (
    DUPLICATES,
    EVERY_KIND,
    NO_LOCATION,
    OUTSIDE,
    PLAIN,
    WITH_INCOME,
    WITHOUT,
    Identity,
    Ledger,
)
from tasks.ledger.results import PartClosed
from tasks.ledger.table import write_files
from tasks.places.coarse import coarse_lines, tract_width
from tasks.places.lost_points import Points, lost_lines
from tasks.places.odd_points import PLACED
from tasks.rows.ids import cut_by_a_spreadsheet
from tasks.tracts.ledger import TRACTS

__all__ = [
    "COUNTED",
    "CRIMES",
    "CRIMES_IN_FILE",
    "LEDGER",
    "LOST",
    "OTHER_TYPES",
    "OTHER_YEARS",
    "close_crimes",
    "in_words",
    "lost_columns",
    "types_of",
    "unlocated",
]

TESTS: Final = "crime tests"
PLAIN_FINDINGS: Final = "plain findings of crimes"
"""The sections of the tests: what is known, and what Pearson's test alone says."""
TESTS_MADE: Final = "tests made"
CRIMES_IN_FILE: Final = "crimes in the file"
CRIMES: Final = "crimes in the files"
OTHER_YEARS: Final = "other years"
OTHER_TYPES: Final = "other types"
COUNTED: Final = "counted"
LEDGER: Final = Ledger(
    identities=(
        Identity(
            "crime",
            CRIMES,
            (DUPLICATES, OTHER_YEARS, OTHER_TYPES, NO_LOCATION, OUTSIDE, COUNTED),
            "crimes",
        ),
        Identity("crime", COUNTED, (EVERY_KIND,)),
        Identity("crime", COUNTED, (WITH_INCOME, WITHOUT)),
        Identity(TESTS, TESTS_MADE, VERDICTS),
        Identity(PLAIN_FINDINGS, TESTS_MADE, PLAIN, by=", by plain finding"),
    ),
    files="private/crime_files",
    rows_of_file=CRIMES_IN_FILE,
    shared=TRACTS,
)


def close_crimes(
    gathered: Sequence[GatheredCrimes],
    counts: Sequence[CrimeCounts],
    findings: Findings,
    *,
    out: Path,
    layer: Layer | None = None,
    cities: pa.Table | None = None,
) -> PartClosed:
    """Check every identity of the crimes, then write their ledger, the types, and ``private/crime_files``.

    What the files hold was counted as they were read, the crimes by type and by income as they were placed in
    tracts, and the crimes counted are summed here, from the counts by tract that are tested.

    Args:
        gathered: Of each folder, the files and the crimes that were left out.
        counts: Of each folder, what became of the others.
        findings: What is found of each type.
        out: The folder of the tables.
        layer: The tracts, whose file is read where coordinates are coarse.
        cities: The lists of all cities: city and GEOID (strings).

    Returns:
        The rows and the warnings.

    Raises:
        LedgerError: An identity does not hold, also type by type, or a folder was gathered and not counted;
            nothing is written then.
    """
    by_key = {each.key: each for each in counts}
    if sorted(by_key) != sorted(each.key for each in gathered):
        raise LedgerError(
            f"crime/: gathered {sorted(each.key for each in gathered)}, but counted {sorted(by_key)}"
        )
    files = [file for each in gathered for file in each.files]
    accounts = [
        *(Account("crime", file.source, file.file, {CRIMES_IN_FILE: file.rows}) for file in files),
        *(_account(each, by_key[each.key]) for each in gathered),
        *_accounts_of_tests(gathered, by_key, findings),
    ]
    types = types_of(gathered, counts)
    warnings = [line for each in gathered for line in _warnings(each, by_key[each.key])]
    for each in gathered:
        if each.coarse and layer is not None and cities is not None:
            own = cities.filter(pc.equal(cities["city"], by_key[each.key].city))["GEOID"].to_pylist()
            warnings += coarse_lines(each.coarse, tract_width(layer, own), "crimes")
    closed = close_part(accounts, LEDGER, warnings, out)
    write_table(types, TABLES["public/crime_types"], out)
    write_files(files, "private/crime_files", "crimes", out)
    return closed


def _accounts_of_tests(
    gathered: Sequence[GatheredCrimes], counts: Mapping[str, CrimeCounts], findings: Findings
) -> Iterator[Account]:
    """How many types of crime were tested, by verdict and by plain finding."""
    made = sum(len(counts[each.key].counts) - len(unlocated(each, counts[each.key])) for each in gathered)
    verdicts: dict[str, int] = {verdict: findings.verdicts.get(verdict, 0) for verdict in VERDICTS}
    plain = {finding: findings.directions.get(finding, 0) for finding in PLAIN}
    yield Account(TESTS, "", "crime/", {TESTS_MADE: made, **verdicts})
    yield Account(PLAIN_FINDINGS, "", "crime/", {TESTS_MADE: made, **plain})


def unlocated(gathered: GatheredCrimes, counts: CrimeCounts) -> set[str]:
    """The types of a folder of which there are crimes, and none with a location in the city.

    Cities withhold where some crimes happened. Of such a type nothing is known by tract, and a table that
    showed 0 crimes of it would be wrong (method 9.2).

    Args:
        gathered: The crimes of the folder, with those that have no location by type.
        counts: What became of those that have one.
    """
    without = gathered.without_location
    return {name for name, found in counts.counted.items() if without.get(name) and not found}


def _account(gathered: GatheredCrimes, counts: CrimeCounts) -> Account:
    """The account of a folder; the types are its kinds."""
    found = {
        CRIMES: _rows(gathered),
        DUPLICATES: gathered.duplicates,
        OTHER_YEARS: gathered.other_years,
        OTHER_TYPES: gathered.other_types,
        NO_LOCATION: gathered.no_location,
        OUTSIDE: counts.outside,
        COUNTED: _counted(counts),
        WITH_INCOME: counts.with_income,
        WITHOUT: counts.without,
    }
    return Account("crime", gathered.key, f"crime/{gathered.key}", found, counts.counted)


def _rows(gathered: GatheredCrimes) -> int:
    return sum(file.rows for file in gathered.files)


def _counted(counts: CrimeCounts) -> int:
    return sum(int(pc.sum(table["count"], min_count=0).as_py()) for table in counts.counts.values())


def _warnings(gathered: GatheredCrimes, counts: CrimeCounts) -> Iterator[str]:
    """What a person must not overlook."""
    place = f"crime/{gathered.key}"
    if _rows(gathered) == gathered.duplicates + gathered.other_years:
        yield f"{place}: the files hold no crime of {gathered.year}"
    yield from (f"{place}: {line}" for line in lost_lines(_points(gathered, counts), gathered.files))
    if not gathered.has_ids:
        yield f"{place}: no id column is named; a crime that appears twice in the files is counted twice"
    yield from _warnings_of_ids(gathered, place)
    yield from _warnings_of_locations(gathered, counts, place)


def _warnings_of_ids(gathered: GatheredCrimes, place: str) -> Iterator[str]:
    if not gathered.unlike:
        return
    in_files = f" ({gathered.unlike_in})" if gathered.unlike_in else ""
    what = (
        f"{place}: {gathered.unlike:,} rows have the {gathered.ids_in} of an earlier row and another day, "
        f"type or location, as {gathered.unlike_as}{in_files}"
    )
    if gathered.split and (cut := cut_by_a_spreadsheet(gathered.unlike_as)):
        yield f"{what} ({cut}), so that each row counts, and a repeated one may count again"
    elif gathered.split:
        yield (
            f'{what}: it is not the row\'s, so that each row counts; write rows = "incident" in '
            f"[crime.{gathered.key}] to count each {gathered.ids_in} once per type"
        )
    else:
        yield f"{what}; the earlier row is counted"


def _warnings_of_locations(gathered: GatheredCrimes, counts: CrimeCounts, place: str) -> Iterator[str]:
    """Types of which most crimes have no location, where others have one."""
    if _nowhere_at_all(gathered, counts):
        return  # said of the folder
    for name, without in gathered.without_location.items():
        if without > counts.counted[name]:
            total = without + counts.counted[name] + counts.outside_by_type.get(name, 0)
            yield (
                f"{place}: {without:,} of {total:,} crimes of the type {name!r} have no location, as where "
                "a city withholds it: of their places little or nothing is known"
            )


def _nowhere_at_all(gathered: GatheredCrimes, counts: CrimeCounts) -> bool:
    """Whether most crimes of each type have no location: then no city withholds it, but columns are wrong."""
    placed = sum(each.rows for file in gathered.files for each in file.odd if each.kind == PLACED)
    if 2 * placed > _rows(gathered):
        return False  # other crimes of the files have one
    located = {name: n + counts.outside_by_type.get(name, 0) for name, n in counts.counted.items()}
    return gathered.no_location > 0 and all(
        gathered.without_location.get(name, 0) > n
        for name, n in located.items()
        if n or gathered.without_location.get(name)
    )


def _points(gathered: GatheredCrimes, counts: CrimeCounts) -> Points:
    """What became of the crimes of the year and the types, as far as their coordinates matter."""
    columns = {file.file: gathered.place.get(file.file, "the coordinates") for file in gathered.files}
    return Points(
        things="crimes of the year",
        columns=columns,
        section=f"columns of [crime.{gathered.key}]",
        no_location=gathered.no_location if _nowhere_at_all(gathered, counts) else 0,
        outside=counts.outside,
        inside=_counted(counts),
        tracts=f" of {counts.city}",
        question="is it their city?",
    )
