"""Content with correct checksums that was made to stop a reader, one kind per test."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from data.synthetic.pst import Message, PstWriter, Recipient
from tasks.mail.outcomes import Mail
from tasks.mail.plan import plan_mailbox
from tasks.mail.read import Failure
from tasks.mail.settings import MailSettings
from tests.faults.anatomy import Anatomy, take_apart
from tests.faults.judge import InMemory, Taken, planned, read_all
from tests.faults.patient import Patient

MOMENT = datetime(2021, 5, 4, tzinfo=UTC)
PEOPLE = (Recipient(1, "Ann", "ann@example.org"),)


def box(path: Path, *messages: Message) -> Anatomy:
    with PstWriter(path) as writer:
        inbox = writer.add_folder(("Inbox",))
        for message in messages:
            writer.add_message(inbox, message)
    return take_apart(path, path.name)


def letter(
    text: str | None = "Hi",
    *,
    headers: str | None = None,
    html: bytes | None = None,
    codepage: int = 65001,
    people=PEOPLE,
) -> Message:
    return Message(
        "Hello", "Desk", "desk", people, html, text, headers, None, MOMENT, MOMENT, codepage=codepage
    )


def taken_from(data: bytes, folder: Path) -> Taken:
    file = InMemory(data)
    taken, plan = planned(file)
    assert plan is not None
    read_all(file, plan, taken, MailSettings(), folder)
    return taken


HEADERS = {
    "a sender's name is no UTF-8": "From: =?utf-8?b?/w==?= <>\r\nTo: =?utf-8?q?=ff?= <>\r\n",
    "an address is no UTF-8": 'From: "=?utf-8?q?=ff?="@example.org\r\nTo: =?utf-8?q?=ff?=@example.org\r\n',
    "a message id is no UTF-8": "Message-ID: =?utf-8?q?=ff?=\r\n",
    "brackets nest without end": "From: " + "(" * 5_000 + "\r\nTo: a@example.org\r\n",
    "quotes do not end": "To: " + '"\\' * 5_000 + "\r\n",
    "groups nest": "To: " + "a:" * 2_000 + "\r\n",
    "lone surrogates": "From: \ud800@example.org\r\nMessage-ID: <\udcff>\r\n",
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_broken_transport_headers_cost_at_most_their_own_message(tmp_path, headers):
    anatomy = box(
        tmp_path / "box.pst", letter("one"), letter("two", headers=headers, people=()), letter("three")
    )
    taken = taken_from(anatomy.raw, tmp_path)
    assert len(taken.outcomes) == 3
    assert [outcome.text for outcome in taken.outcomes[::2] if isinstance(outcome, Mail)] == ["one", "three"]


def test_a_body_in_utf7_that_hides_half_a_character_is_written_to_disk(tmp_path):
    anatomy = box(tmp_path / "box.pst", letter(None, html=b"<p>before +2AA- after</p>", codepage=65000))
    (mail,) = taken_from(anatomy.raw, tmp_path).outcomes
    assert isinstance(mail, Mail)
    assert mail.html is not None
    assert mail.html.startswith("<p>before ")
    mail.html.encode()


@pytest.mark.long
def test_a_chain_of_a_thousand_subnode_blocks_costs_no_other_message(tmp_path):
    anatomy = box(tmp_path / "box.pst", *(letter(f"number {number}") for number in range(1_300)))
    patient = Patient(anatomy, random.Random(0))
    chain = sorted(anatomy.plain("subnodes"), key=lambda block: block.bid)[:-2]
    assert len(chain) > 1_200
    word = anatomy.layout.word
    for block, below in pairwise(chain):
        patient.number(block.offset + anatomy.layout.sub_header + 2 * word, word, below.bid)
        patient.seal_block(block)
    taken = taken_from(bytes(patient.data), tmp_path)
    assert len(taken.outcomes) == 1_300
    texts = [outcome.text for outcome in taken.outcomes if isinstance(outcome, Mail)]
    assert texts[-2:] == ["number 1298", "number 1299"]
    assert all(isinstance(outcome, Mail | Failure) for outcome in taken.outcomes)


def test_a_branch_without_entries_is_damage_and_not_an_error(tmp_path):
    anatomy = box(tmp_path / "box.pst", *(letter(f"number {number}") for number in range(60)))
    patient = Patient(anatomy, random.Random(0))
    root = next(page for page in anatomy.pages if page.offset == anatomy.header.nbt[1])
    patient.number(root.offset + anatomy.layout.counts, 1, 0)
    patient.seal_page(root)
    plan = plan_mailbox(InMemory(bytes(patient.data)))
    assert plan.listed is None
    assert len(plan.nodes) == 60


def test_a_header_that_names_a_page_below_the_root_does_not_hide_messages(tmp_path):
    anatomy = box(tmp_path / "box.pst", *(letter(f"number {number}") for number in range(60)))
    patient = Patient(anatomy, random.Random(0))
    leaf = anatomy.index(0x81, leaf=True)[-1]
    patient.number(anatomy.layout.nbt + anatomy.layout.word, anatomy.layout.word, leaf.offset)
    plan = plan_mailbox(InMemory(bytes(patient.data)))
    assert not plan.header.intact
    assert plan.listed is None
    assert "unknown" in " ".join(plan.warnings)


def test_an_index_page_in_the_place_of_another_does_not_hide_messages(tmp_path):
    anatomy = box(tmp_path / "box.pst", *(letter(f"number {number}") for number in range(60)))
    one, other = anatomy.index(0x81, leaf=True)[-2:]
    data = bytearray(anatomy.raw)
    data[other.offset : other.offset + 512] = anatomy.raw[one.offset : one.offset + 512]
    plan = plan_mailbox(InMemory(bytes(data)))
    assert len(plan.nodes) < 60
    assert plan.listed is None


@pytest.mark.long
@pytest.mark.timeout(300)  # it takes some seconds
def test_data_trees_that_list_each_other_a_thousand_times_do_not_multiply(tmp_path):
    """Three blocks of 500 references, each to the next: a thousand million paths, too many to follow."""
    long = "".join(chr(97 + number % 26) for number in range(2_000_000))
    anatomy = box(tmp_path / "box.pst", letter("before"), *(letter(long) for _ in range(3)), letter("after"))
    patient = Patient(anatomy, random.Random(0))
    trees = anatomy.plain("tree")
    assert len(trees) == 3
    for block, below in pairwise(trees):
        count = (block.size - 8) // 8
        patient.number(block.offset + 1, 1, 2)
        patient.put(block.offset + 8, below.bid.to_bytes(8, "little") * count)
        patient.seal_block(block)
    taken = taken_from(bytes(patient.data), tmp_path)
    fates = [outcome.text if isinstance(outcome, Mail) else "quarantined" for outcome in taken.outcomes]
    assert (fates[0], fates[-1]) == ("before", "after")
    assert fates[1] == "quarantined"
