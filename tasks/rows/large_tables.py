"""Large tables, a block at a time: every form gives the same columns (method 6.11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from data import file_faults
from tasks.rows.csv_head import header_of
from tasks.rows.errors import reading
from tasks.rows.form import HEAD_BYTES, Form, form_and_head, form_of
from tasks.rows.forms import packing
from tasks.rows.forms.csv_blocks import CsvBlocks
from tasks.rows.forms.encoding import InUtf8
from tasks.rows.forms.json_blocks import JsonBlocks
from tasks.rows.forms.parquet import check_chunks, opened_parquet, parquet_fault
from tasks.rows.reader import Reader, Wanted

_BLOCK_BYTES: Final = 2 << 20
"""Of text; bounds the length of a row, and the memory of a reader, who holds some forty times as much."""

_BLOCK_ROWS: Final = 131_072
"""Of Parquet."""

_SAMPLE_ROWS: Final = 1000
"""Rows of a JSON file whose columns are looked at."""


def blocks(
    path: Path, label: str, wanted: Wanted, block_bytes: int = _BLOCK_BYTES
) -> Iterator[pa.RecordBatch]:
    """The rows of a file in pieces of bounded size, in order; where these end changes nothing.

    Args:
        path: The file.
        label: How it is named in an error, as ``posts/2019.csv``.
        wanted: The columns.
        block_bytes: How much of a text is read at a time, and how long a row is at most.

    Yields:
        Batches with the wanted columns in their order. Those that hold degrees are float64; the others have
        the type of the file, which for a text is text. An empty field is missing.

    Raises:
        InputError: The file is of another kind or damaged, a column is missing, or a coordinate is not a
            number; the message names the file, the column, and the row where one is at fault.
    """
    form, head = form_and_head(path, label)
    with reading(label):
        if form.kind == "parquet":
            yield from _parquet_blocks(path, label, form, wanted)
        elif form.kind == "csv":
            columns = header_of(head, label, form.separator)
            names = wanted.found_in(label, columns)
            places = {name: columns.index(spelled) for name, spelled in names.items()}
            yield from CsvBlocks(path, label, form, columns, places, wanted.degrees, block_bytes).read(head)
        else:
            yield from JsonBlocks(path, label, form, wanted, block_bytes).read()


def columns_of(path: Path, label: str) -> list[str]:
    """The columns of a file in any form, as it spells them; those of a feature's point are among them.

    A row of JSON need not have every column: those of its first 1,000 rows are given.

    Args:
        path: The file.
        label: How it is named in an error.

    Raises:
        InputError: It cannot be read.
    """
    form, head = form_and_head(path, label)
    with reading(label):
        if form.kind == "parquet":
            with opened_parquet(path, label, form.packing, form.member) as file:
                return list(file.schema_arrow.names)
        if form.kind == "csv":
            return header_of(head, label, form.separator)
        return JsonBlocks(path, label, form, Wanted((), ()), _BLOCK_BYTES).columns(_SAMPLE_ROWS)


def first_blocks(files: Sequence[tuple[str, Path]], reader: Reader) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The first rows of each file, checked as all will be: to see what is wrong before any work is done.

    Args:
        files: Path inside the investigation folder, and where to open it.
        reader: How they are read.

    Yields:
        The path inside the folder, and the wanted columns; nothing for a file without rows.

    Raises:
        InputError: As :func:`blocks` and the reader's ``tidied``.
    """
    for label, path in files:
        block = next(blocks(path, label, reader.wanted), None)
        if block is not None:
            reader.tidied(block, label, 0)
            yield label, block


def _parquet_blocks(path: Path, label: str, form: Form, wanted: Wanted) -> Iterator[pa.RecordBatch]:
    rows = 0
    with opened_parquet(path, label, form.packing, form.member) as file:
        schema = file.schema_arrow
        names = wanted.found_in(label, schema.names)
        for name in wanted.degrees:
            kind = schema.field(names[name]).type
            numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
            if not (numeric or pa.types.is_null(kind)):
                raise file_faults.wrong_type(label, name, kind, "numbers")
        check_chunks(file, label, names)
        for batch in _batches(file, label, list(names.values())):
            columns = [
                batch.column(spelled).cast(pa.float64(), safe=False)
                if name in wanted.degrees
                else batch.column(spelled)
                for name, spelled in names.items()
            ]
            rows += batch.num_rows
            yield pa.RecordBatch.from_arrays(columns, names=list(names))
        if rows != file.metadata.num_rows:
            raise file_faults.damaged(label, "Parquet")


def _batches(file: pq.ParquetFile, label: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Some columns of a Parquet file, read in this thread."""
    found = file.iter_batches(_BLOCK_ROWS, columns=columns, use_threads=False)
    while True:
        try:
            yield next(found)
        except StopIteration:
            return
        except (pa.ArrowException, OSError) as error:
            raise parquet_fault(label, error) from error


def estimated_rows(path: Path, label: str) -> int:
    """About how many rows a file holds, from its size and its beginning; of Parquet exactly.

    It decides into how many pieces the work is cut, and nothing that is counted.
    """
    form = form_of(path, label)
    with reading(label):
        if form.kind == "parquet":
            with opened_parquet(path, label, form.packing, form.member) as file:
                return int(file.metadata.num_rows)
        size = path.stat().st_size
        with packing.opened(path, label, form.packing, form.member) as stream:
            start = stream.read(HEAD_BYTES)
            packed = min(size, max(stream.packed, 1))
    whole = len(start) < HEAD_BYTES
    text = InUtf8.whole(start, form.encoding)
    # Every object has an end; a feature has two beside its own.
    ends = {"csv": b"\n", "json lines": b"\n"}.get(form.kind, b"}")
    found = text.count(ends) // (3 if form.kind == "geojson" else 1) + 1
    return found if whole else found * size // packed
