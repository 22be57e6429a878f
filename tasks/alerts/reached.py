"""Who got which alert, and when: the tables of the alerts and of their recipients."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.alerts.recipients import Addressees
from tasks.alerts.unique import UniqueAlerts


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
