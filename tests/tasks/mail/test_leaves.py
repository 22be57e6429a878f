"""Many blocks looked up at once: where each is found alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tasks.mail.layout import BBT
from tasks.mail.leaves import Branch, pages_below, place_below
from tasks.mail.ndb import BlockIndex, LocalFile, read_header, read_tree

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Surgery


def check(path: Path, bids: list[int]) -> None:
    """All blocks, or some of them, are found at the places where each is found alone."""
    with LocalFile(path) as file:
        header = read_header(file)
        single, index = BlockIndex(file, header), BlockIndex(file, header)
        alone = {bid: place for bid in bids if (place := single.find(bid)) is not None}
        if len(alone) < len(bids):
            assert index.places(np.array(bids, np.uint64)) is None
        for step in (1, 7, -3):
            wanted = list(alone)[::step]
            found = index.places(np.array(wanted, np.uint64))
            assert found is not None
            wrong = [
                bid for bid, place in zip(wanted, found.T.tolist(), strict=True) if (*place,) != alone[bid]
            ]
            assert not wrong


def bids_of(path: Path) -> list[int]:
    with LocalFile(path) as file:
        entries, _ = read_tree(file, read_header(file), BBT)
        return [int(bid) & ~1 for bid in entries["bid"]]


def test_the_blocks_of_real_mailboxes_are_found_where_each_is_found_alone(real_pst: Path):
    check(real_pst, bids_of(real_pst)[:200])


def test_blocks_are_found_where_each_is_found_alone(box: Box):
    check(box.path, bids_of(box.path))


@pytest.mark.parametrize("bid", [0, 2, 0xFFFF_FFFF_FFFF_FFF0])
def test_an_unknown_block_among_others_is_unknown(box: Box, bid: int):
    check(box.path, [*bids_of(box.path)[:3], bid])


@pytest.mark.parametrize(
    "what", ["leaf", "type", "level", "branch", "top", "wrong key", "disorder", "cycle", "twice", "bit"]
)
def test_in_a_damaged_index_blocks_are_found_where_each_is_found_alone(damaged: Surgery, box: Box, what: str):
    bids = bids_of(box.path)
    offset, entries = damaged.leaves(BBT)[3]
    branch, _, keys = next(page for page in damaged.pages(BBT) if page[1] == 1)
    if what == "leaf":
        damaged.flip(offset + 5)
    elif what in ("type", "level"):
        damaged.data[offset + {"type": 496, "level": 491}[what]] = 0x81 if what == "type" else 1
        damaged.seal(offset)
    elif what in ("branch", "top"):
        damaged.zero(branch if what == "branch" else damaged.pages(BBT)[0][0])
    elif what == "cycle":
        top, _, rows = damaged.pages(BBT)[0]
        rows["offset"][1:] = top
        damaged.seal(top)
    elif what in ("twice", "bit"):  # of two entries of one block the last counts
        entries["bid"][4] = int(entries["bid"][5]) | (what == "bit")
        damaged.seal(offset)
    else:
        keys["key"][2] = int(keys["key"][0]) if what == "disorder" else int(keys["key"][2]) + 16
        damaged.seal(branch)
    damaged.save()
    check(damaged.path, bids)


def test_ranges_of_pages_are_within_that_of_their_branch():
    branch = Branch(1, [4, 10, 20], [512, 1024, 1536])
    assert pages_below(branch, 2, 15) == [(512, 2, 10), (1024, 10, 15), (1536, 20, 15)]
    assert [place_below(branch, bid) for bid in (0, 4, 8, 10, 99)] == [0, 0, 0, 1, 2]
