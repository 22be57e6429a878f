"""What an area must say about its files so that their rows can be gathered: how to read and count them.

A *reader* names the columns that a file must have and turns each block into the rows that are kept; a *count*
decides what becomes of the rows of a bucket. Both are sent to the workers, so they are small and picklable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.file_faults import RENAME
from tasks.rows.columns import folded, match

OnProgress = Callable[[int, int], None]
"""Called with the number of files that are read, and the number of all."""


@dataclass(frozen=True)
class Wanted:
    """The columns that a file must have; others are not read.

    Attributes:
        names: The columns, in the order in which they are given.
        degrees: Those of them that hold latitudes or longitudes, and are therefore given as float64.
        accepted: By column, the names under which a file may have it, as :func:`tasks.rows.columns.match`
            takes them; a column that is not named here is accepted under its own name.
        instead: Names that count where a file has none of these columns under an accepted one: by column.
        fix: What to do where a column is missing.
    """

    names: tuple[str, ...]
    degrees: tuple[str, ...]
    accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fix: str = RENAME

    def found_in(self, label: str, columns: Sequence[str], *, partly: bool = False) -> dict[str, str]:
        """The columns, each with its name as a file spells it.

        Args:
            label: How the file is named in an error.
            columns: The file's columns.
            partly: Whether a column may be missing; it is left out then.

        Raises:
            InputError: A column is missing, or two could be it; the message names the nearest.

        Example:
            >>> Wanted(("id", "y"), (), {"y": ("lat",)}, {"y": ("y",)}).found_in("a.csv", ["Y", "ID"])
            {'id': 'ID', 'y': 'Y'}
        """
        names = {name: self.accepted.get(name, (name,)) for name in self.names}
        there = {folded(name) for name in columns}
        if not any(folded(name) in there for column in self.instead for name in names[column]):
            known = {folded(name) for each in self.instead.values() for name in each}
            names |= self.instead if known & there else {}
        if partly:
            names = {column: each for column, each in names.items() if there & set(map(folded, each))}
        return match(label, columns, names, self.fix)


@dataclass(frozen=True)
class OddRows:
    """Rows of which an area must know once the whole file is read.

    Attributes:
        kind: What is odd about them.
        rows: How many there are.
        first: The first of them, counted from 1 without the header.
        value: What is written in that one, fit to be shown; "" where it does not matter.
    """

    kind: str
    rows: int
    first: int
    value: str = ""


def added(odd: Iterable[OddRows]) -> tuple[OddRows, ...]:
    """What blocks noted, together: by kind how many rows, and the first.

    Example:
        >>> added([OddRows("a", 2, 7), OddRows("b", 1, 9), OddRows("a", 3, 20)])
        (OddRows(kind='a', rows=5, first=7, value=''), OddRows(kind='b', rows=1, first=9, value=''))
    """
    found: dict[str, OddRows] = {}
    for each in odd:
        before = found.get(each.kind, each)
        rows = each.rows + (0 if before is each else before.rows)
        found[each.kind] = replace(min(before, each, key=lambda one: one.first), rows=rows)
    return tuple(found.values())


def noted(kind: str, rows: npt.NDArray[np.bool_], before: int, value: str = "") -> OddRows:
    """Rows of a block, as they are noted: how many, and the first in the file.

    Args:
        kind: What is odd about them.
        rows: Which rows of the block; at least one.
        before: Rows of the file before the block.
        value: What is written in the first.
    """
    return OddRows(kind, int(rows.sum()), before + int(rows.argmax()) + 1, value)


@dataclass(frozen=True)
class Tidied:
    """A block in its final form.

    Attributes:
        rows: The same rows, with the reader's schema.
        words: Words of the block that the area wants to know, each once, as the types of crimes.
        odd: Rows of which the area must know once the whole file is read.
    """

    rows: pa.RecordBatch
    words: tuple[str, ...] = ()
    odd: tuple[OddRows, ...] = ()


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
