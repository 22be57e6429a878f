"""One grammar of references: each rule, and the two ways of following them compared with each other."""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tasks.mail.layout import ANSI, TYPE_ATTACHMENT, UNICODE, UNICODE_4K, Layout
from tasks.mail.ndb import BlockIndex, Bytes, LocalFile, read_header
from tasks.mail.plan import plan_mailbox
from tasks.mail.references import INTERNAL, BlockError, Breadth, Node, References

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box

ATTACHMENT = 0x20 | TYPE_ATTACHMENT
PROPERTY = 0x41

layouts = pytest.mark.parametrize("layout", [UNICODE, ANSI, UNICODE_4K], ids=lambda layout: layout.name)


def block(
    layout: Layout, kind: int, level: int, rows: list[tuple[int, ...]], count: int | None = None
) -> bytes:
    """A block of references; ``count`` is the number of rows that it claims."""
    word = layout.word_format[1]
    header = struct.pack("<BBH", kind, level, len(rows) if count is None else count)
    header += bytes((8 if kind == 1 else layout.sub_header) - len(header))
    return header + b"".join(struct.pack("<" + word * len(row), *row) for row in rows)


def listing(layout: Layout, *below: int) -> bytes:
    return block(layout, 1, 1, [(bid,) for bid in below])


def branch(layout: Layout, *below: int) -> bytes:
    return block(layout, 2, 1, [(PROPERTY, bid) for bid in below])


def leaf(layout: Layout, *rows: tuple[int, int, int]) -> bytes:
    return block(layout, 2, 0, list(rows))


class Followed:
    """The result of following one node: the blocks in the order in which they were asked for."""

    def __init__(self, layout: Layout, contents: dict[int, bytes], data: int, sub: int) -> None:
        self.asked: list[int] = []
        self.attachments = 0
        self.reason: str | None = None

        def content(bid: int) -> bytes:
            self.asked.append(bid)
            return contents[bid]

        try:
            self.attachments = References(layout).follow(Node(4, data, sub, 0), self.asked.append, content)
        except BlockError as error:
            self.reason = error.reason


def in_breadth(
    layout: Layout, contents: dict[int, bytes], nodes: list[Node], *, strict: bool
) -> tuple[list[int], dict[int, int]]:
    """All blocks that are met level by level, and the attachments of each node."""
    walk = Breadth(References(layout), nodes, strict=strict)
    met: list[int] = []
    while blocks := walk.blocks:
        met += blocks
        assert walk.referring <= set(blocks)
        walk.advance({bid: contents[bid] for bid in walk.referring})
    return met, walk.attachments


@layouts
def test_a_block_of_a_data_tree_lists_blocks_and_zeroes_are_none(layout: Layout):
    assert References(layout).data_tree(6, listing(layout, 8, 0, 12, 6) + b"padding") == [8, 12, 6]


@layouts
def test_a_branch_of_a_subnode_tree_lists_blocks_of_the_tree(layout: Layout):
    assert References(layout).subnode_tree(6, branch(layout, 10, 14)) == ([10, 14], [], 0)


@layouts
def test_a_leaf_of_a_subnode_tree_counts_its_attachments_and_leaves_them_out(layout: Layout):
    content = leaf(layout, (PROPERTY, 8, 0), (ATTACHMENT, 12, 14), (PROPERTY, 16, 18), (ATTACHMENT, 20, 0))
    assert References(layout).subnode_tree(6, content) == ([], [(8, 0), (16, 18)], 2)


@layouts
@pytest.mark.parametrize("content", [b"", b"\1", b"\0\0\0\0" * 4, b"\3\1\1\0" * 4])
def test_a_block_of_another_type_is_named(layout: Layout, content: bytes):
    for read, other in ((References(layout).data_tree, b"\2"), (References(layout).subnode_tree, b"\1")):
        if read.__name__ == "data_tree" and content == b"\1":
            continue
        for bad in (content, other + content[1:]):
            with pytest.raises(BlockError, match=r"unknown type: block 0x6$"):
                read(6, bad)


@layouts
def test_a_block_that_claims_more_rows_than_it_has_is_named(layout: Layout):
    rules = References(layout)
    with pytest.raises(BlockError, match=r"cut: block 0x6: 3 in "):
        rules.data_tree(6, block(layout, 1, 1, [(8,), (12,)], count=3))
    with pytest.raises(BlockError, match=r"cut: block 0x6: 65535 in "):
        rules.subnode_tree(6, block(layout, 2, 1, [(PROPERTY, 8)], count=0xFFFF))
    with pytest.raises(BlockError, match=r"cut: block 0x6: 2 in "):
        rules.subnode_tree(6, block(layout, 2, 0, [(PROPERTY, 8, 0)], count=2))
    with pytest.raises(BlockError, match=r"cut: block 0x6: 0 in 1 bytes"):
        rules.data_tree(6, b"\1")


def test_a_node_is_followed_depth_first_in_the_order_of_its_blocks():
    contents = {
        6: listing(UNICODE, 8, 10, 12),
        10: listing(UNICODE, 16, 20),
        14: branch(UNICODE, 18, 22),
        18: leaf(UNICODE, (PROPERTY, 24, 26), (ATTACHMENT, 28, 0)),
        22: leaf(UNICODE, (ATTACHMENT, 32, 0), (PROPERTY, 36, 0)),
        26: leaf(UNICODE, (PROPERTY, 40, 0)),
    }
    found = Followed(UNICODE, contents, 6, 14)
    assert found.reason is None
    assert found.asked == [6, 8, 10, 16, 20, 12, 14, 18, 24, 26, 40, 22, 36]
    assert found.attachments == 2


def test_a_subnode_is_found_in_its_tree():
    contents = {
        14: branch(UNICODE, 18, 22),
        18: leaf(UNICODE, (PROPERTY, 24, 26), (ATTACHMENT, 28, 0)),
        22: leaf(UNICODE, (0x6E_0000_0024, 32, 34)),
    }
    rules = References(UNICODE)
    assert rules.subnode(14, 0x24, contents.__getitem__) == (32, 34)
    assert rules.subnode(14, PROPERTY, contents.__getitem__) == (24, 26)
    assert rules.subnode(14, 0x44, contents.__getitem__) is None
    assert rules.subnode(0, 0x44, contents.__getitem__) is None


def test_a_tree_in_which_a_subnode_is_looked_for_has_an_end():
    rules = References(UNICODE)
    circle = {14: branch(UNICODE, 18), 18: branch(UNICODE, 14)}
    with pytest.raises(BlockError, match="appears twice"):
        rules.subnode(14, 0x24, circle.__getitem__)
    with pytest.raises(BlockError, match="too large"):
        rules.subnode(6, 0x24, lambda bid: branch(UNICODE, bid + 4))


@pytest.mark.parametrize("strict", [True, False])
def test_attachments_of_a_subnode_are_not_the_message_s(strict: bool):
    contents = {
        6: leaf(UNICODE, (PROPERTY, 0, 10), (ATTACHMENT, 12, 0)),
        10: leaf(UNICODE, (ATTACHMENT, 16, 0), (PROPERTY, 20, 0)),
    }
    assert Followed(UNICODE, contents, 0, 6).attachments == 1
    assert in_breadth(UNICODE, contents, [Node(4, 0, 6, 0)], strict=strict) == ([6, 10, 20], {4: 1})


def test_a_node_without_blocks_has_none():
    assert Followed(UNICODE, {}, 0, 0).asked == []
    assert in_breadth(UNICODE, {}, [Node(4, 0, 0, 0)], strict=True) == ([], {4: 0})


@pytest.mark.parametrize("below", [(8, 8), (8, 9), (10, 10), (6,), (10, 7)])
def test_a_data_tree_that_lists_a_block_twice_is_an_error(below: tuple[int, ...]):
    contents = {6: listing(UNICODE, *below), 10: listing(UNICODE, 12)}
    assert Followed(UNICODE, contents, 6, 0).reason == "block appears twice in one tree"
    with pytest.raises(BlockError, match="twice"):
        in_breadth(UNICODE, contents, [Node(4, 6, 0, 0)], strict=True)
    met, _ = in_breadth(UNICODE, contents, [Node(4, 6, 0, 0)], strict=False)
    assert met == list(dict.fromkeys(met))


def test_a_circle_of_subnodes_ends_and_adds_nothing():
    contents = {6: branch(UNICODE, 10, 6), 10: leaf(UNICODE, (PROPERTY, 8, 6), (ATTACHMENT, 12, 0))}
    found = Followed(UNICODE, contents, 0, 6)
    assert (found.asked, found.attachments, found.reason) == ([6, 10, 8], 1, None)
    assert in_breadth(UNICODE, contents, [Node(4, 0, 6, 0)], strict=False) == ([6, 10, 8], {4: 1})


@pytest.mark.parametrize(("levels", "reason"), [(17, None), (18, "tree of subnodes is too deep")])
def test_subnodes_are_followed_seventeen_levels_deep(levels: int, reason: str | None):
    ids = [6 + 4 * level for level in range(levels)]
    contents = {bid: leaf(UNICODE, (PROPERTY, 0, bid + 4)) for bid in ids[:-1]} | {ids[-1]: leaf(UNICODE)}
    assert Followed(UNICODE, contents, 0, ids[0]).reason == reason


def test_a_data_tree_may_be_deeper_than_python_s_stack():
    ids = [6 + 4 * level for level in range(5_000)]
    contents = {bid: listing(UNICODE, bid + 4) for bid in ids[:-1]} | {ids[-1]: listing(UNICODE, 8)}
    assert Followed(UNICODE, contents, ids[0], 0).asked == [*ids, 8]


def test_a_block_that_two_nodes_share_is_an_error_or_met_once():
    nodes = [Node(4, 8, 0, 0), Node(36, 9, 0, 0)]
    with pytest.raises(BlockError, match="twice"):
        in_breadth(UNICODE, {}, nodes, strict=True)
    assert in_breadth(UNICODE, {}, nodes, strict=False) == ([8], {4: 0, 36: 0})


def test_a_block_whose_content_cannot_be_had_is_an_error_or_passed_over():
    for strict in (True, False):
        walk = Breadth(References(UNICODE), [Node(4, 6, 10, 0)], strict=strict)
        if strict:
            with pytest.raises(BlockError, match="unknown type"):
                walk.advance({10: leaf(UNICODE)})
        else:
            walk.advance({10: leaf(UNICODE, (PROPERTY, 8, 0))})
            assert walk.blocks == [8]


def blocks_of(file: Bytes) -> tuple[Layout, list[Node], dict[int, bytes]]:
    """The messages of a mailbox, and whatever its blocks of references hold, by block id."""
    header = read_header(file)
    index = BlockIndex(file, header)
    plan = plan_mailbox(file)

    class Contents(dict[int, bytes]):
        def __missing__(self, bid: int) -> bytes:
            place = index.find(bid)
            assert place is not None
            return file.read(place[0], place[1])

    return header.layout, [plan.node(place) for place in range(len(plan.nodes))], Contents()


def compare(layout: Layout, nodes: list[Node], contents: dict[int, bytes]) -> bool:
    """Follow nodes both ways and compare; returns whether following level by level met no error."""
    one_by_one = [Followed(layout, contents, node.data, node.sub) for node in nodes]
    asked = {bid & ~1 for found in one_by_one for bid in found.asked}
    lenient, _ = in_breadth(layout, contents, nodes, strict=False)
    assert len({bid & ~1 for bid in lenient}) == len(lenient)
    assert asked <= {bid & ~1 for bid in lenient}
    try:
        met, attachments = in_breadth(layout, contents, nodes, strict=True)
    except BlockError:
        return False
    assert {found.reason for found in one_by_one} <= {None}
    assert sorted(met) == sorted(bid for found in one_by_one for bid in found.asked)
    assert list(attachments.values()) == [found.attachments for found in one_by_one]
    return True


@pytest.mark.long
def test_both_ways_meet_the_same_blocks_of_every_real_message(real_pst: Path):
    if real_pst.suffix == ".ost":
        pytest.skip("blocks of references may be deflated in an OST")
    with LocalFile(real_pst) as file:
        layout, nodes, contents = blocks_of(file)
        assert all(compare(layout, [node], contents) for node in nodes)


@pytest.mark.parametrize("name", ["enclosed", "alerts_box"])
def test_both_ways_meet_the_same_blocks_of_many_messages(name: str, request: pytest.FixtureRequest):
    box: Box = request.getfixturevalue(name)
    with LocalFile(box.path) as file:
        assert compare(*blocks_of(file))


def random_blocks(rng: random.Random, layout: Layout) -> tuple[list[Node], dict[int, bytes]]:
    """Some blocks that refer to each other at random, now and then with a fault."""
    trees = [bid | INTERNAL for bid in range(0x100, 0x100 + 4 * rng.randrange(1, 6), 4)]
    subtrees = [bid | INTERNAL for bid in range(0x200, 0x200 + 4 * rng.randrange(1, 8), 4)]
    free = list(range(0x1000, 0x1400, 4))
    few = rng.random() < 0.5  # so that half of the graphs are trees, and the others meet blocks again

    def pick(own: list[int]) -> int:
        if own and rng.random() < 0.4:
            return own.pop() if few else rng.choice(own)
        return free.pop()

    contents: dict[int, bytes] = {}
    names = [*trees, *subtrees]
    left, under = trees[1:], subtrees[1:]
    for bid in names:
        if bid in trees:
            content = listing(layout, *(pick(left) for _ in range(rng.randrange(4))))
        elif rng.random() < 0.3:
            content = branch(layout, *(under.pop() for _ in range(min(len(under), rng.randrange(4)))))
        else:
            rows = [
                (
                    rng.choice((PROPERTY, ATTACHMENT)),
                    pick(left),
                    under.pop() if under and rng.random() < 0.3 else 0,
                )
                for _ in range(rng.randrange(4))
            ]
            content = leaf(layout, *rows)
        contents[bid] = content[: rng.randrange(len(content))] if rng.random() < 0.03 else content
    return [Node(4, trees[0], subtrees[0], 0), Node(36, free.pop(), 0, 0)], contents


@layouts
def test_both_ways_meet_the_same_blocks_of_random_ones(layout: Layout):
    sound = [compare(layout, *random_blocks(random.Random(seed), layout)) for seed in range(400)]
    assert 50 < sum(sound) < 350
