"""Journal reports stand for the mail that they carry, and no other mail does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from data.synthetic.pst import Enclosed, Message
from tasks.mail.journal import carried, is_report, read_envelope
from tasks.mail.outcomes import Failure, Mail

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit

FIRST = 0x8025
MARKED = "From: journal@example.org\r\nX-MS-Journal-Report: \r\nDate: x\r\n"
ENVELOPE = (
    "Sender: team@example.org\r\nSubject: x\r\nMessage-Id: <1@example.org>\r\n"
    "To: a@example.org\r\nTo: b@example.org, Expanded: all@example.org\r\n"
    "Cc: <c@example.org>, Forwarded: all@example.org\r\nBcc: d@example.org\r\n"
)
OLD = (
    "Sender: team@example.org\nMessage-ID: <1@example.org>\nRecipients:\n a@example.org, b@example.org\n"
    " c@example.org"
)


def report(kit: Kit, *attached: Any, **given: Any) -> Message:
    return kit.letter(1, **{"subject": "Crime Alert: the report", "attachments": attached, **given})


def read(kit: Kit, tmp_path: Path, *letters: Message) -> tuple[Box, dict[int, Any]]:
    box = kit.write(tmp_path / "a.pst", letters)
    return box, kit.read(box.path).outcomes


@pytest.mark.parametrize(
    "how", [{"headers": MARKED, "text": "no envelope"}, {"text": ENVELOPE}, {"text": OLD}]
)
def test_a_journal_report_is_the_mail_that_it_carries(kit: Kit, tmp_path: Path, how: dict[str, Any]):
    inner = kit.letter(2, text="the mail")
    box, found = read(kit, tmp_path, report(kit, Enclosed(inner), **how), kit.letter(3))
    mail = found[box.nodes[0]]
    assert isinstance(mail, Mail)
    assert (mail.subject, mail.text, mail.to) == ("Crime Alert: number 2", "the mail", ["desk2@example.org"])
    assert (mail.node_id, mail.path, mail.embedded_as) == (box.nodes[0], f"{box.nodes[0]}/{FIRST}", "carried")
    assert mail.inside is not None
    assert len(mail.inside.messages) == 1
    assert found[box.nodes[1]].embedded_as is None


def test_a_body_in_html_is_an_envelope_too(kit: Kit, tmp_path: Path):
    html = "".join(f"<p>{line.replace('<', '&lt;')}</p>" for line in ENVELOPE.splitlines()).encode()
    box, found = read(kit, tmp_path, report(kit, Enclosed(kit.letter(2)), text=None, html=html))
    assert found[box.nodes[0]].journal


def test_a_mail_without_the_marks_is_itself(kit: Kit, tmp_path: Path):
    plain = report(kit, Enclosed(kit.letter(2)), text="Sender: is what I wanted to ask about")
    two = report(kit, Enclosed(kit.letter(3)), Enclosed(kit.letter(4)), headers=MARKED)
    file = report(kit, kit.enclosure(), headers=MARKED)
    none = report(kit, headers=MARKED)
    box, found = read(kit, tmp_path, plain, two, file, none)
    assert [found[node].subject for node in box.nodes] == ["Crime Alert: the report"] * 4
    assert not any(found[node].journal for node in box.nodes)


def test_a_report_whose_mail_is_not_mail_counts_as_itself(kit: Kit, tmp_path: Path):
    meeting = kit.letter(2, message_class="IPM.Schedule.Meeting.Request")
    box, found = read(kit, tmp_path, report(kit, Enclosed(meeting), headers=MARKED))
    assert found[box.nodes[0]].subject == "Crime Alert: the report"


def test_a_report_whose_mail_cannot_be_read_counts_as_itself(kit: Kit, tmp_path: Path):
    letters = [report(kit, Enclosed(kit.letter(2, text="INNERMOST")), headers=MARKED)]
    box = kit.write(tmp_path / "a.pst", letters, encoding="none")
    surgery = kit.surgery(box.path, tmp_path / "damaged.pst")
    surgery.flip(surgery.data.find("INNERMOST".encode("utf-16-le")))
    found = kit.read(surgery.save()).outcomes[box.nodes[0]]
    assert isinstance(found, Mail)
    assert (found.subject, found.journal) == ("Crime Alert: the report", False)
    assert found.inside is not None
    assert isinstance(found.inside.messages[0], Failure)


def test_what_is_attached_to_the_carried_mail_is_read_too(kit: Kit, tmp_path: Path):
    inner = kit.letter(2, attachments=(Enclosed(kit.letter(3)), kit.enclosure()))
    box, found = read(kit, tmp_path, report(kit, Enclosed(inner), headers=MARKED))
    mail = found[box.nodes[0]]
    assert mail.journal
    assert mail.attachments == 2
    assert [one.subject for one in mail.inside.messages] == ["Crime Alert: number 2", "Crime Alert: number 3"]


def test_the_envelope_gives_recipients_and_time_where_the_mail_has_none(kit: Kit, tmp_path: Path):
    when = datetime(2021, 5, 20, tzinfo=UTC)
    inner = kit.letter(2, recipients=(), headers=None, submitted_at=None, delivered_at=None)
    outer = report(kit, Enclosed(inner), text=ENVELOPE, delivered_at=when)
    box, found = read(kit, tmp_path, outer)
    mail = found[box.nodes[0]]
    assert mail.to == ["a@example.org", "b@example.org"]
    assert mail.cc == ["c@example.org"]
    assert (mail.submitted_at, mail.delivered_at) == (None, when)
    assert "recipients: from the envelope of the journal report" in mail.flaws
    assert "delivered_at: from the journal report" in mail.flaws


def test_what_the_mail_says_itself_is_kept():
    outer = Mail(4, "IPM.Note", text=ENVELOPE, delivered_at=datetime(2021, 5, 20, tzinfo=UTC))
    inner = Mail(
        4, "IPM.Note", to=["z@example.org"], submitted_at=datetime(2021, 5, 1, tzinfo=UTC), path="4/5"
    )
    mail = carried(outer, inner)
    assert (mail.to, mail.cc, mail.delivered_at, mail.flaws) == (["z@example.org"], [], None, [])
    assert mail.journal


@pytest.mark.parametrize(
    ("body", "to"),
    [
        (OLD, ["a@example.org", "b@example.org", "c@example.org"]),
        (
            "Sender: x@y.example\nMessage-ID: <1>\nRecipient: a@example.org\n\nAnd text: b@example.org",
            ["a@example.org"],
        ),
        ("", []),
        ("Message-ID: <1>\nTo: a@example.org", []),
        ("Dear all,\nSender: x\nMessage-ID: y\nTo: a@example.org", []),
    ],
)
def test_an_envelope_is_read_line_by_line(body: str, to: list[str]):
    assert read_envelope(Mail(4, "IPM.Note", text=body)).to == to


def test_the_mark_in_the_headers_is_the_name_of_a_line():
    mail = Mail(4, "IPM.Note", text="x")
    assert is_report(mail, "x-ms-journal-report:\r\n")
    assert not is_report(mail, "Subject: X-MS-Journal-Report: what is that?\r\n")
    assert not is_report(mail, None)
