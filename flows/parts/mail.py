"""The subflow `alerts`: from mailboxes to unique alerts and a ledger that adds up (DESIGN 5.1 to 5.4, 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from prefect import flow
from prefect.logging import get_run_logger

from data.catalog import Investigation, RecordFile
from data.crosswalk import read_crosswalk
from data.errors import InputError
from data.schema import TABLES
from data.tables import read_table
from flows.run.progress import reporter
from flows.run.workers import workers
from flows.service.artifacts import show_table, with_artifact
from tasks.alerts.task import parse, tabulate
from tasks.arrivals.task import settled_files
from tasks.ledger.task import close
from tasks.mail.results import MailSource, Reading
from tasks.mail.task import MailSettings, read, recall, survey, together


@dataclass(frozen=True)
class AlertsResult:
    """What the subflow found, for the summary and the provenance.

    Attributes:
        reading: The mailboxes, what became of their messages, and what of them is in quarantine.
        crosswalk: SHA-256 of the subject crosswalk.
        messages: Messages read.
        kinds: Rows of public/kinds.
        unique_alerts: Rows of private/alerts.
        recipients: Distinct pairs of agency and address.
        quarantine: Rows of private/quarantine.
        warnings: What the run must end with: unknown numbers, mailboxes that could not be read.
        left_out: A note for each mailbox that may still be being copied.
    """

    reading: Reading
    crosswalk: str
    messages: int
    kinds: pa.Table
    unique_alerts: int
    recipients: int
    quarantine: int
    warnings: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[MailSource, ...]:
        """The mailboxes and what became of their messages."""
        return self.reading.sources


@flow(name="alerts", flow_run_name="alerts {folder.name}")
def alerts(
    folder: Path,
    out: Path,
    partition: int | None = None,
    agencies: list[str] | None = None,
    settled: bool = False,
) -> AlertsResult:
    """Read the mailboxes of an investigation and write every table of the alerts.

    The tables hold the rows of all agencies. Where only some are to be read, what earlier runs found of the
    others is taken from the work folder, and none of their files is opened; an agency that no run has read is
    not in the tables.

    Args:
        folder: The investigation folder.
        out: Where the tables go; the caller publishes them.
        partition: Messages a partition; by default what :class:`~tasks.mail.settings.MailSettings` says.
        agencies: The agencies whose mailboxes are read; None for all.
        settled: Whether mailboxes that may still be being copied are left out, with a note each.

    Returns:
        What was found.

    Raises:
        InputError: The configuration is wrong, or there is no mailbox, or none that is whole.
        LedgerError: A message that entered has left no trace.
    """
    log, tell = get_run_logger(), reporter()
    investigation = Investigation.open(folder, agencies)
    records, crosswalk = investigation.records(agencies), read_crosswalk()
    timezones = investigation.timezones
    left_out: tuple[str, ...] = ()
    settings = MailSettings() if partition is None else MailSettings(partition=partition)
    work = investigation.work
    with workers("mail") as client:
        if settled:
            # Asked here, of the very files that are surveyed next: one that comes later is the next run's.
            records, left_out = _settled(investigation, records)
            for note in left_out:
                log.info(note)
        with tell.stage("survey", "files") as on_progress:
            planned = survey(records, work, client, settings, on_progress)
        with tell.stage("read the mail", "messages") as on_progress:
            shown = with_artifact("mail-read", "Messages read", on_progress)
            reading = read(planned, work, client, settings, shown)
        if agencies is not None:
            known = recall(work, but=agencies)
            reading = together(reading, known)
            timezones = {**timezones, **known.timezones}
        with tell.stage("parse the alerts", "parts") as on_progress:
            parsed = parse(reading.sources, timezones, crosswalk, work, client, progress=on_progress)
        with tell.stage("tabulate"):
            tables = tabulate(parsed, reading.sources, out)
    with tell.stage("close the ledger"):
        closed = close(reading.sources, tables, reading.quarantine, out)
    kinds, recipients = (read_table(TABLES[name], out) for name in ("public/kinds", "private/recipients"))
    show_table("kinds", kinds, "Messages by agency and kind")
    quarantined = sum(closed.quarantined.values())
    if quarantined:
        log.warning("%d items are in quarantine: %s", quarantined, closed.quarantined)
    return AlertsResult(
        reading=reading,
        crosswalk=crosswalk.fingerprint,
        messages=tables.messages,
        kinds=kinds,
        unique_alerts=tables.unique_alerts,
        recipients=recipients.group_by(["agency", "recipient"]).aggregate([]).num_rows,
        quarantine=quarantined,
        warnings=(*_warnings(reading.sources), *closed.warnings),
        left_out=left_out,
    )


def _settled(
    investigation: Investigation, records: Sequence[RecordFile]
) -> tuple[list[RecordFile], tuple[str, ...]]:
    """The mailboxes that may be read, and a note for each of the others."""
    found = settled_files(investigation, records)
    if not found.files:
        raise InputError(f"nothing to read yet: {found.notes[0]}")
    return list(found.files), found.notes


def _warnings(sources: Sequence[MailSource]) -> Iterator[str]:
    """What is odd about a mailbox whose messages are known; of the others the ledger itself tells."""
    for source in sources:
        if source.messages_listed is not None:
            yield from (f"{source.files[0]}: {warning}" for warning in source.warnings)
