"""Rows of a piece, dealt into buckets: one file for each piece, in which a bucket is read by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.writing import replacing

_LZ4: Final = pa.ipc.IpcWriteOptions(compression="lz4")


def deal(table: pa.Table, bucket: npt.NDArray[np.int64], buckets: int, path: Path) -> Path:
    """Write the rows of a piece by bucket; those of one bucket stay in order.

    Args:
        table: The rows.
        bucket: The bucket of each.
        buckets: How many buckets there are.
        path: The file; its folder is there.
    """
    rows = table.take(pa.array(np.argsort(bucket, kind="stable"))).combine_chunks()
    ends = np.cumsum(np.bincount(bucket, minlength=buckets)).tolist()
    with replacing(path) as beside, pa.ipc.new_file(beside, rows.schema, options=_LZ4) as writer:
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            for batch in rows.slice(start, end - start).to_batches() or [_none(rows.schema)]:
                writer.write_batch(batch)
    return path


def collect(files: Sequence[Path], bucket: int) -> pa.Table:
    """The rows of a bucket, those of an earlier piece first.

    Args:
        files: One of each piece, in order; at least one.
        bucket: Which bucket.
    """
    return pa.Table.from_batches([_read(file, bucket) for file in files])


def _read(file: Path, bucket: int) -> pa.RecordBatch:
    with pa.memory_map(str(file)) as mapped, pa.ipc.open_file(mapped) as reader:
        return reader.get_batch(bucket)


def _none(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=schema)
