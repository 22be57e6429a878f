"""Heaps: what is read is what was written, and nothing that is read can do harm."""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.synthetic.pst.layout import HEAP_PROPERTIES
from data.synthetic.pst.ltp import Heap as Writer
from data.synthetic.pst.ltp import Subnodes, index_levels, property_context
from data.synthetic.pst.ndb import NodeDatabase
from tasks.mail.heap import Heap
from tasks.mail.references import BlockError


class Kept(NodeDatabase):
    """A database that also keeps the blocks in memory, in order."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), "none")
        self.kept: dict[int, bytes] = {}
        self.listed: list[int] = []

    def block(self, payload: bytes | bytearray) -> int:
        bid = super().block(payload)
        self.kept[bid] = bytes(payload)
        return bid

    def tree(self, blocks: Sequence[int], total: int) -> int:
        self.listed = list(blocks)
        return super().tree(blocks, total)


def heap_of(database: Kept) -> Heap:
    def block(number: int) -> bytes:
        if number >= len(database.listed):
            raise BlockError("attachment makes no sense", "no such block")
        return database.kept[database.listed[number]]

    return Heap(block)


def test_properties_are_found_with_their_types_and_values():
    database = Kept()
    values: dict[int, int | bytes] = {0x37050003: 5, 0x3707001F: b"n\0a\0", 0x0E200003: 0xFFFFFFFF}
    property_context(database, values, Subnodes(database))
    heap = heap_of(database)
    found = heap.properties()
    assert found[0x3705] == (3, 5)
    assert found[0x0E20][1] == 0xFFFFFFFF
    assert heap.item(found[0x3707][1]) == b"n\0a\0"
    assert heap.item(0) == b""


def test_properties_over_several_blocks_are_found():
    database = Kept()
    values: dict[int, int | bytes] = {0x30010102 + (n << 16): bytes([n]) * 3000 for n in range(12)}
    property_context(database, values, Subnodes(database))
    heap = heap_of(database)
    assert len(database.listed) > 4
    assert {heap.item(each[1])[:1] for each in heap.properties().values()} == {bytes([n]) for n in range(12)}


def test_a_tree_of_several_levels_is_followed():
    database = Kept()
    writer = Writer(database, HEAP_PROPERTIES)
    root = writer.add(bytes(8))
    leaves = [
        (tag, writer.add(struct.pack("<HHI", tag, 3, tag * 2) + struct.pack("<HHI", tag + 1, 3, 7)))
        for tag in range(0x3000, 0x3020, 2)
    ]
    levels, top = index_levels(writer, leaves, struct.Struct("<HI"))
    writer.patch(root, struct.pack("<BBBBI", 0xB5, 2, 6, levels, top))
    writer.close(root)
    found = heap_of(database).properties()
    assert levels == 1
    assert set(found) == set(range(0x3000, 0x3020))
    assert found[0x3010][1] == 0x6020


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 8, b"\0\0\xec\x7c\0\0\0\0", b"\xff\xff\xec\xbc\xff\xff\xff\xff"]
)
def test_what_is_no_heap_of_properties_is_named(data: bytes):
    with pytest.raises(BlockError, match="attachment makes no sense"):
        Heap(lambda number: data).properties()


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_any_bytes_are_read_or_named(tail: bytes, middle: bytes):
    data = struct.pack("<HBBI", 8 + len(middle), 0xEC, 0xBC, 0x20) + middle + tail

    def block(number: int) -> bytes:
        if number:
            raise BlockError("attachment makes no sense", "no such block")
        return data

    with contextlib.suppress(BlockError):
        heap = Heap(block)
        for each in heap.properties().values():
            with contextlib.suppress(BlockError):
                heap.item(each[1])
