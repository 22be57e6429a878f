"""The columns that say where a message is attached to another (method 1.12 and 1.13)."""

from __future__ import annotations

from typing import Final

from data.schema.model import TEXT, optional

ATTACHED: Final = "attached"
CARRIED: Final = "carried"
EMBEDDED_AS: Final = optional(
    "embedded_as",
    TEXT,
    "'carried' where it stands for the journal report that carries it, 'attached' where it is attached to "
    "another message; missing otherwise.",
)
EMBEDDED_IN: Final = optional(
    "embedded_in",
    TEXT,
    "Where it is attached to another message: 'source:node path', the path being the node ids of the message "
    "of the mailbox and of the attachments down to it, joined by '/'; missing for a message of the mailbox "
    "itself.",
)
PATH: Final = optional("path", TEXT, "The node path of embedded_in; missing where that is.")
