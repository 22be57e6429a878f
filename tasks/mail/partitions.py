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
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import InputError
from data.schema import TABLES
from tasks.mail.attachments import Attached
from tasks.mail.outcomes import Failure, Inside, Outcome
from tasks.mail.pff import Mail, NotMail

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
_COLUMNS: Final = tuple(column.name for column in TABLES["work/mail"].columns)
_FACTS: Final = tuple(
    column.name for column in TABLES["work/attachments"].columns if column.name != "node_id"
)
_ROWS: Final = 50_000
"""Rows of attachments that are written together."""


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


def finished(folder: Path, total: int) -> list[tuple[int, int]]:
    """The ranges of the partitions in ``folder``, in order; of two that overlap only the first."""
    ranges: list[tuple[int, int]] = []
    for start, stop in sorted(_range_of(path) for path in folder.glob("part-*.parquet")):
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


def _batch(mails: Sequence[Mail], folders: dict[int, str]) -> pa.RecordBatch:
    schema = TABLES["work/mail"].arrow
    columns: dict[str, list[Any]] = {
        name: [folders[mail.node_id] if name == "folder" else getattr(mail, name) for mail in mails]
        for name in _COLUMNS
    }
    columns["path"] = [path or None for path in columns["path"]]
    return pa.RecordBatch.from_pydict(columns, schema=schema)


def _attachments(rows: Sequence[tuple[int, Attached]]) -> pa.RecordBatch:
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for _, row in rows] for name in _FACTS}
    columns["node_id"] = [node_id for node_id, _ in rows]
    return pa.RecordBatch.from_pydict(columns, schema=TABLES["work/attachments"].arrow)


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
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / partition_file(start, stop)
    beside = _beside(target)
    tally = _Tally(folders)
    try:
        with (
            pq.ParquetWriter(beside, TABLES["work/mail"].arrow, **_PARQUET) as writer,
            _AttachmentWriter(attachments_file(target)) as attachments,
        ):
            for mails in tally.mails(outcomes, attachments):
                writer.write_batch(_batch(mails, folders))
            summary = tally.summary(start, stop, attachments.count, attachments.unlisted)
            if summary.accounted != stop - start:
                raise ValueError(f"{target}: {summary.accounted} outcomes for {stop - start} messages")
            writer.add_key_value_metadata({_META: json.dumps(asdict(summary))})
            attachments.finish()
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return summary


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.partial")


class _AttachmentWriter:
    """Writes the second file of a partition, if there is anything to write."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._beside = _beside(target)
        self._rows: list[tuple[int, Attached]] = []
        self._writer: pq.ParquetWriter | None = None
        self._open = ExitStack()
        self.count = self.unlisted = 0

    def add(self, node_id: int, attachments: Sequence[Attached]) -> None:
        """Add the attachments of a message."""
        self._rows += [(node_id, attached) for attached in attachments]
        self.count += len(attachments)
        self.unlisted += sum(not attached.content for attached in attachments)
        if len(self._rows) >= _ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._writer is None:
            schema = TABLES["work/attachments"].arrow
            self._beside.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._open.enter_context(
                pq.ParquetWriter(self._beside, schema, compression="lz4", write_statistics=False)
            )
        self._writer.write_batch(_attachments(self._rows))
        self._rows = []

    def finish(self) -> None:
        """Give the file its name; one of an earlier, broken run goes where there is nothing to write."""
        if self._rows:
            self._flush()
        self._open.close()
        if self._writer is not None:
            self._beside.replace(self._target)
        else:
            self._target.unlink(missing_ok=True)

    def __enter__(self) -> _AttachmentWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self._beside.unlink(missing_ok=True)


class _Tally:
    """Counts what became of the messages of a range."""

    def __init__(self, folders: dict[int, str]) -> None:
        self._folders = folders
        self._read = self._attached = self._journals = 0
        self._not_mail: Counter[str] = Counter()
        self._attached_not_mail: Counter[str] = Counter()
        self._quarantine: list[Quarantined] = []

    def mails(self, outcomes: Iterable[Outcome], attachments: _AttachmentWriter) -> Iterator[list[Mail]]:
        """Mail in lists of limited size; everything else is counted, or goes to the other file."""
        mails: list[Mail] = []
        size = 0
        for outcome in outcomes:
            for mail in self._sorted(outcome):
                mails.append(mail)
                size += len(mail.html or "") + len(mail.text or "")
            if outcome.inside is not None:
                attachments.add(outcome.node_id, outcome.inside.attachments)
            if size >= _FLUSH_BYTES:
                yield mails
                mails, size = [], 0
        if mails:
            yield mails

    def _sorted(self, outcome: Outcome) -> Iterator[Mail]:
        """The mail of an outcome, attached mail included."""
        if isinstance(outcome, Mail):
            self._read += 1
            self._journals += outcome.journal
            yield outcome
        elif isinstance(outcome, NotMail):
            self._not_mail[outcome.message_class] += 1
        else:
            self._stopped(outcome)
        if outcome.inside is not None:
            yield from self._inside(outcome, outcome.inside)

    def _inside(self, outcome: Outcome, inside: Inside) -> Iterator[Mail]:
        for attached in inside.attachments:
            if attached.problem is not None:
                self._stopped(Failure(outcome.node_id, *attached.problem, attached.path), "attachments")
        # The mail that stands for its journal report is there already.
        carried = outcome.path if isinstance(outcome, Mail) else ""
        for message in inside.messages:
            if isinstance(message, Mail):
                self._attached += 1
                if message.path != carried:
                    yield message
            elif isinstance(message, NotMail):
                self._attached_not_mail[message.message_class] += 1
            else:
                self._stopped(message)

    def _stopped(self, failure: Failure, stage: str = "reading") -> None:
        folder = self._folders[failure.node_id]
        self._quarantine.append(
            Quarantined(failure.node_id, folder, failure.reason, failure.detail, failure.path, stage)
        )

    def summary(self, start: int, stop: int, attachments: int, unlisted: int) -> PartitionSummary:
        """What was counted."""
        return PartitionSummary(
            start,
            stop,
            self._read,
            dict(sorted(self._not_mail.items())),
            tuple(self._quarantine),
            self._journals,
            self._attached,
            dict(sorted(self._attached_not_mail.items())),
            attachments,
            unlisted,
        )


def read_summary(path: Path) -> PartitionSummary:
    """What happened to the messages of a partition, from its own metadata.

    Raises:
        InputError: The file was not written here, or is damaged; the message names it and says to delete it.
    """
    try:
        metadata = pq.read_metadata(path).metadata or {}
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(
            f"{path}: cannot be read as Parquet; delete it, and the next run writes it again"
        ) from error
    if _META not in metadata:
        raise InputError(f"{path}: was not written by nwatch; delete it, and the next run writes it again")
    fields = json.loads(metadata[_META])
    fields["quarantine"] = tuple(Quarantined(**row) for row in fields["quarantine"])
    return PartitionSummary(**fields)


def summaries(folder: Path, total: int) -> list[PartitionSummary]:
    """The partitions of a mailbox, in order."""
    return [read_summary(folder / partition_file(*found)) for found in finished(folder, total)]
