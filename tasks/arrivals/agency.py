"""What to do about one agency: its files as a look found them, compared with what the looks before found.

An agency is *settled* when

- none of its files is part of a copy under way (``tasks.arrivals.copying``),
- the look before saw the same files with the same sizes and times, and
- nothing of it has changed for ``settle`` seconds. These count from the first look that saw the files so, or
  from the last change that the files themselves show, if that is earlier: a file that came a second after a
  look need not wait for two more looks. The times of the files are not trusted alone, because the clock of an
  NFS server or of a store is not ours. So at least ``PAUSE`` seconds of our own clock must pass between the
  two looks; a time in the future counts for nothing; and no time counts from a disk that has once dated a
  change before a look that did not see it yet.

A settled agency is *announced*, and again when its mailboxes or its ``agency.toml`` have changed since.
Mailboxes that a run has read and published in their present state need no announcement. An announcement may
be lost with the server, and the run that it starts may fail, crash or be cancelled. So if no run is active
and the agency is still not read, it is announced again after each of the pauses in ``AGAIN``, and then no
more. After that, and whenever nothing will happen without a person, the agency is *stuck*.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from data.printable import quoted
from data.record_names import RECORDS
from data.records import Seen
from data.settings import AGENCY_FILE, FILE
from data.storage import changed_at
from tasks.arrivals.copying import is_copying
from tasks.arrivals.memory import Files, Remembered

PAUSE: Final = 10.0
"""Seconds between the two looks that must see the same, unless ``settle`` is even shorter."""

AGAIN: Final = (600.0, 3600.0, 6 * 3600.0)
"""Seconds after which an agency that was announced and is not read is announced again."""

LONG: Final = 900.0
"""Seconds without any change after which a hindrance is not expected to pass by itself."""

_APART: Final = 2.0
"""Seconds by which synchronised clocks may differ."""


@dataclass(frozen=True)
class Arrival:
    """An agency whose records have arrived.

    Attributes:
        agency: Its folder's name.
        files: How many mailboxes it has.
        bytes: Size of all of them.
        times: How often it has been announced in its present state, this time included.
    """

    agency: str
    files: int
    bytes: int
    times: int = 1


@dataclass(frozen=True)
class Facts:
    """What is known besides the files.

    Attributes:
        folder: The investigation folder, as a command names it.
        configured: Agencies with settings in ``investigation.toml``.
        read: Agencies whose mailboxes a run has all read and published in their present state.
        published: Agencies in the published tables.
        busy: Whether a run is active in the folder.
        problem: Called with an agency before it is announced: says what is wrong with its settings, or None.
        held: Agencies that no scheduled run reads before a person has done something, each with what.
        known: The mailboxes of the published tables, by all of their names: one that is empty is no new copy.
        emptied: Agencies of which a mailbox that a run has read is empty now, each with what to do.
    """

    folder: Path
    configured: Collection[str] = ()
    read: Collection[str] = ()
    published: Collection[str] = ()
    busy: bool = False
    problem: Callable[[str], str | None] = lambda _: None
    held: Mapping[str, str] = field(default_factory=dict)
    known: Collection[str] = ()
    emptied: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What to do about an agency.

    Attributes:
        remembered: What to remember of it; an announcement is not yet marked in it.
        arrival: Its announcement, if it is announced now.
        line: Why it is not announced, if there is anything to say.
        wait: Seconds after which it may be settled if nothing changes; None if time alone will not help.
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
    """Decide what to do about an agency.

    Args:
        agency: Its folder's name.
        own: Its files; none if they cannot be listed.
        before: What is remembered of it.
        now: Our clock at the look, seconds since 1970.
        settle: Seconds for which nothing may have changed.
        facts: What else is known.
        trouble: Why its files cannot be listed; None if they can.
    """
    remembered = _remembered(own, before, now)
    boxes = [one for one in own if one.mailbox]
    if trouble is not None:
        return _held(remembered, trouble, now)
    if not boxes:
        return (
            _held(remembered, _gone(agency, facts), now) if agency in facts.published else Verdict(remembered)
        )
    if agency in facts.held:
        return Verdict(remembered, line=facts.held[agency])
    if what_counts(own) == remembered.announced:
        return Verdict(remembered) if agency in facts.read else _unread(agency, boxes, remembered, now, facts)
    if (emptied := _emptied(agency, boxes, remembered, facts)) is not None:
        wait = _wait(own, remembered, now, settle)
        return _changed(agency, remembered, wait, settle) if wait > 0 else _stuck(remembered, emptied)
    missing = _missing(agency, own, facts)
    if missing is not None:
        return _held(remembered, missing, now)
    if agency in facts.read and not _resettled(own, remembered.announced):
        return Verdict(replace(remembered, announced=what_counts(own), times=0))
    wait = _wait(own, remembered, now, settle)
    if wait > 0:
        return _changed(agency, remembered, wait, settle)
    problem = facts.problem(agency)
    if problem is not None:
        return _stuck(remembered, f"{agency}: {problem}")
    return Verdict(remembered, _arrival(agency, boxes, 1))


def announced(remembered: Remembered, arrival: Arrival, now: float) -> Remembered:
    """What to remember of an agency that was announced as the last look saw it."""
    seen = [Seen(arrival.agency, file, list(state)) for file, state in remembered.files.items()]
    return replace(remembered, announced=what_counts(seen), at=now, times=arrival.times)


def what_counts(own: Sequence[Seen]) -> Files:
    """What a run depends on: the mailboxes and the settings."""
    return {one.file: one.state for one in own if one.mailbox or is_settings(one)}


def _arrival(agency: str, boxes: Sequence[Seen], times: int) -> Arrival:
    return Arrival(agency, len(boxes), sum(one.size for one in boxes), times)


def _remembered(own: Sequence[Seen], before: Remembered | None, now: float) -> Remembered:
    """What to remember of an agency: its files, and since when they have been in this state."""
    files = {one.file: one.state for one in own}
    if before is None:
        return Remembered(files, now, looked=now)
    # If our clock was set back, an agency must not wait until the clock has caught up.
    since = min(before.since, now) if before.files == files else now
    behind = before.behind or any(_is_behind(one, before) for one in own)
    return replace(before, files=files, since=since, looked=now, behind=behind)


def _is_behind(one: Seen, before: Remembered) -> bool:
    """Whether a file that has changed since the last look shows that its disk's clock is behind ours.

    Only a file that was there before can show it: one that was moved into its place keeps its times, and an
    object on a store has the time at which its upload began.
    """
    state = before.files.get(one.file)
    if state is None or state == one.state or not isinstance(one.state[-1], int):
        return False
    return state[-1] == one.state[-1] and changed_at(one.state) < before.looked - _APART


def _unread(agency: str, boxes: Sequence[Seen], remembered: Remembered, now: float, facts: Facts) -> Verdict:
    """Decide about an agency that was announced, or read, but is not in the published tables as it is now."""
    command = f"nwatch run {quoted(str(facts.folder))} --agency {quoted(agency)}"
    if remembered.times == 0:
        line = f"{agency}: was read, but is not in the published tables as it is now; read it with: {command}"
        return Verdict(remembered, line=line)
    if facts.busy:
        line = f"{agency}: announced, but not read yet; a run is active in this investigation"
        return Verdict(remembered, line=line, unread=True)
    if remembered.times > len(AGAIN):
        line = (
            f"{agency}: announced {remembered.times} times, but still not read; see the log of its runs "
            f"for the reason, fix it, then: {command}"
        )
        return Verdict(remembered, line=line, stuck=True)
    wait = AGAIN[remembered.times - 1] - (now - min(remembered.at, now))
    if wait > 0:
        again = f"will be announced again in {wait / 60:.0f} min if it is still not"
        line = f"{agency}: announced, but not read yet; {again}"
        return Verdict(remembered, line=line, unread=True)
    return Verdict(remembered, _arrival(agency, boxes, remembered.times + 1), unread=True)


def _changed(agency: str, remembered: Remembered, wait: float, settle: float) -> Verdict:
    line = f"{agency}: changed lately; waits until nothing has changed for {settle:g} s"
    return Verdict(remembered, line=line, wait=wait)


def _stuck(remembered: Remembered, line: str) -> Verdict:
    return Verdict(remembered, line=line, stuck=True)


def _held(remembered: Remembered, line: str, now: float) -> Verdict:
    return Verdict(remembered, line=line, stuck=now - remembered.since >= LONG)


def _gone(agency: str, facts: Facts) -> str:
    return (
        f"{agency}: is in the published tables, but {RECORDS}/{agency} no longer has a mailbox; put the "
        "mailboxes back, or, to remove the agency from the tables, confirm that they are gone: "
        f"nwatch accept {quoted(str(facts.folder))} --agency {quoted(agency)}"
    )


def _resettled(own: Sequence[Seen], before: Files | None) -> bool:
    """Whether an agency's settings have changed since it was announced."""
    file = f"{RECORDS}/{own[0].agency}/{AGENCY_FILE}"
    return before is not None and what_counts(own).get(file) != before.get(file)


def is_settings(seen: Seen) -> bool:
    """Whether a file is its agency's ``agency.toml``."""
    return seen.file == f"{RECORDS}/{seen.agency}/{AGENCY_FILE}"


def _emptied(agency: str, boxes: Sequence[Seen], remembered: Remembered, facts: Facts) -> str | None:
    """That a mailbox was emptied, and what to do; None if none was.

    It had been read by a run, or had been announced with content in it.
    """
    if agency in facts.emptied:
        return facts.emptied[agency]
    before = remembered.announced or {}
    files = [
        one.file
        for one in boxes
        if not one.size and one.file not in facts.known and before.get(one.file, [0])[0] not in {0, None}
    ]
    if not files:
        return None
    more = f" (and {len(files) - 1} more)" if len(files) > 1 else ""
    return f"{agency}: {files[0]} was emptied before a run read it{more}; copy it again, or remove it"


def _missing(agency: str, own: Sequence[Seen], facts: Facts) -> str | None:
    """What is missing before an agency can be read; None if nothing is."""
    copying = [one.file for one in own if is_copying(one) and one.file not in facts.known]
    if copying:
        more = f" (and {len(copying) - 1} more)" if len(copying) > 1 else ""
        return f"{agency}: {copying[0]} is part of a copy under way{more}; if it is not, remove or rename it"
    if agency not in facts.configured and not any(map(is_settings, own)):
        return f"{agency}: no settings yet; write {RECORDS}/{agency}/{AGENCY_FILE}, or its lines in {FILE}"
    return None


def _wait(own: Sequence[Seen], remembered: Remembered, now: float, settle: float) -> float:
    """Seconds until the agency is settled if nothing changes; 0 if it is."""
    still = now - remembered.since
    if remembered.behind or any(not changed_at(one.state) for one in own):
        return max(0.0, settle - still)
    quiet = now - min(remembered.since, max(changed_at(one.state) for one in own))
    return max(0.0, settle - quiet, min(settle, PAUSE) - still)
