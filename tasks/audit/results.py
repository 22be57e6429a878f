"""What the audit hands on: how many counts are left out of the public tables, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class LeftOut:
    """How much is left out of the public tables.

    Attributes:
        least: A count below this, and not 0, is small; 0 where nothing is left out.
        counts: Counts of posts and crimes in places.
        left_out: Those that are left out.
        tables: The tables from which some are left out, in order of their names, each with how many.
    """

    least: int = 0
    counts: int = 0
    left_out: int = 0
    tables: tuple[tuple[str, int], ...] = ()

    @property
    def words(self) -> str:
        """One sentence for a reader; empty where the settings leave out nothing.

        Example:
            >>> LeftOut(5, 1200, 31, (("public/tracts_used", 31),)).words
            'Counts of posts or crimes in a place that are below 5, and not 0, are left out of the public \
tables, with what they could be computed from: 31 of 1,200 counts (method 12.6).'
        """
        if not self.least:
            return ""
        return (
            f"Counts of posts or crimes in a place that are below {self.least:,}, and not 0, are left out of "
            f"the public tables, with what they could be computed from: {self.left_out:,} of {self.counts:,} "
            "counts (method 12.6)."
        )


def left_out_of(table: pa.Table | None) -> LeftOut:
    """How much is left out, by the table that says so.

    Args:
        table: The rows of public/left_out; None where it is not there, as nothing is left out.
    """
    rows = [] if table is None else table.to_pylist()
    if not rows:
        return LeftOut()
    tables: dict[str, int] = {}
    for row in rows:
        tables[row["table"]] = tables.get(row["table"], 0) + row["left_out"]
    return LeftOut(
        least=max(row["least_count"] for row in rows),
        counts=sum(row["counts"] for row in rows),
        left_out=sum(row["left_out"] for row in rows),
        tables=tuple((name, count) for name, count in sorted(tables.items()) if count),
    )
