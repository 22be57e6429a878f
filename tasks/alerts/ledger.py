"""Close the mail's part of the ledger: check it, write it, and warn of what a person must not overlook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import LedgerError
from data.printable import printable
from data.schema import TABLES
from data.streamed import in_order, pieces_of, without_repeats, write_streamed
from data.tables import conform, write_table
from tasks.alerts.folders import QUARANTINE, STAGE
from tasks.alerts.results import AlertTables, FolderCount
from tasks.ledger.accounts import Account, check, close_part
from tasks.ledger.identities import EVERY_KIND, Identity, Ledger
from tasks.ledger.results import PartClosed
from tasks.mail.ledger import (
    ATTACHED,
    CARRIED,
    EMBEDDED,
    EMBEDDED_NOT_MAIL,
    EMBEDDED_QUARANTINED,
    EMBEDDED_READ,
    LISTED,
    NOT_MAIL,
    QUARANTINED_READING,
    READ,
    REPLACED,
    STATED,
    WITHOUT_BODY,
    embedded_lines,
    mail_accounts,
    place_of,
)
from tasks.mail.not_mail import not_mail_tables
from tasks.mail.not_read import (
    GONE,
    STRAY,
    NotRead,
    not_read_accounts,
    not_read_table,
    not_read_warnings,
)
from tasks.mail.not_read import (
    IDENTITY as AGENCIES_THERE,
)
from tasks.mail.other_files import OtherFile, other_files_table
from tasks.mail.outcomes import OF_ATTACHMENTS
from tasks.mail.results import NOTHING, Inventory, MailSource

ALERT_MESSAGES: Final = "alert messages"
PARSED: Final = "alerts parsed"
QUARANTINED_PARSING: Final = "quarantined while parsing"
UNIQUE: Final = "emails over unique alerts"
IN_TABLES: Final = "messages in the tables"
ORIGINALS: Final = "each once"
COPIES_BY_ID: Final = "copies by Message-ID"
COPIES_BY_CONTENT: Final = "copies by content"
COUNTED: Final = "messages counted"
OWN: Final = "messages of the mailbox"
LEDGER: Final = Ledger(
    identities=(
        AGENCIES_THERE,
        Identity("mail", LISTED, (READ, NOT_MAIL, QUARANTINED_READING), "items in the mailboxes"),
        Identity(
            "mail",
            EMBEDDED,
            (EMBEDDED_READ, EMBEDDED_NOT_MAIL, EMBEDDED_QUARANTINED),
            "messages attached to messages",
        ),
        Identity("mail", EMBEDDED_READ, (CARRIED, ATTACHED)),
        Identity("mail", ATTACHED, (EVERY_KIND,)),
        Identity("mail", ALERT_MESSAGES, (PARSED, QUARANTINED_PARSING)),
        Identity("alerts", READ, (EVERY_KIND,)),
        Identity("alerts", COUNTED, (OWN, ATTACHED)),
        Identity("alerts", COUNTED, (EVERY_KIND,)),
        Identity("alerts", ALERT_MESSAGES, (PARSED, QUARANTINED_PARSING), "alerts among them"),
        Identity("alerts", PARSED, (UNIQUE,), by=", for each agency"),
        Identity("copies", IN_TABLES, (ORIGINALS, COPIES_BY_ID, COPIES_BY_CONTENT)),
    ),
    files="private/sources",
    beside=(STATED, WITHOUT_BODY, REPLACED, GONE, STRAY),
    together="all mailboxes",
)


@dataclass(frozen=True)
class MailClosed(PartClosed):
    """The mail's part.

    Attributes:
        quarantined: Rows in quarantine by stage.
        unopened: Attached messages that could not be read, and attachments of which it is not known whether
            they are messages.
        urgent: Those of the warnings for which the answer to "Is anything missing?" is that it is unknown.
    """

    quarantined: dict[str, int]
    unopened: int = 0
    urgent: tuple[str, ...] = ()


def close_mail(
    sources: Sequence[MailSource],
    alerts: AlertTables,
    quarantine: pa.Table,
    out: Path,
    *,
    others: Sequence[OtherFile] = (),
    inventory: Inventory = NOTHING,
    not_read: Sequence[NotRead] = (),
) -> MailClosed:
    """Check that everything adds up, then write ledger, sources, quarantine, and what is not mail.

    Args:
        sources: The mailboxes of the mail room.
        alerts: The outcome of the alerts room.
        quarantine: The quarantine rows of the mail room.
        out: The folder of the tables; its ``private/quarantine`` has the rows of stage ``parsing``.
        others: The files that hold mail in another form.
        inventory: What is attached to the messages.
        not_read: The mailboxes that are gone, and the agencies that were left out.

    Returns:
        The ledger's rows of the mail, what is in quarantine, and the warnings.

    Raises:
        LedgerError: An identity does not hold; the message names file and folder, and nothing is written.
    """
    ordered = sorted(sources, key=lambda source: (source.agency, source.source))
    stopped = _distinct(quarantine)
    mail = mail_accounts(ordered)
    check([*mail, *folder_accounts(ordered, alerts.folders)], LEDGER.identities)
    _check_quarantine(mail, stopped)
    classes = not_mail_tables(ordered)
    _check_classes(ordered, classes)
    stages = Counter(stopped.column("stage").to_pylist())
    stages.update({STAGE: count} if (count := _count_unparsed(out)) else {})
    parsing = alert_accounts(ordered, alerts.folders, alerts.emails_over_unique, alerts.attached_count)
    embedded = embedded_accounts(ordered, alerts.attached, inventory)
    urgent = (*not_read_warnings(not_read), *_uncounted(ordered))
    warnings = [*urgent, *_warnings(alerts, stages), *inventory.warnings]
    agencies = not_read_accounts(not_read, {source.agency for source in ordered})
    accounts = [*mail, *embedded, *parsing, *copy_accounts(alerts), *agencies]
    closed = close_part(accounts, LEDGER, warnings, out)
    write_table(sources_table(ordered), TABLES["private/sources"], out)
    _write_quarantine(stopped, stages[STAGE], out)
    beside = {"private/other_files": other_files_table(others), "private/not_read": not_read_table(not_read)}
    for name, table in {**classes, **beside}.items():
        write_table(table, TABLES[name], out)
    unopened = closed.total(EMBEDDED_QUARANTINED) or 0
    unopened += stages[OF_ATTACHMENTS]
    return MailClosed(closed.rows, closed.warnings, dict(sorted(stages.items())), unopened, urgent)


def sources_table(sources: Sequence[MailSource]) -> pa.Table:
    """Make ``private/sources``: a row for each name under which a mailbox was given."""
    rows = [
        {
            "agency": source.agency,
            "source": source.source,
            "file": file,
            "bytes": source.bytes,
            "sha256": source.sha256,
            "format": source.format,
            "messages_listed": source.messages_listed,
        }
        for source in sources
        for file in source.files
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["private/sources"].arrow)


def folder_accounts(sources: Sequence[MailSource], folders: Sequence[FolderCount]) -> list[Account]:
    """The accounts of the parsing, one per folder: checked first, so that an error names the folder."""
    places = {(source.agency, source.source): place_of(source) for source in sources}
    return [
        Account(
            "alerts",
            folder.source,
            f"{place}, folder {printable(folder.folder)}",
            _fate([folder]),
            folder.kinds,
        )
        for folder in folders
        if (place := places[folder.agency, folder.source])
    ]


def embedded_accounts(
    sources: Sequence[MailSource], attached: Sequence[FolderCount], inventory: Inventory
) -> list[Account]:
    """The accounts of the messages that are attached to others: one for each mailbox that has some.

    Args:
        sources: The mailboxes.
        attached: What the parsing found in those messages, by agency, source and folder.
        inventory: How many there are, counted in ``private/attachments``.
    """
    accounts = []
    for source in sources:
        lines = embedded_lines(source, inventory.embedded)
        if lines:
            mine = _of(source, attached)
            place = f"{place_of(source)}, messages attached to messages"
            accounts.append(Account("mail", source.source, place, lines | _fate(mine), _kinds(mine)))
    return accounts


def _of(source: MailSource, folders: Sequence[FolderCount]) -> list[FolderCount]:
    return [f for f in folders if (f.agency, f.source) == (source.agency, source.source)]


def _kinds(folders: Sequence[FolderCount]) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for folder in folders:
        kinds.update(folder.kinds)
    return kinds


def alert_accounts(
    sources: Sequence[MailSource], folders: Sequence[FolderCount], unique: int, attached_count: bool = False
) -> list[Account]:
    """The accounts of the parsing: one per mailbox of an agency, and one for all together.

    Args:
        sources: The mailboxes; what was read of them is compared with what the parsing found.
        folders: What the parsing found, by agency, source and folder.
        unique: The sum of emails over unique alerts, counted from that table.
        attached_count: Whether attached messages are among those of ``folders``.

    Returns:
        The mailboxes in the order given, and the account of all mailboxes.
    """
    accounts = []
    for source in sources:
        mine = _of(source, folders)
        named = ", ".join(f"{printable(f.folder)} ({sum(f.kinds.values())})" for f in mine) or "none"
        place = f"{place_of(source)}, folders {named}"
        read: dict[str, int | None] = {READ: source.read}
        if attached_count and source.attached:
            read = {
                COUNTED: source.read + source.attached,
                OWN: source.read,
                ATTACHED: source.attached,
            }
        accounts.append(Account("alerts", source.source, place, read | _fate(mine), _kinds(mine)))
    parsed = sum(folder.parsed for folder in folders)
    accounts.append(Account("alerts", "", "all mailboxes", {PARSED: parsed, UNIQUE: unique}))
    return accounts


def copy_accounts(alerts: AlertTables) -> list[Account]:
    """The account of the copies: over all mailboxes, because an original may lie in another one."""
    copied = alerts.copied
    if copied is None:
        return []
    lines: dict[str, int | None] = {
        IN_TABLES: copied.messages,
        ORIGINALS: copied.originals,
        COPIES_BY_ID: copied.by_id,
        COPIES_BY_CONTENT: copied.by_content,
    }
    return [Account("copies", "", "all mailboxes", lines)]


def _fate(folders: Sequence[FolderCount]) -> dict[str, int | None]:
    """The lines of alert messages over some folders."""
    return {
        ALERT_MESSAGES: sum(folder.alert_messages for folder in folders),
        PARSED: sum(folder.parsed for folder in folders),
        QUARANTINED_PARSING: sum(folder.quarantined for folder in folders),
    }


def _distinct(table: pa.Table) -> pa.Table:
    """The quarantine rows without repeats: a mailbox that two agencies handed over is one source."""
    names = [column.name for column in QUARANTINE.columns]
    return conform(table.select(names).group_by(names).aggregate([]), QUARANTINE)


def _unparsed(out: Path) -> Iterator[pa.Table]:
    """The alerts that could not be parsed, a few rows at a time: there may be as many as messages."""
    names = [column.name for column in QUARANTINE.columns]
    for rows in pieces_of(out / QUARANTINE.files[0], names):
        # A step that is tried again finds the rows of the mail there, too.
        yield rows.filter(pc.equal(rows.column("stage"), STAGE)).replace_schema_metadata(None)


def _count_unparsed(out: Path) -> int:
    stages = (rows.column("stage") for rows in pieces_of(out / QUARANTINE.files[0], ["stage"]))
    return sum(pc.sum(pc.equal(stage, STAGE)).as_py() or 0 for stage in stages)


def _write_quarantine(stopped: pa.Table, unparsed: int, out: Path) -> None:
    """Add the rows of the mail to those of the alerts that could not be parsed."""
    if not stopped.num_rows and pq.read_metadata(out / QUARANTINE.files[0]).num_rows == unparsed:
        return  # all of them are there
    of_mail = stopped.replace_schema_metadata(None)
    write_streamed(without_repeats(in_order([[of_mail], _unparsed(out)], QUARANTINE.key)), QUARANTINE, out)


def _check_quarantine(mail: Sequence[Account], stopped: pa.Table) -> None:
    """Check that the items which the reading counts as quarantined are in quarantine."""
    own = pc.is_null(stopped.column("embedded_in"))
    reading = stopped.filter(pc.and_(pc.equal(stopped.column("stage"), "reading"), own))
    rows = Counter(reading.column("source").to_pylist())
    for account in mail:
        counted = account.value(QUARANTINED_READING)
        if counted is not None and counted != rows[account.source]:
            raise LedgerError(
                f"{account.place}: {counted} quarantined while reading, "
                f"but {rows[account.source]} are in quarantine"
            )


def _check_classes(sources: Sequence[MailSource], tables: Mapping[str, pa.Table]) -> None:
    """Check that the items which are not mail are all in the tables of their classes (method 10.2)."""
    for table in tables.values():
        rows: Counter[tuple[str, str]] = Counter()
        for row in table.select(["agency", "source", "items"]).to_pylist():
            rows[row["agency"], row["source"]] += row["items"]
        for source in sources:
            found = rows[source.agency, source.source]
            counted = source.not_mail + source.embedded_not_mail
            if source.classes is not None and found != counted:
                raise LedgerError(f"{place_of(source)}: {counted} not mail, but {found} by class")


def _uncounted(sources: Sequence[MailSource]) -> list[str]:
    """A line for each mailbox of which nobody knows how many messages it has."""
    return [
        f"{place_of(source)}: the number of messages is unknown ({source.unknown or 'no reason given'}); "
        f"{source.read:,} were read"
        for source in sources
        if source.messages_listed is None
    ]


def _warnings(alerts: AlertTables, stages: Counter[str]) -> list[str]:
    """What a person must not overlook, the worst first."""
    lines = []
    if total := sum(stages.values()):
        listed = ", ".join(f"{stage} {count:,}" for stage, count in sorted(stages.items()))
        lines.append(f"{total:,} in quarantine ({listed}): each with its reason in private/quarantine")
    if hidden := 0 if alerts.attached_count else sum(folder.alert_messages for folder in alerts.attached):
        lines.append(
            f"{hidden:,} alerts are in messages that are attached to other messages, and do not count: to "
            'count them, write embedded = "count" under [mail] into investigation.toml'
        )
    if alerts.unclassified:
        lines.append(
            f"{alerts.unclassified:,} messages are unclassified: "
            "their subjects are in private/subjects_to_review"
        )
    if alerts.undated:
        lines.append(f"{alerts.undated:,} unique alerts have no date: their mails give none")
    return lines + _doubts(alerts)


def _doubts(alerts: AlertTables) -> list[str]:
    """What the mails say that cannot be, or that they say in another place."""
    lines = []
    if alerts.implausible:
        lines.append(
            f"{alerts.implausible:,} unique alerts have a date before 1990 or after 2100: "
            "public/alerts_by_month shows it as implausible, private/alerts as it is"
        )
    if alerts.from_header:
        lines.append(
            f"{alerts.from_header:,} messages have no time of submission but that of their header Date: "
            "column submitted_from of private/messages"
        )
    if alerts.contradictions:
        lines.append(
            f"{alerts.contradictions:,} Exchange addresses stand beside several SMTP addresses and were "
            "merged with none: evidence 'contradiction' in private/people"
        )
    return lines
