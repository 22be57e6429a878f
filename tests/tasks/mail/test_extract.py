"""Messages copied block by block into a file of their own: verified on the way, equal for libpff."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pypff
import pytest

from tasks.mail.extract import Copier, Extract
from tasks.mail.layout import BBT, NBT, TYPE_MESSAGE, checksum, nid_type
from tasks.mail.ndb import Bytes, LocalFile, read_header, read_tree
from tasks.mail.plan import plan_mailbox
from tasks.mail.properties import (
    ADDRESS,
    DELIVERY_TIME,
    DISPLAY_CC,
    DISPLAY_TO,
    HEADERS,
    HTML,
    INTERNET_CODE_PAGE,
    MESSAGE_CLASS,
    MESSAGE_CODE_PAGE,
    MESSAGE_ID,
    NAME,
    RECIPIENT_TYPE,
    RTF,
    SENDER_ADDRESS,
    SENDER_NAME,
    SENDER_SMTP,
    SMTP_ADDRESS,
    SUBJECT,
    SUBMIT_TIME,
    TEXT,
)
from tasks.mail.references import BlockError, Node

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit, Surgery

USED = (
    MESSAGE_CLASS, SUBJECT, SUBMIT_TIME, HEADERS, SENDER_NAME, SENDER_ADDRESS, DISPLAY_CC, DISPLAY_TO,
    DELIVERY_TIME, TEXT, RTF, HTML, MESSAGE_ID, INTERNET_CODE_PAGE, MESSAGE_CODE_PAGE, SENDER_SMTP,
)  # fmt: skip
USED_OF_RECIPIENTS = (RECIPIENT_TYPE, NAME, ADDRESS, SMTP_ADDRESS)


class InMemory:
    """A file in memory, as a ``Bytes``."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def read(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]


class Recorder:
    """Passes reads on, and remembers which bytes were asked for."""

    def __init__(self, file: Bytes) -> None:
        self.file = file
        self.size = file.size
        self.ranges: list[tuple[int, int]] = []

    def read(self, offset: int, size: int) -> bytes:
        self.ranges.append((offset, offset + size))
        return self.file.read(offset, size)


def raw(record_set: Any, tags: tuple[int, ...]) -> dict[int, Any]:
    """Type and bytes of properties, or what libpff says of those that it cannot read."""
    found: dict[int, Any] = {}
    for tag in tags:
        try:
            entry = record_set.get_entry_by_type(tag)
            found[tag] = None if entry is None else (entry.value_type, entry.data)
        except OSError as error:
            found[tag] = str(error).rsplit(": ", 1)[-1]
    return found


def look(item: Any) -> dict[str, Any]:
    """What libpff says of an item: the raw data of every property used, recipients included."""
    sets = item.number_of_record_sets
    table = getattr(item, "recipients", None)
    return {
        "properties": raw(item.get_record_set(0), USED) if sets else None,
        "recipients": table
        and [
            raw(table.get_recipient(index), USED_OF_RECIPIENTS) for index in range(table.number_of_recipients)
        ],
    }


def plain_items(item: Any) -> Iterator[Any]:
    """Every message of a mailbox that was opened by libpff as it is."""
    for index in range(item.number_of_sub_items):
        try:
            below = item.get_sub_item(index)
        except (OSError, MemoryError):
            continue
        if nid_type(below.identifier) == TYPE_MESSAGE:
            yield below
        else:
            yield from plain_items(below)


def extracted(file: Bytes, nodes: list[Node]) -> tuple[io.BytesIO, dict[int, int]]:
    """A file of these messages, and how many attachments each has."""
    header = read_header(file)
    copier, extract = Copier(file, header), Extract(header)
    counts = {node.nid: copier.copy(node, extract) for node in nodes}
    return extract.finish(), counts


@pytest.mark.long
def test_libpff_reads_every_real_message_from_the_copy_as_from_its_mailbox(real_pst: Path):
    plain = pypff.file()
    plain.open(str(real_pst))
    wanted = {item.identifier: item for item in plain_items(plain.root_item)}
    with LocalFile(real_pst) as file:
        plan = plan_mailbox(file)
        nodes = [plan.node(place) for place in range(len(plan.nodes))]
        assert wanted.keys() <= {node.nid for node in nodes}
        small, counts = extracted(file, nodes)
    copy = pypff.file()
    copy.open_file_object(small)
    seen = set()
    for item in plain_items(copy.root_item):
        seen.add(item.identifier)
        assert look(item) == look(wanted[item.identifier])
        attachments = getattr(wanted[item.identifier], "number_of_attachments", None)
        assert attachments in (None, counts[item.identifier])
    assert seen == wanted.keys()


def test_attachments_are_counted(enclosed: Box):
    with LocalFile(enclosed.path) as file:
        plan = plan_mailbox(file)
        _, counts = extracted(file, [plan.node(place) for place in range(12)])
    assert list(counts.values()) == [number % 3 for number in range(12)]


def test_no_byte_of_an_attachment_is_ever_asked_for(enclosed: Box, kit: Kit):
    data = enclosed.path.read_bytes()
    marks = [at for at in range(0, len(data), 16) if data[at : at + 16] == kit.mark]
    assert len(marks) == 12 * 2_500  # 12 attachments of 40,000 bytes
    with LocalFile(enclosed.path) as local:
        file = Recorder(local)
        plan = plan_mailbox(file)
        extracted(file, [plan.node(place) for place in range(12)])
    read = bytearray(len(data))
    for start, stop in file.ranges:
        read[start:stop] = b"\1" * (stop - start)
    assert not any(read[at] for at in marks)
    assert any(read)


def test_the_copy_holds_no_byte_of_an_attachment(enclosed: Box, kit: Kit):
    with LocalFile(enclosed.path) as file:
        plan = plan_mailbox(file)
        small, _ = extracted(file, [plan.node(place) for place in range(12)])
    assert kit.mark not in small.getvalue()
    assert b"long-00007" in small.getvalue()


def sealed(data: bytes) -> bytes:
    """The copy with the checksums of the pages of its trees, which it has as 0 for libpff."""
    whole = bytearray(data)
    header = read_header(InMemory(data))
    layout = header.layout
    wanted = [header.nbt[1], header.bbt[1]]
    while wanted:
        at = wanted.pop()
        page = memoryview(whole)[at : at + layout.page]
        assert page[layout.page_crc : layout.page_crc + 4] == bytes(4)
        struct.pack_into("<I", page, layout.page_crc, checksum(page[: layout.page_checked]))
        count, _, _, level = struct.unpack_from(layout.counts_format, page, layout.counts)
        if level:
            wanted += np.frombuffer(page, layout.branch, count)["offset"].tolist()
    return bytes(whole)


def test_the_copy_is_a_mailbox_by_the_rules_of_the_format(real_pst: Path):
    with LocalFile(real_pst) as file:
        original = read_header(file)
        plan = plan_mailbox(file)
        nodes = [plan.node(place) for place in range(len(plan.nodes))]
        small, _ = extracted(file, nodes)
    data = sealed(small.getvalue())
    copy = InMemory(data)
    header = read_header(copy)
    assert header.intact
    assert header.eof == len(data)
    assert (header.layout, header.crypt) == (original.layout, original.crypt)
    if header.layout.word == 8:
        assert struct.unpack_from("<I", data, 524)[0] == checksum(data[8 : 8 + 516])
    found, damages = read_tree(copy, header, NBT)
    assert damages == []
    assert found["nid"].tolist() == [node.nid for node in nodes]
    blocks, damages = read_tree(copy, header, BBT)
    assert damages == []
    for row in blocks:
        assert int(row["offset"]) % header.layout.align == 0
        assert int(row["offset"]) + header.layout.block_span(int(row["size"])) <= len(data)


def test_a_block_that_two_messages_share_is_copied_once(enclosed: Box):
    with LocalFile(enclosed.path) as file:
        header = read_header(file)
        node = plan_mailbox(file).node(0)
        copier, extract = Copier(file, header), Extract(header)
        copier.copy(node, extract)
        size = extract.size
        assert copier.copy(Node(node.nid + 32, node.data, node.sub, 0), extract) == 0
        assert extract.size == size


def test_nothing_is_left_in_the_copy_of_a_message_that_could_not_be_copied(opened: Surgery, enclosed: Box):
    at = opened.data.find(b"long-00006", opened.data.find(b"long-00006") + 20_000)
    opened.flip(at)
    with LocalFile(opened.save()) as file:
        header = read_header(file)
        plan = plan_mailbox(file)
        copier, damaged, whole = Copier(file, header), Extract(header), Extract(header)
        for place in range(12):
            if place == 6:
                with pytest.raises(BlockError):
                    copier.copy(plan.node(place), damaged)
            else:
                copier.copy(plan.node(place), damaged)
                copier.copy(plan.node(place), whole)
        assert damaged.finish().getvalue() == whole.finish().getvalue()


def test_a_copy_of_nothing_is_a_mailbox_without_messages(box: Box):
    with LocalFile(box.path) as file:
        small = Extract(read_header(file)).finish()
    mailbox = pypff.file()
    mailbox.open_file_object(small)
    assert mailbox.root_item is None or mailbox.root_item.number_of_sub_items == 0
    mailbox.close()


@pytest.mark.long
def test_a_thousand_messages_in_one_copy_are_all_listed_by_libpff(tmp_path: Path, kit: Kit):
    # More than the 300 that two levels of the index hold.
    box = kit.write(tmp_path / "many.pst", [kit.letter(number) for number in range(1000)])
    with LocalFile(box.path) as file:
        plan = plan_mailbox(file)
        small, _ = extracted(file, [plan.node(place) for place in range(1000)])
    mailbox = pypff.file()
    mailbox.open_file_object(small)
    top = mailbox.root_item
    assert [top.get_sub_item(index).identifier for index in range(top.number_of_sub_items)] == box.nodes
    del top
    mailbox.close()


def fault_of(path: Path, nid: int) -> str:
    """The reason why a message's blocks cannot be copied."""
    with LocalFile(path) as file:
        header = read_header(file)
        entries, _ = read_tree(file, header, NBT)
        row = entries[entries["nid"] == nid][0]
        with pytest.raises(BlockError) as caught:
            Copier(file, header).copy(Node(nid, int(row["data"]), int(row["sub"]), 0), Extract(header))
        assert "block 0x" in caught.value.detail
        return caught.value.reason


def test_each_flipped_byte_of_a_block_is_noticed(damaged: Surgery, box: Box):
    nid = box.nodes[100]
    offset, size = damaged.block(damaged.node(nid)[0])
    for place in (offset, offset + size // 2, offset + size - 1):
        damaged.flip(place)
        assert fault_of(damaged.save(), nid) == "checksum of a block is wrong"
        damaged.flip(place)


def test_a_block_missing_from_the_index_is_named(damaged: Surgery, box: Box):
    damaged.set(NBT, box.nodes[7], data=0xABCDE4)
    assert fault_of(damaged.save(), box.nodes[7]) == "block is missing from the index"


def test_a_block_beyond_the_end_is_named(damaged: Surgery, box: Box):
    damaged.set(BBT, damaged.node(box.nodes[7])[0], offset=1 << 40)
    assert fault_of(damaged.save(), box.nodes[7]) == "block beyond the end of the file"


def test_a_block_at_an_impossible_offset_is_beyond_the_end_too(damaged: Surgery, box: Box):
    damaged.set(BBT, damaged.node(box.nodes[7])[0], offset=(1 << 64) - 64)
    assert fault_of(damaged.save(), box.nodes[7]) == "block beyond the end of the file"


def test_another_message_s_block_in_place_of_its_own_is_noticed(damaged: Surgery, box: Box):
    # Both are intact and of equal length: only the id tells them apart.
    one, other = (damaged.node(nid)[0] for nid in (box.nodes[110], box.nodes[111]))
    assert damaged.block(one)[1] == damaged.block(other)[1]
    damaged.set(BBT, one, offset=damaged.block(other)[0])
    assert fault_of(damaged.save(), box.nodes[110]) == "block does not match the index"


def test_a_size_that_differs_from_the_trailer_s_is_noticed(damaged: Surgery, box: Box):
    bid = damaged.node(box.nodes[9])[0]
    offset, size = damaged.block(bid)
    span = damaged.header.layout.block_span(size)
    struct.pack_into("<H", damaged.data, offset + span - 16, size - 1)
    assert fault_of(damaged.save(), box.nodes[9]) == "block does not match the index"


def test_a_block_of_subnodes_of_an_unknown_type_is_noticed(damaged: Surgery, box: Box):
    sub = damaged.node(box.nodes[9])[1]
    damaged.data[damaged.block(sub)[0]] = 0x07
    damaged.seal_block(sub)
    assert fault_of(damaged.save(), box.nodes[9]) == "block of subnodes is of an unknown type"


def test_a_block_of_subnodes_that_names_more_than_it_holds_is_noticed(damaged: Surgery, box: Box):
    sub = damaged.node(box.nodes[9])[1]
    struct.pack_into("<H", damaged.data, damaged.block(sub)[0] + 2, 0xFFFF)
    damaged.seal_block(sub)
    assert fault_of(damaged.save(), box.nodes[9]) == "block of references is cut"


def tree_of_html(knife: Surgery, nid: int) -> int:
    """The block of references over the HTML body of a message of ``enclosed``."""
    sub = knife.node(nid)[1]
    offset, size = knife.block(sub)
    rows = struct.iter_unpack("<QQQ", knife.data[offset + 8 : offset + 8 + (size - 8) // 24 * 24])
    return next(data for node, data, _ in rows if data & 2 and nid_type(node) != 5)


@pytest.fixture
def opened(enclosed: Box, tmp_path: Path, kit: Kit) -> Surgery:
    return kit.surgery(enclosed.path, tmp_path / "opened.pst")


def test_a_flipped_byte_deep_in_a_long_body_is_noticed(opened: Surgery, enclosed: Box):
    at = opened.data.find(b"long-00006", opened.data.find(b"long-00006") + 20_000)
    opened.flip(at)
    assert fault_of(opened.save(), enclosed.nodes[6]) == "checksum of a block is wrong"


def test_a_block_of_references_of_an_unknown_type_is_noticed(opened: Surgery, enclosed: Box):
    bid = tree_of_html(opened, enclosed.nodes[6])
    opened.data[opened.block(bid)[0]] = 0x02
    opened.seal_block(bid)
    assert fault_of(opened.save(), enclosed.nodes[6]) == "block of references is of an unknown type"


def test_a_data_tree_that_is_its_own_branch_is_an_error_of_its_message(opened: Surgery, enclosed: Box):
    bid = tree_of_html(opened, enclosed.nodes[6])
    struct.pack_into("<Q", opened.data, opened.block(bid)[0] + 8, bid)
    opened.seal_block(bid)
    assert fault_of(opened.save(), enclosed.nodes[6]) == "block appears twice in one tree"


def test_a_subnode_that_is_its_own_parent_is_copied_once_and_ends(opened: Surgery, enclosed: Box):
    sub = opened.node(enclosed.nodes[3])[1]
    struct.pack_into("<Q", opened.data, opened.block(sub)[0] + 8 + 16, sub)
    opened.seal_block(sub)
    with LocalFile(opened.save()) as file:
        small, _ = extracted(file, [plan_mailbox(file).node(3)])
    assert len(small.getvalue()) < 80_000


def test_a_block_that_is_wrongly_marked_as_deflated_is_noticed_in_4k_mailboxes(
    real: Path, tmp_path: Path, kit: Kit
):
    knife = kit.surgery(real / "pst" / "outlook2013-4k.ost", tmp_path / "broken.ost")
    for _, entries in knife.leaves(NBT):
        for row in entries:
            nid, sub = int(row["nid"]), int(row["sub"])
            if nid_type(nid) == TYPE_MESSAGE and sub and int(knife.entry(BBT, sub & ~1)[1]["full"][0]):
                offset, size = knife.block(sub)
                stored = bytes(knife.data[offset : offset + size])
                if int(knife.entry(BBT, sub & ~1)[1]["full"][0]) != size and zlib.decompress(stored):
                    knife.data[offset : offset + 2] = b"\0\0"
                    knife.seal_block(sub)
                    assert fault_of(knife.save(), nid) == "block cannot be inflated"
                    return
    pytest.fail("no message with a deflated block of subnodes")
