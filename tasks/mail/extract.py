"""A small mailbox file of a few messages, copied block by block out of a big one, for libpff to open.

The time that libpff takes to open a mailbox grows with the square of the number of its messages. So a
partition never opens its mailbox. It copies the blocks that its messages consist of, unchanged, into a small
file in memory, adds two small B-trees that list them, and libpff opens that file. libpff still does all the
decoding, but reads from memory, and its trees are two levels deep whatever the size of the mailbox. As each
block is copied its checksum and id are verified; libpff itself ignores a wrong one. Attachments are left out:
the table that counts them is copied, their contents are never read. A message that is attached to another is
copied like any other (``tasks.mail.embedded``).

Sources: MS-PST 2.2.2.7.7 (B-tree pages), 5.3 and 5.5 (checksum, signature). How blocks refer to each other:
``tasks.mail.references``.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.mail.encoding import decoded
from tasks.mail.layout import BBT, NBT, Header, checksum
from tasks.mail.ndb import BlockIndex, Bytes, Entries
from tasks.mail.references import INTERNAL, BlockError, Node, References, tree_size

_INFLATED_AT_MOST: Final = 1 << 20
"""Bytes to which a block of references may inflate: far more than any holds, so that a damaged one cannot
fill the memory."""


class Copier:
    """Copies the blocks of nodes out of a mailbox into an ``Extract``, verifying each.

    Attributes:
        file: The mailbox.
        index: Where its blocks are.
        layout: How they are laid out.
        crypt: How they are encoded.
        references: How they refer to each other.
    """

    def __init__(self, file: Bytes, header: Header) -> None:
        """Keep the file; its block index is read as it is needed."""
        self.file = file
        self.index = BlockIndex.of(file, header)
        self.layout = layout = header.layout
        self.crypt = header.crypt
        self._read = file.read
        self._find = self.index.find
        self._trailer_bytes = layout.trailer
        self._crc_first = layout.crc_first
        self._span = layout.block_span
        self._trailer = struct.Struct(layout.trailer_format)
        self.references = References(layout)

    def copy(self, node: Node, extract: Extract, attached: list[Node] | None = None) -> int:
        """Copy every block of a node, except the contents of its attachments.

        Args:
            node: Any node of the mailbox, or a message attached to one, with an id of its own.
            extract: Gets the node, at its top level, and its blocks; nothing if this raises.
            attached: Gets the node's attachments.

        Returns:
            How many attachments the node has.

        Raises:
            BlockError: A block is missing from the index or beyond the end of the file, its id, size or
                checksum is wrong, or a reference makes no sense.
        """
        extract.begin()
        try:
            attachments = self.references.follow(
                node,
                take=lambda bid: self._block(bid, extract),
                content=lambda bid: self._content(bid, self._block(bid, extract), extract),
                attached=attached,
            )
        except BlockError:
            extract.undo()
            raise
        extract.add(node)
        return attachments

    def _block(self, bid: int, extract: Extract) -> Place:
        """Copy one block, unless it is there already, and return its place in the extract."""
        # The lowest bit of a block id is reserved and to be ignored (MS-PST 2.2.2.2), so ids are compared
        # without it everywhere.
        place = extract.blocks.get(bid & ~1)
        if place is not None:
            return place
        raw, size, full = self._verified(bid)
        return extract.append(bid & ~1, raw, size, full)

    def _verified(self, bid: int) -> tuple[bytes, int, int]:
        """One block with its trailer, how many bytes of it are data, and how many when inflated."""
        found = self._find(bid)
        if found is None:
            raise BlockError("block is missing from the index", f"block 0x{bid:x}")
        offset, size, full = found
        span = self._span(size)
        raw = self._read(offset, span)
        if len(raw) < span:
            raise BlockError("block beyond the end of the file", f"block 0x{bid:x} at byte {offset:,}")
        stored_size, _, crc, stored_bid = self._trailer.unpack_from(raw, span - self._trailer_bytes)
        if not self._crc_first:
            crc, stored_bid = stored_bid, crc
        # The checksum of `layout.checksum`, written out: a call for each block would be felt.
        if zlib.crc32(memoryview(raw)[:size], 0xFFFFFFFF) ^ 0xFFFFFFFF != crc:
            raise BlockError("checksum of a block is wrong", f"block 0x{bid:x} at byte {offset:,}")
        if stored_size != size or (stored_bid ^ bid) & ~1:
            raise BlockError("block does not match the index", f"block 0x{bid:x} at byte {offset:,}")
        return raw, size, full

    def listing(self, bid: int) -> bytes:
        """What a block of references holds, verified and not copied.

        Raises:
            BlockError: See ``copy``.
        """
        raw, size, full = self._verified(bid)
        return self._inflated(bid, raw[:size], full)

    def data(self, bid: int) -> bytes:
        """What a block of data holds, verified, decoded and not copied.

        Raises:
            BlockError: See ``copy``.
        """
        return decoded(self.listing(bid), self.crypt, bid)

    def size(self, bid: int) -> int | None:
        """How many bytes a block or tree of data has, without reading them; None where that is unknown.

        Raises:
            BlockError: The block of references that says so is damaged.
        """
        if bid & INTERNAL:
            return tree_size(self.listing(bid))
        place = self._find(bid)
        return None if place is None else place[2] if self.layout.compressed else place[1]

    def _content(self, bid: int, place: Place, extract: Extract) -> bytes:
        """What a block of references holds; such blocks are never encoded, but may be deflated."""
        return self._inflated(bid, extract.content(place), place[2])

    def _inflated(self, bid: int, data: bytes, full: int) -> bytes:
        if self.layout.compressed and full != len(data):
            try:
                # Not `zlib.decompress`, which would believe a damaged block and inflate it to any size.
                return zlib.decompressobj().decompress(data, _INFLATED_AT_MOST)
            except zlib.error as error:
                raise BlockError("block cannot be inflated", f"block 0x{bid:x}: {error}") from error
        return data


def _signature(offset: int, bid: int) -> int:
    """MS-PST 5.5: ties a page to its place and id."""
    mixed = (offset ^ bid) & 0xFFFFFFFF
    return (mixed >> 16) ^ (mixed & 0xFFFF)


Place = tuple[int, int, int]
"""A block's place in an extract: offset, bytes, bytes when inflated (only with 4k pages)."""


class Extract:
    """A mailbox file being written: blocks first, two B-trees and the header at the end.

    All nodes are put at the top level, where libpff finds them whatever happened to their folders. libpff
    opens a file that has neither message store nor name map nor root folder, so damage to those in the
    mailbox costs no message.

    Attributes:
        size: Bytes of the file so far.
        blocks: The place of each block, by its id without the reserved bit.
        nodes: The nodes so far.
    """

    def __init__(self, header: Header, memory: io.BytesIO | None = None) -> None:
        """Start an empty file.

        Args:
            header: The mailbox's; the file has the same generation and encoding.
            memory: The buffer of an earlier file, to be overwritten; a new buffer for each file would have
                the system clear a megabyte each time.
        """
        self._header = header
        self._layout = header.layout
        self._file = io.BytesIO() if memory is None else memory
        self._write = self._file.write
        self._crc = self._layout.trailer - self._layout.block_crc
        # Room for the header, which is written last. Blocks and pages begin at multiples of the page size.
        self.size = max(self._layout.page, 1024)
        self.blocks: dict[int, Place] = {}
        self.nodes: list[Node] = []
        self._file.seek(0)
        self._write(bytes(self.size))
        self.begin()

    def begin(self) -> None:
        """Remember how long the file is, for `undo`."""
        self._begun = self.size, len(self.blocks)

    def undo(self) -> None:
        """Forget the blocks that came since ``begin``."""
        # Bytes beyond `size` stay in the buffer: what comes next overwrites them, and `finish` cuts the rest
        # off.
        self.size, count = self._begun
        self._file.seek(self.size)
        while len(self.blocks) > count:
            self.blocks.popitem()

    def append(self, bid: int, raw: bytes, size: int, full: int) -> Place:
        """Add a verified block: its bytes in the file, and how many of them are data."""
        self._write(raw)
        place = self.blocks[bid] = (self.size, size, full)
        self.size += len(raw)
        return place

    def extend(self, blocks: memoryview, bids: Iterable[int], places: Iterable[Place]) -> None:
        """Add verified blocks that lie next to each other, each at its place among them."""
        self._write(blocks)
        self.blocks.update(
            (bid, (self.size + at, size, full)) for bid, (at, size, full) in zip(bids, places, strict=True)
        )
        self.size += len(blocks)

    def content(self, place: Place) -> bytes:
        """The data of a block of this file."""
        self._file.seek(place[0])
        data = self._file.read(place[1])
        self._file.seek(self.size)
        return data

    def add(self, node: Node) -> None:
        """Add a node whose blocks are in the file."""
        self.nodes.append(node)

    def finish(self) -> io.BytesIO:
        """The whole file in memory, for ``open_file_object`` of pypff."""
        layout = self._layout
        bids = np.fromiter(self.blocks, np.uint64, len(self.blocks))
        offsets, sizes, full = np.array(list(self.blocks.values()), np.uint64).reshape(-1, 3).T
        self._clear_checksums(offsets, sizes)
        blocks = np.zeros(len(bids), layout.block)
        blocks["bid"], blocks["offset"], blocks["size"] = bids, offsets, sizes
        # The field after the size is the reference count; with 4k pages, the inflated size and then the
        # count.
        references = (layout.block.names or ())[-1 if layout.compressed else 3]
        if layout.compressed:
            blocks["full"] = full
        blocks[references] = 2
        width = len(layout.node.names or ())
        nodes = [
            (node.nid, node.data, node.sub, 0, 0)[:width]
            for node in sorted(self.nodes, key=lambda node: node.nid)
        ]
        bbt = self._tree(blocks[np.argsort(bids)], "bid", BBT)
        nbt = self._tree(np.array(nodes, layout.node), "nid", NBT)
        self._file.truncate(self.size)
        self._file.seek(0)
        self._write(self._patched(nbt, bbt))
        return self._file

    def _clear_checksums(self, offsets: npt.NDArray[np.uint64], sizes: npt.NDArray[np.uint64]) -> None:
        """Store 0 as the checksum of each block; the checksums have been verified.

        libpff would compute each of them again, byte by byte, which takes half of its time for a message. It
        does not check a checksum that is stored as 0.
        """
        places = offsets + self._layout.block_span(sizes) - np.uint64(self._crc)
        with self._file.getbuffer() as memory:
            np.frombuffer(memory, np.uint8)[places[:, None] + np.arange(4, dtype=np.uint64)] = 0

    def _tree(self, entries: Entries, key: str, tree: int) -> tuple[int, int]:
        """Write a B-tree bottom-up; returns block id and offset of its root."""
        # Each round writes the pages of one level and collects their branch entries, which are the entries of
        # the level above; the page of a round that needed only one is the root.
        layout = self._layout
        self._extend(bytes(-self.size % layout.page))
        level = 0
        while True:
            fan = layout.entries_bytes // entries.dtype.itemsize
            above = np.zeros(max(1, -(-len(entries) // fan)), layout.branch)
            for row in range(len(above)):
                held = entries[row * fan : (row + 1) * fan]
                # Any id will do that no other page has; the page's number in the file is one.
                bid, offset = (self.size // layout.page) * 4, self.size
                above[row] = (held[key][0] if len(held) else 0, bid, offset)
                self._extend(self._page(held, (tree, level, fan), (bid, offset)))
            if len(above) == 1:
                return int(above["bid"][0]), int(above["offset"][0])
            entries, key, level = above, "key", level + 1

    def _extend(self, data: bytes) -> None:
        self.size += self._write(data)

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
        # The checksum stays 0, as in blocks: libpff would compute it again at every visit.
        return bytes(page)

    def _patched(self, nbt: tuple[int, int], bbt: tuple[int, int]) -> bytes:
        """The mailbox's header, with the roots of our trees, our length and new checksums."""
        layout = self._layout
        raw = bytearray(self._header.raw)
        word = layout.word_format[1]
        struct.pack_into("<" + word, raw, layout.eof, self.size)
        struct.pack_into("<" + word * 2, raw, layout.nbt, *nbt)
        struct.pack_into("<" + word * 2, raw, layout.bbt, *bbt)
        struct.pack_into("<I", raw, 4, checksum(memoryview(raw)[8 : 8 + 471]))
        if layout.word == 8:
            struct.pack_into("<I", raw, 524, checksum(memoryview(raw)[8 : 8 + 516]))
        return bytes(raw)
