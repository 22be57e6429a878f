"""The leaves below one branch of the block index, read and looked up at once.

A leaf lists some twenty blocks. As messages are read in order, nearly all leaves are needed, and to parse
them one by one takes as long as to read the blocks. So some hundred leaves below one branch are read
together, and what they list is kept in sorted columns, in which a whole group of blocks is found in one step.
This holds for sound leaves alone: if one of them is not, none is taken, and each block is looked for by
itself (``tasks.mail.ndb.BlockIndex.find``), which gives the same answers.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.mail.layout import BBT, Layout

Ids = npt.NDArray[np.uint64]
Places = npt.NDArray[np.uint64]
"""Offset, bytes in the file and inflated size of some blocks: three rows, a column for each block."""
Page = tuple[int, int, int]
"""Where a page of the index is, the first key for which the tree leads to it, and one past the last."""
_START: Final = 0xFFFFFFFF
"""Inverts zlib's CRC-32 at both ends, which makes it that of the format (`tasks.mail.layout.checksum`)."""
_RESERVED: Final = np.uint64(1)
_KINDS: Final = {"B": "u1", "H": "<u2"}


class Branch(NamedTuple):
    """A branch page of the index.

    Attributes:
        level: How far it is from the leaves: 1 directly above them.
        keys: The first key of each page below it, in order.
        offsets: Where those pages are.
    """

    level: int
    keys: list[int]
    offsets: list[int]


class Leaves(NamedTuple):
    """What the leaves below one branch list.

    Attributes:
        high: One past the last key for which the tree leads to one of them.
        ids: The blocks' ids without the reserved bit, in order, each once.
        places: Where they are.
    """

    high: int
    ids: Ids
    places: Places

    def find(self, wanted: Ids) -> tuple[Places, npt.NDArray[np.bool_]]:
        """The places of some blocks, and of which of them the place is known."""
        if not len(self.ids):
            return np.zeros((3, len(wanted)), np.uint64), np.zeros(len(wanted), np.bool_)
        at = np.minimum(self.ids.searchsorted(wanted), len(self.ids) - 1)
        return self.places[:, at], self.ids[at] == wanted


def place_below(branch: Branch, bid: int) -> int:
    """Which page below a branch has a block."""
    return max(0, bisect_right(branch.keys, bid | 1) - 1)


def range_below(branch: Branch, place: int, low: int, high: int) -> tuple[int, int]:
    """The range of keys of a page below a branch, whose own range is from ``low`` to before ``high``."""
    keys = branch.keys
    # The first page covers what is below its key, too.
    first = max(low, keys[place]) if place else low
    return first, min(high, keys[place + 1]) if place + 1 < len(keys) else high


def pages_below(branch: Branch, low: int, high: int) -> list[Page]:
    """The pages below a branch, whose own range of keys is from ``low`` to before ``high``."""
    ranges = (range_below(branch, place, low, high) for place in range(len(branch.offsets)))
    return [(offset, *each) for offset, each in zip(branch.offsets, ranges, strict=True)]


def read_leaves(
    read: Callable[[int, int], bytes], layout: Layout, leaves: Sequence[Page], high: int
) -> Leaves | None:
    """Read some leaves.

    Args:
        read: Gives bytes of the file, by offset and number.
        layout: The mailbox's.
        leaves: Where they are, in order of their keys.
        high: One past the last key of their range.

    Returns:
        What they list; None if one of them is not sound.
    """
    offsets, begins, ends = zip(*leaves, strict=True)
    data = _read(read, offsets, layout.page)
    if len(data) < len(offsets) * layout.page:
        return None
    pages = np.frombuffer(data, np.uint8).reshape(-1, layout.page)
    counts = _counts(pages, data, layout)
    if counts is None:
        return None
    width = layout.block.itemsize
    most = layout.entries_bytes // width
    rows = np.ascontiguousarray(pages[:, : most * width]).view(layout.block)
    # Entries outside a leaf's range are not its to answer for, as in ``BlockIndex``.
    lows = np.array(begins, np.uint64)
    lasts = np.array([max(end, 1) - 1 for end in ends], np.uint64)
    keys = rows["bid"].astype(np.uint64) | _RESERVED
    held = (np.arange(most) < counts[:, None]) & (keys >= lows[:, None]) & (keys <= lasts[:, None])
    found = rows[held]
    ids = keys[held] ^ _RESERVED
    places = np.empty((3, len(ids)), np.uint64)
    for row, name in enumerate((layout.block.names or ())[1:4]):
        places[row] = found[name]
    if len(ids) > 1 and not (ids[1:] > ids[:-1]).all():
        # Not as it should be, but it can be read: of two entries of one block the last counts.
        ids, last = np.unique(ids[::-1], return_index=True)
        places = places[:, ::-1][:, last]
    return Leaves(high, ids, places)


def _read(read: Callable[[int, int], bytes], offsets: Sequence[int], size: int) -> bytes:
    """Some pages, one behind the other; in one go if they lie so in the file."""
    if list(offsets) == list(range(offsets[0], offsets[0] + len(offsets) * size, size)):
        return read(offsets[0], len(offsets) * size)
    return b"".join(read(offset, size) for offset in offsets)


def _counts(pages: npt.NDArray[np.uint8], data: bytes, layout: Layout) -> npt.NDArray[Any] | None:
    """How many entries each page has; None if one is no sound leaf (``tasks.mail.ndb``: the same rules)."""
    names = ("count", "most", "width", "level")
    kinds = [(name, _KINDS[kind]) for name, kind in zip(names, layout.counts_format[1:], strict=True)]
    kind = np.dtype(kinds)
    said = np.ascontiguousarray(pages[:, layout.counts : layout.counts + kind.itemsize]).view(kind)[:, 0]
    width = layout.block.itemsize
    sound = (
        (pages[:, layout.page_checked : layout.page_checked + 2] == BBT).all(axis=1)
        & (said["width"] == width)
        & (said["level"] == 0)
        & (said["count"].astype(np.int64) * width <= layout.entries_bytes)
    )
    if not sound.all():
        return None
    stored = np.ascontiguousarray(pages[:, layout.page_crc : layout.page_crc + 4]).view("<u4")[:, 0]
    view = memoryview(data)
    for at, wanted in zip(range(0, len(data), layout.page), stored.tolist(), strict=True):
        if zlib.crc32(view[at : at + layout.page_checked], _START) ^ _START != wanted:
            return None
    counts: npt.NDArray[Any] = said["count"]
    return counts
