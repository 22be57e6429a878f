"""The table of the records requests: which agencies were asked, and what they sent."""

from __future__ import annotations

from typing import Final

from data.schema.model import COUNT, DAY, TEXT, Column, Table, optional

PUBLIC: Final = (
    Table(
        "public/requests",
        ("agency", "sent"),
        "One row per records request.",
        (
            Column("agency", TEXT, "The agency asked, as requests.csv names it."),
            Column("sent", DAY, "The day on which it was asked."),
            Column(
                "status",
                TEXT,
                "'fulfilled', 'partly fulfilled', 'no records', 'denied', 'withdrawn' or 'pending'.",
            ),
            optional("received", DAY, "The day on which it answered; missing where it has not."),
            optional(
                "records", TEXT, "The folder of records/ that holds what came; missing where nothing did."
            ),
            Column("mailboxes", COUNT, "Mailboxes in that folder."),
            Column("bytes", COUNT, "Their size together, in bytes."),
        ),
    ),
)
