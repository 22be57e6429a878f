"""Copies the blocks of many messages at once, where nothing is wrong with any of them.

`tasks.mail.extract` copies block by block, and says of each message what is wrong with it. With most messages
nothing is. So the blocks of a whole group are read first, in as few stretches of the file as they lie in, and
verified together: the same checksums, ids and sizes. Where one does not hold, or a message is built as few
are, nothing is kept of that, and the group is copied block by block.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence, Set
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.mail.extract import Copier, Extract
from tasks.mail.ndb import LocalFile
from tasks.mail.references import BlockError, Breadth, Node

_LEVELS: Final = 4
"""Levels of references that are followed; few messages have more."""
_START: Final = 0xFFFFFFFF
_Numbers = npt.NDArray[np.int64]


class _SeldomError(Exception):
    """Something is wrong, or is not as with most messages."""


class GroupCopier:
    """Copies groups of messages out of one mailbox.

    What lies on a store is fetched before it is copied already, and blocks that are deflated are seldom: both
    are left to the copier.
    """

    def __init__(self, copier: Copier, at_most: int) -> None:
        """Copy for a copier what of a group takes at most so many bytes."""
        layout = copier.layout
        self._copier = copier
        self._at_most = at_most
        self._file = copier.file if isinstance(copier.file, LocalFile) and not layout.compressed else None
        word = f"<u{layout.word}"
        check = [("crc", "<u4"), ("bid", word)] if layout.crc_first else [("bid", word), ("crc", "<u4")]
        self._trailer: np.dtype[Any] = np.dtype([("size", "<u2"), ("signature", "<u2"), *check])
        self._memory = bytearray()

    def copy(self, nodes: Sequence[Node], extract: Extract) -> dict[int, int] | None:
        """Copy every block of some nodes, their attachments' contents apart.

        Args:
            nodes: nodes of the mailbox.
            extract: an empty one, which gets the nodes and their blocks; of no use where the answer is None.

        Returns:
            How many attachments each node has, by its id; None where they are to be copied one by one.
        """
        if self._file is None:
            return None
        try:
            attachments = self._follow(nodes, extract, self._file)
        except (_SeldomError, BlockError):
            return None
        for node in nodes:
            extract.add(node)
        return attachments

    def _follow(self, nodes: Sequence[Node], extract: Extract, file: LocalFile) -> dict[int, int]:
        """Copy the blocks of all nodes, then those that these lead to, and so on; count the attachments."""
        walk = Breadth(self._copier.references, nodes, strict=True)
        for _ in range(_LEVELS):
            blocks = walk.blocks
            if not blocks:
                return walk.attachments
            walk.advance(self._blocks(blocks, walk.referring, extract, file))
        raise _SeldomError

    def _blocks(
        self, bids: list[int], referring: Set[int], extract: Extract, file: LocalFile
    ) -> dict[int, bytes]:
        """Copy blocks, none of which is there already, and give what those of references hold."""
        find = self._copier.index.find
        places = [place for bid in bids if (place := find(bid))]
        ids = np.array(bids, np.uint64) & ~np.uint64(1)
        if len(places) < len(bids):
            raise _SeldomError
        found = np.array(places, np.uint64)
        if found[:, 0].max() >= file.size:
            raise _SeldomError
        order = np.argsort(found[:, 0])
        ids = ids[order]
        offsets, sizes, full = found[order].astype(np.int64).T
        spans: _Numbers = self._copier.layout.block_span(sizes)
        ends = np.cumsum(spans)
        begins = ends - spans
        if extract.size + int(ends[-1]) > self._at_most:
            raise _SeldomError
        memory = self._read(file, offsets, spans, ends)
        self._verify(memory, ids, sizes, begins, ends)
        at = begins.tolist()
        extract.extend(memory, ids.tolist(), zip(at, sizes.tolist(), full.tolist(), strict=True))
        return {
            bids[place]: bytes(memory[begin : begin + size])
            for place, begin, size in zip(order.tolist(), at, sizes.tolist(), strict=True)
            if bids[place] in referring
        }

    def _read(self, file: LocalFile, offsets: _Numbers, spans: _Numbers, ends: _Numbers) -> memoryview:
        """Blocks in order of their place in the file, side by side; which lie so there are read at once."""
        total = int(ends[-1])
        if len(self._memory) < total:
            self._memory = bytearray(total)
        memory = memoryview(self._memory)[:total]
        apart = np.flatnonzero(offsets[1:] != offsets[:-1] + spans[:-1])
        stops = [*ends[apart].tolist(), total]
        at = 0
        for offset, stop in zip(offsets[[0, *(apart + 1)]].tolist(), stops, strict=True):
            if file.read_into(memory[at:stop], offset) < stop - at:
                raise _SeldomError
            at = stop
        return memory

    def _verify(
        self,
        memory: memoryview,
        ids: npt.NDArray[np.uint64],
        sizes: _Numbers,
        begins: _Numbers,
        ends: _Numbers,
    ) -> None:
        """Hold the blocks against what stands behind each: its size, its checksum and its id."""
        stored = _pieces(memory, ends - self._trailer.itemsize, self._trailer)
        blocks = zip(begins.tolist(), (begins + sizes).tolist(), strict=True)
        found = np.fromiter((zlib.crc32(memory[at:stop], _START) for at, stop in blocks), np.uint32, len(ids))
        wrong = (
            (found ^ np.uint32(_START) != stored["crc"])
            | (sizes != stored["size"])
            | ((ids ^ stored["bid"]) & ~np.uint64(1) != 0)
        )
        if wrong.any():
            raise _SeldomError


def _pieces(memory: memoryview, places: _Numbers, kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """What stands in memory at some places."""
    raw = np.frombuffer(memory, np.uint8)[places[:, None] + np.arange(kind.itemsize)]
    found: npt.NDArray[Any] = raw.view(kind)[:, 0]
    return found
