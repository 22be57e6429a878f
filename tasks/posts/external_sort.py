"""A table of posts that is too long for memory, written in order of its key, byte for byte like a short one.

The rows are dealt out on disk into ranges of the id; each range is then sorted and written after the one
before it. :mod:`data.tables` fixes how many rows a row group has, so nothing in the file shows how many
ranges there were.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.schema import Table
from data.tables import ROW_GROUP, conform
from data.writing import make_folder, replacing
from tasks.rows.hash_partition import deal_out

_KEY: Final = "post_id"


def write_long(
    pieces: Iterable[pa.Table],
    ranges: int,
    complete: Callable[[pa.Table], pa.Table],
    spec: Table,
    out: Path,
    *,
    scratch: Path,
) -> Path:
    """Write a table whose first key is the post's id, with a range of ids in memory at a time.

    Args:
        pieces: The rows in pieces that fit memory, with a column post_id (string); the first should be a fair
            sample of the ids, as ranges are cut by it.
        ranges: How many ranges the ids are cut into.
        complete: Turns the rows of a range into rows of the table.
        spec: The table's schema; a private one, which has no CSV.
        out: The folder that holds ``private/``.
        scratch: A folder for the ranges, which are removed at the end.

    Returns:
        The file, as :func:`data.tables.write_table` would write it.

    Raises:
        ValueError: As :func:`data.tables.conform`.
    """
    path = out / f"{spec.name}.parquet"
    make_folder(path.parent)
    # Beside the batches and not in the system's temporary folder, which may be small, or in memory.
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".ranges-") as folder:
        files = _spread(pieces, ranges, Path(folder))
        rows = (conform(complete(_read(file)), spec) for file in files)
        with (
            replacing(path) as beside,
            pq.ParquetWriter(beside, spec.arrow, compression="zstd") as writer,
        ):
            for group in _in_groups(rows, spec.arrow):
                writer.write_table(group, row_group_size=ROW_GROUP)
    return path


def _spread(pieces: Iterable[pa.Table], ranges: int, folder: Path) -> list[Path]:
    """Deal rows out by range of id; the files are in order of the ranges."""
    files: list[Path] = []
    cuts: list[str] = []
    with ExitStack() as stack:
        writers: list[pa.RecordBatchFileWriter] = []
        for piece in pieces:
            if not writers:
                # The first piece decides: ids are hashed into pieces, so each is a sample of all. A bad
                # sample makes ranges unequal, which costs memory and changes no byte.
                cuts = cuts_of(piece[_KEY], ranges)
                files = [folder / f"{number:04d}.arrow" for number in range(len(cuts) + 1)]
                writers = [stack.enter_context(pa.ipc.new_file(file, piece.schema)) for file in files]
            deal_out(piece.combine_chunks(), ranges_of(piece[_KEY], cuts), writers)
    return files


def cuts_of(ids: pa.ChunkedArray, ranges: int) -> list[str]:
    """Ids that cut a sample into ranges of about equal size.

    Example:
        >>> cuts_of(pa.chunked_array([["d", "a", "c", "b"]]), 2)
        ['c']
    """
    ordered = pc.take(ids, pc.sort_indices(ids))
    at = np.linspace(0, len(ids), ranges + 1).astype(int)[1:-1]
    # Each cut once: ids that are equal may not fall on both sides of one.
    return list(dict.fromkeys(ordered[index].as_py() for index in at)) if len(ids) else []


def ranges_of(ids: pa.ChunkedArray, cuts: list[str]) -> npt.NDArray[np.int16]:
    """The range of each id: how many cuts are not beyond it, in the order in which Arrow sorts text.

    Example:
        >>> ranges_of(pa.chunked_array([["d", "a", "c"]]), ["c"]).tolist()
        [1, 0, 1]
    """
    found = np.zeros(len(ids), dtype=np.int16)
    for cut in cuts:
        found += pc.greater_equal(ids, cut).to_numpy()
    return found


def _read(path: Path) -> pa.Table:
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def _in_groups(tables: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    """The same rows in tables of whole row groups, except the last.

    What is left of a range goes to the front of the next one, so that groups do not end where ranges do.
    """
    left = schema.empty_table()
    for table in tables:
        rows = pa.concat_tables([left, table]).combine_chunks()
        whole = len(rows) // ROW_GROUP * ROW_GROUP
        if whole:
            yield rows.slice(0, whole)
        left = rows.slice(whole).combine_chunks()
    if len(left):
        yield left
