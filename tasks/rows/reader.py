"""What an area must say about its files so that their rows can be gathered: how to read and count them.

A *reader* names the columns that a file must have and turns each block into the rows that are kept; a *count*
decides what becomes of the rows of a bucket. Both are sent to the workers, so they are small and picklable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import pyarrow as pa

from data.file_faults import RENAME

SUFFIXES: Final = (".csv", ".csv.gz", ".parquet")
"""The kinds of files that can be read."""

OnProgress = Callable[[int, int], None]
"""Called with the number of files that are read, and the number of all."""


@dataclass(frozen=True)
class Wanted:
    """The columns that a file must have; others are not read.

    Attributes:
        names: The columns, in the order in which they are given.
        degrees: Those of them that hold latitudes or longitudes, and are therefore given as float64.
        trimmed: Whether blanks around a name in the file are ignored.
        suffixes: The kinds of files, of :data:`SUFFIXES`.
        fix: What to do where a column is missing.
    """

    names: tuple[str, ...]
    degrees: tuple[str, ...]
    trimmed: bool = False
    suffixes: tuple[str, ...] = SUFFIXES
    fix: str = RENAME


@dataclass(frozen=True)
class Tidied:
    """A block in its final form.

    Attributes:
        rows: The same rows, with the reader's schema.
        words: Words of the block that the area wants to know, each once, as the types of crimes.
    """

    rows: pa.RecordBatch
    words: tuple[str, ...] = ()


class Reader(Protocol):
    """How the files of an area are read."""

    @property
    def wanted(self) -> Wanted:
        """The columns that a file must have."""

    @property
    def schema(self) -> pa.Schema:
        """What a row is between reading and counting."""

    @property
    def id(self) -> str | None:
        """The column of the schema (string, none missing) that tells one row from another.

        None where the rows have no id: then no row is a duplicate.
        """

    def tidied(self, block: pa.RecordBatch, label: str, before: int) -> Tidied:
        """Bring a block into its final form.

        Args:
            block: The wanted columns, as :func:`tasks.rows.large_tables.blocks` gives them.
            label: How the file is named in an error.
            before: Rows of the file before this block; rows in errors are counted from 1, without the header.

        Raises:
            InputError: A value is wrong; the message names the file, column, row and value.
        """


@dataclass(frozen=True)
class Counted:
    """What became of a bucket's rows.

    Attributes:
        counts: How many were taken out, by reason.
        batch: The others, with lon and lat (float64, degrees, none missing) among their columns.
    """

    counts: Mapping[str, int]
    batch: pa.Table


class Count(Protocol):
    """What becomes of the rows of a bucket."""

    @property
    def repeated(self) -> tuple[str, ...]:
        """Columns of the batch that hold few values, which makes its file smaller."""

    def __call__(self, rows: pa.Table) -> Counted:
        """Take out the rows that are not located.

        Args:
            rows: The first row of each id, in order of file and row, in one chunk; the id is large_string.
        """
