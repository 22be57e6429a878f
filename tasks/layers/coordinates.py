"""Coordinate reference systems: which are used as degrees unchanged, and how points get into the others."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]
"""minx, miny, maxx, maxy."""

_DEGREES: Final = CRS.from_user_input("OGC:CRS84")
_TAKEN_AS_ONE: Final = ("worldgeodeticsystem1984", "wgs1984", "wgs84", "northamericandatum1983", "nad83",
                        "northamerican1983")  # fmt: skip
"""How the names of WGS 84 and NAD 83 begin, in EPSG's and Esri's spelling. Their versions differ by a metre
or two."""


def _datum_is_ours(crs: CRS) -> bool:
    base = crs.geodetic_crs
    if base is None or base.datum is None:
        return False
    name = "".join(base.datum.name.removeprefix("D_").lower().split()).replace("_", "").replace("-", "")
    return name.startswith(_TAKEN_AS_ONE)


def needs_transform(crs: CRS) -> bool:
    """Whether points in degrees must be transformed before they can be compared with a layer in this system.

    WGS 84 and NAD 83 are treated as one (method 6.7): they differ by less than the precision of a post.

    Args:
        crs: The layer's system.

    Example:
        >>> [needs_transform(CRS.from_epsg(code)) for code in (4326, 4269, 5070)]
        [False, False, True]
    """
    if not crs.is_geographic or not _datum_is_ours(crs):
        return True
    meridian = crs.prime_meridian
    degrees = all(abs(axis.unit_conversion_factor - np.pi / 180) < 1e-12 for axis in crs.axis_info[:2])
    return not degrees or (meridian is not None and meridian.longitude != 0)


def _base_of(crs: CRS) -> CRS:
    """The system of degrees that posts are in: the layer's own where its datum is WGS 84 or NAD 83.

    So no shift between the two is made for a projected layer either, and the result does not depend on which
    shift grids a machine has.
    """
    base = crs.geodetic_crs
    return base if base is not None and _datum_is_ours(crs) else _DEGREES


def to_layer(lon: Floats, lat: Floats, crs: CRS) -> tuple[Floats, Floats]:
    """Transform points into a layer's coordinates.

    Args:
        lon: Longitudes in degrees.
        lat: Latitudes in degrees.
        crs: The layer's system.

    Returns:
        x and y in its units; not finite where the system has no such point.

    Example:
        >>> x, y = to_layer(np.array([-96.0]), np.array([23.0]), CRS.from_epsg(5070))
        >>> bool(abs(x[0]) < 1e-6 and abs(y[0]) < 1e-6)
        True
    """
    x, y = Transformer.from_crs(_base_of(crs), crs, always_xy=True).transform(lon, lat)
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def to_degrees(x: Floats, y: Floats, crs: CRS) -> tuple[Floats, Floats]:
    """Transform a layer's coordinates into longitude and latitude, as the inverse of :func:`to_layer`.

    Args:
        x: In the layer's units.
        y: Likewise.
        crs: The layer's system.

    Example:
        >>> lon, lat = to_degrees(np.array([0.0]), np.array([0.0]), CRS.from_epsg(5070))
        >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
        (-96.0, 23.0)
    """
    lon, lat = Transformer.from_crs(crs, _base_of(crs), always_xy=True).transform(x, y)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def bounds_in_degrees(bounds: Bounds, crs: CRS) -> Bounds | None:
    """A layer's extent as west, south, east and north in degrees; None where it cannot be computed.

    Example:
        >>> bounds_in_degrees((-124.0, 32.0, -114.0, 42.0), CRS.from_epsg(4269))
        (-124.0, 32.0, -114.0, 42.0)
    """
    if not needs_transform(crs):
        found = tuple(map(float, bounds))
    else:
        back = Transformer.from_crs(crs, _base_of(crs), always_xy=True)
        found = tuple(map(float, back.transform_bounds(*bounds, densify_pts=51)))
    west, south, east, north = found
    # An extent over the date line comes back with west beyond east: then every longitude counts as inside.
    if west > east:
        west, east = -180.0, 180.0
    return (west, south, east, north) if np.isfinite([west, south, east, north]).all() else None
