"""What the last look saw and what was announced: ``work/arrivals.json``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from data.errors import InputError
from data.sealed import read_json, write_json
from data.storage import State

FILE: Final = "arrivals.json"

_VERSION: Final = "arrivals 2"

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
        kept = read_json(work / FILE, _VERSION).value or {}
        return {str(agency): _remembered(values) for agency, values in kept.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
    except OSError as error:
        raise _refused(work, error) from error


def faults(work: Path) -> list[str]:
    """A line where what the last look left cannot be used, and is begun anew.

    Args:
        work: The investigation's work folder.

    Raises:
        InputError: It cannot be opened.
    """
    try:
        fault = read_json(work / FILE, _VERSION).fault
    except OSError as error:
        raise _refused(work, error) from error
    return [f"work/{FILE}: {fault}; begun anew, so an agency may be announced once more"] if fault else []


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
        write_json(work / FILE, values, _VERSION)
    except OSError as error:
        raise _refused(work, error) from error


def _refused(work: Path, error: OSError) -> InputError:
    return InputError(
        f"{work / FILE}: cannot be read or written ({error.strerror}); check the permissions of {work}"
    )


def _values(one: Remembered) -> dict[str, Any]:
    return asdict(one)


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
        reported=str(values["reported"]),
        **numbers,
    )
