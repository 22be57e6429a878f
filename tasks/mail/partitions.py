"""The mail of a partition on disk, and which partitions are still to be read.

A partition is one Parquet file of ``work/mail`` rows, named by its range of messages (positions in the
mailbox's list of messages, in order of node id). What happened to every message of the range is in the file's
metadata. The file is written under another name and then renamed, so a partition is complete or absent.
Partitions of an earlier run are kept whatever partition size it used; only the gaps between them are read.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import InputError
from data.schema import TABLES
from data.sealed import is_intact, seal
from tasks.mail.fitting import DOES_NOT_FIT, has_body, has_replacement, measure, to_table
from tasks.mail.pff import Mail, NotMail
from tasks.mail.read import Failure, Outcome

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


@dataclass(frozen=True)
class PartitionSummary:
    """What happened to the messages of one partition.

    Attributes:
        start: Position of the first message in the mailbox's list.
        stop: One past the last.
        read: How many are mail and are in the file.
        not_mail: Items of other classes, by class.
        quarantine: Those that could not be read.
        without_body: How many of the mails have no body that says anything.
        replacement_characters: How many of them have a text with U+FFFD in it.
    """

    start: int
    stop: int
    read: int
    not_mail: dict[str, int] = field(default_factory=dict)
    quarantine: tuple[Quarantined, ...] = ()
    without_body: int = 0
    replacement_characters: int = 0

    @property
    def accounted(self) -> int:
        """Messages that are accounted for; must be all of them."""
        return self.read + sum(self.not_mail.values()) + len(self.quarantine)


def partition_file(start: int, stop: int) -> str:
    """File name of a range, so that names sort as ranges do.

    >>> partition_file(0, 1000)
    'part-0000000000-0000001000.parquet'
    """
    return f"part-{start:010d}-{stop:010d}.parquet"


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
    for path in (*folder.glob("part-*.parquet"), *folder.glob(".part-*.partial")):
        if path.name not in kept:
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
    folder.mkdir(parents=True, exist_ok=True)
    tally = _Tally(folders)
    target = folder / partition_file(start, stop)
    beside = folder / f".{target.name}.{os.getpid()}.partial"
    try:
        with pq.ParquetWriter(beside, TABLES["work/mail"].arrow, **_PARQUET) as writer:
            for mails in _mails(outcomes, tally):
                writer.write_table(tally.rows(mails))
            summary = tally.summary(start, stop)
            if summary.accounted != stop - start:
                raise ValueError(f"{target}: {summary.accounted} outcomes for {stop - start} messages")
            writer.add_key_value_metadata({_META: json.dumps(asdict(summary))})
        seal(beside)
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
        quarantine: Those that could not be read or kept.
    """

    folders: dict[int, str]
    counts: Counter[str] = field(default_factory=Counter)
    not_mail: Counter[str] = field(default_factory=Counter)
    quarantine: list[Quarantined] = field(default_factory=list)

    def stop(self, node_id: int, reason: str, detail: str) -> None:
        """Put a message into quarantine."""
        self.quarantine.append(Quarantined(node_id, self.folders[node_id], reason, detail))

    def rows(self, mails: Sequence[Mail]) -> pa.Table:
        """The rows of some messages, which are counted; what fits into no row goes to quarantine."""
        table, unfit = to_table(mails, self.folders)
        for each in unfit:
            self.stop(each.node_id, DOES_NOT_FIT, each.detail)
        left = {each.node_id for each in unfit}
        self.counts["read"] += table.num_rows
        for mail in mails:
            if mail.node_id not in left:
                self.counts["without_body"] += not has_body(mail)
                self.counts["replacement_characters"] += has_replacement(mail)
        return table

    def summary(self, start: int, stop: int) -> PartitionSummary:
        """All of it; quarantine in order of node id."""
        stopped = tuple(sorted(self.quarantine, key=lambda row: row.node_id))
        names = ("read", "without_body", "replacement_characters")
        counts = {name: self.counts[name] for name in names}
        return PartitionSummary(
            start, stop, not_mail=dict(sorted(self.not_mail.items())), quarantine=stopped, **counts
        )


def _mails(outcomes: Iterable[Outcome], tally: _Tally) -> Iterator[list[Mail]]:
    """Mail in lists of limited size; everything else is counted."""
    mails: list[Mail] = []
    size = 0
    for outcome in outcomes:
        if isinstance(outcome, NotMail):
            tally.not_mail[outcome.message_class[:_MOST_CLASS]] += 1
        elif isinstance(outcome, Failure):
            tally.stop(outcome.node_id, outcome.reason, outcome.detail)
        else:
            mails.append(outcome)
            size += measure(outcome)
            if size >= _FLUSH_BYTES:
                yield mails
                mails, size = [], 0
    if mails:
        yield mails


def drop_damaged(folder: Path) -> list[str]:
    """Remove partitions that are not as they were written, so that their messages are read again.

    Args:
        folder: The folder of a mailbox's partitions; may be absent.

    Returns:
        The names of those that were removed, sorted.

    Raises:
        OSError: One cannot be read or removed.
    """
    damaged = [path for path in sorted(folder.glob("part-*.parquet")) if not is_intact(path)]
    for path in damaged:
        path.unlink()
    return [path.name for path in damaged]


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
