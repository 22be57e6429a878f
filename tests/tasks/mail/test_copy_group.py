"""Messages copied as a group: the same blocks as one by one, or none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tasks.mail.copy_group import GroupCopier
from tasks.mail.extract import Copier, Extract
from tasks.mail.ndb import Bytes, LocalFile, read_header
from tasks.mail.plan import plan_mailbox
from tasks.mail.references import Node
from tasks.mail.settings import MailSettings
from tests.tasks.mail.test_extract import InMemory

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit, Surgery

MUCH = 1 << 30


def nodes_of(file: Bytes) -> list[Node]:
    plan = plan_mailbox(file)
    return [plan.node(place) for place in range(len(plan.nodes))]


def at_once(
    file: Bytes, nodes: list[Node], at_most: int = MUCH
) -> tuple[dict[int, bytes], dict[int, int]] | None:
    """The blocks of some nodes, and how many attachments each has."""
    header = read_header(file)
    extract = Extract(header)
    counts = GroupCopier(Copier(file, header), at_most).copy(nodes, extract)
    if counts is None:
        return None
    assert extract.nodes == nodes
    return contents(extract), counts


def one_by_one(file: Bytes, nodes: list[Node]) -> tuple[dict[int, bytes], dict[int, int]]:
    header = read_header(file)
    copier, extract = Copier(file, header), Extract(header)
    counts = {node.nid: copier.copy(node, extract) for node in nodes}
    return contents(extract), counts


def contents(extract: Extract) -> dict[int, bytes]:
    return {bid: extract.content(place) for bid, place in extract.blocks.items()}


@pytest.mark.long
def test_the_blocks_of_real_messages_are_those_that_are_copied_one_by_one(real_pst: Path):
    copied = 0
    with LocalFile(real_pst) as file:
        for node in nodes_of(file):
            found = at_once(file, [node])
            copied += found is not None
            assert found in (None, one_by_one(file, [node]))
    assert copied or real_pst.suffix == ".ost", "4k pages alone are left to the copier"


@pytest.mark.parametrize("name", ["enclosed", "alerts_box"])
def test_the_blocks_of_many_messages_are_those_that_are_copied_one_by_one(
    name: str, request: pytest.FixtureRequest
):
    box: Box = request.getfixturevalue(name)
    with LocalFile(box.path) as file:
        nodes = nodes_of(file)
        assert at_once(file, nodes) == one_by_one(file, nodes)


@pytest.mark.long(4)
@pytest.mark.parametrize("what", ["data", "id", "size", "place"])
def test_if_one_block_is_wrong_the_group_is_not_copied_together(
    damaged: Surgery, box: Box, kit: Kit, what: str
):
    data, _ = damaged.node(box.nodes[7])
    offset, size = damaged.block(data)
    end = offset + damaged.header.layout.block_span(size)
    if what == "place":
        damaged.set(0x80, data & ~1, offset=len(damaged.data) + 64)
    else:
        damaged.flip({"data": offset + 5, "id": end - 8, "size": end - 16}[what])
    with LocalFile(damaged.save()) as file:
        nodes = nodes_of(file)
        assert at_once(file, nodes[:5]) == one_by_one(file, nodes[:5])
        assert at_once(file, nodes[:10]) is None
    read = kit.read(damaged.path, MailSettings(extract=10))
    assert list(read.failures) == [box.nodes[7]]


def test_a_block_of_two_messages_is_left_to_the_copier(damaged: Surgery, box: Box, kit: Kit):
    data, sub = damaged.node(box.nodes[3])
    damaged.set(0x81, box.nodes[4], data=data, sub=sub)
    with LocalFile(damaged.save()) as file:
        assert at_once(file, nodes_of(file)[:10]) is None
    assert not kit.read(damaged.path).failures


def test_what_would_take_too_much_memory_is_left_to_the_copier(enclosed: Box):
    with LocalFile(enclosed.path) as file:
        nodes = nodes_of(file)
        found = at_once(file, nodes)
        assert found is not None
        taken = sum(map(len, found[0].values()))
        assert at_once(file, nodes, at_most=taken // 2) is None


def test_a_mailbox_that_is_not_a_local_file_is_left_to_the_copier(box: Box):
    file = InMemory(box.path.read_bytes())
    assert at_once(file, nodes_of(file)[:2]) is None
