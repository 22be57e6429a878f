"""A file of crime records as the room `tasks.rows` reads it: its columns, and some of them block by block."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from data import file_faults
from tasks.rows import large_tables
from tasks.rows.reader import Wanted


def columns_of(path: Path, label: str) -> list[str]:
    """The columns of a file, as it spells them, without blanks around them.

    Raises:
        InputError: It cannot be read.
    """
    return [name.strip() for name in large_tables.columns_of(path, label)]


def wanted(names: tuple[str, ...], section: str) -> Wanted:
    """Columns of a file, as the readers of :mod:`tasks.rows` take them: all as they stand in the file.

    Args:
        names: The columns, without blanks around them.
        section: The section of the settings, as ``[crime.denver]``.
    """
    return Wanted(names, (), fix=f"{file_faults.RENAME}, or name it in columns of {section}")


def blocks(path: Path, label: str, columns: Wanted) -> Iterator[pa.RecordBatch]:
    """Some columns of a file, block by block, as :func:`tasks.rows.large_tables.blocks`."""
    return large_tables.blocks(path, label, columns)


def rows_in_words(path: Path, label: str, first: pa.RecordBatch | None, *, more: bool) -> str:
    """How many rows a file has, in words; "about" where only its beginning was looked at.

    Args:
        path: The file.
        label: How it is named in an error.
        first: Its first rows; None where it has none.
        more: Whether there are others.
    """
    read = 0 if first is None else first.num_rows
    return f"about {max(large_tables.estimated_rows(path, label), read + 1):,}" if more else f"{read:,}"
