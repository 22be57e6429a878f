"""The ledger of the mail is closed from the tables as they are published: in every run, made or kept.

The tables of the alerts may be those of an earlier run (``data.kept``). What the ledger says of them is
therefore counted in their files, and compared with what this run knows of the mailboxes (method 10.1).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.crosswalk import ALERT_KINDS
from data.errors import LedgerError
from data.printable import printable
from data.schema.embedded import ATTACHED
from data.streamed import pieces_of
from tasks.alerts.copies import BY_CONTENT, BY_ID
from tasks.alerts.ledger import MailClosed, close_mail
from tasks.alerts.results import AlertTables, Copies, FolderCount
from tasks.mail.not_read import NotRead
from tasks.mail.other_files import OtherFile
from tasks.mail.results import NOTHING, Inventory, MailSource

_PLACE = ("agency", "source", "folder")
_MESSAGES = (*_PLACE, "kind", "embedded_as", "copy_of", "copy_by", "also_in")
_Kinds: TypeAlias = defaultdict[tuple[str, str, str], Counter[str]]


def close_recounted(
    sources: Sequence[MailSource],
    alerts: AlertTables,
    quarantine: pa.Table,
    out: Path,
    *,
    others: Sequence[OtherFile] = (),
    inventory: Inventory = NOTHING,
    not_read: Sequence[NotRead] = (),
) -> MailClosed:
    """Close the ledger of the mail (:func:`tasks.alerts.ledger.close_mail`) from the tables in ``out``.

    Args:
        sources: As there.
        alerts: As there; of what can be counted in a table, the number there is taken.
        quarantine: As there.
        out: The folder of the tables, which holds those of the alerts.
        others: As there.
        inventory: As there; the number of rows of ``private/attachments`` must be the same.
        not_read: As there.

    Returns:
        As there.

    Raises:
        LedgerError: As there, or a table has other rows than those that were made.
    """
    listed = pq.read_metadata(out / "private/attachments.parquet").num_rows
    if listed != inventory.attachments:
        raise LedgerError(f"private/attachments: {listed} rows, but {inventory.attachments} were listed")
    counted = recount(alerts, out)
    _check_mailboxes(sources, counted)
    return close_mail(
        sources, counted, quarantine, out, others=others, inventory=inventory, not_read=not_read
    )


def _check_mailboxes(sources: Sequence[MailSource], counted: AlertTables) -> None:
    """Check that no row is of a mailbox that this run does not have; close_mail sees those that lack rows."""
    known = {(source.agency, source.source) for source in sources}
    for folder in (*counted.folders, *counted.attached):
        if (folder.agency, folder.source) not in known:
            raise LedgerError(
                f"private/messages: has rows of the source {folder.source} of {printable(folder.agency)}, "
                "which is no mailbox of this run"
            )


def recount(found: AlertTables, out: Path) -> AlertTables:
    """What was found, with every number that a published table has as it is there.

    What became of the alerts of a folder is in no table; all of them together are (``emails`` of
    ``private/alerts``).

    Args:
        found: As it was made, or kept.
        out: The folder of the tables.
    """
    counted = _Counted()
    for rows in pieces_of(out / "private/messages.parquet", _MESSAGES):
        counted.add(rows, found.attached_count)
    emails = unique = 0
    for rows in pieces_of(out / "private/alerts.parquet", ["emails"]):
        unique += rows.num_rows
        emails += pc.sum(rows.column("emails")).as_py() or 0
    parsed = found.messages if found.copied is None else found.copied.messages
    number = counted.number
    return replace(
        found,
        folders=_folders(found.folders, counted.own),
        attached=_folders(found.attached, counted.others),
        messages=number["own"],
        unique_alerts=unique,
        emails_over_unique=emails,
        copied=Copies(parsed, number["originals"], number[BY_ID], number[BY_CONTENT], number["elsewhere"]),
    )


@dataclass
class _Counted:
    """What was counted in the table of the messages, a few rows at a time: it may be larger than memory.

    Attributes:
        own: The messages that count, by place and kind.
        others: The attached ones.
        number: All other numbers.
    """

    own: _Kinds = field(default_factory=lambda: defaultdict(Counter))
    others: _Kinds = field(default_factory=lambda: defaultdict(Counter))
    number: Counter[str] = field(default_factory=Counter)

    def add(self, rows: pa.Table, attached_count: bool) -> None:
        """Count some rows more."""
        attached = pc.fill_null(pc.equal(rows.column("embedded_as"), ATTACHED), False)
        others = rows.filter(attached)
        own = rows if attached_count else rows.filter(pc.invert(attached))
        _add(self.own, own)
        _add(self.others, others)
        rule, also_in = rows.column("copy_by"), rows.column("also_in")
        apart = rows.num_rows - own.num_rows
        self.number["own"] += own.num_rows
        self.number["originals"] += rows.column("copy_of").null_count - apart
        for name in (BY_ID, BY_CONTENT):
            self.number[name] += pc.sum(pc.equal(rule, name)).as_py() or 0
        self.number["elsewhere"] += pc.sum(pc.greater(pc.list_value_length(also_in), 0)).as_py() or 0


def _add(kinds: _Kinds, rows: pa.Table) -> None:
    grouped = rows.select([*_PLACE, "kind"]).group_by([*_PLACE, "kind"]).aggregate([([], "count_all")])
    for row in grouped.to_pylist():
        kinds[row["agency"], row["source"], row["folder"]][row["kind"]] += row["count_all"]


def _folders(found: Sequence[FolderCount], kinds: _Kinds) -> tuple[FolderCount, ...]:
    """The counts by folder, with the kinds of the messages as they are in the table."""
    before = {(each.agency, each.source, each.folder): each for each in found}
    return tuple(
        FolderCount(
            *place,
            kinds=dict(sorted(kinds[place].items())),
            alert_messages=sum(kinds[place][kind] for kind in ALERT_KINDS),
            parsed=before[place].parsed if place in before else 0,
            quarantined=before[place].quarantined if place in before else 0,
        )
        for place in sorted({*kinds, *before})
    )
