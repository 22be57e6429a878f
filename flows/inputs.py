"""The input of the parts beside the mail, looked at before any work is done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc

from data.catalog import Investigation
from data.errors import InputError
from data.settings import FILE, Crime, Posts
from tasks.crime.check import check_crimes, sections
from tasks.places.census import examined, read_census
from tasks.places.coordinates import Bounds
from tasks.places.layer import check_layer, find_layer
from tasks.places.results import Census
from tasks.posts.check import check_posts
from tasks.requests.read import read_requests
from tasks.requests.results import Requests
from tasks.selection.atlas import read_atlas
from tasks.selection.cities import check_cities
from tasks.selection.gentrification import read_gentrification
from tasks.selection.results import AtlasInput, GentrificationInput


@dataclass(frozen=True)
class PostsInput:
    """What the posts' part of a run goes out from.

    Attributes:
        files: The files of posts: path inside the folder, and where to open it; in order of the first.
        settings: The section ``[posts]``.
        layer: The tract layer's file.
        census: The Census and the examined cities.
    """

    files: tuple[tuple[str, Path], ...]
    settings: Posts
    layer: Path
    census: Census


@dataclass(frozen=True)
class CrimeInput:
    """What the crimes' part of a run goes out from.

    Attributes:
        files: By folder of ``crime/``, its files, as in :class:`PostsInput`.
        settings: By folder, its section ``[crime.<folder>]``.
        layer: The tract layer's file.
        census: The Census, and the lists of all cities, examined or not.
        examined: The number of cities examined, by which alpha is divided.
    """

    files: Mapping[str, tuple[tuple[str, Path], ...]]
    settings: Mapping[str, Crime]
    layer: Path
    census: Census
    examined: int


def posts_input(investigation: Investigation) -> PostsInput:
    """Look at the posts, the tract layer, the Census and the cities.

    Args:
        investigation: One whose folder has files for all of them.

    Returns:
        What a run needs of them.

    Raises:
        InputError: A file, a column, a city or a setting is missing or wrong; it is named, with the mend.
    """
    settings = investigation.config.posts
    if settings is None:
        raise InputError(
            f"{FILE}: posts/ holds files, but there is no section [posts]; write which year to analyse:\n"
            "[posts]\nyear = 2019"
        )
    layer, bounds, census = _country(investigation)
    files = investigation.post_files()
    check_posts(files, bounds)
    return PostsInput(tuple(files), settings, layer, _of_examined(investigation, census))


def crime_input(investigation: Investigation) -> CrimeInput:
    """Look at the crime records, the tract layer, the Census and the cities.

    Args:
        investigation: One whose folder has files for all of them.

    Returns:
        What a run needs of them.

    Raises:
        InputError: A file, a column, a city or a setting is missing or wrong; it is named, with the mend.
    """
    files = investigation.crime_files()
    layer, bounds, census = _country(investigation)
    cities = set(census.cities["city"].unique().to_pylist())
    settings = sections(files, investigation.config.crime, cities)
    for key, own in files.items():
        check_crimes(key, own, settings[key], bounds)
    examined_cities = _of_examined(investigation, census).cities["city"]
    return CrimeInput(
        files={key: tuple(own) for key, own in files.items()},
        settings=settings,
        layer=layer,
        census=census,
        examined=pc.count_distinct(examined_cities).as_py(),
    )


def _country(investigation: Investigation) -> tuple[Path, Bounds | None, Census]:
    """The tract layer's file and extent, and the Census with the lists of all cities."""
    layer = find_layer(investigation.layer_files())
    bounds = check_layer(layer)
    census = read_census(
        investigation.census_file("acs"), investigation.census_file("city_tracts"), include=None
    )
    return layer, bounds, census


def _of_examined(investigation: Investigation, census: Census) -> Census:
    return examined(census, investigation.config.cities.include, investigation.census_file("city_tracts")[0])


def gentrification_input(investigation: Investigation) -> GentrificationInput:
    """Read the tracts of ``census/gentrification``.

    Raises:
        InputError: The file or a column is missing or wrong; it is named, with the mend.
    """
    return read_gentrification(investigation.census_file("gentrification"), investigation.config.selection)


def selection_input(investigation: Investigation) -> GentrificationInput:
    """Read the tracts of ``census/gentrification``, whose cities are to be found in the Atlas.

    Raises:
        InputError: As :func:`gentrification_input`; or a city is in no known state, or two are called alike.
    """
    given = gentrification_input(investigation)
    check_cities(given)
    return given


def atlas_input(investigation: Investigation) -> AtlasInput:
    """Read the Atlas of Surveillance.

    Raises:
        InputError: A file or a column is missing or wrong, or the edition has no Ring partnership.
    """
    return read_atlas(investigation.atlas_files())


def requests_input(investigation: Investigation) -> Requests:
    """Read ``requests.csv`` and look at what lies in the folders that it names.

    Raises:
        InputError: The file, a column or a value is wrong; it is named, with the mend.
    """
    return read_requests(
        investigation.requests_file(),
        investigation.records_folder,
        investigation.mailboxes_of,
        investigation.agencies_with_records(),
    )


def check_agency(investigation: Investigation, agency: str) -> None:
    """See that an agency has mail to read.

    Raises:
        InputError: It has no mailbox; the message names the agencies that have.
    """
    there = sorted({record.agency for record in investigation.records()})
    if agency not in there:
        raise InputError(
            f"records/{agency}: no mailbox (*.pst, *.ost) of an agency {agency!r}; "
            f"name one of: {', '.join(there)}"
        )


_CHECKS: Final[Mapping[str, tuple[Callable[[Investigation], Any], ...]]] = {
    "posts": (posts_input,),
    "crime": (crime_input,),
    "gentrification": (gentrification_input,),
    "selection": (selection_input, atlas_input),
    "requests": (requests_input,),
}
"""What there is to be looked at for each part; the mail is surveyed by the run itself."""


def check_inputs(investigation: Investigation, parts: Collection[str]) -> None:
    """Look at the input of some parts of a run, each thing once.

    Args:
        investigation: The investigation.
        parts: The parts that will be carried out.

    Raises:
        InputError: Something is missing or wrong; the message names it, and the mend.
    """
    for check in dict.fromkeys(check for part in parts for check in _CHECKS.get(part, ())):
        check(investigation)
