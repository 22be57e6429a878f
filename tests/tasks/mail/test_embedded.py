"""Messages attached to messages: each is found and read, with its path; damage costs nothing else."""

from __future__ import annotations

import random
import re
import shutil
import struct
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from data.synthetic.pst import Attachment, Enclosed, Message
from tasks.mail import embedded
from tasks.mail.embedded import ATTACHMENTS, DEPTH, MESSAGES, steps
from tasks.mail.extract import Copier, Extract
from tasks.mail.ndb import LocalFile
from tasks.mail.outcomes import Failure, Mail, NotMail, Outcome
from tasks.mail.plan import plan_mailbox
from tasks.mail.references import Node
from tasks.mail.settings import MailSettings

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit, Read, Surgery

FIRST, SECOND = 0x8025, 0x8045
"""Node ids of the first and second attachment of a written message."""


def inside(found: Read, node: int) -> dict[str, Outcome]:
    """What became of the messages attached to a message, by their path below it."""
    held = found.outcomes[node].inside
    return {} if held is None else {one.path.partition("/")[2]: one for one in held.messages}


def subjects(found: Read, node: int) -> dict[str, str | None]:
    return {path: one.subject for path, one in inside(found, node).items() if isinstance(one, Mail)}


def forward(kit: Kit, number: int, *enclosed: Message, **given: Any) -> Message:
    return kit.letter(number, attachments=tuple(map(Enclosed, enclosed)), **given)


def nested(kit: Kit, depth: int) -> Message:
    """A message inside a message, and so on: number 0 is the innermost."""
    message = kit.letter(0)
    for number in range(1, depth + 1):
        message = forward(kit, number, message)
    return message


def test_two_messages_attached_to_one_are_read_with_their_paths(kit: Kit, tmp_path: Path):
    letters = [kit.letter(1), forward(kit, 2, kit.letter(3), kit.letter(4, text="inner")), kit.letter(5)]
    box = kit.write(tmp_path / "a.pst", letters)
    found = kit.read(box.path)
    assert subjects(found, box.nodes[1]) == {
        f"{FIRST}": "Crime Alert: number 3",
        f"{SECOND}": "Crime Alert: number 4",
    }
    second = inside(found, box.nodes[1])[f"{SECOND}"]
    assert isinstance(second, Mail)
    assert second.path == f"{box.nodes[1]}/{SECOND}"
    assert (second.node_id, second.text, second.to) == (box.nodes[1], "inner", ["desk4@example.org"])
    assert second.embedded_as == "attached"
    outer = found.outcomes[box.nodes[1]]
    assert isinstance(outer, Mail)
    assert (outer.subject, outer.attachments, outer.path, outer.embedded_as) == (
        "Crime Alert: number 2", 2, "", None,
    )  # fmt: skip
    assert found.outcomes[box.nodes[0]].inside is None


def test_messages_are_read_at_any_depth(kit: Kit, tmp_path: Path):
    box = kit.write(tmp_path / "a.pst", [nested(kit, 3)])
    below = [f"{FIRST}", f"{FIRST}/{FIRST}", f"{FIRST}/{FIRST}/{FIRST}"]
    assert subjects(kit.read(box.path), box.nodes[0]) == {
        path: f"Crime Alert: number {2 - depth}" for depth, path in enumerate(below)
    }


def test_what_is_too_deep_is_counted_and_named(kit: Kit, tmp_path: Path):
    box = kit.write(tmp_path / "a.pst", [nested(kit, DEPTH + 5), kit.letter(99)])
    found = kit.read(box.path)
    held = list(inside(found, box.nodes[0]).values())
    assert Counter(map(type, held)) == {Mail: DEPTH, Failure: 1}
    assert isinstance(held[-1], Failure)
    assert (held[-1].reason, held[-1].detail) == (
        "attached messages are too deep", "more than 20 inside each other",
    )  # fmt: skip
    assert held[-1].path.count("/") == DEPTH + 1
    assert isinstance(found.outcomes[box.nodes[1]], Mail)


def test_attached_messages_of_items_that_are_not_mail_are_read_too(kit: Kit, tmp_path: Path):
    report = forward(kit, 1, kit.letter(2), message_class="REPORT.IPM.Note.NDR")
    meeting = forward(kit, 3, kit.letter(4, message_class="IPM.Appointment"))
    box = kit.write(tmp_path / "a.pst", [report, meeting])
    found = kit.read(box.path)
    assert isinstance(found.outcomes[box.nodes[0]], NotMail)
    assert subjects(found, box.nodes[0]) == {f"{FIRST}": "Crime Alert: number 2"}
    assert inside(found, box.nodes[1]) == {
        f"{FIRST}": NotMail(box.nodes[1], "IPM.Appointment", f"{box.nodes[1]}/{FIRST}")
    }


def rows(data: bytes) -> list[tuple[int, int, int]]:
    """The rows of a leaf of a subnode tree."""
    count = int.from_bytes(data[2:4], "little")
    return list(struct.iter_unpack("<QQQ", data[8 : 8 + 24 * count]))


def attachment_of(path: Path, node: int, number: int = 0) -> tuple[Node, Node]:
    """An attachment of a message, and the message in it."""
    with LocalFile(path) as file:
        plan = plan_mailbox(file)
        copier = Copier(file, plan.header)
        top = next(plan.node(n) for n in range(len(plan.nodes)) if int(plan.nodes["nid"][n]) == node)
        attached: list[Node] = []
        copier.copy(top, Extract(plan.header), attached)
        held = next(row for row in rows(copier.listing(attached[number].sub)) if row[0] & 0x1F == 4)
        return attached[number], Node(*held, 0)


@pytest.fixture
def forwards(kit: Kit, tmp_path: Path) -> tuple[Box, Surgery]:
    """A mail with two mails attached, each with long bodies, between two others; and a copy to be damaged."""
    inner = [kit.letter(n, html=b"<p>" + b"long " * 4000 + b"</p>") for n in (3, 4)]
    letters = [kit.letter(1), forward(kit, 2, *inner), kit.letter(5)]
    box = kit.write(tmp_path / "sound.pst", letters, encoding="none")
    return box, kit.surgery(box.path, tmp_path / "damaged.pst")


def test_a_damaged_attached_message_costs_nothing_else(forwards: tuple[Box, Surgery], kit: Kit):
    box, surgery = forwards
    _, message = attachment_of(box.path, box.nodes[1])
    offset, _ = surgery.block(message.data)
    surgery.flip(offset + 5)
    found, sound = kit.read(surgery.save()), kit.read(box.path)
    failed = inside(found, box.nodes[1])[f"{FIRST}"]
    assert failed == Failure(
        box.nodes[1],
        "checksum of a block is wrong",
        f"block 0x{message.data:x} at byte {offset:,}",
        f"{box.nodes[1]}/{FIRST}",
    )
    assert inside(found, box.nodes[1])[f"{SECOND}"] == inside(sound, box.nodes[1])[f"{SECOND}"]
    assert found.outcomes == sound.outcomes


def test_an_attachment_that_cannot_be_opened_is_named_and_costs_nothing_else(
    forwards: tuple[Box, Surgery], kit: Kit
):
    box, surgery = forwards
    attachment, _ = attachment_of(box.path, box.nodes[1])
    surgery.flip(surgery.block(attachment.data)[0] + 3)
    found, sound = kit.read(surgery.save()), kit.read(box.path)
    held = found.outcomes[box.nodes[1]].inside
    assert held is not None
    first, second = held.attachments
    assert first.problem is not None
    assert (first.problem[0], first.content, second.content) == (
        "checksum of a block is wrong", "unknown", "message",
    )  # fmt: skip
    assert list(inside(found, box.nodes[1])) == [f"{SECOND}"]
    assert found.outcomes == sound.outcomes


def point(surgery: Surgery, attachment: Node, data: int, sub: int) -> None:
    """Let the message in an attachment be other blocks."""
    offset, _ = surgery.block(attachment.sub)
    places = [
        n for n, row in enumerate(rows(bytes(surgery.data[offset : offset + 8000]))) if row[0] & 0x1F == 4
    ]
    struct.pack_into("<QQ", surgery.data, offset + 8 + 24 * places[0] + 8, data, sub)
    surgery.seal_block(attachment.sub)


def test_a_message_that_contains_itself_is_opened_once(forwards: tuple[Box, Surgery], kit: Kit):
    box, surgery = forwards
    attachment, _ = attachment_of(box.path, box.nodes[1])
    point(surgery, attachment, *surgery.node(box.nodes[1]))
    found = kit.read(surgery.save())
    failed = inside(found, box.nodes[1])[f"{FIRST}"]
    assert isinstance(failed, Failure)
    assert failed.reason == "attached message contains itself"
    assert subjects(found, box.nodes[1]) == {f"{SECOND}": "Crime Alert: number 4"}


def test_a_loop_over_several_messages_ends(kit: Kit, tmp_path: Path):
    box = kit.write(tmp_path / "sound.pst", [nested(kit, 2), kit.letter(9)], encoding="none")
    surgery = kit.surgery(box.path, tmp_path / "damaged.pst")
    outer, middle = attachment_of(box.path, box.nodes[0])
    with LocalFile(box.path) as file:
        copier, attached = Copier(file, plan_mailbox(file).header), list[Node]()
        copier.copy(Node(4, middle.data, middle.sub, 0), Extract(plan_mailbox(file).header), attached)
    point(surgery, attached[0], middle.data, middle.sub)
    held = inside(kit.read(surgery.save()), box.nodes[0])
    assert [type(one) for one in held.values()] == [Mail, Failure]
    assert outer.sub != attached[0].sub


def test_the_same_blocks_a_million_times_are_bounded(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # Each message has nine attachments, and all nine are the next message: 9 ** 7 messages in a few blocks.
    monkeypatch.setattr(embedded, "MESSAGES", 30)
    monkeypatch.setattr(embedded, "ATTACHMENTS", 100)
    message = kit.letter(0)
    for number in range(1, 8):
        message = forward(kit, number, message, *[kit.letter(100 + n) for n in range(8)])
    box = kit.write(tmp_path / "sound.pst", [message, kit.letter(9)], encoding="none")
    surgery = kit.surgery(box.path, tmp_path / "damaged.pst")
    node, nid = surgery.node(box.nodes[0]), box.nodes[0]
    for _ in range(7):
        with LocalFile(box.path) as file:
            header = plan_mailbox(file).header
            copier, attached = Copier(file, header), list[Node]()
            copier.copy(Node(nid, *node, 0), Extract(header), attached)
            held = next(row for row in rows(copier.listing(attached[0].sub)) if row[0] & 0x1F == 4)
        for each in attached[1:]:
            point(surgery, each, held[1], held[2])
        node = held[1], held[2]
    found = kit.read(surgery.save())
    outcomes = Counter(type(one) for one in inside(found, box.nodes[0]).values())
    held_inside = found.outcomes[box.nodes[0]].inside
    assert outcomes[Mail] == 30
    assert outcomes.total() <= 101
    assert held_inside is not None
    reasons = {one.reason for one in held_inside.messages if isinstance(one, Failure)}
    assert reasons == {"too many attached messages"}
    cut = [one.problem for one in held_inside.attachments if one.problem is not None]
    assert {reason for reason, _ in cut} == {"too many attachments"}
    assert len(held_inside.attachments) <= 100 + 30
    assert isinstance(found.outcomes[box.nodes[1]], Mail)
    assert MESSAGES < ATTACHMENTS


@pytest.mark.parametrize("how", [{"extract": 1}, {"extract": 3}, {"extract_bytes": 1}])
def test_how_many_messages_are_read_at_once_makes_no_difference(
    kit: Kit, tmp_path: Path, how: dict[str, int]
):
    letters = [forward(kit, n, *[kit.letter(10 * n + m) for m in range(n % 4)]) for n in range(9)]
    box = kit.write(tmp_path / "a.pst", [*letters, nested(kit, 4)])
    one, other = kit.read(box.path), kit.read(box.path, MailSettings(**how))  # type: ignore[arg-type]
    for node in box.nodes:
        assert inside(one, node) == inside(other, node)
        first, second = one.outcomes[node].inside, other.outcomes[node].inside
        assert (first is None) == (second is None)
        assert first is None or second is None or first.attachments == second.attachments


def test_attached_messages_are_not_opened_if_one_of_them_crashes_libpff(kit: Kit, tmp_path: Path):
    box = kit.write(tmp_path / "a.pst", [forward(kit, 1, kit.letter(2), kit.letter(3))])
    found = kit.read(box.path, MailSettings(open_attached=False))
    assert isinstance(found.outcomes[box.nodes[0]], Mail)
    held = list(inside(found, box.nodes[0]).values())
    assert [one.reason for one in held if isinstance(one, Failure)] == ["crashes libpff"] * 2


@pytest.mark.parametrize("paths", [["8/", "8/37", "8/37/37", "8/37.2", "8/100"]])
def test_paths_are_in_the_order_of_their_numbers(paths: Sequence[str]):
    assert sorted(set(paths), key=steps) == paths


def test_a_file_between_messages_is_no_message(kit: Kit, tmp_path: Path):
    mixed = kit.letter(1, attachments=(kit.enclosure(), Enclosed(kit.letter(2)), Attachment("a.txt", "", 0)))
    box = kit.write(tmp_path / "a.pst", [mixed])
    assert list(inside(kit.read(box.path), box.nodes[0])) == [f"{SECOND}"]


# Real mailboxes.

MEETINGS = "ipm.schedule.meeting."
"""Pffexport writes nothing of what is attached to meeting requests and responses: 9 files of
outlook2013-4k.ost and 2 of sample.ost."""


def exported(path: Path, out: Path) -> tuple[int, int]:
    """How many attachments and attached items pffexport writes for a mailbox."""
    command = ["pffexport", "-q", "-m", "all", "-t", str(out / "export"), str(path)]
    subprocess.run(command, check=False, capture_output=True, timeout=120)
    items = files = 0
    for found in (out / "export.export").rglob("*"):  # beside it is what was recovered, or has no folder
        names = found.relative_to(out).parts
        if len(names) > 1 and names[-2] == "Attachments":
            # An attached item is a folder, Attachment00001, that holds the item; a file has its name.
            is_item = found.is_dir() and re.fullmatch(r"Attachment\d{5}", names[-1]) is not None
            items += is_item
            files += not is_item
    return items, files


@pytest.mark.long
def test_attached_messages_of_real_mailboxes_are_as_many_as_pffexport_finds(
    real_pst: Path, kit: Kit, tmp_path: Path
):
    if shutil.which("pffexport") is None:
        pytest.skip("pffexport is not installed (package pff-tools)")
    held = [
        one.inside
        for one in kit.read(real_pst).outcomes.values()
        if one.inside and not (isinstance(one, NotMail) and one.message_class.lower().startswith(MEETINGS))
    ]
    messages = [message for each in held for message in each.messages]
    assert not [message for message in messages if isinstance(message, Failure)]
    files = sum(len(each.attachments) for each in held) - len(messages)
    assert (len(messages), files) == exported(real_pst, tmp_path)


def test_attached_messages_are_read_as_any_other(kit: Kit, tmp_path: Path):
    inner = kit.letter(7, headers="Message-ID: <7@example.org>\r\n", attachments=(kit.enclosure(),))
    box = kit.write(tmp_path / "a.pst", [inner, forward(kit, 1, inner)])
    found = kit.read(box.path)
    plain, attached = found.outcomes[box.nodes[0]], inside(found, box.nodes[1])[f"{FIRST}"]
    assert isinstance(attached, Mail)
    assert replace(attached, node_id=box.nodes[0], path="") == plain


NUMBERS = (0, 1, 2, 5, 0x1F, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, (1 << 63) - 1, (1 << 64) - 1)


@pytest.mark.long(4)
@pytest.mark.parametrize("seed", range(8))
def test_hostile_numbers_in_what_is_attached_cost_only_that_message(kit: Kit, tmp_path: Path, seed: int):
    rng = random.Random(seed)
    inner = kit.letter(4, attachments=(Enclosed(kit.letter(5)), kit.enclosure(20_000), kit.enclosure(50)))
    outer = kit.letter(2, attachments=(Enclosed(inner), kit.enclosure(9_000), Enclosed(kit.letter(6))))
    box = kit.write(tmp_path / "sound.pst", [kit.letter(1), outer, kit.letter(3)], encoding="none")
    sound = kit.read(box.path)
    blocks = blocks_inside(box.path, box.nodes[1])
    for _ in range(40):
        surgery = kit.surgery(box.path, tmp_path / "mutant.pst")
        for bid in rng.sample(blocks, 2):
            offset, size = surgery.block(bid)
            width = rng.choice([1, 2, 4, 8])
            at = offset + rng.randrange(max(1, size - width))
            surgery.data[at : at + width] = (rng.choice(NUMBERS) % (1 << 8 * width)).to_bytes(width, "little")
            surgery.seal_block(bid)
        found = kit.read(surgery.save())
        for node in (box.nodes[0], box.nodes[2]):
            assert found.outcomes[node] == sound.outcomes[node]
        held = found.outcomes[box.nodes[1]].inside
        if held is not None:
            embeds = [each.path for each in held.attachments if each.content == "message"]
            assert sorted(embeds) == sorted(one.path for one in held.messages)


def blocks_inside(path: Path, node: int) -> list[int]:
    """The blocks of the attachments of a message, and of the messages in them; not those of files."""
    with LocalFile(path) as file:
        plan = plan_mailbox(file)
        copier = Copier(file, plan.header)
        todo = [next(plan.node(n) for n in range(len(plan.nodes)) if int(plan.nodes["nid"][n]) == node)]
        found: set[int] = set()
        while todo:
            attached: list[Node] = []
            copier.copy(todo.pop(), Extract(plan.header), attached)
            for each in attached:
                found |= {each.data, each.sub} - {0}
                for nid, data, sub in rows(copier.listing(each.sub)) if each.sub else []:
                    if nid & 0x1F == 4:
                        todo.append(Node(4, data, sub, 0))
                        found |= {data, sub}
        return sorted(found)
