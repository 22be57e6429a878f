"""Small tables that a person hands in, .csv or .parquet: the columns wanted, as text or as numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data import file_faults
from tasks.rows.csv_head import HEAD_BYTES, PARSE, check_columns, header_of
from tasks.rows.errors import reading
from tasks.rows.quotes import Marks, check_closed

ColumnType = Literal["geoid", "text", "number"]
"""What a column holds. A ``geoid`` is given as it was found; in a CSV as text."""

_TEXTS: Final = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_DECIMAL_POINT: Final = "write plain digits with a decimal point"


def read_columns(path: Path, label: str, wanted: Mapping[str, ColumnType]) -> pa.Table:
    """Read some columns of a CSV (UTF-8, with or without a byte-order mark) or Parquet file.

    Args:
        path: The file; its suffix says what it is.
        label: How it is named in an error, as ``census/acs.csv``.
        wanted: The columns and what each must hold.

    Returns:
        These columns, in this order: numbers as float64, an empty field of a CSV is missing.

    Raises:
        InputError: The file cannot be read, is not UTF-8, lacks a column, or a column holds something else.
    """
    with reading(label):
        table = _parquet(path, label, wanted) if path.suffix == ".parquet" else _csv(path, label, wanted)
    return pa.table({name: _typed(table.column(name), label, name, kind) for name, kind in wanted.items()})


def read_header(path: Path, label: str) -> list[str]:
    """The columns of a CSV or Parquet file.

    Args:
        path: The file; its suffix says what it is.
        label: How it is named in an error.

    Raises:
        InputError: The file cannot be read, or its header is not UTF-8.
    """
    with reading(label):
        if path.suffix == ".parquet":
            return list(pq.read_schema(path).names)
        with path.open("rb") as file:
            return header_of(file.read(HEAD_BYTES), label)


def read_texts(path: Path, label: str, columns: Collection[str]) -> pa.Table:
    """Some columns of a CSV as text; of the others, which may be in any encoding, nothing is read.

    Args:
        path: The file.
        label: How it is named in an error.
        columns: Columns that it has.

    Raises:
        InputError: The file cannot be read, or one of the columns is not UTF-8.
    """
    convert = pacsv.ConvertOptions(
        include_columns=list(columns), column_types=dict.fromkeys(columns, pa.string())
    )
    with reading(label):
        return pacsv.read_csv(path, parse_options=PARSE, convert_options=convert)


def not_negative(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers of the Census, where each negative one is missing.

    The Census writes what it does not publish as a large negative number (``-666666666``, and others like
    it), and none of its figures used here can be negative.

    Args:
        values: float64, may be missing.

    Example:
        >>> not_negative(pa.chunked_array([[5.0, -666666666.0, None]])).to_pylist()
        [5.0, None, None]
    """
    usable = pc.and_(pc.is_finite(values), pc.greater_equal(values, 0.0))
    return pc.if_else(usable, values, pa.scalar(None, pa.float64()))


def first_wrong_number(text: pa.Array | pa.ChunkedArray) -> tuple[int, str] | None:
    """The first text that is not a number: its row, from 1, and what it says; None where all are numbers.

    Example:
        >>> first_wrong_number(pa.array(["1", None, "1,000", "x"]))
        (3, '1,000')
    """
    try:
        text.cast(pa.float64())
        return None
    except pa.ArrowInvalid:
        pass
    for row, value in enumerate(text.to_pylist(), 1):
        try:
            pa.scalar(value, pa.string()).cast(pa.float64())
        except pa.ArrowInvalid:
            return row, value
    return None


def _parquet(path: Path, label: str, wanted: Mapping[str, ColumnType]) -> pa.Table:
    file = pq.ParquetFile(path)
    check_columns(label, file.schema_arrow.names, wanted)
    return file.read(columns=list(wanted))


def _csv(path: Path, label: str, wanted: Mapping[str, ColumnType]) -> pa.Table:
    content = path.read_bytes()
    columns = header_of(content[:HEAD_BYTES], label)
    check_columns(label, columns, wanted)
    convert = pacsv.ConvertOptions(
        column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=True, null_values=["", "NA"]
    )
    marks = Marks(pa.BufferReader(content))
    table = pacsv.read_csv(pa.PythonFile(marks, "r"), parse_options=PARSE, convert_options=convert)
    if marks.suspicious:
        check_closed(label, len(table), len(columns), lambda: pa.BufferReader(content))
    return table.select(list(wanted))


def _typed(values: pa.ChunkedArray, label: str, name: str, kind: ColumnType) -> pa.ChunkedArray:
    if kind == "geoid":
        return values
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    textual = any(test(values.type) for test in _TEXTS)
    if kind == "text":
        if not textual:
            raise file_faults.wrong_type(label, name, values.type, "text")
        return values.cast(pa.string())
    if textual:
        return _numbers(values.cast(pa.string()), label, name)
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return pc.cast(values, pa.float64(), safe=False)
    if pa.types.is_decimal(values.type) or pa.types.is_null(values.type):
        return values.cast(pa.float64())
    raise file_faults.wrong_type(label, name, values.type, "numbers")


def _numbers(text: pa.ChunkedArray, label: str, name: str) -> pa.ChunkedArray:
    """Text as float64; the first that is not a number is named."""
    text = pc.utf8_trim_whitespace(text)
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    try:
        return text.cast(pa.float64())
    except pa.ArrowInvalid:
        if (wrong := first_wrong_number(text)) is None:
            raise
        raise file_faults.wrong_value(label, name, *wrong, "a number", fix=_DECIMAL_POINT) from None
