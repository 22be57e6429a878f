"""Which files of ``census/`` are map layers, which of these are the tracts, and what each consists of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import InputError
from data.opening import regular
from data.record_names import as_label, escaped
from tasks.layers.archives import SIDECARS, layers_in, names_in
from tasks.layers.editions import PLACES, TRACTS, Edition, edition_of
from tasks.rows.results import InputFile

FOLDER: Final = "census"

SUFFIXES: Final = (".zip", ".shp", ".gpkg", ".geojson", ".json", ".geojsonl", ".geojsons", ".parquet",
                   ".geoparquet", ".kml", ".kmz", ".gdb")  # fmt: skip

_JSON_OF_MAPS: Final = (b'"Feature', b'"features"', b'"geometry"', b'"Topology"', b'"esri', b'"rings"')
_HEAD: Final = 1 << 16
_DEPTH: Final = 3
"""Folders inside each other that are looked into: an unpacked download has one or two."""
_MOST_ENTRIES: Final = 10_000
_COPY: Final = re.compile(r"\([0-9]+\)|\b(copy|kopie|copia|copie)\b", re.IGNORECASE)
"""What browsers and desktops add to the name of a file that is there already."""


def label_of(path: Path) -> str:
    """How a layer is named in an error: its path from the folder ``census`` on, fit to be shown.

    Example:
        >>> label_of(Path("/cases/mine/census/tracts.zip"))
        'census/tracts.zip'
        >>> label_of(Path("/cases/mine/census/tl_2019_08_tract/tl_2019_08_tract.shp"))
        'census/tl_2019_08_tract/tl_2019_08_tract.shp'
    """
    parts = path.parts
    if FOLDER in parts[:-1]:
        above = len(parts) - 1 - parts[::-1].index(FOLDER)
        return as_label(path, Path(*parts[:above])) if above else escaped(path.as_posix())
    return as_label(path, path.parent.parent)


def is_layer(path: Path) -> bool:
    """Whether a file or folder of ``census/`` is a map layer (or a side file of one) and not a table.

    Decided by the end of the name; of a zip file by the names in it, of ``.json`` and ``.parquet`` by what
    they begin with, and of a folder by what is in it. Never raises.

    Args:
        path: A file or folder.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        return suffix == ".gdb" or any(True for _ in _inside(path))
    if suffix in SIDECARS and not (suffix == ".xml" and ".shp." not in path.name.lower()):
        return True
    if suffix not in SUFFIXES:
        return False
    if _areas_by_name(path.name):
        return True
    if not path.is_file():  # a pipe or a device is not opened; its name decides
        return suffix not in {".zip", ".json", ".parquet"}
    try:
        return _holds_a_layer(path, suffix)
    except (InputError, OSError, pa.ArrowException):
        return False


def _holds_a_layer(path: Path, suffix: str) -> bool:
    if suffix == ".zip":
        names = names_in(path, path.name)
        nested = [name for name in names if name.lower().endswith(".zip") and "shape" in name.lower()]
        maps = [name for name in layers_in(names) if not name.lower().endswith(".json")]
        return bool(maps or nested)
    if suffix == ".parquet":
        return b"geo" in (pq.read_schema(path).metadata or {})
    if suffix == ".json":
        with path.open("rb") as file:
            head = file.read(_HEAD)
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and any(
            word in head for word in _JSON_OF_MAPS
        )
    return True


def _areas_by_name(name: str) -> str:
    """What areas a name says that the file has; empty where it does not say."""
    if edition := edition_of(name):
        return edition.areas
    return next((areas for areas in (TRACTS, PLACES) if name.lower().startswith(areas)), "")


def _inside(folder: Path, depth: int = _DEPTH) -> Iterator[Path]:
    """The layers in a folder, in order of name; hidden files and what is deeper are left out."""
    for count, path in enumerate(sorted(folder.iterdir())):
        if count >= _MOST_ENTRIES:
            return
        if path.name.startswith((".", "__MACOSX")):
            continue
        if path.suffix.lower() == ".gdb" or (path.suffix.lower() in SUFFIXES and not path.is_dir()):
            if path.suffix.lower() not in {".json", ".parquet", ".zip"} or is_layer(path):
                yield path
        elif path.is_dir() and not path.is_symlink() and depth:
            yield from _inside(path, depth - 1)


def _candidates(paths: Sequence[Path]) -> list[Path]:
    """Every layer among the paths, folders looked into; in one order, whatever order they were given in."""
    found: list[Path] = []
    for path in sorted(set(paths)):
        if path.name.startswith("."):
            continue
        if path.is_dir() and path.suffix.lower() != ".gdb":
            found += _inside(path)
        elif path.suffix.lower() in SUFFIXES:
            found.append(path)
    return found


def edition_in(path: Path) -> Edition | None:
    """What the Bureau's name of a layer says: its own, that of its folder, or that of the file in its zip."""
    for name in (path.name, path.parent.name):
        if edition := edition_of(name):
            return edition
    if path.suffix.lower() == ".zip" and path.is_file():
        try:
            inside = layers_in(names_in(path, label_of(path)))
        except (InputError, OSError):
            return None  # said when it is opened
        editions = {edition_of(Path(name).name) for name in inside}
        return editions.pop() if len(editions) == 1 else None
    return None


def _areas(path: Path) -> str:
    own = _areas_by_name(path.name)
    edition = edition_in(path)
    return own or (edition.areas if edition else "")


def find_layer(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Pick the files of the tract layer among what is in ``census/``.

    Several files are one layer, as the Census Bureau has one per state. Files of places are left out.

    Args:
        paths: The files and folders that :func:`is_layer`; hidden ones are skipped.

    Returns:
        The files (or ``.gdb`` folders), in order of path.

    Raises:
        InputError: There is none; one is of other areas, as block groups; or two are of one state.
    """
    layers = _candidates(paths)
    areas = {path: _areas(path) for path in layers}
    tracts = tuple(path for path in layers if areas[path] != PLACES)
    if not tracts:
        raise _no_layer(paths)
    for path in tracts:
        if areas[path] not in {"", TRACTS}:
            raise InputError(
                f"{label_of(path)}: is a file of {escaped(areas[path])}, not of Census tracts; "
                "put the file of tracts there, as tl_2019_08_tract.zip, and move this one elsewhere"
            )
    _no_overlap(tracts)
    return tracts


def find_places(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The files of the boundaries of places (cities) in ``census/``, as :func:`find_layer`; may be none."""
    return tuple(path for path in _candidates(paths) if _areas(path) == PLACES)


def _no_layer(paths: Sequence[Path]) -> InputError:
    side = sorted(p.name for p in paths if p.suffix.lower() in SIDECARS and not p.name.startswith("."))
    hint = f" ({as_label(Path(side[0]), Path())} belongs to a .shp that is missing)" if side else ""
    return InputError(
        f"census/tracts*: no tract layer{hint}; put one there, "
        "as tracts.zip, .shp, .gpkg, .geojson or .parquet, or under the Census Bureau's own name, "
        "as tl_2019_08_tract.zip"
    )


def _no_overlap(tracts: Sequence[Path]) -> None:
    """See from the names that no tract is there twice; where the names do not say, the polygons will."""
    for one, other in combinations(tracts, 2):
        if _stem(one) == _stem(other):
            names = ", ".join(as_label(path, path.parent) for path in (one, other))
            raise InputError(f"census/tracts*: 2 layers ({names}); leave one of them there")
    known = [(path, edition) for path in tracts if (edition := edition_in(path))]
    for (one, first), (other, second) in combinations(known, 2):
        if first.covers(second):
            raise two_editions(one, other, "")
        if first.decade != second.decade:
            raise InputError(
                f"{label_of(one)} and {label_of(other)}: are tracts of two censuses "
                f"({first.year}, {second.year}); put the files of one year there"
            )


def _stem(path: Path) -> str:
    return label_of(path).lower().removesuffix(".zip").removesuffix(path.suffix.lower()).removesuffix(".shp")


def two_editions(one: Path, other: Path, seen: str) -> InputError:
    """The error for two files with the same tracts.

    Args:
        one: A file.
        other: The other.
        seen: What shows it, as ``"12 tracts are in both, as 08001000100"``; empty where the names do.
    """
    first, second = edition_in(one), edition_in(other)
    state = first.state if first else ""
    keep, drop = (one, other)
    # Cartographic boundaries end at the shore, as people do; TIGER/Line's go on into the water.
    if (first and second and first.series == "tl" and second.series != "tl") or (
        _COPY.search(one.stem) and not _COPY.search(other.stem)
    ):
        keep, drop = other, one
    if first and second and state != second.state:
        what = "are two editions that have a state in common"
    elif first and second:
        what = "are two editions of one state"
    else:
        what = "are two editions of one state: they have the same tracts"
    return InputError(
        f"{label_of(one)} and {label_of(other)}: {what}{f' ({seen})' if seen else ''}; "
        f"remove one of them, for example {label_of(drop)} (then {label_of(keep)} is read)"
    )


def files_of(path: Path) -> list[Path]:
    """All files that make up the layer: those of a shapefile are several, and those of a ``.gdb`` folder.

    What was changed in a GeoPackage that is open in QGIS is in the log beside it, ``tracts.gpkg-wal``, and is
    read from there.
    """
    if path.suffix.lower() == ".gpkg":
        log = path.with_name(f"{path.name}-wal")
        return [path, log] if log.is_file() and log.stat().st_size else [path]
    if path.suffix.lower() == ".gdb":
        return sorted(file for file in path.iterdir() if not file.name.startswith(".") and _is_data(file))
    if path.suffix.lower() != ".shp":
        return [path]
    stem = path.stem
    names = {f"{stem}{suffix}".lower() for suffix in SIDECARS} | {f"{path.name}.xml".lower()}
    return [path, *sorted(f for f in path.parent.iterdir() if f.name.lower() in names and f.is_file())]


def _is_data(file: Path) -> bool:
    return file.suffix.lower() != ".lock"  # written by whoever has the geodatabase open


def hash_of(path: Path) -> InputFile:
    """One layer with its hash; of several files, over all of them in a fixed order, stems left out."""
    label = label_of(path)
    own = files_of(path)
    files = [InputFile.of(label, regular(file, label_of(file))) for file in own]
    if len(files) == 1:
        return files[0]
    whole = hashlib.sha256()
    for member, file in zip(own, files, strict=True):
        name = member.name if path.suffix.lower() == ".gdb" else member.suffix
        whole.update(name.lower().encode("utf-8", "surrogateescape") + bytes.fromhex(file.sha256))
    return InputFile(label, whole.hexdigest(), sum(file.bytes for file in files))


def hash_of_all(paths: Sequence[Path]) -> InputFile:
    """The whole layer with its hash, which does not depend on the order or the names of its files."""
    files = sorted((hash_of(path) for path in paths), key=lambda file: file.sha256)
    if len(files) == 1:
        return files[0]
    whole = hashlib.sha256(b"".join(bytes.fromhex(file.sha256) for file in files)).hexdigest()
    first, *others = sorted(file.file for file in files)
    label = f"{first} and {len(others)} other{'s' * (len(others) > 1)}"
    return InputFile(label, whole, sum(file.bytes for file in files))
