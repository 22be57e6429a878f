"""One file into parts on disk, by a hash of each row's id: equal ids meet in one bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.tables import replacing
from tasks.rows.ids import buckets_of
from tasks.rows.large_tables import blocks
from tasks.rows.reader import Reader
from tasks.rows.results import FileOfRows

_HELD_ROWS: Final = 400_000
"""Rows that are held before they are dealt out, so that a bucket's pieces are not too small."""

_OPTIONS: Final = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True)
class FilePiece:
    """The work on one file.

    Attributes:
        number: The file's place in order of name.
        label: Its path inside the investigation folder.
        path: Where to open it.
        parts: The folder of the parts, which must be there.
        buckets: Into how many buckets rows are dealt.
        reader: How the file is read.
    """

    number: int
    label: str
    path: Path
    parts: Path
    buckets: int
    reader: Reader


def part_path(parts: Path, number: int, bucket: int) -> Path:
    """Where the rows of a file that fall into a bucket lie.

    Example:
        >>> part_path(Path("parts"), 3, 12).as_posix()
        'parts/000003-0012.arrow'
    """
    return parts / f"{number:06d}-{bucket:04d}.arrow"


def read_file(piece: FilePiece) -> FileOfRows:
    """Read a file and deal its rows out.

    A part keeps the order of the file's rows, and is whole or absent.

    Args:
        piece: What to read, and where to.

    Returns:
        The file, with its hash and the number of its rows.

    Raises:
        InputError: As :func:`tasks.rows.large_tables.blocks` and the reader's ``tidied``.
    """
    reader, rows = piece.reader, 0
    words: dict[str, None] = {}
    with ExitStack() as stack:
        writers = [
            _writer(stack, part_path(piece.parts, piece.number, bucket), reader.schema)
            for bucket in range(piece.buckets)
        ]
        dealt = 0
        held: list[pa.RecordBatch] = []
        for block in blocks(piece.path, piece.label, reader.wanted):
            tidied = reader.tidied(block, piece.label, rows)
            held.append(tidied.rows)
            words.update(dict.fromkeys(tidied.words))
            rows += block.num_rows
            if rows - dealt >= _HELD_ROWS:
                _deal(held, writers, reader, dealt)
                held, dealt = [], rows
        _deal(held, writers, reader, dealt)
    with piece.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return FileOfRows(piece.label, sha256[:12], sha256, piece.path.stat().st_size, rows, tuple(words))


def _writer(stack: ExitStack, path: Path, schema: pa.Schema) -> pa.RecordBatchFileWriter:
    beside = stack.enter_context(replacing(path))
    return stack.enter_context(pa.ipc.new_file(beside, schema, options=_OPTIONS))


def _deal(
    held: list[pa.RecordBatch], writers: list[pa.RecordBatchFileWriter], reader: Reader, before: int
) -> None:
    """Deal out what is held; ``before`` is the number of rows of the file that were dealt already."""
    if len(writers) == 1:
        for batch in held:
            writers[0].write_batch(batch)
        return
    if not held:
        return
    rows = pa.Table.from_batches(held, reader.schema).combine_chunks()
    if reader.id is None:
        place = ((before + np.arange(len(rows))) % len(writers)).astype(np.int16)
    else:
        place = buckets_of(rows[reader.id], len(writers))
    deal_out(rows, place, writers)


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
