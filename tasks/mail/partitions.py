"""The mail of a partition on disk, and which partitions are still to be read.

A part is one Parquet file of `work/mail` rows, named by the range of messages that it answers for (places
in the mailbox's list of messages in order of node id). What became of every message of the range stands in
the file's own metadata, so that a part is whole or absent: it is written beside and renamed. Ranges of an
earlier run are kept whatever partition size they were made with; only the gaps between them are read.
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
from tasks.mail.pff import Mail, NotMail
from tasks.mail.read import Failure, Outcome

_META: Final = b"nwatch.part"
# Bodies differ from each other and are never searched: a dictionary or statistics of them cost and give
# nothing.
_PARQUET: Final[dict[str, Any]] = {
    "compression": "lz4",
    "use_dictionary": ["folder", "message_class", "sender"],
    "write_statistics": ["node_id"],
}
_FLUSH_BYTES: Final = 32 << 20
_COLUMNS: Final = tuple(column.name for column in TABLES["work/mail"].columns)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that could not be read, as it goes to `private/quarantine`."""

    node_id: int
    folder: str
    reason: str
    detail: str


@dataclass(frozen=True)
class PartitionSummary:
    """What became of the messages of one range.

    Attributes:
        start: place of the first message in the mailbox's list.
        stop: one past the last.
        read: how many are mail and stand in the file.
        not_mail: items of other classes, by class.
        quarantine: those that could not be read.
    """

    start: int
    stop: int
    read: int
    not_mail: dict[str, int] = field(default_factory=dict)
    quarantine: tuple[Quarantined, ...] = ()

    @property
    def accounted(self) -> int:
        """Messages whose fate is known; must be all of them."""
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
    """The ranges still to be read: what `done` leaves of 0..total, cut into pieces of at most `size`.

    Args:
        total: messages in the mailbox.
        done: ranges that are finished; they do not overlap.
        size: messages a partition.

    Returns:
        Ranges `(start, stop)` in order; pieces of one gap differ by at most one message.

    >>> gaps(10, [(2, 4)], 4)
    [(0, 2), (4, 7), (7, 10)]
    """
    left: list[tuple[int, int]] = []
    at = 0
    for start, stop in [*sorted(done), (total, total)]:
        length = start - at
        if length > 0:
            pieces = -(-length // size)
            cuts = [at + length * piece // pieces for piece in range(pieces + 1)]
            left.extend(pairwise(cuts))
        at = max(at, stop)
    return left


def finished(folder: Path, total: int) -> list[tuple[int, int]]:
    """The ranges that lie finished in `folder`, in order; of two that overlap the first is taken."""
    ranges: list[tuple[int, int]] = []
    for start, stop in sorted(_range_of(path) for path in folder.glob("part-*.parquet")):
        if start >= (ranges[-1][1] if ranges else 0) and stop <= total:
            ranges.append((start, stop))
    return ranges


def clear_leftovers(folder: Path, total: int) -> None:
    """Remove what earlier runs left behind, when nobody writes there.

    That is what a worker had half written when it died, which holds mail like any part; and parts that answer
    for messages which other parts answer for already, as two runs with different partition sizes would leave
    them: whoever reads the folder may then take all that lies in it.
    """
    kept = {partition_file(*found) for found in finished(folder, total)}
    for path in (*folder.glob("part-*.parquet"), *folder.glob(".part-*.partial")):
        if path.name not in kept:
            path.unlink(missing_ok=True)


def _batch(mails: Sequence[Mail], folders: dict[int, str]) -> pa.RecordBatch:
    schema = TABLES["work/mail"].arrow
    columns: dict[str, list[Any]] = {
        name: [folders[mail.node_id] if name == "folder" else getattr(mail, name) for mail in mails]
        for name in _COLUMNS
    }
    return pa.RecordBatch.from_pydict(columns, schema=schema)


def write_partition(
    folder: Path, start: int, stop: int, outcomes: Iterable[Outcome], folders: dict[int, str]
) -> PartitionSummary:
    """Write the outcomes of a range as one part.

    Args:
        folder: where the mailbox's parts lie; made if absent.
        start: place of the first message.
        stop: one past the last.
        outcomes: one for each message of the range, in order.
        folders: folder path by node id.

    Returns:
        What became of the messages; the file exists when this returns, and not before.

    Raises:
        ValueError: there are more or fewer outcomes than messages in the range.
    """
    folder.mkdir(parents=True, exist_ok=True)
    not_mail: Counter[str] = Counter()
    quarantine: list[Quarantined] = []
    target = folder / partition_file(start, stop)
    beside = folder / f".{target.name}.{os.getpid()}.partial"
    read = 0
    try:
        with pq.ParquetWriter(beside, TABLES["work/mail"].arrow, **_PARQUET) as writer:
            for mails in _mails(outcomes, not_mail, quarantine, folders):
                writer.write_batch(_batch(mails, folders))
                read += len(mails)
            summary = PartitionSummary(start, stop, read, dict(sorted(not_mail.items())), tuple(quarantine))
            if summary.accounted != stop - start:
                raise ValueError(f"{target}: {summary.accounted} outcomes for {stop - start} messages")
            writer.add_key_value_metadata({_META: json.dumps(asdict(summary))})
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return summary


def _mails(
    outcomes: Iterable[Outcome],
    not_mail: Counter[str],
    quarantine: list[Quarantined],
    folders: dict[int, str],
) -> Iterator[list[Mail]]:
    """Mail in batches of bounded size; everything else goes into the two counts."""
    mails: list[Mail] = []
    size = 0
    for outcome in outcomes:
        if isinstance(outcome, NotMail):
            not_mail[outcome.message_class] += 1
        elif isinstance(outcome, Failure):
            folder = folders[outcome.node_id]
            quarantine.append(Quarantined(outcome.node_id, folder, outcome.reason, outcome.detail))
        else:
            mails.append(outcome)
            size += len(outcome.html or "") + len(outcome.text or "")
            if size >= _FLUSH_BYTES:
                yield mails
                mails, size = [], 0
    if mails:
        yield mails


def read_summary(path: Path) -> PartitionSummary:
    """What became of the messages of a part, from the part's own metadata.

    Raises:
        InputError: the file is no part of ours, or was damaged; the message names it and says to delete it.
    """
    try:
        metadata = pq.read_metadata(path).metadata or {}
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: cannot be read as Parquet; delete it, it is rebuilt") from error
    if _META not in metadata:
        raise InputError(f"{path}: is no part of this program's; delete it, it is rebuilt")
    fields = json.loads(metadata[_META])
    fields["quarantine"] = tuple(Quarantined(**row) for row in fields["quarantine"])
    return PartitionSummary(**fields)


def summaries(folder: Path, total: int) -> list[PartitionSummary]:
    """The finished parts of a mailbox, in order."""
    return [read_summary(folder / partition_file(*found)) for found in finished(folder, total)]
