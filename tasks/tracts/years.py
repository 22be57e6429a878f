"""Of which years a file's tracts are: by what the file says, by its GEOIDs, and beside another (method 6.16).

Tracts are drawn anew for each census. One that grew is split: its four digits stay, and the parts get
suffixes that were not used before (0208.02 of 2010 is 0208.03, 0208.04 and 0208.05 of 2020). So of two files
that divide the same four digits differently, the one with the higher suffixes is the newer.

Source:
    Census Bureau, *2020 Census Participant Statistical Areas Program* (numbering of split tracts), *2020
    Census Tract Relationship Files*, *Substantial Changes to Counties and County Equivalent Entities:
    1970-Present*, and the tallies of tracts by state of 2010 and 2020.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from data.reference_table import read_rows

_REFERENCE: Final = Path(__file__).resolve().parents[2] / "data" / "reference"
_CHANGES: Final = _REFERENCE / "county_changes.csv"
_COUNTS: Final = _REFERENCE / "tract_counts.csv"
_RENUMBERED: Final = _REFERENCE / "tract_changes.csv"

_STATE: Final = 2
_COUNTY: Final = 5
_BASE: Final = 9
"""Digits of state, county and the four digits of the tract, which a split leaves as they are."""

_CENSUS: Final = 2020
"""The last census at which tracts were drawn anew."""
_DECADE: Final = 10
"""Years between two of them."""
_NEAR: Final = 0.02
"""How far, as a share, the number of a state's tracts may be from that of a census: files of cartographic
boundaries leave out tracts of water."""
_CLEAR: Final = 4
"""How many times nearer it must be than to the other census's."""
_MOST: Final = 2
"""How many times more divisions must speak for one order than for the other."""

Kind = Literal["layer", "acs", "lists"]


@dataclass(frozen=True)
class TractFile:
    """The tracts of a file, or of several of one kind.

    Attributes:
        kind: The tract layer, the tables of the survey, or the lists of the cities.
        name: How it is named in an error, as ``census/acs.csv``.
        geoids: Its tracts.
        year: The year that it states; None where it states none.
        stated: Where it states it, in words: ``its name``, ``column GEOID20``, ``the survey of 2019``.
    """

    kind: Kind
    name: str
    geoids: frozenset[str]
    year: int | None = None
    stated: str = ""


@dataclass(frozen=True)
class Years:
    """Of which years the tracts of a file are.

    Attributes:
        first: The first year; None where it is not known.
        last: The last; None likewise.
        because: What shows it, in words.
    """

    first: int | None
    last: int | None
    because: str

    def __str__(self) -> str:
        """The years in words.

        Example:
            >>> str(Years(2010, 2019, "")), str(Years(2022, None, "")), str(Years(None, 2014, ""))
            ('of 2010 to 2019', 'of 2022 or later', 'of 2014 or before')
        """
        if self.first is None:
            return f"of {self.last} or before"
        return f"of {self.first} or later" if self.last is None else f"of {self.first} to {self.last}"

    @property
    def decade(self) -> int | None:
        """The census whose tracts they are, as 2020; None where that is not known."""
        if self.first is not None and self.first >= _CENSUS:
            return _CENSUS
        if self.last is None or self.last >= _CENSUS:
            return None
        # What is "of 2014 or before" shows no more than that it is of no later census.
        return self.last // _DECADE * _DECADE


@dataclass(frozen=True)
class Change:
    """A county whose code was replaced.

    Attributes:
        old: State and county, 5 digits.
        new: What replaced it, 5 digits each.
        brought: Those of them that did not exist before.
        year: The first year of the survey and of the boundaries in which it is replaced.
        was: What it was, in words.
        now: What it is now.
    """

    old: str
    new: frozenset[str]
    brought: frozenset[str]
    year: int
    was: str
    now: str


@cache
def changes() -> tuple[Change, ...]:
    """The counties whose codes were replaced since 2010, from ``data/reference/county_changes.csv``."""
    found = []
    header = ("state", "county", "replaced_by", "new_codes", "year", "was", "is_now")
    for _, (state, county, replaced_by, are_new, year, was, now) in read_rows(_CHANGES, header):
        new = frozenset(state + each for each in replaced_by.split())
        brought = new if are_new == "yes" else frozenset()
        found.append(Change(state + county, new, brought, int(year), was, now))
    return tuple(found)


@dataclass(frozen=True)
class Renumbered:
    """A tract that got another number between two censuses.

    Attributes:
        old: Its GEOID before.
        new: Its GEOID since.
        year: The first year of the survey and of the boundaries that have the new one.
    """

    old: str
    new: str
    year: int


@cache
def renumbered() -> dict[str, Renumbered]:
    """The tracts that were renumbered since 2010, by each of their two GEOIDs.

    Source:
        ``data/reference/tract_changes.csv``; Census Bureau, *American Community Survey: Geography Changes* of
        2011 and 2012.
    """
    rows = read_rows(_RENUMBERED, ("old", "new", "year"))
    found = [Renumbered(old, new, int(year)) for _, (old, new, year) in rows]
    return {geoid: each for each in found for geoid in (each.old, each.new)}


@cache
def _counts() -> dict[str, tuple[int, int]]:
    """By state, its tracts in 2010 and in 2020, from ``data/reference/tract_counts.csv``."""
    rows = read_rows(_COUNTS, ("state", "tracts_2010", "tracts_2020"))
    return {state: (int(old), int(new)) for _, (state, old, new) in rows}


def years_of(file: TractFile) -> Years | None:
    """Of which years the tracts of a file are; None where neither it nor its GEOIDs say.

    Codes of counties that came or went are believed first, then what the file states, then the number of the
    tracts of whole states.

    Args:
        file: The file.

    Example:
        >>> str(years_of(TractFile("acs", "census/acs.csv", frozenset({"09170140100"}))))
        'of 2022 or later'
        >>> years_of(TractFile("acs", "census/acs.csv", frozenset({"06037101110"}))) is None
        True
    """
    counties = {geoid[:_COUNTY] for geoid in file.geoids}
    found = _by_counties(counties)
    if found is not None and found.decade is not None:
        return found
    stated = _by_statement(file) or _by_counts(file.geoids)
    if stated is None or found is None:
        return stated or found
    # Both hold: Connecticut's counties say "before 2022", the survey's year which tracts.
    first = max(filter(None, (stated.first, found.first)), default=None)
    last = min(filter(None, (stated.last, found.last)), default=None)
    return Years(first, last, stated.because)


def _by_counties(counties: Collection[str]) -> Years | None:
    firsts = [(each.year, each.now) for each in changes() if each.brought & set(counties)]
    lasts = [(each.year - 1, each.was) for each in changes() if each.old in counties]
    first, last = max(firsts, default=None), min(lasts, default=None)
    if first is None and last is None:
        return None
    if last is None or (first is not None and first[0] > last[0]):
        # In a file that was put together from two, the newer code decides.
        return None if first is None else Years(first[0], None, f"it has {first[1]}")
    return Years(None if first is None else first[0], last[0], f"it has {last[1]}")


def _by_statement(file: TractFile) -> Years | None:
    if file.year is None:
        return None
    if file.year >= _CENSUS:
        return Years(_CENSUS, None, file.stated)
    start = file.year // _DECADE * _DECADE
    return Years(start, start + _DECADE - 1, file.stated)


def _by_counts(geoids: Collection[str]) -> Years | None:
    """By the number of the tracts of each state that it has whole; a state that fits neither says nothing."""
    said: Counter[int] = Counter()
    for state, count in Counter(geoid[:_STATE] for geoid in geoids).items():
        if state not in _counts():
            continue
        off = [abs(count - known) / known for known in _counts()[state]]
        near = min(range(2), key=off.__getitem__)
        if off[near] <= _NEAR and off[near] * _CLEAR < off[1 - near]:
            said[near] += 1
    if not said or len(said) > 1:
        return None
    count = said.total()
    what = "the number of its tracts" if count == 1 else f"the number of its tracts in {count} states"
    return Years(2010, 2019, what) if 0 in said else Years(_CENSUS, None, what)


def newer_of(one: Collection[str], other: Collection[str]) -> int:
    """Which of two sets of GEOIDs has the newer tracts, by how they divide the same four digits.

    Only four digits that each of the two divides in a way of its own speak: where one only lacks tracts, it
    may cover less. Tracts that were only renumbered (:func:`renumbered`) say nothing of a census.

    Args:
        one: GEOIDs.
        other: Other GEOIDs.

    Returns:
        1 where ``one`` is the newer, -1 where ``other`` is; 0 where it does not show.

    Example:
        Tract 208.02 of 2010, and what became of it in 2020 (Autauga County, Alabama):

        >>> newer_of({"01001020802"}, {"01001020803", "01001020804", "01001020805"})
        -1
        >>> newer_of({"01001020802"}, set())
        0
    """
    first, second = set(one) - renumbered().keys(), set(other) - renumbered().keys()
    apart = (_by_base(first - second), _by_base(second - first))
    said: Counter[int] = Counter()
    for base in apart[0].keys() & apart[1].keys():
        highest = max(apart[0][base]), max(apart[1][base])
        said[1 if highest[0] > highest[1] else -1] += 1
    for order in (1, -1):
        if said[order] and said[order] >= _MOST * said[-order]:
            return order
    return 0


def _by_base(geoids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for geoid in geoids:
        found[geoid[:_BASE]].append(geoid[_BASE:])
    return found


def years_beside(file: TractFile, other: TractFile) -> Years | None:
    """As :func:`years_of`; where that does not say, by the years of another file and how the two divide.

    Args:
        file: The file.
        other: One whose years may be known.
    """
    own = years_of(file)
    known = years_of(other)
    if (own is not None and own.decade is not None) or known is None or known.decade is None:
        return own
    order = newer_of(file.geoids, other.geoids)
    if order > 0 and known.decade < _CENSUS:
        return Years(known.decade + _DECADE, None, f"it has parts of tracts that {other.name} has whole")
    if order < 0:
        return Years(None, known.decade - 1, f"it has tracts whole that {other.name} has in parts")
    return own
