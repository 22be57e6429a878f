"""What a table and a column are, and the Arrow types that columns have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, cast

import pyarrow as pa

Visibility = Literal["private", "public", "work"]

TEXT: Final = pa.string()
LONG_TEXT: Final = pa.large_string()
COUNT: Final = pa.int64()
BLOCK: Final = pa.uint64()
SMALL_COUNT: Final = pa.int32()
SHARE: Final = pa.float64()
NUMBER: Final = pa.float64()
FLAG: Final = pa.bool_()
DAY: Final = pa.date32()
MOMENT: Final = pa.timestamp("us", tz="UTC")
TEXTS: Final = pa.list_(pa.field("element", pa.string()))  # the name that Parquet gives back


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: The column's name in the files.
        type: Its Arrow type.
        meaning: What a value says, with its unit. It goes into the data dictionary and, as metadata of the
            Arrow field, into every Parquet file: another wording means other bytes.
        nullable: Whether a value may be missing; the meaning says when.
        digits: Significant digits in a CSV, where its name does not say it (:mod:`data.schema.shown`).
    """

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False
    digits: int | None = None

    @property
    def arrow(self) -> pa.Field:
        """The Arrow field, with the meaning as its ``description``."""
        return pa.field(self.name, self.type, self.nullable, metadata={"description": self.meaning})


@dataclass(frozen=True)
class Sort:
    """A column by which rows stand in the order in which people read them.

    Attributes:
        column: Its name.
        descending: Whether the largest is first.
        values: Values in their order; others stand where ``REST`` is, else after them.
        within: The values by those of another column; ``values`` then has one tuple for each.
    """

    column: str
    descending: bool = False
    values: tuple[str, ...] = ()
    within: tuple[str, tuple[tuple[str, tuple[str, ...]], ...]] | None = None


REST: Final = "*"
"""Where other values stand, in :attr:`Sort.values`."""


@dataclass(frozen=True)
class Table:
    """One table: its path, what a row is, its key and its columns.

    Attributes:
        name: Path below ``out/`` without suffix, such as ``private/sources`` (``work/…``: intermediate
            tables).
        key: The columns that make a row unique and give the order of rows in the file.
        meaning: What one row is; it goes into the data dictionary alone.
        columns: The columns in the file's order.
        also: Suffixes of other forms in which it is published, as ``.geojson``.
        order: How people read it, sums above their parts: the order of rows in every form but Parquet, which
            is in the order of the key.
    """

    name: str
    key: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()
    order: tuple[Sort, ...] = ()

    @property
    def arrow(self) -> pa.Schema:
        """The Arrow schema: types, nullability, and each column's meaning as metadata."""
        return pa.schema([column.arrow for column in self.columns])

    @property
    def visibility(self) -> Visibility:
        """``private`` (names, addresses, texts), ``public`` (counts only) or ``work`` (intermediate)."""
        return cast(Visibility, self.name.split("/", 1)[0])

    @property
    def stem(self) -> str:
        """The file's name without folder and suffix, such as ``sources``."""
        return self.name.split("/", 1)[1]

    @property
    def files(self) -> tuple[str, ...]:
        """The files that hold it, such as ``public/kinds.parquet``; a public table is also a CSV."""
        suffixes = (".parquet", ".csv") if self.visibility == "public" else (".parquet",)
        return tuple(f"{self.name}{suffix}" for suffix in (*suffixes, *self.also))


def optional(name: str, type: pa.DataType, meaning: str) -> Column:
    """A column whose value may be missing; the meaning says when."""
    return Column(name, type, meaning, nullable=True)
