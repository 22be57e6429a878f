"""Close the requests' part of the ledger: every row of ``requests.csv`` has a status."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tasks.ledger.ledger import REQUESTS, STATUSES, Account, check, ledger_rows
from tasks.ledger.table import Row, write_ledger


@dataclass(frozen=True)
class RequestsClosed:
    """The requests' part of the ledger, closed.

    Attributes:
        rows: Its rows, as in the file.
        requests: Requests in the file.
    """

    rows: tuple[Row, ...]
    requests: int


def close_requests(table: pa.Table, rows_in_file: int, *, out: Path) -> RequestsClosed:
    """Check that every request of the file is in the table with one status, and enter them into the ledger.

    Args:
        table: Rows of ``public/requests``.
        rows_in_file: Requests in the file, counted apart from the reading of it
            (:func:`tasks.requests.read.count_rows`).
        out: The folder of the tables.

    Returns:
        The rows.

    Raises:
        LedgerError: They do not add up; nothing is written then.
    """
    found = Counter(table.column("status").to_pylist())
    statuses = {status: found[status] for status in STATUSES}
    account = Account("requests", "", "requests.csv", {REQUESTS: rows_in_file, **statuses}, {})
    check([account])
    rows = ledger_rows([account])
    write_ledger(rows, out)
    return RequestsClosed(tuple(sorted(rows, key=lambda row: row[:3])), rows_in_file)
