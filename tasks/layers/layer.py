"""The tract layer as it was handed in: how its files are read, and whether they can be; before any work."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from data.errors import InputError
from data.opening import regular
from data.record_names import escaped
from tasks.layers import gdal, geoparquet
from tasks.layers.archives import layers_in, names_in, nested_in
from tasks.layers.axes import check_degrees
from tasks.layers.coordinates import Bounds, bounds_in_degrees
from tasks.layers.editions import TRACTS, Edition, edition_of
from tasks.layers.files import (
    edition_in,
    files_of,
    find_layer,
    find_places,
    hash_of,
    hash_of_all,
    is_layer,
    label_of,
)
from tasks.layers.geoparquet import Stated
from tasks.layers.id_columns import (
    Ids,
    areas_of,
    count_larger,
    find_ids,
    geoids_in,
    has_tract,
    is_reporters,
    no_ids,
)
from tasks.layers.staging import staged

__all__ = ["Source", "check_layer", "extent", "files_of", "find_layer", "find_places", "hash_of",
           "hash_of_all", "is_layer", "label_of", "open_layer", "open_layers", "recognised"]  # fmt: skip

_POLYGONS: Final = frozenset({"Polygon", "MultiPolygon", "Unknown", "Polygon Z", "MultiPolygon Z",
                              "2.5D Polygon", "2.5D MultiPolygon", "PolygonM", "MultiPolygonM",
                              "Polygon ZM", "MultiPolygon ZM", "GeometryCollection",
                              "GeometryCollection Z", "2.5D GeometryCollection"})  # fmt: skip
"""Geometry types that a file of polygons may state; whether all are polygons is checked as it is read."""

_MOST_LAYERS: Final = 100
"""Layers in one file that are looked into; a geodatabase of the Census Bureau has some ten."""


@dataclass(frozen=True)
class Source:
    """How one file of the layer is read.

    Attributes:
        path: The file, or ``.gdb`` folder, as it was handed in.
        inside: The layer's name inside a zip file; else empty.
        layer: The layer inside the file; None where there is but one, and for GeoParquet.
        ids: The columns that name the tracts.
        stated: What a GeoParquet file states; None for all others.
        crs: The coordinate reference system.
        bounds: minx, miny, maxx, maxy in the layer's own coordinates; None where the file does not say.
        rows: Rows in it; None where the file does not say.
        edition: What the Census Bureau's name says; None for other names.
        larger: Rows of larger areas among the tracts, which are passed over.
    """

    path: Path
    inside: str
    layer: str | None
    ids: Ids
    stated: Stated | None
    crs: CRS
    bounds: Bounds | None
    rows: int | None
    edition: Edition | None
    larger: int = 0

    @property
    def label(self) -> str:
        """How it is named in an error."""
        return label_of(self.path)

    @property
    def words(self) -> str:
        """What was recognised, as ``tracts of the Census Bureau's TIGER/Line 2019, Colorado, 12 tracts``."""
        what = str(self.edition) if self.edition else f"a layer of tracts, by {escaped(str(self.ids))}"
        if self.rows is None:
            return what
        count = self.rows - self.larger
        passed = f", passed over: {self.larger} of larger areas" if self.larger else ""
        return f"{what}, {count:,} tract{'s' * (count != 1)}{passed}"


def check_layer(paths: Path | Sequence[Path]) -> Bounds | None:
    """See that the layer can be used, from the headers of its files only.

    Args:
        paths: The layer, as :func:`find_layer` gives it, or one file.

    Returns:
        Its extent as west, south, east, north in degrees; None where a file does not say.

    Raises:
        InputError: A file cannot be opened, has several layers, no column of GEOIDs, no polygons or no CRS,
            or is of other areas than tracts.
    """
    return extent(open_layers(paths))


def extent(sources: Sequence[Source]) -> Bounds | None:
    """The extent of a layer of which the headers have been read, as :func:`check_layer` gives it.

    Args:
        sources: Its files.
    """
    found: list[Bounds] = []
    for source in sources:
        own = None if source.bounds is None else bounds_in_degrees(source.bounds, source.crs)
        if own is None:
            return None
        found.append(own)
    sides = np.array(found)
    west, south = sides[:, :2].min(axis=0).tolist()
    east, north = sides[:, 2:].max(axis=0).tolist()
    return (west, south, east, north)


def recognised(paths: Path | Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """What each file of the layer was recognised as: how it is named, and the words.

    Args:
        paths: As for :func:`check_layer`.
    """
    return tuple((source.label, source.words) for source in open_layers(paths))


def open_layers(paths: Path | Sequence[Path]) -> tuple[Source, ...]:
    """Find out how to read every file of a layer; raises as :func:`check_layer`."""
    own = [paths] if isinstance(paths, Path) else sorted(paths)
    return tuple(source for path in own for source in open_layer(path))


def open_layer(path: Path) -> tuple[Source, ...]:
    """Find out how to read one file; a zip file may hold the tracts of several states."""
    label = label_of(path)
    if not path.is_dir():
        regular(path, label)
    suffix = path.suffix.lower()
    if suffix in {".parquet", ".geoparquet"}:
        return (_open_parquet(path, label),)
    inner = inside_zip(path, label) if suffix in {".zip", ".kmz"} else [""]
    return tuple(_open(path, inside, label) for inside in inner)


def inside_zip(path: Path, label: str, areas: str = TRACTS) -> list[str]:
    """The layers in a zip file, in whatever folder of it: one, or several that are named as such areas.

    Args:
        path: The zip file.
        label: How it is named in an error.
        areas: ``tracts`` or ``places``.

    Raises:
        InputError: There is none, or several without such names.
    """
    names = names_in(path, label)
    found = layers_in(names)
    if len(found) == 1:
        return found
    editions = {name: edition_of(PurePosixPath(name).name) for name in found}
    if wanted := [name for name, edition in editions.items() if edition and edition.areas == areas]:
        return wanted
    if not found and any(name.lower().endswith(".zip") for name in names):
        return _nested(path, label, areas)
    shown = ", ".join(escaped(name[:60]) for name in found[:3])
    what = f"{len(found)} layers ({shown})" if found else "no layer (.shp)"
    raise InputError(f"{label}: holds {what}; zip only one layer, with its side files")


def _nested(path: Path, label: str, areas: str) -> list[str]:
    """The layer in a zip file of a zip file: the only one, or the only one that is named as such areas."""
    with tempfile.TemporaryDirectory(prefix=".layer-") as folder:
        found = nested_in(path, label, Path(folder))
    if len(found) > 1:
        found = [name for name in found if areas.removesuffix("s") in name.lower()] or found
    if len(found) != 1:
        raise InputError(f"{label}: holds zip files; unpack it, and put the zip file of {areas} into census/")
    return found


def _open(path: Path, inside: str, label: str) -> Source:
    edition = edition_of(PurePosixPath(inside).name) or edition_in(path)
    with staged(path, inside) as opened, gdal.reading(label):
        layer, fields = _layer_of_tracts(opened, label)
        ids = find_ids(fields)
        if ids is None:
            raise no_ids(label, fields)
        # Formats of text state no number of rows; they are read to their end when they are opened anyway.
        info = gdal.info(opened, layer, count=True)
        first = gdal.first_rows(opened, layer, ids.columns)
        larger = 0
        if is_reporters(first, ids):
            larger = count_larger(gdal.first_rows(opened, layer, ids.columns, None), ids)
    only_polygons(str(info["geometry_type"] or ""), label)
    _only_tracts(fields, first, ids, label)
    crs = crs_of(info["crs"], path, inside)
    box = _extent(info.get("total_bounds"), crs, label)
    rows = int(info["features"])
    return Source(path, inside, layer, ids, None, crs, box, rows if rows >= 0 else None, edition, larger)


def only_polygons(kind: str, label: str) -> None:
    """See that a layer states that it holds polygons.

    Args:
        kind: The type of geometry that it states; empty where it has none.
        label: How it is named in an error.

    Raises:
        InputError: It states another.
    """
    if kind not in _POLYGONS:
        raise InputError(
            f"{label}: holds {kind or 'no geometries'}, not polygons; hand in the layer of tract boundaries"
        )


def _only_tracts(fields: Sequence[str], first: Any, ids: Ids, label: str) -> None:
    """See from the columns, and from the first row, that the areas are tracts."""
    if areas := areas_of(fields):
        raise InputError(
            f"{label}: is a layer of {areas}, not of Census tracts; "
            "hand in the tracts, as tl_2019_08_tract.zip"
        )
    if len(first):
        geoids_in(first, ids, label)


def _extent(bounds: Any, crs: CRS, label: str) -> Bounds | None:
    """The stated extent, if it is one."""
    if bounds is None or not np.isfinite(bounds).all():
        return None
    west, south, east, north = map(float, bounds)
    if west > east or south > north:  # how an empty layer states it
        return None
    check_degrees((west, south, east, north), crs, label)
    return (west, south, east, north)


def _layer_of_tracts(opened: str, label: str) -> tuple[str | None, list[str]]:
    """The layer that has the tracts, as a GeoPackage or geodatabase may hold several, and its columns."""
    names = gdal.layer_names(opened)
    if len(names) > _MOST_LAYERS:
        names = [name for name in names if "tract" in name.lower()] or names
    if len(names) > _MOST_LAYERS:
        raise InputError(f"{label}: holds {len(names):,} layers; keep only the tracts")
    fields = {name: [str(f) for f in gdal.info(opened, name)["fields"]] for name in names}
    with_ids = [name for name in names if find_ids(fields[name])]
    if len(with_ids) > 1:
        with_ids = [name for name in with_ids if not areas_of(fields[name])] or with_ids
        with_ids = [name for name in with_ids if has_tract(fields[name])] or with_ids
    if len(with_ids) > 1:
        shown = ", ".join(escaped(name[:60]) for name in with_ids[:5])
        raise InputError(f"{label}: {len(with_ids)} layers have a GEOID ({shown}); keep only the tracts")
    if not with_ids:
        raise no_ids(label, sorted({field for found in fields.values() for field in found}))
    # A shapefile's layer is called as its file, which has another name once it is unpacked.
    only = len(gdal.layer_names(opened, with_tables=True)) == 1
    return None if only else with_ids[0], fields[with_ids[0]]


def _open_parquet(path: Path, label: str) -> Source:
    stated = geoparquet.read_stated(path, label)
    fields = [name for name in stated.columns if name != stated.geometry]
    ids = find_ids(fields)
    if ids is None:
        raise no_ids(label, fields)
    _only_tracts(fields, geoparquet.first_ids(path, label, ids.columns), ids, label)
    crs = crs_of(stated.crs, path, "")
    bounds = _extent(stated.bounds, crs, label)
    return Source(path, "", None, ids, stated, crs, bounds, stated.rows, edition_in(path))


def crs_of(stated: object, path: Path, inside: str) -> CRS:
    """The system that a layer states.

    Args:
        stated: As the file has it; None where it does not say.
        path: The file.
        inside: The layer's name inside a zip file; else empty.

    Raises:
        InputError: There is none, or it is not known, or not of the Earth.
    """
    label = label_of(path)
    shapefile = (inside or path.name).lower().endswith(".shp")
    place = "into the zip file" if inside else "beside it"
    fix = f"copy the .prj file {place}" if shapefile else "save it with one"
    if stated is None:
        raise InputError(f"{label}: has no coordinate reference system; {fix} (the Census uses EPSG:4269)")
    try:
        crs = CRS.from_user_input(stated)
    except (CRSError, TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{label}: its coordinate reference system is unknown to PROJ; {fix}") from error
    if not (crs.is_geographic or crs.is_projected):
        raise InputError(f"{label}: its coordinate reference system is not of the Earth; {fix}")
    return crs
