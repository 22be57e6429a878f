"""The records requests: whom we asked, and what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.schema import requests
from flows.run.inputs import Inputs
from flows.run.part import Found, Job, Listing, Part, Told, files_by_hash
from flows.run.step import step
from tasks.requests.ledger import LEDGER

if TYPE_CHECKING:
    import pyarrow as pa

    from tasks.requests.results import Requests


@dataclass(frozen=True)
class RequestsFound(Found):
    """What was found.

    Attributes:
        given: The requests as they were read.
    """

    given: Requests


def look(given: Inputs) -> Requests:
    """Read ``requests.csv``, and see what is in the folders that it names."""
    from tasks.requests.look import read_requests

    investigation = given.investigation
    return read_requests(
        investigation.requests_file(), investigation.place, investigation.agencies_with_records()
    )


def run(job: Job) -> RequestsFound:
    """Write what became of the records requests.

    Args:
        job: The job.

    Returns:
        What was found.

    Raises:
        InputError: ``requests.csv`` is wrong.
        LedgerError: A request has no status.
    """
    from tasks.requests import task as tasks

    given = job.given.once(look)
    step(tasks.write)(given.table, job.out)
    step(tasks.close)(given.table, given.rows, out=job.out)
    return RequestsFound(given, warnings=given.warnings)


def origin(found: RequestsFound) -> Mapping[str, Any]:
    """The file of the requests."""
    return {PART.name: files_by_hash(found.given.files)}


def tell(found: RequestsFound) -> Told:
    """One row per request."""
    return Told(listings=(listing(found.given.table),))


def listing(table: pa.Table) -> Listing:
    """Rows of public/requests, and the numbers that sum them up."""
    from tasks.requests.results import summary_of

    titles = ("agency", "sent", "status", "received", "records", "mailboxes", "bytes")
    rows = [tuple("" if row[name] is None else row[name] for name in titles) for row in table.to_pylist()]
    sums = summary_of(table)
    below = f"{sums.asked:,} asked, {sums.answered:,} answered, {sums.mailboxes:,} mailboxes came"
    return Listing(titles, rows, (below,))


PART = Part(
    name="requests",
    patterns=("requests.csv",),
    tables=requests.PUBLIC,
    shown={
        "public/requests": "Whom we asked, and what came",
    },
    ledger=LEDGER,
    look=look,
    run=run,
    origin=origin,
    tell=tell,
    recognised=lambda given: given.once(look).recognised,
    ledger_listing=(requests.PUBLIC[0], listing),
)
