"""What is odd in a file of posts as a whole: coordinates exchanged in some rows, times in two units.

One block does not show it. Each block notes how many such rows it has, and the first; a file is judged by
all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from tasks.layers.coordinates import Bounds
from tasks.posts.columns import LATITUDE, LONGITUDE, TIME
from tasks.posts.times import MILLISECONDS, SECONDS
from tasks.rows.reader import OddRows

EXCHANGED: Final = "exchanged"
"""Rows whose latitude and longitude are exchanged."""

_NOBODY: Final = -60.0
"""South of it nobody lives: a latitude below is a longitude of America."""


def exchanged(lat: pa.Array, lon: pa.Array, bounds: Bounds | None) -> npt.NDArray[np.bool_]:
    """Which rows can only be meant the other way round.

    Args:
        lat: What is called latitude (float64, degrees), may be missing.
        lon: What is called longitude.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.

    Returns:
        True where the latitude is none, or lies where nobody lives, and the point exchanged is in the layer.

    Example:
        >>> layer = (-105.0, 39.0, -104.0, 40.0)
        >>> exchanged(pa.array([-104.9, 39.7]), pa.array([39.7, -104.9]), layer).tolist()
        [True, False]
    """
    span = pc.min_max(lat).as_py()
    possible = span["min"] is None or (span["min"] >= _NOBODY and span["max"] <= 90)
    if bounds is None or possible:
        return np.zeros(len(lat), np.bool_)
    ys, xs = _floats(lat), _floats(lon)
    west, south, east, north = bounds
    impossible = (np.abs(ys) > 90) | (ys < _NOBODY)
    return impossible & (ys >= west) & (ys <= east) & (xs >= south) & (xs <= north)


def _floats(values: pa.Array) -> npt.NDArray[np.float64]:
    return np.asarray(pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False), dtype=np.float64)


def check_odd(label: str, odd: Iterable[OddRows]) -> None:
    """See that a file of posts is not odd as a whole.

    Args:
        label: How it is named in an error.
        odd: What all its blocks noted.

    Raises:
        InputError: In some rows latitude and longitude are exchanged, or some times count seconds and others
            milliseconds; the message names the first such row and how many there are.
    """
    found: Mapping[str, OddRows] = {each.kind: each for each in odd}
    if (rows := found.get(EXCHANGED)) is not None:
        how_many = f"{rows.rows:,} {'row' if rows.rows == 1 else 'rows'}"
        raise InputError(
            f"{label}: columns {LATITUDE} and {LONGITUDE}, row {rows.first:,}: are exchanged, as in "
            f"{how_many} of the file (they lie in the tract layer the other way round); exchange them there"
        )
    if SECONDS in found and MILLISECONDS in found:
        first, second = sorted((found[SECONDS], found[MILLISECONDS]), key=lambda each: each.first)
        raise InputError(
            f"{label}: column {TIME}, row {second.first:,}: counts {second.kind}, but row {first.first:,} "
            f"counts {first.kind} ({first.rows:,} and {second.rows:,} rows); write all times in one unit"
        )
