"""What became of the input of ``census/gentrification``: counts that add up, and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from data.errors import LedgerError
from tasks.selection.ltdb_sources import FOLDER

_MANY: Final = 0.02
"""With a larger share of tracts without LTDB something is wrong: it is 0.5 % in the five metro areas whose
data are public."""

_MOST_NAMED: Final = 3
"""Cities or areas that a warning names at most."""


@dataclass(frozen=True)
class Tally:
    """A number of things, and what became of them.

    Attributes:
        whole: What they are.
        count: How many.
        parts: What became of how many; they add up to ``count``.
    """

    whole: str
    count: int
    parts: tuple[tuple[str, int], ...]


def tallies_of_tracts(
    full: pd.DataFrame, sample: pd.DataFrame, end: pd.DataFrame, rows: pd.DataFrame
) -> Iterator[Tally]:
    """What became of the tracts of LTDB and of the survey.

    Args:
        full: The full count; GEOID, unique.
        sample: The sample, likewise.
        end: The survey, likewise.
        rows: The rows of the table: GEOID, city.
    """
    kept = set(rows["GEOID"])
    in_ltdb, sampled, surveyed = set(full["GEOID"]), set(sample["GEOID"]), set(end["GEOID"])
    yield Tally(
        "tracts of LTDB, sample",
        len(sample),
        (
            ("in the full count", len(sampled & in_ltdb)),
            ("not in the full count (left out)", len(sampled - in_ltdb)),
        ),
    )
    yield Tally(
        "tracts of LTDB, full count",
        len(full),
        (
            ("in the table", len(in_ltdb & kept & sampled)),
            ("in the table, without the sample (its measures missing)", len((in_ltdb & kept) - sampled)),
            ("in no metropolitan area (left out)", len((in_ltdb & surveyed) - kept)),
            ("not in the ACS (left out)", len(in_ltdb - surveyed)),
        ),
    )
    yield Tally(
        "tracts of the ACS",
        len(end),
        (
            ("in the table, with LTDB", len(kept & in_ltdb)),
            ("in the table, without LTDB (start year missing)", len(kept - in_ltdb)),
            ("in no metropolitan area (left out)", len(surveyed - kept)),
        ),
    )


def tallies_of_cities(cities: pd.DataFrame, end: pd.DataFrame, rows: pd.DataFrame) -> Iterator[Tally]:
    """What became of the rows of the city lists, and which rows the table has.

    Args:
        cities: The lists: city, GEOID.
        end: The survey; GEOID, unique.
        rows: The rows of the table: GEOID, city.
    """
    in_city = rows["city"].notna()
    surveyed, kept = cities["GEOID"].isin(end["GEOID"]), cities["GEOID"].isin(rows["GEOID"])
    yield Tally(
        "rows of census/city_tracts",
        len(cities),
        (
            ("in the table", int(in_city.sum())),
            ("of tracts in no metropolitan area (left out)", int((surveyed & ~kept).sum())),
            ("of tracts that are not in the ACS (left out)", int((~surveyed).sum())),
        ),
    )
    first = ~rows["GEOID"].duplicated()
    yield Tally(
        "rows of the table",
        len(rows),
        (
            ("of tracts in no city", int((~in_city).sum())),
            ("of tracts in a city", int((in_city & first).sum())),
            ("once more, of tracts in several", int((in_city & ~first).sum())),
        ),
    )


def check_tallies(tallies: Iterable[Tally]) -> None:
    """See that the counts add up.

    Raises:
        LedgerError: The first that do not.

    Example:
        >>> check_tallies([Tally("tracts", 3, (("in the table", 1), ("left out", 1)))])
        Traceback (most recent call last):
        data.errors.LedgerError: census/sources: tracts = in the table + left out does not hold: 3 = 1 + 1
    """
    for tally in tallies:
        if tally.count != sum(count for _, count in tally.parts):
            names = " + ".join(name for name, _ in tally.parts)
            numbers = " + ".join(str(count) for _, count in tally.parts)
            raise LedgerError(f"{FOLDER}: {tally.whole} = {names} does not hold: {tally.count} = {numbers}")


def warnings_of(
    metro_areas: Mapping[str, str], full: pd.DataFrame, cities: pd.DataFrame, rows: pd.DataFrame
) -> Iterator[str]:
    """What everybody should know: what makes thresholds or shares wrong.

    Args:
        metro_areas: The title of the metropolitan area by county.
        full: The full count; GEOID, unique.
        cities: The lists: city, GEOID.
        rows: The rows of the table: GEOID, metro_area, city.

    Yields:
        One line each.
    """
    tracts = rows["GEOID"].drop_duplicates()
    without = int((~tracts.isin(full["GEOID"])).sum())
    if without > _MANY * len(tracts):
        yield (
            f"{without:,} of {len(tracts):,} tracts of the ACS are not in LTDB, whose tracts are those of "
            "2010: is it a survey after 2019, with the tracts of 2020?"
        )
    lost = Counter(cities.loc[~cities["GEOID"].isin(rows["GEOID"]), "city"])
    if lost:
        of = Counter(cities["city"])
        named = [
            f"{city} ({count:,} of {of[city]:,})"
            for city, count in sorted(lost.items(), key=lambda item: (-item[1], item[0]))
        ]
        yield (
            "tracts of census/city_tracts are missing from the table and from all shares: "
            f"{_some(named, 'cities')}; are the ACS tables of all states there?"
        )
    present = set(tracts.str[:5])
    judged = set(rows.loc[rows["city"].notna(), "metro_area"])
    absent: dict[str, list[str]] = {}
    for county, area in sorted(metro_areas.items()):
        if area in judged and county not in present:
            absent.setdefault(area, []).append(county)
    if absent:
        named = [f"{area} ({', '.join(counties)})" for area, counties in sorted(absent.items())]
        yield (
            "thresholds will be without the tracts of some counties, which are in no ACS file: "
            f"{_some(named, 'areas')}; are the ACS tables of all states there?"
        )


def _some(names: list[str], what: str) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f", and {more:,} more {what}" if more > 0 else "")
