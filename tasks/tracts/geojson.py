"""The tracts as GeoJSON, for a map: the same columns as the table, and the polygons (RFC 7946)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from data.writing import make_folder, replacing
from tasks.income.polygons import read_polygons
from tasks.layers.coordinates import needs_transform
from tasks.layers.read_source import in_degrees
from tasks.layers.results import Layer

DECIMALS: Final = 6
"""Of a degree: about 10 centimeters."""
_TOGETHER: Final = 1000
"""Tracts that are written at a time."""


def write_geojson(used: pa.Table, crimes: pa.Table, layer: Layer, path: Path) -> None:
    """Write the tracts of public/tracts_used as a FeatureCollection.

    Coordinates are longitude and latitude in WGS 84 (NAD 83 is taken as the same, method 6.7), rounded to
    :data:`DECIMALS`; exterior rings run counterclockwise. A tract without a polygon has the geometry null.
    The features are in order of city and GEOID, one per line.

    Args:
        used: The columns of public/tracts_used, which become the properties.
        crimes: The columns of public/tract_crimes; each type of a tract's city becomes two properties.
        layer: The tract layer.
        path: The file.

    Source:
        RFC 7946, sections 3.1.6 (right-hand rule), 3.2 (a feature without a place) and 4 (WGS 84).
    """
    ordered = used.sort_by([("city", "ascending"), ("GEOID", "ascending")])
    geometries = _Geometries.read(layer, sorted(set(ordered["GEOID"].to_pylist())))
    of_tract = _properties_of_crimes(crimes)
    make_folder(path.parent)
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        between = "\n"
        for start in range(0, ordered.num_rows, _TOGETHER):
            rows = ordered.slice(start, _TOGETHER).to_pylist()
            shapes = geometries.of([row["GEOID"] for row in rows])
            for row, shape in zip(rows, shapes, strict=True):
                own = of_tract.get((row["city"], row["GEOID"]), {})
                file.write(between + _feature({**row, **own}, shape))
                between = ",\n"
        file.write("\n]}\n")


def _feature(properties: Mapping[str, Any], geometry: str) -> str:
    said = json.dumps(dict(properties), ensure_ascii=False, allow_nan=False)
    return f'{{"type": "Feature", "properties": {said}, "geometry": {geometry}}}'


@dataclass(frozen=True)
class _Geometries:
    """The polygons of tracts in degrees, by GEOID."""

    places: Mapping[str, int]
    shapes: npt.NDArray[np.object_]

    @classmethod
    def read(cls, layer: Layer, geoids: Sequence[str]) -> _Geometries:
        """Read them from the layer; one that it has not is None."""
        places = {geoid: place for place, geoid in enumerate(geoids)}
        if not geoids:
            return cls(places, np.empty(0, dtype=object))
        shapes, crs = read_polygons(layer.path, geoids)
        there = np.flatnonzero([shape is not None for shape in shapes])
        if needs_transform(crs) and len(there):
            shapes[there] = in_degrees(shapes[there], crs)
        return cls(places, shapes)

    def of(self, geoids: Sequence[str]) -> list[str]:
        """Those of some tracts as JSON; ``null`` where the layer has none."""
        return _jsons_of(self.shapes[[self.places[geoid] for geoid in geoids]])


def json_of(shape: Any) -> str:
    """A polygon as GeoJSON, rounded unless it would become invalid, with its rings in the right direction.

    Args:
        shape: A polygon or several, in longitude and latitude; None for none.

    Example:
        >>> json_of(shapely.box(0, 0, 1, 0.12345678))
        '{"type":"Polygon","coordinates":[[[1.0,0.0],[1.0,0.123457],[0.0,0.123457],[0.0,0.0],[1.0,0.0]]]}'
        >>> json_of(None)
        'null'
    """
    return _jsons_of(np.array([shape], dtype=object))[0]


def _jsons_of(shapes: npt.NDArray[np.object_]) -> list[str]:
    """The same of many."""
    rounded = shapely.transform(shapes, _rounded)
    # A part smaller than the last decimal would become a point, and rings that nearly touch would cross.
    wrong = ~np.asarray(shapely.is_valid(rounded), dtype=np.bool_)
    rounded[wrong] = shapely.force_2d(shapes[wrong])
    written = shapely.to_geojson(shapely.orient_polygons(rounded))
    return ["null" if each is None else str(each) for each in written]


def _rounded(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # Adding 0 turns -0.0 into 0.0.
    return np.round(points, DECIMALS) + 0.0


def _properties_of_crimes(crimes: pa.Table) -> dict[tuple[str, str], dict[str, Any]]:
    """By city and tract, its crimes and their rate, for each type of the city in order of name."""
    found: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    ordered = crimes.sort_by([(name, "ascending") for name in ("city", "crime", "GEOID")])
    for row in ordered.to_pylist():
        own = found[row["city"], row["GEOID"]]
        own[f"crimes: {row['crime']}"] = row["crimes"]
        own[f"crimes_per_1000: {row['crime']}"] = row["crimes_per_1000"]
    return found
