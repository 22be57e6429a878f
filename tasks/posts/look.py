"""The posts, looked at before any work is done: each file's header and first block."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.errors import InputError
from data.settings import Posts
from tasks.places.coordinates import Bounds
from tasks.posts.tidy import PostReader
from tasks.rows.look import check_files


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
    reader = PostReader(Posts(year=2000))  # neither the year nor the zone alters whether a time can be read
    check_files(files, reader, bounds, latitude="latitude", longitude="longitude", things="posts")
