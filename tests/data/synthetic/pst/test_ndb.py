import io
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.synthetic.pst import layout
from data.synthetic.pst.ndb import NodeDatabase
from tests.data.synthetic.pst.verify import verify


class File:
    """A database in a file; each stream added to it has a node of its own."""

    def __init__(self, path: Path, encoding: Literal["none", "permute"] = "permute") -> None:
        self.path = path
        self.stream = path.open("wb")
        self.database = NodeDatabase(self.stream, encoding)
        self._count = 0

    def hold(self, data: int, subnodes: int = 0) -> int:
        self._count += 1
        node = layout.node_id(layout.T_INTERNAL, self._count)
        self.database.node(node, data, subnodes)
        return node

    def close(self, counters: dict[int, int] | None = None) -> None:
        self.database.finish(counters or {})
        self.stream.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[File]:
    made = File(tmp_path / "a.pst")
    yield made
    made.stream.close()  # where the test did not come so far


@pytest.mark.parametrize(
    ("size", "blocks", "level"),
    [(1, 1, 0), (8176, 1, 0), (8177, 2, 1), (8176 * 1021, 1021, 1), (8176 * 1021 + 1, 1022, 2)],
)
def test_a_stream_has_the_tree_that_its_size_needs(
    size: int, blocks: int, level: int, file: File, nodes: Any
) -> None:
    block = file.database.stream([bytes(size)], size)
    node = file.hold(block)
    file.close()
    found = nodes(file.path)
    parts = found.parts(found.nodes[node][0])
    assert [len(part) for part in parts] == [8176] * (blocks - 1) + [size - 8176 * (blocks - 1)]
    assert bool(block & layout.INTERNAL) == (level > 0)
    if level:
        raw = found.raw(block)
        assert (raw[1], int.from_bytes(raw[4:8], "little")) == (level, size)
    assert verify(file.path) == []


@settings(max_examples=40)
@given(st.lists(st.integers(0, 20_000), max_size=12), st.sampled_from(["none", "permute"]), st.integers())
def test_the_pieces_in_which_data_comes_do_not_matter(
    sizes: list[int], encoding: Literal["none", "permute"], seed: int
) -> None:
    # Not ``st.randoms()``: it draws each byte by itself, which fails a health check on a busy machine.
    random = Random(seed)
    chunks = [random.randbytes(size) for size in sizes]
    whole = b"".join(chunks)
    files = []
    for given_chunks in (chunks, [whole]):
        stream = io.BytesIO()
        database = NodeDatabase(stream, encoding)
        database.node(0x21, database.stream(given_chunks, len(whole)))
        database.finish({})
        files.append(stream.getvalue())
    assert files[0] == files[1]


@pytest.mark.parametrize("size", [9, 11, 8176, 0])
def test_data_of_another_length_than_announced_is_an_error(file: File, size: int) -> None:
    with pytest.raises(ValueError, match=f"announced as {size} bytes"):
        file.database.stream([b"12345", b"67890"], size)


def test_four_gigabytes_are_more_than_a_node_can_hold(file: File) -> None:
    with pytest.raises(ValueError, match="4 GB"):
        file.database.tree(range(525_314), 1 << 32)


@pytest.mark.parametrize("count", [0, 1, 340, 341, 1000])
def test_any_number_of_subnodes_is_found(count: int, file: File, nodes: Any) -> None:
    entries = [(layout.node_id(layout.T_LTP, i), file.database.block(b"%d" % i), 0) for i in range(count)]
    node = file.hold(file.database.block(b"data"), file.database.subnodes(entries[::-1]))
    file.close()
    found = nodes(file.path)
    assert found.subnodes(found.nodes[node][1]) == {nid: (data, sub) for nid, data, sub in entries}
    assert verify(file.path) == []


def test_more_subnodes_than_two_levels_hold_are_an_error(file: File) -> None:
    with pytest.raises(ValueError, match="subnodes"):
        file.database.subnodes([(i, 4, 0) for i in range(340 * 510 + 1)])


def test_a_shared_block_counts_its_references(file: File, nodes: Any) -> None:
    block = file.database.block(b"one for three")
    for share in (block, file.database.share(block), file.database.share(block)):
        file.hold(share)
    file.close()
    assert nodes(file.path).blocks[block][2] == 4
    assert verify(file.path) == []


def test_the_header_has_the_highest_numbers_used(file: File) -> None:
    file.hold(file.database.block(b"x"))
    end = file.database.position
    file.close({layout.T_MESSAGE: 0x10007, layout.T_FOLDER: 0x412})
    raw = file.path.read_bytes()
    counters = [int.from_bytes(raw[at : at + 4], "little") for at in range(0x2C, 0xAC, 4)]
    assert (counters[4], counters[2], counters[3], counters[8], counters[0]) == (
        0x10007,
        0x412,
        0x4000,
        0x8000,
        0x400,
    )
    assert int.from_bytes(raw[0x204:0x20C], "little") == 8  # one block was written: 4
    assert end <= len(raw) == int.from_bytes(raw[0xB8:0xC0], "little")
