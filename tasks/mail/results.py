"""What the mail room hands on: the mailboxes of a run and what became of their messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MailSource:
    """One mailbox of one agency, readable or not.

    Attributes:
        agency: The agency's folder name.
        source: First 12 hex digits of the file's SHA-256.
        sha256: All 64 of them.
        files: All names it was given under, inside the investigation folder, sorted.
        bytes: Size of the file.
        format: As ``Unicode PST``; None where it is no mailbox.
        messages_listed: Messages in the file's own index; None where unknown.
        unknown: Why the number is unknown; None where it is known.
        mail: Folder of ``part-*.parquet`` (``work/mail``); None where nothing could be read.
        read: Messages read that are mail.
        not_mail: Items read that are no mail.
        quarantined: Items that could not be read.
    """

    agency: str
    source: str
    sha256: str
    files: tuple[str, ...]
    bytes: int
    format: str | None
    messages_listed: int | None
    unknown: str | None
    mail: Path | None
    read: int
    not_mail: int
    quarantined: int
