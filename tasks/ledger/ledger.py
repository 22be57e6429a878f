"""The ledger: what entered, where it went, and identities that hold exactly or end the run (DESIGN 6).

The numbers on the two sides of an identity are counted apart from each other: what a file lists by the reader
of its index, what was read by the reading, kinds and parsed alerts from the tables. An :class:`Account` is
what is known of a mailbox (or of one of its folders); :data:`IDENTITIES` says what must be equal in it. Where
a number cannot be known it is None, the identities that need it are not held against anything, and a warning
says why; no zero is claimed that was not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from data.errors import LedgerError
from tasks.alerts.results import FolderCount
from tasks.mail.results import MailSource

LISTED: Final = "listed in the file"
READ: Final = "messages read"
STATED: Final = "stated by its folders"
"""A second count of the messages, made by whoever wrote the file; told beside the first, held against
nothing."""
NOT_MAIL: Final = "not mail"
QUARANTINED_READING: Final = "quarantined while reading"
ALERT_MESSAGES: Final = "alert messages"
PARSED: Final = "alerts parsed"
QUARANTINED_PARSING: Final = "quarantined while parsing"
UNIQUE: Final = "emails over unique alerts"
POSTS_IN_FILE: Final = "posts in the file"
POSTS: Final = "posts in the files"
DUPLICATES: Final = "duplicates"
EXCLUDED: Final = "excluded accounts"
NO_LOCATION: Final = "no location"
OUTSIDE: Final = "outside"
IN_ONE: Final = "in one tract"
ON_BORDERS: Final = "on borders"
IN_TRACTS: Final = "posts in tracts"
WITH_INCOME: Final = "in tracts with population and income"
WITHOUT: Final = "in tracts without"
TRACTS: Final = "tracts in the layer"
REPAIRED: Final = "polygons repaired"
CITIES: Final = "cities examined"
DIRECTIONS: Final = ("positive", "negative", "none", "not testable")
CRIMES_IN_FILE: Final = "crimes in the file"
CRIMES: Final = "crimes in the files"
OTHER_YEARS: Final = "other years"
OTHER_TYPES: Final = "other types"
COUNTED: Final = "counted"
TRACT_ROWS: Final = "rows of tracts"
CITY_ROWS: Final = "in cities"
REST_ROWS: Final = "in no city"
LOW_POPULATION: Final = "low population"
NOT_ELIGIBLE: Final = "not eligible"
NOT_GENTRIFIED: Final = "eligible, not gentrified"
GENTRIFIED: Final = "gentrified"
ATLAS_ROWS: Final = "rows of the Atlas"
OTHER_TECHNOLOGIES: Final = "other technologies"
PARTNERSHIPS: Final = "Ring partnerships"
OWN_POLICE: Final = "of a city's own police"
OTHER_AGENCIES: Final = "of another agency in a city"
ELSEWHERE: Final = "of no city of the list"
RANKED: Final = "cities ranked"
SELECTED: Final = "selected"
BELOW: Final = "with a partnership, below the last selected"
NO_PARTNERSHIP: Final = "without a partnership"
REQUESTS: Final = "requests"
STATUSES: Final = ("fulfilled", "partly fulfilled", "no records", "denied", "withdrawn", "pending")
EVERY_KIND: Final = "every kind"
"""Stands in an identity for the sum over the kinds of an account."""


@dataclass(frozen=True)
class Identity:
    """One line of DESIGN 6: a number and the numbers that it must be the sum of.

    Attributes:
        part: One of those of :data:`data.schema.PARTS_OF_LEDGER`.
        whole: The line on the left.
        parts: The lines on the right.
    """

    part: str
    whole: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.whole} = {' + '.join(self.parts)}"


IDENTITIES: Final = (
    Identity("mail", LISTED, (READ, NOT_MAIL, QUARANTINED_READING)),
    Identity("alerts", READ, (EVERY_KIND,)),
    Identity("alerts", ALERT_MESSAGES, (PARSED, QUARANTINED_PARSING)),
    Identity("alerts", PARSED, (UNIQUE,)),
    Identity("posts", POSTS, (DUPLICATES, EXCLUDED, NO_LOCATION, OUTSIDE, IN_ONE, ON_BORDERS)),
    Identity("posts", IN_TRACTS, (IN_ONE, ON_BORDERS)),
    Identity("posts", IN_TRACTS, (WITH_INCOME, WITHOUT)),
    Identity("cities", CITIES, DIRECTIONS),
    Identity("crime", CRIMES, (DUPLICATES, OTHER_YEARS, OTHER_TYPES, NO_LOCATION, OUTSIDE, COUNTED)),
    Identity("crime", COUNTED, (EVERY_KIND,)),
    Identity("crime", COUNTED, (WITH_INCOME, WITHOUT)),
    Identity("gentrification", TRACT_ROWS, (CITY_ROWS, REST_ROWS)),
    Identity("gentrification", CITY_ROWS, (LOW_POPULATION, NOT_ELIGIBLE, NOT_GENTRIFIED, GENTRIFIED)),
    Identity("selection", ATLAS_ROWS, (OTHER_TECHNOLOGIES, PARTNERSHIPS)),
    Identity("selection", PARTNERSHIPS, (OWN_POLICE, OTHER_AGENCIES, ELSEWHERE)),
    Identity("selection", RANKED, (SELECTED, BELOW, NO_PARTNERSHIP)),
    Identity("requests", REQUESTS, STATUSES),
)


@dataclass(frozen=True)
class Account:
    """The counts of a mailbox, of one folder of it, of a file of posts, or of all of a part together.

    Attributes:
        part: As in :class:`Identity`.
        source: The source id; empty for all together.
        place: The words that name it in an error, as ``records/lapd/a.pst, folder Inbox``.
        lines: The counts by line; None where unknown.
        kinds: The counts by kind of message.
    """

    part: str
    source: str
    place: str
    lines: Mapping[str, int | None]
    kinds: Mapping[str, int]

    def value(self, line: str) -> int | None:
        """The count of a line, :data:`EVERY_KIND` included; None where it is unknown."""
        return sum(self.kinds.values()) if line == EVERY_KIND else self.lines[line]

    def has(self, identity: Identity) -> bool:
        """Whether the identity speaks of lines that this account keeps."""
        lines = {identity.whole, *identity.parts} - {EVERY_KIND}
        return identity.part == self.part and lines <= self.lines.keys()


def check(accounts: Iterable[Account]) -> None:
    """See that every identity holds in every account.

    Args:
        accounts: The accounts; an identity with an unknown number is passed over.

    Raises:
        LedgerError: The first that does not hold; names file and folder, the identity and its numbers.

    Example:
        >>> check([Account("alerts", "0123456789ab", "a.pst", {READ: 3}, {"safety tip": 2})])
        Traceback (most recent call last):
        data.errors.LedgerError: a.pst: messages read = every kind does not hold: 3 = 2
    """
    for account in accounts:
        for identity in IDENTITIES:
            if not account.has(identity):
                continue
            whole = account.value(identity.whole)
            parts = [account.value(line) for line in identity.parts]
            if whole is None or None in parts:
                continue
            if whole != sum(part for part in parts if part is not None):
                numbers = f"{whole} = {' + '.join(map(str, parts))}"
                raise LedgerError(f"{account.place}: {identity} does not hold: {numbers}")


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
        accounts.append(Account("mail", source.source, place_of(source) + lost, lines, {}))
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
    accounts.append(Account("alerts", "", "all mailboxes", {PARSED: parsed, UNIQUE: unique}, {}))
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


def ledger_rows(accounts: Iterable[Account]) -> list[tuple[str, str, str, int | None]]:
    """The accounts as rows of ``public/ledger``: part, source, line, count.

    A mailbox that two agencies handed over is one source with one set of lines; what is counted in both must
    agree.

    Raises:
        LedgerError: Two accounts of one source differ.
    """
    rows: dict[tuple[str, str, str], int | None] = {}
    for account in accounts:
        for line, count in (*account.lines.items(), *account.kinds.items()):
            key = (account.part, account.source, line)
            if rows.setdefault(key, count) != count:
                raise LedgerError(
                    f"{account.place}: '{line}' is {count} for one agency and {rows[key]} for another"
                )
    return [(*key, count) for key, count in rows.items()]
