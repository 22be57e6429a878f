"""What the parts `posts` and `crime` share: their input, and how they report what they found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.errors import InputError
from flows.run.inputs import Inputs
from flows.run.part import Found, files_by_hash

if TYPE_CHECKING:
    from data.catalog import Investigation
    from tasks.census.look import CensusFolder, CityLists, Needed
    from tasks.census.results import Census
    from tasks.income.results import Findings
    from tasks.layers.look import Bounds, Source
    from tasks.layers.results import Layer
    from tasks.ledger.results import PartClosed
    from tasks.rows.results import FileOfRows, InputFile, Recognised

CENSUS: Final = ("census/tracts*", "census/acs.*", "census/city_tracts.*")
"""The files of the Census that both need, under the names that the program gives them."""

_ROLES: Final[Mapping[str, Needed]] = {
    "census/tracts*": "tracts",
    "census/acs.*": "acs",
    "census/city_tracts.*": "cities",
}
"""What each of them is, where it has a name of its own."""

WORKER_MODULES: Final = ("tasks.places.locate", "tasks.income.examine")
"""What both need on workers."""

Files = tuple[tuple[str, Path], ...]
"""Path inside the investigation folder, and where to open it; in order of the first."""


@dataclass(frozen=True)
class PointsFound(Found):
    """What such a part found.

    Attributes:
        files: The files of posts or crimes.
        layer: The tracts.
        census: The Census and the lists of the cities.
        findings: What the tests say.
        closed: The part's rows of the ledger.
    """

    files: tuple[FileOfRows, ...]
    layer: Layer
    census: Census
    findings: Findings
    closed: PartClosed


def folder(given: Inputs) -> CensusFolder:
    """Which file of ``census/`` is what."""
    return census_files(given.investigation)


def census_files(investigation: Investigation) -> CensusFolder:
    """Which file of an investigation's ``census/`` is what."""
    from tasks.census.look import sort_folder

    return sort_folder(investigation.folder / "census", investigation.folder)


def found_otherwise(investigation: Investigation, pattern: str) -> bool:
    """Whether a file of the Census is there under a name of its own.

    Lists of cities are not needed where they can be made of the polygons of the places.
    """
    if pattern not in _ROLES or not (investigation.folder / "census").is_dir():
        return False
    found = census_files(investigation)
    role = _ROLES[pattern]
    return found.has(role) or (role == "cities" and found.has("places"))


def unknown(investigation: Investigation) -> list[str]:
    """The files of ``census/`` that are none of what the program looks for there, each with the reason."""
    if not (investigation.folder / "census").is_dir():
        return []
    return [f"{label}: {why}" for label, why in census_files(investigation).unknown]


def recognised(given: Inputs) -> tuple[Recognised, ...]:
    """What the files of the tract layer and of the Census were recognised as."""
    return (*given.once(recognised_layer), *given.once(census).recognised)


def recognised_layer(given: Inputs) -> tuple[Recognised, ...]:
    """What the files of the tract layer were recognised as."""
    from tasks.rows.results import Recognised

    return tuple(Recognised(source.label, source.words) for source in given.once(sources))


def layer(given: Inputs) -> tuple[Path, ...]:
    """The files of the tract layer."""
    from tasks.layers.look import find_layer

    found = given.once(folder)
    try:
        return find_layer(found.layers)
    except InputError as error:
        raise error if found.has("tracts") else InputError(f"{error}{found.unread}") from None


def sources(given: Inputs) -> tuple[Source, ...]:
    """How each file of the tract layer is read: their headers are read once."""
    from tasks.layers.look import open_layers

    return open_layers(given.once(layer))


def bounds(given: Inputs) -> Bounds | None:
    """The tract layer's extent in degrees; None where it states none."""
    from tasks.layers.look import extent

    return extent(given.once(sources))


def census(given: Inputs) -> Census:
    """The Census, and the lists of all cities."""
    from tasks.census.look import read_census

    found = given.once(folder)
    made = given.once(city_lists_of_places) if not found.cities and found.has("places") else None
    lists = found.cities or ([] if made else [city_tracts(given)])
    return read_census(
        found.acs, lists, include=None, made=None if made is None else lambda: made, unread=found.unread
    )


def city_lists_of_places(given: Inputs) -> tuple[CityLists, tuple[InputFile, ...]]:
    """The lists of cities made from the boundaries of places: those examined, and those with crimes."""
    from tasks.census.look import lists_of_places
    from tasks.layers.look import find_places

    config = given.investigation.config
    include = config.cities.include
    named = (
        None
        if include is None
        else [*include, *sorted({each.city for each in config.crime.values() if each.city})]
    )
    places = find_places(given.once(folder).layers)
    return lists_of_places(places, given.once(layer), named and list(dict.fromkeys(named)))


def city_tracts(given: Inputs) -> tuple[str, Path]:
    """The list of cities by the name that the program gives it.

    Raises:
        InputError: There is none.
    """
    try:
        return given.investigation.census_file("city_tracts")
    except InputError as error:
        fix = "or put boundaries of places there, as tl_2019_08_place.zip"
        raise InputError(f"{error}; {fix}{given.once(folder).unread}") from None


def census_of_examined(given: Inputs) -> Census:
    """The same Census, and the lists of the examined cities alone."""
    from tasks.census.look import examined

    lists = given.once(folder).cities
    label = lists[0][0] if lists else "census/places*"
    return examined(given.once(census), given.investigation.config.cities.include, label)


def cities(census: Census) -> set[str]:
    """The names of the cities that a Census lists."""
    return set(census.cities["city"].unique().to_pylist())


def origin(found: PointsFound) -> dict[str, Any]:
    """Large files by hash, a file given twice two times; the tract layer, and the tables of the Census."""
    return {
        "files": sorted(files_by_hash(found.files), key=lambda file: str(file["sha256"])),
        "tracts": files_by_hash([found.layer.input])[0],
        "census": files_by_hash(found.census.files),
    }
