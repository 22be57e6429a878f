"""Which file of ``census/`` is what, under whatever name it was downloaded (method 6.5).

A file under the name that the program gives it (``tracts.*``, ``acs.*``, ``city_tracts.*``, ``places.*``) is
what its name says. Any other is what its content says: polygons, a table of the American Community Survey, a
list of cities, or something that only belongs to a download, such as a codebook. What is none of these is
named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from data import file_faults
from data.errors import InputError
from data.opening import regular
from data.printable import escaped
from data.record_names import as_label, is_of_disk
from tasks.census.areas import id_columns
from tasks.census.city_lists import is_list
from tasks.census.columns import first_of
from tasks.census.folder_maps import with_figures
from tasks.census.layouts import layout_of, missing
from tasks.census.maps import map_tables
from tasks.census.margins import margin_columns
from tasks.census.sheets import Sheet, is_beside, sheets
from tasks.layers.files import SUFFIXES, find_places, is_layer

Role = Literal["acs", "cities", "beside", "unknown"]
"""What a file is that is no map layer: a table of the survey, a list of cities, part of a download, or none
of these."""

Needed = Literal["tracts", "acs", "cities", "places"]
"""What the parts need, or can use."""

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
_TABLES: Final = (
    ".csv",
    ".tsv",
    ".txt",
    ".dat",
    ".json",
    ".jsonl",
    ".parquet",
    ".gz",
    ".zst",
    ".zip",
    ".xlsx",
    ".xls",
)
_DEPTH: Final = 3
"""Folders inside each other that are looked into: an unpacked download has one or two."""


@dataclass(frozen=True)
class CensusFolder:
    """The files of ``census/``, by what they are.

    Attributes:
        layers: The files and folders that are map layers, of tracts or of places, with their side files.
        named: Other files under the name that the program gives them, by what they are.
        own: Files under their own names, likewise.
        figures: Map layers that carry population or income and are read as tables of the survey too.
        also_lists: Tables of the survey that also say of which city their tracts are (Census Reporter).
        unknown: Files that are none of these, each with the reason.
    """

    layers: tuple[Path, ...] = ()
    named: dict[Role, list[File]] = field(default_factory=dict)
    own: dict[Role, list[File]] = field(default_factory=dict)
    figures: tuple[File, ...] = ()
    also_lists: tuple[File, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()

    def has(self, what: Needed) -> bool:
        """Whether something that a part needs is there."""
        if what == "acs" or what == "cities":  # noqa: PLR1714 - mypy
            also = self.also_lists if what == "cities" else ()
            also = self.figures if what == "acs" else also
            return bool(self.named.get(what) or self.own.get(what) or also)
        places = set(find_places(self.layers))
        if what == "places":
            return bool(places)
        return any(path.suffix.lower() in SUFFIXES and path not in places for path in self.layers)

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
        if not named and not own and not self.figures:
            raise InputError(
                f"census/acs: one file is needed, acs.csv or acs.parquet, but there is none{self._hint()}"
            )
        return [*named, *own, *self.figures]

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

    @property
    def unread(self) -> str:
        """What to add to an error for something that is missing: the first file that was not recognised."""
        return "".join(f"; not read: {label}: {why}" for label, why in self.unknown[:1])

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
    paths = list(_files(census, _DEPTH))
    seen = tuple((path, *_state(path)) for path in paths)
    if _SORTED.get(census, (None, None))[0] != seen:
        _SORTED[census] = seen, _sorted(paths, census, root)
    return _SORTED[census][1]


_SORTED: dict[Path, tuple[tuple[object, ...], CensusFolder]] = {}
"""What was said of a folder, with the state of its files: a run asks several times."""


def _state(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_mtime_ns, status.st_size


def _sorted(paths: Sequence[Path], census: Path, root: Path) -> CensusFolder:
    layers: list[Path] = []
    named: dict[Role, list[File]] = {}
    own: dict[Role, list[File]] = {}
    lists: list[File] = []
    unknown: list[tuple[str, str]] = []
    for path in paths:
        label = as_label(path, root)
        role = _by_name(path, census)
        if role is not None:
            named.setdefault(role, []).append((label, path))
        elif is_layer(path):
            layers.append(path)
        else:
            role, also, why = _by_content(path, label)
            own.setdefault(role, []).append((label, path))
            lists += [(label, path)] if also else []
            unknown += [(label, why)] if role == "unknown" else []
    tables = [*named.get("acs", []), *own.get("acs", [])]
    figures, maps = with_figures(layers, tables, root)
    lists += [(label, path) for label, path in figures if any(map(is_list, map_tables(path, label)))]
    return CensusFolder(maps, named, own, figures, tuple(lists), tuple(unknown))


def _files(folder: Path, depth: int) -> Iterator[Path]:
    """The files of the folder and of folders in it, sorted; a file geodatabase is one thing."""
    if not folder.is_dir():
        return
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise file_faults.unreadable(as_label(folder, folder.parent), error) from error
    for path in paths:
        name = path.name.lower()
        if name.startswith((".", "~$", "__macosx", *_OTHERS)) or is_of_disk(name) or name in _OF_SYSTEMS:
            continue
        if path.is_dir() and path.suffix.lower() != ".gdb":
            if depth and not path.is_symlink():
                yield from _files(path, depth - 1)
        else:
            yield path


def _by_name(path: Path, census: Path) -> Role | None:
    """What the program's own names say; None for a name of the file's own."""
    inside = path.relative_to(census).parts
    name, top = path.name.lower(), inside[0].lower()
    if len(inside) > 1:
        tables: dict[str, Role] = {"acs": "acs", "city_tracts": "cities"}
        return tables.get(top) if not is_beside(name) else None
    stem, table = name.split(".")[0], name.endswith(_TABLES)
    if stem == "acs" and table:
        return "acs"
    return "cities" if stem == "city_tracts" and table else None


def _by_content(path: Path, label: str) -> tuple[Role, bool, str]:
    """What a file is by its content, whether it is a list of a city too, and why it is none of all."""
    try:
        regular(path, label)
        if is_beside(path.name):
            return "beside", False, ""
        if not path.name.lower().endswith(_TABLES):
            return "unknown", False, f"is not recognised; expected {EXPECTED}"
        return _whole_or_brief(path, label)
    except InputError as error:
        if path.name.lower().endswith(".txt") and path.is_file():
            return "beside", False, ""  # somebody's notes
        return "unknown", False, str(error).removeprefix(f"{label}: ")


def _whole_or_brief(path: Path, label: str) -> tuple[Role, bool, str]:
    """The same of a table, by its beginning; by all of it where that does not say."""
    try:
        found = _of_sheets(sheets(path, label, brief=True))
    except InputError:
        found = "unknown", False, ""
    return _of_sheets(sheets(path, label)) if found[0] == "unknown" else found


def _of_sheets(found: Sequence[Sheet]) -> tuple[Role, bool, str]:
    if any(layout_of(sheet) is not None or margin_columns(sheet) for sheet in found):
        return "acs", any(map(is_list, found)), ""
    if any(map(is_list, found)):
        return "cities", False, ""
    if "GISJOIN" in found[0].names:
        return "unknown", False, str(missing("population", found[0])).removeprefix(f"{found[0].label}: ")
    if len(found[0].names) == 1 and found[0].file.lower().endswith(".txt"):
        return "beside", False, ""
    columns = ", ".join(escaped(name) for name in found[0].names if name)[:120]
    if id_columns(found[0].names, found[0].label):
        why = f"has GEOIDs, but neither population nor income nor a city in its columns ({columns})"
        fix = "if it lists the tracts of one city, put it into census/city_tracts/ and name it after the city"
        return "unknown", False, f"{why}; {fix}"
    return "unknown", False, f"is not recognised by its columns ({columns}); expected {EXPECTED}"


def is_of_one_city(label: str, path: Path) -> bool:
    """Whether a list of cities is of one city alone, so that several may lie side by side."""
    found = sheets(path, label, brief=True)
    return not any(first_of(sheet.names, ("CITY",), sheet.label) for sheet in found) and all(
        first_of(sheet.names, ("GEOID",), sheet.label) for sheet in found
    )
