from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from data.synthetic.mail.model import Dress, Form, Planned, Post
from data.synthetic.mail.render import render, transport_headers
from data.synthetic.pst import Recipient

POST = Post("a", "crime alert", "alert-title", date(2021, 5, 3), True, "Ladder gone", ("It was red.",))
ITEM = Planned(
    number=4,
    kind="crime alert",
    pattern="Crime Alert: <title>",
    post=0,
    template="alert-title",
    form=Form.BOTH,
    dress=Dress.AS_POSTED,
    codepage=65001,
    subject="Crime Alert: Ladder gone",
    sender=('"Team"', "team@example.com"),
    recipients=(
        Recipient(1, '"Ann Bee"', "Ann.Bee@example.org"),
        Recipient(3, "Hidden", "hidden@example.org"),
    ),
    message_id="<1@example.com>",
    submitted=datetime(2021, 5, 3, 14, 5, tzinfo=UTC),
    delivered=None,
    message_class="IPM.Note",
    folder=("Inbox",),
)


@pytest.mark.parametrize(
    ("form", "html", "text"),
    [
        (Form.BOTH, True, True),
        (Form.PLAIN_ONLY, None, True),
        (Form.PICTURE, False, True),
        (Form.HTML_ONLY, True, None),
    ],
)
def test_each_form_shows_the_alert_in_its_bodies(form: Form, html: bool | None, text: bool | None) -> None:
    message = render(replace(ITEM, form=form), POST, 1, 500)
    assert (None if message.html is None else b"Ladder gone" in message.html) is html
    assert (None if message.text is None else "Ladder gone" in message.text) is text


@pytest.mark.parametrize(("form", "bodies"), [(Form.NEITHER, 1), (Form.STUB, 2), (Form.EMPTY, 0)])
def test_a_form_without_title_shows_none(form: Form, bodies: int) -> None:
    message = render(replace(ITEM, form=form, post=None), None, 1, 500)
    assert sum(body is not None for body in (message.html, message.text)) == bodies
    assert b"Crime Alert" not in (message.html or b"")
    assert "Crime Alert" not in (message.text or "")


def test_headers_name_to_in_one_pair_of_quotes_and_never_bcc() -> None:
    assert ITEM.submitted
    lines = transport_headers(ITEM, ITEM.submitted).split("\r\n")
    assert 'To: "Ann Bee" <Ann.Bee@example.org>' in lines
    assert 'From: "Team" <team@example.com>' in lines
    assert "Date: Mon, 03 May 2021 14:05:00 +0000" in lines
    assert not any("hidden" in line for line in lines)
    assert lines[-2:] == ["", ""]


def test_mail_from_a_sender_without_address_has_no_transport_headers() -> None:
    assert render(replace(ITEM, sender=("Records Desk", "")), POST, 1, 0).headers is None


def test_a_draft_has_no_transport_headers() -> None:
    assert render(replace(ITEM, submitted=None, message_id=None), POST, 1, 0).headers is None


def test_only_messages_with_html_have_a_picture() -> None:
    assert [a.size for a in render(ITEM, POST, 1, 500).attachments] == [500]
    assert render(ITEM, POST, 1, 0).attachments == ()
    assert render(replace(ITEM, form=Form.PLAIN_ONLY), POST, 1, 500).attachments == ()
