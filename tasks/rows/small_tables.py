"""Small tables that a person hands in, in any form: the columns wanted, as text or as numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data import file_faults
from tasks.rows.csv_head import check_columns, header_of, without_told
from tasks.rows.errors import reading
from tasks.rows.form import HEAD_BYTES, Form, form_of, unpacked
from tasks.rows.forms import json_records
from tasks.rows.forms.degrees import first_wrong_number
from tasks.rows.forms.encoding import WINDOWS, Readable, mostly_utf8
from tasks.rows.forms.parquet import opened_parquet
from tasks.rows.forms.whole_records import ends_inside
from tasks.rows.large_tables import columns_of

ColumnType = Literal["geoid", "text", "number"]
"""What a column holds. A ``geoid`` is given as it was found; in a CSV as text."""

MOST_BYTES: Final = 500 << 20
"""Bytes of a small table at most, unpacked: it is held whole."""

_TEXTS: Final = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_DECIMAL_POINT: Final = "write plain digits with a decimal point"


def read_columns(path: Path, label: str, wanted: Mapping[str, ColumnType]) -> pa.Table:
    """Read some columns of a small table in any form, each by its name, letter for letter.

    Args:
        path: The file.
        label: How it is named in an error, as ``census/acs.csv``.
        wanted: The columns and what each must hold.

    Returns:
        These columns, in this order: numbers as float64, an empty field of a text is missing.

    Raises:
        InputError: The file cannot be read, lacks a column, or a column holds something else.
    """
    form = form_of(path, label)
    if form.kind == "parquet":
        with reading(label), opened_parquet(path, label, form.packing, form.member) as file:
            check_columns(label, file.schema_arrow.names, wanted)
            _check_size(file, label)
            table = file.read(columns=list(wanted), use_threads=False)
    else:
        texts = _texts(path, label, form, list(wanted))
        table = pa.table({name: _or_missing(texts.column(name)) for name in wanted})
    return pa.table({name: _typed(table.column(name), label, name, kind) for name, kind in wanted.items()})


def read_header(path: Path, label: str) -> list[str]:
    """The columns of a small table in any form.

    Args:
        path: The file.
        label: How it is named in an error.

    Raises:
        InputError: The file cannot be read.
    """
    form = form_of(path, label)
    if form.kind in {"parquet", "csv"}:
        return columns_of(path, label)
    return list(_texts(path, label, form).column_names)


def read_texts(
    path: Path, label: str, columns: Collection[str] | None = None, *, form: Form | None = None
) -> pa.Table:
    """Read a small table in any form whole, every column as text.

    Nothing is trimmed, and no word stands for a missing value: an empty field of a CSV is empty text, a null
    of JSON or Parquet is missing. Columns may be without a name, and names may be there twice.

    Args:
        path: The file.
        label: How it is named in an error.
        columns: The columns to read, in this order; None for all.
        form: Its form, where it is known.

    Returns:
        The columns (string).

    Raises:
        InputError: The file cannot be read, or is larger than :data:`MOST_BYTES` unpacked.
    """
    form = form or form_of(path, label)
    if form.kind != "parquet":
        return _texts(path, label, form, columns)
    with reading(label), opened_parquet(path, label, form.packing, form.member) as file:
        _check_size(file, label)
        table = file.read(columns=None if columns is None else list(columns), use_threads=False)
        found = [_as_text(table.column(number)) for number in range(table.num_columns)]
        return pa.table(found, names=table.column_names)


def _check_size(file: pq.ParquetFile, label: str) -> None:
    meta = file.metadata
    size = sum(meta.row_group(number).total_byte_size for number in range(meta.num_row_groups))
    # Equal values take no bytes, but memory once they are read.
    if (held := max(size, meta.num_rows * meta.num_columns)) > MOST_BYTES:
        raise file_faults.too_large(label, held, MOST_BYTES)


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Any column as text; what has no text of its own, as a list, is missing."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if (
        pa.types.is_binary(values.type)
        or pa.types.is_large_binary(values.type)
        or pa.types.is_nested(values.type)
    ):
        return pa.chunked_array([pa.nulls(len(values), pa.string())])
    text = values.cast(pa.string())
    whole = pc.ends_with(text, ".0") if pa.types.is_floating(values.type) else None
    # 5.0 of a column with gaps is 5.
    return text if whole is None else pc.if_else(whole, pc.utf8_slice_codeunits(text, 0, -2), text)


def _texts(path: Path, label: str, form: Form, columns: Collection[str] | None = None) -> pa.Table:
    """A small table that is text, every column as text; of columns that are not wanted nothing is read."""
    with reading(label), unpacked(path, label, form) as stream:
        if form.json is not None:
            found = _of_rows(list(json_records.records(_Bounded(stream, label), label, form.json)), label)
            check_columns(label, found.column_names, columns or ())
            return found if columns is None else found.select(list(columns))
        content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise file_faults.too_large(label, len(content), MOST_BYTES)
        return _csv(content, label, form, columns)


class _Bounded:
    """A stream of which no more is read than a small table holds."""

    def __init__(self, stream: Readable, label: str) -> None:
        self._stream, self._label, self._given = stream, label, 0

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        found = self._stream.read(size)
        self._given += len(found)
        if self._given > MOST_BYTES:
            raise file_faults.too_large(self._label, self._given, MOST_BYTES)
        return found


def _csv(content: bytes, label: str, form: Form, wanted: Collection[str] | None) -> pa.Table:
    content = without_told(content)
    if not content.isascii() and not mostly_utf8(content):
        content = content.decode(WINDOWS, "replace").encode()
    columns = header_of(content[:HEAD_BYTES], label, form.separator)
    check_columns(label, columns, wanted or ())
    # By their numbers: a name may be empty, or be there twice.
    names = [str(number) for number in range(len(columns))]
    included = names if wanted is None else [str(columns.index(name)) for name in wanted]
    read = pacsv.ReadOptions(use_threads=False, block_size=max(len(content), 1), column_names=names)
    parse = pacsv.ParseOptions(delimiter=form.separator, newlines_in_values=True)
    convert = pacsv.ConvertOptions(
        include_columns=included,
        column_types=dict.fromkeys(included, pa.string()),
        strings_can_be_null=False,
        quoted_strings_can_be_null=False,
    )
    table = pacsv.read_csv(pa.BufferReader(content), read, parse, convert)
    if ends_inside(content, ord(form.separator)):
        raise file_faults.open_quote(label, len(table) - 1)
    return table.slice(1).rename_columns(columns if wanted is None else list(wanted))


def _of_rows(rows: list[json_records.Row], label: str) -> pa.Table:
    """Rows of JSON as text; what is nested stays JSON."""
    if not rows:
        raise file_faults.empty(label)
    if isinstance(rows[0], list):
        names, *rest = rows
        found: list[Mapping[str, Any]] = [
            {str(name): value for name, value in zip(names, row, strict=False)} for row in rest
        ]
        columns = [str(name) for name in names]
    else:
        found = [json_records.flat(row) for row in rows if isinstance(row, dict)]
        columns = list(dict.fromkeys(name for row in found for name in row))
    return pa.table(
        {
            name: pa.array([json_records.text_of(row.get(name)) for row in found], pa.string())
            for name in columns
        }
    )


def _or_missing(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text in which an empty field, or NA, is missing."""
    return pc.if_else(pc.is_in(text, pa.array(["", "NA"])), pa.scalar(None, pa.string()), text)


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
