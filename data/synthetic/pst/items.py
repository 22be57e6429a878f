"""What a mailbox is filled with: messages, their recipients and their attachments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """One row of a message's recipients table.

    Args:
        kind: 1 To, 2 Cc, 3 Bcc.
        name: Display name; may be empty.
        address: SMTP address; may be empty where there is an Exchange address.
        exchange: Exchange address (X.500) of a recipient of the same organisation; empty for none.
    """

    kind: int
    name: str
    address: str
    exchange: str = ""


def _nothing() -> Iterable[bytes]:
    return ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a message. Its bytes are read when the message is written, and never held whole.

    Args:
        name: File name with its suffix; empty for none.
        mime_type: Such as "image/png"; empty for none.
        size: How many bytes ``chunks`` gives.
        chunks: Called once per message; gives the bytes in pieces of any length.
        content_id: Without angle brackets. If given, the attachment is an inline image that the HTML body
            shows by ``cid:``.
        method: How it is attached (PidTagAttachMethod, [MS-OXCMSG] 2.2.2.9): 1 by value, 2, 3, 4 and 7 by
            reference.
        path: For a reference, the file that is meant.
    """

    name: str
    mime_type: str
    size: int = 0
    chunks: Callable[[], Iterable[bytes]] = field(default=_nothing)
    content_id: str | None = None
    method: int = 1
    path: str = ""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A message in a message ([MS-OXCMSG] 2.2.2.9: an embedded message), which may have attachments itself.

    Args:
        message: What is attached.
        name: The attachment's display name; it has no file name.
    """

    message: Message
    name: str = ""

    @property
    def size(self) -> int:
        """Bytes of an attached file: none, as it is a message."""
        return 0


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it will be in the mailbox.

    None means that the property is absent; an empty value means that it is there and empty.

    Args:
        subject: With its prefix, such as "RE: ", which is stored the way Outlook does.
        sender_name: Display name of the sender, who is also the one represented.
        sender_address: SMTP address of the sender.
        recipients: In order; the display lines of To and Cc are made from them.
        html: HTML body, encoded in ``codepage``.
        text: Plain-text body.
        headers: The transport headers as one text; None for mail that never left the server.
        message_id: With its angle brackets.
        submitted_at: UTC; None for none.
        delivered_at: UTC; None for none.
        message_class: Such as "IPM.Note" or "IPM.Appointment".
        codepage: The code page of ``html``; 65001 is UTF-8. None to state none.
        attachments: In order.
        properties: Values by property tag that replace those made from the other fields; None leaves a
            property out. A number for a property of text is taken for the reference to it: a large one
            points to nothing.
        rtf: The stored RTF body, as ``data.synthetic.pst.rtf`` makes it.
        text_8_bit: The plain-text body as bytes in some code page, in place of ``text``.
        message_codepage: The code page that is stated for texts that are not Unicode; None to state none.
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
    codepage: int | None = 65001
    attachments: tuple[Attachment | Enclosed, ...] = ()
    properties: Mapping[int, int | bytes | None] = field(default_factory=dict)
    rtf: bytes | None = None
    text_8_bit: bytes | None = None
    message_codepage: int | None = None
