"""What the last look saw and what was announced: ``work/arrivals.json``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from data.errors import InputError
from data.storage import State
from data.tables import replacing

FILE: Final = "arrivals.json"

Files = Mapping[str, State]
"""The state of each file, by its name inside the investigation folder."""


@dataclass(frozen=True)
class Remembered:
    """One agency. Times are our clock's, seconds since 1970.

    Attributes:
        files: Its files as the last look saw them.
        since: Time of the first look that saw them so.
        announced: Its mailboxes and settings as they were announced, or as they were read without an
            announcement; None if neither happened.
        at: Time of the last announcement.
        times: How often it was announced in its present state; 0 if it did not have to be.
        looked: Time of the last look.
        behind: Whether the clock of its disk has proved to be behind ours.
        reported: What was last reported as a thing that only a person can fix; empty if nothing was.
    """

    files: Files
    since: float
    announced: Files | None = None
    at: float = 0.0
    times: int = 0
    looked: float = 0.0
    behind: bool = False
    reported: str = ""


Memory = Mapping[str, Remembered]
"""What is remembered, by agency."""


def recall(work: Path) -> dict[str, Remembered]:
    """What the last look left; nothing if there was none, or if the file makes no sense.

    If the memory is lost, at worst an agency is announced once more; what was read is not read again.

    Args:
        work: The investigation's work folder.

    Raises:
        InputError: It cannot be opened.
    """
    try:
        kept = json.loads((work / FILE).read_text(encoding="utf-8"))
        return {str(agency): _remembered(values) for agency, values in kept.items()}
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
    except OSError as error:
        raise _refused(work, error) from error


def remember(memory: Memory, work: Path) -> None:
    """Write the memory under another name, and rename it.

    Args:
        memory: What to remember.
        work: The investigation's work folder; created if absent.

    Raises:
        InputError: It cannot be written.
    """
    values = {agency: _values(one) for agency, one in memory.items()}
    try:
        work.mkdir(parents=True, exist_ok=True)
        with replacing(work / FILE) as beside:
            beside.write_text(json.dumps(values, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise _refused(work, error) from error


def _refused(work: Path, error: OSError) -> InputError:
    return InputError(
        f"{work / FILE}: cannot be read or written ({error.strerror}); check the permissions of {work}"
    )


def _values(one: Remembered) -> dict[str, Any]:
    """The fields; one keeps its first name in the file, so that files of earlier versions can be read."""
    values = asdict(one)
    return {**values, "told": values.pop("reported")}


def _remembered(values: Mapping[str, Any]) -> Remembered:
    announced = values["announced"]
    numbers = {name: float(values[name]) for name in ("since", "at", "looked")}
    if not all(map(math.isfinite, numbers.values())):
        raise ValueError("no time")
    return Remembered(
        files=dict(values["files"].items()),
        announced=None if announced is None else dict(announced.items()),
        times=int(values["times"]),
        behind=bool(values["behind"]),
        reported=str(values["told"]),
        **numbers,
    )
