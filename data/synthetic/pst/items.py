"""What a mailbox is filled with: messages, their recipients and their attachments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """One row of a message's recipients table.

    Args:
        kind: 1 To, 2 Cc, 3 Bcc.
        name: display name; may be empty.
        address: SMTP address.
    """

    kind: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a message. Its bytes are asked for when the message is written, and never held whole.

    Args:
        name: file name with its ending.
        mime_type: such as "image/png".
        size: bytes that `chunks` will give.
        chunks: called once a message; gives the bytes in pieces of any length.
        content_id: without angle brackets; where it is given, the attachment is an inline image that the HTML
            body shows by `cid:`.
    """

    name: str
    mime_type: str
    size: int
    chunks: Callable[[], Iterable[bytes]]
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it will lie in the mailbox.

    None means that the property is absent, empty that it is there and empty.

    Args:
        subject: with its prefix, such as "RE: ", which is stored as Outlook does.
        sender_name: display name of the sender, who also stands as the one represented.
        sender_address: SMTP address of the sender.
        recipients: in order; the display lines of To and Cc come from them.
        html: HTML body in the code page given.
        text: plain body.
        headers: the transport headers as one text; None for mail that never left the server.
        message_id: with its angle brackets.
        submitted_at: UTC; None for none.
        delivered_at: UTC; None for none.
        message_class: such as "IPM.Note" or "IPM.Appointment".
        codepage: of `html`; 65001 is UTF-8.
        attachments: in order.
    """

    subject: str
    sender_name: str
    sender_address: str
    recipients: tuple[Recipient, ...]
    html: bytes | None
    text: str | None
    headers: str | None
    message_id: str | None
    submitted_at: datetime | None
    delivered_at: datetime | None
    message_class: str = "IPM.Note"
    codepage: int = 65001
    attachments: tuple[Attachment, ...] = ()
