"""The subflow `requests`: whom we asked for records, and what came."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows.run.preflight import inputs
from flows.run.progress import reporter
from flows.service.artifacts import show_table
from tasks.ledger.task import close_of_requests
from tasks.requests.task import Requests, write_requests


@flow(name="requests", flow_run_name="requests {folder.name}")
def requests(folder: Path, out: Path) -> Requests:
    """Write what became of the records requests.

    Args:
        folder: The investigation folder.
        out: Where the tables go; the caller publishes them.

    Returns:
        The requests, as they were read.

    Raises:
        InputError: ``requests.csv`` is wrong.
        LedgerError: A request has no status.
    """
    with reporter().stage("list the requests"):
        given = inputs(folder).requests
        write_requests(given.table, out)
        close_of_requests(given.table, given.rows, out=out)
    show_table("requests", given.table, "Whom we asked, and what came")
    return given
