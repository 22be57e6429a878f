"""Phases and times of a run in words, for the page and its figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from benchmarks.simulation.kinds import EXAMINE, INVENTORY, LIST, MESSAGES, NEW, PARSE, READ, READ_ON, TAKE

STEPS: Final[Mapping[str, str]] = {
    EXAMINE: "hash and list the mailboxes",
    NEW: "hash and read the mailboxes",
    TAKE: "give read mail its lasting name",
    READ: "read the messages",
    READ_ON: "read the other messages",
    LIST: "list the attachments",
    INVENTORY: "write the list of attachments",
    PARSE: "parse the alerts",
    "look": "look whose the addresses are",
    "weigh": "weigh whose they are",
    "deal_part": "deal the messages into buckets",
    "sum_up": "sum up the buckets",
    "mark_contents": "find copies by content",
    "compare": "compare the agencies",
    MESSAGES: "write the tables",
}
"""What a phase does, by the kind of its first pieces."""
HOUR: Final = 3600.0
"""Seconds."""


def step_of(phase: Mapping[str, Any]) -> str:
    """What a phase does."""
    known = [STEPS[kind] for kind in phase["kinds"] if kind in STEPS]
    return " and ".join(known or phase["kinds"])


def time_of(seconds: float) -> str:
    """Seconds in the unit that a person would use.

    Example:
        >>> time_of(9000), time_of(90)
        ('2.5 h', '1.5 min')
    """
    for unit, name in ((HOUR, "h"), (60.0, "min")):
        if seconds >= unit:
            return (
                f"{seconds / unit:,.1f} {name}" if seconds < 100 * unit else f"{seconds / unit:,.0f} {name}"
            )
    return f"{seconds:.1f} s"
