"""The same message in the records of several agencies (method 4.9).

Two agencies hold the same message if Message-IDs are equal, or if the content is, with a time of submission,
and one of the two has no Message-ID. Recipients do not matter: each agency's copy may name its own officers.

What each agency holds is kept with its tables, as hashes in their order. Agencies are compared a *range* of
hashes at a time, so that a new agency costs a look at the hashes of the others and nothing else of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.streamed import write_sorted
from data.writing import replacing
from tasks.alerts.copies import named, timed
from tasks.alerts.hashed import Hashes, hashes_of

_BY_ID: Final = 0
_NAMED: Final = 1
_NAMELESS: Final = 2
KEY: Final = ("agency", "row")
_FOUND: Final = pa.schema([("agency", pa.int32()), ("row", pa.int64()), ("others", pa.list_(pa.int32()))])


def write_held(messages: pa.Table, path: Path) -> tuple[Path, ...]:
    """Write what other agencies are compared with: hashes of Message-IDs and contents, in order.

    Args:
        messages: Those of a piece that count, each with its number (``row``).
        path: The file. It is not packed, so that a range of it can be read by itself.
    """
    by_id, by_content = named(messages), timed(messages)
    ids = pc.utf8_trim_whitespace(messages.column("message_id")).take(pa.array(by_id)).to_pylist()
    # An alert goes to many, and each content is hashed once.
    contents = messages.column("content_id").combine_chunks().take(pa.array(by_content)).dictionary_encode()
    if not ids and not len(contents):
        return ()
    # A letter before each keeps the hashes of the two apart.
    of_ids = hashes_of(b"i" + each.encode() for each in ids)
    of_contents = hashes_of(b"c" + each.encode() for each in contents.dictionary.to_pylist())
    of_contents = of_contents.take(np.asarray(contents.indices, dtype=np.int64))
    by = Hashes(*(np.concatenate(halves) for halves in zip(of_ids, of_contents, strict=True)))
    has_id = np.asarray(messages.column("mih").is_valid())[by_content]
    kind = np.concatenate([np.full(len(by_id), _BY_ID), np.where(has_id, _NAMED, _NAMELESS)]).astype(np.uint8)
    row = np.asarray(messages.column("row"))[np.concatenate([by_id, by_content])]
    table = pa.table({**by.columns(), "kind": pa.array(kind), "row": pa.array(row)})
    rows = table.take(pa.array(np.lexsort((by.low, by.high)))).combine_chunks()
    with replacing(path) as beside, pa.ipc.new_file(beside, rows.schema) as writer:
        writer.write_table(rows)
    return (path,)


@dataclass(frozen=True)
class Range:
    """A range of hashes to be compared.

    Attributes:
        number: Which.
        ranges: Of how many.
        held: The files of each agency, in order of agency.
        folder: Where to write what is found.
    """

    number: int
    ranges: int
    held: tuple[tuple[Path, ...], ...]
    folder: Path


def compare(work: Range) -> tuple[Path, ...]:
    """Find the messages of a range that several agencies hold; runs on a worker.

    Returns:
        A file with the number of the agency, the message's number in it, and the numbers of the other
        agencies; none where there is no such message. A message may be in the files of two ranges: by its
        Message-ID, and by its content.
    """
    tables = [
        part.append_column("agency", pa.repeat(pa.scalar(agency, pa.int32()), part.num_rows))
        for agency, files in enumerate(work.held)
        for file in files
        for part in _part(file, work)
    ]
    if not tables:
        return ()
    rows = _shared(pa.concat_tables(tables))
    found = pa.Table.from_pylist(list(_others(rows)), schema=_FOUND)
    return write_sorted(found, work.folder / f"elsewhere-{work.number:06}.arrow", KEY)


def _part(file: Path, work: Range) -> Iterator[pa.Table]:
    """The rows of a file that are in the range; of the others no page is read but a few."""
    width = 2**32 // work.ranges + 1
    bounds = [min(number * width, 2**32) << 32 for number in (work.number, work.number + 1)]
    with pa.memory_map(str(file)) as mapped, pa.ipc.open_file(mapped) as reader:
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            high = batch.column("high").to_numpy()
            start, end = (
                len(high) if bound >= 2**64 else int(np.searchsorted(high, np.uint64(bound)))
                for bound in bounds
            )
            if end > start:
                # Copied: the file is closed before the rows are used.
                rows = pa.array(np.arange(start, end))
                yield pa.Table.from_batches([batch]).take(rows)


def _shared(rows: pa.Table) -> pa.Table:
    """The rows whose hash several agencies have, equal ones together."""
    high, low, agency = (np.asarray(rows.column(name)) for name in ("high", "low", "agency"))
    order = np.lexsort((agency, low, high))
    high, low, agency = high[order], low[order], agency[order]
    if not len(order):
        return rows.append_column("group", pa.array([], pa.int64()))
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    starts = np.flatnonzero(begins)
    group = np.cumsum(begins) - 1
    several = (np.minimum.reduceat(agency, starts) != np.maximum.reduceat(agency, starts))[group]
    kept = rows.take(pa.array(order[several]))
    return kept.append_column("group", pa.array(group[several]))


def _others(rows: pa.Table) -> Iterator[dict[str, int | list[int]]]:
    """The other agencies of each row; equal hashes stand together."""
    columns = [np.asarray(rows.column(name)) for name in ("group", "agency", "kind", "row")]
    group = columns[0]
    cuts = np.flatnonzero(group[1:] != group[:-1]) + 1
    for mine in np.split(np.arange(len(group)), cuts):
        _, agency, kind, row = (column[mine].tolist() for column in columns)
        everybody = set(agency)
        nameless = {one for one, how in zip(agency, kind, strict=True) if how == _NAMELESS}
        for one, how, number in zip(agency, kind, row, strict=True):
            others = (nameless if how == _NAMED else everybody) - {one}
            if others:
                yield {"agency": one, "row": number, "others": sorted(others)}


def join(tables: Sequence[pa.Table]) -> dict[int, list[int]]:
    """The other agencies of some messages, by their number: those of both rules together.

    Args:
        tables: Rows that :func:`compare` found, of one agency.
    """
    found: dict[int, set[int]] = {}
    for table in tables:
        for row in table.select(["row", "others"]).to_pylist():
            found.setdefault(row["row"], set()).update(row["others"])
    return {row: sorted(others) for row, others in found.items()}
