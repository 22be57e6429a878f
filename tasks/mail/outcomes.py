"""What became of a message that was to be read, and what was found attached to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tasks.mail.pff import Mail, NotMail

if TYPE_CHECKING:
    from tasks.mail.attachments import Attached


OF_ATTACHMENTS: Final = "attachments"
"""The stage in ``private/quarantine`` of attachments of which it is not known what they are."""


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
