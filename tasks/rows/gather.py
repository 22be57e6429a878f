"""The rows of all files, each counted once: files are cut into buckets, buckets become batches.

Two rounds of tasks with everything on disk between them: one task per file
(:mod:`tasks.rows.hash_partition`), then one per bucket. No task holds more than a bucket, and what becomes of
a row depends only on its id, its file and its position.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data import file_faults
from data.writing import make_folder, replacing
from tasks.rows.hash_partition import FilePiece, partition_file, partition_path
from tasks.rows.ids import first_of_each
from tasks.rows.large_tables import estimated_rows
from tasks.rows.reader import Count, OnProgress, Reader
from tasks.rows.results import FileOfRows, GatheredRows
from tasks.scatter import run_each

if TYPE_CHECKING:
    from distributed import Client

_ONE_BUCKET: Final = 2_000_000
"""Up to so many rows are in one bucket: a join of a single batch is the fastest."""

_BUCKET: Final = 1_000_000
"""Beyond that, about so many rows are in each bucket."""

MOST_BUCKETS: Final = 500
"""A reader has a file open for each bucket."""


@dataclass(frozen=True)
class BucketPiece:
    """The work on one bucket.

    Attributes:
        partitions: Its partitions, in order of file.
        batch: The batch to write.
        schema: The partitions' schema.
        id: The column that tells rows apart; None where there is none.
        count: What becomes of the rows.
    """

    partitions: tuple[Path, ...]
    batch: Path
    schema: pa.Schema
    id: str | None
    count: Count


@dataclass(frozen=True)
class BucketCounts:
    """What became of a bucket's rows: the duplicates, and the others taken out, by reason."""

    duplicates: int
    counts: dict[str, int]


def buckets_for(rows: int) -> int:
    """How many buckets rows are dealt into.

    Args:
        rows: About how many rows there are.

    Example:
        >>> buckets_for(873_592), buckets_for(8_700_000), buckets_for(10**10)
        (1, 9, 500)
    """
    return 1 if rows <= _ONE_BUCKET else min(-(-rows // _BUCKET), MOST_BUCKETS)


def gather_rows(
    files: Sequence[tuple[str, Path]],
    reader: Reader,
    count: Count,
    folder: Path,
    client: Client,
    *,
    name: str = "batch",
    buckets: int | None = None,
    on_progress: OnProgress | None = None,
) -> GatheredRows:
    """Read all files and leave each row that is not taken out in one batch.

    Args:
        files: Path inside the investigation folder, and where to open it, in order of the former.
        reader: How they are read.
        count: What becomes of the rows whose id no earlier row has.
        folder: Where to work; emptied first. The batches are in ``batches/`` there.
        client: Where to run; its workers must see the files under the same paths.
        name: What the batches' names begin with.
        buckets: How many buckets; by default by the number of rows.
        on_progress: Called with the number of files read and the number of all.

    Returns:
        The files, the batches and the counts.

    Raises:
        InputError: A file cannot be read, or changed while it was read.
    """
    estimates = (estimated_rows(path, label, reader.wanted.suffixes) for label, path in files)
    number = buckets or buckets_for(sum(estimates))
    partitions, batches = folder / "partitions", folder / "batches"
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(partitions)
    make_folder(batches)
    read = _partitioned(files, reader, partitions, number, client, on_progress)
    paths = tuple(batches / f"{name}-{bucket:04d}.parquet" for bucket in range(number))
    pieces = [
        BucketPiece(
            tuple(partition_path(partitions, file, bucket) for file in range(len(files))),
            path,
            reader.schema,
            reader.id,
            count,
        )
        for bucket, path in enumerate(paths)
    ]
    done = run_each(client, count_bucket, pieces)
    shutil.rmtree(partitions)
    for half in batches.glob(".*"):  # what a worker had half written when it died
        half.unlink(missing_ok=True)
    totals: Counter[str] = Counter()
    for each in done:
        totals.update(each.counts)
    return GatheredRows(tuple(read), paths, sum(each.duplicates for each in done), dict(totals))


def _partitioned(  # noqa: PLR0917 - in the order in which the caller has them
    files: Sequence[tuple[str, Path]],
    reader: Reader,
    partitions: Path,
    buckets: int,
    client: Client,
    on_progress: OnProgress | None,
) -> list[FileOfRows]:
    """Cut all files into partitions, and see that none changed meanwhile."""
    states = [_state(path) for _, path in files]
    pieces = [
        FilePiece(number, label, path, partitions, buckets, reader)
        for number, (label, path) in enumerate(files)
    ]
    report = None if on_progress is None else lambda done: on_progress(done, len(files))
    read = run_each(client, partition_file, pieces, report)
    for (label, path), before in zip(files, states, strict=True):
        # A file still being copied was read in part: its rows and its hash would not belong together.
        if _state(path) != before:
            raise file_faults.changed(label)
    return read


def count_bucket(piece: BucketPiece) -> BucketCounts:
    """Take out of a bucket the rows that are not located, and write the others as a batch.

    Args:
        piece: The partitions, which a later attempt finds unchanged, and the batch.

    Returns:
        The rows taken out: those whose id an earlier row has, then those that the count takes out.
    """
    rows, duplicates = _first_rows(piece)
    counted = piece.count(rows)
    with replacing(piece.batch) as beside:
        pq.write_table(
            counted.batch,
            beside,
            compression="lz4",
            use_dictionary=list(piece.count.repeated),
            write_statistics=False,
        )
    return BucketCounts(duplicates, dict(counted.counts))


def _first_rows(piece: BucketPiece) -> tuple[pa.Table, int]:
    """The first row of each id of a bucket, and how many others there are."""
    rows = pa.concat_tables([_partition(path) for path in piece.partitions] or [piece.schema.empty_table()])
    if piece.id is None:
        return rows.combine_chunks(), 0
    # The ids of a large bucket may be more text than a string array can hold.
    column = rows.schema.get_field_index(piece.id)
    rows = rows.set_column(column, piece.id, rows[piece.id].cast(pa.large_string())).combine_chunks()
    first = pa.array(first_of_each(rows[piece.id]))
    firsts = int(pc.sum(first, min_count=0).as_py())
    return (rows if firsts == len(rows) else rows.filter(first).combine_chunks()), len(rows) - firsts


def _partition(path: Path) -> pa.Table:
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns
