"""From a planned item to the message for the PST writer: bodies, transport headers, picture."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Final

from data.synthetic.mail import bodies
from data.synthetic.mail.images import image
from data.synthetic.mail.model import Form, Planned, Post
from data.synthetic.pst import Attachment, Message

RELAYS: Final = (
    ("o1.mail.neighbors.example.com", "198.51.100.17"),
    ("o2.mail.neighbors.example.com", "198.51.100.42"),
    ("o7.mail.neighbors.example.com", "203.0.113.9"),
)
QUOTES: Final = "\"'"
ROUGH_OVERHEAD: Final = 9_000
"""First guess of the bytes per message besides picture and HTML; :mod:`data.synthetic.mail.write` corrects
it as it goes."""


def token(number: int) -> str:
    """The long, meaningless part of a message's links; different for every number."""
    return f"{(number * 0x9E3779B97F4A7C15 + 0x1234567) % (1 << 96):024x}{number:08x}"


def transport_headers(item: Planned, submitted: datetime) -> str:
    """Headers that a mail server writes on a message from outside.

    Args:
        item: The message. A subject that is not ASCII is left out, and so is Bcc: the mailbox has both as
            properties.
        submitted: UTC.

    Returns:
        Lines ended by CR LF.
    """
    number, recipients = item.number, item.recipients
    host, ip = RELAYS[number % len(RELAYS)]
    stamp = format_datetime(submitted)  # strftime would use the machine's language
    by_kind = {
        kind: ", ".join(
            f'"{each.name.strip(QUOTES)}" <{each.address}>'
            for each in recipients
            if each.kind == kind and each.address
        )
        for kind in (1, 2)
    }
    lines = [
        "Received: from edge03.mail.example.org (192.0.2.61) by",
        f" mbx{number % 7:02d}.mail.example.org (192.0.2.1{number % 7}) with Microsoft SMTP Server"
        f" id 15.1.2308.{number % 99}; {stamp}",
        f"Received: from {host} ({ip}) by edge03.mail.example.org",
        f" with ESMTPS id {token(number)[:12]} for <{recipients[0].address if recipients else ''}>; {stamp}",
        f"Received: by filter{number % 40:04d}.mail.neighbors.example.com with SMTP id"
        f" {token(number)[12:32]}; {stamp}",
        f"Date: {stamp}",
        f'From: "{item.sender[0].strip(QUOTES)}" <{item.sender[1]}>',
        *([f"To: {by_kind[1]}"] if by_kind[1] else []),
        *([f"Cc: {by_kind[2]}"] if by_kind[2] else []),
        *([f"Subject: {item.subject}"] if item.subject.isascii() else []),
        f"Message-ID: {item.message_id}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/related; boundary="----=_Part_{number}_{token(number)[:10]}"',
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=neighbors.example.com;",
        f" s=s1; bh={token(number + 1)}=; b={token(number + 2)}{token(number + 3)}",
        f"X-SG-EID: {token(number + 5)}{token(number + 6)}{token(number + 7)}",
        "X-MS-Exchange-Organization-SCL: -1",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


def render(item: Planned, post: Post | None, seed: int, picture_bytes: int) -> Message:
    """The message of a planned item.

    Args:
        item: The planned item.
        post: Its alert; None for items without one.
        seed: The investigation's seed.
        picture_bytes: Size of its inline picture; 0 or less for no picture.

    Returns:
        The message, ready for :meth:`PstWriter.add_message`.
    """
    html, text = _bodies(item, post)
    headers = None
    if item.message_id and item.submitted and item.sender[1]:  # otherwise it never left the server
        headers = transport_headers(item, item.submitted)
    pictures: tuple[Attachment, ...] = ()
    if picture_bytes > 0 and html is not None:
        pictures = (image(seed, item.number, picture_bytes, "hero@neighbors.example.com"),)
    return Message(
        subject=item.subject,
        sender_name=item.sender[0],
        sender_address=item.sender[1],
        recipients=item.recipients,
        html=html,
        text=text,
        headers=headers,
        message_id=item.message_id,
        submitted_at=item.submitted,
        delivered_at=item.delivered,
        message_class=item.message_class,
        codepage=item.codepage,
        attachments=pictures,
    )


def _without_title(item: Planned, mark: str) -> tuple[bytes | None, str | None]:
    """The bodies of an alert e-mail that shows no alert."""
    if item.form is Form.EMPTY:
        return None, None
    text = bodies.stub_text(mark) if item.form is Form.STUB else None
    return bodies.picture_html(mark, item.codepage), text


def _bodies(item: Planned, post: Post | None) -> tuple[bytes | None, str | None]:
    """HTML and plain text of an item."""
    mark = token(item.number)
    if item.template is None:
        if item.form is Form.PLAIN_ONLY:
            return None, item.body
        return bodies.other_html(item.subject, item.body, mark, item.codepage), item.body
    if post is None:
        return _without_title(item, mark)
    title = bodies.dressed(post.title, item.dress)
    description = tuple(bodies.dressed(each, item.dress) for each in post.description)
    shown = bodies.Shown(item.template, post.kind, title, post.day if post.dated else None, description, mark)
    text = html = None
    if item.form is not Form.HTML_ONLY:
        text = bodies.alert_text(shown)
    if item.form is Form.PICTURE:
        html = bodies.picture_html(mark, item.codepage)
    elif item.form is not Form.PLAIN_ONLY:
        html = bodies.alert_html(shown, item.codepage)
    return html, text
