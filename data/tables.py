"""Tables on disk: checked against their schema, sorted by key, the same bytes for the same rows.

A table is written under a temporary name and then renamed, so that a reader finds the old table or the new
one and never half of either. All tables are Parquet; public ones are also written as CSV.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.csv_form import csv_of
from data.schema import TABLES, Column, Table
from data.writing import make_folder, replacing

__all__ = [
    "ROW_GROUP",
    "conform",
    "csv_of",
    "data_dictionary",
    "distinct_in_order",
    "empty_table",
    "read_table",
    "replacing",
    "type_words",
    "write_parquet",
    "write_table",
]

ROW_GROUP: Final = 65_536
"""Rows per Parquet row group: fixed, because the bytes depend on it."""

_TYPE_WORDS: Final = {
    "string": "text",
    "large_string": "text",
    "int64": "integer",
    "int32": "integer",
    "uint64": "integer",
    "double": "number",
    "bool": "yes or no",
    "date32[day]": "date",
    "timestamp[us, tz=UTC]": "time (UTC)",
    "list<element: string>": "list of text",
}


def empty_table(spec: Table) -> pa.Table:
    """A table with this schema and no rows.

    Example:
        >>> empty_table(TABLES["public/kinds"]).num_rows
        0
    """
    return spec.arrow.empty_table()


def conform(table: pa.Table, spec: Table) -> pa.Table:
    """Bring a table into its schema's form: columns in order, exact types, rows sorted by key.

    Args:
        table: Rows in any order, columns in any order.
        spec: The schema that they must meet.

    Returns:
        The same rows with ``spec.arrow`` as schema.

    Raises:
        ValueError: A column is missing or is not in the schema, a value cannot be cast, a required value is
            missing, or two rows share a key. These are faults of the program, not of the user's input.
    """
    wanted = [column.name for column in spec.columns]
    if sorted(table.column_names) != sorted(wanted):
        missing = sorted(set(wanted) - set(table.column_names))
        extra = sorted(set(table.column_names) - set(wanted))
        raise ValueError(f"{spec.name}: columns missing {missing}, not in the schema {extra}")
    arrays = []
    for column in spec.columns:
        try:
            array = pa.chunked_array(table.column(column.name)).cast(column.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise ValueError(f"{spec.name}.{column.name}: {error}") from error
        if array.null_count and not column.nullable:
            raise ValueError(f"{spec.name}.{column.name}: {array.null_count} values are missing")
        arrays.append(array)
    typed = pa.Table.from_arrays(arrays, schema=spec.arrow)
    order = pc.sort_indices(typed, sort_keys=[(name, "ascending") for name in spec.key])
    in_order = np.array_equal(np.asarray(order), np.arange(len(order)))
    rows = (typed if in_order else typed.take(order)).combine_chunks()
    if len(rows.group_by(list(spec.key)).aggregate([])) != len(rows):
        raise ValueError(f"{spec.name}: two rows share a key ({', '.join(spec.key)})")
    return rows


def write_table(table: pa.Table, spec: Table, out: Path) -> Path:
    """Write a table below ``out``, in the form that :func:`conform` gives it.

    Args:
        table: The rows, in any order.
        spec: Its schema; ``spec.name`` decides the path.
        out: The folder that holds ``private/`` and ``public/``.

    Returns:
        ``out/<name>.parquet``. A public table is also written as ``out/<name>.csv``
        (:mod:`data.csv_form`): in the order of reading, with as many digits as mean something.

    Raises:
        ValueError: As in :func:`conform`.
        OSError: The folder cannot be written.
    """
    rows = conform(table, spec)
    path = out / f"{spec.name}.parquet"
    make_folder(path.parent)
    with replacing(path) as beside:
        write_parquet(rows, beside)
    if spec.visibility == "public":
        with replacing(path.with_suffix(".csv")) as beside:
            beside.write_bytes(csv_of(rows, spec))
    return path


def write_parquet(rows: pa.Table, path: Path) -> None:
    """Write Parquet with the settings that every file of the program shares (zstd, fixed row groups)."""
    pq.write_table(rows, path, compression="zstd", row_group_size=ROW_GROUP)


def read_table(spec: Table, out: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a table that :func:`write_table` wrote.

    Args:
        spec: Its schema.
        out: The folder that holds ``private/`` and ``public/``.
        columns: The columns that are wanted, in their order in the schema; None for all.

    Raises:
        FileNotFoundError: There is no such file.
        PermissionError: The file may not be read.
        ValueError: The file is damaged or no file, or its columns or types differ from the schema, as after a
            change of version.
    """
    path = out / f"{spec.name}.parquet"
    if os.path.lexists(path) and not path.is_file():  # a pipe would be waited for without end
        raise ValueError(f"{path}: is not a regular file; run again to rebuild it")
    try:
        table = pq.read_table(path) if columns is None else pq.read_table(path, columns=list(columns))
    except FileNotFoundError:
        raise
    except PermissionError as error:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path)) from error
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(f"{path}: is damaged; run again to rebuild it") from error
    wanted = spec.arrow if columns is None else pa.schema([spec.arrow.field(name) for name in columns])
    if not table.schema.equals(wanted):
        raise ValueError(f"{path}: the file's columns are not those of {spec.name}; run again to rebuild it")
    return table


def distinct_in_order(table: pa.Table, *names: str) -> int:
    """How many distinct values some columns have together, in a table that is sorted by them.

    Equal values stand together there, so that those which differ from the row before are counted: a hundredth
    of the time that it takes to find them in any order. In a table that is not sorted the number is too high.

    Args:
        table: The table.
        names: The first columns of its key, in which no value is missing.

    Example:
        >>> distinct_in_order(pa.table({"a": [1, 1, 1, 2], "b": [1, 2, 2, 2]}), "a", "b")
        3
    """
    if not table.num_rows:
        return 0
    rows = table.num_rows - 1
    changes = [pc.not_equal(table.column(name).slice(1), table.column(name).slice(0, rows)) for name in names]
    return 1 + (pc.sum(reduce(pc.or_, changes)).as_py() or 0)


def data_dictionary() -> str:
    """All tables that a run publishes, as Markdown: a heading, what a row is, and one line per column.

    Returns:
        Text that ends with a line feed; the same for the same schema. Intermediate tables (``work/``) are
        left out.

    Example:
        >>> print(data_dictionary().splitlines()[0])
        ### private/sources
    """
    return "\n".join(_section(table) for table in TABLES.values() if table.visibility != "work")


def type_words(column: Column) -> str:
    """The type of a column's values, in words.

    Example:
        >>> type_words(TABLES["public/kinds"].columns[2])
        'integer'
    """
    return _TYPE_WORDS[str(column.type)]


def _section(table: Table) -> str:
    lines = [f"### {table.name}", "", table.meaning, "", "| column | type | meaning |", "| --- | --- | --- |"]
    for column in table.columns:
        name = f"**{column.name}**" if column.name in table.key else column.name
        kind = type_words(column) + (", may be missing" if column.nullable else "")
        lines.append(f"| {name} | {kind} | {column.meaning.replace('|', chr(92) + '|')} |")
    return "\n".join([*lines, ""])
