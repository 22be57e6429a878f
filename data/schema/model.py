"""What a table and a column are, and the Arrow types that columns have."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
class SmallCells:
    """What of a public table says how many posts or crimes a place has (method 12.6).

    Attributes:
        counts: The columns of counts, in which small ones are left out.
        derived: The columns that are computed from them and others of the table: left out where they are.
        estimates: The columns of statistics, which as many digits would tell the counts of: they have three
            digits for a place of which something is left out, and are left out where its total is.
    """

    counts: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    estimates: tuple[str, ...] = ()


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
        small: What of it says how many posts or crimes a place has; None where nothing does.
    """

    name: str
    key: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()
    order: tuple[Sort, ...] = ()
    small: SmallCells | None = None

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


def countable(name: str, meaning: str, type: pa.DataType = COUNT) -> Column:
    """A column of counts of posts or crimes in a place, or of what is computed from them alone."""
    return Column(name, type, f"{meaning.removesuffix('.')}; missing where small counts are left out.", True)


_OF_INCOMES: Final = frozenset({"income_10", "income_90", "relative_margin", "reliability", "same_decile"})
"""Statistics of the incomes alone."""


def of_tests(table: Table) -> Table:
    """A table of statistics, with what of it depends on counts: numbers that may be missing."""
    numbers = (column.name for column in table.columns if column.type == NUMBER and column.nullable)
    estimates = tuple(name for name in numbers if name not in _OF_INCOMES)
    counts = tuple(column.name for column in table.columns if column.name in {"posts", "crimes"})
    return replace(table, small=SmallCells(counts, (), estimates))
