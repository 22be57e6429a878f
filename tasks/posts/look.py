"""The posts, checked before any work is done: each file's header and first block."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.errors import InputError
from data.settings import Posts
from tasks.places.check_points import check_points
from tasks.places.coordinates import Bounds
from tasks.posts.tidy import PostReader


def check_posts(files: Sequence[tuple[str, Path]], bounds: Bounds | None = None) -> None:
    """See that every file can be read.

    Args:
        files: Path inside the investigation folder, and where to open it.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.

    Raises:
        InputError: There is no file, one is of another kind, empty, damaged or not UTF-8; a column is missing
            or holds something else; or latitude and longitude are swapped. The message names
            the file, the column and the fix.
    """
    if not files:
        raise InputError("posts/: no file in it; put .csv, .csv.gz or .parquet files there")
    reader = PostReader(Posts(year=2000))  # neither year nor zone changes whether a time can be read
    check_points(files, reader, bounds, latitude="latitude", longitude="longitude", things="posts")
