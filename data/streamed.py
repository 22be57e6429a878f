"""Tables that no process has to hold: rows that come in order, a piece at a time, and go to a file.

:func:`data.tables.write_table` takes a whole table, sorts it and writes it. What is written here is the same,
byte for byte, from pieces that are in order already: of these no more than a row group is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.schema import Table
from data.tables import ROW_GROUP, conform, distinct_in_order
from data.writing import make_folder, replacing

BATCH: Final = 8_192
"""Rows of a sorted file that are read at a time."""

_LZ4: Final = pa.ipc.IpcWriteOptions(compression="lz4")
_Key: TypeAlias = tuple[tuple[bool, Any], ...]


def write_streamed(pieces: Iterable[pa.Table], spec: Table, out: Path) -> int:
    """Write a table from pieces that are in order of its key.

    Args:
        pieces: The rows; columns in any order, as for :func:`data.tables.conform`.
        spec: Its schema. Of a public table only the Parquet file is written.
        out: The folder that holds ``private/`` and ``public/``.

    Returns:
        How many rows it has.

    Raises:
        ValueError: As :func:`data.tables.conform`, or the pieces are not in order. This is a fault of the
            program.
        OSError: The folder cannot be written.
    """
    path = out / f"{spec.name}.parquet"
    make_folder(path.parent)
    rows, last = 0, None
    with (
        replacing(path) as beside,
        pq.ParquetWriter(beside, spec.arrow, compression="zstd") as writer,
    ):
        for group in _row_groups(pieces, spec):
            first, after = key_of(group, spec.key, 0), key_of(group, spec.key, group.num_rows - 1)
            if last is not None and first <= last:
                raise ValueError(f"{spec.name}: rows are not in order of {', '.join(spec.key)}")
            writer.write_table(group, row_group_size=ROW_GROUP)
            rows, last = rows + group.num_rows, after
        if not rows:
            writer.write_table(spec.arrow.empty_table(), row_group_size=ROW_GROUP)
    return rows


def _row_groups(pieces: Iterable[pa.Table], spec: Table) -> Iterator[pa.Table]:
    """The pieces, cut anew into row groups of the usual size."""
    names = [column.name for column in spec.columns]
    held: list[pa.Table] = []
    count = 0
    for piece in pieces:
        held.append(piece.select(names).replace_schema_metadata(None))
        count += piece.num_rows
        while count >= ROW_GROUP:
            together = pa.concat_tables(held)
            yield conform(together.slice(0, ROW_GROUP), spec)
            held, count = [together.slice(ROW_GROUP)], count - ROW_GROUP
    if count:
        yield conform(pa.concat_tables(held), spec)


def key_of(table: pa.Table, names: Sequence[str], row: int) -> _Key:
    """The key of a row, to be compared with others: a missing value is after all others.

    Args:
        table: The table.
        names: The columns of its key.
        row: Which row.
    """
    values = [table.column(name)[row].as_py() for name in names]
    return tuple((value is None, "" if value is None else value) for value in values)


def pieces_of(path: Path, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Some columns of a Parquet file, a few rows at a time.

    Args:
        path: The file.
        columns: Their names.
    """
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH, columns=list(columns), use_threads=False):
            yield pa.Table.from_batches([batch])


def distinct_streamed(path: Path, *names: str) -> int:
    """How many distinct values some columns have together, as :func:`data.tables.distinct_in_order` counts.

    Args:
        path: A Parquet file that is sorted by them.
        names: The first columns of its key, in which no value is missing.
    """
    total, last = 0, None
    for rows in pieces_of(path, names):
        if rows.num_rows:
            total += distinct_in_order(rows, *names) - (key_of(rows, names, 0) == last)
            last = key_of(rows, names, rows.num_rows - 1)
    return total


def write_sorted(
    table: pa.Table, path: Path, key: Sequence[str], batch: int | None = None
) -> tuple[Path, ...]:
    """Write rows in order of a key, so that :func:`merged` can read them.

    Args:
        table: The rows, in any order.
        path: The file, in Arrow's form; its folder is there.
        key: The columns by which they are sorted.
        batch: Rows that are read at a time, where many files are read together; None for :data:`BATCH`.

    Returns:
        The file; nothing is written where there is no row.
    """
    if not table.num_rows:
        return ()
    rows = table.take(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in key]))
    with replacing(path) as beside, pa.ipc.new_file(beside, rows.schema, options=_LZ4) as writer:
        writer.write_table(rows.combine_chunks(), max_chunksize=batch or BATCH)
    return (path,)


def merged(files: Sequence[Path], key: Sequence[str]) -> Iterator[pa.Table]:
    """The rows of several files in one order; of each file only some rows are held.

    Args:
        files: As :func:`write_sorted` wrote them, by the same key.
        key: The columns of the order.

    Yields:
        Pieces, each in order and after the one before.
    """
    return in_order([batches_of(file) for file in files], key)


def in_order(streams: Sequence[Iterable[pa.Table]], key: Sequence[str]) -> Iterator[pa.Table]:
    """The rows of several streams in one order; of each only one piece is held.

    Args:
        streams: Pieces of the same columns, each stream in order of the key.
        key: The columns of the order.

    Yields:
        Pieces, each in order and after the one before, or equal to its end.
    """
    readers = [iter(stream) for stream in streams]
    heads: dict[int, _Head] = {}

    def hold(number: int, rows: pa.Table | None) -> None:
        while rows is not None and not rows.num_rows:
            rows = next(readers[number], None)
        if rows is None:
            heads.pop(number, None)
        else:
            heads[number] = _Head(rows, key_of(rows, key, 0), key_of(rows, key, rows.num_rows - 1))

    for number, reader in enumerate(readers):
        hold(number, next(reader, None))
    while heads:
        # What is not after any head's last row cannot be followed by a row that is before it.
        bound = min(head.last for head in heads.values())
        taken = []
        for number, head in [each for each in heads.items() if each[1].first <= bound]:
            count = _rows_up_to(head.rows, key, bound)
            taken.append(head.rows.slice(0, count))
            left = head.rows.slice(count)
            hold(number, left if left.num_rows else next(readers[number], None))
        together = pa.concat_tables(taken)
        if len(taken) > 1:
            order = pc.sort_indices(together, sort_keys=[(name, "ascending") for name in key])
            together = together.take(order)
        yield together


class _Head(NamedTuple):
    """What is held of a stream, with the keys of its first and its last row."""

    rows: pa.Table
    first: _Key
    last: _Key


def without_repeats(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Sorted rows without those that are equal to the row before them, in all columns.

    Args:
        pieces: The rows, in order of all their columns.

    Example:
        >>> rows = pa.table({"a": [1, 1, None, None]})
        >>> [piece.to_pydict() for piece in without_repeats([rows, rows.slice(2)])]
        [{'a': [1, None]}]
    """
    last: pa.Table | None = None
    for piece in pieces:
        # The last row of the piece before comes first, to be compared, and is left out.
        rows = piece if last is None else pa.concat_tables([last, piece])
        if rows.num_rows:
            changes = reduce(pc.or_, (_changes(column) for column in rows.columns))
            kept = rows.slice(1).filter(changes)
            found = pa.concat_tables([rows.slice(0, 1), kept]) if last is None else kept
            last = rows.slice(rows.num_rows - 1)
            if found.num_rows:
                yield found


def _changes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether each value but the first differs from the one before; two missing ones do not."""
    before, here = column.slice(0, len(column) - 1), column.slice(1)
    other = pc.fill_null(pc.not_equal(before, here), False)
    return pc.or_(other, pc.xor(pc.is_null(before), pc.is_null(here)))


def batches_of(file: Path) -> Iterator[pa.Table]:
    """The rows of a file that :func:`write_sorted` wrote, some at a time.

    Args:
        file: The file.
    """
    with pa.memory_map(str(file)) as mapped, pa.ipc.open_file(mapped) as reader:
        for number in range(reader.num_record_batches):
            yield pa.Table.from_batches([reader.get_batch(number)])


def _rows_up_to(table: pa.Table, key: Sequence[str], bound: _Key) -> int:
    """How many rows of a sorted table are not after a key."""
    low, high = 0, table.num_rows
    while low < high:
        middle = (low + high) // 2
        if key_of(table, key, middle) <= bound:
            low = middle + 1
        else:
            high = middle
    return low
