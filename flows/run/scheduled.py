"""What a scheduled run reads, and what it leaves as it was: no rows are lost silently."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.catalog import Investigation
from data.errors import InputError, NoneReadError
from data.opening import regular
from data.printable import quoted
from data.record_names import RECORDS
from data.records import Seen
from data.schema import TABLES
from data.settings import AGENCY_FILE
from data.tables import read_table
from flows.run.part import Staying
from tasks.arrivals.look import agencies_coming, agencies_forgotten
from tasks.mail.look import Known, check_readable, known_mailboxes, new_files, read_accepted
from tasks.mail.previous_runs import recall


@dataclass(frozen=True)
class Tonight:
    """What a scheduled run reads, and what it leaves as it was.

    Attributes:
        investigation: The investigation, in which the agencies that are left out are not listed.
        agencies: The agencies whose mailboxes are read; None for all.
        coming: A note for each agency that is still being copied.
        faults: What is wrong with each other agency that is left out, or with a file beside their folders.
        gone: The agencies among these that have no mailbox any more.
        notes: What else a person should know, one line each.
    """

    investigation: Investigation
    agencies: tuple[str, ...] | None
    coming: Mapping[str, str]
    faults: Mapping[str, str]
    gone: frozenset[str]
    notes: tuple[str, ...]

    @property
    def staying(self) -> Staying:
        """The agencies that are not read."""
        return Staying(frozenset({*self.coming, *self.faults}), self.faults, self.gone)


def tonight(investigation: Investigation) -> Tonight:
    """Decide what a scheduled run reads: one agency's fault leaves out that agency alone (method 1.16).

    Args:
        investigation: The investigation, held for this run; its agencies need not have settings yet.

    Returns:
        The agencies that are read, and why the others are not.

    Raises:
        NoneReadError: None can be read.
        InputError: One that is not has rows in the published tables, but what was read of it is gone.
    """
    found, there = investigation.place.scan(), dict[str, str]()
    named = investigation.place.agencies(there)
    never = agencies_forgotten(investigation, found) | _no_files(investigation, found.seen)
    coming = {name: note for name, note in agencies_coming(investigation, found).items() if name not in never}
    boxes = {one.agency for one in found.seen if one.mailbox}
    gone = _gone(investigation, boxes | found.troubles.keys())
    new = new_files(found.seen, investigation.work)
    faults = dict(found.troubles) | never | {agency: _is_gone(agency) for agency in gone}
    empty = set()
    for agency in named:
        if agency not in {*coming, *faults}:
            fault = _fault(investigation, agency, new)
            if fault and agency in boxes:
                faults[agency] = fault
            elif fault:
                empty.add(agency)  # a folder that was made, and into which nothing was put yet
    idle = investigation.faults.keys() - {*coming, *faults, *empty}
    stay = {*coming, *faults}
    ready = tuple(agency for agency in named if agency in boxes - stay)
    if stay and not ready:
        why = {agency: f"nothing to read yet: {line}" for agency, line in coming.items()}
        raise NoneReadError({**why, **dict(sorted(faults.items()))}, faults)
    if stay:
        check_kept(investigation, ready)
    needed = [*ready, *(agency for agency in named if agency not in {*stay, *empty, *boxes})]
    may_be_gone = {row.agency for row in read_accepted(investigation.folder)} - boxes
    opened = Investigation.open(investigation.folder, needed, hidden={*faults, *empty, *may_be_gone})
    notes = (
        *coming.values(),
        *(
            f"{RECORDS}/{agency}: has no mailbox and no settings yet; it is passed over"
            for agency in sorted(empty)
        ),
        *(f"no mailbox of it is there: {investigation.faults[name]}" for name in sorted(idle)),
    )
    return Tonight(
        opened, ready if stay else None, coming, dict(sorted(faults.items())), frozenset(gone), notes
    )


def _no_files(investigation: Investigation, seen: Collection[Seen]) -> dict[str, str]:
    """What is wrong with agencies of which a mailbox is a pipe or the like: it passes for empty."""
    empty = {(one.agency, one.file) for one in seen if one.mailbox and not one.size}
    faults: dict[str, str] = {}
    for agency in {agency for agency, _ in empty}:
        for one in investigation.place.mailboxes(agency):
            if (agency, one.file) in empty and isinstance(one.path, Path):
                try:
                    regular(one.path, one.file)
                except InputError as error:
                    faults.setdefault(agency, str(error))
    return faults


def _fault(investigation: Investigation, agency: str, new: Mapping[str, Collection[str]]) -> str:
    """What is wrong with an agency, in one line; empty where nothing is.

    Args:
        investigation: The investigation.
        agency: The agency.
        new: Its mailboxes that no run has hashed as they are now: these are opened.
    """
    try:
        investigation.settings_of(agency)
        files = investigation.place.mailboxes(agency) if agency in new else ()
        # An object of a store is asked for when it is read: each question takes its time.
        check_readable(one for one in files if isinstance(one.path, Path) and one.file in new[agency])
    except InputError as error:
        line, _, lines = str(error).partition("\n")
        said = line.partition("; write its settings into")[0]
        return f"{said}; write its settings into {RECORDS}/{agency}/{AGENCY_FILE}" if lines else line
    return ""


def _gone(investigation: Investigation, there: Collection[str]) -> list[str]:
    """The agencies of the published tables that have no mailbox any more, which nobody has confirmed."""
    accepted = {(row.agency, row.sha256) for row in read_accepted(investigation.folder)}
    missed = {one.agency for one in _known(investigation) if (one.agency, one.sha256) not in accepted}
    return sorted(missed - set(there))


def _known(investigation: Investigation) -> list[Known]:
    """The mailboxes of the published tables."""
    _published(investigation.out)  # is an error where they are damaged
    return [one for one in known_mailboxes(investigation.out) if one.published]


def _is_gone(agency: str) -> str:
    return (
        f"{RECORDS}/{agency}: has no mailbox any more; put its mailboxes back (is their disk mounted?), or, "
        f"to remove the agency, confirm that they are gone: nwatch accept DIR --agency {quoted(agency)}"
    )


def agencies_gone(investigation: Investigation) -> list[str]:
    """A note for each agency of the published tables that has no mailboxes any more, in a run by hand.

    Args:
        investigation: The investigation, held for this run.
    """
    there = {record.agency for record in investigation.records()}
    return [
        f"agency {agency!r} has no mailbox any more, and will be removed from the published tables"
        for agency in sorted(_published(investigation.out) - there)
    ]


def check_kept(investigation: Investigation, agencies: Collection[str]) -> frozenset[str]:
    """Check that a run over some agencies can take the rows of the others from the work folder.

    Args:
        investigation: The investigation, held for this run.
        agencies: Those that it reads.

    Returns:
        The others of which something is known.

    Raises:
        InputError: An agency has rows in the published tables, but what was read of it is gone.
    """
    known = recall(investigation.work, but=agencies).agencies
    _check_same(investigation, agencies)
    lost = sorted(_published(investigation.out) - known - set(agencies))
    if lost:
        raise InputError(
            f"work/mail: what was read of {', '.join(lost)} is gone, or was read by another version, "
            f"and the published rows would be lost; {_read_all(investigation, lost)}"
        )
    return known


def _read_all(investigation: Investigation, agencies: Collection[str]) -> str:
    """What saves the rows of some agencies: a run by hand, in which those of a mailbox that is gone leave.

    Args:
        investigation: The investigation.
        agencies: These agencies.
    """
    line = f"read all agencies: nwatch run {quoted(str(investigation.folder))}"
    seen = [one for one in investigation.place.scan().seen if one.mailbox]
    there, known = {one.file for one in seen}, _known(investigation)
    named = {file for each in known for file in each.files}
    sizes = {(one.agency, one.size) for one in seen if one.file not in named}  # it may have been renamed
    gone = [
        each.files[0]
        for each in known
        if each.agency in agencies and there.isdisjoint(each.files) and (each.agency, each.bytes) not in sizes
    ]
    if not gone:
        return line
    more, its, it = (
        (f" (and {len(gone) - 1:,} more)", "their", "them") if len(gone) > 1 else ("", "its", "it")
    )
    return (
        f"{gone[0]} is gone{more}, and a run of all agencies takes {its} rows out: put {it} back first; "
        f"then {line}"
    )


def _check_same(investigation: Investigation, agencies: Collection[str]) -> None:
    """Check that what is kept of the other agencies is not older than their published rows.

    Raises:
        InputError: A published mailbox is not among what is kept of its agency: its rows would be lost.
    """
    try:
        table = read_table(TABLES["private/sources"], investigation.out)
    except (FileNotFoundError, ValueError):
        return  # there is nothing to lose, or it is named below
    kept = recall(investigation.work, but=agencies)
    own = {(source.agency, source.source) for source in kept.sources}
    for row in table.select(["agency", "source"]).to_pylist():
        if row["agency"] in kept.agencies and (row["agency"], row["source"]) not in own:
            raise InputError(
                f"work/mail: what is kept of {row['agency']} is older than the published tables, and rows "
                f"would be lost; {_read_all(investigation, [row['agency']])}"
            )


def _published(out: Path) -> set[str]:
    """The agencies in the tables of the last run."""
    try:
        return set(read_table(TABLES["private/sources"], out).column("agency").to_pylist())
    except FileNotFoundError:
        return set()
    except ValueError as error:
        wrong = str(error).removesuffix("; run again to rebuild it")
        raise InputError(
            f"{wrong}; it says which agencies are published: put it back, or move it away and run again"
        ) from error
