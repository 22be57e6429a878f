"""The accounts of mailboxes: what they list, what was read of them, and what became of the messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from data.printable import printable
from tasks.ledger.accounts import Account
from tasks.mail.results import MailSource

LISTED: Final = "listed in the file"
READ: Final = "messages read"
STATED: Final = "stated by its folders"
"""A second count of the messages, made by the program that wrote the file; shown beside the first, and
part of no identity."""
NOT_MAIL: Final = "not mail"
WITHOUT_BODY: Final = "without a body"
REPLACED: Final = "with replacement characters"
QUARANTINED_READING: Final = "quarantined while reading"
EMBEDDED: Final = "embedded messages"
EMBEDDED_READ: Final = "embedded read"
EMBEDDED_NOT_MAIL: Final = "embedded not mail"
EMBEDDED_QUARANTINED: Final = "embedded quarantined"
CARRIED: Final = "carried by journal reports"
ATTACHED: Final = "attached messages"


def mail_accounts(sources: Sequence[MailSource]) -> list[Account]:
    """The accounts of the reading, one per mailbox of an agency.

    Where a file could not be opened at all, it is only known that no message was read.
    """
    accounts = []
    for source in sources:
        shut = source.mail is None and source.messages_listed is None
        lines = {
            LISTED: source.messages_listed,
            STATED: source.stated,
            READ: source.read,
            NOT_MAIL: None if shut and not source.not_mail else source.not_mail,
            QUARANTINED_READING: None if shut and not source.quarantined else source.quarantined,
        }
        beside = {
            WITHOUT_BODY: source.without_body,
            REPLACED: source.replacement_characters,
        }
        lines |= {line: count for line, count in beside.items() if count is not None}
        lost = f", folder {', '.join(source.unaccounted)}" if source.unaccounted else ""
        accounts.append(Account("mail", source.source, place_of(source) + lost, lines))
    return accounts


def embedded_lines(source: MailSource, listed: Mapping[str, int]) -> dict[str, int | None]:
    """The lines of the messages that are attached to the messages of a mailbox; none where there are none.

    Args:
        source: The mailbox, with what became of them.
        listed: How many there are by source id, counted in ``private/attachments``.
    """
    whole = listed.get(source.source, 0)
    if not whole and not source.embedded:
        return {}
    return {
        EMBEDDED: whole,
        EMBEDDED_READ: source.embedded_read,
        EMBEDDED_NOT_MAIL: source.embedded_not_mail,
        EMBEDDED_QUARANTINED: source.embedded_quarantined,
        CARRIED: source.journals,
        ATTACHED: source.attached,
    }


def place_of(source: MailSource) -> str:
    """The name of a mailbox for a person: its file, or all its files where it was given several times."""
    return printable(" = ".join(source.files) or source.source)
