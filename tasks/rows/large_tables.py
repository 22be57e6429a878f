"""Files of rows, a block at a time: CSV, gzipped CSV and Parquet give the same columns."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data.errors import InputError
from data.file_kind import form_of, not_a_table
from tasks.rows.quotes import Marks, check_closed
from tasks.rows.reader import SUFFIXES, Wanted
from tasks.rows.small_tables import check_columns, missing_column, reason_of

_BLOCK_BYTES: Final = 2 << 20
"""Of CSV; bounds the memory of a reader, who holds some forty times as much, and the length of a row."""

_BLOCK_ROWS: Final = 131_072
"""Of Parquet."""

_MISSING: Final = ["", "NULL", "null", "NaN", "nan", "NA", "N/A", "n/a", "#N/A", "None", "\\N"]
_SAMPLE: Final = 1 << 20

FIRST: Final = 1 << 20
"""Bytes of a CSV that are looked at before any work is done."""


def kind_of(path: Path, label: str, suffixes: tuple[str, ...] = SUFFIXES) -> str:
    """Which of some suffixes a file has, whatever its case.

    Raises:
        InputError: It has another.

    Example:
        >>> kind_of(Path("posts/2019.CSV.gz"), "posts/2019.CSV.gz")
        '.csv.gz'
    """
    for suffix in sorted(suffixes, key=len, reverse=True):
        if path.name.lower().endswith(suffix):
            return suffix
    neither = f"{', '.join(suffixes[:-1])} nor {suffixes[-1]}"
    raise InputError(f"{label}: is neither {neither}; save it as one of them, or move it elsewhere")


def blocks(
    path: Path, label: str, wanted: Wanted, block_bytes: int = _BLOCK_BYTES
) -> Iterator[pa.RecordBatch]:
    """The rows of a file in pieces of bounded size, in order.

    Args:
        path: The file.
        label: How it is called in an error, as ``posts/2019.csv``.
        wanted: The columns.
        block_bytes: How much of a CSV is read at a time.

    Yields:
        Batches with the wanted columns in their order. Those that hold degrees are float64; the others have
        the type of the file, which for CSV is text. An empty field is missing.

    Raises:
        InputError: The file is no such file, is damaged or not UTF-8, a column is missing, or a coordinate is
            no number; names file and column, and the row where one is at fault.
    """
    given = 0
    try:
        if kind_of(path, label, wanted.suffixes) == ".parquet":
            found = _parquet_blocks(path, label, wanted)
        else:
            found = _csv_blocks(path, label, wanted, block_bytes, pa.float64())
        for block in found:
            yield block
            given += block.num_rows
    except pa.ArrowInvalid as error:
        if "straddling" in str(error):
            raise InputError(
                f"{label}: a row after row {given} is longer than {block_bytes >> 20} MB; "
                "close the quotation mark that is left open"
            ) from error
        if "conversion error" in str(error) and "UTF8" not in str(error):
            _name_the_coordinate(path, label, wanted)
        raise InputError(f"{label}: {reason_of(error)}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{label}: {reason_of(error)}") from error
    except OSError as error:
        raise InputError(f"{label}: cannot be read ({error}); copy it anew") from error


def _names_in_file(label: str, found: list[str], wanted: Wanted) -> dict[str, str]:
    """The wanted columns, each with its name as it stands in the file."""
    shown = [name.strip() for name in found] if wanted.trimmed else found
    if wanted.mend is not None:
        for name in wanted.names:
            if name not in shown:
                raise missing_column(label, name, shown, wanted.mend)
    check_columns(label, shown, wanted.names)
    return {name: found[shown.index(name)] for name in wanted.names}


def _parquet_blocks(path: Path, label: str, wanted: Wanted) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        names = _names_in_file(label, schema.names, wanted)
        for name in wanted.degrees:
            kind = schema.field(names[name]).type
            numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
            if not (numeric or pa.types.is_null(kind)):
                raise InputError(f"{label}: column {name} holds {kind}, not numbers; save it as numbers")
        for batch in file.iter_batches(_BLOCK_ROWS, columns=list(names.values()), use_threads=False):
            columns = [
                batch.column(stands).cast(pa.float64()) if name in wanted.degrees else batch.column(stands)
                for name, stands in names.items()
            ]
            yield pa.RecordBatch.from_arrays(columns, names=list(names))


def _csv_blocks(
    path: Path, label: str, wanted: Wanted, block_bytes: int, degrees: pa.DataType
) -> Iterator[pa.RecordBatch]:
    parse = pacsv.ParseOptions(newlines_in_values=True)
    header = _header(path, label, parse)
    names = _names_in_file(label, header, wanted)
    convert = pacsv.ConvertOptions(
        column_types={
            stands: degrees if name in wanted.degrees else pa.string() for name, stands in names.items()
        },
        include_columns=list(names.values()),
        strings_can_be_null=True,
        null_values=_MISSING,
    )
    read = pacsv.ReadOptions(block_size=block_bytes, use_threads=False)
    rows = 0
    with _opened(path) as opened:
        marks = Marks(opened)
        with pacsv.open_csv(pa.PythonFile(marks, "r"), read, parse, convert) as reader:
            for block in reader:
                yield block.rename_columns(list(names))
                rows += block.num_rows
    if marks.suspicious:
        check_closed(label, rows, len(header), partial(_opened, path))


def _opened(path: Path) -> pa.NativeFile:
    """A CSV, unpacked."""
    return pa.input_stream(str(path), compression="gzip" if path.suffix.lower() == ".gz" else None)


def _header(path: Path, label: str, parse: pacsv.ParseOptions) -> list[str]:
    head = _decompressed(path)
    if not head.strip():
        raise InputError(f"{label}: is empty; hand in the file with its header and rows")
    form = form_of(head)
    if form is not None:
        raise InputError(f"{label}: {not_a_table(form)}")
    first = head.split(b"\n", 1)[0]
    # UTF-16 has a zero byte beside every letter.
    if b"\0" in first:
        raise InputError(f"{label}: is not UTF-8 text; save it as CSV in UTF-8")
    first.decode("utf-8-sig")
    names = pacsv.ReadOptions(block_size=_SAMPLE, use_threads=False)
    with pacsv.open_csv(pa.BufferReader(first + b"\n"), read_options=names, parse_options=parse) as reader:
        return list(reader.schema.names)


def _name_the_coordinate(path: Path, label: str, wanted: Wanted) -> None:
    """Find the coordinate that is no number, by reading the file once more as text."""
    before = 0
    for block in _csv_blocks(path, label, wanted, _BLOCK_BYTES, pa.string()):
        for name in wanted.degrees:
            text = pc.utf8_trim_whitespace(block.column(name))
            try:
                text.cast(pa.float64())
            except pa.ArrowInvalid:
                for row, value in enumerate(text, 1):
                    if not _is_number(value):
                        raise InputError(
                            f"{label}: column {name}, row {before + row}: {value.as_py()!r} is no number; "
                            "write degrees as digits with a decimal point, as 34.0522"
                        ) from None
        before += block.num_rows


def _is_number(value: pa.Scalar) -> bool:
    try:
        value.cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def _decompressed(path: Path, size: int = _SAMPLE) -> bytes:
    """The beginning of a CSV, unpacked."""
    with path.open("rb") as file:
        start = file.read(size)
    if path.suffix.lower() != ".gz":
        return start
    try:
        return zlib.decompressobj(wbits=31).decompress(start)
    except zlib.error as error:
        raise pa.ArrowInvalid(f"no gzip: {error}") from error


def estimated_rows(path: Path, label: str, suffixes: tuple[str, ...] = SUFFIXES) -> int:
    """About how many rows a file holds, from its size and its beginning; of Parquet exactly.

    It decides in how many pieces the work is done, and nothing that is counted.
    """
    if kind_of(path, label, suffixes) == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    size = path.stat().st_size
    sample = _decompressed(path)
    packed = min(size, _SAMPLE)
    lines = sample.count(b"\n") + 1
    return lines if packed == size else lines * size // packed
