"""Coordinates as records have them: which of them are a location, and whether the two are swapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.layers.coordinates import Bounds

_FAR_LON: Final = 180.0
_FAR_LAT: Final = 90.0
_WORLD: Final[Bounds] = (-_FAR_LON, -_FAR_LAT, _FAR_LON, _FAR_LAT)


def locations(lon: pa.Array, lat: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Coordinates that are a location; both missing where they are not (method 6.3).

    Coordinates that are missing, not a number, out of range, or (0, 0), which apps write for "unknown", are
    not a location.

    Args:
        lon: Longitudes (float64, degrees).
        lat: Latitudes, likewise.

    Returns:
        The same, missing together.

    Example:
        >>> lon, lat = locations(pa.array([-118.2, 0.0, 200.0, 0.0]), pa.array([34.1, 0.0, 5.0, 51.5]))
        >>> lon.to_pylist()
        [-118.2, None, None, 0.0]
    """
    # A comparison with NaN is false, and one with a missing value is missing: neither is a location.
    fine: Sequence[Any] = (
        pc.less_equal(pc.abs(lon), _FAR_LON),
        pc.less_equal(pc.abs(lat), _FAR_LAT),
        pc.or_(pc.not_equal(lon, 0.0), pc.not_equal(lat, 0.0)),
    )
    good = pc.fill_null(pc.and_(pc.and_(fine[0], fine[1]), fine[2]), False)
    none = pa.scalar(None, pa.float64())
    return pc.if_else(good, lon, none), pc.if_else(good, lat, none)


def swapped(lat: pa.Array, lon: pa.Array, bounds: Bounds | None) -> bool:
    """Whether most points are outside an extent and would be inside it the other way round.

    Args:
        lat: What is called latitude (float64, degrees), may be missing.
        lon: What is called longitude.
        bounds: West, south, east, north in degrees; None for the whole world.

    Example:
        >>> country = (-125.0, 24.0, -66.0, 50.0)
        >>> swapped(pa.array([-118.2, -87.6]), pa.array([34.1, 41.9]), country)
        True
    """
    ys, xs = _floats(lat), _floats(lon)
    known = np.isfinite(ys) & np.isfinite(xs) & ((ys != 0) | (xs != 0))
    ys, xs = ys[known], xs[known]
    put_right = ~_inside(xs, ys, bounds or _WORLD) & _inside(ys, xs, bounds or _WORLD)
    return bool(len(ys)) and 2 * int(put_right.sum()) > len(ys)


def _inside(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], bounds: Bounds) -> npt.NDArray[np.bool_]:
    west, south, east, north = bounds
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _floats(values: pa.Array) -> npt.NDArray[np.float64]:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)
