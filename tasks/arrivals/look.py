"""A look at the records, and what a run asks before it reads: each compares the folder with the last look."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from data.catalog import Investigation
from data.errors import InputError
from data.printable import quoted
from data.records import RecordFile, Scan, Seen
from tasks.arrivals.agency import Arrival, Facts, announced, is_settings
from tasks.arrivals.copying import is_copying
from tasks.arrivals.decide import Decision, Stuck, decide
from tasks.arrivals.memory import faults, recall, remember
from tasks.arrivals.reading import read_before
from tasks.arrivals.settled import Settled, settled, why_forgotten, why_not
from tasks.mail.accepted import read_accepted
from tasks.mail.gone_now import is_emptied
from tasks.mail.not_read import KEPT, known_mailboxes, not_read_before
from tasks.mail.previous_runs import recall as recall_mail
from tasks.mail.sources import HashMemo

__all__ = [
    "Arrival",
    "Decision",
    "Stuck",
    "agencies_coming",
    "agencies_forgotten",
    "already_read",
    "faults",
    "look_at_records",
    "settled_files",
]

ACCEPT_IN: Final = "put it back, or confirm that it is gone: nwatch accept"
COPY_AGAIN: Final = "copy it again, or confirm that it is gone: nwatch accept"


def look_at_records(
    investigation: Investigation,
    settle: float,
    announce: Callable[[Arrival], None],
    tell: Callable[[Stuck], None],
    busy: bool = False,
) -> Decision:
    """Look at the records once, announce what has arrived, and report what needs a person.

    Args:
        investigation: The investigation; its agencies need not have settings yet.
        settle: Seconds for which nothing of an agency may have changed.
        announce: Announces an agency. The agency is marked only when this returns, so that if an announcement
            fails the next look makes it again.
        tell: Reports an agency that is stuck; marked in the same way, and called once for each reason.
        busy: Whether a run is active in the folder.

    Returns:
        What was announced, what is waiting, and why.

    Raises:
        InputError: Nothing can be listed at all, or the work folder cannot be written.
    """
    work = investigation.work
    now = time.time()
    found = investigation.place.scan()
    before = read_before(found.seen, work, investigation.out)
    accepted = {(row.agency, row.sha256) for row in read_accepted(investigation.folder)}
    facts = Facts(
        folder=investigation.folder,
        configured=investigation.config.agencies.keys(),
        read=before.read,
        published=_expected(investigation, accepted),
        held=_held(investigation, found.seen, accepted),
        known=_known_files(investigation),
        emptied=_emptied(investigation, found.seen, accepted),
        busy=busy,
        problem=lambda agency: _problem(investigation, agency),
    )
    decision = decide(found, recall(work), now, settle, facts)
    memory = dict(decision.memory)
    remember(memory, work)
    for arrival in decision.arrived:
        announce(arrival)
        memory[arrival.agency] = announced(memory[arrival.agency], arrival, now)
        remember(memory, work)
    for stuck in decision.stuck:
        if memory[stuck.agency].reported != stuck.line:
            tell(stuck)
            memory[stuck.agency] = replace(memory[stuck.agency], reported=stuck.line)
            remember(memory, work)
    return decision


def _expected(investigation: Investigation, accepted: Collection[tuple[str, str]]) -> set[str]:
    """The agencies in the published tables, without those whose mailboxes may all be gone."""
    known = [one for one in known_mailboxes(investigation.out) if one.published]
    return {one.agency for one in known if (one.agency, one.sha256) not in accepted}


def _held(
    investigation: Investigation, seen: Iterable[Seen], accepted: Collection[tuple[str, str]]
) -> dict[str, str]:
    """The agencies that a run has left out because a mailbox is gone, or is none any more, while it still is.

    Of a file that is there, a run remembers the hash as long as it is as it was: no mailbox.
    """
    command = f"{ACCEPT_IN} {quoted(str(investigation.folder))} --agency"
    memo, there = HashMemo(investigation.work), {one.file: one for one in seen}
    return {
        row.agency: f"{row.agency}: {row.file} {row.why}; {command} {quoted(row.agency)}"
        for row in not_read_before(investigation.out)
        if row.gone
        and row.rows == KEPT
        and (row.file not in there or memo.hash_of(row.file, there[row.file].state) not in {None, row.sha256})
        and (row.agency, row.sha256 or "") not in accepted
    }


def _emptied(
    investigation: Investigation, seen: Iterable[Seen], accepted: Collection[tuple[str, str]]
) -> dict[str, str]:
    """The agencies of which a published mailbox is empty now, each with what to do.

    Where another file is as large as it was, it may only have been renamed: the next run finds out.
    """
    boxes = [one for one in seen if one.mailbox]
    sizes, alike = {one.file: one.size for one in boxes}, {(one.agency, one.size) for one in boxes}
    own = [
        each
        for each in known_mailboxes(investigation.out)
        if each.published
        and is_emptied(each, sizes)
        and (each.agency, each.bytes) not in alike
        and (each.agency, each.sha256) not in accepted
    ]
    count = Counter(each.agency for each in own)
    found = dict[str, str]()
    for each in own:
        more = f" (and {count[each.agency] - 1:,} more of its mailboxes)" if count[each.agency] > 1 else ""
        file = next(file for file in each.files if file in sizes)
        found.setdefault(
            each.agency,
            f"{each.agency}: {file} was emptied{more}: an earlier run read {each.messages_listed or 0:,} "
            f"messages in it, and it is empty now; {COPY_AGAIN} {quoted(str(investigation.folder))} "
            f"--agency {quoted(each.agency)}",
        )
    return found


def _problem(investigation: Investigation, agency: str) -> str | None:
    """What is wrong with the settings of an agency, if anything."""
    try:
        investigation.settings_of(agency)
    except InputError as error:
        return str(error)
    return None


def agencies_coming(investigation: Investigation, found: Scan | None = None) -> dict[str, str]:
    """Agencies that are still being copied or have just changed; a run that starts by itself asks.

    Args:
        investigation: The investigation; its agencies need not have settings yet.
        found: What is there; of agencies that cannot be listed, nothing is then said. None to look.

    Returns:
        A note for each, by the agency's name.

    Raises:
        InputError: Something cannot be listed.
    """
    memory, now, settle = recall(investigation.work), time.time(), investigation.config.arrivals.settle
    if found is None:
        found = investigation.place.scan()
        for line in found.troubles.values():
            raise InputError(line)
    notes, known = dict[str, str](), _known_files(investigation)
    for one in found.seen:
        if one.mailbox or is_settings(one) or is_copying(one):
            why = why_not(one, memory.get(one.agency), now, settle, known)
            if why is not None:
                notes.setdefault(
                    one.agency, f"{one.file}: {why}; until then the agency {one.agency!r} stays as it was"
                )
    return notes


def agencies_forgotten(investigation: Investigation, found: Scan) -> dict[str, str]:
    """Agencies that wait for a copy that does not go on: nobody would ever hear of them (method 1.16).

    Args:
        investigation: The investigation; its agencies need not have settings yet.
        found: What is there.

    Returns:
        What is wrong with each, by the agency's name.
    """
    memory, now, known = recall(investigation.work), time.time(), _known_files(investigation)
    faults: dict[str, str] = {}
    for one in found.seen:
        why = why_forgotten(one, memory.get(one.agency), now, known)
        if why is not None:
            faults.setdefault(one.agency, why)
    return faults


def _known_files(investigation: Investigation) -> frozenset[str]:
    """The mailboxes of the published tables, by all of their names."""
    known = known_mailboxes(investigation.out)
    return frozenset(file for one in known if one.published for file in one.files)


def already_read(investigation: Investigation, agency: str) -> bool:
    """Whether a run has read and published all mailboxes of an agency as they are now.

    They must be in their present state, and read with the present settings of the agency.

    Args:
        investigation: The investigation, whose agency has settings.
        agency: Its folder's name.

    Raises:
        InputError: Something cannot be listed, or what earlier runs kept of the mail is damaged.
    """
    before = read_before(investigation.place.scan().seen, investigation.work, investigation.out)
    if agency not in before.read:
        return False
    known = recall_mail(investigation.work, but=())
    return known.timezones.get(agency) == investigation.timezones[agency] and known.code_pages.get(
        agency
    ) == investigation.code_pages.get(agency)


def settled_files(investigation: Investigation, files: Sequence[RecordFile]) -> Settled:
    """The mailboxes that may be read now; a run that was started by an arrival asks before it reads.

    Args:
        investigation: The investigation; its setting ``arrivals.settle`` is used.
        files: Mailboxes.

    Raises:
        InputError: A file cannot be asked for its size and times.
    """
    memory, settle = recall(investigation.work), investigation.config.arrivals.settle
    return settled(files, memory, time.time(), settle, _known_files(investigation))
