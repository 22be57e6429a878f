"""The tables of messages, alerts and people, written on workers from what was found in each agency.

The rows go to their file as they are read: of no table more than a row group is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from data.streamed import batches_of, in_order, merged, without_repeats, write_streamed
from tasks.alerts.buckets import RECIPIENTS_KEY
from tasks.alerts.copies import BY_CONTENT, BY_ID
from tasks.alerts.elsewhere import KEY as ELSEWHERE_KEY
from tasks.alerts.elsewhere import join
from tasks.alerts.evidence import PEOPLE_KEY
from tasks.alerts.folders import QUARANTINE, embedded_in
from tasks.alerts.messages import PARSED, gather
from tasks.alerts.pieces import Piece
from tasks.alerts.results import AgencyTables

_KEYS: Final = {
    "private/alerts": ("alerts", ("alert_id",)),
    "private/recipients": ("recipients", RECIPIENTS_KEY),
    "private/people": ("people", PEOPLE_KEY),
    "private/subjects_to_review": ("review", ("subject",)),
}
"""Tables that are put together of sorted files: the name of these, and their order."""
MESSAGES: Final = "private/messages"
PLAIN: Final = (*_KEYS, QUARANTINE.name)
_TEXTS: Final = pa.list_(pa.string())


@dataclass(frozen=True)
class Plain:
    """A table to be put together of sorted files.

    Attributes:
        name: Its name in the schema.
        agencies: What was found, in order of agency.
        out: The folder of the tables.
    """

    name: str
    agencies: tuple[AgencyTables, ...]
    out: Path


def write_plain(work: Plain) -> int:
    """Write a table; runs on a worker.

    Returns:
        How many rows it has.
    """
    rows = _unparsed(work) if work.name == QUARANTINE.name else _plain(work)
    return write_streamed(rows, TABLES[work.name], work.out)


def _unparsed(work: Plain) -> Iterator[pa.Table]:
    """The alerts that could not be parsed; those of a source that two agencies handed over, once."""
    streams = [chain.from_iterable(map(batches_of, agency.unparsed)) for agency in work.agencies]
    return without_repeats(in_order(streams, QUARANTINE.key))


def _plain(work: Plain) -> Iterator[pa.Table]:
    files, key = _KEYS[work.name]
    for agency in work.agencies:
        for rows in merged(getattr(agency, files), key):
            if "agency" in rows.column_names:
                yield rows
            else:
                yield rows.append_column("agency", _same(agency.agency, rows.num_rows))


@dataclass(frozen=True)
class Marked:
    """An agency's messages, and what is to be said of them.

    Attributes:
        agency: The agency.
        pieces: Its messages.
        by_id: Its copies by Message-ID.
        by_content: Its copies by content.
    """

    agency: str
    pieces: tuple[Piece, ...]
    by_id: tuple[Path, ...]
    by_content: tuple[Path, ...]


@dataclass(frozen=True)
class Messages:
    """``private/messages``, to be written.

    Attributes:
        agencies: All agencies, in order.
        elsewhere: What several agencies hold (:func:`tasks.alerts.elsewhere.compare`).
        out: The folder of the tables.
    """

    agencies: tuple[Marked, ...]
    elsewhere: tuple[Path, ...]
    out: Path


@dataclass(frozen=True)
class Copied:
    """What was counted as ``private/messages`` was written.

    Attributes:
        by_id: Copies by Message-ID.
        by_content: Copies by content.
        elsewhere: Messages that another agency holds too.
    """

    by_id: int
    by_content: int
    elsewhere: int


def write_messages(work: Messages) -> Copied:
    """Write ``private/messages``; runs on a worker."""
    counted = np.zeros(3, dtype=np.int64)
    write_streamed(_messages(work, counted), TABLES[MESSAGES], work.out)
    return Copied(*counted.tolist())


def _messages(work: Messages, counted: np.ndarray) -> Iterator[pa.Table]:
    """The rows by agency and piece; what is found on the way is counted."""
    names = [each.agency for each in work.agencies]
    others = _Following(merged(work.elsewhere, ELSEWHERE_KEY))
    columns = set(TABLES[MESSAGES].arrow.names) & set(PARSED.arrow.names)
    for number, agency in enumerate(work.agencies):
        by_id = _Following(merged(agency.by_id, ("row",)))
        by_content = _Following(merged(agency.by_content, ("row",)))
        for piece in agency.pieces:
            rows = gather(piece.sources, columns)
            end = piece.first + piece.rows
            ids, contents = by_id.until(end), by_content.until(end)
            also = join([table.filter(pc.equal(table.column("agency"), number))
                         for table in others.until((number, end), "agency")])  # fmt: skip
            counted += [_rows(ids), _rows(contents), len(also)]
            yield _marked(rows, piece, ids, contents, {
                row: [names[each] for each in held] for row, held in also.items()
            })  # fmt: skip


def _rows(tables: Sequence[pa.Table]) -> int:
    return sum(table.num_rows for table in tables)


class _Following:
    """Sorted rows that are taken from the front, as far as they are wanted."""

    def __init__(self, tables: Iterator[pa.Table]) -> None:
        self._tables = tables
        self._held: pa.Table | None = next(tables, None)

    def until(self, end: int | tuple[int, int], before: str = "") -> list[pa.Table]:
        """The next rows whose number is below ``end``.

        Args:
            end: A number of a row; with ``before``, a value of that column and the number.
            before: A column that comes before the number in the order.
        """
        taken = []
        while self._held is not None:
            count = self._below(self._held, end, before)
            taken.append(self._held.slice(0, count))
            if count < self._held.num_rows:
                self._held = self._held.slice(count)
                break
            self._held = next(self._tables, None)
        return taken

    @staticmethod
    def _below(table: pa.Table, end: int | tuple[int, int], before: str) -> int:
        row = np.asarray(table.column("row"))
        if isinstance(end, int):
            return int(np.searchsorted(row, end))
        first = np.asarray(table.column(before))
        return int(np.count_nonzero((first < end[0]) | ((first == end[0]) & (row < end[1]))))


def _marked(
    rows: pa.Table,
    piece: Piece,
    by_id: Sequence[pa.Table],
    by_content: Sequence[pa.Table],
    also_in: dict[int, list[str]],
) -> pa.Table:
    """Rows of ``private/messages`` of a piece, in order."""
    empty = pa.table({"row": pa.array([], pa.int64()), "original": pa.array([], pa.string())})
    marks = pa.concat_tables([empty, *by_id, *by_content])
    first_content = sum(table.num_rows for table in by_id)
    at = np.full(rows.num_rows, -1, dtype=np.int64)
    at[np.asarray(marks.column("row")) - piece.first] = np.arange(marks.num_rows)
    rule = pa.array([BY_ID] * first_content + [BY_CONTENT] * (marks.num_rows - first_content), pa.string())
    taken = pa.array(at, mask=at < 0)
    held = np.zeros(rows.num_rows, dtype=np.int64)
    held[np.fromiter(also_in, dtype=np.int64, count=len(also_in)) - piece.first] = np.arange(
        1, len(also_in) + 1
    )
    table = (
        embedded_in(rows)
        .append_column("copy_of", marks.column("original").take(taken))
        .append_column("copy_by", rule.take(taken))
        .append_column("also_in", pa.array([[], *also_in.values()], _TEXTS).take(pa.array(held)))
        .select(TABLES[MESSAGES].arrow.names)
    )
    if rows.column("path").null_count == rows.num_rows:
        return table  # without attached messages it is in order
    key = [(name, "ascending") for name in TABLES[MESSAGES].key]
    return table.take(pc.sort_indices(table, sort_keys=key))


def _same(text: str, rows: int) -> pa.Array:
    return pa.array([text] * rows, pa.string())
