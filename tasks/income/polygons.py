"""The polygons of a city's tracts: read from the layer, who touches whom, and how far apart they lie."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

if TYPE_CHECKING:
    from libpysal.weights import W

Floats = npt.NDArray[np.float64]
Polygons = npt.NDArray[np.object_]

_EARTH_KM: Final = 6371.0088
"""Mean radius of the earth (IUGG)."""


def read_polygons(layer: Path, geoids: Sequence[str]) -> tuple[Polygons, CRS]:
    """Read the polygons of some tracts, and pass over the row groups of the layer that hold none of them.

    Args:
        layer: GeoParquet with GEOID and geometry, as the places room keeps it.
        geoids: The tracts wanted, each once.

    Returns:
        A shapely geometry a tract, in the order asked for, None where the layer has no such tract or an
        empty polygon; and the layer's coordinate reference system.
    """
    frame = geopandas.read_parquet(
        layer, columns=["GEOID", "geometry"], filters=[("GEOID", "in", list(geoids))]
    )
    found = frame.set_index("GEOID")["geometry"].reindex(list(geoids))
    polygons = np.array(found.array, dtype=object)
    polygons[shapely.is_empty(polygons)] = None
    return polygons, CRS.from_user_input(frame.crs)


def touching(polygons: Polygons) -> W:
    """Which tracts are neighbours: those that share at least a point (queen contiguity).

    Tracts of an imprecise layer that overlap along their border count as touching.

    Args:
        polygons: A geometry a tract, None for one without a polygon, which has no neighbour then.

    Returns:
        Weights of 1 by place in ``polygons``; a tract may have no neighbour, and nothing is printed of it.

    Source:
        Queen's case: Cliff, A. D. & Ord, J. K. (1981): Spatial Processes: Models and Applications, 1.4.

    Example:
        >>> squares = shapely.box([0, 1, 5], [0, 1, 5], [1, 2, 6], [1, 2, 6])
        >>> touching(np.array([*squares, None])).neighbors
        {0: [1], 1: [0], 2: [], 3: []}
    """
    # Here for the reason that stands in `tasks.income.spatial.morans_i`.
    from libpysal.weights import W

    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    neighbors: dict[int, list[int]] = {place: [] for place in range(len(polygons))}
    for place, beside in sorted(zip(one.tolist(), other.tolist(), strict=True)):
        if place != beside:
            neighbors[place].append(beside)
    return W(neighbors, silence_warnings=True)


def centroids_km(polygons: Polygons, crs: CRS) -> Floats:
    """Where the tracts lie on a plane in kilometers, good over a city.

    Centroids are taken in the layer's own coordinates and carried into degrees where these are none; then
    ``x = R cos(mean latitude) longitude`` and ``y = R latitude`` (equirectangular projection, angles in
    radians). Over 50 km, at latitudes below 50 degrees, a distance errs by less than one in a hundred.

    Args:
        polygons: A geometry a tract, none missing.
        crs: Of their coordinates.

    Returns:
        x and y in km, float64, a row a tract.

    Source:
        Snyder, J. P. (1987): Map Projections, A Working Manual. USGS Professional Paper 1395, 90–91.

    Example:
        >>> places = np.array([shapely.box(-1, -1, 1, 1), shapely.box(-1, 0, 1, 2)])
        >>> np.ptp(centroids_km(places, CRS("EPSG:4326")), axis=0).round(2).tolist()
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
