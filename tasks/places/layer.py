"""The tract layer as it was handed in: which file it is, and whether it can be used; before any work."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from data import file_faults
from data.errors import InputError
from tasks.places.coordinates import Bounds, bounds_in_degrees
from tasks.rows.results import InputFile

SUFFIXES: Final = (".zip", ".shp", ".gpkg", ".geojson", ".json", ".parquet")
SIDECARS: Final = (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx", ".xml")
"""The side files of a .shp."""

_POLYGONS: Final = frozenset({"Polygon", "MultiPolygon", "Unknown", "Polygon Z", "MultiPolygon Z",
                              "2.5D Polygon", "2.5D MultiPolygon", "PolygonM", "MultiPolygonM",
                              "Polygon ZM", "MultiPolygon ZM", "GeometryCollection"})  # fmt: skip
"""Geometry types that a file of polygons may state; whether all are polygons is checked as it is read."""


@dataclass(frozen=True)
class Source:
    """How the reader opens a layer.

    Attributes:
        path: The file as it was handed in.
        opened: What pyogrio opens: the path, or a place inside a zip file. Empty for GeoParquet.
        layer: The layer inside it; None for GeoParquet.
        geometry: The geometry column, of GeoParquet.
        crs: The coordinate reference system.
        bounds: minx, miny, maxx, maxy in the layer's own coordinates; None where the file does not say.
    """

    path: Path
    opened: str
    layer: str | None
    geometry: str
    crs: CRS
    bounds: Bounds | None


def label_of(path: Path) -> str:
    """How the layer is named in an error: its folder and name.

    Example:
        >>> label_of(Path("/cases/mine/census/tracts.zip"))
        'census/tracts.zip'
    """
    return f"{path.parent.name}/{path.name}"


def find_layer(paths: Sequence[Path]) -> Path:
    """Pick the tract layer among the files ``census/tracts*``.

    Args:
        paths: The files; side files of a shapefile are skipped, hidden files too.

    Returns:
        The layer: ``.zip``, ``.shp``, ``.gpkg``, ``.geojson``, ``.json`` or ``.parquet``.

    Raises:
        InputError: There is none, or more than one.
    """
    seen = [path for path in paths if not path.name.startswith(".")]
    layers = sorted(path for path in seen if path.suffix.lower() in SUFFIXES)
    if len(layers) > 1:
        names = ", ".join(path.name for path in layers)
        raise InputError(f"census/tracts*: {len(layers)} layers ({names}); leave one of them there")
    if not layers:
        sidecars = [path.name for path in seen if path.suffix.lower() in SIDECARS]
        hint = f" ({sidecars[0]} belongs to a .shp that is missing)" if sidecars else ""
        raise InputError(
            f"census/tracts*: no tract layer{hint}; put one there, "
            "as tracts.zip, .shp, .gpkg, .geojson or .parquet"
        )
    return layers[0]


def files_of(path: Path) -> list[Path]:
    """All files that make up the layer: those of a shapefile are several."""
    if path.suffix.lower() != ".shp":
        return [path]
    beside = (path.with_suffix(suffix) for suffix in SIDECARS)
    return [path, *(file for file in beside if file.is_file())]


def hash_of(path: Path) -> InputFile:
    """The layer with its hash; of a shapefile, over all its files in a fixed order, names left out."""
    label = label_of(path)
    files = [InputFile.of(label, file) for file in files_of(path)]
    if len(files) == 1:
        return files[0]
    whole = hashlib.sha256()
    for member, file in zip(files_of(path), files, strict=True):
        whole.update(member.suffix.lower().encode() + bytes.fromhex(file.sha256))
    return InputFile(label, whole.hexdigest(), sum(file.bytes for file in files))


def check_layer(path: Path) -> Bounds | None:
    """See that the layer can be used, from its header only.

    Args:
        path: The layer, as :func:`find_layer` gives it.

    Returns:
        Its extent as west, south, east, north in degrees; None where the file does not say.

    Raises:
        InputError: It cannot be opened, has several layers, no column GEOID, no polygons or no CRS.
    """
    source = open_layer(path)
    return None if source.bounds is None else bounds_in_degrees(source.bounds, source.crs)


def open_layer(path: Path) -> Source:
    """Find out how to read a layer; raises as :func:`check_layer`."""
    if path.suffix.lower() == ".parquet":
        return _open_parquet(path)
    label = label_of(path)
    opened = _inside_zip(path) if path.suffix.lower() == ".zip" else str(path)
    try:
        layer = _layer_with_geoid(opened, label)
        info = pyogrio.read_info(opened, layer=layer, force_total_bounds=False)
    except (DataSourceError, DataLayerError) as error:
        raise InputError(
            f"{label}: cannot be opened as a layer of polygons ({_first_line(error)}); download it again"
        ) from error
    if info["geometry_type"] not in _POLYGONS:
        raise InputError(
            f"{label}: holds {info['geometry_type'] or 'no geometries'}, not polygons; "
            "hand in the layer of tract boundaries"
        )
    bounds = info.get("total_bounds")
    return Source(path, opened, layer, "", _crs(info["crs"], path), tuple(bounds) if bounds else None)


def _inside_zip(path: Path) -> str:
    """The one layer in a zip file, in whatever folder of it."""
    label = label_of(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise file_faults.damaged(label, "zip") from error
    found = [
        name
        for name in names
        if name.lower().endswith((".shp", ".gpkg", ".geojson")) and not name.startswith("__MACOSX/")
    ]
    if len(found) != 1:
        what = f"{len(found)} layers ({', '.join(sorted(found)[:3])})" if found else "no layer (.shp)"
        raise InputError(f"{label}: holds {what}; zip only one layer, with its side files")
    return f"/vsizip/{path.absolute()}/{found[0]}"


def _layer_with_geoid(opened: str, label: str) -> str:
    """The name of the layer that has a GEOID, as a GeoPackage may hold several."""
    names = [str(name) for name, geometry in pyogrio.list_layers(opened) if geometry is not None]
    fields = {name: [str(f) for f in pyogrio.read_info(opened, layer=name)["fields"]] for name in names}
    with_geoid = [name for name in names if "GEOID" in fields[name]]
    if len(with_geoid) > 1:
        raise InputError(
            f"{label}: {len(with_geoid)} layers have a GEOID ({', '.join(with_geoid)}); keep only the tracts"
        )
    if not with_geoid:
        raise file_faults.missing_column(
            label, "GEOID", sorted({field for found in fields.values() for field in found})
        )
    return with_geoid[0]


def _open_parquet(path: Path) -> Source:
    label = label_of(path)
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise file_faults.damaged(label, "Parquet") from error
    if "GEOID" not in schema.names:
        raise file_faults.missing_column(label, "GEOID", schema.names)
    stated = (schema.metadata or {}).get(b"geo")
    if stated is None:
        raise InputError(f"{label}: is Parquet without geometry; save it as GeoParquet")
    geo = json.loads(stated)
    name = geo["primary_column"]
    column = geo["columns"][name]
    types = {kind.removesuffix(" Z") for kind in column.get("geometry_types", [])}
    if types - {"Polygon", "MultiPolygon", "GeometryCollection"}:
        raise InputError(
            f"{label}: holds {', '.join(sorted(types))}, not polygons; hand in the layer of tract boundaries"
        )
    # By the standard a CRS that is left out is longitude and latitude; one that is null is unknown.
    crs = column.get("crs", "OGC:CRS84")
    box = column.get("bbox")
    bounds = None if box is None else tuple(box) if len(box) == 4 else (box[0], box[1], box[3], box[4])
    return Source(path, "", None, name, _crs(crs, path), bounds)


def _crs(stated: object, path: Path) -> CRS:
    label = label_of(path)
    fix = "copy the .prj file beside it" if path.suffix.lower() == ".shp" else "save it with one"
    if stated is None:
        raise InputError(f"{label}: has no coordinate reference system; {fix} (the Census uses EPSG:4269)")
    try:
        return CRS.from_user_input(stated)
    except CRSError as error:
        raise InputError(f"{label}: its coordinate reference system is unknown to PROJ; {fix}") from error


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0].split(": ")[-1].strip()[:120]
