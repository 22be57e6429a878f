"""Lists, tables and properties on a node ([MS-PST] 2.3): heaps, B-trees on heaps, properties and tables.

All of them write forwards: a heap's full blocks and a table's full row blocks go to disk while the table
still grows, so the table of a folder with 100,000 messages takes a few kilobytes of memory.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping, Sequence
from functools import cached_property

from data.synthetic.pst import layout
from data.synthetic.pst.ndb import NodeDatabase

Value = int | bytes
"""The value of a property: a number for types of at most four bytes, else its bytes as they are stored."""

# Free bytes of a heap block, by fill level: level 0 has at least the first, level 15 less than the last.
_FILL_STEPS = (3584, 2560, 2048, 1792, 1536, 1280, 1024, 768, 512, 256, 128, 64, 32, 16, 8)
_BTH_MOST = layout.HEAP_ITEM_MOST // 8  # records of eight bytes in one heap item: 447
_ROW_ID, _ROW_VERSION = 0x67F20003, 0x67F30003


class Subnodes:
    """Collects the subnodes of one node.

    Example:
        >>> import io
        >>> Subnodes(NodeDatabase(io.BytesIO(), "none")).close()
        0
    """

    def __init__(self, database: NodeDatabase) -> None:
        self._database = database
        self._entries: list[tuple[int, int, int]] = []
        self._values = 0

    def add(self, identifier: int, data: int, subnodes: int = 0) -> None:
        """Add a subnode by its id, unique within the node, and the ids of its blocks."""
        self._entries.append((identifier, data, subnodes))

    def value(self, data: int) -> int:
        """Add a block or tree that holds one long value; return the node id by which to refer to it."""
        self._values += 1
        identifier = layout.node_id(layout.T_LTP, 0x400 + self._values)
        self._entries.append((identifier, data, 0))
        return identifier

    def close(self) -> int:
        """Write the tree of subnodes and return its block id; 0 if there are none."""
        return self._database.subnodes(self._entries)


class Heap:
    """A heap on a node ([MS-PST] 2.3.1): items of up to 3,580 bytes in one or more blocks.

    Some blocks also hold the fill levels of themselves and of the blocks after them: the first (8 blocks,
    2.3.1.2), and the ninth and every 128th after it (128 blocks each, 2.3.1.4). They can only be written when
    those blocks are full. The first block is written last of all, so that ``patch`` can still change it: the
    things that are only known at the end, such as the root of a B-tree, are there.
    """

    def __init__(self, database: NodeDatabase, client: int) -> None:
        self._database = database
        self._client = client
        self._items: list[bytes] = []
        self._start = layout.HEAP_HEAD.size  # where the items of the open block begin
        self._room = self._room_after(self._start)
        self._blocks = array("Q")
        self._first = bytearray()
        self._first_items: list[int] = []
        self._map = bytearray()  # the block that holds the fill levels being collected
        self._map_at = 0  # that block's number
        self._total = 0  # bytes of the sealed blocks

    def add(self, item: bytes) -> int:
        """Store an item of at most 3,580 bytes and return its reference (HID, 2.3.1.1); 0 if it is empty."""
        size = len(item)
        if not size:
            return 0
        if size > layout.HEAP_ITEM_MOST:
            raise ValueError(f"a heap item of {size} bytes")
        if size > self._room:
            self._seal(last=False)
        self._room -= size + 2
        self._items.append(item)
        return len(self._blocks) << 16 | len(self._items) << 5

    @staticmethod
    def _room_after(start: int) -> int:
        # Less the page map's two counts and two offsets, and one byte of padding.
        return layout.BLOCK_DATA - start - 9

    def patch(self, reference: int, item: bytes) -> None:
        """Replace an item of the first block with another of the same length."""
        number = reference >> 5
        if self._blocks:
            start = self._first_items[number - 1]
            self._first[start : start + len(item)] = item
        else:
            self._items[number - 1] = item

    def _seal(self, *, last: bool) -> None:
        # A block is its header, the items, and the page map with the items' offsets (2.3.1.5). The page map
        # must start at an even offset; the block's first two bytes say where.
        number = len(self._blocks)
        offsets, at = [], self._start
        for item in self._items:
            offsets.append(at)
            at += len(item)
        pad = at & 1
        body = b"".join((bytes(self._start), *self._items, b"\0" * pad))
        page_map = struct.pack(f"<{len(offsets) + 3}H", len(offsets), 0, *offsets, at)
        block = bytearray(body + page_map)
        struct.pack_into("<H", block, 0, len(body))
        free = layout.BLOCK_DATA - len(block)
        if not last:
            block += bytes(free)  # in a data tree all blocks but the last are full
        self._total += len(block)
        carries = number == 0 or number % 128 == 8
        if number == 0:
            self._first, self._first_items = block, offsets
        if carries:
            self._flush_map()
            self._map, self._map_at = block, number
        self._note_fill(number, free)
        # 0 keeps the position of a block that is written later.
        self._blocks.append(0 if carries else self._database.block(block))
        self._items = []
        self._start = 2 + 64 if (number + 1) % 128 == 8 else 2
        self._room = self._room_after(self._start)

    def _note_fill(self, number: int, free: int) -> None:
        # Four bits per block, the lower half of a byte first.
        level = next((i for i, least in enumerate(_FILL_STEPS) if free >= least), 15)
        at = (8 if self._map_at == 0 else 2) + (number - self._map_at) // 2
        self._map[at] |= level << 4 * (number & 1)

    def _flush_map(self) -> None:
        if self._map_at:
            self._blocks[self._map_at] = self._database.block(self._map)

    def close(self, root: int) -> int:
        """Write the rest and return the id of the heap's block or tree; ``root`` is its root item."""
        self._seal(last=True)
        self._flush_map()
        layout.HEAP_HEAD.pack_into(
            self._first,
            0,
            int.from_bytes(self._first[:2], "little"),
            layout.HEAP_SIGNATURE,
            self._client,
            root,
            bytes(self._first[8:12]),
        )
        self._blocks[0] = self._database.block(self._first)
        return self._database.tree(self._blocks, self._total)


def index_levels(heap: Heap, leaves: Sequence[tuple[int, int]], key: struct.Struct) -> tuple[int, int]:
    """Build index levels above the leaves of a B-tree on a heap ([MS-PST] 2.3.2) until one item is left.

    Args:
        heap: Where the index records go.
        leaves: (first key, reference) of each leaf item, in order of key.
        key: Packs one index record.

    Returns:
        Levels, and the reference of the last item; (0, 0) without leaves.
    """
    levels = 0
    most = layout.HEAP_ITEM_MOST // key.size
    while len(leaves) > 1:
        above = []
        for start in range(0, len(leaves), most):
            part = leaves[start : start + most]
            above.append((part[0][0], heap.add(b"".join(key.pack(*record) for record in part))))
        leaves, levels = above, levels + 1
    return levels, leaves[0][1] if leaves else 0


def property_context(database: NodeDatabase, properties: Mapping[int, Value], subnodes: Subnodes) -> int:
    """Write a property context ([MS-PST] 2.3.3) and return its block id.

    Args:
        database: Where it goes.
        properties: Values by property tag (id in the high 16 bits, type in the low); at most 447.
        subnodes: The node's subnodes; they take values of more than 3,580 bytes.
    """
    # The B-tree's header and its one leaf are reserved first and filled in last: only in the heap's first
    # block can they be patched, and the leaf needs the references of the values that come after it.
    heap = Heap(database, layout.HEAP_PROPERTIES)
    root = heap.add(bytes(layout.BTH_HEAD.size))
    leaf = heap.add(bytes(layout.PROPERTY.size * len(properties)))
    heap.patch(root, layout.BTH_HEAD.pack(layout.BTH_TYPE, 2, 6, 0, leaf))
    records = []
    add, pack = heap.add, layout.PROPERTY.pack
    for tag in sorted(properties):
        value = properties[tag]
        if isinstance(value, int):
            reference = value & 0xFFFFFFFF
        elif len(value) <= layout.HEAP_ITEM_MOST:
            reference = add(value)
        else:
            reference = subnodes.value(database.data(value))
        records.append(pack(tag >> 16, tag & 0xFFFF, reference))
    heap.patch(leaf, b"".join(records))
    return heap.close(root)


class Columns:
    """The columns of a table and the offset of each in a row ([MS-PST] 2.3.4.1).

    The format wants cells ordered by width, eight and four bytes first; the row's id and version come before
    all others. After the cells, one bit per column says whether the row has a value for it (2.3.4.4.1).

    Args:
        tags: The property tags, in any order; row id (0x67F2) and row version (0x67F3) are added.
    """

    def __init__(self, *tags: int) -> None:
        inner = sorted(set(tags) - {_ROW_ID, _ROW_VERSION})
        order = [_ROW_ID, _ROW_VERSION, *inner]
        width = {tag: layout.CELL_BYTES.get(tag & 0xFFFF, 4) for tag in order}
        bit = {tag: i for i, tag in enumerate(order)}
        at = 0
        ends: dict[int, int] = {}
        self.cells: dict[int, tuple[int, struct.Struct, int, int]] = {}
        offset: dict[int, int] = {}
        for sizes in ((4, 8), (2,), (1,)):
            for tag in order:
                if width[tag] in sizes:
                    offset[tag] = at
                    at += width[tag]
            ends[sizes[0]] = at
        self.width = at + (len(order) + 7) // 8
        code = {
            1: struct.Struct("<B"),
            2: struct.Struct("<H"),
            4: struct.Struct("<I"),
            8: struct.Struct("<8s"),
        }
        for tag in order:
            self.cells[tag] = (offset[tag], code[width[tag]], at + bit[tag] // 8, 0x80 >> bit[tag] % 8)
        self._ends = (ends[4], ends[2], ends[1], self.width)
        self._columns = b"".join(
            layout.COLUMN.pack(tag, offset[tag], width[tag], bit[tag]) for tag in sorted(order)
        )
        self._count = len(order)

    def head(self, index: int, rows: int) -> bytes:
        """Pack the table's description (TCINFO, 2.3.4.1) with the references of its row index and rows."""
        return (
            layout.TABLE_HEAD.pack(layout.HEAP_TABLE, self._count, *self._ends, index, rows, 0)
            + self._columns
        )

    @cached_property
    def rows_in_block(self) -> int:
        """How many whole rows fit into a block; no row is ever divided between two."""
        return layout.BLOCK_DATA // self.width


class Table:
    """A table context ([MS-PST] 2.3.4) that grows row by row; full blocks go to disk at once.

    Args:
        database: Where it goes.
        columns: What a row holds.
    """

    def __init__(self, database: NodeDatabase, columns: Columns) -> None:
        self._database = database
        self._columns = columns
        self._subnodes = Subnodes(database)
        self._heap = Heap(database, layout.HEAP_TABLE)
        self._index = self._heap.add(bytes(layout.BTH_HEAD.size))
        self._head = self._heap.add(columns.head(0, 0))
        self._leaves: list[tuple[int, int]] = []
        self._leaf: list[bytes] = []
        self._leaf_key = 0
        self._rows: list[bytes] = []
        self._row_blocks = array("Q")
        self.count = 0

    def add(self, row: int, cells: Mapping[int, Value], version: int = 0) -> None:
        """Append a row.

        Args:
            row: Its id; ids must ascend.
            cells: Values by property tag. A tag that is not a column is an error; a column without a value is
                an empty cell.
            version: A number that changes with the row; 0 for the row's number.
        """
        columns = self._columns.cells
        line = bytearray(self._columns.width)
        for tag, value in ((_ROW_ID, row), (_ROW_VERSION, version or self.count + 1), *cells.items()):
            at, code, byte, bit = columns[tag]
            # A value longer than a cell goes into the heap, and the cell holds its reference.
            held = self._store(value) if isinstance(value, bytes) and code.size == 4 else value
            code.pack_into(line, at, held)
            line[byte] |= bit
        if not self._leaf:
            self._leaf_key = row
        self._leaf.append(layout.ROW_INDEX.pack(row, self.count))
        if len(self._leaf) == _BTH_MOST:
            self._close_leaf()
        self._rows.append(bytes(line))
        self.count += 1
        if len(self._rows) == self._columns.rows_in_block:
            self._row_blocks.append(
                self._database.block(b"".join(self._rows).ljust(layout.BLOCK_DATA, b"\0"))
            )
            self._rows = []

    def _store(self, value: bytes) -> int:
        if len(value) <= layout.HEAP_ITEM_MOST:
            return self._heap.add(value)
        return self._subnodes.value(self._database.data(value))

    def _close_leaf(self) -> None:
        self._leaves.append((self._leaf_key, self._heap.add(b"".join(self._leaf))))
        self._leaf = []

    def _close_rows(self) -> int:
        # Few rows are an item of the heap; more are a subnode of blocks (2.3.4.4).
        rest = b"".join(self._rows)
        if not self._row_blocks and len(rest) <= layout.HEAP_ITEM_MOST:
            return self._heap.add(rest)
        total = len(self._row_blocks) * layout.BLOCK_DATA + len(rest)
        if rest:
            self._row_blocks.append(self._database.block(rest))
        return self._subnodes.value(self._database.tree(self._row_blocks, total))

    def close(self) -> tuple[int, int]:
        """Write the rest and return the ids of the table's data block and subnode block (0 for none)."""
        if self._leaf:
            self._close_leaf()
        levels, root = index_levels(self._heap, self._leaves, layout.ROW_INDEX)
        rows = self._close_rows()
        self._heap.patch(self._index, layout.BTH_HEAD.pack(layout.BTH_TYPE, 4, 4, levels, root))
        self._heap.patch(self._head, self._columns.head(self._index, rows))
        return self._heap.close(self._head), self._subnodes.close()
