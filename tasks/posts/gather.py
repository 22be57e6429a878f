"""The posts of all files, each counted once: files into buckets, buckets into batches (DESIGN 5.6).

Two rounds of tasks with everything on disk between them: one a file (`tasks.posts.read`), then one a bucket.
No task holds more than a bucket, and what a post becomes depends on its id, its file and its row alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from distributed import Client

from data.errors import InputError
from data.settings import Posts
from data.tables import replacing
from tasks.pieces import run_each
from tasks.posts.files import estimated_posts
from tasks.posts.read import FilePiece, part_path, read_file
from tasks.posts.results import Gathered
from tasks.posts.tidy import TIDY

OnProgress = Callable[[int, int], None]

_ONE_BUCKET: Final = 2_000_000
"""Up to so many posts lie in one bucket: then the join takes its fastest form."""

_BUCKET: Final = 1_000_000
"""Beyond, about so many in each."""

_MOST_BUCKETS: Final = 500
"""A reader has a file open for each."""


@dataclass(frozen=True)
class BucketPiece:
    """The work on one bucket: its parts in order of file, and the batch to write."""

    parts: tuple[Path, ...]
    batch: Path


@dataclass(frozen=True)
class BucketCounts:
    """What became of a bucket's posts."""

    duplicates: int
    excluded: int
    no_location: int


def buckets_for(posts: int) -> int:
    """Into how many buckets posts are dealt.

    Args:
        posts: About how many there are.

    Example:
        >>> buckets_for(873_592), buckets_for(8_700_000), buckets_for(10**10)
        (1, 9, 500)
    """
    return 1 if posts <= _ONE_BUCKET else min(-(-posts // _BUCKET), _MOST_BUCKETS)


def gather_posts(
    files: Sequence[tuple[str, Path]],
    settings: Posts,
    work: Path,
    client: Client,
    *,
    buckets: int | None = None,
    on_progress: OnProgress | None = None,
) -> Gathered:
    """Read all files and leave each post that has a location in one batch.

    Args:
        files: Path inside the investigation folder, and where to open it, in order of the former.
        settings: The section ``[posts]``.
        work: The investigation's work folder; ``posts/`` in it is made anew.
        client: Where to run; its workers must see the files under the same paths.
        buckets: In how many pieces; by default after the number of posts. It changes no byte of a table.
        on_progress: Told how many files are read, and of how many.

    Returns:
        The files, the batches and the counts.

    Raises:
        InputError: A file cannot be read, or changed while it was.
    """
    number = buckets or buckets_for(sum(estimated_posts(path, label) for label, path in files))
    parts, batches = work / "posts" / "parts", work / "posts" / "batches"
    shutil.rmtree(work / "posts", ignore_errors=True)
    parts.mkdir(parents=True)
    batches.mkdir()
    states = [_state(path) for _, path in files]
    pieces = [
        FilePiece(place, label, path, parts, number, settings) for place, (label, path) in enumerate(files)
    ]
    tell = None if on_progress is None else lambda done: on_progress(done, len(files))
    read = run_each(client, read_file, pieces, tell)
    for (label, path), before in zip(files, states, strict=True):
        if _state(path) != before:
            raise InputError(f"{label}: was changed during the run; wait until it is copied, run again")
    counts = run_each(
        client,
        count_once,
        [
            BucketPiece(
                tuple(part_path(parts, place, bucket) for place in range(len(files))),
                batches / f"batch-{bucket:04d}.parquet",
            )
            for bucket in range(number)
        ],
    )
    shutil.rmtree(parts)
    for half in batches.glob(".*"):  # what a worker had half written when it died
        half.unlink(missing_ok=True)
    return Gathered(
        files=tuple(read),
        batches=tuple(batches / f"batch-{bucket:04d}.parquet" for bucket in range(number)),
        duplicates=sum(count.duplicates for count in counts),
        excluded=sum(count.excluded for count in counts),
        no_location=sum(count.no_location for count in counts),
    )


def count_once(piece: BucketPiece) -> BucketCounts:
    """Order a bucket, take out what is not to be placed, and write the rest as a batch.

    Args:
        piece: The parts, which a later attempt finds unchanged, and the batch.

    Returns:
        The posts taken out: those whose id came before, then those of excluded accounts, then those without a
        location. Each is counted under the first of the three.
    """
    rows = pa.concat_tables([_part(path) for path in piece.parts] or [TIDY.empty_table()])
    rows = rows.set_column(0, "post_id", rows["post_id"].cast(pa.large_string())).combine_chunks()
    first = pa.array(first_of_each(rows["post_id"]))
    excluded = pc.and_(first, rows["excluded"])
    counted = pc.and_not(first, rows["excluded"])
    located = pc.and_(counted, pc.is_valid(rows["lon"]))
    batch = rows.select(["post_id", "year", "lon", "lat"]).filter(located)
    batch = batch.set_column(0, "post_id", batch["post_id"].cast(pa.string()))
    with replacing(piece.batch) as beside:
        pq.write_table(batch, beside, compression="lz4", use_dictionary=["year"], write_statistics=False)
    return BucketCounts(
        duplicates=len(rows) - _sum(first),
        excluded=_sum(excluded),
        no_location=_sum(counted) - len(batch),
    )


def first_of_each(ids: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Whether an id has none equal to it before it.

    Args:
        ids: Ids, none missing.

    Example:
        >>> first_of_each(pa.chunked_array([["b", "a", "b", "c"]])).tolist()
        [True, True, False, True]
    """
    coded = ids.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    codes = np.asarray(coded.indices)
    # Codes are given in order of appearance: a row is a first one where its code is beyond all before.
    highest = np.maximum.accumulate(codes) if len(codes) else codes
    return np.concatenate(([True], codes[1:] > highest[:-1])) if len(codes) else np.empty(0, np.bool_)


def _part(path: Path) -> pa.Table:
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def _sum(mask: pa.Array | pa.ChunkedArray) -> int:
    return int(pc.sum(mask, min_count=0).as_py())


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns
