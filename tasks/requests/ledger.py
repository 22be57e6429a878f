"""Close the requests' part of the ledger: every row of ``requests.csv`` has a status."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import pyarrow as pa

from tasks.ledger.accounts import Account, close_part
from tasks.ledger.identities import Identity, Ledger
from tasks.ledger.results import PartClosed

REQUESTS: Final = "requests"
STATUSES: Final = ("fulfilled", "partly fulfilled", "no records", "denied", "withdrawn", "pending")
LEDGER: Final = Ledger(identities=(Identity("requests", REQUESTS, STATUSES),))


def close_requests(table: pa.Table, rows_in_file: int, *, out: Path) -> PartClosed:
    """Check that every request of the file is in the table with one status, and enter them into the ledger.

    Args:
        table: Rows of ``public/requests``.
        rows_in_file: Requests in the file, counted independently of reading it
            (:func:`tasks.requests.read.count_rows`).
        out: The folder of the tables.

    Returns:
        The rows.

    Raises:
        LedgerError: They do not add up; nothing is written then.
    """
    found = Counter(table.column("status").to_pylist())
    counts = {REQUESTS: rows_in_file, **{status: found[status] for status in STATUSES}}
    return close_part([Account("requests", "", "requests.csv", counts)], LEDGER, (), out)
