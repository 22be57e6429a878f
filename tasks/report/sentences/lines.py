"""Counts of the ledger behind their labels, for the rules of the method."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tasks.report.results import Story
from tasks.report.sentences.counts import counts
from tasks.report.sentences.words import UNKNOWN, missing_in, plain

Said = Callable[[Story], Iterable[str]]


def labelled(pairs: Iterable[tuple[str, int | None]], missing: str = UNKNOWN) -> str:
    """Counts behind what they count, as one sentence.

    Args:
        pairs: What is counted, and its count.
        missing: What is said of a count that is None.

    Example:
        >>> labelled([("mailboxes", 10), ("copies", 0), ("listed", None)])
        'Mailboxes: 10; copies: none; listed: an unknown number.'
    """
    told = "; ".join(f"{label}: {plain(count, missing)}" for label, count in pairs)
    return f"{told[:1].upper()}{told[1:]}."


def of_lines(part: str, *lines: str) -> Said:
    """What says some lines of the ledger; a line that this run has not is left out.

    Args:
        part: As "posts".
        lines: Their names, in order; where the ledger's word is short, ``name = label``.
    """
    labels = [line.split(" = ", 1) if " = " in line else [line, line] for line in lines]

    def said(story: Story) -> Iterator[str]:
        known = counts(story)
        found = [(label, known[part, name]) for name, label in labels if (part, name) in known]
        if found:
            yield labelled(found, missing_in(part))

    return said


def each(*functions: Said) -> Said:
    """What several functions say, one after the other."""
    return lambda story: (sentence for function in functions for sentence in function(story))
