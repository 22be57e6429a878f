"""Closing the requests' part of the ledger."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from data.errors import LedgerError
from data.schema import TABLES
from data.tables import read_table
from tasks.ledger.table import write_ledger
from tasks.requests.ledger import close_requests

SPEC = TABLES["public/requests"]


def table(*statuses: str) -> pa.Table:
    rows = [
        {"agency": f"{at}", "sent": dt.date(2021, 3, 1), "status": status, "mailboxes": 0, "bytes": 0}
        for at, status in enumerate(statuses)
    ]
    return pa.Table.from_pylist(rows, schema=SPEC.arrow)


def test_every_status_has_its_line_zeros_included(tmp_path: Path):
    write_ledger([("mail", "0123456789ab", "messages read", 3)], tmp_path)
    closed = close_requests(table("pending", "fulfilled", "pending"), 3, out=tmp_path)
    rows = [tuple(row.values()) for row in read_table(TABLES["public/ledger"], tmp_path).to_pylist()]
    assert rows[0] == ("mail", "0123456789ab", "messages read", 3)
    assert rows[1:] == list(closed.rows)
    assert {line: count for _, _, line, count in closed.rows} == {
        "requests": 3,
        "fulfilled": 1,
        "partly fulfilled": 0,
        "no records": 0,
        "denied": 0,
        "withdrawn": 0,
        "pending": 2,
    }
    assert {row[:2] for row in closed.rows} == {("requests", "")}
    assert closed.warnings == ()


@pytest.mark.parametrize(("statuses", "rows"), [(["pending"], 2), (["pending", "lost"], 2), (["denied"], 0)])
def test_a_request_that_is_not_accounted_for_ends_the_run_and_writes_no_ledger(
    tmp_path: Path, statuses: list[str], rows: int
):
    with pytest.raises(LedgerError, match=r"requests.csv: requests = fulfilled .* does not hold"):
        close_requests(table(*statuses), rows, out=tmp_path)
    assert not (tmp_path / "public").exists()
