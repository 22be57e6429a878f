"""The tract layer on disk: GeoParquet that GeoPandas reads, without a timestamp, written in pieces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from data.synthetic.country.grid import Grid, polygons
from data.synthetic.country.layout import Layout
from data.tables import replacing

EPSG: Final = 4269
"""NAD 83, the reference system of the Census's layers."""
PIECE: Final = 5_000
"""Polygons made at a time; each piece is a row group."""


def write_layer(path: Path, grid: Grid, layout: Layout) -> None:
    """Write ``census/tracts.parquet`` with the Census's column names.

    Args:
        path: The file.
        grid: The tracts.
        layout: Their GEOIDs.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {
        "version": "1.0.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["Polygon"],
                "crs": pyproj.CRS.from_epsg(EPSG).to_json_dict(),
                "bbox": [
                    float(each) / 1e6 for each in (grid.x.min(), grid.y.min(), grid.x.max(), grid.y.max())
                ],
            }
        },
    }
    names = ("STATEFP", "COUNTYFP", "TRACTCE", "GEOID")
    fields = [(name, pa.string()) for name in names]
    schema = pa.schema([*fields, ("geometry", pa.binary())], metadata={"geo": json.dumps(about)})
    with replacing(path) as beside, pq.ParquetWriter(beside, schema, compression="zstd") as writer:
        for first in range(0, grid.tracts, PIECE):
            stop = min(grid.tracts, first + PIECE)
            geoids = layout.geoids[first:stop]
            codes = [(geoid[:2], geoid[2:5], geoid[5:], geoid) for geoid in geoids]
            columns = [pa.array(column, pa.string()) for column in zip(*codes, strict=True)]
            wkb = pa.array(shapely.to_wkb(polygons(grid, first, stop)), pa.binary())
            writer.write_table(pa.Table.from_arrays([*columns, wkb], schema=schema))
