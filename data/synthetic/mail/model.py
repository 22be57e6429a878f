"""What a planned investigation is made of: agencies, posts, messages, mailboxes. Only data.

A plan is complete before a byte is written: it has every message of every file, with the truth about it.
Bodies are made from it one at a time while a file is written (:mod:`data.synthetic.mail.render`), so memory
does not grow with the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from data.synthetic.pst import Recipient


class Form(IntEnum):
    """Which bodies an alert's message has, and which of them shows the alert."""

    BOTH = 0
    """HTML and plain text, both with the alert."""
    PLAIN_ONLY = 1
    """No HTML."""
    PICTURE = 2
    """HTML that shows only a picture; the plain text has the alert."""
    HTML_ONLY = 3
    """No plain text."""
    NEITHER = 4
    """HTML that shows only a picture, and no plain text: no title anywhere."""
    STUB = 5
    """The same, with a plain text that only says where to look: no title anywhere."""
    EMPTY = 6
    """No body at all."""

    @property
    def titled(self) -> bool:
        """Whether a title can be found."""
        return self < Form.NEITHER


class Dress(IntEnum):
    """How a message writes a post's text; in all four forms it is the same alert."""

    AS_POSTED = 0
    NO_BREAK = 1
    """No-break spaces between words."""
    DECOMPOSED = 2
    """Letters and accents as separate characters (Unicode NFD)."""
    PADDED = 3
    """Blanks before and after, two between words."""


@dataclass(frozen=True, slots=True)
class Agency:
    """A police department that handed over its mailboxes.

    Attributes:
        key: Its folder under records/.
        name: Full name.
        city: Its city as in the Census tables.
        timezone: IANA name.
        domain: Its officers' mail domain.
        officers: How many officers have a mailbox.
    """

    key: str
    name: str
    city: str
    timezone: str
    domain: str
    officers: int


@dataclass(frozen=True, slots=True)
class Post:
    """One unique alert by construction: no two posts of an agency share kind, day, title and description.

    Attributes:
        agency: The agency's key.
        kind: "crime alert" or "safety alert".
        template: The layout of its messages, a template of the crosswalk.
        day: Its alert date; None for the post whose messages have no time at all.
        dated: Whether the body shows the date. If not, all its messages are delivered on ``day``, in local
            time.
        title: Title in Unicode NFC with single blanks.
        description: Its paragraphs, likewise; empty if the post has no description.
    """

    agency: str
    kind: str
    template: str
    day: date | None
    dated: bool
    title: str
    description: tuple[str, ...]

    @property
    def text(self) -> str:
        """The description as one line, as the tables have it."""
        return " ".join(self.description)


@dataclass(frozen=True, slots=True)
class Planned:
    """One item of a mailbox, and the truth about it.

    Attributes:
        number: Its number in the investigation; decides links, images and headers.
        kind: Its kind; "" for items that are not mail.
        pattern: The crosswalk's row that decides its subject; "" if none does.
        post: Index of its alert in the plan's posts; None for other kinds and for alerts without a title.
        template: Layout of the message; None for kinds that are not alerts.
        form: Which bodies it has.
        dress: How it writes the post's text.
        codepage: 65001 or 1252, the HTML's encoding.
        subject: Subject; "" for none.
        sender: Display name and address.
        recipients: In the order of the recipients table.
        message_id: Internet Message-ID; None for items that never left the server.
        submitted: When it was submitted, UTC; None if the item has no such time.
        delivered: When it was delivered, likewise.
        message_class: MAPI class.
        folder: Path of folders under the mailbox's top.
        body: Text of kinds that are not alerts.
    """

    number: int
    kind: str
    pattern: str
    post: int | None
    template: str | None
    form: Form
    dress: Dress
    codepage: int
    subject: str
    sender: tuple[str, str]
    recipients: tuple[Recipient, ...]
    message_id: str | None
    submitted: datetime | None
    delivered: datetime | None
    message_class: str
    folder: tuple[str, ...]
    body: str = ""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One PST that will be written.

    Attributes:
        agency: The agency's key.
        file: Its path inside the investigation folder.
        also: A second name for a copy of the file; None for none.
        encoding: "none" or "permute".
        bytes: The target size.
        messages: Its items in the order of writing.
    """

    agency: str
    file: str
    also: str | None
    encoding: str
    bytes: int
    messages: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The mail of a whole investigation.

    Attributes:
        scale: As requested.
        seed: As requested.
        agencies: The main one first.
        posts: Unique alerts of all agencies; :attr:`Planned.post` is an index into it.
        files: The mailboxes, in order of file name.
    """

    scale: float
    seed: int
    agencies: tuple[Agency, ...]
    posts: tuple[Post, ...]
    files: tuple[PlannedFile, ...]
