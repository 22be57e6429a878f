"""A small mailbox file of a few messages, copied block by block out of a big one, for libpff to open.

A plain open of a mailbox costs what all its messages cost, squared. So a partition never opens its mailbox:
it copies the blocks that its messages consist of into a file of its own, *as they stand*, with two small
B-trees over them, and libpff opens that. All decoding stays libpff's, it reads from memory
without a call into the system, its trees are two levels deep whatever the size of the mailbox, and as each
block is copied its checksum and id are verified, which libpff itself does not insist on. Attachments are
left behind: the table that counts them is copied, their contents are never read.

Sources: MS-PST 2.2.2.7.7 (B-tree pages), 2.2.2.8.3 (data trees and subnode trees), 5.3 and 5.5 (checksum,
signature).
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from tasks.mail.layout import (
    BBT,
    NBT,
    TYPE_ATTACHMENT,
    Header,
    Layout,
    checksum,
    nid_type,
)
from tasks.mail.ndb import BlockIndex, Bytes, Entries

_INTERNAL: Final = 0x02
"""Bit of a block id: the block holds references to blocks (MS-PST 2.2.2.2)."""
_DEEPEST: Final = 8
"""Data trees have at most two levels and subnodes seldom nest beyond three: deeper is a cycle."""
_INFLATED_AT_MOST: Final = 1 << 20
_NO_CHECKSUM: Final = bytes(4)


class BlockError(Exception):
    """A block that a message consists of is missing, damaged or makes no sense.

    `reason` is one of a few words to count by, `detail` says which block and where it lies.
    """

    def __init__(self, reason: str, detail: str) -> None:
        """Keep both parts."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Node(NamedTuple):
    """A node: its id, its data block and subnode block (0: none), its parent."""

    nid: int
    data: int
    sub: int
    parent: int


class Block(NamedTuple):
    """A block that was read and verified, as it lies in the file: padding and trailer included."""

    bid: int
    raw: bytes
    size: int
    full: int


class BlockReader:
    """Reads and verifies the blocks of nodes, through the mailbox's own block index."""

    def __init__(self, file: Bytes, header: Header) -> None:
        """Keep the file; the index is read as it is needed."""
        self._file = file
        self._layout: Layout = header.layout
        self._index = BlockIndex(file, header)
        self._pair = struct.Struct("<QQ" if self._layout.word == 8 else "<II")
        self._trailer = struct.Struct(self._layout.trailer_format)
        self._triple = struct.Struct("<QQQ" if self._layout.word == 8 else "<III")

    def blocks_of(self, node: Node) -> tuple[list[Block], int]:
        """Every block of a node, its attachments' contents apart, verified; and how many attachments it has.

        Raises:
            BlockError: a block is in no index, lies beyond the end of the file, or its id, size or checksum
            is wrong.
        """
        found: dict[int, Block] = {}
        self._data(node.data, found, 0)
        attachments = self._subnodes(node.sub, found, 0)
        return list(found.values()), attachments

    def _block(self, bid: int, found: dict[int, Block], depth: int) -> Block | None:
        """The block, or None where `found` holds it already."""
        if bid & ~1 in found:
            return None
        if depth > _DEEPEST:
            raise BlockError("cyclic tree of blocks", f"block 0x{bid:x}")
        place = self._index.find(bid)
        if place is None:
            raise BlockError("block in no index", f"block 0x{bid:x}")
        offset, size, full = place
        layout = self._layout
        span = layout.block_span(size)
        raw = self._file.read(offset, span)
        if len(raw) < span:
            raise BlockError("block beyond the end of the file", f"block 0x{bid:x} at byte {offset:,}")
        trailer = span - layout.trailer
        stored_size, _, stored_crc, stored_bid = self._trailer.unpack_from(raw, trailer)
        if not layout.crc_first:
            stored_crc, stored_bid = stored_bid, stored_crc
        if zlib.crc32(memoryview(raw)[:size], 0xFFFFFFFF) ^ 0xFFFFFFFF != stored_crc:
            raise BlockError("checksum of a block is wrong", f"block 0x{bid:x} at byte {offset:,}")
        if stored_size != size or (stored_bid ^ bid) & ~1:
            raise BlockError(
                "block is not the one that the index names", f"block 0x{bid:x} at byte {offset:,}"
            )
        copied = Block(bid, raw, size, full)
        found[bid & ~1] = copied
        return copied

    def _content(self, block: Block) -> bytes:
        """What an internal block says; such blocks are never encoded, but may be deflated."""
        data = block.raw[: block.size]
        if self._layout.compressed and block.full != block.size:
            try:
                return zlib.decompressobj().decompress(data, _INFLATED_AT_MOST)
            except zlib.error as error:
                raise BlockError("block cannot be inflated", f"block 0x{block.bid:x}: {error}") from error
        return data

    def _rows(
        self, content: bytes, block: Block, row: struct.Struct, header: int
    ) -> Iterator[tuple[int, ...]]:
        count = int.from_bytes(content[2:4], "little")
        if header + count * row.size > len(content):
            raise BlockError(
                "block of references is cut", f"block 0x{block.bid:x} names {count} in {len(content)} bytes"
            )
        return row.iter_unpack(content[header : header + count * row.size])

    def _data(self, bid: int, found: dict[int, Block], depth: int) -> None:
        """Follow a data tree: the block itself, or the blocks that it refers to (MS-PST 2.2.2.8.3.2)."""
        block = self._block(bid, found, depth) if bid else None
        if block is None or not bid & _INTERNAL:
            return
        content = self._content(block)
        if not content or content[0] != 0x01:
            raise BlockError("block of references is of an unknown type", f"block 0x{bid:x}")
        word = struct.Struct(self._layout.word_format)
        for (below,) in self._rows(content, block, word, 8):
            self._data(below, found, depth + 1)

    def _subnodes(self, bid: int, found: dict[int, Block], depth: int) -> int:
        """Follow a subnode tree; count the attachments and leave their contents (MS-PST 2.2.2.8.3.3)."""
        block = self._block(bid, found, depth) if bid else None
        if block is None:
            return 0
        content = self._content(block)
        if len(content) < 4 or content[0] != 0x02:
            raise BlockError("block of subnodes is of an unknown type", f"block 0x{bid:x}")
        attachments = 0
        if content[1]:
            for _, below in self._rows(content, block, self._pair, self._layout.sub_header):
                attachments += self._subnodes(below, found, depth + 1)
            return attachments
        for nid, data, sub in self._rows(content, block, self._triple, self._layout.sub_header):
            if nid_type(nid) == TYPE_ATTACHMENT:
                attachments += 1
            else:
                self._data(data, found, depth + 1)
                self._subnodes(sub, found, depth + 1)
        return attachments


def _signature(offset: int, bid: int) -> int:
    """MS-PST 5.5: ties a page to its place and id."""
    mixed = (offset ^ bid) & 0xFFFFFFFF
    return (mixed >> 16) ^ (mixed & 0xFFFF)


class Extract:
    """A mailbox file in the making: blocks first, two B-trees and the header at the end."""

    def __init__(self, header: Header) -> None:
        """Begin an empty file of the generation and encoding of `header`."""
        self._header = header
        self._layout = header.layout
        self._body = bytearray(max(self._layout.page, 1024))
        self._blocks: dict[int, tuple[int, int, int]] = {}
        self._nodes: list[Node] = []

    def __len__(self) -> int:
        """Bytes so far."""
        return len(self._body)

    def add(self, node: Node, blocks: Sequence[Block]) -> None:
        """Add a node with its blocks; a block that two nodes share is kept once."""
        self._nodes.append(node)
        for block in blocks:
            if block.bid & ~1 not in self._blocks:
                offset = len(self._body)
                self._blocks[block.bid & ~1] = (offset, block.size, block.full)
                self._body += block.raw
                # The checksum has been verified. libpff would compute it again, a byte at a time, which takes
                # half of its time over a message; what is stored as 0 it leaves alone.
                at = offset + len(block.raw) - self._layout.trailer + self._layout.block_crc
                self._body[at : at + 4] = _NO_CHECKSUM

    def finish(self) -> io.BytesIO:
        """The whole file in memory, for `open_file_object` of pypff."""
        layout = self._layout
        # The last two are the reference count and padding, or the inflated size and the reference count (4k
        # pages).
        tail = len(layout.block.names or ()) - 3
        blocks = [
            (bid, offset, size, *((full, 2) if layout.compressed else (2, 0))[:tail])
            for bid, (offset, size, full) in sorted(self._blocks.items())
        ]
        width = len(layout.node.names or ())
        nodes = [
            (node.nid, node.data, node.sub, node.parent, 0)[:width]
            for node in sorted(self._nodes, key=lambda node: node.nid)
        ]
        bbt = self._tree(np.array(blocks, layout.block), "bid", BBT)
        nbt = self._tree(np.array(nodes, layout.node), "nid", NBT)
        self._body[: len(self._header.raw)] = self._patched(nbt, bbt)
        return io.BytesIO(self._body)

    def _tree(self, entries: Entries, key: str, tree: int) -> tuple[int, int]:
        """Write a B-tree bottom-up; returns block id and offset of its root."""
        layout = self._layout
        self._body += bytes(-len(self._body) % layout.page)
        level = 0
        while True:
            fan = layout.entries_bytes // entries.dtype.itemsize
            above = np.zeros(max(1, -(-len(entries) // fan)), layout.branch)
            for row in range(len(above)):
                part = entries[row * fan : (row + 1) * fan]
                bid, offset = (len(self._body) // layout.page) * 4, len(self._body)
                above[row] = (part[key][0] if len(part) else 0, bid, offset)
                self._body += self._page(part, (tree, level, fan), (bid, offset))
            if len(above) == 1:
                return int(above["bid"][0]), int(above["offset"][0])
            entries, key, level = above, "key", level + 1

    def _page(self, entries: Entries, kind: tuple[int, int, int], place: tuple[int, int]) -> bytes:
        """A page of a tree, at a level, of at most so many entries; with a block id, at an offset."""
        (tree, level, fan), (bid, offset) = kind, place
        layout = self._layout
        page = bytearray(layout.page)
        page[: entries.nbytes] = entries.tobytes()
        struct.pack_into(
            layout.counts_format, page, layout.counts, len(entries), fan, entries.dtype.itemsize, level
        )
        struct.pack_into("<BBH", page, layout.page_checked, tree, tree, _signature(offset, bid))
        struct.pack_into(layout.word_format, page, layout.page_bid, bid)
        struct.pack_into("<I", page, layout.page_crc, checksum(memoryview(page)[: layout.page_checked]))
        return bytes(page)

    def _patched(self, nbt: tuple[int, int], bbt: tuple[int, int]) -> bytes:
        """The mailbox's own header, with the roots of our trees, our length and new checksums."""
        layout = self._layout
        raw = bytearray(self._header.raw)
        word = layout.word_format[1]
        struct.pack_into("<" + word, raw, layout.eof, len(self._body))
        struct.pack_into("<" + word * 2, raw, layout.nbt, *nbt)
        struct.pack_into("<" + word * 2, raw, layout.bbt, *bbt)
        struct.pack_into("<I", raw, 4, checksum(memoryview(raw)[8 : 8 + 471]))
        if layout.word == 8:
            struct.pack_into("<I", raw, 524, checksum(memoryview(raw)[8 : 8 + 516]))
        return bytes(raw)


def without_folder(node: Node) -> Node:
    """The node as a child of the file's top, where libpff finds it whatever became of its own folder.

    libpff opens a file that holds neither message store nor name map nor root folder, so the damage of
    those in the mailbox costs no message.
    """
    return Node(node.nid, node.data, node.sub, 0)
