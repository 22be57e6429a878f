"""Copies: the same message found twice in an agency's records (method 4.6).

By Message-ID: two messages of an agency are the same if they have equal Message-IDs (ignoring surrounding
blanks) and the same recipients. The first in order of source and node id is the original (a message before
those attached to it), whichever mailboxes the others are in.

By content: a message without a Message-ID is a copy if a message of its agency has the same content
(``content_id``), a time of submission, and the same recipients. The original is the first of these that has a
Message-ID (or the original of that one), else the first. A message that has a Message-ID is thus a copy by
content of none.

Copies are marked but still counted, as in the published figures. What must be equal is one hash of each
message, so that all that are equal meet in one bucket, whichever pieces of the agency they are in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.streamed import merged
from tasks.alerts.hashed import Hashes, hashes_of
from tasks.alerts.recipients import Addressees

BY_ID: Final = "Message-ID"
BY_CONTENT: Final = "content"
Numbers = npt.NDArray[np.int64]


class Keyed(NamedTuple):
    """Messages that may be copies, or have some.

    Attributes:
        rows: The number of each (``row``), how it is called (``name``), its hash (``high``, ``low``); by
            content also whether it has a Message-ID (``named``).
        by: The hashes.
    """

    rows: pa.Table
    by: Hashes


def id_keys(messages: pa.Table, who: Sequence[bytes]) -> Keyed:
    """The messages that have a Message-ID, by it and by their recipients.

    Args:
        messages: Of one agency, each with its number (``row``).
        who: The recipients of each (:func:`recipients_of`).
    """
    rows = named(messages)
    ids = pc.utf8_trim_whitespace(messages.column("message_id")).take(pa.array(rows)).to_pylist()
    by = hashes_of(own.encode() + who[row] for own, row in zip(ids, rows.tolist(), strict=True))
    return Keyed(_keyed(messages, rows, by), by)


def content_keys(messages: pa.Table, who: Sequence[bytes]) -> Keyed:
    """The messages that have a time of submission, by their content and their recipients.

    Without that time equal words may have been sent twice.

    Args:
        messages: As for :func:`id_keys`.
        who: Likewise.
    """
    rows = timed(messages)
    contents = messages.column("content_id").take(pa.array(rows)).to_pylist()
    by = hashes_of(own.encode() + who[row] for own, row in zip(contents, rows.tolist(), strict=True))
    has_id = messages.column("mih").is_valid().take(pa.array(rows))
    return Keyed(_keyed(messages, rows, by).append_column("named", has_id), by)


def named(messages: pa.Table) -> Numbers:
    """The messages whose Message-ID names something, as positions."""
    return np.flatnonzero(np.asarray(messages.column("mih").is_valid()))


def timed(messages: pa.Table) -> Numbers:
    """The messages that have a time of submission, as positions."""
    return np.flatnonzero(np.asarray(messages.column("submitted_at").is_valid()))


def _keyed(messages: pa.Table, rows: Numbers, by: Hashes) -> pa.Table:
    mine = messages.select(["source", "node_id", "path", "row"]).take(pa.array(rows))
    path = mine.column("path")
    own = mine.column("node_id").cast(pa.string())
    place = pc.if_else(pc.fill_null(pc.equal(path, ""), True), own, path)
    name = pc.binary_join_element_wise(mine.column("source"), place, ":")
    return pa.table({**by.columns(), "row": mine.column("row"), "name": name})


def recipients_of(messages: int, found: Addressees, people: Hashes) -> list[bytes]:
    """The recipients of each message: 16 bytes that are equal where all recipients are.

    Args:
        messages: How many messages there are.
        found: Their recipients, in order of message.
        people: The hashes of these.
    """
    halves = np.stack([people.high, people.low], axis=1).astype(">u8")
    ends = np.searchsorted(found.message, np.arange(messages), side="right").tolist()
    known: dict[bytes, bytes] = {}
    groups = []
    for start, end in pairwise([0, *ends]):
        who = found.who[start:end]
        key = who.tobytes()
        if key not in known:
            known[key] = hashlib.blake2b(halves[who].tobytes(), digest_size=16).digest()
        groups.append(known[key])
    return groups


def mark_by_id(rows: pa.Table) -> pa.Table:
    """The copies by Message-ID of a bucket.

    Args:
        rows: As :func:`id_keys` gives them, of all pieces of an agency.

    Returns:
        ``row`` and ``original``: the name of what it is a copy of.
    """
    groups = _groups(rows)
    first = groups.starts[groups.of]
    copies = np.flatnonzero(first != np.arange(len(groups.of)))
    return _marks(groups.rows, copies, groups.rows.column("name").take(pa.array(first[copies])))


def mark_by_content(rows: pa.Table, by_id: Sequence[Path]) -> pa.Table:
    """The copies by content of a bucket.

    Args:
        rows: As :func:`content_keys` gives them, of all pieces of an agency.
        by_id: The files of the agency's copies by Message-ID.

    Returns:
        As :func:`mark_by_id`.
    """
    groups = _groups(rows)
    if not len(groups.of):
        return _marks(groups.rows, groups.of, groups.rows.column("name"))
    has_id = np.asarray(groups.rows.column("named"))
    place = np.arange(len(groups.of))
    # The first with a Message-ID of each group; where there is none, beyond the end.
    first_named = np.minimum.reduceat(np.where(has_id, place, len(place)), groups.starts)
    first = np.where(first_named < len(place), first_named, groups.starts)[groups.of]
    copies = np.flatnonzero(~has_id & (first != place))
    names = groups.rows.column("name").take(pa.array(first[copies]))
    originals = groups.rows.column("row").take(pa.array(first[copies]))
    return _marks(groups.rows, copies, _before(originals, names, by_id))


def _before(rows: pa.ChunkedArray, names: pa.ChunkedArray, by_id: Sequence[Path]) -> pa.ChunkedArray:
    """The names of some messages; of those that are copies by Message-ID, the name of their original."""
    wanted = rows.combine_chunks()
    found = names.to_pylist()
    for marks in merged(by_id, ("row",)):
        place = pc.index_in(wanted, value_set=marks.column("row").combine_chunks())
        originals = marks.column("original").take(place).to_pylist()
        found = [own if other is None else other for own, other in zip(found, originals, strict=True)]
    return pa.chunked_array([pa.array(found, pa.string())])


class _Groups(NamedTuple):
    """Equal rows together.

    Attributes:
        rows: The rows, by hash and number.
        starts: Where each group begins.
        of: The group of each row.
    """

    rows: pa.Table
    starts: Numbers
    of: Numbers


def _groups(rows: pa.Table) -> _Groups:
    high, low, row = (np.asarray(rows.column(name)) for name in ("high", "low", "row"))
    order = np.lexsort((row, low, high))
    high, low = high[order], low[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    ordered = rows.take(pa.array(order)).combine_chunks()
    return _Groups(ordered, np.flatnonzero(begins), np.cumsum(begins) - 1)


def _marks(rows: pa.Table, copies: Numbers, originals: pa.ChunkedArray) -> pa.Table:
    return pa.table({"row": rows.column("row").take(pa.array(copies)), "original": originals})
