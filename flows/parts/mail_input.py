"""Which mailboxes a run reads, and which agencies stay as an earlier run left them (method 1.16)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.catalog import Investigation, RecordFile
from data.errors import InputError, NoneReadError, UnreadableError
from data.printable import printable
from data.record_names import RECORDS, is_mailbox
from flows.run.inputs import Inputs
from flows.run.part import Job, Staying
from flows.run.step import step

if TYPE_CHECKING:
    from tasks.mail.look import Accepted, Known, NotRead
    from tasks.mail.results import MailSource, Reading, Survey
    from tasks.mail.settings import MailSettings


@dataclass(frozen=True)
class MailInput:
    """The mailboxes of a run.

    Attributes:
        survey: Those that are read, surveyed.
        agencies: The agencies whose mailboxes these are; None for all.
        stay: The others whose rows stay as an earlier run left them; None for all others.
        not_read: The mailboxes that are gone, and the agencies that were left out.
        notes: What a person should know, one line each.
    """

    survey: Survey
    agencies: tuple[str, ...] | None
    stay: frozenset[str] | None
    not_read: tuple[NotRead, ...] = ()
    notes: tuple[str, ...] = ()


def accepted(given: Inputs) -> tuple[Accepted, ...]:
    """The rows of ``accepted.csv``."""
    from tasks.mail.look import read_accepted

    return read_accepted(given.investigation.folder)


def read_mail(job: Job, settings: MailSettings) -> tuple[MailInput, Reading]:
    """Survey the mailboxes of a run, compare them with those that earlier runs have read, and read them.

    By day, rows of a mailbox that is gone go with it, and a warning says so. In a scheduled run, an agency
    that lacks a mailbox of the published tables is not read, and its rows stay; so do those of an agency of
    which a mailbox cannot be read, or not to its end.

    Args:
        job: The job.
        settings: How the mail is read.

    Returns:
        What is read, without its listings, and what is not; and what became of the messages.

    Raises:
        InputError: There is no mailbox, or none that is whole, a file cannot be read, or what earlier runs
            read of an agency that must stay is gone.
    """
    investigation = job.given.investigation
    records, notes = investigation.records(job.agencies), tuple[str, ...]()
    listed = {record.file for record in records}
    if job.settled:
        # Decided here, for exactly the files that are surveyed next: a later one is for the next run.
        records, notes = _settled(investigation, records)
    survey, faults = _survey(job, records, settings)
    while True:
        given = replace(_input(job, survey, faults, listed), notes=notes)
        try:
            reading = _read(job, given, settings)
        except UnreadableError as error:
            left = {mailbox.agency for mailbox in given.survey.mailboxes}
            files = [file for file in records if file.agency in left]
            faults |= _fault(job, error, files, given.not_read)
            continue
        # The listings take memory, and nobody needs them any more.
        return replace(given, survey=replace(given.survey, mailboxes=())), reading


def _read(job: Job, given: MailInput, settings: MailSettings) -> Reading:
    """Read the mailboxes, and hash what is attached if that is asked for."""
    from tasks.mail import task as mailboxes
    from tasks.mail.look import check_any_readable, find_other_files

    place = job.given.investigation.place
    others = find_other_files(place, given.agencies)
    check_any_readable(given.survey.mailboxes, others, str(place))
    reading = replace(step(mailboxes.read)(given.survey, job.work, job.workers, settings), others=others)
    if job.hash_attachments:
        step(mailboxes.hashes)(reading.sources, given.survey, job.work, job.workers)
    return reading


def _input(job: Job, survey: Survey, faults: Mapping[str, str], listed: Collection[str]) -> MailInput:
    """Decide which of the mailboxes are read.

    Args:
        job: The job.
        survey: The mailboxes.
        faults: The agencies of which one cannot be read, each with the reason.
        listed: The names of all mailboxes that are there.
    """
    from tasks.mail.look import find_gone, known_mailboxes

    known, confirmed = known_mailboxes(job.given.investigation.out), job.given.once(accepted)
    asked = [each for each in known if _is_examined(job, each.agency) and each.agency not in faults]
    gone = list(find_gone(asked, survey.mailboxes, listed, {(row.agency, row.sha256) for row in confirmed}))
    there = {mailbox.agency for mailbox in survey.mailboxes}
    missed = {each.agency for each, _ in gone if each.published and each.agency in there and job.settled}
    found = _without(job, survey, {*missed, *faults})
    left_out = _left_out(job, known, faults)
    rows = {*left_out, *_rows(job, gone, missed), *_as_before(job, faults)}
    ordered = sorted(rows, key=lambda row: (row.agency, row.file, row.sha256 or ""))
    return replace(found, not_read=tuple(ordered))


def _survey(job: Job, records: Sequence[RecordFile], settings: MailSettings) -> tuple[Survey, dict[str, str]]:
    """Survey the mailboxes; by night without agencies of which one cannot be read, each with the reason."""
    from tasks.mail import task as mailboxes
    from tasks.mail.look import known_mailboxes

    faults = dict[str, str]()
    while True:
        left = [file for file in records if file.agency not in faults]
        try:
            return step(mailboxes.survey)(left, job.work, job.workers, settings), faults
        except UnreadableError as error:
            known = known_mailboxes(job.given.investigation.out)
            faults |= _fault(job, error, left, list(_left_out(job, known, faults)))


def _fault(
    job: Job, error: UnreadableError, files: Sequence[RecordFile], others: Sequence[NotRead]
) -> dict[str, str]:
    """The agency whose mailbox cannot be read, with the reason.

    Args:
        job: The job.
        error: Which, and why.
        files: The mailboxes that were to be read.
        others: What is not read already.

    Raises:
        UnreadableError: By day; or it is no agency's.
        NoneReadError: It is of the only agency that was left.
    """
    found = next((file for file in files if str(file.path) == error.path), None)
    if found is None:
        raise error
    # As people know it, and the same wherever the investigation lies.
    named = UnreadableError(error.line.replace(printable(error.path), found.file), error.path)
    if not job.settled or _is_of_one(job):
        raise named from error
    if {file.agency for file in files} == {found.agency}:
        raise _none_read({found.agency: str(named)}, others) from error
    return {found.agency: str(named)}


def _none_read(last: Mapping[str, str], others: Sequence[NotRead]) -> NoneReadError:
    """The error that no agency can be read.

    Args:
        last: The one that was left, with the reason.
        others: What is not read already.
    """
    from tasks.mail.look import WAITS

    why = {row.agency or row.file: f"{row.file}: {row.why}" if row.gone else row.why for row in others}
    faults = {row.agency or row.file for row in others if row.why != WAITS}
    return NoneReadError({**why, **last}, {*faults, *last})


def _settled(
    investigation: Investigation, records: Sequence[RecordFile]
) -> tuple[list[RecordFile], tuple[str, ...]]:
    """The mailboxes that may be read, and a note for each of the others."""
    from tasks.arrivals.look import settled_files

    found = settled_files(investigation, records)
    if not found.files:
        raise InputError(f"nothing to read yet: {found.notes[0]}")
    return list(found.files), found.notes


def _is_of_one(job: Job) -> bool:
    """Whether the run is one of some agencies, which leaves all others alone."""
    return job.agencies is not None and job.staying is None


def _is_examined(job: Job, agency: str) -> bool:
    """Whether the run knows which mailboxes an agency has now."""
    if job.staying is not None:
        return agency not in job.staying.agencies - job.staying.gone
    return job.agencies is None or agency in job.agencies


def _without(job: Job, survey: Survey, missed: Collection[str]) -> MailInput:
    """What is read, without agencies that lack a mailbox: their rows are those of an earlier run."""
    stay = None if job.staying is None else job.staying.agencies
    from flows.run.scheduled import check_kept

    if not missed:
        return MailInput(survey, job.agencies, stay)
    left = tuple(mailbox for mailbox in survey.mailboxes if mailbox.agency not in missed)
    agencies = tuple(sorted({mailbox.agency for mailbox in left}))
    check_kept(job.given.investigation, agencies)
    return MailInput(
        replace(survey, mailboxes=left),
        agencies,
        None if _is_of_one(job) else frozenset({*(stay or ()), *missed}),
    )


def _left_out(job: Job, known: Sequence[Known], faults: Mapping[str, str]) -> Iterator[NotRead]:
    """The agencies that are left out; those that are gone are named by mailbox.

    Args:
        job: The job.
        known: The mailboxes that earlier runs read.
        faults: What was found wrong with an agency in this part of the run.
    """
    from tasks.mail.look import KEPT, NONE, WAITS, NotRead

    published = {each.agency for each in known if each.published}
    staying = job.staying or Staying()
    waiting = dict.fromkeys(sorted(staying.waiting), WAITS)
    for name, why in {**faults, **staying.faults, **waiting}.items():
        if is_mailbox(name) and name not in published:
            yield NotRead("", f"{RECORDS}/{name}", why, NONE)
        elif name not in staying.gone:
            yield NotRead(name, "", why, KEPT if name in published else NONE)


def _rows(job: Job, gone: Sequence[tuple[Known, str]], missed: Collection[str]) -> Iterator[NotRead]:
    """The mailboxes that are gone."""
    from tasks.mail.look import KEPT, NONE, as_row

    kept = {*missed, *(job.staying.gone if job.staying else ())}
    for each, why in gone:
        yield as_row(each, why, KEPT if each.agency in kept else NONE)


def _as_before(job: Job, faults: Collection[str]) -> Iterator[NotRead]:
    """What an earlier run said of the agencies of which this one does not know what they have now."""
    from tasks.mail.look import not_read_before

    may_be_gone = {(row.agency, row.sha256) for row in job.given.once(accepted)}
    for row in not_read_before(job.given.investigation.out):
        known = _is_examined(job, row.agency) and row.agency not in faults
        if not known and (row.gone or _is_of_one(job)) and (row.agency, row.sha256) not in may_be_gone:
            yield row


def confirmed(job: Job, sources: Sequence[MailSource]) -> tuple[Accepted, ...]:
    """The mailboxes of which a person has confirmed that they are gone, and that are in no table any more.

    Args:
        job: The job.
        sources: The mailboxes in the tables.
    """
    there = {(source.agency, source.sha256) for source in sources}
    return tuple(row for row in job.given.once(accepted) if (row.agency, row.sha256) not in there)


def notes_on(rows: Sequence[Accepted]) -> Iterator[str]:
    """A line for each agency of which mailboxes are gone, as a person has confirmed.

    Args:
        rows: These mailboxes.
    """
    for agency in sorted({row.agency for row in rows}):
        own = [row for row in rows if row.agency == agency]
        more = f" (and {len(own) - 1:,} more of {agency})" if len(own) > 1 else ""
        yield f"{own[0].file}: is gone, as accepted.csv confirms{more}"


def waiting(job: Job, given: MailInput, sources: Sequence[MailSource]) -> Iterator[str]:
    """A line for each agency that was not read, and whose tables still have what is confirmed as gone.

    Args:
        job: The job.
        given: What was read.
        sources: The mailboxes in the tables.
    """
    kept = {(source.agency, source.sha256) for source in sources if not _is_read(given, source.agency)}
    own = [row for row in job.given.once(accepted) if (row.agency, row.sha256) in kept]
    for agency in sorted({row.agency for row in own}):
        first, *others = [row for row in own if row.agency == agency]
        more, them = (f" (and {len(others):,} more of {agency})", "they are") if others else ("", "it is")
        yield (
            f"{first.file}: accepted.csv confirms that it is gone{more}; the next run that reads {agency} "
            f"takes the rows out if {them}"
        )


def ended(
    job: Job, given: MailInput, sources: Sequence[MailSource]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """End the confirmations of mailboxes that this run has read: they are back (method 1.16).

    Done before the tables are published: if they never are, a person is asked once too often, and not once
    too rarely.

    Args:
        job: The job.
        given: What was read.
        sources: The mailboxes in the tables.

    Returns:
        What a person should know, and what a person must do.
    """
    from tasks.mail.look import ACCEPTED_FILE, end_accepted

    read = {(source.agency, source.sha256) for source in sources if _is_read(given, source.agency)}
    back = [row for row in job.given.once(accepted) if (row.agency, row.sha256) in read]
    if not back:
        return (), ()
    try:
        end_accepted(job.given.investigation.folder, back)
    except (InputError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        return (), (
            f"{ACCEPTED_FILE}: cannot be written ({why}), and still confirms as gone what is back "
            f"(mailboxes: {len(back):,}); make it writable, and run again",
        )
    return tuple(
        f"{row.file}: is back; its row was taken out of {ACCEPTED_FILE}, and if it goes again, you are told"
        for row in back
    ), ()


def _is_read(given: MailInput, agency: str) -> bool:
    return given.agencies is None or agency in given.agencies


def untold(job: Job, rows: Sequence[NotRead]) -> dict[str, str]:
    """What the last run did not say yet: by agency, why it was left out.

    An agency that was read without a mailbox that is gone, by a person's own run, was not left out.

    Args:
        job: The job.
        rows: What this run says.
    """
    from tasks.mail.look import NONE, WAITS, not_read_before, not_read_warnings

    rows = [row for row in rows if not (row.gone and row.rows == NONE)]
    before = {(row.agency, row.file, row.why) for row in not_read_before(job.given.investigation.out)}
    new = [row for row in rows if (row.agency, row.file, row.why) not in before and row.why != WAITS]
    return {
        agency: not_read_warnings([row for row in rows if row.agency == agency])[0]
        for agency in dict.fromkeys(row.agency for row in new)
    }
