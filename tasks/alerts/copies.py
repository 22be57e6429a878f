"""Copies: the same message found twice in an agency's records, or in another's too (method 4.6 and 4.9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.alerts.recipients import Addressees

BY_ID: Final = "Message-ID"
BY_CONTENT: Final = "content"
Codes = npt.NDArray[np.int64]


class Marks(NamedTuple):
    """One value per message.

    Attributes:
        copy_of: ``source:node_id`` of the original, ``source:path`` of an attached one; missing for originals
            (text array).
        copy_by: Which rule found it: :data:`BY_ID` or :data:`BY_CONTENT` (text array).
    """

    copy_of: pa.Array
    copy_by: pa.Array


def mark_copies(messages: pa.Table, found: Addressees) -> Marks:
    """Mark the messages that are copies of an earlier one.

    By Message-ID: two messages of an agency are the same if they have equal Message-IDs (ignoring surrounding
    blanks) and the same recipients. The first in order of source and node id is the original (a message
    before those attached to it), whichever mailboxes the others are in.

    By content: a message without a Message-ID is a copy if a message of its agency has the same content
    (``content_id``), a time of submission, and the same recipients. The original is the first of these that
    has a Message-ID, else the first. A message that has a Message-ID is thus a copy by content of none.

    Copies are marked but still counted, as in the published figures.

    Args:
        messages: In order of agency, source and node id, as :func:`tasks.alerts.messages.gather` gives them.
        found: Their recipients.
    """
    original = np.arange(messages.num_rows)
    ids, content = _ids(messages), _contents(messages)
    for group in _groups(messages, ids, found):
        original[group] = group[0]
    by_id = original != np.arange(messages.num_rows)
    for group in _groups(messages, content, found):
        named = group[ids[group] >= 0]
        first = original[named[0]] if len(named) else group[0]
        original[group[ids[group] < 0]] = first
    copies = np.flatnonzero(original != np.arange(messages.num_rows))
    marks: list[str | None] = [None] * messages.num_rows
    rules: list[str | None] = [None] * messages.num_rows
    names = messages.select(["source", "node_id", "path"]).take(pa.array(original[copies])).to_pylist()
    for row, name in zip(copies.tolist(), names, strict=True):
        marks[row] = f"{name['source']}:{name['path'] or name['node_id']}"
        rules[row] = BY_ID if by_id[row] else BY_CONTENT
    return Marks(pa.array(marks, pa.string()), pa.array(rules, pa.string()))


def _ids(messages: pa.Table) -> Codes:
    """The Message-IDs as numbers; -1 where one names nothing."""
    codes = _codes(pc.utf8_trim_whitespace(messages.column("message_id")))
    return np.where(np.asarray(messages.column("mih").is_valid()), codes, -1)


def _contents(messages: pa.Table) -> Codes:
    """The contents as numbers; -1 without a time of submission, because equal words may be sent twice."""
    codes = _codes(messages.column("content_id"))
    return np.where(np.asarray(messages.column("submitted_at").is_valid()), codes, -1)


def _codes(column: pa.ChunkedArray) -> Codes:
    """Equal values as equal numbers, missing ones as -1."""
    return np.asarray(pc.fill_null(column.combine_chunks().dictionary_encode().indices, -1), dtype=np.int64)


def _groups(messages: pa.Table, codes: Codes, found: Addressees) -> Iterator[Codes]:
    """The messages of one agency, one code and the same recipients, in order, where there are several."""
    known = np.flatnonzero(codes >= 0)
    several = np.bincount(codes[known], minlength=1) > 1
    rows = known[several[codes[known]]]
    starts = np.searchsorted(found.message, rows, side="left")
    ends = np.searchsorted(found.message, rows, side="right")
    agencies = messages.column("agency").take(pa.array(rows)).to_pylist()
    groups: dict[tuple[str, int, bytes], list[int]] = {}
    for row, start, end, agency in zip(rows.tolist(), starts.tolist(), ends.tolist(), agencies, strict=True):
        key = (agency, int(codes[row]), found.who[start:end].tobytes())
        groups.setdefault(key, []).append(row)
    return (np.array(group) for group in groups.values() if len(group) > 1)


def held_elsewhere(messages: pa.Table) -> pa.Array:
    """Find the messages that other agencies hold too.

    Two agencies hold the same message if Message-IDs are equal, or if the content is, with a time of
    submission, and one of the two has no Message-ID. Recipients do not matter: each agency's copy may name
    its own officers.

    Args:
        messages: As for :func:`mark_copies`.

    Returns:
        A list array: the other agencies of each message, sorted.
    """
    agencies = messages.column("agency").combine_chunks().dictionary_encode()
    also: list[list[str]] = [[]] * messages.num_rows
    if len(agencies.dictionary) < 2:
        return pa.array(also, pa.list_(pa.string()))
    of = agencies.to_pylist()
    ids, content = _ids(messages).tolist(), _contents(messages).tolist()
    with_id: defaultdict[int, set[str]] = defaultdict(set)
    with_content: defaultdict[int, set[str]] = defaultdict(set)
    nameless: defaultdict[int, set[str]] = defaultdict(set)
    for agency, own, same in zip(of, ids, content, strict=True):
        with_id[own].add(agency)
        with_content[same].add(agency)
        if own < 0:
            nameless[same].add(agency)
    for each in (with_id, with_content, nameless):
        each[-1] = set()  # a missing one equals nothing
    for row, (agency, own, same) in enumerate(zip(of, ids, content, strict=True)):
        others = (with_content[same] if own < 0 else with_id[own] | nameless[same]) - {agency}
        if others:
            also[row] = sorted(others)
    return pa.array(also, pa.list_(pa.string()))
