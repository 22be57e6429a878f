"""One file of posts into parts on disk, by a hash of the post's id: equal ids meet in one bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from data.settings import Posts
from data.tables import replacing
from tasks.posts.files import blocks
from tasks.posts.results import PostFile
from tasks.posts.tidy import TIDY, tidied

_HELD_ROWS: Final = 400_000
"""Posts that are held before they are dealt out, so that a bucket's pieces are not too small."""

_OPTIONS: Final = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True)
class FilePiece:
    """The work on one file.

    Attributes:
        number: The file's place in order of name.
        label: Its path inside the investigation folder.
        path: Where to open it.
        parts: The folder of the parts, which must be there.
        buckets: Into how many buckets posts are dealt.
        settings: The section ``[posts]``.
    """

    number: int
    label: str
    path: Path
    parts: Path
    buckets: int
    settings: Posts


def part_path(parts: Path, number: int, bucket: int) -> Path:
    """Where the posts of a file that fall into a bucket lie.

    Example:
        >>> part_path(Path("parts"), 3, 12).as_posix()
        'parts/000003-0012.arrow'
    """
    return parts / f"{number:06d}-{bucket:04d}.arrow"


def read_file(piece: FilePiece) -> PostFile:
    """Read a file and deal its posts out.

    A part keeps the order of the file's rows, and is whole or absent.

    Args:
        piece: What to read, and where to.

    Returns:
        The file, with its hash and the number of its posts.

    Raises:
        InputError: As :func:`tasks.posts.files.blocks` and :func:`tasks.posts.tidy.tidied`.
    """
    posts = 0
    with ExitStack() as stack:
        writers = [
            _writer(stack, part_path(piece.parts, piece.number, bucket)) for bucket in range(piece.buckets)
        ]
        held: list[pa.RecordBatch] = []
        for block in blocks(piece.path, piece.label):
            held.append(tidied(block, piece.settings, piece.label, posts))
            posts += block.num_rows
            if sum(batch.num_rows for batch in held) >= _HELD_ROWS:
                _deal(held, writers)
                held = []
        _deal(held, writers)
    with piece.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return PostFile(piece.label, sha256[:12], sha256, piece.path.stat().st_size, posts)


def _writer(stack: ExitStack, path: Path) -> pa.RecordBatchFileWriter:
    beside = stack.enter_context(replacing(path))
    return stack.enter_context(pa.ipc.new_file(beside, TIDY, options=_OPTIONS))


def _deal(held: list[pa.RecordBatch], writers: list[pa.RecordBatchFileWriter]) -> None:
    if len(writers) == 1:
        for batch in held:
            writers[0].write_batch(batch)
        return
    if not held:
        return
    rows = pa.Table.from_batches(held, TIDY).combine_chunks()
    deal_out(rows, buckets_of(rows["post_id"], len(writers)), writers)


def deal_out(
    rows: pa.Table, place: npt.NDArray[np.int16], writers: Sequence[pa.RecordBatchFileWriter]
) -> None:
    """Give each row to the writer in its place; rows of one writer stay in order.

    Args:
        rows: Rows of the writers' schema.
        place: For each row, the number of its writer.
        writers: Where they go.
    """
    rows = rows.take(np.argsort(place, kind="stable"))
    ends = np.cumsum(np.bincount(place, minlength=len(writers)))
    start = 0
    for writer, end in zip(writers, ends.tolist(), strict=True):
        if end > start:
            writer.write_table(rows.slice(start, end - start))
        start = end


def buckets_of(ids: pa.ChunkedArray, buckets: int) -> npt.NDArray[np.int16]:
    """The bucket of each id: the same on every machine and in every run.

    Args:
        ids: Ids (string).
        buckets: How many there are.

    Returns:
        Numbers from 0 to ``buckets - 1``.

    Example:
        >>> bool((buckets_of(pa.chunked_array([["a", "b", "a"]]), 4) < 4).all())
        True
    """
    values = ids.to_numpy().astype(object)
    hashes = pd.util.hash_array(values, categorize=False)
    return (hashes % np.uint64(buckets)).astype(np.int16)
