"""What a room says of its files, so that their rows can be gathered: how to read them, and what to count.

A *reader* says which columns a file must have and makes of each block the rows that are kept; a *count* says
what becomes of the rows of a bucket. Both go to the workers, so they are small objects that pickle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import pyarrow as pa

SUFFIXES: Final = (".csv", ".csv.gz", ".parquet")
"""The kinds of files that can be read."""

OnProgress = Callable[[int, int], None]
"""Told how many files are read, and of how many."""


@dataclass(frozen=True)
class Wanted:
    """The columns that a file must have; others are not read.

    Attributes:
        names: The columns, in the order in which they are given.
        degrees: Those of them that hold latitudes or longitudes, and are therefore given as float64.
        trimmed: Whether blanks around a name in the file do not count.
        suffixes: The kinds of files, of :data:`SUFFIXES`.
        mend: What to do where a column is missing; left out, to rename the one that is meant.
    """

    names: tuple[str, ...]
    degrees: tuple[str, ...]
    trimmed: bool = False
    suffixes: tuple[str, ...] = SUFFIXES
    mend: str | None = None


@dataclass(frozen=True)
class Tidied:
    """A block in its final form.

    Attributes:
        rows: The same rows, with the reader's schema.
        words: What the block holds that the caller wants to know of, each once.
    """

    rows: pa.RecordBatch
    words: tuple[str, ...] = ()


class Reader(Protocol):
    """How the files of a room are read."""

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
            label: How the file is called in an error.
            before: Rows of the file before this block; rows in errors are counted from 1, without the header.

        Raises:
            InputError: A value is wrong; names file, column, row and value.
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
        """Take out what is not to be placed.

        Args:
            rows: The first row of each id, in order of file and row, in one chunk; the id is large_string.
        """
