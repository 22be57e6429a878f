"""What is to be done about one agency: its files as a look found them, compared with what is remembered.

An agency is *settled* when

- no file of it is part of a copy under way (``tasks.arrivals.copying``),
- the look before saw the same files with the same sizes and times, and
- nothing of it has changed for ``settle`` seconds. These are counted from the first look that saw it so, or
  from the last change that the files themselves show, if that is earlier: a file that came a second after a
  look need not wait for two more of them. Times of the files alone are not believed, because the clock of
  an NFS server or of a store is not ours: between the two looks there are ``PAUSE`` seconds of our own clock
  at least, a time that lies ahead counts for nothing, and none counts of a disk that has dated a change
  before the look that did not see it yet.

A settled agency is *announced*, and again when its mailboxes or its ``agency.toml`` have changed since.
Mailboxes that a run has read and published as they are need no announcement. An announcement may be lost
with the server, and its run may fail, crash or be cancelled: where no run is at work and the agency is still
not read, it is announced again after each of the pauses of ``AGAIN``, and then no more. Beyond that, and
wherever else nothing happens without a person, the agency is *stuck*.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from data.record_names import RECORDS
from data.records import Seen
from data.settings import AGENCY_FILE, FILE
from data.storage import changed_at
from tasks.arrivals.copying import is_copying
from tasks.arrivals.memory import Files, Remembered

PAUSE: Final = 10.0
"""Seconds between the two looks that must see the same, where ``settle`` is not shorter still."""

AGAIN: Final = (600.0, 3600.0, 6 * 3600.0)
"""Seconds after which an agency that was announced and is not read is announced again."""

LONG: Final = 900.0
"""Seconds without any change after which what holds an agency back is not thought to pass by itself."""

_APART: Final = 2.0
"""Seconds by which clocks that are kept together differ."""


@dataclass(frozen=True)
class Arrival:
    """An agency whose records have arrived.

    Attributes:
        agency: Its folder's name.
        files: Mailboxes.
        bytes: Of them all.
        times: Which announcement of it as it is this one is, from 1.
    """

    agency: str
    files: int
    bytes: int
    times: int = 1


@dataclass(frozen=True)
class Facts:
    """What there is to know besides the files.

    Attributes:
        folder: The investigation folder, as it is named in a command.
        configured: Agencies with settings in ``investigation.toml``.
        read: Agencies all of whose mailboxes a run has read and published as they are.
        published: Agencies in the published tables.
        busy: Whether a run is at work in the folder.
        problem: Asked about an agency before it is announced: what is wrong with its settings, if anything.
    """

    folder: Path
    configured: Collection[str] = ()
    read: Collection[str] = ()
    published: Collection[str] = ()
    busy: bool = False
    problem: Callable[[str], str | None] = lambda _: None


@dataclass(frozen=True)
class Verdict:
    """What is to be done about an agency.

    Attributes:
        remembered: What is to be remembered; not yet that it was announced.
        arrival: Its announcement, if it is to be announced.
        line: Why it is not, where there is anything to say.
        wait: Seconds after which it may be settled, if nothing changes; None where no time will help.
        unread: Whether it was announced and a run may still read it.
        stuck: Whether only a person can help.
    """

    remembered: Remembered
    arrival: Arrival | None = None
    line: str | None = None
    wait: float | None = None
    unread: bool = False
    stuck: bool = False


def judge(
    agency: str,
    own: Sequence[Seen],
    before: Remembered | None,
    *,
    now: float,
    settle: float,
    facts: Facts,
    trouble: str | None = None,
) -> Verdict:
    """Say what is to be done about an agency.

    Args:
        agency: Its folder's name.
        own: Its files; none where they cannot be listed.
        before: What is remembered of it.
        now: Our clock at the look, seconds since 1970.
        settle: Seconds for which nothing may have changed.
        facts: What there is to know besides.
        trouble: Why its files cannot be listed, if that is so.
    """
    remembered = _remembered(own, before, now)
    boxes = [one for one in own if one.mailbox]
    if trouble is not None:
        return _held(remembered, trouble, now)
    if not boxes:
        return (
            _held(remembered, _gone(agency, facts), now) if agency in facts.published else Verdict(remembered)
        )
    if what_counts(own) == remembered.announced:
        return Verdict(remembered) if agency in facts.read else _unread(agency, boxes, remembered, now, facts)
    missing = _missing(agency, own, facts.configured)
    if missing is not None:
        return _held(remembered, missing, now)
    if agency in facts.read and not _resettled(own, remembered.announced):
        return Verdict(replace(remembered, announced=what_counts(own), times=0))
    wait = _wait(own, remembered, now, settle)
    if wait > 0:
        line = f"{agency}: changed lately; waits until nothing has for {settle:g} s"
        return Verdict(remembered, line=line, wait=wait)
    problem = facts.problem(agency)
    if problem is not None:
        return Verdict(remembered, line=f"{agency}: {problem}", stuck=True)
    return Verdict(remembered, _arrival(agency, boxes, 1))


def announced(remembered: Remembered, arrival: Arrival, now: float) -> Remembered:
    """What is to be remembered of an agency that was announced as the last look saw it."""
    seen = [Seen(arrival.agency, file, list(state)) for file, state in remembered.files.items()]
    return replace(remembered, announced=what_counts(seen), at=now, times=arrival.times)


def what_counts(own: Sequence[Seen]) -> Files:
    """What a run depends on: the mailboxes and the settings."""
    return {one.file: one.state for one in own if one.mailbox or is_settings(one)}


def _arrival(agency: str, boxes: Sequence[Seen], times: int) -> Arrival:
    return Arrival(agency, len(boxes), sum(one.size for one in boxes), times)


def _remembered(own: Sequence[Seen], before: Remembered | None, now: float) -> Remembered:
    """What is to be remembered of an agency: since when its files are as they are."""
    files = {one.file: one.state for one in own}
    if before is None:
        return Remembered(files, now, looked=now)
    # A clock that was set back must not make an agency wait until it has caught up.
    since = min(before.since, now) if before.files == files else now
    behind = before.behind or any(_is_behind(one, before) for one in own)
    return replace(before, files=files, since=since, looked=now, behind=behind)


def _is_behind(one: Seen, before: Remembered) -> bool:
    """Whether a disk's clock is behind ours, as a file shows that has changed since the last look.

    Only the very file that was there tells it: one that was moved to its place keeps its times, and an object
    of a store is dated when its upload began.
    """
    state = before.files.get(one.file)
    if state is None or state == one.state or not isinstance(one.state[-1], int):
        return False
    return state[-1] == one.state[-1] and changed_at(one.state) < before.looked - _APART


def _unread(agency: str, boxes: Sequence[Seen], remembered: Remembered, now: float, facts: Facts) -> Verdict:
    """What is to be done about an agency that was announced, or read, and stands in no published table."""
    command = f"nwatch run {facts.folder} --agency {agency}"
    if remembered.times == 0:
        line = f"{agency}: was read, and is not in the published tables as it is; read it with: {command}"
        return Verdict(remembered, line=line)
    if facts.busy:
        line = f"{agency}: announced, and not read yet; a run is at work in this investigation"
        return Verdict(remembered, line=line, unread=True)
    if remembered.times > len(AGAIN):
        line = (
            f"{agency}: announced {remembered.times} times, and not read; the log of its runs says why. "
            f"Mend that, then: {command}"
        )
        return Verdict(remembered, line=line, stuck=True)
    wait = AGAIN[remembered.times - 1] - (now - min(remembered.at, now))
    if wait > 0:
        line = f"{agency}: announced, and not read yet; announced again in {wait / 60:.0f} min if it is not"
        return Verdict(remembered, line=line, unread=True)
    return Verdict(remembered, _arrival(agency, boxes, remembered.times + 1), unread=True)


def _held(remembered: Remembered, line: str, now: float) -> Verdict:
    return Verdict(remembered, line=line, stuck=now - remembered.since >= LONG)


def _gone(agency: str, facts: Facts) -> str:
    return (
        f"{agency}: stands in the published tables, and has no mailbox in {RECORDS}/{agency} any more; "
        f"put them back, or, if they are to go, read all agencies: nwatch run {facts.folder}"
    )


def _resettled(own: Sequence[Seen], before: Files | None) -> bool:
    """Whether an agency that was announced has other settings now."""
    file = f"{RECORDS}/{own[0].agency}/{AGENCY_FILE}"
    return before is not None and what_counts(own).get(file) != before.get(file)


def is_settings(seen: Seen) -> bool:
    """Whether a file is its agency's ``agency.toml``."""
    return seen.file == f"{RECORDS}/{seen.agency}/{AGENCY_FILE}"


def _missing(agency: str, own: Sequence[Seen], configured: Collection[str]) -> str | None:
    """What must come before an agency can be read, if anything."""
    copying = [one.file for one in own if is_copying(one)]
    if copying:
        more = f" (and {len(copying) - 1} more)" if len(copying) > 1 else ""
        return f"{agency}: {copying[0]} is part of a copy under way{more}; if it is not, remove or rename it"
    if agency not in configured and not any(map(is_settings, own)):
        return f"{agency}: no settings yet; write {RECORDS}/{agency}/{AGENCY_FILE}, or its lines in {FILE}"
    return None


def _wait(own: Sequence[Seen], remembered: Remembered, now: float, settle: float) -> float:
    """Seconds until the agency is settled if nothing changes; 0 where it is."""
    still = now - remembered.since
    if remembered.behind or any(not changed_at(one.state) for one in own):
        return max(0.0, settle - still)
    quiet = now - min(remembered.since, max(changed_at(one.state) for one in own))
    return max(0.0, settle - quiet, min(settle, PAUSE) - still)
