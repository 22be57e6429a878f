"""The rows of a map layer, in batches: from GeoParquet by Arrow, from all other formats by GDAL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import CRS

from tasks.layers import gdal, geoparquet
from tasks.layers.coordinates import to_degrees
from tasks.layers.id_columns import geoids_in, without_larger
from tasks.layers.layer import Source
from tasks.layers.staging import staged


def batches_of(source: Source, folder: Path | None) -> Iterator[tuple[pa.Table, pa.Array]]:
    """Read a layer.

    Args:
        source: How.
        folder: Where a zip file may be unpacked for as long as it is read; None for the system's own folder
            for temporary files.

    Yields:
        The columns of its ids, and the geometries (well-known binary), some thousand rows at a time.

    Raises:
        InputError: The file is damaged.
    """
    if source.stated is not None:
        yield from geoparquet.batches(source.path, source.label, source.stated, source.ids.columns)
        return
    with (
        staged(source.path, source.inside, whole=True, beside=folder) as opened,
        gdal.reading(source.label),
    ):
        for batch, name in gdal.batches(opened, source.layer, source.ids.columns):
            place = batch.schema.get_field_index(name)
            yield pa.Table.from_batches([batch]), batch.column(place)


def tracts_of(source: Source, folder: Path | None) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
    """Read the tracts of a layer: GEOIDs (str) and polygons (WKB), some thousand at a time, as in the file.

    Rows of larger areas, which Census Reporter puts among the tracts, are passed over.

    Args:
        source: How.
        folder: As for :func:`batches_of`, which raises the same.
    """
    before = 0
    for table, wkb in batches_of(source, folder):
        own, rows = without_larger(table, source.ids)
        geoids = geoids_in(own, source.ids, source.label, before=before)
        before += len(table)
        polygons = wkb if rows is None else wkb.take(rows)
        yield np.array(geoids.to_pylist(), dtype=object), np.array(polygons.to_pylist(), dtype=object)


def in_degrees(shapes: npt.NDArray[Any], crs: CRS) -> npt.NDArray[Any]:
    """Geometries of a system in longitude and latitude, their corners transformed.

    Args:
        shapes: Geometries.
        crs: Their system.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(
            shapely.transform(shapes, lambda x, y: to_degrees(x, y, crs), include_z=False, interleaved=False)
        )
