"""The rows of all files, each counted once: files are cut into buckets, buckets become batches.

Two rounds of tasks with everything on disk between them: one task per file
(:mod:`tasks.rows.hash_partition`), then one per bucket. No task holds more than a bucket, and what becomes of
a row depends only on its id, its file and its position.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data import file_faults
from data.writing import make_folder, replacing
from tasks.rows.duplicates import DuplicateRule, Unique, Unlike, unique_rows
from tasks.rows.hash_partition import FilePiece, partition_file, partition_path
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

ONE_IN: Final = 100
"""Where one row in so many has the id of another and differs from it, ids are not the rows'."""

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
        content: The column of the rows' content; None where only their id counts.
        rule: Which rows are duplicates.
        near: By column, how far apart the rows of two files may be and still be alike.
    """

    partitions: tuple[Path, ...]
    batch: Path
    schema: pa.Schema
    id: str | None
    count: Count
    content: str | None = None
    rule: DuplicateRule = "id"
    near: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class BucketCounts:
    """What became of a bucket's rows.

    Attributes:
        duplicates: Rows that stand for the same as an earlier one.
        counts: The others taken out, by reason.
        unlike: As :attr:`tasks.rows.duplicates.Unique.unlike`.
        unlike_as: The first of them.
        differing: As :attr:`tasks.rows.duplicates.Unique.differing`.
    """

    duplicates: int
    counts: dict[str, int]
    unlike: int = 0
    unlike_as: Unlike | None = None
    differing: int = 0


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
    readers: Mapping[str, Reader] | None = None,
    content: str | None = None,
    rule: DuplicateRule = "id",
    near: Mapping[str, float] | None = None,
    splits: bool = True,
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
        readers: By path inside the investigation folder, the reader of a file that is read otherwise than
            the rest; its id and schema are the same.
        content: The column of the schema (numbers) that is equal where rows stand for the same.
        rule: Which rows are duplicates.
        near: By column of numbers, how far apart the rows of two files may be and still be alike.
        splits: Whether the rule becomes ``occurrence`` where ids turn out not to be the rows'.

    Returns:
        The files, the batches and the counts.

    Raises:
        InputError: A file cannot be read, or changed while it was read.
    """
    own = readers or {}
    estimates = (estimated_rows(path, label) for label, path in files)
    number = buckets or buckets_for(sum(estimates))
    partitions, batches = folder / "partitions", folder / "batches"
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(partitions)
    make_folder(batches)
    each_reader = [own.get(label, reader) for label, _ in files]
    read = _partitioned(files, each_reader, partitions, number, client, on_progress)
    paths = tuple(batches / f"{name}-{bucket:04d}.parquet" for bucket in range(number))
    pieces = [
        BucketPiece(
            tuple(partition_path(partitions, file, bucket) for file in range(len(files))),
            path,
            reader.schema,
            reader.id,
            count,
            content,
            rule,
            near or {},
        )
        for bucket, path in enumerate(paths)
    ]
    done = first = run_each(client, count_bucket, pieces)
    rows = sum(file.rows for file in read)
    if split := splits and rows > 0 and sum(each.differing for each in done) * ONE_IN >= rows:
        done = run_each(client, count_bucket, [replace(piece, rule="occurrence") for piece in pieces])
    shutil.rmtree(partitions)
    for half in batches.glob(".*"):  # what a worker had half written when it died
        half.unlink(missing_ok=True)
    example = min((each.unlike_as for each in first if each.unlike_as is not None), default=None)
    totals: Counter[str] = Counter()
    for each in done:
        totals.update(each.counts)
    return GatheredRows(
        tuple(read),
        paths,
        sum(each.duplicates for each in done),
        dict(totals),
        unlike=sum(each.unlike for each in first),
        unlike_as="" if example is None else example.id,
        unlike_in="" if example is None else example.where([label for label, _ in files]),
        split=split,
    )


def _partitioned(  # noqa: PLR0917 - in the order in which the caller has them
    files: Sequence[tuple[str, Path]],
    readers: Sequence[Reader],
    partitions: Path,
    buckets: int,
    client: Client,
    on_progress: OnProgress | None,
) -> list[FileOfRows]:
    """Cut all files into partitions, and see that none changed meanwhile."""
    states = [_state(path) for _, path in files]
    pieces = [
        FilePiece(number, label, path, partitions, buckets, reader)
        for number, ((label, path), reader) in enumerate(zip(files, readers, strict=True))
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
    found = _first_rows(piece)
    counted = piece.count(found.rows)
    with replacing(piece.batch, own=True) as beside:
        pq.write_table(
            counted.batch,
            beside,
            compression="lz4",
            use_dictionary=list(piece.count.repeated),
            write_statistics=False,
        )
    return BucketCounts(
        found.duplicates, dict(counted.counts), found.unlike, found.unlike_as, found.differing
    )


def _first_rows(piece: BucketPiece) -> Unique:
    """The rows of a bucket that stay."""
    tables = [_partition(path) for path in piece.partitions] or [piece.schema.empty_table()]
    if piece.id is None:
        return Unique(pa.concat_tables(tables).combine_chunks(), 0)
    return unique_rows(tables, piece.id, piece.content, piece.rule, piece.near)


def _partition(path: Path) -> pa.Table:
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns
