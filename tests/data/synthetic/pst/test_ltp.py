import io
from pathlib import Path
from typing import Any

import pytest

from data.synthetic.pst import layout
from data.synthetic.pst.ltp import Columns, Heap, Subnodes, Table, index_levels, property_context
from data.synthetic.pst.ndb import NodeDatabase
from tests.data.synthetic.pst.verify import verify

COLUMNS = Columns(0x001A001F, 0x0E070003, 0x0E1B000B, 0x0E060040, 0x10000002)
LEVELS = (3584, 2560, 2048, 1792, 1536, 1280, 1024, 768, 512, 256, 128, 64, 32, 16, 8, 0)


def store(path: Path, make: Any) -> int:
    """Write one node whose blocks ``make`` gives, and return its id."""
    with path.open("wb") as stream:
        database = NodeDatabase(stream, "permute")
        data, subnodes = make(database)
        database.node(layout.NID_STORE, data, subnodes)
        database.finish({})
    assert verify(path) == []
    return layout.NID_STORE


def reopened(nodes: Any, path: Path) -> Any:
    file = nodes(path)
    return file.heap(*file.nodes[layout.NID_STORE][:2])


@pytest.mark.parametrize("size", [0, 1, 2, 3579, 3580, 3581, 8176, 8177, 50_000])
def test_properties_of_edge_sizes_are_found(size: int, tmp_path: Path, nodes: Any) -> None:
    value = bytes(range(256)) * (size // 256) + bytes(range(size % 256))

    def make(database: NodeDatabase) -> tuple[int, int]:
        subnodes = Subnodes(database)
        properties: Any = {0x10130102: value, 0x00170003: 7, 0x0E060040: b"12345678", 0x370B0003: 0xFFFFFFFF}
        return property_context(database, properties, subnodes), subnodes.close()

    store(tmp_path / "a.pst", make)
    heap = reopened(nodes, tmp_path / "a.pst")
    assert heap.client == layout.HEAP_PROPERTIES
    levels, records = heap.tree(heap.root)
    found = {int.from_bytes(key, "little"): int.from_bytes(record[2:], "little") for key, record in records}
    assert (levels, list(found)) == (0, [0x0017, 0x0E06, 0x1013, 0x370B])
    assert (found[0x0017], found[0x370B]) == (7, 0xFFFFFFFF)
    assert heap.value(found[0x0E06]) == [b"12345678"]
    assert b"".join(heap.value(found[0x1013])) == value
    assert bool(found[0x1013] & 0x1F) == (size > 3580)


@pytest.mark.parametrize("count", [1, 3, 20, 300, 700])
def test_a_heap_of_many_blocks_has_every_item_and_the_right_fill_levels(
    count: int, tmp_path: Path, nodes: Any
) -> None:
    items = [bytes([i % 251]) * (1 + (i * 1789) % 3580) for i in range(count)]
    references: list[int] = []

    def make(database: NodeDatabase) -> tuple[int, int]:
        heap = Heap(database, layout.HEAP_TABLE)
        references.extend(heap.add(item) for item in items)
        return heap.close(references[0]), 0

    store(tmp_path / "a.pst", make)
    heap = reopened(nodes, tmp_path / "a.pst")
    assert heap.root == references[0]
    assert [heap.item(reference) for reference in references] == items
    assert {len(block) for block in heap.blocks[:-1]} <= {8176}
    assert len(set(references)) == count
    for number, block in enumerate(heap.blocks):
        page_map = int.from_bytes(block[:2], "little")
        held = int.from_bytes(block[page_map : page_map + 2], "little")
        free = 8176 - (page_map + 4 + 2 * (held + 1))
        home = 0 if number < 8 else (number - 8) // 128 * 128 + 8
        at = (8 if home == 0 else 2) + (number - home) // 2
        level = heap.blocks[home][at] >> 4 * (number & 1) & 15
        assert LEVELS[level] <= free
        assert level == 0 or free < LEVELS[level - 1]
        assert page_map % 2 == 0


def test_an_item_too_long_for_a_heap_is_an_error() -> None:
    with pytest.raises(ValueError, match="3581 bytes"):
        Heap(NodeDatabase(io.BytesIO(), "none"), 0x7C).add(bytes(3581))


def test_the_first_block_can_be_patched_after_it_is_full(tmp_path: Path, nodes: Any) -> None:
    def make(database: NodeDatabase) -> tuple[int, int]:
        heap = Heap(database, layout.HEAP_TABLE)
        first, second = heap.add(b"aaaa"), heap.add(b"bbb")
        heap.patch(first, b"AAAA")
        for _ in range(30):
            heap.add(bytes(3000))
        heap.patch(second, b"BBB")
        return heap.close(first), 0

    store(tmp_path / "a.pst", make)
    heap = reopened(nodes, tmp_path / "a.pst")
    assert (heap.item(0x20), heap.item(0x40)) == (b"AAAA", b"BBB")


@pytest.mark.parametrize("count", [0, 1, 2, 446, 447, 448, 3000])
def test_rows_are_found_by_id_with_the_cells_that_they_have(count: int, tmp_path: Path, nodes: Any) -> None:
    def cells(i: int) -> dict[int, int | bytes]:
        every: dict[int, int | bytes] = {
            0x001A001F: b"text %d" % i,
            0x0E070003: i,
            0x0E1B000B: i & 1,
            0x0E060040: i.to_bytes(8, "big"),
            0x10000002: i & 0xFFFF,
        }
        return {tag: value for n, (tag, value) in enumerate(every.items()) if (i + n) % 3}

    def make(database: NodeDatabase) -> tuple[int, int]:
        table = Table(database, COLUMNS)
        for i in range(count):
            table.add(1000 + 32 * i, cells(i))
        return table.close()

    store(tmp_path / "a.pst", make)
    heap = reopened(nodes, tmp_path / "a.pst")
    rows = heap.rows()
    assert list(rows) == [1000 + 32 * i for i in range(count)]
    width = {0x0E070003: 4, 0x0E1B000B: 1, 0x10000002: 2}
    for i, row in enumerate(rows.values()):
        expected = {
            tag: value.to_bytes(width[tag], "little") if isinstance(value, int) else value
            for tag, value in cells(i).items()
        }
        expected |= {
            0x67F20003: (1000 + 32 * i).to_bytes(4, "little"),
            0x67F30003: (i + 1).to_bytes(4, "little"),
        }
        assert row == expected
    index = int.from_bytes(heap.item(heap.root)[10:14], "little")
    assert heap.tree(index)[0] == (1 if count > 447 else 0)


def test_a_cell_too_long_for_the_heap_goes_into_a_subnode(tmp_path: Path, nodes: Any) -> None:
    def make(database: NodeDatabase) -> tuple[int, int]:
        table = Table(database, COLUMNS)
        table.add(5, {0x001A001F: b"long" * 5000})
        return table.close()

    store(tmp_path / "a.pst", make)
    assert reopened(nodes, tmp_path / "a.pst").rows()[5][0x001A001F] == b"long" * 5000


def test_an_unknown_column_is_an_error() -> None:
    with pytest.raises(KeyError):
        Table(NodeDatabase(io.BytesIO(), "none"), COLUMNS).add(1, {0x30010003: 1})


def test_columns_are_laid_out_by_width_with_the_row_id_first() -> None:
    head = COLUMNS.head(0x20, 0x60)
    count, four, two, one, width = (
        head[1],
        *(int.from_bytes(head[at : at + 2], "little") for at in (2, 4, 6, 8)),
    )
    found = {c[0]: c[1:] for c in layout.COLUMN.iter_unpack(head[22:])}
    assert count == len(found) == 7
    assert list(found) == sorted(found)
    assert (found[0x67F20003], found[0x67F30003]) == ((0, 4, 0), (4, 4, 1))
    assert (four, two, one, width) == (24, 26, 27, 28)
    assert all(at + size <= {8: four, 4: four, 2: two, 1: one}[size] for at, size, _ in found.values())


@pytest.mark.parametrize(("leaves", "levels"), [(0, 0), (1, 0), (2, 1), (447, 1), (448, 2), (447**2 + 1, 3)])
def test_an_index_has_as_many_levels_as_its_leaves_need(leaves: int, levels: int) -> None:
    heap = Heap(NodeDatabase(io.BytesIO(), "none"), layout.HEAP_TABLE)
    assert index_levels(heap, [(i, 0x20) for i in range(leaves)], layout.ROW_INDEX)[0] == levels
