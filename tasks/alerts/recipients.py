"""Who received what: distinct addresses in To and Cc, lower-cased."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from tasks.alerts.unique import UniqueAlerts


class Addressees(NamedTuple):
    """The recipients of each message, each once a message.

    Attributes:
        message: int64 array: row numbers of the messages, ascending.
        who: int64 array of the same length: the recipient's place in ``names``, ascending within a message.
        names: The distinct recipients (text array), sorted.
    """

    message: npt.NDArray[np.int64]
    who: npt.NDArray[np.int64]
    names: pa.Array


def addressees(messages: pa.Table) -> Addressees:
    """Find the distinct recipients of each message.

    Args:
        messages: A table with the list columns ``to`` and ``cc``; their entries are lower-cased and blanks
            around them dropped, and an entry that is nothing but blanks is no recipient.

    Returns:
        The pairs of message and recipient.

    Example:
        >>> table = pa.table({"to": [["A@x.org", "b@x.org"]], "cc": [["a@X.org "]]})
        >>> found = addressees(table)
        >>> found.names.to_pylist(), found.who.tolist()
        (['a@x.org', 'b@x.org'], [0, 1])
    """
    lists = [messages.column(name).combine_chunks() for name in ("to", "cc")]
    message = np.concatenate([np.asarray(pc.list_parent_indices(array), dtype=np.int64) for array in lists])
    entries = pa.concat_arrays(
        [pc.list_flatten(array).cast(pa.string()) for array in lists]
    ).dictionary_encode()
    lowered = [entry.strip().lower() for entry in entries.dictionary.to_pylist()]
    names = sorted({name for name in lowered if name})
    place = {name: n for n, name in enumerate(names)}
    codes = np.array([place.get(name, -1) for name in lowered], dtype=np.int64)
    who = codes[np.asarray(entries.indices, dtype=np.int64)]
    named = who >= 0
    pairs = np.unique(message[named] * max(len(names), 1) + who[named])
    return Addressees(pairs // max(len(names), 1), pairs % max(len(names), 1), pa.array(names, pa.string()))


def recipients_table(messages: pa.Table, alerts: UniqueAlerts, found: Addressees) -> pa.Table:
    """Make ``private/recipients``: what each recipient of an agency got, by kind.

    Args:
        messages: The messages.
        alerts: Their unique alerts.
        found: Their recipients.

    Returns:
        One row an agency, recipient and kind, in no particular order.
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
