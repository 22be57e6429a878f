"""The crime records, checked before any work is done: settings, and each file's header and first block."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from data.configuration import toml_key
from data.errors import InputError
from data.settings import FILE, Crime
from data.text import collapse, nearest
from tasks.crime.dates import has_year
from tasks.crime.ledger import COUNTED, CRIMES, OTHER_TYPES, OTHER_YEARS
from tasks.crime.tidy import CrimeReader
from tasks.ledger.identities import DUPLICATES, NO_LOCATION, OUTSIDE, WITH_INCOME, WITHOUT
from tasks.places.check_points import check_points
from tasks.places.coordinates import Bounds

_LEDGER_LINES: Final = frozenset(
    {CRIMES, DUPLICATES, OTHER_YEARS, OTHER_TYPES,
     NO_LOCATION, OUTSIDE, COUNTED, WITH_INCOME,
     WITHOUT}
)  # fmt: skip
"""The lines of the ledger for a folder; each type has one more, under its own name."""


def sections(
    files: Mapping[str, Sequence[tuple[str, Path]]], crime: Mapping[str, Crime], cities: Collection[str]
) -> dict[str, Crime]:
    """Find the settings of each folder of crime records, and see that they can be used.

    Args:
        files: The files of each folder of ``crime/``, by its name.
        crime: The sections ``[crime.<folder>]``, by folder.
        cities: Every city of ``census/city_tracts``.

    Returns:
        The settings, in order of the folders.

    Raises:
        InputError: A folder has no section (the message shows the lines to write) or a section no folder; a
            city has no list; a type is named twice, a column has two meanings, or a date format is wrong.
    """
    for key in files:
        if key not in crime:
            near = nearest(key, [other for other in crime if other not in files])
            hint = f" (did you mean the folder to be {near!r}?)" if near else ""
            raise InputError(
                f"crime/{key}: no section for it in {FILE}{hint}; write its settings there:\n"
                f"{section_lines(key)}"
            )
    for key in crime:
        if key not in files:
            raise InputError(
                f"{FILE}: crime.{key}: no file in crime/{key}; put the city's records there, "
                "or remove the section"
            )
    for key, settings in crime.items():
        _check_section(key, settings, cities)
    _check_twice(crime)
    return {key: crime[key] for key in files}


def section_lines(key: str) -> str:
    """The lines to write into ``investigation.toml`` for a folder that has no settings.

    Example:
        >>> print(section_lines("los-angeles").splitlines()[0])
        [crime.los-angeles]
    """
    return (
        f"[crime.{toml_key(key)}]\n"
        'city = "…"               # as census/city_tracts spells it, e.g. "Los Angeles city, California"\n'
        "year = 2019              # the year analysed\n"
        'types = ["…"]            # each as the files write it, e.g. "BURGLARY FROM VEHICLE"\n'
        "# and, where the columns have other names than those of Los Angeles:\n"
        '# columns = { id = "DR_NO", date = "DATE OCC", type = "Crm Cd Desc", latitude = "LAT", '
        'longitude = "LON" }'
    )


def check_crimes(
    key: str, files: Sequence[tuple[str, Path]], crime: Crime, bounds: Bounds | None = None
) -> None:
    """See that every file of a folder can be read.

    Args:
        key: The folder below ``crime/``.
        files: Path inside the investigation folder, and where to open it.
        crime: The section ``[crime.<key>]``.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.

    Raises:
        InputError: There is no file, one is of another kind, empty, damaged or not UTF-8; a column is missing
            or holds something else; or latitude and longitude are swapped. The message names
            the file, the column and the fix.
    """
    if not files:
        raise InputError(f"crime/{key}: no file in it; put .csv or .csv.gz files there")
    reader = CrimeReader(key, crime)
    latitude, longitude = reader.wanted.degrees
    check_points(
        files,
        reader,
        bounds,
        latitude=latitude,
        longitude=longitude,
        things="crimes",
        or_else=f", or swap them in columns of [crime.{key}]",
    )


def _check_section(key: str, settings: Crime, cities: Collection[str]) -> None:
    """See that a section can be used."""
    place = f"{FILE}: crime.{key}"
    if settings.city not in cities:
        near = nearest(settings.city, set(cities))
        fix = f"did you mean {near!r}?" if near else "add its tracts there"
        raise InputError(f"{place}.city: no list of census/city_tracts has the city {settings.city!r}; {fix}")
    seen: set[str] = set()
    for name in settings.types:
        text = collapse(name)
        if not text:
            raise InputError(f"{place}.types: {name!r} is not a type; write it as the files do, or remove it")
        if text in seen:
            raise InputError(f"{place}.types: {text!r} is named twice; remove one")
        if text in _LEDGER_LINES:
            raise InputError(f"{place}.types: {text!r} is a line of the ledger; rename it in the files")
        seen.add(text)
    meanings: dict[str, str] = {}
    for meaning, column in settings.columns.model_dump().items():
        if column is None:
            continue
        if not column.strip():
            raise InputError(f"{place}.columns.{meaning}: is blank; write what the files call the column")
        other = meanings.setdefault(column.strip(), meaning)
        if other != meaning:
            raise InputError(
                f"{place}.columns: {other} and {meaning} are both {column.strip()!r}; name a column for each"
            )
    if settings.date_format is not None and not has_year(settings.date_format):
        raise InputError(
            f"{place}.date_format: {settings.date_format!r} is not a strptime format with a year; "
            'write it as "%d.%m.%Y"'
        )


def _check_twice(crime: Mapping[str, Crime]) -> None:
    """See that no two sections examine one type in one city: the tables have one row for it."""
    seen: dict[tuple[str, str], str] = {}
    for key, settings in crime.items():
        for name in settings.types:
            other = seen.setdefault((settings.city, collapse(name)), key)
            if other != key:
                raise InputError(
                    f"{FILE}: crime.{other} and crime.{key} both examine {collapse(name)!r} in "
                    f"{settings.city!r}; put the files into one folder, or remove the type from one"
                )
