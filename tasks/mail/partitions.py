"""The mail of a partition on disk, and which partitions are still to be read.

A partition is one Parquet file of ``work/mail`` rows, named by its range of messages (positions in the
mailbox's list of messages, in order of node id). What happened to every message of the range is in the file's
metadata. The file is written under another name and then renamed, so a partition is complete or absent.
Partitions of an earlier run are kept whatever partition size it used; only the gaps between them are read.

Mail that is attached to a message is in the same file, after that message. Where a range has attachments, a
second file of ``work/attachments`` rows says what they are; it is complete before the first file is there.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import InputError
from data.manifest import Manifest
from data.schema import TABLES
from data.sealed import is_of_this_version, seal
from data.writing import as_its_folder, make_folder
from tasks.mail.attachment_writer import AttachmentWriter, name_beside
from tasks.mail.fitting import DOES_NOT_FIT, has_body, has_replacement, measure, to_table
from tasks.mail.outcomes import OF_ATTACHMENTS, Failure, Inside, Mail, NotMail, Outcome

_META: Final = b"nwatch.part"
"""Key of the summary in a file's metadata; files of earlier runs have it, so it stays."""
# Bodies differ from each other and are never searched: a dictionary or statistics of them would cost time and
# be useless.
_PARQUET: Final[dict[str, Any]] = {
    "compression": "lz4",
    "use_dictionary": ["folder", "message_class", "sender"],
    "write_statistics": ["node_id"],
}
_FLUSH_BYTES: Final = 32 << 20
_MOST_CLASS: Final = 255
"""Characters of a class that are kept, which is as long as Outlook lets one be."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that could not be read, as listed in ``private/quarantine``."""

    node_id: int
    folder: str
    reason: str
    detail: str
    path: str = ""
    """Where an attached message, or an attachment, is; empty for a message of the mailbox itself."""
    stage: str = "reading"


@dataclass(frozen=True)
class PartitionSummary:
    """What happened to the messages of one partition.

    Attributes:
        start: Position of the first message in the mailbox's list.
        stop: One past the last.
        read: How many are mail and are in the file.
        not_mail: Items of other classes, by class.
        quarantine: Those that could not be read, attached ones and attachments included.
        without_body: How many of the mails, attached ones included, have no body that says anything.
        replacement_characters: How many of them have a text with U+FFFD in it.
        journals: How many of those read are mails that stand for the journal reports that carry them.
        attached: Attached messages that are mail, those of journal reports included.
        attached_not_mail: Attached items of other classes, by class.
        attachments: How many attachments there are; they are in the second file.
        unlisted: How many of them are files of which only the place is known yet (``tasks.mail.listing``).
    """

    start: int
    stop: int
    read: int
    not_mail: dict[str, int] = field(default_factory=dict)
    quarantine: tuple[Quarantined, ...] = ()
    without_body: int = 0
    replacement_characters: int = 0
    journals: int = 0
    attached: int = 0
    attached_not_mail: dict[str, int] = field(default_factory=dict)
    attachments: int = 0
    unlisted: int = 0

    @property
    def quarantined(self) -> int:
        """Messages of the mailbox itself that could not be read."""
        return sum(row.stage == "reading" and not row.path for row in self.quarantine)

    @property
    def attached_quarantined(self) -> int:
        """Attached messages that could not be read."""
        return sum(row.stage == "reading" and row.path != "" for row in self.quarantine)

    @property
    def accounted(self) -> int:
        """Messages that are accounted for; must be all of them."""
        return self.read + sum(self.not_mail.values()) + self.quarantined


def partition_file(start: int, stop: int) -> str:
    """File name of a range, so that names sort as ranges do.

    >>> partition_file(0, 1000)
    'part-0000000000-0000001000.parquet'
    """
    return f"part-{start:010d}-{stop:010d}.parquet"


def attachments_file(part: Path) -> Path:
    """The second file of a partition, which is there if the range has attachments: in a folder of its own."""
    return attachments_folder(part.parent) / part.name


def attachments_folder(folder: Path) -> Path:
    """The folder of the second files: beside that of the first."""
    return folder.with_name(f"{folder.name}-attachments")


def _range_of(path: Path) -> tuple[int, int]:
    _, start, stop = path.stem.split("-")
    return int(start), int(stop)


def gaps(total: int, done: Iterable[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """The ranges still to be read: what ``done`` leaves of 0 to ``total``, cut into partitions.

    Args:
        total: Messages in the mailbox.
        done: Ranges that have been read; they do not overlap.
        size: Messages per partition, at most.

    Returns:
        Ranges ``(start, stop)`` in order; those of one gap differ by at most one message.

    >>> gaps(10, [(2, 4)], 4)
    [(0, 2), (4, 7), (7, 10)]
    """
    left: list[tuple[int, int]] = []
    at = 0
    for start, stop in [*sorted(done), (total, total)]:
        length = start - at
        if length > 0:
            count = -(-length // size)
            cuts = [at + length * number // count for number in range(count + 1)]
            left.extend(pairwise(cuts))
        at = max(at, stop)
    return left


def finished(folder: Path, total: int, *, usable: bool = False) -> list[tuple[int, int]]:
    """The ranges of the partitions in ``folder``, in order; of two that overlap only the first.

    Args:
        folder: The folder of a mailbox's partitions; may be absent.
        total: Messages in the mailbox.
        usable: Whether those of an earlier version are left out, which a run reads again.
    """
    ranges: list[tuple[int, int]] = []
    files = (path for path in folder.glob("part-*.parquet") if not usable or is_of_this_version(path))
    for start, stop in sorted(map(_range_of, files)):
        if start >= (ranges[-1][1] if ranges else 0) and stop <= total:
            ranges.append((start, stop))
    return ranges


def clear_leftovers(folder: Path, total: int) -> None:
    """Remove what earlier runs left behind; only while nobody writes to the folder.

    That is files that a worker had half written when it died, which hold mail like any other; and partitions
    whose messages are in other partitions too, as two runs with different partition sizes may leave them.
    Whoever reads the folder can then take everything in it.
    """
    kept = {partition_file(*found) for found in finished(folder, total)}
    for place in (folder, attachments_folder(folder)):
        for path in (*place.glob("*-*.parquet"), *place.glob(".part-*.partial")):
            if re.sub("^(hash|listed)-", "part-", path.name) not in kept:
                path.unlink(missing_ok=True)


def write_partition(
    folder: Path, start: int, stop: int, outcomes: Iterable[Outcome], folders: dict[int, str]
) -> PartitionSummary:
    """Write the outcomes of a range as one partition.

    Args:
        folder: The folder of the mailbox's partitions; created if absent.
        start: Position of the first message.
        stop: One past the last.
        outcomes: One for each message of the range, in order.
        folders: Folder path by node id.

    Returns:
        What happened to the messages; the file exists when this returns, and not before.

    Raises:
        ValueError: There are more or fewer outcomes than messages in the range.
    """
    make_folder(folder)
    tally = _Tally(folders)
    target = folder / partition_file(start, stop)
    beside = name_beside(target)
    try:
        with (
            pq.ParquetWriter(beside, TABLES["work/mail"].arrow, **_PARQUET) as writer,
            AttachmentWriter(attachments_file(target)) as attachments,
        ):
            for mails in tally.mails(outcomes, attachments):
                writer.write_table(tally.rows(mails))
            summary = tally.summary(start, stop, attachments)
            if summary.accounted != stop - start:
                raise ValueError(f"{target}: {summary.accounted} outcomes for {stop - start} messages")
            writer.add_key_value_metadata({_META: json.dumps(asdict(summary))})
            attachments.finish()
        seal(beside, target)
        as_its_folder(beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return summary


@dataclass
class _Tally:
    """What happened to the messages of a partition so far.

    Attributes:
        folders: Folder path by node id.
        counts: By the fields of ``PartitionSummary``.
        not_mail: By class.
        attached_not_mail: Likewise, of attached items.
        quarantine: Those that could not be read or kept.
    """

    folders: dict[int, str]
    counts: Counter[str] = field(default_factory=Counter)
    not_mail: Counter[str] = field(default_factory=Counter)
    attached_not_mail: Counter[str] = field(default_factory=Counter)
    quarantine: list[Quarantined] = field(default_factory=list)

    def mails(self, outcomes: Iterable[Outcome], attachments: AttachmentWriter) -> Iterator[list[Mail]]:
        """Mail in lists of limited size; everything else is counted, or goes to the other file."""
        mails: list[Mail] = []
        size = 0
        for outcome in outcomes:
            if isinstance(outcome, Mail) and outcome.inside is None:  # nearly always
                mails.append(outcome)
                size += measure(outcome)
            else:
                for mail in self._sorted(outcome):
                    mails.append(mail)
                    size += measure(mail)
                if outcome.inside is not None:
                    attachments.add(outcome.node_id, outcome.inside.attachments)
            if size >= _FLUSH_BYTES:
                yield mails
                mails, size = [], 0
        if mails:
            yield mails

    def rows(self, mails: Sequence[Mail]) -> pa.Table:
        """The rows of some messages, which are counted; what fits into no row goes to quarantine."""
        table, unfit = to_table(mails, self.folders)
        for each in unfit:
            # The mail of a journal report is counted as the report and as what is attached to it.
            for path in ("", each.mail.path) if each.mail.journal else (each.mail.path,):
                self._stopped(Failure(each.mail.node_id, DOES_NOT_FIT, each.detail, path))
        if unfit:
            left = {id(each.mail) for each in unfit}
            mails = [mail for mail in mails if id(mail) not in left]
        attached = [mail for mail in mails if mail.path]
        journals = sum(mail.journal for mail in attached)
        self.counts["read"] += len(mails) - len(attached) + journals
        self.counts["journals"] += journals
        self.counts["attached"] += len(attached)
        self.counts["without_body"] += len(mails) - sum(map(has_body, mails))
        self.counts["replacement_characters"] += sum(map(has_replacement, mails))
        return table

    def _sorted(self, outcome: Outcome) -> Iterator[Mail]:
        """The mail of an outcome, attached mail included."""
        if isinstance(outcome, Mail):
            yield outcome
        elif isinstance(outcome, NotMail):
            self.not_mail[outcome.message_class[:_MOST_CLASS]] += 1
        else:
            self._stopped(outcome)
        if outcome.inside is not None:
            yield from self._inside(outcome, outcome.inside)

    def _inside(self, outcome: Outcome, inside: Inside) -> Iterator[Mail]:
        for attached in inside.attachments:
            if attached.problem is not None:
                self._stopped(Failure(outcome.node_id, *attached.problem, attached.path), OF_ATTACHMENTS)
        # The mail that stands for its journal report is there already.
        carried = outcome.path if isinstance(outcome, Mail) else ""
        for message in inside.messages:
            if isinstance(message, Mail):
                if message.path != carried:
                    yield message
            elif isinstance(message, NotMail):
                self.attached_not_mail[message.message_class[:_MOST_CLASS]] += 1
            else:
                self._stopped(message)

    def _stopped(self, failure: Failure, stage: str = "reading") -> None:
        """Put a message, or an attachment, into quarantine."""
        folder = self.folders[failure.node_id]
        self.quarantine.append(
            Quarantined(failure.node_id, folder, failure.reason, failure.detail, failure.path, stage)
        )

    def summary(self, start: int, stop: int, attachments: AttachmentWriter) -> PartitionSummary:
        """All of it; quarantine in order of node id and path."""
        names = ("read", "without_body", "replacement_characters", "journals", "attached")
        return PartitionSummary(
            start,
            stop,
            not_mail=dict(sorted(self.not_mail.items())),
            quarantine=tuple(sorted(self.quarantine, key=lambda row: (row.node_id, row.path, row.stage))),
            attached_not_mail=dict(sorted(self.attached_not_mail.items())),
            attachments=attachments.count,
            unlisted=attachments.unlisted,
            **{name: self.counts[name] for name in names},
        )


def read_summary(path: Path) -> PartitionSummary:
    """What happened to the messages of a partition, from its own metadata.

    Raises:
        InputError: The file was not written here, or was damaged after it was checked.
    """
    return _summary(_fields(path))


def _fields(path: Path) -> dict[str, Any]:
    damaged = f"{path}: was damaged during the run; run again: it is read anew"
    try:
        metadata = pq.read_metadata(path).metadata or {}
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(damaged) from error
    if _META not in metadata:
        raise InputError(damaged)
    fields: dict[str, Any] = json.loads(metadata[_META])
    return fields


def _summary(fields: Mapping[str, Any]) -> PartitionSummary:
    rows = tuple(Quarantined(**row) for row in fields["quarantine"])
    return PartitionSummary(**{**fields, "quarantine": rows})


def summaries(folder: Path, total: int, manifest: Manifest | None = None) -> list[PartitionSummary]:
    """The partitions of a mailbox, in order.

    Args:
        folder: The folder of its partitions.
        total: Messages in the mailbox.
        manifest: What is known of the files of its agency; None to ask each file.
    """
    ask = _fields if manifest is None else partial(manifest.of, read=_fields)
    return [_summary(ask(folder / partition_file(*found))) for found in finished(folder, total)]
