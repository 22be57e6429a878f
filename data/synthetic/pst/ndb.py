"""The node database ([MS-PST] 2.2): blocks, data trees, subnode trees, nodes, and the header.

Blocks go to disk as soon as they are written. The two B-trees that find blocks and nodes can only be written
at the end; until then six bytes per block and sixteen per node are kept in memory, in arrays.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Literal

from data.synthetic.pst import layout
from data.synthetic.pst.pages import Space, write_tree

Encoding = Literal["none", "permute"]
_INTERNAL_BIT = 0x8000  # in the array of block sizes, which never need it


class NodeDatabase:
    """Writes blocks and nodes to an empty file.

    Args:
        stream: An empty binary file, open for writing.
        encoding: "none" or "permute". Only data blocks are encoded, never the blocks of trees.
    """

    def __init__(self, stream: BinaryIO, encoding: Encoding) -> None:
        self._stream = stream
        self._crypt = layout.CRYPT[encoding]
        self._space = Space(stream)
        self._slots = array("I")  # of block n + 1: offset in slots of 64 bytes
        self._sizes = array("H")  # payload bytes, and _INTERNAL_BIT
        self._shared: Counter[int] = Counter()  # references to a block beyond the first
        # Four columns: ids of the nodes, of their data blocks, subnode blocks and parents.
        self._nodes = (array("I"), array("I"), array("I"), array("I"))

    @property
    def position(self) -> int:
        """The file's length so far in bytes."""
        return self._space.position

    def _block(self, stored: bytes | bytearray | memoryview, internal: int) -> int:
        # Payload, padding, and the trailer in the last 16 bytes ([MS-PST] 2.2.2.8.1). The checksum is of the
        # payload as stored, so after encoding, and without the padding.
        count = len(stored)
        size = count + 79 & ~63  # payload and trailer, rounded up to a multiple of 64
        space = self._space
        at = space.room(size)
        offset = space.base + at
        self._slots.append(offset >> 6)
        self._sizes.append(count | _INTERNAL_BIT if internal else count)
        # Ids count up in steps of 4; bit 1 marks an internal block, bit 0 is reserved ([MS-PST] 2.2.2.2).
        identifier = len(self._slots) << 2 | internal
        buffer = space.buffer  # only now: ``room`` may have begun a new section
        buffer[at : at + count] = stored
        mark = layout.signature(offset, identifier)
        layout.BLOCK_TRAILER.pack_into(buffer, at + size - 16, count, mark, layout.crc(stored), identifier)
        return identifier

    def block(self, payload: bytes | bytearray) -> int:
        """Write one data block of 1 to 8,176 bytes and return its id."""
        return self._block(payload.translate(layout.ENCODE) if self._crypt else payload, 0)

    def data(self, payload: bytes | bytearray) -> int:
        """Write bytes of any length as a block or a tree of blocks; return its id, 0 for no bytes."""
        return (
            self.stream((payload,), len(payload))
            if len(payload) > layout.BLOCK_DATA
            else self.block(payload)
            if payload
            else 0
        )

    def stream(self, chunks: Iterable[bytes | bytearray], size: int) -> int:
        """Write bytes that come in chunks of any length as a block or a tree; return its id, 0 for no bytes.

        Args:
            chunks: The bytes.
            size: How many bytes there are.

        Raises:
            ValueError: The chunks do not add up to ``size``.
        """
        blocks, total = array("Q"), 0
        for piece in _pieces(chunks, layout.ENCODE if self._crypt else None):
            total += len(piece)
            if total > size:
                break
            blocks.append(self._block(piece, 0))
        if total != size:
            raise ValueError(
                f"the data was announced as {size} bytes, but {'more' if total > size else total} came"
            )
        return self.tree(blocks, size)

    def tree(self, blocks: Sequence[int], total: int) -> int:
        """Join data blocks into one stream ([MS-PST] 2.2.2.8.3.2): by an XBLOCK, or by an XXBLOCK of XBLOCKs.

        Args:
            blocks: Ids of data blocks; each but the last holds 8,176 bytes. A single one needs no tree.
            total: Their bytes together.

        Raises:
            ValueError: They are 4 GB or more, which the tree's 32-bit length cannot say.
        """
        if len(blocks) <= 1:
            return blocks[0] if blocks else 0
        if len(blocks) <= layout.XBLOCK_MOST:
            return self._xblock(1, blocks, total)
        if total >= 1 << 32:
            raise ValueError(f"{total} bytes are more than a node can hold (4 GB)")
        uppers, left = array("Q"), total
        for start in range(0, len(blocks), layout.XBLOCK_MOST):
            part = blocks[start : start + layout.XBLOCK_MOST]
            held = min(left, len(part) * layout.BLOCK_DATA)
            uppers.append(self._xblock(1, part, held))
            left -= held
        return self._xblock(2, uppers, total)

    def _xblock(self, level: int, blocks: Sequence[int], total: int) -> int:
        return self._block(
            layout.TREE_HEAD.pack(layout.XBLOCK, level, len(blocks), total) + array("Q", blocks).tobytes(),
            layout.INTERNAL,
        )

    def subnodes(self, entries: Sequence[tuple[int, int, int]]) -> int:
        """Write a tree of subnodes ([MS-PST] 2.2.2.8.3.3) and return its id, 0 for no entries.

        Args:
            entries: (node id, id of the data block, id of the subnode block or 0), in any order.

        Raises:
            ValueError: There are more than a tree of two levels can hold.
        """
        ordered = sorted(entries)
        leaves: list[tuple[int, int]] = []
        for start in range(0, len(ordered), layout.SL_MOST):
            part = ordered[start : start + layout.SL_MOST]
            head = layout.TREE_HEAD.pack(layout.SLBLOCK, 0, len(part), 0)
            leaves.append(
                (
                    part[0][0],
                    self._block(
                        head + b"".join(layout.SL_ENTRY.pack(*entry) for entry in part), layout.INTERNAL
                    ),
                )
            )
        if len(leaves) <= 1:
            return leaves[0][1] if leaves else 0
        if len(leaves) > layout.SI_MOST:
            raise ValueError(f"{len(ordered)} subnodes are more than a node can have")
        head = layout.TREE_HEAD.pack(layout.SLBLOCK, 1, len(leaves), 0)
        return self._block(head + b"".join(layout.SI_ENTRY.pack(*leaf) for leaf in leaves), layout.INTERNAL)

    def share(self, block: int) -> int:
        """Count one more reference to a block that is already in use, and return its id."""
        self._shared[block >> 2] += 1
        return block

    def node(self, identifier: int, data: int, subnodes: int = 0, parent: int = 0) -> None:
        """Add a node.

        Args:
            identifier: Its id.
            data: Id of its data block; 0 for none.
            subnodes: Id of its subnode block; 0 for none.
            parent: Id of the folder that holds it; 0 for none.
        """
        for column, value in zip(self._nodes, (identifier, data, subnodes, parent), strict=True):
            column.append(value)

    def _node_entries(self) -> Iterator[bytes]:
        # Nodes are added in any order (a folder's table comes after its messages), but a B-tree's entries
        # must ascend: sort their indexes, not the columns.
        identifiers, data, subnodes, parents = self._nodes
        for i in sorted(range(len(identifiers)), key=identifiers.__getitem__):
            yield layout.NBT_ENTRY.pack(identifiers[i], data[i], subnodes[i], parents[i], 0)

    def _block_entries(self) -> Iterator[bytes]:
        # Block ids ascend in the order of writing, so these are sorted already.
        pack, shared = layout.BBT_ENTRY.pack, self._shared
        for number, (slot, size) in enumerate(zip(self._slots, self._sizes, strict=True), 1):
            internal = layout.INTERNAL if size & _INTERNAL_BIT else 0
            # Being in this tree counts as one reference, its user as another ([MS-PST] 2.2.2.7.7.3.1).
            references = 2 + shared[number] if number in shared else 2
            yield pack(number << 2 | internal, slot << 6, size & ~_INTERNAL_BIT, references, 0)

    def finish(self, counters: dict[int, int]) -> None:
        """Write both B-trees, the maps and the header. Nothing can be added afterwards.

        The order matters. The trees' pages take space, so the last map can only be written after them. The
        header refers to all of these, so it comes last: until then the file has no valid header, and no
        program takes it for a whole mailbox.

        Args:
            counters: The highest index used of each node type that was used; the others keep their starting
                value.
        """
        nodes = write_tree(self._space, layout.PAGE_NBT, self._node_entries(), layout.NBT_ENTRY.size)
        blocks = write_tree(self._space, layout.PAGE_BBT, self._block_entries(), layout.BBT_ENTRY.size)
        end, last, free = self._space.finish()
        start = {layout.T_SEARCH_FOLDER: 0x4000, layout.T_MESSAGE: 0x10000, layout.T_ASSOCIATED: 0x8000}
        used = [counters.get(kind, start.get(kind, 0x400)) for kind in range(32)]
        middle = layout.HEADER_IDS.pack(0, self._space.next_page_id, len(self._nodes[0]), *used)
        root = layout.HEADER_ROOT.pack(0, 0, end, last, free, 0, *nodes, *blocks, layout.AMAP_VALID, 0, 0)
        ones = b"\xff" * 128
        tail = layout.HEADER_TAIL.pack(0, ones, ones, 0x80, self._crypt, 0, len(self._slots) + 1 << 2)
        front = layout.HEADER_HEAD.pack(
            layout.MAGIC, 0, layout.MAGIC_CLIENT, layout.VERSION, layout.VERSION_CLIENT, 1, 1, 0, 0
        )
        header = bytearray((front + middle + root + tail).ljust(layout.HEADER_BYTES, b"\0"))
        # Two checksums ([MS-PST] 2.2.2.6), of the same bytes but of different length; neither covers the
        # other.
        header[0x20C:0x210] = layout.crc(header[8:0x20C]).to_bytes(4, "little")  # 516 bytes: full
        header[4:8] = layout.crc(header[8 : 8 + 471]).to_bytes(4, "little")  # 471 bytes: partial
        self._stream.seek(0)
        self._stream.write(header)


def _pieces(
    chunks: Iterable[bytes | bytearray], table: bytes | None
) -> Iterator[bytes | bytearray | memoryview]:
    """Cut chunks into pieces of 8,176 bytes and a shorter last one; encode them if there is a table.

    Whole pieces of a chunk are views into it and are not copied; only what is left over at a chunk's end is.
    """
    rest = bytearray()
    for chunk in chunks:
        view = memoryview(chunk.translate(table) if table else chunk)
        start = 0
        if rest:
            start = min(layout.BLOCK_DATA - len(rest), len(view))
            rest += view[:start]
            if len(rest) < layout.BLOCK_DATA:
                continue
            yield rest
            rest = bytearray()
        whole = start + (len(view) - start) // layout.BLOCK_DATA * layout.BLOCK_DATA
        for at in range(start, whole, layout.BLOCK_DATA):
            yield view[at : at + layout.BLOCK_DATA]
        rest += view[whole:]
    if rest:
        yield rest
