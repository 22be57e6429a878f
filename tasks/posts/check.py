"""The posts, looked at before any work is done: each file's header and first block."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.errors import InputError
from data.settings import Posts
from tasks.posts.files import blocks
from tasks.posts.tidy import tidied

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

_FIRST: Final = 1 << 20
"""Bytes of a CSV that are looked at."""

_WORLD: Final[Bounds] = (-180.0, -90.0, 180.0, 90.0)


def check_posts(files: Sequence[tuple[str, Path]], bounds: Bounds | None = None) -> None:
    """See that every file can be read.

    Args:
        files: Path inside the investigation folder, and where to open it.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.

    Raises:
        InputError: There is no file, one is of another kind, empty, damaged or not UTF-8; a column is missing
            or holds something else; or latitude and longitude stand in each other's place. Names file,
            column and the mend.
    """
    if not files:
        raise InputError("posts/: holds no file; put .csv, .csv.gz or .parquet files there")
    settings = Posts(year=2000)  # neither the year nor the zone alters whether a time can be read
    for label, path in files:
        block = next(blocks(path, label, _FIRST), None)
        if block is None:
            continue
        tidied(block, settings, label, 0)
        if swapped(_floats(block, "latitude"), _floats(block, "longitude"), bounds or _WORLD):
            raise InputError(
                f"{label}: columns latitude and longitude are exchanged (most posts would lie in the tract "
                "layer the other way round); rename each to the other"
            )


def swapped(lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64], bounds: Bounds) -> bool:
    """Whether most points lie outside an extent and would lie inside it the other way round.

    Args:
        lat: What is called latitude, degrees; NaN where missing.
        lon: What is called longitude.
        bounds: West, south, east, north.

    Example:
        >>> swapped(np.array([-118.2, -87.6]), np.array([34.1, 41.9]), (-125.0, 24.0, -66.0, 50.0))
        True
    """
    known = np.isfinite(lat) & np.isfinite(lon) & ((lat != 0) | (lon != 0))
    lat, lon = lat[known], lon[known]
    mended = ~_inside(lon, lat, bounds) & _inside(lat, lon, bounds)
    return bool(len(lat)) and 2 * int(mended.sum()) > len(lat)


def _inside(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], bounds: Bounds) -> npt.NDArray[np.bool_]:
    west, south, east, north = bounds
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _floats(block: pa.RecordBatch, name: str) -> npt.NDArray[np.float64]:
    return np.asarray(block.column(name).to_numpy(zero_copy_only=False), dtype=np.float64)
