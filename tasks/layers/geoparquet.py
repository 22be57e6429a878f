"""GeoParquet layers, whose metadata may say anything: what they state, checked (method 6.14).

The metadata is that of the GeoParquet specification, versions 0.4 to 1.1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from data import file_faults
from data.errors import InputError
from data.lfs import is_lfs_pointer, lfs_pointer
from data.record_names import escaped
from tasks.layers.coordinates import Bounds
from tasks.layers.gdal import BATCH, first_line

_NATIVE: Final = frozenset({"polygon", "multipolygon"})
"""Encodings of GeoParquet 1.1 besides WKB that can hold areas."""
_AREAL: Final = frozenset({"Polygon", "MultiPolygon", "GeometryCollection"})
MOST_ROWS: Final = 10_000_000
_HEAD: Final = 1_024
_AGAIN: Final = "save it as GeoParquet again"


@dataclass(frozen=True)
class Stated:
    """What a GeoParquet file states.

    Attributes:
        columns: All its columns.
        geometry: The one that holds the geometry.
        encoding: ``WKB``, or one of the native encodings in lower case.
        crs: The stated system; None where it is stated to be unknown.
        bounds: The stated extent; None where it is not stated, or not possible.
        rows: Rows in it.
    """

    columns: tuple[str, ...]
    geometry: str
    encoding: str
    crs: object
    bounds: Bounds | None
    rows: int


@contextmanager
def _reading(label: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeError, ValueError, shapely.errors.ShapelyError) as error:
        raise InputError(
            f"{label}: is not a Parquet file, or a damaged one ({first_line(error)}); "
            "copy or download it again"
        ) from error


def read_stated(path: Path, label: str) -> Stated:
    """Read the metadata of a GeoParquet file.

    Args:
        path: The file.
        label: How it is named in an error.

    Raises:
        InputError: It is no Parquet, has no geometry, or its metadata is not that of GeoParquet.
    """
    with _reading(label):
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if not head:
            raise file_faults.empty(label)
        if is_lfs_pointer(head):
            raise lfs_pointer(label)
        metadata = pq.read_metadata(path)
        schema = metadata.schema.to_arrow_schema()
    if metadata.num_rows > MOST_ROWS:
        raise InputError(
            f"{label}: says that it has {metadata.num_rows:,} rows; there are some 85,000 tracts"
        )
    stated = (schema.metadata or {}).get(b"geo")
    if stated is None:
        raise InputError(f"{label}: is Parquet without geometry; save it as GeoParquet")
    try:
        geo = json.loads(stated)
    except (ValueError, RecursionError):
        raise InputError(f"{label}: its metadata (geo) is not JSON; {_AGAIN}") from None
    name, column = _primary(geo, label)
    if name not in schema.names:
        raise InputError(
            f"{label}: its metadata names a column {escaped(name)!r} that is not there; {_AGAIN}"
        )
    if schema.names.count(name) > 1:
        raise file_faults.repeated_column(label, escaped(name))
    encoding = _encoding(column, schema.field(name).type, label)
    _only_areas(column, label)
    # By the standard a CRS that is left out is longitude and latitude; one that is null is unknown.
    crs = column.get("crs", "OGC:CRS84")
    return Stated(tuple(schema.names), name, encoding, crs, _box(column), metadata.num_rows)


def _primary(geo: Any, label: str) -> tuple[str, dict[str, Any]]:
    columns = geo.get("columns") if isinstance(geo, dict) else None
    name = geo.get("primary_column") if isinstance(geo, dict) else None
    if not isinstance(columns, dict) or not isinstance(name, str):
        raise InputError(f"{label}: its metadata (geo) does not say which column is the geometry; {_AGAIN}")
    column = columns.get(name)
    if not isinstance(column, dict):
        raise InputError(
            f"{label}: its metadata (geo) does not describe the column {escaped(name)!r}; {_AGAIN}"
        )
    return name, column


def _encoding(column: dict[str, Any], kind: pa.DataType, label: str) -> str:
    encoding = column.get("encoding", "WKB")
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or isinstance(kind, pa.ExtensionType)
    if encoding == "WKB" and binary:
        return "WKB"
    if isinstance(encoding, str) and encoding in _NATIVE and not binary:
        return encoding
    if isinstance(encoding, str) and encoding in {"point", "linestring", "multipoint", "multilinestring"}:
        raise _no_polygons(label, encoding)
    raise InputError(
        f"{label}: its geometry is stored in a way that is not known; save it as GeoParquet with WKB"
    )


def _only_areas(column: dict[str, Any], label: str) -> None:
    stated = column.get("geometry_types", column.get("geometry_type", []))
    stated = [stated] if isinstance(stated, str) else stated
    if not isinstance(stated, list):
        return  # every polygon is looked at as it is read
    types = {kind.removesuffix(" Z") for kind in stated if isinstance(kind, str)}
    if others := types - _AREAL - {"Unknown"}:
        raise _no_polygons(label, ", ".join(sorted(map(escaped, others)))[:120])


def _no_polygons(label: str, kinds: str) -> InputError:
    return InputError(f"{label}: holds {kinds}, not polygons; hand in the layer of tract boundaries")


def _box(column: dict[str, Any]) -> Bounds | None:
    """The extent, if it is four or six numbers in order; a wrong one is as good as none."""
    box = column.get("bbox")
    if not isinstance(box, list) or len(box) not in {4, 6}:
        return None
    if not all(isinstance(side, int | float) and not isinstance(side, bool) for side in box):
        return None
    try:
        west, south, east, north = map(float, box if len(box) == 4 else (box[0], box[1], box[3], box[4]))
    except OverflowError:
        return None
    found = (west, south, east, north)
    return found if np.isfinite(found).all() and west <= east and south <= north else None


def first_ids(path: Path, label: str, columns: tuple[str, ...]) -> pa.Table:
    """Some columns of the first row, if there is one."""
    with _reading(label), pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(1, columns=list(columns)), None)
        return file.schema_arrow.empty_table().select([]) if batch is None else pa.Table.from_batches([batch])


def columns_of(path: Path, label: str, columns: tuple[str, ...]) -> Iterator[pa.Table]:
    """Some columns of all rows, in batches.

    Raises:
        InputError: The file is damaged.
    """
    with _reading(label), pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH, columns=list(columns)):
            yield pa.Table.from_batches([batch])


def batches(
    path: Path, label: str, stated: Stated, columns: tuple[str, ...]
) -> Iterator[tuple[pa.Table, Any]]:
    """The layer in batches: the columns of the ids, and the polygons as WKB (binary).

    Raises:
        InputError: The file is damaged.
    """
    if stated.encoding != "WKB":
        with _reading(label):
            frame = gpd.read_parquet(path, columns=[*columns, stated.geometry])
            shapes = pa.array(shapely.to_wkb(np.asarray(frame.geometry.array)), pa.binary())
            ids = pa.Table.from_pandas(frame[list(columns)], preserve_index=False)
        yield ids, shapes
        return
    with _reading(label), pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH, columns=[*columns, stated.geometry]):
            place = batch.schema.get_field_index(stated.geometry)
            shapes = batch.column(place)
            storage = shapes.storage if isinstance(shapes, pa.ExtensionArray) else shapes
            yield pa.Table.from_batches([batch]).remove_column(place), storage.cast(pa.binary())
