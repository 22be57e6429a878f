"""The tables of the alerts as one process makes them that holds everything: what they are by definition.

The program makes them in pieces, on workers (method 4.11). This is how it made them before, and so a second
computation of every row: the tests hold the two against each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from data.schema.embedded import ATTACHED
from data.settings import COUNT
from data.tables import write_table
from tasks.alerts import counts
from tasks.alerts.copies import BY_CONTENT, BY_ID
from tasks.alerts.folders import embedded_in, quarantine_rows
from tasks.alerts.messages import gather
from tasks.alerts.recipients import Addressees, addressees
from tasks.alerts.results import ParsedSource
from tasks.alerts.tabulate import WRITTEN
from tasks.alerts.unique import UniqueAlerts, unique_alerts

Codes = npt.NDArray[np.int64]


class Marks(NamedTuple):
    """For each message, of which it is a copy, and by which rule."""

    copy_of: pa.Array
    copy_by: pa.Array


def write_in_one_process(sources: Sequence[ParsedSource], out: Path, embedded: str) -> None:
    """Write every table of the alerts."""
    every = gather(sources)
    attached = pc.fill_null(pc.equal(every.column("embedded_as"), ATTACHED), False)
    own, others = every.filter(pc.invert(attached)), every.filter(attached)
    tables = make_tables(every) if embedded == COUNT else make_tables(own, others)
    for name in WRITTEN:
        write_table(tables[name], TABLES[name], out)


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
        "public/kinds": kinds_table(messages),
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


def alerts_table(messages: pa.Table, alerts: UniqueAlerts, addressees: Addressees) -> pa.Table:
    """Make ``private/alerts``: the unique alerts with how many messages carried them, to how many, and when.

    Args:
        messages: The messages.
        alerts: Their unique alerts.
        addressees: Their recipients.

    Returns:
        One row per unique alert, in the order of ``alerts.keys``, so that row numbers are those of
        ``of_message``.
    """
    carried = alerts.of_message >= 0
    sent = pa.table(
        {
            "alert": pa.array(alerts.of_message[carried]),
            "sent_at": messages.column("sent_at").filter(pa.array(carried)),
        }
    )
    spans = sent.group_by("alert").aggregate([("sent_at", "min"), ("sent_at", "max")])
    spans = spans.take(pc.sort_indices(spans.column("alert")))
    size = alerts.keys.num_rows
    reached = alerts.of_message[addressees.message]
    pairs = np.unique(np.stack([reached, addressees.who])[:, reached >= 0], axis=1)
    return (
        alerts.keys.append_column("emails", pa.array(np.bincount(alerts.of_message[carried], minlength=size)))
        .append_column("recipients", pa.array(np.bincount(pairs[0], minlength=size)))
        .append_column("first_sent_at", spans.column("sent_at_min"))
        .append_column("last_sent_at", spans.column("sent_at_max"))
    )


def recipients_table(messages: pa.Table, alerts: UniqueAlerts, found: Addressees) -> pa.Table:
    """Make ``private/recipients``: what each recipient of an agency got, by kind.

    Args:
        messages: The messages.
        alerts: Their unique alerts.
        found: Their recipients.

    Returns:
        One row per agency, recipient and kind, in no particular order.
    """
    rows = pa.array(found.message)
    alert = alerts.of_message[found.message]
    received = pa.table(
        {
            "agency": messages.column("agency").take(rows),
            "who": pa.array(found.who),
            "kind": messages.column("kind").take(rows),
            "alert": pa.array(alert, mask=alert < 0),
            "sent_at": messages.column("sent_at").take(rows),
        }
    )
    grouped = received.group_by(["agency", "who", "kind"]).aggregate(
        [
            ([], "count_all"),
            ("alert", "count_distinct", pc.CountOptions(mode="only_valid")),
            ("sent_at", "min"),
            ("sent_at", "max"),
        ]
    )
    return pa.table(
        {
            "agency": grouped.column("agency"),
            "recipient": found.names.take(grouped.column("who").combine_chunks()),
            "kind": grouped.column("kind"),
            "emails": grouped.column("count_all"),
            "alerts": grouped.column("alert_count_distinct"),
            "first_sent_at": grouped.column("sent_at_min"),
            "last_sent_at": grouped.column("sent_at_max"),
        }
    )


def kinds_table(messages: pa.Table) -> pa.Table:
    """Make ``public/kinds``: messages by agency and kind, and their share of the agency's messages.

    A kind that does not occur in an agency has no row: the crosswalk may have any number of kinds, and a row
    of zero would say something about the crosswalk and not about the mail. The shares of an agency sum to 1.
    """
    counted = messages.group_by(["agency", "kind"]).aggregate([([], "count_all")])
    counted = counted.rename_columns({"count_all": "emails"})
    totals: dict[str, int] = {}
    for agency, emails in zip(counted["agency"].to_pylist(), counted["emails"].to_pylist(), strict=True):
        totals[agency] = totals.get(agency, 0) + emails
    shares = [
        emails / totals[agency]
        for agency, emails in zip(counted["agency"].to_pylist(), counted["emails"].to_pylist(), strict=True)
    ]
    return counted.append_column("share", pa.array(shares, pa.float64()))


def mark_copies(messages: pa.Table, found: Addressees) -> Marks:
    """Mark the messages that are copies of an earlier one.

    By Message-ID: two messages of an agency are the same if they have equal Message-IDs (ignoring surrounding
    blanks) and the same recipients. The first in order of source and node id is the original (a message
    before those attached to it), whichever mailboxes the others are in.

    By content: a message without a Message-ID is a copy if a message of its agency has the same content
    (``content_id``), a time of submission, and the same recipients. The original is the first of these that
    has a Message-ID, else the first. A message that has a Message-ID is thus a copy by content of none.

    Copies are marked but still counted, as in the published figures.

    Args:
        messages: In order of agency, source and node id, as :func:`tasks.alerts.messages.gather` gives them.
        found: Their recipients.
    """
    original = np.arange(messages.num_rows)
    ids, content = _ids(messages), _contents(messages)
    for group in _groups(messages, ids, found):
        original[group] = group[0]
    by_id = original != np.arange(messages.num_rows)
    for group in _groups(messages, content, found):
        named = group[ids[group] >= 0]
        first = original[named[0]] if len(named) else group[0]
        original[group[ids[group] < 0]] = first
    copies = np.flatnonzero(original != np.arange(messages.num_rows))
    marks: list[str | None] = [None] * messages.num_rows
    rules: list[str | None] = [None] * messages.num_rows
    names = messages.select(["source", "node_id", "path"]).take(pa.array(original[copies])).to_pylist()
    for row, name in zip(copies.tolist(), names, strict=True):
        marks[row] = f"{name['source']}:{name['path'] or name['node_id']}"
        rules[row] = BY_ID if by_id[row] else BY_CONTENT
    return Marks(pa.array(marks, pa.string()), pa.array(rules, pa.string()))


def _ids(messages: pa.Table) -> Codes:
    """The Message-IDs as numbers; -1 where one names nothing."""
    codes = _codes(pc.utf8_trim_whitespace(messages.column("message_id")))
    return np.where(np.asarray(messages.column("mih").is_valid()), codes, -1)


def _contents(messages: pa.Table) -> Codes:
    """The contents as numbers; -1 without a time of submission, because equal words may be sent twice."""
    codes = _codes(messages.column("content_id"))
    return np.where(np.asarray(messages.column("submitted_at").is_valid()), codes, -1)


def _codes(column: pa.ChunkedArray) -> Codes:
    """Equal values as equal numbers, missing ones as -1."""
    return np.asarray(pc.fill_null(column.combine_chunks().dictionary_encode().indices, -1), dtype=np.int64)


def _groups(messages: pa.Table, codes: Codes, found: Addressees) -> Iterator[Codes]:
    """The messages of one agency, one code and the same recipients, in order, where there are several."""
    known = np.flatnonzero(codes >= 0)
    several = np.bincount(codes[known], minlength=1) > 1
    rows = known[several[codes[known]]]
    starts = np.searchsorted(found.message, rows, side="left")
    ends = np.searchsorted(found.message, rows, side="right")
    agencies = messages.column("agency").take(pa.array(rows)).to_pylist()
    groups: dict[tuple[str, int, bytes], list[int]] = {}
    for row, start, end, agency in zip(rows.tolist(), starts.tolist(), ends.tolist(), agencies, strict=True):
        key = (agency, int(codes[row]), found.who[start:end].tobytes())
        groups.setdefault(key, []).append(row)
    return (np.array(group) for group in groups.values() if len(group) > 1)


def held_elsewhere(messages: pa.Table) -> pa.Array:
    """Find the messages that other agencies hold too.

    Two agencies hold the same message if Message-IDs are equal, or if the content is, with a time of
    submission, and one of the two has no Message-ID. Recipients do not matter: each agency's copy may name
    its own officers.

    Args:
        messages: As for :func:`mark_copies`.

    Returns:
        A list array: the other agencies of each message, sorted.
    """
    agencies = messages.column("agency").combine_chunks().dictionary_encode()
    also: list[list[str]] = [[]] * messages.num_rows
    if len(agencies.dictionary) < 2:
        return pa.array(also, pa.list_(pa.string()))
    of = agencies.to_pylist()
    ids, content = _ids(messages).tolist(), _contents(messages).tolist()
    with_id: defaultdict[int, set[str]] = defaultdict(set)
    with_content: defaultdict[int, set[str]] = defaultdict(set)
    nameless: defaultdict[int, set[str]] = defaultdict(set)
    for agency, own, same in zip(of, ids, content, strict=True):
        with_id[own].add(agency)
        with_content[same].add(agency)
        if own < 0:
            nameless[same].add(agency)
    for each in (with_id, with_content, nameless):
        each[-1] = set()  # a missing one equals nothing
    for row, (agency, own, same) in enumerate(zip(of, ids, content, strict=True)):
        others = (with_content[same] if own < 0 else with_id[own] | nameless[same]) - {agency}
        if others:
            also[row] = sorted(others)
    return pa.array(also, pa.list_(pa.string()))
