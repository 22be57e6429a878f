"""A piece of messages, dealt: what each bucket needs of it, and what can be counted in it alone.

What is dealt by which hash: unique alerts, and whom they reached, by their ``alert_id``; recipients,
spellings and subjects by their text; messages by what makes them copies (:mod:`tasks.alerts.copies`).
Each piece sums up first what it has of a key, so that no bucket grows with a key that is everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.crosswalk import UNCLASSIFIED
from data.schema.embedded import ATTACHED
from data.streamed import write_sorted
from tasks.alerts import counts
from tasks.alerts.copies import content_keys, id_keys, recipients_of
from tasks.alerts.dealt import deal
from tasks.alerts.elsewhere import write_held
from tasks.alerts.evidence import PEOPLE_KEY, counted, read_people
from tasks.alerts.folders import QUARANTINE, folder_counts, quarantine_rows
from tasks.alerts.hashed import Hashes, buckets_of, from_digests, hashes_of
from tasks.alerts.identity import IN_HEADER
from tasks.alerts.messages import gather
from tasks.alerts.pieces import Piece
from tasks.alerts.recipients import Addressees, addressees
from tasks.alerts.results import FolderCount
from tasks.alerts.unique import UniqueAlerts, unique_alerts

DEALT: Final = ("alerts", "reached", "received", "got", "people", "review", "ids", "contents")
"""What is dealt, each into a file of its own."""

_FEW: Final = 1_024
"""Rows of an agency's unparsed alerts that are held while those of a thousand others are, too."""


@dataclass(frozen=True)
class Part:
    """What is to be dealt.

    Attributes:
        piece: A piece of an agency's messages.
        buckets: Into how many buckets.
        folder: The agency's folder for what is dealt.
        kept: Its folder for what is kept.
        embedded: Whether attached messages count.
        people: The file that says whose the Exchange addresses are; None where nothing does.
    """

    piece: Piece
    buckets: int
    folder: Path
    kept: Path
    embedded: str
    people: Path | None


@dataclass(frozen=True)
class Dealt:
    """A piece that was dealt, and what was counted in it.

    Attributes:
        files: By the names of :data:`DEALT`.
        held: What other agencies are compared with, if anything.
        folders: Messages that count, by folder.
        attached: Attached messages, by folder.
        subjects: Messages by row of the crosswalk.
        unparsed: The file of the alerts that could not be parsed, if there are any.
        messages: Messages that count.
        apart: Attached messages that do not.
        unclassified: Messages that match no row of the crosswalk.
        from_header: Messages whose time of submission is that of their header Date.
        nameless: Messages without a Message-ID that may be copies by content.
    """

    files: Mapping[str, Path]
    held: tuple[Path, ...]
    folders: tuple[FolderCount, ...]
    attached: tuple[FolderCount, ...]
    subjects: pa.Table
    unparsed: tuple[Path, ...]
    messages: int
    apart: int
    unclassified: int
    from_header: int
    nameless: int


class _Shared(NamedTuple):
    """Rows to be dealt, and the hash by which they are."""

    rows: pa.Table
    by: Hashes


def deal_part(work: Part) -> Dealt:
    """Deal a piece; runs on a worker."""
    piece = work.piece
    every = gather(piece.sources)
    every = every.append_column("row", pa.array(np.arange(piece.first, piece.first + every.num_rows)))
    attached = pc.fill_null(pc.equal(every.column("embedded_as"), ATTACHED), False)
    counts_too = np.asarray(counted(every, work.embedded))
    messages = every.filter(pa.array(counts_too))
    found = addressees(messages, read_people(work.people, piece.agency))
    alerts = unique_alerts(every)
    own = alerts.of_message[~np.asarray(attached)]
    alerts_here = UniqueAlerts(alerts.of_message[counts_too], alerts.keys)
    people, ids = hashes_of(name.encode() for name in found.names.to_pylist()), _ids(alerts.keys)
    who = recipients_of(messages.num_rows, found, people)
    to_id, to_content = id_keys(messages, who), content_keys(messages, who)
    nameless = to_content.rows.num_rows - (pc.sum(to_content.rows.column("named")).as_py() or 0)
    shares = {
        "alerts": _Shared(_alerts(messages, alerts_here, own), ids),
        **_reached(messages, alerts_here, found, ids, people),
        "received": _received(messages, found, people),
        "people": _people(found),
        "review": _review(messages),
        "ids": _Shared(*to_id),
        "contents": _Shared(*to_content),
    }
    files = {
        name: deal(
            shared.rows,
            buckets_of(shared.by.high, work.buckets),
            work.buckets,
            work.folder / f"{name}-{piece.number:06}.arrow",
        )
        for name, shared in shares.items()
    }
    return Dealt(
        files=files,
        held=write_held(messages, work.kept / f"held-{piece.number:06}.arrow"),
        folders=folder_counts(messages),
        attached=folder_counts(every.filter(attached)),
        subjects=counts.subjects_table(messages),
        unparsed=_unparsed(work, every),
        messages=messages.num_rows,
        apart=every.num_rows - messages.num_rows,
        unclassified=_number(pc.equal(messages.column("kind"), UNCLASSIFIED)),
        from_header=_number(pc.equal(messages.column("submitted_from"), IN_HEADER)),
        nameless=nameless,
    )


def _unparsed(work: Part, every: pa.Table) -> tuple[Path, ...]:
    """Write the alerts that could not be parsed, in few rows at a time: all agencies are read together."""
    path = work.kept / f"unparsed-{work.piece.number:06}.arrow"
    return write_sorted(quarantine_rows(every), path, QUARANTINE.key, batch=_FEW)


def _number(of: pa.ChunkedArray) -> int:
    return pc.sum(of).as_py() or 0


def _ids(keys: pa.Table) -> Hashes:
    """The ids of alerts as hashes, which have the same order."""
    return from_digests(bytes.fromhex(each) for each in keys.column("alert_id").to_pylist())


def _alerts(messages: pa.Table, alerts: UniqueAlerts, own: npt.NDArray[np.int64]) -> pa.Table:
    """The alerts of the piece: by how many messages that count each is carried, and when.

    Attached messages that do not count are told apart by ``own``: whether a message of the mailbox has it.
    """
    size, carried = alerts.keys.num_rows, alerts.of_message >= 0
    sent = pa.table(
        {
            "alert": pa.array(alerts.of_message[carried]),
            "sent_at": messages.column("sent_at").filter(pa.array(carried)),
        }
    )
    spans = sent.group_by("alert").aggregate([("sent_at", "min"), ("sent_at", "max")])
    place = np.full(size, -1, dtype=np.int64)
    place[np.asarray(spans.column("alert"))] = np.arange(spans.num_rows)
    at = pa.array(place, mask=place < 0)
    return (
        alerts.keys.drop_columns(["agency"])
        .append_column("emails", pa.array(np.bincount(alerts.of_message[carried], minlength=size)))
        .append_column("own", pa.array(np.bincount(own[own >= 0], minlength=size)))
        .append_column("first_sent_at", spans.column("sent_at_min").take(at))
        .append_column("last_sent_at", spans.column("sent_at_max").take(at))
    )


def _reached(
    messages: pa.Table, alerts: UniqueAlerts, found: Addressees, ids: Hashes, people: Hashes
) -> dict[str, _Shared]:
    """Which alert reached whom, each pair once: for the alerts, and for the recipients."""
    reached = alerts.of_message[found.message]
    pairs = np.unique(np.stack([reached, found.who])[:, reached >= 0], axis=1)
    alert, who = ids.take(pairs[0]), people.take(pairs[1])
    rows = pa.table({**alert.columns("alert_"), **who.columns("person_")})
    kinds = alerts.keys.column("kind").take(pa.array(pairs[0]))
    return {"reached": _Shared(rows, alert), "got": _Shared(rows.append_column("kind", kinds), who)}


def _received(messages: pa.Table, found: Addressees, people: Hashes) -> _Shared:
    """What each recipient got, by kind."""
    rows = pa.array(found.message)
    received = pa.table(
        {
            "who": pa.array(found.who),
            "kind": messages.column("kind").take(rows),
            "sent_at": messages.column("sent_at").take(rows),
        }
    )
    grouped = received.group_by(["who", "kind"]).aggregate(
        [([], "count_all"), ("sent_at", "min"), ("sent_at", "max")]
    )
    who = grouped.column("who").combine_chunks()
    by = people.take(np.asarray(who, dtype=np.int64))
    table = pa.table(
        {
            "recipient": found.names.take(who),
            **by.columns("person_"),
            "kind": grouped.column("kind"),
            "emails": grouped.column("count_all"),
            "first_sent_at": grouped.column("sent_at_min"),
            "last_sent_at": grouped.column("sent_at_max"),
        }
    )
    return _Shared(table, by)


def _people(found: Addressees) -> _Shared:
    rows = found.merges.select([*PEOPLE_KEY, "emails"])
    return _Shared(rows, hashes_of(each.encode() for each in rows.column("person").to_pylist()))


def _review(messages: pa.Table) -> _Shared:
    rows = counts.subjects_to_review_table(messages).drop_columns(["agency"])
    return _Shared(rows, hashes_of(each.encode() for each in rows.column("subject").to_pylist()))
