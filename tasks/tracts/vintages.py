"""Do the tract layer, the Census and the lists of the cities have the same tracts (method 6.16)?

Asked before any work, of GEOIDs alone. A tract that one file has and another lacks is taken for a gap only
while there are few of them; where there are many, the files are of different years or places, and every
number of the city would be of the tracts that happen to fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from data.errors import InputError
from data.printable import escaped
from tasks.layers.editions import state_name, state_names
from tasks.tracts.years import TractFile, Years, changes, newer_of, renumbered, years_beside, years_of

FEW: Final = 0.005
"""Up to this share of a city's tracts, or one tract, may be missing without ending the run."""

_STATE: Final = 2
_COUNTY: Final = 5
_NAMED: Final = 3
"""States, counties or cities that a line names."""

Lack = Literal["polygon", "row", "both"]
_LACKS: Final[tuple[Lack, ...]] = ("polygon", "row", "both")


@dataclass(frozen=True)
class Files:
    """What is compared.

    Attributes:
        layer: The tract layer.
        acs: The tables of the survey.
        lists: The lists of the cities.
        with_income: The tracts of ``acs`` that have people and an income.
    """

    layer: TractFile
    acs: TractFile
    lists: TractFile
    with_income: frozenset[str]


@dataclass(frozen=True)
class Missing:
    """The tracts of a city that a file lacks.

    Attributes:
        city: The city.
        listed: Tracts of its list.
        geoids: Those that are missing, sorted; one at least.
    """

    city: str
    listed: int
    geoids: tuple[str, ...]

    @property
    def is_many(self) -> bool:
        """Whether they are too many for a gap."""
        return len(self.geoids) > 1 and len(self.geoids) > FEW * self.listed


def check_tracts(cities: Mapping[str, Collection[str]], files: Files) -> tuple[str, ...]:
    """See that the files have the same tracts of some cities.

    Args:
        cities: By city, the tracts of its list.
        files: The files.

    Returns:
        A line for each kind of tracts that are missing, where they are few.

    Raises:
        InputError: The Census has no tract of any of the cities, or more than one tract and more than
            :data:`FEW` of a city's are missing; the line says of which years, or of which place, the files
            are, and what to download.
    """
    _meets(cities, files)
    warnings = []
    for lack in _LACKS:
        found = [each for each in _missing(cities, files, lack) if each.geoids]
        worst = max(found, key=lambda each: (each.is_many, len(each.geoids) / each.listed), default=None)
        if worst is None:
            continue
        line = _LINES[lack](worst, files)
        more = sum(each.is_many for each in found) - 1 if worst.is_many else len(found) - 1
        also = f" (and so in {more} more cit{'ies' if more > 1 else 'y'})" if more > 0 else ""
        if worst.is_many:
            wanted = {geoid for own in cities.values() for geoid in own}
            reason = _reason(worst.geoids, *_sides(lack, files), wanted)
            raise InputError(f"{line}{also}; {'; '.join(reason)}")
        warnings.append(f"{line}{also}: {_THEN[lack]}")
    return tuple(warnings)


def fits(cities: Mapping[str, Collection[str]], files: Files) -> bool:
    """Whether no tract of the cities is missing anywhere, so that :func:`check_tracts` has nothing to say.

    Args:
        cities: By city, the tracts of its list.
        files: The files.
    """
    return not any(each.geoids for lack in _LACKS for each in _missing(cities, files, lack))


def rowless(posts: int, in_tracts: int, files: Files) -> str:
    """What to say of posts in tracts of the layer that have no row in the Census; empty where they are few.

    Args:
        posts: Such posts.
        in_tracts: Posts in all tracts.
        files: The files.
    """
    lacking = tuple(sorted(files.layer.geoids - files.acs.geoids))
    if not lacking or posts <= max(1, FEW * in_tracts):
        return ""
    what = f"{posts:,} of {in_tracts:,} posts in tracts lie in tracts that have no row there"
    return f"{files.acs.name}: {what}: {_reason(lacking, files.layer, files.acs, lacking)[0]}"


def _meets(cities: Mapping[str, Collection[str]], files: Files) -> None:
    """See that the Census has a tract of one of the cities."""
    listed = sorted({geoid for own in cities.values() for geoid in own})
    if not listed or not files.acs.geoids.isdisjoint(listed):
        return
    name, some = (
        files.acs.name,
        f"{len(cities)} cities" if len(cities) > 1 else escaped(repr(next(iter(cities)))),
    )
    if not files.acs.geoids:
        raise InputError(f"{name}: has no tract; download the table for all tracts of {_places(listed)}")
    here = [geoid for geoid in listed if geoid in files.layer.geoids]
    has = files.layer if here else files.lists
    what = f"{name}: has no tract of {some}: its tracts are of {_places(files.acs.geoids)}"
    reason = "; ".join(_reason(tuple(here or listed), has, files.acs, listed))
    raise InputError(f"{what}, as {min(files.acs.geoids)}; {reason}")


def _missing(cities: Mapping[str, Collection[str]], files: Files, lack: Lack) -> Iterator[Missing]:
    layer, acs = files.layer.geoids, files.acs.geoids
    for city, own in sorted(cities.items()):
        listed = frozenset(own)
        if lack == "polygon":
            geoids = (files.with_income & listed) - layer
        elif lack == "row":
            geoids = (listed & layer) - acs
        else:
            geoids = listed - layer - acs
        yield Missing(city, len(own), tuple(sorted(geoids)))


def _no_polygon(found: Missing, files: Files) -> str:
    what = f"of {escaped(found.city)!r} with people and income"
    return f"{files.layer.name}: {_count(found)} {what} {_have(found)} no polygon, as {found.geoids[0]}"


def _no_row(found: Missing, files: Files) -> str:
    what = f"of {escaped(found.city)!r}"
    return f"{files.acs.name}: {_count(found)} {what} {_have(found)} no row, as {found.geoids[0]}"


def _neither(found: Missing, files: Files) -> str:
    where = f"neither {files.acs.name} nor {files.layer.name}"
    what = f"of {escaped(found.city)!r}"
    return f"{files.lists.name}: {_count(found)} {what} {_are(found)} in {where}, as {found.geoids[0]}"


_THEN: Final = {
    "polygon": "not observed, and left out of rates and tests",
    "row": "left out of rates and tests",
    "both": "not observed, and left out of rates and tests",
}
_LINES: Final = {"polygon": _no_polygon, "row": _no_row, "both": _neither}


def _sides(lack: Lack, files: Files) -> tuple[TractFile, TractFile]:
    """The file that has the missing tracts, and the one that lacks them."""
    if lack == "polygon":
        return files.acs, files.layer
    return (files.layer, files.acs) if lack == "row" else (files.lists, files.acs)


def _count(found: Missing) -> str:
    return f"{len(found.geoids):,} of the {found.listed:,} tracts"


def _have(found: Missing) -> str:
    return "have" if len(found.geoids) > 1 else "has"


def _are(found: Missing) -> str:
    return "are" if len(found.geoids) > 1 else "is"


def _reason(
    geoids: tuple[str, ...], has: TractFile, lacks: TractFile, wanted: Collection[str]
) -> tuple[str, str]:
    """Why one file lacks tracts that another has, and what to do about it.

    Args:
        geoids: The tracts of one city.
        has: The file that has them.
        lacks: The one that lacks them.
        wanted: The tracts of all cities, which a file in its place must have.
    """
    states = {geoid[:_STATE] for geoid in lacks.geoids}
    counties = {geoid[:_COUNTY] for geoid in lacks.geoids}
    recoded = [geoid for geoid in geoids if _change_of(geoid, counties)]
    if len(recoded) * 2 >= len(geoids):
        return _recoded(recoded[0], counties, has, lacks, wanted)
    new_numbers = [geoid for geoid in geoids if _other_number(geoid) in lacks.geoids]
    if len(new_numbers) * 2 >= len(geoids):
        return _renumbered(new_numbers[0], has, lacks, wanted)
    elsewhere = [geoid for geoid in geoids if geoid[:_COUNTY] not in counties]
    if len(elsewhere) * 2 >= len(geoids):
        whole = [geoid for geoid in elsewhere if geoid[:_STATE] not in states]
        return _absent(whole or elsewhere, has, lacks, by_state=bool(whole))
    bases = {geoid[:_BASE] for geoid in lacks.geoids}
    alone = [geoid for geoid in geoids if geoid[:_BASE] not in bases]
    if len(alone) * _MOST_ALONE >= len(geoids) * (_MOST_ALONE - 1):
        return _cut_short(alone, has, lacks, wanted)
    return _other_years(geoids, has, lacks, wanted)


_BASE: Final = 9
"""Digits of state, county and the four of the tract, which stay when a tract is split."""
_MOST_ALONE: Final = 10
"""One missing tract of so many may have four digits that the other file has, which lacks the others whole."""


def _change_of(geoid: str, counties: Collection[str]) -> tuple[str, str] | None:
    """What a tract's county is, and what it is in the other file, where its code was replaced."""
    county = geoid[:_COUNTY]
    if county in counties:
        return None
    for each in changes():
        if county == each.old and each.new & set(counties):
            return f"{each.was} (before {each.year})", f"{each.now} (since {each.year})"
        if county in each.new and each.old in counties:
            return f"{each.now} (since {each.year})", f"{each.was} (before {each.year})"
    return None


def _recoded(
    geoid: str, counties: Collection[str], has: TractFile, lacks: TractFile, wanted: Collection[str]
) -> tuple[str, str]:
    change = _change_of(geoid, counties)
    if change is None:
        raise ValueError(f"{geoid}: its county is in both files")
    fix = _fix(years_of(has), has, lacks, wanted)
    return f"{has.name} has {change[0]}, {lacks.name} has {change[1]}", fix


def _other_number(geoid: str) -> str | None:
    """The other number of a tract that was renumbered; None where it was not."""
    change = renumbered().get(geoid)
    return None if change is None else change.old if geoid == change.new else change.new


def _renumbered(geoid: str, has: TractFile, lacks: TractFile, wanted: Collection[str]) -> tuple[str, str]:
    """The line on tracts that got other numbers between two censuses."""
    change = renumbered()[geoid]
    old, new = f"{change.old} (before {change.year})", f"{change.new} (since {change.year})"
    own, is_new = years_of(has) or Years(None, None, ""), geoid == change.new
    if is_new:
        own = Years(max(change.year, own.first or 0), own.last, own.because)
    else:
        own = Years(own.first, min(change.year - 1, own.last or change.year), own.because)
    fix = _fix(own, has, lacks, wanted)
    return f"{has.name} has {new if is_new else old}, {lacks.name} has {old if is_new else new}", fix


def _absent(geoids: Collection[str], has: TractFile, lacks: TractFile, *, by_state: bool) -> tuple[str, str]:
    """The line on states, or counties, of which a file has nothing."""
    nowhere = sorted({geoid[:_STATE] for geoid in geoids if geoid[:_STATE] not in state_names()})
    if by_state and has.kind == "lists" and nowhere:
        many = len(nowhere) > 1
        what = f"are no states {', '.join(nowhere[:_NAMED])}" if many else f"is no state {nowhere[0]}"
        return f"there {what}", f"correct the GEOIDs of {has.name}, or remove their rows"
    places = _places(geoids, by_state=by_state)
    if lacks.kind == "layer":
        fix = f"add {_boundaries(years_of(has), has, geoids)} to census/"
    else:
        fix = "download the table for all tracts there too"
    also = " and their boundaries" if has.kind == "lists" else ""
    return f"{lacks.name} has nothing of {places}", f"{fix}{also}, or remove their rows from {_LISTS}"


_LISTS: Final = "the city's list"


def _cut_short(
    geoids: Sequence[str], has: TractFile, lacks: TractFile, wanted: Collection[str]
) -> tuple[str, str]:
    """The line on tracts whose four digits a file has in no form: its rows are missing, or they are wrong."""
    if has.kind == "lists":
        what = f"no tract there begins with {geoids[0][:_BASE]}"
        return what, f"correct the GEOIDs of {has.name}, or remove their rows"
    counties = {geoid[:_COUNTY] for geoid in geoids}
    whole = [geoid for geoid in has.geoids if geoid[:_COUNTY] in counties]
    there = sum(geoid in lacks.geoids for geoid in whole)
    what = f"it has {there:,} of the {len(whole):,} tracts that {has.name} has in {_places(whole)}"
    fix = _fix(years_of(has), has, lacks, wanted)
    if lacks.kind == "acs":
        fix = f"download the table for all tracts there, of {has.name}'s year, in its place"
    return f"{what}: is it cut short, or of another year?", fix


def _other_years(
    geoids: Collection[str], has: TractFile, lacks: TractFile, wanted: Collection[str]
) -> tuple[str, str]:
    """The line on files of different years: which is of which, or the newer, or that nobody knows."""
    own, other = years_beside(has, lacks), years_beside(lacks, has)
    fix = _fix(own, has, lacks, wanted)
    if own is not None and other is not None and own.decade != other.decade:
        return f"{has.name} is {own} ({own.because}), {lacks.name} {other} ({other.because})", fix
    order = newer_of(has.geoids, lacks.geoids)
    if order:
        newer, older = (has, lacks) if order > 0 else (lacks, has)
        seen = "its tracts have higher suffixes"
        return f"{newer.name} seems to be of a newer year than {older.name} ({seen})", fix
    known = "".join(f" ({file.name} is {years})" for file, years in ((has, own), (lacks, other)) if years)
    return f"is {lacks.name} of another year than {has.name}{known}, or cut short?", fix


def _fix(years: Years | None, has: TractFile, lacks: TractFile, wanted: Collection[str]) -> str:
    """What to download in the place of the file that does not fit."""
    if has.kind == "lists":
        return f"write the tracts of {lacks.name}'s year into {has.name}, or use files of one year"
    if lacks.kind == "layer":
        return f"download {_boundaries(years, has, wanted)} in its place"
    when = f"tracts {years}" if years is not None else f"the year of {has.name}"
    return f"download the table for {when} in its place"


def _boundaries(years: Years | None, has: TractFile, geoids: Collection[str]) -> str:
    """The boundaries to download, by the Bureau's names where state and year are known."""
    year = has.year
    if years is not None and (year is None or not _within(year, years)):
        year = years.last if years.last is not None else years.first
    states = sorted({geoid[:_STATE] for geoid in geoids})
    if year is None or any(state not in state_names() for state in states):
        return f"the boundaries of {has.name}'s year"
    if len(states) > _NAMED:
        return f"cb_{year}_us_tract_500k.zip" if year >= _NATIONAL else f"the boundaries of {year}"
    end = "tract10" if year == _FIRST_YEAR else "tract"
    *others, last = [f"tl_{year}_{state}_{end}.zip" for state in states]
    return f"{', '.join(others)} and {last}" if others else last


def _within(year: int, years: Years) -> bool:
    return (years.first is None or years.first <= year) and (years.last is None or year <= years.last)


_NATIONAL: Final = 2019
"""The first year of which the Bureau has the boundaries of the nation's tracts in one file."""
_FIRST_YEAR: Final = 2010
"""The year whose files the Bureau named in another way."""


def _places(geoids: Collection[str], *, by_state: bool = False) -> str:
    """States, or counties where they are few, with the number of tracts.

    Example:
        >>> _places(["24033803523", "24033803524", "51013102801"])
        'Maryland (county 033), Virginia (county 013)'
    """
    # Of states with as many, the one with the smaller code is named first: a set has no order of its own.
    counted = Counter(sorted(geoid[:_STATE] for geoid in geoids))
    names = []
    for state, _ in counted.most_common(_NAMED):
        counties = sorted({geoid[_STATE:_COUNTY] for geoid in geoids if geoid[:_STATE] == state})
        some = f"count{'ies' if len(counties) > 1 else 'y'} {', '.join(counties)}"
        if by_state:
            some = f"{counted[state]:,}"
        names.append(state_name(state) + (f" ({some})" if by_state or len(counties) <= _NAMED else ""))
    more = len(counted) - len(names)
    return ", ".join(names) + (f" and {more} more state{'s' if more > 1 else ''}" if more > 0 else "")
