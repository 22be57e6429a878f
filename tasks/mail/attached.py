"""An attachment, as it is listed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Attached:
    """One attachment.

    Attributes:
        path: Node ids from the message of the mailbox down to the attachment, joined by ``/``.
        name: Its file name, long before short before displayed; for a reference, else the path that it names.
        extension: The end of its name from the last dot on, in lower case.
        mime_type: As stored.
        bytes: Bytes of the attached file; where it has none of its own, what the mailbox states.
        method: How it is attached, in the words of ``METHODS``.
        content: ``file``, ``message``, ``reference``, ``object``, ``none`` or ``unknown``; empty as long as
            only its place is known.
        mail: The form of the mail in an attached file, as ``.eml``; None where it holds none.
        data: Block of its properties, for those who read its content.
        sub: Block of its subnodes, likewise.
        problem: Reason and detail, where its properties cannot be read.
    """

    path: str
    name: str | None = None
    extension: str | None = None
    mime_type: str | None = None
    bytes: int | None = None
    method: str = "unknown"
    content: str = "unknown"
    mail: str | None = None
    data: int = 0
    sub: int = 0
    problem: tuple[str, str] | None = None
