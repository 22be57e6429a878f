"""What closing a part returns."""

from __future__ import annotations

from dataclasses import dataclass

Row = tuple[str, str, str, int | None]
"""A row of ``public/ledger``: part, source, line, count."""


@dataclass(frozen=True)
class PartClosed:
    """A part of the ledger that adds up, as it was entered.

    Attributes:
        rows: Its rows, as in the file.
        warnings: One line each, for the end of the run; they may name files, so they must not be published.
    """

    rows: tuple[Row, ...]
    warnings: tuple[str, ...]

    def total(self, line: str) -> int | None:
        """The counts of a line together, over all sources that have it; None where one is unknown.

        Example:
            >>> rows = (("crime", "alder", "counted", 2), ("crime", "birch", "counted", 3))
            >>> PartClosed(rows, warnings=()).total("counted")
            5
        """
        counts = [count for _, _, name, count in self.rows if name == line]
        return None if None in counts else sum(count for count in counts if count)
