"""The mail: from mailboxes to unique alerts and a ledger that adds up (method 1 to 4, 10)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.catalog import Investigation
from data.crosswalk import COLUMNS
from data.reference_table import words_of
from data.schema import TABLES, attachments, mail
from flows.parts.mail_input import accepted, confirmed, ended, notes_on, read_mail, untold, waiting
from flows.parts.mail_tables import MailTables
from flows.run.inputs import Inputs
from flows.run.part import Found, Job, Listing, Part, Told
from flows.run.step import step
from tasks.alerts.ledger import LEDGER
from tasks.mail.ledger import EMBEDDED

if TYPE_CHECKING:
    import pyarrow as pa

    from data.crosswalk import Crosswalk
    from tasks.alerts.results import Copies
    from tasks.ledger.results import Doubts
    from tasks.mail.look import Accepted
    from tasks.mail.results import MailSource, Reading


@dataclass(frozen=True)
class MailFound(Found):
    """What was found in the mailboxes.

    Attributes:
        reading: The mailboxes, what became of their messages, and what of them is in quarantine.
        crosswalk: SHA-256 of the subject crosswalk: of the investigation's own rows and the program's.
        messages: Messages read.
        kinds: Rows of public/kinds.
        unique_alerts: Rows of private/alerts.
        recipients: Distinct pairs of agency and address.
        quarantine: Rows of private/quarantine.
        copies: Messages that were found before, and that several agencies hold; without those that are 0.
        own_rows: SHA-256 of the investigation's own ``subjects.csv``; empty if there is none.
        embedded: Messages attached to messages.
        attached_count: Whether attached messages count.
        unique_otherwise: Unique alerts with the other setting; None where no message is attached.
        agencies: The agencies whose mailboxes were read; None for all.
        stay: The others of which the tables have what an earlier run found; None for all others.
        accepted: The mailboxes that are gone, as a person has confirmed.
    """

    reading: Reading
    crosswalk: str
    messages: int
    kinds: pa.Table
    unique_alerts: int
    recipients: int
    quarantine: int
    copies: Mapping[str, int] = field(default_factory=dict)
    own_rows: str = ""
    embedded: int = 0
    attached_count: bool = False
    unique_otherwise: int | None = None
    agencies: tuple[str, ...] | None = None
    stay: frozenset[str] | None = None
    accepted: tuple[Accepted, ...] = ()

    @property
    def sources(self) -> tuple[MailSource, ...]:
        """The mailboxes and what became of their messages."""
        return self.reading.sources


def look(given: Inputs) -> Crosswalk:
    """Read the crosswalk, with the rows of the investigation's own ``subjects.csv``."""
    from data.crosswalk import read_crosswalks
    from tasks.alerts.look import check_templates

    own = given.investigation.subjects_file()
    given.once(accepted)
    crosswalk = read_crosswalks(own)
    check_templates(crosswalk, own[0])
    return crosswalk


def run(job: Job) -> MailFound:
    """Read the mailboxes of an investigation and write every table of the alerts.

    The tables hold the rows of all agencies. Where only some are to be read, what earlier runs found of the
    others is taken from the work folder, and none of their files is opened; an agency that no run has read is
    not in the tables.

    Args:
        job: The job; with ``agencies``, only their mailboxes are read.

    Returns:
        What was found.

    Raises:
        InputError: There is no mailbox, or none that is whole.
        LedgerError: A message that entered is not accounted for.
    """
    from data.streamed import distinct_streamed
    from data.tables import read_table
    from tasks.alerts import task as alerts
    from tasks.mail.previous_runs import faults, recall, together
    from tasks.mail.settings import MailSettings

    investigation, work, client = job.given.investigation, job.work, job.workers
    crosswalk = job.given.once(look)
    timezones = investigation.timezones
    settings = MailSettings(code_pages=investigation.code_pages)
    settings = settings if job.partition is None else replace(settings, partition=job.partition)
    damaged = faults(work)
    given, reading = read_mail(job, settings)
    if given.agencies is not None:
        known = recall(work, but=given.agencies, only=given.stay)
        reading = together(reading, known)
        timezones = {**timezones, **known.timezones}
    # A run of some agencies takes the hashes of the others as an earlier run left them.
    hashed = job.hash_attachments or given.agencies is not None
    kept = MailTables(job, reading)
    attached = kept.attachments(hashed=hashed)
    parsed = step(alerts.parse)(reading.sources, timezones, crosswalk, work, client=client)
    tables = kept.alerts(parsed)
    closed = step(alerts.close)(
        reading.sources,
        tables,
        reading.quarantine,
        job.out,
        others=reading.others,
        inventory=attached,
        not_read=given.not_read,
    )
    rebuilt = (*damaged, *reading.rebuilt, *parsed.rebuilt, *kept.keeper.rebuilt)
    kinds = read_table(TABLES["public/kinds"], job.out)
    quarantined = sum(closed.quarantined.values())
    back, wrong = ended(job, given, reading.sources)
    return MailFound(
        reading=reading,
        crosswalk=crosswalk.fingerprint,
        own_rows=crosswalk.own_sha256,
        messages=tables.messages,
        kinds=kinds,
        unique_alerts=tables.unique_alerts,
        recipients=distinct_streamed(job.out / "private/recipients.parquet", "agency", "recipient"),
        quarantine=quarantined,
        copies=_copies(tables.copied),
        embedded=closed.total(EMBEDDED) or 0,
        attached_count=tables.attached_count,
        unique_otherwise=tables.unique_otherwise,
        agencies=given.agencies,
        stay=given.stay,
        accepted=(absent := confirmed(job, reading.sources)),
        untold=untold(job, given.not_read),
        urgent=closed.urgent,
        warnings=(*_warnings(reading.sources), *closed.warnings, *wrong),
        notes=(
            *(*given.notes, *notes_on(absent), *waiting(job, given, reading.sources), *back),
            *(*rebuilt, *kept.notes(), *attached.notes),
        ),
    )


def _warnings(sources: Sequence[MailSource]) -> Iterator[str]:
    """What is odd about a mailbox whose messages are known; the ledger itself names the others."""
    for source in sources:
        if source.messages_listed is not None:
            yield from (f"{source.files[0]}: {warning}" for warning in source.warnings)
    replaced = [source for source in sources if source.replacement_characters]
    if replaced:
        total = sum(source.replacement_characters or 0 for source in replaced)
        yield (
            f"{total:,} messages have characters that could not be read, shown as \ufffd (as in "
            f"{replaced[0].files[0]}); if one agency has many, set its code_page in agency.toml"
        )


def _copies(copied: Copies | None) -> dict[str, int]:
    """The numbers that the summary shows: copies are counted among the messages read."""
    if copied is None:
        return {}
    shown = {
        "copies": copied.by_id + copied.by_content,
        "in other agencies": copied.elsewhere,
    }
    return {name: count for name, count in shown.items() if count}


def remember(job: Job, found: MailFound) -> None:
    """Keep what was read, for runs that read some agencies alone."""
    from tasks.mail.previous_runs import remember as keep

    keep(job.work, found.reading, job.given.investigation.timezones, found.agencies, found.stay)


def origin(found: MailFound) -> Mapping[str, Any]:
    """The mailboxes by hash, one given twice only once; those that are gone and may be; and the crosswalk."""
    distinct = {(source.agency, source.source): source for source in found.sources}
    gone = [
        {"agency": row.agency, "source": row.sha256[:12], "sha256": row.sha256, "bytes": row.bytes}
        for row in sorted(found.accepted, key=lambda row: (row.agency, row.sha256))
    ]
    return {
        **({"accepted": gone} if gone else {}),
        "crosswalk": {
            "sha256": found.crosswalk,
            **({"own": {"sha256": found.own_rows}} if found.own_rows else {}),
        },
        "sources": [
            {"agency": agency, "source": name, "sha256": source.sha256, "bytes": source.bytes}
            for (agency, name), source in sorted(distinct.items())
        ],
    }


def tell(found: MailFound) -> Told:
    """The kinds of mail, and how much there is."""
    rows = sorted(found.kinds.to_pylist(), key=lambda row: (row["agency"], -row["emails"], row["kind"]))
    kinds = [(row["agency"], row["kind"], row["emails"]) for row in rows]
    twice = sum(len(source.files) - 1 for source in found.sources)
    return Told(
        listings=(Listing(("agency", "kind", "emails"), kinds),),
        facts={
            "mailboxes": len(found.sources),
            **({"files given twice": twice} if twice else {}),
            "messages counted"
            if found.attached_count and found.embedded
            else "messages read": found.messages,
            **({"embedded messages": found.embedded} if found.embedded else {}),
            "unique alerts": found.unique_alerts,
            **_otherwise(found),
            "recipients": found.recipients,
            **found.copies,
            "in quarantine": found.quarantine,
        },
        see={"See what and why": "nwatch quarantine"} if found.quarantine else {},
    )


def doubts(out: Path) -> Doubts:
    """Mailboxes of unknown content, what could not be read of the others, and files in other forms."""
    from tasks.mail.look import mail_doubts

    return mail_doubts(out)


def not_mail(table: pa.Table) -> Listing:
    """The items that are not mail, by agency and class."""
    rows: dict[tuple[str, str, str], int] = {}
    for row in table.to_pylist():
        key = (row["agency"], row["what"], row["class"])
        rows[key] = rows.get(key, 0) + row["items"]
    listed = sorted(rows.items(), key=lambda item: (item[0][0], -item[1], item[0]))
    return Listing(("agency", "not mail", "class", "items"), [(*key, items) for key, items in listed])


def _otherwise(found: MailFound) -> dict[str, int | None]:
    """The unique alerts with the other setting of attached messages, where there are such messages."""
    if found.unique_otherwise is None:
        return {}
    return {f"{'without' if found.attached_count else 'with'} embedded": found.unique_otherwise}


def notes(investigation: Investigation) -> list[str]:
    """Agencies without mailboxes, files in ``records/`` that are not read, and the crosswalk of one's own."""
    label, path = investigation.subjects_file()
    own: list[str] = []
    if os.path.lexists(path):
        words = words_of(path, COLUMNS, label)
        read_as = f" (it is read as {words})" if words else ""
        own = [f"{label}: its rows decide before the program's crosswalk{read_as}"]
    return investigation.notes_on_records() + own


PART = Part(
    name="mail",
    patterns=(),  # without mailboxes a run is refused, not shortened (`flows.run.preflight.parts_to_run`)
    tables=(*mail.PRIVATE, *attachments.PRIVATE, *(table for table in mail.PUBLIC if table.stem != "ledger")),
    shown={
        "public/kinds": "Messages by agency and kind",
    },
    ledger=LEDGER,
    run=run,
    origin=origin,
    tell=tell,
    look=look,
    notes=notes,
    doubts=doubts,
    remember=remember,
    ledger_listing=(TABLES["public/not_mail"], not_mail),
    # Arrow loads pandas when it converts its first list: better once than on every worker.
    worker_modules=("tasks.mail.execute", "tasks.alerts.batches", "tasks.alerts.tabulate", "pandas"),
    kept=("mail/agencies.json",),
    keys=("sources", "crosswalk", "accepted"),
)
