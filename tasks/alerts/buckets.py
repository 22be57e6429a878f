"""A bucket of an agency: rows of its tables, from what all pieces have dealt into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.streamed import write_sorted
from tasks.alerts import counts
from tasks.alerts.copies import mark_by_content, mark_by_id
from tasks.alerts.dealt import collect
from tasks.alerts.evidence import PEOPLE_KEY
from tasks.alerts.hashed import from_digests

RECIPIENTS_KEY: Final = ("recipient", "kind")
_ALERT: Final = ["alert_high", "alert_low"]
_PERSON: Final = ["person_high", "person_low"]


@dataclass(frozen=True)
class Bucket:
    """What is to be summed up.

    Attributes:
        agency: The agency.
        number: Which of its buckets.
        files: What its pieces dealt, by the names of ``tasks.alerts.parts.DEALT``; each in order of piece.
        kept: The agency's folder for what is kept.
    """

    agency: str
    number: int
    files: Mapping[str, tuple[Path, ...]]
    kept: Path

    def rows(self, name: str) -> pa.Table:
        """What the pieces dealt into this bucket."""
        return collect(self.files[name], self.number)

    def write(self, table: pa.Table, name: str, key: tuple[str, ...]) -> tuple[Path, ...]:
        """Write rows of a table, in order of a key."""
        return write_sorted(table, self.kept / f"{name}-{self.number:06}.arrow", key)


@dataclass(frozen=True)
class Summed:
    """The rows of a bucket, and what was counted in them.

    Attributes:
        alerts: Rows of ``private/alerts``, in order of ``alert_id``.
        recipients: Rows of ``private/recipients``.
        people: Rows of ``private/people`` but those of pairings.
        review: Rows of ``private/subjects_to_review``.
        by_id: Copies by Message-ID.
        months: Rows of ``public/alerts_by_month``.
        reached: Rows of ``public/recipients_per_alert``.
        unique: Unique alerts.
        of_all: Unique alerts if attached messages counted.
        of_own: Unique alerts if they did not.
        emails: The sum of ``emails`` over the unique alerts.
        undated: Those without a date.
        implausible: Those with a date that no alert can have.
    """

    alerts: tuple[Path, ...]
    recipients: tuple[Path, ...]
    people: tuple[Path, ...]
    review: tuple[Path, ...]
    by_id: tuple[Path, ...]
    months: pa.Table
    reached: pa.Table
    unique: int
    of_all: int
    of_own: int
    emails: int
    undated: int
    implausible: int


def sum_up(work: Bucket) -> Summed:
    """Sum up a bucket; runs on a worker."""
    every = _alerts(work.rows("alerts"))
    listed = _listed(work, every)
    return Summed(
        alerts=work.write(listed, "alerts", ("alert_id",)),
        recipients=work.write(_recipients(work), "recipients", RECIPIENTS_KEY),
        people=work.write(_total(work.rows("people"), *PEOPLE_KEY), "people", PEOPLE_KEY),
        review=work.write(_total(work.rows("review"), "subject"), "review", ("subject",)),
        by_id=work.write(mark_by_id(work.rows("ids")), "by-id", ("row",)),
        months=counts.alerts_by_month_table(listed),
        reached=counts.recipients_per_alert_table(listed),
        unique=listed.num_rows,
        of_all=every.num_rows,
        of_own=pc.sum(pc.greater(every.column("own"), 0)).as_py() or 0,
        emails=pc.sum(listed.column("emails")).as_py() or 0,
        undated=listed.column("alert_date").null_count,
        implausible=counts.implausible(listed),
    )


@dataclass(frozen=True)
class Contents:
    """A bucket in which copies by content are to be found.

    Attributes:
        bucket: The bucket.
        by_id: The files of all copies by Message-ID of the agency.
    """

    bucket: Bucket
    by_id: tuple[Path, ...]


def mark_contents(work: Contents) -> tuple[Path, ...]:
    """Find the copies by content of a bucket; runs on a worker."""
    marks = mark_by_content(work.bucket.rows("contents"), work.by_id)
    return work.bucket.write(marks, "by-content", ("row",))


def _alerts(rows: pa.Table) -> pa.Table:
    """The alerts of all pieces, each once; among them those of messages that do not count."""
    firsts = ("kind", "alert_date", "title", "description")
    grouped = rows.group_by("alert_id", use_threads=False).aggregate(
        [
            *((name, "first", pc.ScalarAggregateOptions(skip_nulls=False)) for name in firsts),
            ("emails", "sum"),
            ("own", "sum"),
            ("first_sent_at", "min"),
            ("last_sent_at", "max"),
        ]
    )
    return grouped.rename_columns(
        [name if name == "alert_id" else name.rpartition("_")[0] for name in grouped.column_names]
    )


def _listed(work: Bucket, every: pa.Table) -> pa.Table:
    """Rows of ``private/alerts``."""
    listed = every.filter(pc.greater(every.column("emails"), 0)).drop_columns(["own"])
    pairs = work.rows("reached").group_by([*_ALERT, *_PERSON]).aggregate([])
    reached = _counted(pairs, _ALERT)
    ids = from_digests(bytes.fromhex(each) for each in listed.column("alert_id").to_pylist())
    numbers = [reached.get(key, 0) for key in zip(ids.high.tolist(), ids.low.tolist(), strict=True)]
    return listed.append_column("recipients", pa.array(numbers, pa.int64())).append_column(
        "agency", _agency(work, listed.num_rows)
    )


def _recipients(work: Bucket) -> pa.Table:
    """Rows of ``private/recipients``."""
    grouped = (
        work.rows("received")
        .group_by([*_PERSON, "kind"], use_threads=False)
        .aggregate(
            [
                ("recipient", "first"),
                ("emails", "sum"),
                ("first_sent_at", "min"),
                ("last_sent_at", "max"),
            ]
        )
    )
    pairs = work.rows("got").group_by([*_PERSON, "kind", *_ALERT]).aggregate([])
    alerts = _counted(pairs, [*_PERSON, "kind"])
    keys = zip(*(grouped.column(name).to_pylist() for name in (*_PERSON, "kind")), strict=True)
    return pa.table(
        {
            "agency": _agency(work, grouped.num_rows),
            "recipient": grouped.column("recipient_first"),
            "kind": grouped.column("kind"),
            "emails": grouped.column("emails_sum"),
            "alerts": pa.array([alerts.get(key, 0) for key in keys], pa.int64()),
            "first_sent_at": grouped.column("first_sent_at_min"),
            "last_sent_at": grouped.column("last_sent_at_max"),
        }
    )


def _counted(pairs: pa.Table, by: list[str]) -> dict[tuple[object, ...], int]:
    """How many pairs there are of each key."""
    grouped = pairs.group_by(by).aggregate([([], "count_all")])
    columns = [grouped.column(name).to_pylist() for name in (*by, "count_all")]
    return {key: number for *values, number in zip(*columns, strict=True) if (key := tuple(values))}


def _total(rows: pa.Table, *by: str) -> pa.Table:
    """Messages by some columns, over all pieces."""
    grouped = rows.group_by(list(by)).aggregate([("emails", "sum")])
    return grouped.rename_columns([*by, "emails"])


def _agency(work: Bucket, rows: int) -> pa.Array:
    return pa.array(np.full(rows, work.agency, dtype=object), pa.string())
