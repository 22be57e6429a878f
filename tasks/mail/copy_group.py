"""Copies the blocks of many messages at once, as long as nothing is wrong with any of them.

``tasks.mail.extract`` copies block by block, and can say of each message what is wrong with it. But most
messages are sound, and for them the time goes into Python calls, several for each block. So a group of
messages is copied level by level: all blocks that the messages name, then all blocks that those lead to. The
blocks of a level are read in as few stretches of the file as they lie in, and verified together with the same
rules: checksum, id, size. If any rule fails, or a message is built in an unusual way, the whole group is
given up and copied block by block, which finds the message at fault. So this module decides about speed,
never about what is read.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence, Set
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.mail.extract import Copier, Extract
from tasks.mail.ndb import LocalFile
from tasks.mail.references import BlockError, Breadth, Node

_LEVELS: Final = 4
"""Levels of references that are followed; few messages have more."""
_START: Final = 0xFFFFFFFF
"""Inverts zlib's CRC-32 at both ends, which makes it that of the format (`tasks.mail.layout.checksum`)."""
_Numbers = npt.NDArray[np.int64]


class _GiveUpError(Exception):
    """Something is wrong or unusual: the group must be copied block by block."""


class _Fetched(NamedTuple):
    """Blocks in memory, in order of their place in the file.

    Attributes:
        memory: All of them, with their trailers; the next call overwrites it.
        order: Where each was in the list that was asked for.
        ids: The block ids, without the reserved bit.
        begins: Where each begins in the memory.
        sizes: Bytes of data.
        full: Bytes of data when inflated.
    """

    memory: memoryview
    order: list[int]
    ids: list[int]
    begins: list[int]
    sizes: list[int]
    full: list[int]


class GroupCopier:
    """Copies groups of messages out of one mailbox.

    Two kinds of mailboxes are always left to the copier: those on a store, whose blocks are in memory by then
    (``tasks.mail.prefetch``), and those with deflated blocks, which are rare.
    """

    def __init__(self, copier: Copier, at_most: int) -> None:
        """Prepare copying.

        Args:
            copier: Finds the blocks, and copies the groups that are given up here.
            at_most: Bytes that a group may take; a larger one is given up.
        """
        layout = copier.layout
        self._copier = copier
        self._at_most = at_most
        self._file = copier.file if isinstance(copier.file, LocalFile) and not layout.compressed else None
        # A block's trailer as numpy reads it, for all blocks at once; checksum and id change places in ANSI.
        word = f"<u{layout.word}"
        check = [("crc", "<u4"), ("bid", word)] if layout.crc_first else [("bid", word), ("crc", "<u4")]
        self._trailer: np.dtype[Any] = np.dtype([("size", "<u2"), ("signature", "<u2"), *check])
        self._memory = bytearray()

    def copy(
        self, nodes: Sequence[Node], extract: Extract, attached: dict[int, list[Node]] | None = None
    ) -> dict[int, int] | None:
        """Copy every block of some nodes, except the contents of their attachments.

        Args:
            nodes: Nodes of the mailbox.
            extract: An empty one, which gets the nodes and their blocks; useless if the answer is None.
            attached: Gets the attachments of the nodes that have some, by the id of the node.

        Returns:
            How many attachments each node has, by its id; None if the nodes must be copied one by one.
        """
        if self._file is None:
            return None
        try:
            walk = self._follow(nodes, extract, self._file)
        except (_GiveUpError, BlockError):
            return None
        for node in nodes:
            extract.add(node)
        if attached is not None:
            attached.update(walk.attached)
        return walk.attachments

    def blocks(self, bids: Sequence[int]) -> dict[int, bytes] | None:
        """What some blocks hold, verified, still encoded and not copied.

        Args:
            bids: Ids of blocks, each once.

        Returns:
            The bytes by block id; None if the blocks must be read one by one.
        """
        if self._file is None or not bids:
            return None
        try:
            found = self._fetched(bids, self._file, self._at_most)
        except _GiveUpError:
            return None
        places = zip(found.order, found.begins, found.sizes, strict=True)
        return {bids[place]: bytes(found.memory[begin : begin + size]) for place, begin, size in places}

    def _follow(self, nodes: Sequence[Node], extract: Extract, file: LocalFile) -> Breadth:
        """Copy the blocks of all nodes, then those that these lead to, and so on; count the attachments."""
        # Strict: a block that is met twice ends this too, so that each block has one place in the extract.
        walk = Breadth(self._copier.references, nodes, strict=True)
        for _ in range(_LEVELS):
            blocks = walk.blocks
            if not blocks:
                return walk
            walk.advance(self._blocks(blocks, walk.referring, extract, file))
        raise _GiveUpError

    def _blocks(
        self, bids: list[int], referring: Set[int], extract: Extract, file: LocalFile
    ) -> dict[int, bytes]:
        """Copy the blocks of a level; returns what those in `referring` hold."""
        found = self._fetched(bids, file, self._at_most - extract.size)
        places = zip(found.begins, found.sizes, found.full, strict=True)
        extract.extend(found.memory, found.ids, places)
        return {
            bids[place]: bytes(found.memory[begin : begin + size])
            for place, begin, size in zip(found.order, found.begins, found.sizes, strict=True)
            if bids[place] in referring
        }

    def _fetched(self, bids: Sequence[int], file: LocalFile, at_most: int) -> _Fetched:
        """Read blocks into memory, and verify them."""
        ids = np.array(bids, np.uint64) & ~np.uint64(1)
        found = self._copier.index.places(ids)
        # Unsigned until the offsets are known to lie in the file: a damaged one may not fit into an int64.
        if found is None or found[0].max() >= file.size:
            raise _GiveUpError
        # In order of their place in the file, because blocks that lie next to each other are read in one go.
        # From here on all arrays are in this order; `order` leads back to `bids`.
        order = np.argsort(found[0])
        ids = ids[order]
        offsets, sizes, full = found[:, order].astype(np.int64)
        spans: _Numbers = self._copier.layout.block_span(sizes)
        # Where each block begins and ends in memory, and behind the blocks that the extract has already.
        ends = np.cumsum(spans)
        begins = ends - spans
        if int(ends[-1]) > at_most:
            raise _GiveUpError
        memory = self._read(file, offsets, spans, ends)
        self._verify(memory, ids, sizes, begins, ends)
        return _Fetched(memory, order.tolist(), ids.tolist(), begins.tolist(), sizes.tolist(), full.tolist())

    def _read(self, file: LocalFile, offsets: _Numbers, spans: _Numbers, ends: _Numbers) -> memoryview:
        """Read blocks into memory, one behind the other; those that lie so in the file are read at once.

        Returns:
            The memory, which the next call overwrites.
        """
        total = int(ends[-1])
        if len(self._memory) < total:
            self._memory = bytearray(total)
        memory = memoryview(self._memory)[:total]
        # After which blocks a new stretch begins: the next one does not lie where this one ends. Small gaps
        # are not read over, as an attachment may lie in them.
        apart = np.flatnonzero(offsets[1:] != offsets[:-1] + spans[:-1])
        stops = [*ends[apart].tolist(), total]
        at = 0
        for offset, stop in zip(offsets[[0, *(apart + 1)]].tolist(), stops, strict=True):
            # Fewer bytes: a block is beyond the end of the file.
            if file.read_into(memory[at:stop], offset) < stop - at:
                raise _GiveUpError
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
        """Compare the blocks with their trailers, each of which has the size, the checksum and the id."""
        # The checksums are the one thing that needs a call for each block. Everything else is compared at
        # once.
        stored = _rows_at(memory, ends - self._trailer.itemsize, self._trailer)
        blocks = zip(begins.tolist(), (begins + sizes).tolist(), strict=True)
        found = np.fromiter((zlib.crc32(memory[at:stop], _START) for at, stop in blocks), np.uint32, len(ids))
        wrong = (
            (found ^ np.uint32(_START) != stored["crc"])
            | (sizes != stored["size"])
            | ((ids ^ stored["bid"]) & ~np.uint64(1) != 0)
        )
        if wrong.any():
            raise _GiveUpError


def _rows_at(memory: memoryview, places: _Numbers, kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """What is in memory at some places, each of them a row of this kind."""
    # One row of indices for each place, in one fancy index; places need not be aligned, so a view would not
    # do.
    raw = np.frombuffer(memory, np.uint8)[places[:, None] + np.arange(kind.itemsize)]
    found: npt.NDArray[Any] = raw.view(kind)[:, 0]
    return found
