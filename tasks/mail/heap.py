"""The properties of one small node, read from its heap: the three structures that an attachment needs.

A node's data is a *heap* of items (MS-PST 2.3.1), which holds a *B-tree on a heap* (2.3.2), which holds the
records of a *property context* (2.3.3): number, type, and a value of up to four bytes or a reference to it.
libpff decodes messages. It would also decode attachments, but only by loading their contents, which are most
of a mailbox; here the few properties of an attachment are read without them. A test compares the two.

Everything comes from a file that may be damaged or malicious: every number is checked before it is used, and
what makes no sense is a ``BlockError``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Final

from tasks.mail.references import BlockError

_SIGNATURE: Final = 0xEC
_PROPERTIES: Final = 0xBC
_TREE: Final = 0xB5
_LEVELS: Final = 4
"""Levels of a B-tree on a heap: one of two holds more properties than there are."""
_LEAVES: Final = 64
"""Items of one level of the tree at most: each holds some four hundred properties."""
_RECORDS: Final = 1024
"""Properties of a node at most; an attachment has some twenty."""
_HEAD: Final = struct.Struct("<HBBI")
_RECORD: Final = struct.Struct("<HHI")
_BRANCH: Final = struct.Struct("<HI")
_SHORT: Final = struct.Struct("<H")
_PAIR: Final = struct.Struct("<HH")


Property = tuple[int, int]
"""A property's type, and its value or the reference to it. A plain tuple: there are some twenty in every
attachment."""


class Heap:
    """A heap, whose blocks are read when an item of them is asked for."""

    def __init__(self, block: Callable[[int], bytes], index_bits: int = 11) -> None:
        """Look at the first block.

        Args:
            block: Gives a block of the node's data by its number; raises a BlockError where there is none.
            index_bits: Bits of an item's number in a reference: 11, and 14 with 4k pages.

        Raises:
            BlockError: It is no heap of properties.
        """
        self._block = block
        self._bits = index_bits
        self._first = first = block(0)
        if len(first) < _HEAD.size:
            raise BlockError("attachment makes no sense", f"a heap of {len(first)} bytes")
        _, signature, client, self._root = _HEAD.unpack_from(first)
        if signature != _SIGNATURE or client != _PROPERTIES:
            raise BlockError("attachment makes no sense", f"a heap of the type 0x{signature:02x}{client:02x}")

    def item(self, reference: int) -> bytes:
        """An item by its reference (HID, MS-PST 2.3.1.1); empty for 0.

        Raises:
            BlockError: There is no such item.
        """
        if not reference:
            return b""
        number, index = reference >> 5 + self._bits, reference >> 5 & (1 << self._bits) - 1
        block = self._block(number) if number else self._first  # most heaps have one block
        # The block's first two bytes say where its map of items is: their count, two bytes, their offsets.
        try:
            (place,) = _SHORT.unpack_from(block)
            (count,) = _SHORT.unpack_from(block, place)
            start, stop = _PAIR.unpack_from(block, place + 2 + 2 * index)
        except struct.error:
            count = start = stop = 0
        if not 0 < index <= count or not start <= stop <= len(block):
            raise BlockError("attachment makes no sense", f"heap item 0x{reference:x} does not exist")
        return block[start:stop]

    def properties(self) -> Mapping[int, Property]:
        """The records of the property context, by the number of the property.

        Raises:
            BlockError: It makes no sense.
        """
        head = self.item(self._root)
        if len(head) < 8 or head[:3] != bytes((_TREE, 2, 6)) or head[3] > _LEVELS:
            raise BlockError("attachment makes no sense", "its properties are no tree")
        found: dict[int, Property] = {}
        level = [int.from_bytes(head[4:8], "little")]
        for _ in range(head[3]):
            rows = b"".join(self.item(reference) for reference in level)
            level = [below for _, below in _BRANCH.iter_unpack(rows[: len(rows) // 6 * 6])]
            if len(level) > _LEAVES:
                raise BlockError("attachment makes no sense", "its properties are too many")
        for reference in level:
            rows = self.item(reference)
            records = _RECORD.iter_unpack(rows[: len(rows) // 8 * 8])
            found |= {tag: (kind, value) for tag, kind, value in records}
            if len(found) > _RECORDS:
                raise BlockError("attachment makes no sense", f"more than {_RECORDS:,} properties")
        return found
