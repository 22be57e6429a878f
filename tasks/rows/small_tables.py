"""Small tables that a person hands in, .csv or .parquet: the columns wanted, as text or as numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data.errors import InputError
from data.file_kind import form_of, not_a_table
from tasks.rows.quotes import Marks, check_closed

Kind = Literal["geoid", "text", "number"]
"""What a column holds. A ``geoid`` is given as it was found; in a CSV as text."""

_SEPARATORS: Final = {";": "';'", "\t": "tabs", "|": "'|'"}
"""What stands between columns where it is not commas, and what it is called."""

_TEXTS: Final = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)


def read_columns(path: Path, label: str, wanted: Mapping[str, Kind]) -> pa.Table:
    """Read some columns of a CSV (UTF-8, with or without a byte-order mark) or Parquet file.

    Args:
        path: The file; its suffix says what it is.
        label: How it is called in an error, as ``census/acs.csv``.
        wanted: The columns and what each must hold.

    Returns:
        These columns, in this order: numbers as float64, an empty field of a CSV is missing.

    Raises:
        InputError: The file cannot be read, is not UTF-8, lacks a column, or a column holds something else.
    """
    try:
        table = _parquet(path, label, wanted) if path.suffix == ".parquet" else _csv(path, label, wanted)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise InputError(f"{label}: {reason_of(error)}") from error
    except OSError as error:
        raise InputError(
            f"{label}: cannot be read ({error.strerror or error}); copy the file anew"
        ) from error
    return pa.table({name: _typed(table.column(name), label, name, kind) for name, kind in wanted.items()})


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


def source_of(label: str, path: Path) -> tuple[str, str, int]:
    """A file for the provenance: its path inside the investigation folder, SHA-256 and bytes."""
    with path.open("rb") as file:
        return label, hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def reason_of(error: Exception) -> str:
    """Arrow's complaint about a file, in words for its owner.

    Example:
        >>> reason_of(pa.ArrowInvalid("Empty CSV file"))
        'is empty; hand in the file with its header and rows'
    """
    words = " ".join(str(error).split())
    if isinstance(error, UnicodeDecodeError) or "UTF8" in words or "utf-8" in words.lower():
        return "is not UTF-8 text; save it as CSV in UTF-8"
    if "Empty CSV" in words:
        return "is empty; hand in the file with its header and rows"
    if "Expected" in words and "columns" in words:
        shape = words[words.index("Expected") :].split(":")[0]
        return f"a row has another number of fields than the header ({shape}); quote fields that hold commas"
    if "Parquet" in words or "parquet" in words:
        return "is no Parquet file, or a damaged one; copy it anew"
    return f"cannot be read ({words[:200]}); save it anew"


def missing_column(
    label: str, name: str, found: Collection[str], mend: str = "rename the one that is meant"
) -> InputError:
    """The error for a column that a file lacks.

    Args:
        label: How the file is called.
        name: The column.
        found: The columns that are there.
        mend: What to do.

    Example:
        >>> str(missing_column("census/acs.csv", "GEOID", ["geoid", "name"]))
        'census/acs.csv: no column GEOID; rename the one that is meant (there are geoid, name)'
        >>> str(missing_column("census/acs.csv", "GEOID", ["GEOID;name"]))
        "census/acs.csv: its columns are separated by ';'; save it with commas between them"
    """
    for mark, called in _SEPARATORS.items():
        if len(found) == 1 and mark in next(iter(found)):
            return InputError(
                f"{label}: its columns are separated by {called}; save it with commas between them"
            )
    there = f"there are {', '.join(found)}" if found else "there is none"
    return InputError(f"{label}: no column {name}; {mend} ({there})")


def check_columns(label: str, found: list[str], wanted: Collection[str]) -> None:
    """See that a file has each column that is wanted, once.

    Raises:
        InputError: One is missing or is there twice; it is named, with the mend.
    """
    for name in wanted:
        if name not in found:
            raise missing_column(label, name, found)
        if found.count(name) > 1:
            raise InputError(f"{label}: two columns are called {name}; remove or rename one")


def _parquet(path: Path, label: str, wanted: Mapping[str, Kind]) -> pa.Table:
    file = pq.ParquetFile(path)
    check_columns(label, file.schema_arrow.names, wanted)
    return file.read(columns=list(wanted))


def _csv(path: Path, label: str, wanted: Mapping[str, Kind]) -> pa.Table:
    content = path.read_bytes()
    form = form_of(content[:4096])
    if form is not None:
        raise InputError(f"{label}: {not_a_table(form)}")
    if b"\0" in content[:4096]:
        raise pa.ArrowInvalid("not UTF8")  # UTF-16 has a zero byte beside every letter of a header
    convert = pacsv.ConvertOptions(
        column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=True, null_values=["", "NA"]
    )
    options = pacsv.ParseOptions(newlines_in_values=True)
    with pacsv.open_csv(pa.BufferReader(content), parse_options=options) as head:
        columns = head.schema.names
        check_columns(label, columns, wanted)
    marks = Marks(pa.BufferReader(content))
    table = pacsv.read_csv(pa.PythonFile(marks, "r"), parse_options=options, convert_options=convert)
    if marks.suspicious:
        check_closed(label, len(table), len(columns), lambda: pa.BufferReader(content))
    return table.select(list(wanted))


def _typed(values: pa.ChunkedArray, label: str, name: str, kind: Kind) -> pa.ChunkedArray:
    if kind == "geoid":
        return values
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    textual = any(test(values.type) for test in _TEXTS)
    if kind == "text":
        if not textual:
            raise InputError(f"{label}: column {name} holds {values.type}, not text; save it as text")
        return values.cast(pa.string())
    if textual:
        return _numbers(values.cast(pa.string()), label, name)
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return pc.cast(values, pa.float64(), safe=False)
    if pa.types.is_decimal(values.type):
        return values.cast(pa.float64())
    if pa.types.is_null(values.type):
        return values.cast(pa.float64())
    raise InputError(f"{label}: column {name} holds {values.type}, not numbers; save it as numbers")


def _numbers(text: pa.ChunkedArray, label: str, name: str) -> pa.ChunkedArray:
    """Text as float64; the first that is no number is named."""
    text = pc.utf8_trim_whitespace(text)
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    try:
        return text.cast(pa.float64())
    except pa.ArrowInvalid:
        for row, value in enumerate(text.to_pylist(), 1):
            try:
                pa.scalar(value, pa.string()).cast(pa.float64())
            except pa.ArrowInvalid:
                raise InputError(
                    f"{label}: column {name}, row {row}: {value!r} is no number; "
                    "write plain digits with a decimal point"
                ) from None
        raise
