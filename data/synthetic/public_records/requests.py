"""The records requests: the two agencies of the mail, each asked twice, and others that sent nothing.

Agencies and days are made up; all days are after the last e-mail.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from data.synthetic.country.truth import Line, write_rows
from data.synthetic.mail.write import Written
from data.tables import replacing

_STATUSES: Final = ("fulfilled", "partly fulfilled", "no records", "denied", "withdrawn", "pending")


@dataclass(frozen=True)
class Request:
    """One records request.

    Attributes:
        agency: The agency asked.
        sent: The day on which it was asked.
        status: The request's status.
        received: The day of the answer; None if there was none.
        records: The folder of ``records/`` that holds what came; empty if nothing came.
    """

    agency: str
    sent: date
    status: str
    received: date | None = None
    records: str = ""


REQUESTS: Final = (
    Request(
        "Alderfall Police Department",
        date(2022, 10, 3),
        "partly fulfilled",
        date(2022, 11, 14),
        "alderfall-pd/Production 1",
    ),
    Request("Alderfall Police Department", date(2022, 11, 21), "fulfilled", date(2023, 2, 6), "alderfall-pd"),
    Request("Briar Harbor Police Department", date(2022, 10, 3), "denied", date(2022, 10, 19)),
    Request(
        "Briar Harbor Police Department",
        date(2022, 10, 31),
        "partly fulfilled",
        date(2023, 3, 1),
        "briar-harbor-pd",
    ),
    Request("Mesquite Crossing Police Department", date(2022, 10, 3), "no records", date(2022, 10, 28)),
    Request("Bluebonnet Ridge Police Department", date(2022, 10, 3), "denied", date(2023, 1, 9)),
    Request("Peachmere Police Department", date(2022, 10, 4), "withdrawn"),
    Request("Thornquill Police Department, Records Division", date(2022, 10, 4), "pending"),
    Request("Kingsorrel Police Department", date(2022, 10, 4), "pending"),
)


def write_requests(folder: Path, written: Sequence[Written]) -> tuple[Line, ...]:
    """Write ``requests.csv`` and the truth about it.

    Args:
        folder: The investigation folder.
        written: The mailboxes.

    Returns:
        The ledger's lines about requests.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("agency", "sent", "status", "received", "records"))
    writer.writerows((each.agency, each.sent, each.status, each.received, each.records) for each in REQUESTS)
    with replacing(folder / "requests.csv") as beside:
        beside.write_bytes(text.getvalue().encode("utf-8"))
    write_rows(folder / "truth", "public/requests", [_row(each, written) for each in REQUESTS])
    counts = Counter(each.status for each in REQUESTS)
    lines = {"requests": len(REQUESTS)} | {status: counts[status] for status in _STATUSES}
    return tuple(("requests", "", line, count) for line, count in lines.items())


def _row(request: Request, written: Sequence[Written]) -> tuple[object, ...]:
    """A row of the table; a mailbox with two names counts twice, and so do its bytes."""
    below = f"records/{request.records}/"
    sizes = [
        each.bytes
        for each in written
        for name in (each.plan.file, each.plan.also)
        if request.records and name and name.startswith(below)
    ]
    return (
        request.agency,
        request.sent,
        request.status,
        request.received,
        request.records or None,
        len(sizes),
        sum(sizes),
    )
