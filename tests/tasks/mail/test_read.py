"""One outcome for every message: a failure affects no other message and has its reason."""

from __future__ import annotations

import io
import struct
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypff
import pytest

from data.errors import InputError
from tasks.mail import read as reader
from tasks.mail.copy_group import GroupCopier
from tasks.mail.extract import Copier
from tasks.mail.layout import BBT, NBT, TYPE_MESSAGE, checksum, nid_type
from tasks.mail.ndb import LocalFile
from tasks.mail.outcomes import Mail, NotMail
from tasks.mail.pff import read_item
from tasks.mail.plan import plan_mailbox
from tasks.mail.read import Failure, Outcome, read_nodes
from tasks.mail.settings import MailSettings

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit, Read, Surgery

FAULTY = {"faulty-items.pst": 12}
"""Messages of the real mailboxes that libpff cannot read; it can read all others."""


def walk(item: Any, found: dict[int, Any]) -> dict[int, Any]:
    """Every message of a mailbox that was opened by libpff as it is, by node id."""
    for index in range(item.number_of_sub_items):
        try:
            below = item.get_sub_item(index)
        except (OSError, MemoryError):
            continue
        if nid_type(below.identifier) == TYPE_MESSAGE:
            found[below.identifier] = below
        else:
            walk(below, found)
    return found


@pytest.mark.long
def test_every_real_message_is_read_as_a_plain_open_reads_it(real_pst: Path, kit: Kit):
    found = kit.read(real_pst)
    plain = pypff.file()
    plain.open(str(real_pst))
    items = walk(plain.root_item, {})
    assert items.keys() == found.outcomes.keys() - found.failures.keys()
    for node, item in items.items():
        outcome = found.outcomes[node]
        attachments = outcome.attachments if isinstance(outcome, Mail) else 0
        assert read_item(item, attachments) == outcome


@pytest.mark.long
def test_every_real_message_is_read_or_not_mail_or_quarantined(real_pst: Path, kit: Kit):
    found = kit.read(real_pst)
    assert found.plan.listed == len(found.outcomes)
    assert len(found.failures) == FAULTY.get(real_pst.name, 0)
    assert {reason for reason, _ in found.failures.values()} <= {"libpff cannot read it"}
    for outcome in found.outcomes.values():
        if isinstance(outcome, NotMail):
            assert outcome.message_class
        if isinstance(outcome, Mail):
            assert [flaw for flaw in outcome.flaws if "RTF" not in flaw] == []


@pytest.mark.parametrize("extract", [1, 7, 1000])
def test_how_many_messages_are_read_at_once_makes_no_difference(alerts_box: Box, kit: Kit, extract: int):
    assert (
        kit.read(alerts_box.path, MailSettings(extract=extract)).outcomes
        == kit.read(alerts_box.path).outcomes
    )


def test_how_many_bytes_are_read_at_once_makes_no_difference(enclosed: Box, kit: Kit):
    assert kit.read(enclosed.path, MailSettings(extract_bytes=1)).outcomes == kit.read(enclosed.path).outcomes


def test_messages_are_read_in_the_order_in_which_they_are_asked_for(box: Box):
    with LocalFile(box.path) as file:
        plan = plan_mailbox(file)
        places = [200, 3, 100, 3 + 1]
        outcomes = list(read_nodes(file, plan.header, [plan.node(place) for place in places], MailSettings()))
    assert [outcome.node_id for outcome in outcomes] == [box.nodes[place] for place in places]


def test_no_messages_give_no_outcomes(box: Box):
    with LocalFile(box.path) as file:
        assert list(read_nodes(file, plan_mailbox(file).header, [], MailSettings())) == []


# Damage.


def others_equal(found: Read, whole: Read, but: set[int]) -> bool:
    """Whether all messages are unchanged except those named."""
    return {node: one for node, one in found.outcomes.items() if node not in but} == {
        node: one for node, one in whole.outcomes.items() if node not in but
    }


@pytest.mark.parametrize("part", ["data", "subnodes"])
def test_a_flipped_byte_quarantines_only_its_own_message(
    damaged: Surgery, box: Box, box_read: Read, kit: Kit, part: str
):
    node = box.nodes[170]
    bid = damaged.node(node)[0 if part == "data" else 1]
    offset, _ = damaged.block(bid)
    damaged.flip(offset + 5)
    found = kit.read(damaged.save())
    assert found.failures == {
        node: ("checksum of a block is wrong", f"block 0x{bid:x} at byte {offset:,}"),
    }
    assert others_equal(found, box_read, {node})


def test_a_body_with_a_flipped_letter_is_never_returned(damaged: Surgery, box: Box, kit: Kit):
    # libpff itself returns it, which is why the program checks.
    at = damaged.data.find("letter-00099".encode("utf-16-le"))
    damaged.data[at : at + 2] = b"L\0"
    path = damaged.save()
    assert list(kit.read(path).failures) == [box.nodes[99]]
    plain = pypff.file()
    plain.open(str(path))
    assert walk(plain.root_item, {})[box.nodes[99]].plain_text_body.startswith(b"Letter")


def test_a_flipped_byte_in_an_attachment_quarantines_nothing(enclosed: Box, tmp_path: Path, kit: Kit):
    knife = kit.surgery(enclosed.path, tmp_path / "knife.pst")
    at = knife.data.find(kit.mark)
    for _ in range(100):
        knife.flip(at + 3)
        at = knife.data.find(kit.mark, at + 4_000)
    found = kit.read(knife.save())
    assert found.failures == {}
    assert found.outcomes == kit.read(enclosed.path).outcomes


def test_a_message_without_data_is_quarantined_and_no_other(
    damaged: Surgery, box: Box, box_read: Read, kit: Kit
):
    damaged.set(NBT, box.nodes[50], data=0)
    found = kit.read(damaged.save())
    assert not isinstance(found.outcomes[box.nodes[50]], Mail)
    assert list(found.failures) == [box.nodes[50]]
    assert others_equal(found, box_read, {box.nodes[50]})


def test_a_message_without_subnodes_is_read_without_recipients(damaged: Surgery, box: Box, kit: Kit):
    damaged.set(NBT, box.nodes[50], sub=0)
    mail = kit.read(damaged.save()).outcomes[box.nodes[50]]
    assert isinstance(mail, Mail)
    assert mail.subject == "Crime Alert: number 50"
    assert mail.to == ["Desk"]  # what the display line says


@pytest.mark.parametrize("tree", [NBT, BBT])
@pytest.mark.parametrize("level", [1, 2])
def test_a_lost_branch_of_an_index_costs_no_message(
    damaged: Surgery, box_read: Read, kit: Kit, tree: int, level: int
):
    damaged.zero(next(offset for offset, found, _ in damaged.pages(tree) if found == level))
    found = kit.read(damaged.save())
    assert found.outcomes == box_read.outcomes
    assert (found.plan.listed is None) == (tree == NBT)


def test_a_lost_leaf_of_the_block_index_costs_the_messages_of_its_blocks(
    damaged: Surgery, box: Box, box_read: Read, kit: Kit
):
    offset, entries = damaged.leaves(BBT)[30]
    lost = {int(bid) for bid in entries["bid"]}
    hit = {node for node in box.nodes if {bid & ~1 for bid in damaged.node(node)} & lost}
    assert 0 < len(hit) < 20
    damaged.zero(offset)
    found = kit.read(damaged.save())
    assert found.plan.listed == 340
    assert hit <= found.failures.keys()
    assert {reason for reason, _ in found.failures.values()} == {"block is missing from the index"}
    assert others_equal(found, box_read, set(found.failures))


def test_a_circular_subnode_tree_ends_and_the_message_is_read(enclosed: Box, tmp_path: Path, kit: Kit):
    knife = kit.surgery(enclosed.path, tmp_path / "knife.pst")
    sub = knife.node(enclosed.nodes[3])[1]
    struct.pack_into("<Q", knife.data, knife.block(sub)[0] + 8 + 16, sub)
    knife.seal_block(sub)
    found = kit.read(knife.save())
    # The recipients have no subnodes that matter: nothing of the message is lost.
    assert found.outcomes == kit.read(enclosed.path).outcomes


def test_a_body_with_circular_blocks_costs_only_its_message(enclosed: Box, tmp_path: Path, kit: Kit):
    knife = kit.surgery(enclosed.path, tmp_path / "knife.pst")
    sub = knife.node(enclosed.nodes[6])[1]
    offset, size = knife.block(sub)
    rows = struct.iter_unpack("<QQQ", knife.data[offset + 8 : offset + 8 + (size - 8) // 24 * 24])
    body = next(data for node, data, _ in rows if data & 2 and nid_type(node) != 5)
    struct.pack_into("<Q", knife.data, knife.block(body)[0] + 8, body)
    knife.seal_block(body)
    found = kit.read(knife.save())
    outcome = found.outcomes[enclosed.nodes[6]]
    assert outcome == Failure(enclosed.nodes[6], "block appears twice in one tree", f"block 0x{body:x}")
    assert others_equal(found, kit.read(enclosed.path), {enclosed.nodes[6]})


@pytest.mark.long
def test_an_endless_chain_of_subnodes_costs_its_messages_and_not_the_run(tmp_path: Path, kit: Kit):
    box = kit.write(tmp_path / "box.pst", [kit.letter(n, html=None) for n in range(1200)])
    knife = kit.surgery(box.path, tmp_path / "knife.pst")
    nodes = {int(row["nid"]): int(row["sub"]) for _, rows in knife.leaves(NBT) for row in rows}
    blocks = {
        int(row["bid"]): (int(row["offset"]), int(row["size"]))
        for _, rows in knife.leaves(BBT)
        for row in rows
    }
    subs = [nodes[node] for node in box.nodes]
    for sub, after in pairwise(subs):
        offset, size = blocks[sub]
        struct.pack_into("<Q", knife.data, offset + 8 + 16, after)
        place = offset + knife.header.layout.block_span(size) - 16 + 4
        struct.pack_into("<I", knife.data, place, checksum(bytes(knife.data[offset : offset + size])))
    found = kit.read(knife.save())
    assert len(found.outcomes) == 1200
    assert isinstance(found.outcomes[box.nodes[-1]], Mail)


def test_a_block_beyond_the_end_of_the_file_costs_only_its_message(
    damaged: Surgery, box: Box, box_read: Read, kit: Kit
):
    bid = damaged.node(box.nodes[300])[0]
    damaged.set(BBT, bid, offset=len(damaged.data) + 64)
    found = kit.read(damaged.save())
    assert {node: reason for node, (reason, _) in found.failures.items()} == {
        box.nodes[300]: "block beyond the end of the file"
    }
    assert others_equal(found, box_read, {box.nodes[300]})


# What libpff refuses.


PFF_FILE = pypff.file


class Fussy:
    """libpff, except that it refuses a file that contains a certain text."""

    refused = b""

    def __init__(self) -> None:
        self.file = PFF_FILE()

    def open_file_object(self, file: io.BytesIO) -> None:
        if self.refused in file.getvalue():
            raise OSError("pypff_file_open_file_object: unable to open.\nlibpff_x: I do not like it.")
        self.file.open_file_object(file)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def test_a_file_that_libpff_refuses_is_halved_until_the_message_is_found(
    box: Box, box_read: Read, kit: Kit, monkeypatch: pytest.MonkeyPatch
):
    Fussy.refused = b"letter-00077 in HTML"
    monkeypatch.setattr(pypff, "file", Fussy)
    with LocalFile(box.path) as file:
        plan = plan_mailbox(file, facts={})
        nodes = [plan.node(place) for place in range(len(plan.nodes))]
        outcomes = {one.node_id: one for one in read_nodes(file, plan.header, nodes, MailSettings())}
    bad = box.nodes[77]
    assert outcomes[bad] == Failure(bad, "libpff cannot open a file that holds it", "I do not like it.")
    assert {node: one for node, one in outcomes.items() if node != bad} == {
        node: one for node, one in box_read.outcomes.items() if node != bad
    }


def read_with(box: Box, monkeypatch: pytest.MonkeyPatch, read_item_instead: Any) -> dict[int, Outcome]:
    monkeypatch.setattr(reader, "read_item", read_item_instead)
    with LocalFile(box.path) as file:
        plan = plan_mailbox(file)
        nodes = [plan.node(place) for place in range(len(plan.nodes))]
        return {one.node_id: one for one in read_nodes(file, plan.header, nodes, MailSettings())}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError("a: b.\nlibpff_y: broken heap."), ("libpff cannot read it", "broken heap.")),
        (MemoryError(), ("libpff cannot read it", "MemoryError")),
        (ValueError("no such day"), ("the reader failed", "ValueError: no such day")),
        (RecursionError("deep"), ("the reader failed", "RecursionError: deep")),
    ],
)
def test_any_error_while_reading_a_message_quarantines_that_message(
    box: Box, box_read: Read, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: tuple[str, str]
):
    bad = box.nodes[123]

    def fails(item: Any, *rest: Any) -> Any:
        if item.identifier == bad:
            raise error
        return read_item(item, *rest)

    outcomes = read_with(box, monkeypatch, fails)
    assert outcomes.pop(bad) == Failure(bad, *expected)
    assert outcomes == {node: one for node, one in box_read.outcomes.items() if node != bad}


def test_an_outcome_says_how_many_attachments_without_opening_one(enclosed: Box, kit: Kit):
    outcomes = kit.read(enclosed.path).outcomes
    mails = [outcomes[node] for node in enclosed.nodes]
    assert [mail.attachments for mail in mails if isinstance(mail, Mail)] == [n % 3 for n in range(12)]


def test_classes_that_are_not_mail_are_told_apart(tmp_path: Path, kit: Kit):
    classes = ["IPM.Appointment", "IPM.Note", "REPORT.IPM.Note.NDR", "IPM.Contact", "ipm.note.Custom"]
    box = kit.write(
        tmp_path / "box.pst", [kit.letter(n, message_class=name) for n, name in enumerate(classes)]
    )
    outcomes = kit.read(box.path).outcomes
    kept = {
        outcome.message_class: type(outcome).__name__
        for outcome in outcomes.values()
        if not isinstance(outcome, Failure)
    }
    assert kept == {
        "IPM.Appointment": "NotMail",
        "IPM.Note": "Mail",
        "REPORT.IPM.Note.NDR": "NotMail",
        "IPM.Contact": "NotMail",
        "ipm.note.Custom": "Mail",
    }


NOWHERE = 0x7FE0
"""A reference into the heap of a message to which nothing belongs."""


def test_a_class_that_points_to_nothing_is_quarantined_and_a_message_without_a_class_is_mail(
    tmp_path: Path, kit: Kit
):
    given = [{}, {0x001A001F: NOWHERE}, {0x001A001F: None}, {}]
    box = kit.write(tmp_path / "box.pst", [kit.letter(n, properties=one) for n, one in enumerate(given)])
    outcomes = kit.read(box.path).outcomes
    good, unreadable, without, last = (outcomes[node] for node in box.nodes)
    assert unreadable == Failure(
        box.nodes[1], "the class could not be read", "it is stored, but points to nothing"
    )
    assert isinstance(without, Mail)
    assert (without.message_class, without.subject) == ("", "Crime Alert: number 2")
    assert without.html == "<p>letter-00002 in HTML</p>"
    assert (without.to, without.sender) == (["Desk"], "no-reply@alerts.example.org")  # libpff: no table
    assert without.flaws == ["message class: there is none; taken for mail"]
    assert [type(one) for one in (good, last)] == [Mail, Mail]


def test_teams_messages_posts_and_meetings_keep_their_classes_and_a_note_with_a_blank_is_mail(
    tmp_path: Path, kit: Kit
):
    classes = ["IPM.Post", "IPM.SkypeTeams.Message", "IPM.Schedule.Meeting.Request", "IPM.Note ", "IPM.Note"]
    letters = [kit.letter(n, message_class=name) for n, name in enumerate(classes)]
    outcomes = kit.read(kit.write(tmp_path / "box.pst", letters).path).outcomes.values()
    assert [one.message_class for one in outcomes if isinstance(one, NotMail)] == classes[:3]
    mails = [one for one in outcomes if isinstance(one, Mail)]
    assert [mail.flaws for mail in mails] == [["message class: with blanks around it"], []]
    assert mails[0].to == ["Desk"]  # libpff gives the recipients of classes that it knows


@pytest.mark.parametrize("ticks", [0, 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 2_650_467_743_999_999_999])
def test_a_time_at_the_ends_of_the_calendar_costs_itself(tmp_path: Path, kit: Kit, ticks: int):
    odd = kit.letter(
        1, properties={0x00390040: struct.pack("<Q", ticks), 0x0E060040: struct.pack("<Q", ticks)}
    )
    box = kit.write(tmp_path / "box.pst", [kit.letter(0), odd, kit.letter(2)])
    read = kit.read(box.path)
    assert not read.failures
    mail = read.outcomes[box.nodes[1]]
    assert isinstance(mail, Mail)
    assert (mail.submitted_at is None) == bool(mail.flaws)
    assert mail.subject == "Crime Alert: number 1"


@pytest.mark.parametrize(
    "error", [ValueError("odd"), struct.error("short"), IndexError("out"), MemoryError()]
)
def test_whatever_copying_a_message_raises_quarantines_that_message(
    box: Box, box_read: Read, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    bad, copy = box.nodes[77], Copier.copy

    def fails(self: Any, node: Any, extract: Any, attached: Any = None) -> int:
        attachments = copy(self, node, extract, attached)
        if node.nid == bad:
            raise error
        return attachments

    def gives_up(self: Any, *_: Any) -> None:
        raise error

    monkeypatch.setattr(GroupCopier, "copy", gives_up)
    monkeypatch.setattr(Copier, "copy", fails)
    outcomes = read_with(box, monkeypatch, read_item)
    detail = f"{type(error).__name__}: {str(error) or type(error).__name__}"
    assert outcomes.pop(bad) == Failure(bad, "the reader failed", detail)
    assert outcomes == {node: one for node, one in box_read.outcomes.items() if node != bad}


@pytest.mark.parametrize("error", [OSError("the disk is gone"), InputError("the store is gone")])
def test_a_disk_or_store_that_is_gone_is_not_the_fault_of_a_message(
    box: Box, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def fails(self: Any, *_: Any) -> None:
        raise error

    monkeypatch.setattr(GroupCopier, "copy", fails)
    with pytest.raises(type(error), match="is gone"):
        read_with(box, monkeypatch, read_item)
    monkeypatch.setattr(GroupCopier, "copy", lambda *_: None)
    monkeypatch.setattr(Copier, "copy", fails)
    with pytest.raises(type(error), match="is gone"):
        read_with(box, monkeypatch, read_item)


class Unlisted:
    """libpff's file, which does not list what is in it where one message is among it."""

    marked = b""

    def __init__(self) -> None:
        self.file = PFF_FILE()

    def open_file_object(self, file: io.BytesIO) -> None:
        self.bad = self.marked in file.getvalue()
        self.file.open_file_object(file)

    @property
    def root_item(self) -> Any:
        if self.bad:
            raise OSError("pypff_file_get_root_item: no.\nlibpff_x: broken tree.")
        return self.file.root_item

    def close(self) -> None:
        self.file.close()


def test_a_file_that_libpff_cannot_list_is_halved_too(
    box: Box, box_read: Read, monkeypatch: pytest.MonkeyPatch
):
    Unlisted.marked = b"letter-00123 in HTML"
    monkeypatch.setattr(pypff, "file", Unlisted)
    bad = box.nodes[123]
    with LocalFile(box.path) as file:
        plan = box_read.plan
        nodes = [plan.node(place) for place in range(len(plan.nodes))]
        outcomes = {one.node_id: one for one in read_nodes(file, plan.header, nodes, MailSettings())}
    assert outcomes.pop(bad) == Failure(bad, "libpff cannot read it", "broken tree.")
    assert outcomes == {node: one for node, one in box_read.outcomes.items() if node != bad}


def test_the_version_of_libpff_is_the_pinned_one():
    assert reader.LIBPFF_VERSION == "20260926"
