"""The public tables as one file of SQLite, and what Datasette says of them (method 13.10).

Yes and no are 1 and 0, days are text in ISO form, numbers have the digits of the CSV. Rows are entered in the
order of reading. The same tables give the same bytes with the same version of SQLite.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data.csv_form import in_reading_order, rounded
from data.schema import Column, Table
from data.schema.shown import digits_of, unit_of
from data.tables import type_words
from data.writing import make_folder, replacing
from tasks.package.described import LOOKED_UP, has_primary_key, meaning_of, references_of, title_of
from tasks.package.licence import Licence

DICTIONARY: Final = "data_dictionary"
"""A table of all columns, for whoever opens the file without Datasette; Datasette hides it."""
_TYPES: Final = {"string": "TEXT", "double": "REAL", "date32[day]": "TEXT"}
"""Other columns are INTEGER."""
_TOGETHER: Final = 4_096
"""Rows that are entered at a time."""
_PRIMARY: Final = 0xFF
"""The bits of a code of SQLite that say what kind of error it is."""
_LABELS: Final = ("city", "agency", "metro_area")


def write_database(path: Path, tables: Mapping[str, tuple[Table, pa.Table]]) -> None:
    """Write the database.

    Args:
        path: The file.
        tables: Schema and rows of each table, by stem.

    Raises:
        OSError: It cannot be written.
    """
    make_folder(path.parent)
    with replacing(path) as beside, _failing_as_files_do(path):
        _write(beside, tables)


@contextmanager
def _failing_as_files_do(path: Path) -> Iterator[None]:
    """Let a full or broken disk be the error that it is for any other file."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & _PRIMARY
        if code not in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
            raise
        number = errno.ENOSPC if code == sqlite3.SQLITE_FULL else errno.EIO
        raise OSError(number, os.strerror(number), str(path)) from error


def _write(path: Path, tables: Mapping[str, tuple[Table, pa.Table]]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # Nobody reads the file before it is whole: no journal beside it, no waiting for the disk.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "page_size = 4096"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        for stem, (spec, rows) in tables.items():
            for statement in _create(spec, frozenset(tables)):
                database.execute(statement)
            marks = ", ".join("?" * len(spec.columns))
            database.executemany(f'INSERT INTO "{stem}" VALUES ({marks})', _values(rows, spec))
        _add_dictionary(database, [spec for spec, _ in tables.values()])
        database.execute("COMMIT")


def datasette_metadata(title: str, about: str, licence: Licence, tables: list[Table]) -> str:
    """What Datasette says of the database, as ``metadata.json``.

    The units are in the descriptions of the columns: what Datasette calls units turns 74,162 dollars into
    "74.162 kUSD".

    Args:
        title: Of the database.
        about: A sentence on what it is.
        licence: Under which it may be used.
        tables: The tables that are in it.

    Returns:
        JSON, which ends with a line feed.
    """
    described = {table.stem: _described(table) for table in tables}
    whole = {
        "title": title,
        "description": about,
        **licence.for_datasette,
        "databases": {"public": {"tables": {**described, DICTIONARY: {"hidden": True}}}},
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _described(table: Table) -> dict[str, Any]:
    """A table, as Datasette is told of it."""
    found: dict[str, Any] = {
        "title": title_of(table),
        "description": table.meaning.replace("`", ""),
        "columns": {column.name: meaning_of(column) for column in table.columns},
    }
    largest = next((sort.column for sort in table.order if sort.descending), None)
    if largest is not None:
        found["sort_desc"] = largest
    elif has_primary_key(table):
        found["sort"] = table.key[0]
    label = next((name for name in _LABELS if name in table.key), None)
    return found | ({"label_column": label} if label else {})


def _create(spec: Table, stems: frozenset[str]) -> Iterator[str]:
    """The statements that make a table, empty, and its indexes."""
    lines = [_column(column) for column in spec.columns]
    key = "PRIMARY KEY" if has_primary_key(spec) else "UNIQUE"
    lines.append(f"{key} ({_named(spec.key)})")
    lines += [
        f'FOREIGN KEY ({_named(columns)}) REFERENCES "{other}" ({_named(columns)})'
        for columns, other in references_of(spec, stems)
    ]
    yield f'CREATE TABLE "{spec.stem}" (\n  ' + ",\n  ".join(lines) + "\n)"
    for column in spec.columns:
        if column.name in LOOKED_UP and column.name != spec.key[0]:
            yield f'CREATE INDEX "{spec.stem}_{column.name}" ON "{spec.stem}" ("{column.name}")'


def _column(column: Column) -> str:
    kind = _TYPES.get(str(column.type), "INTEGER")
    line = f'"{column.name}" {kind}' + ("" if column.nullable else " NOT NULL")
    return f'{line} CHECK ("{column.name}" IN (0, 1))' if pa.types.is_boolean(column.type) else line


def _named(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _values(rows: pa.Table, spec: Table) -> Iterator[tuple[Any, ...]]:
    """The rows as SQLite has them, in the order of reading."""
    shown = in_reading_order(rows, spec)
    for start in range(0, shown.num_rows, _TOGETHER):
        yield from zip(*_columns(shown.slice(start, _TOGETHER), spec), strict=True)


def _columns(shown: pa.Table, spec: Table) -> Iterator[list[Any]]:
    """The columns of some rows as SQLite has them."""
    for column, values in zip(spec.columns, shown.columns, strict=True):
        kind, given = column.type, values
        if pa.types.is_floating(kind):
            given = rounded(values, column.digits or digits_of(column.name))
        elif pa.types.is_boolean(kind):
            given = values.cast(pa.int8())
        elif not pa.types.is_integer(kind):
            given = values.cast(pa.string())
        yield given.to_pylist()


def _add_dictionary(database: sqlite3.Connection, tables: list[Table]) -> None:
    """What each column says."""
    database.execute(
        f'CREATE TABLE "{DICTIONARY}" ("table" TEXT NOT NULL, "column" TEXT NOT NULL, "type" TEXT NOT NULL, '
        '"unit" TEXT NOT NULL, "meaning" TEXT NOT NULL, PRIMARY KEY ("table", "column"))'
    )
    rows = (
        (table.stem, column.name, type_words(column), unit_of(column), column.meaning)
        for table in tables
        for column in table.columns
    )
    database.executemany(f'INSERT INTO "{DICTIONARY}" VALUES (?, ?, ?, ?, ?)', rows)
