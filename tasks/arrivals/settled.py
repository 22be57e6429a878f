"""Which mailboxes may be read now: those that are no longer being copied."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from data.errors import InputError
from data.records import RecordFile, Seen
from data.storage import changed_at, state_of
from tasks.arrivals.copying import is_copying
from tasks.arrivals.memory import Memory, Remembered

FORGOTTEN: Final = 86_400.0
"""Seconds without any change after which a copy under way is none any more: a person is told of it."""


@dataclass(frozen=True)
class Settled:
    """Mailboxes, sorted by whether they may be read.

    Attributes:
        files: Those that may be read.
        notes: One line for each of the others, with the reason.
    """

    files: tuple[RecordFile, ...]
    notes: tuple[str, ...]


def settled(
    files: Sequence[RecordFile], memory: Memory, now: float, settle: float, known: Collection[str] = ()
) -> Settled:
    """Leave out mailboxes that changed within the settling time, or are part of a copy under way.

    A file that is as it was when its agency was announced has settled, whatever the clock of its disk or
    store says. A file that has changed since the last look has not, if that look was within the settling
    time.

    Args:
        files: Mailboxes.
        memory: What ``tasks.arrivals.memory.recall`` gives.
        now: Our clock, seconds since 1970.
        settle: Seconds for which nothing may have changed.
        known: Mailboxes that an earlier run has read: what became of one is no copy for ever.

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
        why = why_not(seen, memory.get(file.agency), now, settle, known)
        if why is None:
            kept.append(file)
        else:
            notes.append(f"{file.file}: {why}")
    return Settled(tuple(kept), tuple(notes))


def why_not(
    seen: Seen, remembered: Remembered | None, now: float, settle: float, known: Collection[str] = ()
) -> str | None:
    """Why a file may not be read yet; None if it may.

    Args:
        seen: The file.
        remembered: What is remembered of its agency.
        now: Our clock, seconds since 1970.
        settle: Seconds for which nothing may have changed.
        known: Mailboxes that an earlier run has read. One that is empty now, or that has the name of a copy,
            waits as any other file does.
    """
    if is_copying(seen) and seen.file not in known:
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


def why_forgotten(
    seen: Seen, remembered: Remembered | None, now: float, known: Collection[str] = ()
) -> str | None:
    """What is wrong with a copy under way that does not go on; None for any other file.

    The line is the same every night, so that a person is told once.

    Args:
        seen: The file.
        remembered: What is remembered of its agency.
        now: Our clock, seconds since 1970.
        known: Mailboxes that an earlier run has read.
    """
    if not is_copying(seen) or seen.file in known:
        return None
    changed = changed_at(seen.state)
    age = now - changed if changed and not (remembered and remembered.behind) else 0.0
    if remembered is not None and remembered.files.get(seen.file) == seen.state:
        age = max(age, now - remembered.since)
    if age < FORGOTTEN:
        return None
    if seen.mailbox and not seen.size:
        return f"{seen.file}: has been empty for more than a day; copy it again, or remove it"
    return f"{seen.file}: looks like part of a copy, which has not gone on for a day; remove or rename it"
