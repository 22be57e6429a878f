"""Small tract layers for tests: twelve squares of one county, written in any format."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import shapely

from tasks.layers.files import files_of

SIDE = 0.02


def geoids(state: str = "08") -> list[str]:
    """Twelve GEOIDs."""
    return [f"{state}0010{number:03d}00" for number in range(1, 13)]


def squares(state: Any = "08", west: Any = -105.0, **columns: Any) -> gpd.GeoDataFrame:
    """Twelve squares; with a column GEOID, unless others are named."""
    shapes = [
        shapely.box(west + x * SIDE, 39.7 + y * SIDE, west + (x + 1) * SIDE, 39.7 + (y + 1) * SIDE)
        for y in range(3)
        for x in range(4)
    ]
    return gpd.GeoDataFrame(columns or {"GEOID": geoids(state)}, geometry=shapes, crs="EPSG:4269")


def written(frame: gpd.GeoDataFrame, path: Path, inside: str = "") -> Path:
    """Write a layer by its suffix; of a zip file, ``inside`` names the shapefile in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix in {".zip", ".kmz"}:
        suffix = ".kml" if path.suffix == ".kmz" else ".shp"
        layer = written(frame, path.parent / f".{path.name}.inside" / f"{inside or path.stem}{suffix}")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files_of(layer):
                archive.write(file, file.name)
    elif path.suffix == ".kml":
        path.write_text(kml(frame), encoding="utf-8")
    elif path.suffix == ".geojsonl":
        frame.to_crs(4326).to_file(path, driver="GeoJSONSeq")
    else:
        frame.to_file(path, driver={".json": "GeoJSON", ".gdb": "OpenFileGDB"}.get(path.suffix))
    return path


def kml(frame: gpd.GeoDataFrame, *, described: bool = False) -> str:
    """KML as the Census Bureau writes it: a schema, or else a table in the description."""
    fields = [name for name in frame.columns if name != "geometry"]
    schema = "".join(f'<SimpleField name="{name}" type="string"/>' for name in fields)
    places = []
    for row in frame.to_dict("records"):
        ring = " ".join(f"{x},{y},0" for x, y in row["geometry"].exterior.coords)
        cells = "".join(f"<tr><th>{name}</th><td>{row[name]}</td></tr>" for name in fields)
        simple = "".join(f'<SimpleData name="{name}">{row[name]}</SimpleData>' for name in fields)
        data = f'<ExtendedData><SchemaData schemaUrl="#s">{simple}</SchemaData></ExtendedData>'
        places.append(
            f"<Placemark><name>a tract</name>"
            f"<description><![CDATA[<table>{cells}</table>]]></description>{'' if described else data}"
            f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
            f"</outerBoundaryIs></Polygon></Placemark>"
        )
    inside = "" if described else f'<Schema name="s" id="s">{schema}</Schema>'
    folder = f'<Folder id="f"><name>tracts</name>{"".join(places)}</Folder>'
    return (
        '<?xml version="1.0" encoding="utf-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f'<Document id="d">{inside}{folder}</Document></kml>'
    )


def with_geo(path: Path, geo: Any) -> Path:
    """Put other metadata into a GeoParquet file: bytes as they are, anything else as JSON."""
    table = pq.read_table(path)
    text = geo if isinstance(geo, bytes) else json.dumps(geo).encode()
    pq.write_table(table.replace_schema_metadata({b"geo": text}), path)
    return path
