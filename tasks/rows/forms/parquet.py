"""Parquet files, opened so that what their footer promises can be believed, packed ones too."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from data import file_faults
from data.errors import InputError
from tasks.rows.csv_head import MOST_COLUMNS
from tasks.rows.forms import packing
from tasks.rows.forms.packing import Packing

MOST_ROWS_A_BYTE: Final = 10
"""Rows that a byte of a file may stand for. Rows with an id of their own take a byte or more each."""

FEW_ROWS: Final = 10_000_000
"""Up to so many rows it does not matter how few bytes they take."""


LONGEST_VALUE: Final = 2 << 20
"""Bytes of a value at most, on the average of a row group; as long as a row of text."""

MOST_CHUNK: Final = 1 << 30
"""Bytes of one column in one row group at most: it is read whole."""


@contextmanager
def opened_parquet(
    path: Path, label: str, packed: Packing = "", member: str = ""
) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file; a packed one is unpacked beside it into a temporary file.

    Args:
        path: The file.
        label: How it is named in an error.
        packed: How it is packed.
        member: Which entry of a zip archive is meant; "" for the only one.

    Raises:
        InputError: It is damaged or encrypted, or promises more rows than its bytes can hold.
    """
    with _unpacked(path, label, packed, member) as file:
        try:
            with pq.ParquetFile(file) as opened:
                _check(opened, label, file.size())
                yield opened
        except (pa.ArrowException, OSError) as error:
            raise parquet_fault(label, error) from error


@contextmanager
def _unpacked(path: Path, label: str, packed: Packing, member: str) -> Iterator[pa.NativeFile]:
    if not packed:
        # Through a descriptor: Arrow takes no name that is not UTF-8.
        with path.open("rb") as file, pa.OSFile(f"/proc/self/fd/{file.fileno()}") as opened:
            yield opened
        return
    with tempfile.TemporaryFile() as whole, packing.opened(path, label, packed, member) as stream:
        shutil.copyfileobj(stream, whole, 1 << 20)
        whole.flush()
        with pa.OSFile(f"/proc/self/fd/{whole.fileno()}") as opened:
            yield opened


def _check(file: pq.ParquetFile, label: str, size: int) -> None:
    meta = file.metadata
    groups = [meta.row_group(number).num_rows for number in range(meta.num_row_groups)]
    if meta.num_rows < 0 or any(rows < 0 for rows in groups) or sum(groups) != meta.num_rows:
        raise file_faults.damaged(label, "Parquet")
    if meta.num_columns > MOST_COLUMNS:
        raise file_faults.too_wide(label, meta.num_columns, MOST_COLUMNS)
    if meta.num_rows > max(FEW_ROWS, MOST_ROWS_A_BYTE * size):
        raise file_faults.too_many_rows(label, meta.num_rows, size)


def check_chunks(file: pq.ParquetFile, label: str, names: Mapping[str, str]) -> None:
    """See that the columns that are read can be held, a row group at a time.

    Args:
        file: The file.
        label: How it is named in an error.
        names: By wanted column, its name in the file.

    Raises:
        InputError: The values of a column are too long, or a row group is too large.
    """
    meta = file.metadata
    wanted = set(names.values())
    before = 0
    for number in range(meta.num_row_groups):
        group = meta.row_group(number)
        chunks = [group.column(place) for place in range(group.num_columns)]
        for chunk in (chunk for chunk in chunks if chunk.path_in_schema in wanted):
            size = chunk.total_uncompressed_size
            if size > max(1, group.num_rows) * LONGEST_VALUE + LONGEST_VALUE:
                raise file_faults.endless_value(label, before, LONGEST_VALUE >> 20)
            if size > MOST_CHUNK:
                raise file_faults.large_group(label, chunk.path_in_schema, size)
        before += group.num_rows


def parquet_fault(label: str, error: Exception) -> InputError:
    """The fault of which Arrow complains.

    Example:
        >>> str(parquet_fault("a.parquet", pa.ArrowInvalid("Parquet magic bytes not found in footer")))
        'a.parquet: is not a Parquet file, or a damaged one; copy or download it again'
    """
    words = str(error).lower()
    if "decrypt" in words or "encrypt" in words:
        return file_faults.encrypted(label)
    return file_faults.damaged(label, "Parquet")
