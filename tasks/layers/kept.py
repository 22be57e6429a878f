"""The file in which the tract layer is kept: GeoParquet 1.1, with the box around each tract (method 6.6)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

_SIDES = ("xmin", "ymin", "xmax", "ymax")


def write_layer(
    path: Path,
    geoids: npt.NDArray[Any],
    wkb: npt.NDArray[Any],
    bounds: npt.NDArray[np.float64],
    *,
    crs: CRS,
    rows: int,
) -> None:
    """Write a layer of tracts, without compression.

    Args:
        path: The file to write.
        geoids: GEOIDs (str), in the order in which they are to be kept.
        wkb: Their polygons (bytes): well-known binary by the standard of ISO.
        bounds: minx, miny, maxx, maxy of each.
        crs: The coordinate reference system.
        rows: Rows of a row group.
    """
    schema = pa.schema(
        [
            pa.field("GEOID", pa.string()),
            pa.field("geometry", pa.binary()),
            pa.field("bbox", pa.struct([pa.field(side, pa.float64(), nullable=False) for side in _SIDES])),
        ],
        metadata={"geo": json.dumps(_geo(bounds, crs))},
    )
    with pq.ParquetWriter(path, schema, compression="none") as writer:
        for start in range(0, len(geoids), rows):
            these = slice(start, start + rows)
            boxes = pa.StructArray.from_arrays(
                [pa.array(bounds[these, side]) for side in range(len(_SIDES))],
                fields=list(schema.field("bbox").type),
            )
            arrays = [pa.array(geoids[these], pa.string()), pa.array(wkb[these], pa.binary()), boxes]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=rows)


def _geo(bounds: npt.NDArray[np.float64], crs: CRS) -> dict[str, Any]:
    """The metadata by the specification of GeoParquet 1.1.0."""
    return {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["MultiPolygon", "Polygon"],
                "crs": crs.to_json_dict(),
                "bbox": [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()],
                "covering": {"bbox": {side: ["bbox", side] for side in _SIDES}},
            }
        },
    }
