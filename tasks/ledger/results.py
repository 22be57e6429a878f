"""What closing a part returns, and what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass

Row = tuple[str, str, str, int | None]
"""A row of ``public/ledger``: part, source, line, count."""


@dataclass(frozen=True)
class Doubt:
    """Something that entered, or lies beside what entered, and of which the content is not known.

    Attributes:
        count: How many.
        what: A clause that goes on from the number, such as "mails were read without a body".
        fix: What to do about it.
        example: The name of one, for the person at the keyboard alone; empty for none.
    """

    count: int
    what: str
    fix: str
    example: str = ""

    def __str__(self) -> str:
        return f"{self.count:,} {self.what}: {self.fix}"


@dataclass(frozen=True)
class Doubts:
    """Why nobody can say that nothing is missing (method 10.6).

    Attributes:
        unknown: What was not counted, as "2 of 11 mailboxes"; empty where all was.
        perhaps: What was counted, but not read.
    """

    unknown: str = ""
    perhaps: tuple[Doubt, ...] = ()


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
