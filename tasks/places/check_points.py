"""Files of points, checked before any work is done: can they be read, and are the coordinates in order?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.errors import InputError
from tasks.layers.coordinates import Bounds
from tasks.places.points import swapped
from tasks.rows.large_tables import first_blocks
from tasks.rows.reader import Reader


def check_points(
    files: Sequence[tuple[str, Path]],
    reader: Reader,
    bounds: Bounds | None,
    *,
    latitude: str,
    longitude: str,
    things: str,
    or_else: str = "",
) -> None:
    """See that every file can be read, and that latitude and longitude are not swapped.

    Args:
        files: Path inside the investigation folder, and where to open it.
        reader: How they are read.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.
        latitude: The reader's column of latitudes.
        longitude: Its column of longitudes.
        things: What a row is, in the plural, as "posts".
        or_else: What can be done instead of renaming swapped columns.

    Raises:
        InputError: A file is of another kind, empty, damaged or not UTF-8; a column is missing or holds
            something else; or latitude and longitude are swapped. The message names the file, the column and
            the fix.
    """
    for label, block in first_blocks(files, reader):
        if swapped(block.column(latitude), block.column(longitude), bounds):
            raise InputError(
                f"{label}: columns {latitude} and {longitude} are swapped (most {things} would lie in the "
                f"tract layer the other way round); rename each to the other{or_else}"
            )
