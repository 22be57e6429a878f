"""Large tables, a block at a time: CSV, gzipped CSV and Parquet give the same columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data import file_faults
from tasks.rows.csv_head import HEAD_BYTES, PARSE, check_columns, head_of, header_of, opened
from tasks.rows.errors import reading
from tasks.rows.quotes import Marks, check_closed
from tasks.rows.reader import SUFFIXES, Reader, Wanted
from tasks.rows.small_tables import first_wrong_number

_BLOCK_BYTES: Final = 2 << 20
"""Of CSV; bounds the length of a row, and the memory of a reader, who holds some forty times as much."""

_BLOCK_ROWS: Final = 131_072
"""Of Parquet."""

_MISSING: Final = ["", "NULL", "null", "NaN", "nan", "NA", "N/A", "n/a", "#N/A", "None", "\\N"]

_FIRST_BYTES: Final = 1 << 20
"""How much of a CSV is checked before any work is done."""

_DEGREES: Final = "write degrees as digits with a decimal point, as 34.0522"


def suffix_of(path: Path, label: str, suffixes: tuple[str, ...] = SUFFIXES) -> str:
    """Which of some suffixes a file has, whatever its case.

    Raises:
        InputError: It has another.

    Example:
        >>> suffix_of(Path("posts/2019.CSV.gz"), "posts/2019.CSV.gz")
        '.csv.gz'
    """
    for suffix in sorted(suffixes, key=len, reverse=True):
        if path.name.lower().endswith(suffix):
            return suffix
    raise file_faults.wrong_suffix(label, suffixes)


def blocks(
    path: Path, label: str, wanted: Wanted, block_bytes: int = _BLOCK_BYTES
) -> Iterator[pa.RecordBatch]:
    """The rows of a file in pieces of bounded size, in order.

    Args:
        path: The file.
        label: How it is named in an error, as ``posts/2019.csv``.
        wanted: The columns.
        block_bytes: How much of a CSV is read at a time.

    Yields:
        Batches with the wanted columns in their order. Those that hold degrees are float64; the others have
        the type of the file, which for CSV is text. An empty field is missing.

    Raises:
        InputError: The file is of another kind, damaged or not UTF-8, a column is missing, or a coordinate is
            not a number; the message names the file, the column, and the row where one is at fault.
    """
    given = 0
    with reading(label):
        try:
            if suffix_of(path, label, wanted.suffixes) == ".parquet":
                found = _parquet_blocks(path, label, wanted)
            else:
                found = _csv_blocks(path, label, wanted, block_bytes, pa.float64())
            for block in found:
                yield block
                given += block.num_rows
        except pa.ArrowInvalid as error:
            if "straddling" in str(error):
                raise file_faults.endless_row(label, given, block_bytes >> 20) from error
            if "conversion error" in str(error) and "UTF8" not in str(error):
                _name_the_coordinate(path, label, wanted)
            raise


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
        block = next(blocks(path, label, reader.wanted, _FIRST_BYTES), None)
        if block is not None:
            reader.tidied(block, label, 0)
            yield label, block


def _names_in_file(label: str, found: list[str], wanted: Wanted) -> dict[str, str]:
    """The wanted columns, each with its name as the file spells it."""
    shown = [name.strip() for name in found] if wanted.trimmed else found
    check_columns(label, shown, wanted.names, wanted.fix)
    return {name: found[shown.index(name)] for name in wanted.names}


def _parquet_blocks(path: Path, label: str, wanted: Wanted) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        names = _names_in_file(label, schema.names, wanted)
        for name in wanted.degrees:
            kind = schema.field(names[name]).type
            numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
            if not (numeric or pa.types.is_null(kind)):
                raise file_faults.wrong_type(label, name, kind, "numbers")
        for batch in file.iter_batches(_BLOCK_ROWS, columns=list(names.values()), use_threads=False):
            columns = [
                batch.column(spelled).cast(pa.float64()) if name in wanted.degrees else batch.column(spelled)
                for name, spelled in names.items()
            ]
            yield pa.RecordBatch.from_arrays(columns, names=list(names))


def _csv_blocks(
    path: Path, label: str, wanted: Wanted, block_bytes: int, degrees: pa.DataType
) -> Iterator[pa.RecordBatch]:
    header = header_of(head_of(path, label), label)
    names = _names_in_file(label, header, wanted)
    convert = pacsv.ConvertOptions(
        column_types={
            spelled: degrees if name in wanted.degrees else pa.string() for name, spelled in names.items()
        },
        include_columns=list(names.values()),
        strings_can_be_null=True,
        null_values=_MISSING,
    )
    # Threads are the cluster's business: a worker reads one file at a time on the core that it has.
    read = pacsv.ReadOptions(block_size=block_bytes, use_threads=False)
    rows = 0
    with opened(path) as stream:
        marks = Marks(stream)
        with pacsv.open_csv(pa.PythonFile(marks, "r"), read, PARSE, convert) as reader:
            for block in reader:
                yield block.rename_columns(list(names))
                rows += block.num_rows
    if marks.suspicious:
        check_closed(label, rows, len(header), partial(opened, path))


def _name_the_coordinate(path: Path, label: str, wanted: Wanted) -> None:
    """Find the coordinate that is not a number, by reading the file once more as text.

    Arrow's own message names the value and neither the row of the file nor the column.
    """
    before = 0
    for block in _csv_blocks(path, label, wanted, _BLOCK_BYTES, pa.string()):
        for name in wanted.degrees:
            wrong = first_wrong_number(pc.utf8_trim_whitespace(block.column(name)))
            if wrong is not None:
                row, value = wrong
                raise file_faults.wrong_value(label, name, before + row, value, "a number", fix=_DEGREES)
        before += block.num_rows


def estimated_rows(path: Path, label: str, suffixes: tuple[str, ...] = SUFFIXES) -> int:
    """About how many rows a file holds, from its size and its beginning; of Parquet exactly.

    It decides into how many pieces the work is cut, and nothing that is counted.
    """
    with reading(label):
        if suffix_of(path, label, suffixes) == ".parquet":
            return int(pq.read_metadata(path).num_rows)
        size = path.stat().st_size
        sample = head_of(path, label)
    packed = min(size, HEAD_BYTES)
    lines = sample.count(b"\n") + 1
    return lines if packed == size else lines * size // packed
