"""The accounts of mailboxes: what they list, what was read of them, and what became of the messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tasks.alerts.results import FolderCount
from tasks.ledger.accounts import Account
from tasks.ledger.identities import (
    ALERT_MESSAGES,
    LISTED,
    NOT_MAIL,
    PARSED,
    QUARANTINED_PARSING,
    QUARANTINED_READING,
    READ,
    STATED,
    UNIQUE,
)
from tasks.mail.results import MailSource


def mail_accounts(sources: Sequence[MailSource]) -> list[Account]:
    """The accounts of the reading, one a mailbox of an agency.

    Where a file could not be opened at all, nothing is known of what is in it besides that no message was
    read.
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
        lost = f", folder {', '.join(source.unaccounted)}" if source.unaccounted else ""
        accounts.append(Account("mail", source.source, place_of(source) + lost, lines))
    return accounts


def folder_accounts(sources: Sequence[MailSource], folders: Sequence[FolderCount]) -> list[Account]:
    """The accounts of the parsing, one a folder: checked first, so that an error names the folder."""
    places = {(source.agency, source.source): place_of(source) for source in sources}
    return [
        Account("alerts", folder.source, f"{place}, folder {folder.folder}", _fate([folder]), folder.kinds)
        for folder in folders
        if (place := places[folder.agency, folder.source])
    ]


def alert_accounts(
    sources: Sequence[MailSource], folders: Sequence[FolderCount], unique: int
) -> list[Account]:
    """The accounts of the parsing: one a mailbox of an agency, and one for all together.

    Args:
        sources: The mailboxes; what they say was read is held against what the parsing found.
        folders: What the parsing found, by agency, source and folder.
        unique: The sum of emails over unique alerts, counted from that table.

    Returns:
        The mailboxes in the order given, and the account of all mailboxes.
    """
    accounts = []
    for source in sources:
        mine = [f for f in folders if (f.agency, f.source) == (source.agency, source.source)]
        kinds: Counter[str] = Counter()
        for folder in mine:
            kinds.update(folder.kinds)
        named = ", ".join(f"{folder.folder} ({sum(folder.kinds.values())})" for folder in mine) or "none"
        place = f"{place_of(source)}, folders {named}"
        accounts.append(Account("alerts", source.source, place, {READ: source.read, **_fate(mine)}, kinds))
    parsed = sum(folder.parsed for folder in folders)
    accounts.append(Account("alerts", "", "all mailboxes", {PARSED: parsed, UNIQUE: unique}))
    return accounts


def _fate(folders: Sequence[FolderCount]) -> dict[str, int | None]:
    """The lines of alert messages over some folders."""
    return {
        ALERT_MESSAGES: sum(folder.alert_messages for folder in folders),
        PARSED: sum(folder.parsed for folder in folders),
        QUARANTINED_PARSING: sum(folder.quarantined for folder in folders),
    }


def place_of(source: MailSource) -> str:
    """The name of a mailbox as a person knows it: its file, or all where it was given several times."""
    return " = ".join(source.files) or source.source
