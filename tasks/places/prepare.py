"""The tract layer, read once: repaired, in spatial order, kept as GeoParquet (method 6.6)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyogrio
import shapely

from data.errors import InputError
from data.sealed import fault_of, read_json, seal, write_json
from data.writing import make_folder, replacing
from tasks.places.coordinates import needs_transform
from tasks.places.geoids import to_geoids
from tasks.places.layer import Source, hash_of, label_of, open_layer
from tasks.places.results import Layer

ROW_GROUP: Final = 1_000
"""Tracts in a row group: small enough that a region is read without its neighbours."""

_LAYOUT: Final = "3"
"""Part of the folder's name; with another number, every layer is read again."""

_FACTS: Final = "layer.json"
_AREAL: Final = ("Polygon", "MultiPolygon")
_COLLECTION: Final = 7
"""Shapely's number for a mixed collection of geometries; its areas are the tract."""

_LINE: Final = 1
"""Dimension of a line; areas have 2."""


def prepare_layer(path: Path, work: Path) -> Layer:
    """Read the layer, or take it as an earlier run kept it.

    Polygons that are not valid by OGC's rules are repaired (``shapely.make_valid``; of what comes out, and of
    mixed collections, the areas are kept) and counted. Rows with the same GEOID become one tract. The rows
    follow a Hilbert curve, so that neighbours are together in the file.

    Args:
        path: The layer as it was handed in.
        work: The investigation's work folder; the layer is kept in ``places/`` there, under the hash of its
            bytes and the versions of the libraries that read it.

    Returns:
        The layer as it is kept.

    Raises:
        InputError: As :func:`tasks.places.layer.check_layer`; or a tract has no polygon.
    """
    given = hash_of(path)
    folder = work / "places" / f"{given.source}-{_versions()}"
    kept = folder / "tracts.parquet"
    facts = folder / _FACTS
    # The facts are written last: if they are there, the layer is complete.
    found = read_json(facts, _LAYOUT)
    fault = found.fault or (fault_of(kept) if kept.is_file() and found.value else "")
    if fault or found.value is None or not kept.is_file():
        source = open_layer(path)
        tracts, repaired = _repaired(_read(source), label_of(path))
        make_folder(folder)
        with replacing(kept) as beside:
            tracts.to_parquet(
                beside, index=False, compression=None, row_group_size=ROW_GROUP, write_covering_bbox=True
            )
            seal(beside, kept)
        transform = needs_transform(source.crs)
        write_json(facts, {"tracts": len(tracts), "repaired": repaired, "transform": transform}, _LAYOUT)
        found = read_json(facts, _LAYOUT)
    rebuilt = (f"work/places/{folder.name}: {fault}; the tract layer was read again",) if fault else ()
    return Layer(kept, given, **found.value, rebuilt=rebuilt)


def _versions() -> str:
    """What the kept bytes depend on besides the input, as 8 hex digits."""
    words = [_LAYOUT, gpd.__version__, shapely.__version__, shapely.geos_version_string, pyogrio.__version__,
             ".".join(map(str, pyogrio.__gdal_version__)), pa.__version__]  # fmt: skip
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:8]


def _read(source: Source) -> gpd.GeoDataFrame:
    """GEOID and geometry of all rows, as in the file."""
    label = label_of(source.path)
    try:
        if source.layer is None:
            frame = gpd.read_parquet(source.path, columns=["GEOID", source.geometry])
        else:
            frame = pyogrio.read_dataframe(
                source.opened, layer=source.layer, columns=["GEOID"], use_arrow=True
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError, pa.ArrowException) as error:
        reason = str(error).split("\n", 1)[0][:120]
        raise InputError(f"{label}: cannot be read to its end ({reason}); download it again") from error
    geoids = to_geoids(pa.array(frame["GEOID"], from_pandas=True), label)
    polygons = np.asarray(frame.geometry.array)
    return gpd.GeoDataFrame({"GEOID": geoids.to_pylist()}, geometry=polygons, crs=source.crs)


def _repaired(frame: gpd.GeoDataFrame, label: str) -> tuple[gpd.GeoDataFrame, int]:
    """Valid polygons, one per GEOID, in spatial order; and how many had to be repaired."""
    if not len(frame):
        raise InputError(f"{label}: has no rows; hand in the layer of tract boundaries")
    geoids = frame["GEOID"].to_numpy(dtype=object)
    polygons = shapely.force_2d(np.asarray(frame.geometry.array))
    _all_polygons(geoids, polygons, label)
    wrong = ~shapely.is_valid(polygons) | (shapely.get_type_id(polygons) == _COLLECTION)
    polygons[wrong] = [_areas(shape) for shape in shapely.make_valid(polygons[wrong])]
    _all_polygons(geoids, polygons, label)
    geoids, polygons = _united(geoids, polygons)
    tracts = gpd.GeoDataFrame({"GEOID": geoids}, geometry=polygons, crs=frame.crs)
    along = tracts.geometry.hilbert_distance().to_numpy()
    order = np.lexsort((geoids.astype(str), along))
    return tracts.iloc[order].reset_index(drop=True), int(wrong.sum())


def _all_polygons(geoids: npt.NDArray[Any], polygons: npt.NDArray[Any], label: str) -> None:
    """See that every tract has an area: one without would silently hold no point."""
    none = shapely.is_missing(polygons) | shapely.is_empty(polygons)
    if none.any():
        raise InputError(
            f"{label}: tract {min(geoids[none])} has no polygon ({int(none.sum())} such rows); "
            "remove the row, or give it its boundary"
        )
    kinds = shapely.get_dimensions(polygons)
    if (kinds <= _LINE).any():
        first = int(np.flatnonzero(kinds <= _LINE)[0])
        kind = polygons[first].geom_type
        raise InputError(
            f"{label}: tract {geoids[first]} is a {kind}, not a polygon; "
            "hand in the layer of tract boundaries"
        )


def _areas(geometry: shapely.Geometry) -> shapely.Geometry:
    """The areas of a repaired geometry: lines and points that fell off are not part of a tract."""
    members = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all([member for member in members if member.geom_type in _AREAL])


def _united(
    geoids: npt.NDArray[Any], polygons: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """One polygon per GEOID, in order of GEOID."""
    names, first, place, count = np.unique(
        geoids.astype(str), return_index=True, return_inverse=True, return_counts=True
    )
    united = polygons[first]
    for tract in np.flatnonzero(count > 1):
        united[tract] = shapely.union_all(polygons[place == tract])
    return names.astype(object), united
