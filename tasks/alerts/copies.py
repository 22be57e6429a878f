"""Copies: the same message found twice in one agency's records."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.alerts.recipients import Addressees


def copy_of(messages: pa.Table, found: Addressees) -> pa.Array:
    """Mark the messages that are copies of an earlier one.

    Two messages of an agency are the same if they have equal Message-IDs (ignoring surrounding blanks) and
    the same distinct recipients. A message without a Message-ID is never a copy. The first in order of source
    and node id is the original (a message before those attached to it), whichever mailboxes the others are
    in. Copies are marked but still counted, as in the published figures.

    Args:
        messages: In order of agency, source and node id, as :func:`tasks.alerts.messages.gather` gives them.
        found: Their recipients.

    Returns:
        A text array, one value per message: ``source:node_id`` of the original (``source:path`` of an
        attached one), missing for originals.
    """
    marks: list[str | None] = [None] * messages.num_rows
    ids = pc.utf8_trim_whitespace(pc.fill_null(messages.column("message_id"), "")).combine_chunks()
    encoded = ids.dictionary_encode()
    codes = np.asarray(encoded.indices, dtype=np.int64)
    several = np.bincount(codes, minlength=1)[codes] > 1
    rows = np.flatnonzero(several & np.asarray(pc.not_equal(ids, "")))
    starts = np.searchsorted(found.message, rows, side="left")
    ends = np.searchsorted(found.message, rows, side="right")
    seen: dict[tuple[str, int, bytes], str] = {}
    names = messages.select(["agency", "source", "node_id", "path"]).take(pa.array(rows)).to_pylist()
    for row, start, end, name in zip(rows.tolist(), starts.tolist(), ends.tolist(), names, strict=True):
        key = (name["agency"], int(codes[row]), found.who[start:end].tobytes())
        here = f"{name['source']}:{name['path'] or name['node_id']}"
        first = seen.setdefault(key, here)
        if first != here:
            marks[row] = first
    return pa.array(marks, pa.string())
