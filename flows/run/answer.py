"""The answer to "Is anything missing?": one function for the summary, ``nwatch ledger`` and the Prefect UI.

It is made from the tables of a run alone, so that it is the same wherever it is shown, and it says no more
than they know (method 10.6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from flows.run.part import Part
from tasks.ledger.results import Doubt

QUESTION = "Is anything missing?"


@dataclass(frozen=True)
class Answer:
    """What is known of it.

    Attributes:
        headline: The answer, without the reasons for "perhaps".
        perhaps: These reasons.
    """

    headline: str
    perhaps: tuple[Doubt, ...] = ()

    @property
    def in_public(self) -> str:
        """On one line and without the name of a file, for the Prefect UI."""
        return " ".join([self.headline, "; ".join(map(str, self.perhaps))]).strip()

    def lines(self, then: str) -> list[str]:
        """The answer for a person at the keyboard.

        Args:
            then: Where to look next; goes on from the last line.

        Example:
            >>> Answer("No: everything is accounted for").lines("line by line: nwatch ledger x")
            ['No: everything is accounted for; line by line: nwatch ledger x']
        """
        if not self.perhaps:
            return [f"{self.headline}; {then}"]
        named = [f"  {doubt}{f' ({doubt.example})' if doubt.example else ''}" for doubt in self.perhaps]
        return [self.headline, *named, f"Everything else is accounted for; {then}"]


def answer(parts: Iterable[Part], out: Path | Callable[[Part], Path], unknown: Iterable[str] = ()) -> Answer:
    """Say whether anything is missing.

    Args:
        parts: The parts that are asked about.
        out: The folder of their tables, or what gives that of each.
        unknown: What could not be counted besides, as "2 of 11 mailboxes".

    Returns:
        "No" only where all was counted and all that was counted was read.

    Raises:
        ValueError: A table is damaged, or of another version.
    """
    found = [part.doubts(out if isinstance(out, Path) else out(part)) for part in parts]
    perhaps = tuple(doubt for each in found for doubt in each.perhaps)
    unclear = ", ".join(dict.fromkeys(filter(None, (*(each.unknown for each in found), *unknown))))
    if unclear:
        seen = f"Unknown for {unclear} (see the warnings)"
        return Answer(
            f"{seen}; and perhaps:" if perhaps else f"{seen}; everything else is accounted for", perhaps
        )
    return Answer("Perhaps:" if perhaps else "No: everything is accounted for", perhaps)
