"""What became of a message that was to be read, and what was found attached to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from data.schema.embedded import ATTACHED, CARRIED
from tasks.mail.attached import Attached

OF_ATTACHMENTS: Final = "attachments"
"""The stage in ``private/quarantine`` of attachments of which it is not known what they are."""


@dataclass(slots=True)
class Mail:
    """A message of class IPM.Note or under it.

    Attributes:
        node_id: Its node id in the file.
        message_class: As stored, without blanks around it; empty where the message has none.
        subject: Without the control characters that mark its prefix; None where the message has none.
        sender: SMTP address where one is known, else the name; who is represented, where that is all.
        to: Addresses of kind To as stored, the display name where no address is known.
        cc: Likewise of kind Cc.
        exchange: Exchange addresses beside sender and recipients (:func:`tasks.people.spelling.pair`).
        message_id: The Internet Message-ID with its angle brackets.
        submitted_at: Client submit time, else the header Date, UTC.
        delivered_at: Delivery time, UTC.
        html: The HTML body, decoded.
        text: The plain body, decoded.
        attachments: How many; none is opened.
        flaws: ``property: what is wrong``, one for each property that could not be read completely.
        path: Where it is attached (``tasks.mail.embedded``); empty for a message of the mailbox itself.
        journal: Whether it stands in the place of the journal report that carries it
            (``tasks.mail.journal``).
        inside: What is attached to a message of the mailbox; None for nothing, and for attached ones.
    """

    node_id: int
    message_class: str
    subject: str | None = None
    sender: str | None = None
    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    exchange: list[str] = field(default_factory=list)
    message_id: str | None = None
    submitted_at: datetime | None = None
    delivered_at: datetime | None = None
    html: str | None = None
    text: str | None = None
    attachments: int = 0
    flaws: list[str] = field(default_factory=list)
    path: str = ""
    journal: bool = False
    inside: Inside | None = field(default=None, compare=False, repr=False)

    @property
    def embedded_as(self) -> str | None:
        """As the column of that name says it."""
        return CARRIED if self.journal else ATTACHED if self.path else None


@dataclass(frozen=True, slots=True)
class NotMail:
    """An item of another class: a contact, an appointment, a report."""

    node_id: int
    message_class: str
    """As stored, without blanks around it."""
    path: str = ""
    """As of a mail, and likewise what follows."""
    inside: Inside | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that could not be read.

    Attributes:
        node_id: Its node id.
        reason: A few words, the same for every such failure, so that failures can be counted.
        detail: What exactly is wrong.
        path: Where it is attached, as ``Mail.path``; empty for a message of the mailbox itself.
        inside: What is attached to it, as far as it is known.
    """

    node_id: int
    reason: str
    detail: str
    path: str = ""
    inside: Inside | None = field(default=None, compare=False, repr=False)


Outcome = Mail | NotMail | Failure


@dataclass(slots=True)
class Inside:
    """What is attached to a message of a mailbox, at any depth.

    Attributes:
        attachments: One for each attachment, in order of path.
        messages: What became of each attached message, in order of path.
    """

    attachments: list[Attached] = field(default_factory=list)
    messages: list[Outcome] = field(default_factory=list)
