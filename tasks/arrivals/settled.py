"""Which mailboxes may be read now: those that are no longer being copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import InputError
from data.records import RecordFile, Seen
from data.storage import changed_at, state_of
from tasks.arrivals.copying import is_copying
from tasks.arrivals.memory import Memory, Remembered


@dataclass(frozen=True)
class Settled:
    """Mailboxes, sorted by whether they may be read.

    Attributes:
        files: Those that may be read.
        notes: One line for each of the others, with the reason.
    """

    files: tuple[RecordFile, ...]
    notes: tuple[str, ...]


def settled(files: Sequence[RecordFile], memory: Memory, now: float, settle: float) -> Settled:
    """Leave out mailboxes that changed within the settling time, or are part of a copy under way.

    A file that is as it was when its agency was announced has settled, whatever the clock of its disk or
    store says. A file that has changed since the last look has not, if that look was within the settling
    time.

    Args:
        files: Mailboxes.
        memory: What ``tasks.arrivals.memory.recall`` gives.
        now: Our clock, seconds since 1970.
        settle: Seconds for which nothing may have changed.

    Returns:
        The files that may be read, in the order given, and a note for each that is left out.

    Raises:
        InputError: The size and times of a file cannot be had.
    """
    kept, notes = [], []
    for file in files:
        try:
            seen = Seen(file.agency, file.file, state_of(file.path))
        except FileNotFoundError:
            kept.append(file)  # the survey reports it, as in every run
            continue
        except OSError as error:
            raise InputError(
                f"{file.file}: cannot be read ({error.strerror}); check its permissions"
            ) from error
        why = why_not(seen, memory.get(file.agency), now, settle)
        if why is None:
            kept.append(file)
        else:
            notes.append(f"{file.file}: {why}")
    return Settled(tuple(kept), tuple(notes))


def why_not(seen: Seen, remembered: Remembered | None, now: float, settle: float) -> str | None:
    """Why a file may not be read yet; None if it may.

    Args:
        seen: The file.
        remembered: What is remembered of its agency.
        now: Our clock, seconds since 1970.
        settle: Seconds for which nothing may have changed.
    """
    if is_copying(seen):
        return "is part of a copy under way and is left out; it will be read when it is complete"
    age = now - changed_at(seen.state)
    if remembered is not None:
        if (remembered.announced or {}).get(seen.file) == seen.state:
            return None
        same, looked = remembered.files.get(seen.file) == seen.state, now - remembered.looked
        if remembered.behind:
            age = min(age, now - remembered.since if same else looked)
        elif not same and 0 <= looked < settle:
            age = min(age, looked)
    if age >= settle:
        return None
    return (
        f"changed {max(0.0, age):.0f} s ago and may still be being copied; "
        f"it is left out, and will be read when it has not changed for {settle:g} s"
    )
