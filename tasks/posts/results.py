"""What the posts room hands on: the files of posts, and what became of each post."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tasks.places.coarse import CoarseFile
from tasks.rows.results import FileOfRows


@dataclass(frozen=True)
class Gathered:
    """The posts of all files, each counted once (method 6.1), before any was put into a tract.

    Attributes:
        files: The files, in order of name.
        batches: Parquet files with the posts that have a location: post_id (text), year (int32, may be
            missing), lon and lat (float64, degrees). The batch of a post follows from its id.
        duplicates: Posts whose id an earlier row has.
        excluded: Posts of accounts that are not residents.
        no_location: Posts whose coordinates are missing, out of range or (0, 0).
        unlike: Of the duplicates, those that have another time, location or account than every earlier row
            of their id.
        unlike_as: The first of them: its id, and where both rows are; "" where there is none.
        coarse: The files whose coordinates have two decimals at most.
    """

    files: tuple[FileOfRows, ...]
    batches: tuple[Path, ...]
    duplicates: int
    excluded: int
    no_location: int
    unlike: int = 0
    unlike_as: str = ""
    coarse: tuple[CoarseFile, ...] = ()


@dataclass(frozen=True)
class PostsTables:
    """What became of the posts that have a location.

    Attributes:
        outside: Posts in no tract.
        in_one_tract: Posts in exactly one.
        on_borders: Posts in several tracts, each given to one of them.
        with_income: Posts in tracts that have population and a median income.
        without: Posts in tracts that lack one of the two, or a row of the Census.
        counts: The posts of the analysed year by tract: GEOID (string), count (int64), in order of GEOID;
            tracts without a post have no row.
        no_row: Those of ``without`` whose tract has no row in the Census.
        unpeopled: The others of ``without``: their tract has no people, or no median income.
    """

    outside: int
    in_one_tract: int
    on_borders: int
    with_income: int
    without: int
    counts: pa.Table
    no_row: int = 0
    unpeopled: int = 0
