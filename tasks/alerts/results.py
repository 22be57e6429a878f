"""What the alerts room returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True)
class ParsedSource:
    """A mailbox of an agency and the files that hold its parsed messages, in node id order."""

    agency: str
    source: str
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Parsed:
    """All parsed mailboxes.

    Attributes:
        sources: In order of agency and source; a mailbox without mail has no files.
        fresh: Batches parsed in this run.
        kept: Batches that earlier runs have parsed.
        rebuilt: What of earlier runs was damaged and parsed again, one line each.
    """

    sources: tuple[ParsedSource, ...]
    fresh: int
    kept: int
    rebuilt: tuple[str, ...] = ()


@dataclass(frozen=True)
class FolderCount:
    """What happened to the messages of one folder of one mailbox, for the ledger.

    Attributes:
        agency: The agency's folder name.
        source: The mailbox's source id.
        folder: The mailbox's own folder path.
        kinds: Messages by kind; kinds that do not occur are left out.
        alert_messages: Messages whose kind is an alert.
        parsed: Those that yielded an alert.
        quarantined: Those that yielded none.
    """

    agency: str
    source: str
    folder: str
    kinds: Mapping[str, int]
    alert_messages: int
    parsed: int
    quarantined: int


@dataclass(frozen=True)
class Copies:
    """Which messages were found before, counted from ``private/messages``.

    Attributes:
        messages: Messages in all, counted from what was parsed.
        originals: Messages that are copies of none.
        by_id: Copies by Message-ID.
        by_content: Copies by content.
        elsewhere: Messages that another agency holds too.
    """

    messages: int
    originals: int
    by_id: int
    by_content: int
    elsewhere: int = 0


@dataclass(frozen=True)
class AlertTables:
    """The tables written, and what ledger and summary need.

    Attributes:
        paths: Where each table is, by its name in the schema. ``private/quarantine`` has only the rows of the
            stage ``parsing``, until the ledger is closed.
        folders: Counts by agency, source and folder, in that order.
        messages: Messages in all.
        unique_alerts: Rows of ``private/alerts``.
        emails_over_unique: The sum of ``emails`` over them, counted from that table.
        unclassified: Messages that match no row of the crosswalk.
        copies: Messages marked as copies of another.
        undated: Unique alerts without a date.
        implausible: Unique alerts with a date before 1990 or after 2100.
        from_header: Messages whose time of submission is that of their header Date.
        contradictions: Exchange addresses that several SMTP addresses claim.
        copied: The copies by rule; None if they were not counted.
        attached: Counts of the messages that are attached to others, as ``folders``.
        attached_count: Whether these are among the messages that count; then ``folders`` has them too.
        unique_otherwise: Unique alerts if they were not, or if they were; None where there are none.
    """

    paths: Mapping[str, Path]
    folders: tuple[FolderCount, ...]
    messages: int
    unique_alerts: int
    emails_over_unique: int
    unclassified: int
    copies: int
    undated: int
    implausible: int = 0
    from_header: int = 0
    contradictions: int = 0
    copied: Copies | None = None
    attached: tuple[FolderCount, ...] = ()
    attached_count: bool = False
    unique_otherwise: int | None = None


@dataclass(frozen=True)
class AgencyTables:
    """What was found in an agency's messages: files with rows of the tables, and counts.

    Where nothing that it depends on has changed, it is that of an earlier run (method 4.11). The files are
    in Arrow's form, in the order that the table has inside an agency.

    Attributes:
        agency: The agency.
        alerts: Rows of ``private/alerts``.
        recipients: Rows of ``private/recipients``.
        people: Rows of ``private/people``.
        review: Rows of ``private/subjects_to_review``.
        by_id: Copies by Message-ID: the number of the message in the agency, and of what it is a copy.
        by_content: Copies by content.
        held: Hashes by which other agencies are compared.
        folders: Messages that count, by folder.
        attached: Attached messages, by folder.
        subjects: Rows of ``public/subjects``.
        months: Rows of ``public/alerts_by_month``.
        reached: Rows of ``public/recipients_per_alert``.
        unparsed: Rows of ``private/quarantine`` with the stage ``parsing``; each file goes on where the one
            before it ends.
        counts: Numbers, by the names of the fields of :class:`AlertTables`; ``of_all`` and ``of_own`` are the
            unique alerts with attached messages and without.
    """

    agency: str
    alerts: tuple[Path, ...]
    recipients: tuple[Path, ...]
    people: tuple[Path, ...]
    review: tuple[Path, ...]
    by_id: tuple[Path, ...]
    by_content: tuple[Path, ...]
    held: tuple[Path, ...]
    folders: tuple[FolderCount, ...]
    attached: tuple[FolderCount, ...]
    subjects: pa.Table
    months: pa.Table
    reached: pa.Table
    unparsed: tuple[Path, ...]
    counts: Mapping[str, int]

    @property
    def files(self) -> tuple[Path, ...]:
        """All its files."""
        return (
            *self.alerts,
            *self.recipients,
            *self.people,
            *self.review,
            *self.by_id,
            *self.by_content,
            *self.held,
            *self.unparsed,
        )
