"""The polygons of a city's tracts: read from the layer, which of them touch, and how far apart they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import CRS, Transformer
from scipy import sparse

Floats = npt.NDArray[np.float64]
Polygons = npt.NDArray[np.object_]

FARTHEST: Final = 10.0
"""How many times as far as half of the tracts one may be from the middle of its city. The farthest of the 50
largest cities' tracts is 7.2 times as far."""
_EARTH_KM: Final = 6371.0088
"""Mean radius of the earth (IUGG)."""


def read_polygons(layer: Path, geoids: Sequence[str]) -> tuple[Polygons, CRS]:
    """Read the polygons of some tracts, skipping the row groups of the layer that have none of them.

    Args:
        layer: GeoParquet with GEOID and geometry, as the places room keeps it.
        geoids: The tracts wanted, each once.

    Returns:
        A shapely geometry per tract, in the order asked for, None where the layer has no such tract or an
        empty polygon; and the layer's coordinate reference system.
    """
    with pq.ParquetFile(layer) as file:
        ids = file.read(columns=["GEOID"], use_threads=False)["GEOID"].cast(pa.string()).combine_chunks()
        rows = pc.index_in(pa.array(list(geoids), pa.string()), value_set=ids)
        at = rows.to_numpy(zero_copy_only=False)
        there = np.flatnonzero(~np.isnan(at)) if rows.null_count else np.arange(len(at))
        polygons: Polygons = np.full(len(at), None, dtype=object)
        polygons[there] = shapely.from_wkb(_shapes(file, at[there].astype(np.int64)))
        system = _crs(file.schema_arrow.metadata[b"geo"])
    polygons[shapely.is_empty(polygons)] = None
    return polygons, system


def _shapes(file: pq.ParquetFile, rows: npt.NDArray[np.int64]) -> Polygons:
    """The geometries (WKB) of some rows, from the row groups that have them alone."""
    sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    groups = np.searchsorted(starts, rows, side="right") - 1
    shapes: Polygons = np.full(len(rows), None, dtype=object)
    for group in np.unique(groups).tolist():
        mine = groups == group
        column = file.read_row_group(group, columns=["geometry"], use_threads=False)["geometry"]
        own = column.take(pa.array(rows[mine] - starts[group]))
        shapes[mine] = own.to_numpy()
    return shapes


@lru_cache(maxsize=4)
def _crs(geo: bytes) -> CRS:
    """The system that a file's metadata state; that of GeoJSON where they state none (GeoParquet 1.1.0)."""
    stated = json.loads(geo)
    return CRS.from_user_input(stated["columns"][stated["primary_column"]].get("crs", "OGC:CRS84"))


def touching(polygons: Polygons) -> sparse.csr_array:
    """Which tracts are neighbours: those that share at least a point (queen contiguity).

    Tracts of an imprecise layer that overlap along their border count as touching.

    Args:
        polygons: A geometry per tract, None for one without a polygon, which then has no neighbour.

    Returns:
        n × n, float64: 1 where two tracts are neighbours, by position in ``polygons``; the columns of a
            row are in order.

    Source:
        Queen's case: Cliff, A. D. & Ord, J. K. (1981): Spatial Processes: Models and Applications, 1.4.

    Example:
        >>> squares = shapely.box([0, 1, 5], [0, 1, 5], [1, 2, 6], [1, 2, 6])
        >>> touching(np.array([*squares, None])).toarray().astype(int).tolist()
        [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    """
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    apart = one != other
    ones = np.ones(np.count_nonzero(apart))
    neighbors = sparse.csr_array((ones, (one[apart], other[apart])), shape=(len(polygons),) * 2)
    neighbors.sort_indices()
    return neighbors


def centroids_km(polygons: Polygons, crs: CRS) -> Floats:
    """The centroids of tracts on a plane, in kilometers; accurate enough over a city.

    Centroids are computed in the layer's own coordinates and transformed into degrees if needed; then
    ``x = R cos(mean latitude) longitude`` and ``y = R latitude`` (equirectangular projection, angles in
    radians). Over 50 km, at latitudes below 50 degrees, a distance is off by less than one percent.

    Args:
        polygons: A geometry per tract, none missing.
        crs: The system of their coordinates.

    Returns:
        x and y in km, float64, one row per tract.

    Source:
        Snyder, J. P. (1987): Map Projections, A Working Manual. USGS Professional Paper 1395, 90–91.

    Example:
        >>> tracts = np.array([shapely.box(-1, -1, 1, 1), shapely.box(-1, 0, 1, 2)])
        >>> np.ptp(centroids_km(tracts, CRS("EPSG:4326")), axis=0).round(2).tolist()
        [0.0, 111.2]
    """
    points = shapely.get_coordinates(shapely.centroid(polygons))
    longitude, latitude = points[:, 0], points[:, 1]
    if not crs.is_geographic:
        degrees: Any = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(longitude, latitude)
        longitude, latitude = degrees
    parallel = np.cos(np.radians(np.mean(latitude)))
    flat = np.column_stack([longitude * parallel, latitude])
    return np.asarray(_EARTH_KM * np.radians(flat), dtype=np.float64)


def pulled_in(centroids: Floats) -> Floats:
    """Centroids of which none is far away from all others: an exclave is moved towards its city.

    The middle is the median of east and of north. A tract that is more than :data:`FARTHEST` times as far
    from it as half of the tracts are is put at that distance, in its direction. Otherwise one island far
    away would make the classes of distance, which are equally wide, so wide that the whole city is in the
    first, and the trend over the city one between island and city.

    Args:
        centroids: East and north, float64, n × 2, km.

    Returns:
        The same array where no tract is so far away.

    Source:
        Method 7.12.

    Example:
        >>> city = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [900.0, 0.0]])
        >>> pulled_in(city)[:, 0].tolist()
        [0.0, 1.0, 2.0, 3.0, 12.0]
    """
    if not len(centroids):
        return centroids
    middle = np.median(centroids, axis=0)
    away = np.hypot(*(centroids - middle).T)
    most = FARTHEST * float(np.median(away))
    far = away > most
    if not most > 0 or not far.any():
        return centroids
    nearer = centroids.copy()
    nearer[far] = middle + (centroids[far] - middle) * (most / away[far])[:, None]
    return nearer
