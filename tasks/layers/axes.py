"""Whether a layer in degrees has degrees, longitude first and with its sign (method 6.14)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from data.errors import InputError
from tasks.layers.coordinates import Bounds

_LIMIT: Final = (180.0, 90.0)
_SLACK: Final = 1e-6
_SIGN_LOST: Final = (60.0, 140.0)
"""Between these longitudes, north of the equator, no part of the United States lies, but all of the States
would without the sign. Guam is at 145, the last islands of Alaska are beyond 172."""


def check_degrees(bounds: Bounds, crs: CRS, label: str) -> None:
    """See that a layer whose system is in degrees has degrees, longitude first (method 6.14).

    Args:
        bounds: minx, miny, maxx, maxy.
        crs: The layer's system.
        label: How the layer is named in an error.

    Raises:
        InputError: Latitude and longitude are exchanged, or the coordinates are no degrees.
    """
    if not crs.is_geographic:
        return
    west, south, east, north = bounds
    far, high = (limit + _SLACK for limit in _LIMIT)
    # No part of the United States is both east of Greenwich and south of the equator.
    exchanged = (west > 0 and north < 0) or (
        max(-south, north) > high and max(-west, east) <= high and max(-south, north) <= far
    )
    if exchanged:
        raise InputError(
            f"{label}: latitude and longitude are exchanged (x is {west:g} to {east:g}, y {south:g} to "
            f"{north:g}); save it with longitude first"
        )
    if _SIGN_LOST[0] < west and east < _SIGN_LOST[1] and south > 0:
        raise InputError(
            f"{label}: lies east of Greenwich (x is {west:g} to {east:g}, y {south:g} to {north:g}); its "
            "longitudes seem to have lost their sign: download it anew"
        )
    # Over the date line some layers count on to 190 degrees or so, others back to -190.
    if max(-south, north) > high or max(-west, east) > 2 * far:
        some = max(-west, east) <= far and max(-south, north) <= far
        hint = ", or latitude and longitude are exchanged in some of its polygons" if some else ""
        raise InputError(
            f"{label}: its coordinates are not degrees (x is {west:g} to {east:g}, y {south:g} to "
            f"{north:g}), though it says so{hint}; save it with the coordinate reference "
            "system that they are in"
        )


def check_each(geoids: npt.NDArray[Any], bounds: npt.NDArray[np.float64], crs: CRS, label: str) -> None:
    """See that latitude and longitude are not exchanged in some polygons of a layer in degrees.

    Args:
        geoids: Of the tracts.
        bounds: Their minx, miny, maxx, maxy.
        crs: The layer's system.
        label: How the layer is named in an error.

    Raises:
        InputError: They are; the message names the first tract.
    """
    if not crs.is_geographic:
        return
    west, south, east, north = bounds.T
    far, high = (limit + _SLACK for limit in _LIMIT)
    tall, wide = np.maximum(-south, north), np.maximum(-west, east)
    exchanged = ((west > 0) & (north < 0)) | ((tall > high) & (tall <= far) & (wide <= high))
    if exchanged.any() and not exchanged.all():
        first = int(exchanged.argmax())
        raise InputError(
            f"{label}: latitude and longitude are exchanged in {int(exchanged.sum()):,} of {len(geoids):,} "
            f"tracts, as {geoids[first]} (x is {west[first]:g}, y {south[first]:g}); download it anew"
        )
