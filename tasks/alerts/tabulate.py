"""From parsed messages to the tables of docs/tables.md, in one pass over small columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.crosswalk import ALERT_KINDS, UNCLASSIFIED
from data.schema import TABLES
from data.schema.embedded import ATTACHED
from data.settings import APART, COUNT
from data.tables import conform, write_table
from tasks.alerts import counts
from tasks.alerts.copies import BY_CONTENT, BY_ID, held_elsewhere, mark_copies
from tasks.alerts.identity import IN_HEADER
from tasks.alerts.messages import gather
from tasks.alerts.reached import alerts_table, recipients_table
from tasks.alerts.recipients import Addressees, addressees
from tasks.alerts.results import AlertTables, Copies, FolderCount, Parsed, ParsedSource
from tasks.alerts.unique import unique_alerts
from tasks.mail.results import MailSource

WRITTEN: Final = (
    "private/messages",
    "private/alerts",
    "private/recipients",
    "private/people",
    "private/subjects_to_review",
    "public/kinds",
    "public/subjects",
    "public/alerts_by_month",
    "public/recipients_per_alert",
)
"""The tables that are written here."""


def make_tables(messages: pa.Table, apart: pa.Table | None = None) -> dict[str, pa.Table]:
    """Make the tables, in memory, in no particular row order.

    Args:
        messages: Those that count, as :func:`tasks.alerts.messages.gather` returns them.
        apart: Attached messages that are listed and do not count.

    Returns:
        Tables by their name in the schema; ``private/quarantine`` has only the rows of stage ``parsing``.
    """
    return _tables(messages, messages.slice(0, 0) if apart is None else apart, addressees(messages))


def _tables(messages: pa.Table, apart: pa.Table, found: Addressees) -> dict[str, pa.Table]:
    alerts = unique_alerts(messages)
    listed = alerts_table(messages, alerts, found)
    return {
        "private/messages": messages_table(messages, apart, found),
        "private/alerts": listed,
        "private/recipients": recipients_table(messages, alerts, found),
        "private/people": found.merges,
        "private/subjects_to_review": counts.subjects_to_review_table(messages),
        "private/quarantine": quarantine_rows(pa.concat_tables([messages, apart])),
        "public/kinds": counts.kinds_table(messages),
        "public/subjects": counts.subjects_table(messages),
        "public/alerts_by_month": counts.alerts_by_month_table(listed),
        "public/recipients_per_alert": counts.recipients_per_alert_table(listed),
    }


def messages_table(messages: pa.Table, apart: pa.Table, found: Addressees) -> pa.Table:
    """Make ``private/messages``: the messages as they were parsed, and which of them were found before.

    Attached messages that do not count are rows too, and copies of none.
    """
    own = embedded_in(messages)
    for name, column in mark_copies(messages, found)._asdict().items():
        own = own.append_column(name, column)
    own = own.append_column("also_in", held_elsewhere(messages))
    others = embedded_in(apart)
    for name in ("copy_of", "copy_by"):
        others = others.append_column(name, pa.nulls(apart.num_rows, pa.string()))
    none = pa.array([[]] * apart.num_rows, pa.list_(pa.string()))
    others = others.append_column("also_in", none)
    names = TABLES["private/messages"].arrow.names
    return pa.concat_tables([own.select(names), others.select(names)])


def embedded_in(messages: pa.Table) -> pa.Table:
    """The messages with the column ``embedded_in``, from their source and path."""
    place = pc.binary_join_element_wise(messages.column("source"), messages.column("path"), ":")
    return messages.append_column("embedded_in", place)


def quarantine_rows(messages: pa.Table) -> pa.Table:
    """The alerts that could not be parsed, as ``private/quarantine``; those of a shared source once."""
    stopped = messages.filter(pc.is_valid(messages.column("reason")))
    names = [column.name for column in TABLES["private/quarantine"].columns]
    rows = stopped.append_column("stage", pa.repeat(pa.scalar("parsing"), stopped.num_rows))
    rows = embedded_in(rows).select(names)
    return conform(rows.group_by(names).aggregate([]), TABLES["private/quarantine"])


def folder_counts(messages: pa.Table) -> tuple[FolderCount, ...]:
    """Count the messages of each folder by kind, and its alerts by whether they were parsed."""
    by = ["agency", "source", "folder"]
    flagged = messages.select([*by, "kind"]).append_column("parsed", pc.is_valid(messages.column("title")))
    flagged = flagged.append_column("stopped", pc.is_valid(messages.column("reason")))
    grouped = flagged.group_by([*by, "kind"]).aggregate(
        [([], "count_all"), ("parsed", "sum"), ("stopped", "sum")]
    )
    rows = grouped.sort_by([(name, "ascending") for name in (*by, "kind")]).to_pylist()
    places: dict[tuple[str, str, str], list[dict[str, int | str]]] = {}
    for row in rows:
        places.setdefault((row["agency"], row["source"], row["folder"]), []).append(row)
    return tuple(
        FolderCount(
            *place,
            kinds={str(row["kind"]): int(row["count_all"]) for row in mine},
            alert_messages=sum(int(row["count_all"]) for row in mine if row["kind"] in ALERT_KINDS),
            parsed=sum(int(row["parsed_sum"]) for row in mine),
            quarantined=sum(int(row["stopped_sum"]) for row in mine),
        )
        for place, mine in places.items()
    )


def tabulate_parsed(
    parsed: Parsed, sources: Sequence[MailSource], out: Path, embedded: str = APART
) -> AlertTables:
    """Write the tables of the parsed mailboxes of a run, and of no others.

    Args:
        parsed: The parsed mailboxes.
        sources: The mailboxes of the run; one that was not parsed would vanish from every table.
        out: The investigation's ``out/`` folder.
        embedded: Whether attached messages count: ``apart`` or ``count`` (method 1.14).

    Returns:
        As :func:`tabulate_sources`.

    Raises:
        ValueError: ``parsed`` was made from other mailboxes.
    """
    if {(s.agency, s.source) for s in parsed.sources} != {(s.agency, s.source) for s in sources}:
        raise ValueError("the parsed mailboxes are not those of this run")
    return tabulate_sources(parsed.sources, out, embedded)


def tabulate_sources(sources: Sequence[ParsedSource], out: Path, embedded: str = APART) -> AlertTables:
    """Read the parsed messages, make the tables of messages, alerts, recipients and counts, and write them.

    Args:
        sources: The parsed mailboxes.
        out: The investigation's ``out/`` folder.
        embedded: Whether attached messages count: ``apart`` or ``count`` (method 1.14).

    Returns:
        What was written, the quarantine rows of stage ``parsing`` (the ledger room writes them), and the
        counts for the ledger.
    """
    every = gather(sources)
    attached = pc.fill_null(pc.equal(every.column("embedded_as"), ATTACHED), False)
    own, others = every.filter(pc.invert(attached)), every.filter(attached)
    messages, apart = (every, others.slice(0, 0)) if embedded == COUNT else (own, others)
    found = addressees(messages)
    tables = _tables(messages, apart, found)
    quarantine = tables.pop("private/quarantine")
    paths = {name: write_table(tables[name], TABLES[name], out) for name in WRITTEN}
    alerts = tables["private/alerts"]
    return AlertTables(
        paths=paths,
        quarantine=quarantine,
        folders=folder_counts(messages),
        messages=messages.num_rows,
        unique_alerts=alerts.num_rows,
        emails_over_unique=pc.sum(alerts.column("emails")).as_py() or 0,
        unclassified=pc.sum(pc.equal(messages.column("kind"), UNCLASSIFIED)).as_py() or 0,
        copies=messages.num_rows + apart.num_rows - tables["private/messages"].column("copy_of").null_count,
        undated=alerts.column("alert_date").null_count,
        implausible=counts.implausible(alerts),
        from_header=_number(pc.equal(messages.column("submitted_from"), IN_HEADER)),
        contradictions=found.contradictions,
        copied=copies_in(tables["private/messages"], messages.num_rows, apart.num_rows),
        attached=folder_counts(others),
        attached_count=embedded == COUNT,
        unique_otherwise=_unique_otherwise(every, own, embedded) if others.num_rows else None,
    )


def _unique_otherwise(every: pa.Table, own: pa.Table, embedded: str) -> int:
    """How many unique alerts there would be with the other setting of attached messages."""
    return int(unique_alerts(own if embedded == COUNT else every).keys.num_rows)


def copies_in(table: pa.Table, messages: int, apart: int) -> Copies:
    """The copies by rule, from the finished table.

    Args:
        table: Rows of ``private/messages``, at least ``copy_of``, ``copy_by`` and ``also_in``.
        messages: How many messages there are, counted from what was parsed.
        apart: How many of the rows are messages that do not count.
    """
    rule = table.column("copy_by")
    by_id, by_content = (_number(pc.equal(rule, name)) for name in (BY_ID, BY_CONTENT))
    originals = table.column("copy_of").null_count - apart
    elsewhere = _number(pc.greater(pc.list_value_length(table.column("also_in")), 0))
    return Copies(messages, originals, by_id, by_content, elsewhere)


def _number(of: pa.ChunkedArray) -> int:
    return pc.sum(of).as_py() or 0
