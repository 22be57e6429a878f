"""Blocks are decoded as libpff decodes them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.synthetic.pst import Enclosed
from data.synthetic.pst.layout import ENCODE
from tasks.mail.attachments import list_attachments
from tasks.mail.encoding import CYCLIC, PERMUTE, decoded
from tasks.mail.extract import Copier
from tasks.mail.layout import BBT, checksum
from tasks.mail.ndb import LocalFile, read_header
from tasks.mail.outcomes import Mail
from tasks.mail.references import Node

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Kit


@given(st.binary(max_size=300), st.integers(0, 1 << 40))
def test_what_was_encoded_is_decoded(data: bytes, bid: int):
    assert decoded(data.translate(ENCODE), PERMUTE, bid) == data
    assert decoded(decoded(data, CYCLIC, bid), CYCLIC, bid) == data
    assert decoded(data, 0, bid) == data


def test_the_high_encoding_changes_with_the_place_and_the_block():
    zeroes = bytes(600)
    assert len(set(decoded(zeroes, CYCLIC, 4))) > 100
    assert decoded(zeroes, CYCLIC, 4) != decoded(zeroes, CYCLIC, 8)
    assert decoded(b"", CYCLIC, 4) == b""


@pytest.mark.parametrize("crypt", [PERMUTE, CYCLIC])
def test_a_mailbox_of_each_encoding_is_read_with_what_is_attached(kit: Kit, tmp_path: Path, crypt: int):
    letters = [kit.letter(1), kit.letter(2, attachments=(kit.enclosure(100), Enclosed(kit.letter(3))))]
    box = kit.write(tmp_path / "plain.pst", letters, encoding="none")
    surgery = kit.surgery(box.path, tmp_path / "encoded.pst")
    for _, entries in surgery.leaves(BBT):
        for bid, offset, size in zip(entries["bid"], entries["offset"], entries["size"], strict=True):
            if not int(bid) & 2:  # blocks of references are never encoded
                place = slice(int(offset), int(offset) + int(size))
                held = bytes(surgery.data[place])
                surgery.data[place] = (
                    held.translate(ENCODE) if crypt == PERMUTE else decoded(held, CYCLIC, int(bid))
                )
                surgery.seal_block(int(bid))
    surgery.data[513] = crypt
    struct.pack_into("<I", surgery.data, 4, checksum(memoryview(surgery.data)[8 : 8 + 471]))
    struct.pack_into("<I", surgery.data, 524, checksum(memoryview(surgery.data)[8 : 8 + 516]))
    # libpff decodes the messages, this program what is attached to them: a wrong table would show in either.
    found, plain = kit.read(surgery.save()), kit.read(box.path)
    assert found.plan.header.encoding == {PERMUTE: "compressible", CYCLIC: "high"}[crypt]
    assert found.outcomes == plain.outcomes
    one, other = (read.outcomes[box.nodes[1]].inside for read in (found, plain))
    assert one is not None
    assert other is not None
    assert one.messages == other.messages
    assert isinstance(one.messages[0], Mail)
    listed = []
    for path, inside in ((surgery.path, one), (box.path, other)):
        with LocalFile(path) as file:
            wanted = [(each.path, Node(0, each.data, each.sub, 0)) for each in inside.attachments]
            copier = Copier(file, read_header(file))
            listed.append([each.attached for each in list_attachments(copier, None, wanted)])
    assert listed[0] == listed[1]
    assert [each.name for each in listed[0]] == ["map.png", None]
