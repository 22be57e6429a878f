"""Unique alerts that are made up, as rows of private/alerts."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import pyarrow as pa

from data.schema import TABLES

SPEC = TABLES["private/alerts"]
MOMENT = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)


def alerts(number: int, agency: str = "a-pd", months: Sequence[int] = (1, 2, 3), start: int = 0) -> pa.Table:
    """So many alerts of an agency: two of three are crime alerts; each has another text."""
    rows = []
    for at in range(start, start + number):
        title = f"Alert {at} of {agency}"
        rows.append({
            "agency": agency,
            "alert_id": hashlib.sha256(title.encode()).hexdigest()[:32],
            "kind": "crime alert" if at % 3 else "safety alert",
            "alert_date": dt.date(2021, months[at % len(months)], 1 + at % 28),
            "title": title,
            "description": f"Text {at}",
            "emails": 1 + at % 4,
            "recipients": 1 + at % 9,
            "first_sent": MOMENT,
            "last_sent": MOMENT,
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SPEC.arrow)


def together(*tables: pa.Table) -> pa.Table:
    return pa.concat_tables(tables).combine_chunks()
