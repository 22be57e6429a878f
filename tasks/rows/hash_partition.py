"""One file, cut into partitions on disk by a hash of each row's id: equal ids meet in one bucket.

A *bucket* is all rows, of whatever file, whose ids have the same hash; a *partition* is the rows of one file
that are in one bucket. To find duplicates among more rows than fit in memory it is then enough to look at one
bucket at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.memory import use_system_memory
from data.tables import replacing
from tasks.rows.ids import buckets_of
from tasks.rows.large_tables import blocks
from tasks.rows.reader import OddRows, Reader, added
from tasks.rows.results import FileOfRows, InputFile

_HELD_ROWS: Final = 400_000
"""Rows that are held before they are dealt out.

Each time, every partition gets a record batch of its own: with few rows and 500 buckets these would be a
handful of rows each, and reading them back would cost more than the rows themselves.
"""

_OPTIONS: Final = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True)
class FilePiece:
    """The work on one file.

    Attributes:
        number: The file's position in order of name.
        label: Its path inside the investigation folder.
        path: Where to open it.
        partitions: The folder of the partitions, which must exist.
        buckets: How many buckets there are.
        reader: How the file is read.
    """

    number: int
    label: str
    path: Path
    partitions: Path
    buckets: int
    reader: Reader


def partition_path(partitions: Path, number: int, bucket: int) -> Path:
    """The path of the rows of a file that are in a bucket.

    Example:
        >>> partition_path(Path("partitions"), 3, 12).as_posix()
        'partitions/000003-0012.arrow'
    """
    return partitions / f"{number:06d}-{bucket:04d}.arrow"


def partition_file(piece: FilePiece) -> FileOfRows:
    """Read a file and write its partitions.

    A partition keeps the order of the file's rows, and is whole or absent.

    Args:
        piece: What to read, and where to write.

    Returns:
        The file, with its hash and the number of its rows.

    Raises:
        InputError: As :func:`tasks.rows.large_tables.blocks` and the reader's ``tidied``.
    """
    use_system_memory()
    reader, rows = piece.reader, 0
    words: dict[str, None] = {}
    odd: list[OddRows] = []
    with ExitStack() as stack:
        writers = [
            _writer(stack, partition_path(piece.partitions, piece.number, bucket), reader.schema)
            for bucket in range(piece.buckets)
        ]
        dealt = 0
        held: list[pa.RecordBatch] = []
        for block in blocks(piece.path, piece.label, reader.wanted):
            tidied = reader.tidied(block, piece.label, rows)
            held.append(tidied.rows)
            words.update(dict.fromkeys(tidied.words))
            odd.extend(tidied.odd)
            rows += block.num_rows
            if rows - dealt >= _HELD_ROWS:
                _deal(held, writers, reader, dealt)
                held, dealt = [], rows
        _deal(held, writers, reader, dealt)
    file = InputFile.of(piece.label, piece.path)
    return FileOfRows(file.file, file.sha256, file.bytes, rows, tuple(words), added(odd))


def _writer(stack: ExitStack, path: Path, schema: pa.Schema) -> pa.RecordBatchFileWriter:
    beside = stack.enter_context(replacing(path))
    return stack.enter_context(pa.ipc.new_file(beside, schema, options=_OPTIONS))


def _deal(
    held: list[pa.RecordBatch], writers: list[pa.RecordBatchFileWriter], reader: Reader, before: int
) -> None:
    """Deal out what is held; ``before`` is how many rows of the file were dealt out already."""
    if len(writers) == 1:
        for batch in held:
            writers[0].write_batch(batch)
        return
    if not held:
        return
    rows = pa.Table.from_batches(held, reader.schema).combine_chunks()
    if reader.id is None:
        # In turn, counted from the start of the file: where blocks and held rows end changes nothing.
        writer_of = ((before + np.arange(len(rows))) % len(writers)).astype(np.int16)
    else:
        writer_of = buckets_of(rows[reader.id], len(writers))
    deal_out(rows, writer_of, writers)


def deal_out(
    rows: pa.Table, writer_of: npt.NDArray[np.int16], writers: Sequence[pa.RecordBatchFileWriter]
) -> None:
    """Give each row to its writer; the rows of one writer stay in order.

    Args:
        rows: Rows of the writers' schema.
        writer_of: For each row, the number of its writer.
        writers: Where they go.
    """
    # One stable sort, then each writer's rows are a slice: much cheaper than a filter per writer.
    rows = rows.take(np.argsort(writer_of, kind="stable"))
    ends = np.cumsum(np.bincount(writer_of, minlength=len(writers)))
    start = 0
    for writer, end in zip(writers, ends.tolist(), strict=True):
        if end > start:
            writer.write_table(rows.slice(start, end - start))
        start = end
