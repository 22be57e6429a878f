"""The B-trees of a mailbox: sound ones, and damaged ones as far as they can be read."""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.mail.layout import BBT, NBT, TYPE_MESSAGE
from tasks.mail.ndb import BlockIndex, Damage, Entries, LocalFile, read_header, read_tree

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Surgery


def tree_of(path: Path, tree: int) -> tuple[Entries, list[Damage]]:
    with LocalFile(path) as file:
        return read_tree(file, read_header(file), tree)


def messages(entries: Entries) -> list[int]:
    return [int(nid) for nid in entries["nid"] if int(nid) & 0x1F == TYPE_MESSAGE]


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("noise") / "noise.bin"
    path.write_bytes(random.Random(3).randbytes(150_001))
    return path


@pytest.mark.long
@given(reads=st.lists(st.tuples(st.integers(0, 160_000), st.integers(0, 70_000)), min_size=1, max_size=8))
def test_a_file_read_at_any_places_gives_the_bytes_of_those_places(noise: Path, reads: list[tuple[int, int]]):
    data = noise.read_bytes()
    with LocalFile(noise) as file:
        assert file.size == len(data)
        for offset, size in reads:
            assert file.read(offset, size) == data[offset : offset + size]


def test_reading_far_beyond_the_end_gives_nothing(noise: Path):
    with LocalFile(noise) as file:
        assert file.read(150_001, 1) == b""
        assert file.read((1 << 64) - 512, 512) == b""


def test_many_places_read_in_turn_still_give_their_own_bytes(noise: Path, tmp_path: Path):
    big = tmp_path / "big.bin"
    data = noise.read_bytes() * 40  # more segments than are kept
    big.write_bytes(data)
    rng = random.Random(5)
    with LocalFile(big) as file:
        for _ in range(500):
            offset = rng.randrange(len(data))
            assert file.read(offset, 3000) == data[offset : offset + 3000]


def test_every_node_of_a_mailbox_is_found_once_and_in_order(box: Box):
    entries, damages = tree_of(box.path, NBT)
    assert damages == []
    assert messages(entries) == box.nodes
    assert np.all(np.diff(entries["nid"].astype(np.int64)) > 0)


def test_the_trees_of_real_mailboxes_are_without_damage(real_pst: Path):
    for tree in (NBT, BBT):
        entries, damages = tree_of(real_pst, tree)
        assert damages == []
        assert len(entries) > 0


def test_the_test_mailbox_has_branches_above_branches(damaged: Surgery):
    # Or the tests of lost branches would test nothing.
    assert max(level for _, level, _ in damaged.pages(NBT)) == 2
    assert max(level for _, level, _ in damaged.pages(BBT)) == 2


def test_a_zeroed_leaf_costs_its_own_nodes_and_is_recorded(damaged: Surgery, box: Box):
    offset, entries = damaged.leaves(NBT)[12]
    lost = set(messages(entries))
    assert lost
    keys = entries["nid"].astype(np.int64).tolist()
    damaged.zero(offset)
    found, damages = tree_of(damaged.save(), NBT)
    assert messages(found) == [nid for nid in box.nodes if nid not in lost]
    assert [(damage.tree, damage.offset, damage.why) for damage in damages] == [(NBT, offset, "is zeroed")]
    assert all(damages[0].low <= key < damages[0].high for key in keys)
    assert str(damages[0]) == f"page of the node index at byte {offset:,}: is zeroed"


def test_a_flipped_bit_in_a_leaf_is_a_wrong_checksum(damaged: Surgery):
    offset, _ = damaged.leaves(NBT)[3]
    damaged.flip(offset + 40)
    _, damages = tree_of(damaged.save(), NBT)
    assert [(damage.offset, damage.why) for damage in damages] == [(offset, "its checksum is wrong")]


def test_a_page_of_the_other_tree_is_not_taken_for_one_of_this_tree(damaged: Surgery):
    offset, _ = damaged.leaves(NBT)[3]
    other, _ = damaged.leaves(BBT)[0]
    damaged.data[offset : offset + 512] = damaged.data[other : other + 512]
    _, damages = tree_of(damaged.save(), NBT)
    assert [damage.why for damage in damages] == ["is of the type 0x80, not 0x81"]


def test_a_count_that_no_page_can_hold_is_damage(damaged: Surgery):
    offset, _ = damaged.leaves(NBT)[3]
    damaged.data[offset + 488] = 200
    damaged.seal(offset)
    _, damages = tree_of(damaged.save(), NBT)
    assert [damage.why for damage in damages] == ["holds 200 entries of 32 bytes, which cannot be"]


@pytest.mark.parametrize("tree", [NBT, BBT])
@pytest.mark.parametrize("level", [1, 2])
def test_leaves_under_a_lost_branch_or_root_are_found_again(
    damaged: Surgery, box: Box, tree: int, level: int
):
    whole, _ = tree_of(box.path, tree)
    offset = next(offset for offset, found, _ in damaged.pages(tree) if found == level)
    damaged.zero(offset)
    entries, damages = tree_of(damaged.save(), tree)
    assert np.array_equal(entries, whole)
    assert [damage.offset for damage in damages] == [offset]


def test_an_older_copy_of_a_leaf_does_not_win_over_the_later_one(damaged: Surgery, box: Box):
    offset, _ = damaged.leaves(NBT)[5]
    old = bytearray(damaged.data[offset : offset + 512])
    struct.pack_into("<Q", old, 8, 0x7777)  # its first node had other data then
    struct.pack_into("<Q", old, 504, struct.unpack_from("<Q", old, 504)[0] - 1)  # and it was written before
    damaged.zero(damaged.header.nbt[1])
    damaged.append_page(bytes(old))
    found, _ = tree_of(damaged.save(), NBT)
    assert np.array_equal(found, tree_of(box.path, NBT)[0])


def test_leaves_outside_a_lost_branch_are_not_brought_back(damaged: Surgery, box: Box):
    # An old page with a node that has been deleted since, outside the range that is lost.
    first, _ = damaged.leaves(NBT)[0]
    old = bytearray(damaged.data[first : first + 512])
    struct.pack_into("<Q", old, 0, 1)
    damaged.zero([offset for offset, level, _ in damaged.pages(NBT) if level == 1][-1])
    damaged.append_page(bytes(old))
    found, _ = tree_of(damaged.save(), NBT)
    assert 1 not in found["nid"]
    assert messages(found) == box.nodes


@pytest.mark.parametrize("tree", [NBT, BBT])
def test_a_branch_that_refers_to_itself_ends_and_is_recorded(damaged: Surgery, tree: int):
    offset, _, entries = next(page for page in damaged.pages(tree) if page[1] == 1)
    entries["offset"][0] = offset
    damaged.seal(offset)
    _, damages = tree_of(damaged.save(), tree)
    assert [(damage.offset, damage.why) for damage in damages] == [(offset, "is referred to twice")]


@pytest.mark.parametrize("tree", [NBT, BBT])
def test_a_root_that_refers_to_itself_ends_and_is_recorded(damaged: Surgery, tree: int):
    offset, _, entries = damaged.pages(tree)[0]
    entries["offset"][:] = offset
    damaged.seal(offset)
    _, damages = tree_of(damaged.save(), tree)
    assert {damage.why for damage in damages} == {"is referred to twice"}


@pytest.mark.parametrize("tree", [NBT, BBT])
def test_leaves_are_searched_for_where_a_branch_is_referred_to_twice(damaged: Surgery, box: Box, tree: int):
    offset, _, entries = damaged.pages(tree)[0]
    entries["offset"][:] = offset
    damaged.seal(offset)
    found, _ = tree_of(damaged.save(), tree)
    assert np.array_equal(found, tree_of(box.path, tree)[0])


def test_a_leaf_referred_to_twice_leaves_the_number_of_nodes_unknown(damaged: Surgery, box: Box):
    offset, _, entries = next(page for page in damaged.pages(NBT) if page[1] == 1)
    lost = messages(next(leaf for place, leaf in damaged.leaves(NBT) if place == int(entries["offset"][9])))
    assert lost
    entries["offset"][9] = entries["offset"][8]
    damaged.seal(offset)
    found, damages = tree_of(damaged.save(), NBT)
    assert [damage.why for damage in damages] == ["is referred to twice"]
    assert messages(found) == [nid for nid in box.nodes if nid not in set(lost)]


def test_a_leaf_where_a_branch_belongs_is_damage(damaged: Surgery):
    root, _, entries = damaged.pages(NBT)[0]
    entries["offset"][1] = damaged.leaves(NBT)[-1][0]
    damaged.seal(root)
    _, damages = tree_of(damaged.save(), NBT)
    assert "is of level 0 where level 1 belongs" in [damage.why for damage in damages]


def test_a_reference_beyond_the_end_is_damage(damaged: Surgery):
    offset, _, entries = next(page for page in damaged.pages(NBT) if page[1] == 1)
    entries["offset"][2] = (1 << 63) + 5
    damaged.seal(offset)
    _, damages = tree_of(damaged.save(), NBT)
    assert [damage.why for damage in damages] == ["is beyond the end of the file"]


def test_a_leaf_overwritten_with_a_copy_of_its_neighbour_is_damage(damaged: Surgery):
    # A misplaced write: the page itself is intact, but it is not the page that belongs there.
    leaves = damaged.leaves(NBT)
    (here, _), (there, _) = leaves[10], leaves[11]
    damaged.data[here : here + 512] = damaged.data[there : there + 512]
    _, damages = tree_of(damaged.save(), NBT)
    assert [damage.offset for damage in damages] == [here]


def test_every_block_is_found_where_the_whole_tree_says(box: Box):
    entries, _ = tree_of(box.path, BBT)
    with LocalFile(box.path) as file:
        index = BlockIndex(file, read_header(file))
        for row in entries:
            found = index.find(int(row["bid"]))
            assert found is not None
            assert found[:2] == (int(row["offset"]), int(row["size"]))


def test_the_reserved_bit_of_a_block_id_does_not_matter(box: Box):
    entries, _ = tree_of(box.path, BBT)
    bid = int(entries["bid"][7])
    with LocalFile(box.path) as file:
        index = BlockIndex(file, read_header(file))
        assert index.find(bid ^ 1) == index.find(bid) is not None


@pytest.mark.parametrize("bid", [0, 2, 0xFFFF_FFFF_FFFF_FFF0])
def test_a_block_missing_from_the_index_is_not_found(box: Box, bid: int):
    with LocalFile(box.path) as file:
        assert BlockIndex(file, read_header(file)).find(bid) is None


@pytest.mark.parametrize("level", [1, 2])
def test_blocks_under_a_lost_branch_are_found_by_searching(damaged: Surgery, box: Box, level: int):
    entries, _ = tree_of(box.path, BBT)
    damaged.zero(next(offset for offset, found, _ in damaged.pages(BBT) if found == level))
    with LocalFile(damaged.save()) as file:
        index = BlockIndex(file, read_header(file))
        for row in entries:
            found = index.find(int(row["bid"]))
            assert found is not None
            assert found[0] == int(row["offset"])


def test_a_cycle_in_the_block_index_ends_a_search_and_the_lost_leaves_are_found(damaged: Surgery):
    root, _, entries = damaged.pages(BBT)[0]
    row = damaged.leaves(BBT)[-1][1][0]
    bid, offset = int(row["bid"]), int(row["offset"])
    entries["offset"][:] = root
    damaged.seal(root)
    with LocalFile(damaged.save()) as file:
        found = BlockIndex(file, read_header(file)).find(bid)
    assert found is not None and found[0] == offset  # noqa: PT018


@pytest.mark.long
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("disorder", [False, True], ids=["a wrong key", "keys in disorder"])
def test_where_a_block_is_found_does_not_depend_on_earlier_searches(
    damaged: Surgery, backwards: bool, disorder: bool
):
    bids = [int(bid) for _, entries in damaged.leaves(BBT) for bid in entries["bid"]]
    branch, _, entries = next(page for page in damaged.pages(BBT) if page[1] == 1)
    entries["key"][2] = int(entries["key"][0]) if disorder else int(entries["key"][2]) + 16
    damaged.seal(branch)
    with LocalFile(damaged.save()) as file:
        header = read_header(file)
        alone = [BlockIndex(file, header).find(bid) for bid in bids]
        assert None not in alone, "what is not where it should be is searched in the whole tree"
        index = BlockIndex(file, header)
        order = range(len(bids))[:: -1 if backwards else 1]
        assert {place: index.find(bids[place]) for place in order} == dict(enumerate(alone))
