"""Which agencies have arrived: one look compared with what is remembered of the looks before. Pure functions.

An agency is *settled* when

- no file of it is part of a copy under way (`tasks.arrivals.copying`),
- the look before saw the same files with the same sizes and times, and
- nothing of it has changed for `settle` seconds. These are counted from the first look that saw it so, or
  from the last change that the files themselves show, if that is earlier: a file that came a second after a
  look need not wait for two more of them. Times of the files alone are not believed, because the clock of
  an NFS server or of a store is not ours: between the two looks there are `PAUSE` seconds of our own clock
  at least, and a time that lies ahead counts for nothing.

A settled agency is *announced* once, and again when its mailboxes or its `agency.toml` have changed since.
Mailboxes that a run has read and published as they are need no announcement.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from data.places import changed_at
from data.records import RECORDS, Seen
from data.settings import AGENCY_FILE, FILE
from tasks.arrivals.copying import is_copying
from tasks.arrivals.memory import Files, Memory, Remembered

PAUSE: Final = 10.0
"""Seconds between the two looks that must see the same, where `settle` is not shorter still."""


@dataclass(frozen=True)
class Arrival:
    """An agency whose records have arrived.

    Attributes:
        agency: Its folder's name.
        files: Mailboxes.
        bytes: Of them all.
    """

    agency: str
    files: int
    bytes: int


@dataclass(frozen=True)
class Decision:
    """What a look led to.

    Attributes:
        arrived: The agencies to be announced, in order.
        waiting: What is not announced and why, a line each.
        again: Seconds until a look may find more of them settled, if nothing changes; None where no look
            will by the mere passing of time.
        memory: What is to be remembered; agencies to be announced are not yet marked in it.
    """

    arrived: tuple[Arrival, ...]
    waiting: tuple[str, ...]
    again: float | None
    memory: Memory


def decide(
    seen: Sequence[Seen],
    memory: Memory,
    now: float,
    settle: float,
    *,
    configured: Collection[str],
    read: Collection[str],
) -> Decision:
    """Compare a look with the ones before.

    Args:
        seen: Every file of every agency.
        memory: What is remembered.
        now: Our clock at the look, seconds since 1970.
        settle: Seconds for which nothing may have changed.
        configured: Agencies with settings in `investigation.toml`.
        read: Agencies all of whose mailboxes a run has read and published as they are.

    Returns:
        What to announce, what to wait for, what to remember.
    """
    arrived: list[Arrival] = []
    waiting: list[str] = []
    waits: list[float] = []
    kept: dict[str, Remembered] = {}
    for agency, own in _by_agency(seen).items():
        known = _known(own, memory.get(agency), now)
        kept[agency] = known
        boxes = [one for one in own if one.mailbox]
        if not boxes:
            continue
        if _what_counts(own) == known.announced:
            if agency not in read:
                waiting.append(f"{agency}: announced, and not read yet")
            continue
        missing = _missing(agency, own, configured)
        wait = _wait(own, known, now, settle)
        if missing is not None:
            waiting.append(missing)
        elif wait > 0:
            waiting.append(f"{agency}: changed lately; waits until nothing has for {settle:g} s")
            waits.append(wait)
        elif agency in read and not _resettled(own, known.announced):
            kept[agency] = replace(known, announced=_what_counts(own))
        else:
            arrived.append(Arrival(agency, len(boxes), sum(one.size for one in boxes)))
    return Decision(tuple(arrived), tuple(waiting), min(waits, default=None), kept)


def announced(memory: Memory, agency: str) -> dict[str, Remembered]:
    """The memory with an agency marked as announced, as the last look saw it."""
    known = memory[agency]
    seen = [Seen(agency, file, list(state)) for file, state in known.files.items()]
    return {**memory, agency: replace(known, announced=_what_counts(seen))}


def _by_agency(seen: Sequence[Seen]) -> Mapping[str, list[Seen]]:
    found: dict[str, list[Seen]] = {}
    for one in sorted(seen, key=lambda one: (one.agency, one.file)):
        found.setdefault(one.agency, []).append(one)
    return found


def _known(own: Sequence[Seen], before: Remembered | None, now: float) -> Remembered:
    """What is to be remembered of an agency: since when its files are as they are."""
    files = {one.file: one.state for one in own}
    same = before is not None and before.files == files
    # A clock that was set back must not make an agency wait until it has caught up.
    since = min(before.since, now) if same and before else now
    return Remembered(files, since, before.announced if before else None)


def _what_counts(own: Sequence[Seen]) -> Files:
    """What a run depends on: the mailboxes and the settings."""
    return {one.file: one.state for one in own if one.mailbox or _is_settings(one)}


def _resettled(own: Sequence[Seen], before: Files | None) -> bool:
    """Whether an agency that was announced has other settings now."""
    file = f"{RECORDS}/{own[0].agency}/{AGENCY_FILE}"
    return before is not None and _what_counts(own).get(file) != before.get(file)


def _is_settings(seen: Seen) -> bool:
    return seen.file == f"{RECORDS}/{seen.agency}/{AGENCY_FILE}"


def _missing(agency: str, own: Sequence[Seen], configured: Collection[str]) -> str | None:
    """What must come before an agency can be read, if anything."""
    copying = [one.file for one in own if is_copying(one)]
    if copying:
        more = f" (and {len(copying) - 1} more)" if len(copying) > 1 else ""
        return f"{agency}: {copying[0]} is part of a copy under way{more}; if it is not, remove or rename it"
    if agency not in configured and not any(map(_is_settings, own)):
        return f"{agency}: no settings yet; write {RECORDS}/{agency}/{AGENCY_FILE}, or its lines in {FILE}"
    return None


def _wait(own: Sequence[Seen], known: Remembered, now: float, settle: float) -> float:
    """Seconds until the agency is settled if nothing changes; 0 where it is."""
    still = now - known.since
    if any(not changed_at(one.state) for one in own):
        return max(0.0, settle - still)
    quiet = now - min(known.since, max(changed_at(one.state) for one in own))
    return max(0.0, settle - quiet, min(settle, PAUSE) - still)
