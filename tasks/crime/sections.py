"""The settings of each folder of crime records, completed by what its files and its name say (method 9.9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from data.configuration import toml_key
from data.crime_layouts import Layout, layout_of
from data.errors import InputError
from data.settings import FILE, Crime
from data.text import collapse, nearest
from tasks.crime import peek
from tasks.crime.cities import cities_of
from tasks.crime.dates import has_year
from tasks.crime.ledger import COUNTED, CRIMES, OTHER_TYPES, OTHER_YEARS
from tasks.crime.locations import is_grid
from tasks.ledger.identities import DUPLICATES, NO_LOCATION, OUTSIDE, WITH_INCOME, WITHOUT

Files = Sequence[tuple[str, Path]]

_LEDGER_LINES: Final = frozenset(
    {CRIMES, DUPLICATES, OTHER_YEARS, OTHER_TYPES,
     NO_LOCATION, OUTSIDE, COUNTED, WITH_INCOME,
     WITHOUT}
)  # fmt: skip
"""The lines of the ledger for a folder; each type has one more, under its own name."""


def sections(
    files: Mapping[str, Files],
    crime: Mapping[str, Crime],
    cities: Collection[str],
    year: int | None = None,
) -> dict[str, Crime]:
    """Find the settings of each folder of crime records, complete them, and see that they can be used.

    Args:
        files: The files of each folder of ``crime/``, by its name.
        crime: The sections ``[crime.<folder>]``, by folder; a folder may have none.
        cities: Every city of ``census/city_tracts``.
        year: The year of the posts, which is that of the crimes where their section names none.

    Returns:
        The settings in order of the folders, each with its city and year, and with the types of the layout
        where none are named and the layout has some.

    Raises:
        InputError: A section has no folder; a folder's city or year is not known (the message shows the lines
            to write); a city has no list; a type is named twice, a column has two meanings, or a setting
            cannot be used.
    """
    for key in files:
        near = nearest(key, [other for other in crime if other not in files])
        if key not in crime and near is not None:
            raise InputError(
                f"crime/{key}: no section for it in {FILE} (did you mean the folder to be {near!r}?); write "
                "its "
                f"settings there:\n{section_lines(key)}"
            )
    for key in crime:
        if key not in files:
            raise InputError(
                f"{FILE}: crime.{key}: no file in crime/{key}; put the city's records there, or "
                "remove the "
                "section"
            )
    for key, settings in crime.items():
        _check_section(key, settings, cities)
    found = {key: _complete(key, own, crime.get(key), cities, year) for key, own in files.items()}
    _check_twice(found)
    return found


def section_lines(key: str) -> str:
    """The lines to write into ``investigation.toml`` for a folder whose city or year is not known.

    Example:
        >>> print(section_lines("los-angeles").splitlines()[0])
        [crime.los-angeles]
    """
    return (
        f"[crime.{toml_key(key)}]\n"
        'city = "…"               # as census/city_tracts spells it, e.g. "Los Angeles city, California"\n'
        "year = 2019              # the year analysed\n"
        "# and, where all crimes together are not what is examined, each type as the files write it:\n"
        '# types = ["BURGLARY FROM VEHICLE"]'
    )


def _complete(
    key: str, files: Files, given: Crime | None, cities: Collection[str], year: int | None
) -> Crime:
    """The settings of a folder with its city, its year and its types."""
    settings = Crime() if given is None else given
    missing: dict[str, object] = {}
    if settings.city is None or settings.types is None:
        known = {label: layout_of(peek.columns_of(path, label)) for label, path in files}
        layouts = {None if each is None else each[0] for each in known.values()}
        if settings.city is None:
            missing["city"] = _city(key, layouts, cities, bare=given is None)
        if settings.types is None:
            missing["types"] = _types_there(files, known, settings)
    if settings.year is None:
        if year is None:
            raise _unknown(key, "the year analysed is not known", bare=given is None, line="year = 2019")
        missing["year"] = year
    return settings.model_copy(update=missing)


def _types_there(
    files: Files, known: Mapping[str, tuple[Layout, dict[str, str]] | None], settings: Crime
) -> list[str] | None:
    """The types of the layout that the first rows of the files hold; None where there are none."""
    wanted = {each[0].types for each in known.values() if each is not None}
    if len(wanted) != 1 or None in known.values():
        return None
    found: set[str] = set()
    for label, path in files:
        layout = known[label]
        column = settings.columns.type or ("" if layout is None else layout[1]["type"])
        first = next(peek.blocks(path, label, peek.wanted((column.strip(),), "")), None)
        if first is not None:
            words = first.column(0).cast(pa.string()).unique().to_pylist()
            found.update(collapse(word) for word in words if word)
    return [name for name in next(iter(wanted)) if name in found] or None


def _city(key: str, layouts: set[Layout | None], cities: Collection[str], *, bare: bool) -> str:
    """The city that the layout of the files means, else the one after which the folder is called."""
    said = {(layout.city, layout.state) for layout in layouts if layout is not None}
    if len(said) > 1:
        names = " and ".join(sorted(city for city, _ in said))
        raise InputError(f"crime/{key}: holds files of {names}; put each city's into a folder of its own")
    for name, state in [*said, (key, next(iter(said))[1] if said else "")]:
        fits = cities_of(name, state, cities)
        if len(fits) == 1:
            return fits[0]
    why = f"{' and '.join(city for city, _ in said)} is not among" if said else "nothing says which of"
    tail = "" if said else " it is"
    raise _unknown(
        key, f"{why} the cities of census/city_tracts{tail}", bare=bare, line=f'city = "{_example(cities)}"'
    )


def _example(cities: Collection[str]) -> str:
    return min(cities, default="Los Angeles city, California")


def _unknown(key: str, what: str, *, bare: bool, line: str) -> InputError:
    """The error for a folder about which something is not known, with the lines to write."""
    if bare:
        return InputError(
            f"crime/{key}: {what}, and it has no section in {FILE}; write there:\n{section_lines(key)}"
        )
    return InputError(f"{FILE}: crime.{key}: {what}; write {line} there")


def _check_section(key: str, settings: Crime, cities: Collection[str]) -> None:
    """See that a section can be used."""
    place = f"{FILE}: crime.{key}"
    if settings.city is not None and settings.city not in cities:
        near = nearest(settings.city, set(cities))
        fix = f"did you mean {near!r}?" if near else "add its tracts there"
        raise InputError(f"{place}.city: no list of census/city_tracts has the city {settings.city!r}; {fix}")
    _check_types(place, settings.types or ())
    _check_columns(place, settings)
    if settings.date_format is not None and not has_year(settings.date_format):
        raise InputError(
            f"{place}.date_format: {settings.date_format!r} is not a strptime format with a year; "
            'write it as "%d.%m.%Y"'
        )
    if settings.crs is not None and not is_grid(settings.crs):
        raise InputError(
            f"{place}.crs: {settings.crs} is no system of feet or metres; write the one of x and y, as "
            '"EPSG:2232", or remove it where they are degrees'
        )


def _check_types(place: str, types: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in types:
        text = collapse(name)
        if not text:
            raise InputError(f"{place}.types: {name!r} is not a type; write it as the files do, or remove it")
        if text in seen:
            raise InputError(f"{place}.types: {text!r} is named twice; remove one")
        if text in _LEDGER_LINES:
            raise InputError(f"{place}.types: {text!r} is a line of the ledger; rename it in the files")
        seen.add(text)


def _check_columns(place: str, settings: Crime) -> None:
    meanings: dict[str, str] = {}
    for meaning, column in settings.columns.model_dump().items():
        if column is None or (meaning == "id" and not column):
            continue
        if not column.strip():
            raise InputError(f"{place}.columns.{meaning}: is blank; write what the files call the column")
        other = meanings.setdefault(column.strip(), meaning)
        if other != meaning and {other, meaning} != {"id", "incident"}:
            raise InputError(
                f"{place}.columns: {other} and {meaning} are both {column.strip()!r}; name a column for each"
            )


def _check_twice(crime: Mapping[str, Crime]) -> None:
    """See that no two sections examine one type in one city: the tables have one row for it."""
    seen: dict[tuple[str | None, str], str] = {}
    for key, settings in crime.items():
        for name in settings.examined:
            other = seen.setdefault((settings.city, collapse(name)), key)
            if other != key:
                raise InputError(
                    f"{FILE}: crime.{other} and crime.{key} both examine {collapse(name)!r} in "
                    f"{settings.city!r}; put the files into one folder, or remove the type from one"
                )
