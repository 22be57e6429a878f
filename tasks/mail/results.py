"""What the mail room returns: the mailboxes of a run and what happened to their messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data.schema import TABLES
from data.storage import Location
from tasks.mail.other_files import OtherFile
from tasks.mail.partitions import PartitionSummary, gaps
from tasks.mail.plan import MailPlan
from tasks.mail.sources import Mailbox


@dataclass(frozen=True)
class MailSource:
    """One mailbox of one agency, readable or not.

    Attributes:
        agency: The agency's folder name.
        source: First 12 hex digits of the file's SHA-256.
        sha256: All 64 of them.
        files: All names it was given under, inside the investigation folder, sorted.
        bytes: Size of the file.
        format: Such as ``Unicode PST``; None if the file is not a mailbox.
        messages_listed: Messages in the file's own index; None if unknown.
        unknown: Why the number is unknown; None if it is known.
        mail: Folder of ``part-*.parquet`` (``work/mail``); None if nothing could be read.
        read: Messages read that are mail.
        not_mail: Items read that are not mail.
        quarantined: Items that could not be read.
        stated: Messages that the file's folders state themselves (PidTagContentCount, read through libpff):
            a second, independent count; None if a folder states none.
        warnings: What a person should know of the file, one clause each.
        unaccounted: Folders with messages that are in no partition; none, unless something went wrong.
        code_page: The codec of the agency's setting ``code_page``; None where it has none.
        classes: Items that are not mail, by message class as stored. Like the numbers below, None where
            nobody counted them.
        without_body: Messages read in which no body says anything (method 1.9).
        replacement_characters: Messages read of which a text holds U+FFFD: something in it could not be
            decoded, here or before it got into the mailbox (method 1.10).
        journals: Journal reports among those read: each is counted as the mail that it carries.
        embedded_read: Messages attached to messages that are mail and were read.
        embedded_not_mail: Attached items that are not mail.
        embedded_quarantined: Attached messages that could not be read.
        attachments: Attachments, those of attached messages included.
    """

    agency: str
    source: str
    sha256: str
    files: tuple[str, ...]
    bytes: int
    format: str | None
    messages_listed: int | None
    unknown: str | None
    mail: Path | None
    read: int
    not_mail: int
    quarantined: int
    stated: int | None = None
    warnings: tuple[str, ...] = ()
    unaccounted: tuple[str, ...] = ()
    code_page: str | None = None
    classes: Mapping[str, int] | None = None
    without_body: int | None = None
    replacement_characters: int | None = None
    journals: int = 0
    embedded_read: int = 0
    embedded_not_mail: int = 0
    embedded_quarantined: int = 0
    attachments: int = 0

    @property
    def embedded(self) -> int:
        """Attached messages whose fate is known."""
        return self.embedded_read + self.embedded_not_mail + self.embedded_quarantined

    @property
    def attached(self) -> int:
        """Attached mail that stands for no journal report."""
        return self.embedded_read - self.journals


@dataclass(frozen=True)
class Survey:
    """The mailboxes of a run, listed but not read.

    Attributes:
        mailboxes: One per agency and file, in order of agency and hash.
        states: Size, times of change and inode of each file when it was hashed.
        rebuilt: What of ``work/`` was damaged and made anew, one line each.
    """

    mailboxes: tuple[Mailbox, ...]
    states: Mapping[Location, Sequence[int | str]] = field(default_factory=dict)
    rebuilt: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The mailboxes of a run, read.

    Attributes:
        sources: One per mailbox, in order of agency and hash.
        quarantine: ``private/quarantine`` rows of the stages opening, listing, reading and attachments;
            once per source id.
        others: Files beside the mailboxes that hold mail in another form, in order of agency and name.
        rebuilt: What of ``work/`` was damaged and made anew, one line each.
    """

    sources: tuple[MailSource, ...]
    quarantine: pa.Table
    others: tuple[OtherFile, ...] = ()
    rebuilt: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inventory:
    """What is attached to the messages of a run.

    Attributes:
        attachments: How many attachments there are, over all agencies.
        embedded: How many of them are messages, by source id.
        warnings: What a person must not overlook, one line each.
        notes: What a person should know, one line each.
    """

    attachments: int = 0
    embedded: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


NOTHING: Final = Inventory()


def to_sources(
    mailboxes: Sequence[Mailbox], work: Path, read: Mapping[str, Sequence[PartitionSummary]]
) -> tuple[MailSource, ...]:
    """The mailboxes with what happened to their messages, from the partitions on disk."""
    return tuple(_source(mailbox, work, read.get(mailbox.reading, ())) for mailbox in mailboxes)


def _source(mailbox: Mailbox, work: Path, partitions: Sequence[PartitionSummary]) -> MailSource:
    examined, plan = mailbox.examined, mailbox.examined.plan
    stated = [folder.stated for folder in plan.folders if folder.messages or folder.stated] if plan else []
    return MailSource(
        agency=mailbox.agency,
        source=mailbox.source,
        sha256=examined.sha256,
        files=mailbox.files,
        bytes=examined.bytes,
        format=plan.header.layout.name if plan else None,
        messages_listed=plan.listed if plan else None,
        unknown=plan.unknown if plan else examined.problem,
        mail=mailbox.mail_folder(work) if plan else None,
        read=sum(partition.read for partition in partitions),
        not_mail=sum(sum(partition.not_mail.values()) for partition in partitions),
        quarantined=sum(partition.quarantined for partition in partitions),
        stated=None if None in stated or not plan else sum(count for count in stated if count),
        warnings=tuple(plan.warnings) if plan else (f"not read: {examined.problem}",),
        unaccounted=_unaccounted(plan, partitions) if plan else (),
        code_page=mailbox.code_page,
        classes=_classes(partitions),
        without_body=sum(partition.without_body for partition in partitions) if plan else None,
        replacement_characters=(
            sum(partition.replacement_characters for partition in partitions) if plan else None
        ),
        journals=sum(partition.journals for partition in partitions),
        embedded_read=sum(partition.attached for partition in partitions),
        embedded_not_mail=sum(sum(partition.attached_not_mail.values()) for partition in partitions),
        embedded_quarantined=sum(partition.attached_quarantined for partition in partitions),
        attachments=sum(partition.attachments for partition in partitions),
    )


def _classes(partitions: Sequence[PartitionSummary]) -> dict[str, int]:
    """Items that are not mail, attached ones included, by class, over some partitions."""
    total: Counter[str] = Counter()
    for partition in partitions:
        total.update(partition.not_mail)
        total.update(partition.attached_not_mail)
    return dict(sorted(total.items()))


def _unaccounted(plan: MailPlan, partitions: Sequence[PartitionSummary]) -> tuple[str, ...]:
    total = len(plan.nodes)
    lost = gaps(total, [(partition.start, partition.stop) for partition in partitions], total or 1)
    return tuple(sorted({name for start, stop in lost for name in plan.folder_names(start, stop).values()}))


def quarantine_table(
    mailboxes: Sequence[Mailbox], read: Mapping[str, Sequence[PartitionSummary]]
) -> pa.Table:
    """Everything of the mailboxes that could not be opened, listed or read."""
    rows = [
        row
        for source, mailbox in sorted({mailbox.source: mailbox for mailbox in mailboxes}.items())
        for row in _quarantine(source, mailbox, read.get(mailbox.reading, ()))
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["private/quarantine"].arrow)


def _quarantine(
    source: str, mailbox: Mailbox, partitions: Sequence[PartitionSummary]
) -> Iterator[dict[str, Any]]:
    plan = mailbox.examined.plan
    whole = {"source": source, "node_id": None, "folder": None}
    if plan is None:
        yield {
            **whole,
            "stage": "opening",
            "reason": "not a mailbox",
            "detail": mailbox.examined.problem or "",
        }
        return
    if plan.cut:
        detail = f"{plan.cut:,} of {plan.size + plan.cut:,} bytes are missing at its end; copy it again"
        yield {**whole, "stage": "opening", "reason": "file is cut", "detail": detail}
    for damage in plan.damages:
        yield {
            **whole,
            "stage": "listing",
            "reason": "page of the node index is unreadable",
            "detail": str(damage),
        }
    for partition in partitions:
        for row in partition.quarantine:
            yield {
                "source": source, "node_id": row.node_id, "folder": row.folder, "stage": row.stage,
                "reason": row.reason, "detail": row.detail,
                "embedded_in": f"{source}:{row.path}" if row.path else None,
            }  # fmt: skip
