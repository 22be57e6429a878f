"""What the last look saw and what was announced: `work/arrivals.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from data.places import State
from data.tables import replacing

FILE: Final = "arrivals.json"

Files = Mapping[str, State]
"""The state of each file, by its name inside the investigation folder."""


@dataclass(frozen=True)
class Remembered:
    """One agency.

    Attributes:
        files: its files as the last look saw them.
        since: our clock at the first look that saw them so, seconds since 1970.
        announced: its mailboxes and settings as they were announced, or were read before anything had to be;
            None where neither was.
    """

    files: Files
    since: float
    announced: Files | None = None


Memory = Mapping[str, Remembered]
"""What is remembered, by agency."""


def recall(work: Path) -> dict[str, Remembered]:
    """What the last look left; nothing where there was none, or where it makes no sense.

    A memory that is lost costs at most that an agency is announced once more, and what was read is not read
    again.

    Args:
        work: The investigation's work folder.
    """
    try:
        kept = json.loads((work / FILE).read_text(encoding="utf-8"))
        return {str(agency): _remembered(values) for agency, values in kept.items()}
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def remember(memory: Memory, work: Path) -> None:
    """Write it beside its place, and rename it.

    Args:
        memory: What is to be remembered.
        work: The investigation's work folder, made if need be.
    """
    work.mkdir(parents=True, exist_ok=True)
    values = {agency: asdict(one) for agency, one in memory.items()}
    with replacing(work / FILE) as beside:
        beside.write_text(json.dumps(values, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def _remembered(values: Mapping[str, Any]) -> Remembered:
    announced = values["announced"]
    return Remembered(
        dict(values["files"].items()),
        float(values["since"]),
        None if announced is None else dict(announced.items()),
    )
