"""Which file of ``census/`` is what, under whatever name it was downloaded (method 6.5).

A file under the name that the program gives it (``tracts.*``, ``acs.*``, ``city_tracts.*``, ``places.*``) is
what its name says. Any other is what its content says: polygons, a table of the American Community Survey, a
list of cities, or something that only belongs to a download, such as a codebook. What is none of these is
named.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import pyarrow.parquet as pq

from data.errors import InputError
from data.printable import escaped
from data.record_names import as_label, is_of_disk
from tasks.places.census_cities import is_list, names_one_city
from tasks.places.census_columns import first_of
from tasks.places.census_layouts import layout_of, missing
from tasks.places.census_sheets import Sheet, is_beside, sheets

Role = Literal["tracts", "places", "acs", "cities", "beside", "other", "unknown"]
"""What a file is: the tract layer, the polygons of places, a table of the survey, a list of cities, part of a
download, the input of another part, or none of these."""

File = tuple[str, Path]
"""Its path inside the investigation folder, and where to open it."""

EXPECTED: Final = (
    "a tract layer, a table of population or income by census tract, a list of the cities' tracts, or "
    "polygons of places"
)
"""What may lie in the folder, in words."""

_OTHERS: Final = ("gentrification.", "sources")
"""Files and folders of ``census/`` that other parts read."""

_OF_SYSTEMS: Final = frozenset({"thumbs.db", "desktop.ini", "icon\r"})
_TABLES: Final = (".csv", ".tsv", ".txt", ".dat", ".json", ".parquet", ".gz", ".zst", ".zip")
_SHAPES: Final = (".shp", ".gpkg", ".kml", ".kmz", ".gdb", ".geojson", ".gml", ".fgb")
_OF_SHAPE: Final = (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx", ".xml", ".ain", ".aih")
_PLACES: Final = re.compile(
    r"^(tl_(rd)?\d+_\w+_place|cb_\d+_\w+_place|gz_\d+_\w+_160|places?[._-])", re.IGNORECASE
)


@dataclass(frozen=True)
class CensusFolder:
    """The files of ``census/``, by what they are.

    Attributes:
        named: Files under the name that the program gives them, by role.
        own: Files under their own names, likewise.
        also_lists: Tables of the survey that also say of which city their tracts are (Census Reporter).
        unknown: Files that are none of these, each with the reason.
    """

    named: dict[Role, list[File]] = field(default_factory=dict)
    own: dict[Role, list[File]] = field(default_factory=dict)
    also_lists: tuple[File, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()

    def has(self, role: Role) -> bool:
        """Whether there is a file of a role."""
        also = self.also_lists if role == "cities" else ()
        return bool(self.named.get(role) or self.own.get(role) or also)

    @property
    def layers(self) -> list[Path]:
        """The files and folders that are map layers, of tracts or of places, with their side files."""
        roles: tuple[Role, ...] = ("tracts", "places")
        return sorted(
            path for files in (self.named, self.own) for role in roles for _, path in files.get(role, [])
        )

    @property
    def acs(self) -> list[File]:
        """The tables of the survey: the one named so first, then those under their own names.

        Raises:
            InputError: There is none, or two are named so.
        """
        named, own = self.named.get("acs", []), self.own.get("acs", [])
        if len(named) > 1 and all(path.parent.name != "acs" for _, path in named):
            names = ", ".join(path.name for _, path in named)
            raise InputError(
                f"census/acs: one file is needed, but there are {names}; leave one of them there"
            )
        if not named and not own:
            raise InputError(
                f"census/acs: one file is needed, acs.csv or acs.parquet, but there is none{self._hint()}"
            )
        return [*named, *own]

    @property
    def cities(self) -> list[File]:
        """The lists of cities: the one named so, else those under their own names; there may be none.

        Raises:
            InputError: There are two lists.
        """
        named, own = self.named.get("cities", []), self.own.get("cities", [])
        several = named and any(path.parent.name == "city_tracts" for _, path in named)
        found = [*named, *own]
        if len(found) > 1 and not several and not all(is_of_one_city(*file) for file in found):
            names = ", ".join(label.removeprefix("census/") for label, _ in found)
            raise InputError(f"census: {len(found)} lists of cities ({names}); leave one of them there")
        return found or list(self.also_lists)

    def _hint(self) -> str:
        """Why files that are there are no table of the survey."""
        return "".join(f"; {label}: {why}" for label, why in self.unknown[:1])


def sort_folder(census: Path, root: Path) -> CensusFolder:
    """Say what each file of ``census/`` is.

    Args:
        census: The folder; it need not exist.
        root: The investigation folder, from which files are named.

    Returns:
        The files, in order of their names. What cannot be opened or read is unknown, with the reason.
    """
    named: dict[Role, list[File]] = {}
    own: dict[Role, list[File]] = {}
    lists: list[File] = []
    unknown: list[tuple[str, str]] = []
    for path in _files(census):
        label = as_label(path, root)
        role = _by_name(path, census)
        if role is not None:
            named.setdefault(role, []).append((label, path))
            continue
        role, also, why = _by_content(path, label)
        own.setdefault(role, []).append((label, path))
        if also:
            lists.append((label, path))
        if role == "unknown":
            unknown.append((label, why or f"is not recognised; expected {EXPECTED}"))
    return CensusFolder(named, own, tuple(lists), tuple(unknown))


def _files(census: Path) -> Iterator[Path]:
    """The files of the folder and of folders in it, sorted; a file geodatabase is one thing."""
    if not census.is_dir():
        return
    for path in sorted(census.iterdir()):
        if path.name.startswith((".", "~$", "__MACOSX")) or is_of_disk(path.name):
            continue
        if path.name.lower().startswith(_OTHERS) or path.name.lower() in _OF_SYSTEMS:
            continue
        if path.is_dir() and path.suffix.lower() != ".gdb" and not path.name.lower().startswith("tracts"):
            yield from _files(path)
        else:
            yield path


def _by_name(path: Path, census: Path) -> Role | None:
    """What the program's own names say; None for a name of the file's own."""
    inside = path.relative_to(census).parts
    name, top = path.name.lower(), inside[0].lower()
    if top.startswith("tracts") and not name.endswith((".csv", ".tsv", ".csv.gz", ".tsv.gz")):
        return "tracts"
    if len(inside) > 1 and top in {"acs", "city_tracts", "places"} and not is_beside(name):
        return "acs" if top == "acs" else "cities" if top == "city_tracts" else "places"
    if len(inside) > 1:
        return None
    stem, table = name.split(".")[0], name.endswith(_TABLES)
    if stem == "acs" and table:
        return "acs"
    if stem == "city_tracts" and table:
        return "cities"
    return "places" if stem == "places" else None


def _by_content(path: Path, label: str) -> tuple[Role, bool, str]:
    """What a file is by its content, whether it is a list of a city too, and why it is none of all."""
    name = path.name.lower()
    if name.endswith(_OF_SHAPE):
        return "tracts" if path.with_suffix(".shp").is_file() else "beside", False, ""
    try:
        if _has_polygons(path):
            return "places" if _PLACES.match(path.name) else "tracts", False, ""
        if is_beside(path.name):
            return "beside", False, ""
        if not path.is_file() or not name.endswith(_TABLES):
            return "unknown", False, "" if path.is_file() else "is not a regular file"
        return _of_sheets(sheets(path, label))
    except InputError as error:
        return "unknown", False, str(error).removeprefix(f"{label}: ").removeprefix(f"{label} ")


def _has_polygons(path: Path) -> bool:
    """Whether a file holds shapes, by its name, its members or its metadata; nothing of it is read."""
    name = path.name.lower()
    if name.endswith(_SHAPES):
        return True
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as archive:
                return any(member.lower().rstrip("/").endswith(_SHAPES) for member in archive.namelist())
        except (zipfile.BadZipFile, OSError, NotImplementedError):
            return False
    if start.startswith(b"PAR1"):
        try:
            return b"geo" in (pq.read_schema(path).metadata or {})
        except OSError:
            return False
    return start.lstrip()[:1] == b"{" and b'"FeatureCollection"' in start


def _of_sheets(found: Sequence[Sheet]) -> tuple[Role, bool, str]:
    if any(layout_of(sheet) is not None for sheet in found):
        return "acs", any(map(names_one_city, found)), ""
    if any(map(is_list, found)):
        return "cities", False, ""
    if "GISJOIN" in found[0].names:
        return "unknown", False, str(missing("population", found[0])).removeprefix(f"{found[0].label}: ")
    columns = ", ".join(escaped(name) for name in found[0].names if name)[:120]
    return "unknown", False, f"is not recognised by its columns ({columns}); expected {EXPECTED}"


def is_of_one_city(label: str, path: Path) -> bool:
    """Whether a list of cities is of one city alone, so that several may lie side by side."""
    found = sheets(path, label)
    return not any(first_of(sheet.names, ("CITY",), sheet.label) for sheet in found) and all(
        first_of(sheet.names, ("GEOID",), sheet.label) for sheet in found
    )
