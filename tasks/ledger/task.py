"""The door of the ledger room: the Prefect tasks that close the parts of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.alerts.results import AlertTables
from tasks.crime.results import CrimeCounts, GatheredCrimes
from tasks.income.results import Findings
from tasks.ledger.close import Closed, close_ledger
from tasks.ledger.crime import CrimeClosed, close_crimes
from tasks.ledger.posts import PostsClosed, close_posts
from tasks.ledger.requests import RequestsClosed, close_requests
from tasks.ledger.selection import PartClosed, close_gentrification, close_selection
from tasks.mail.results import MailSource
from tasks.places.results import Census, Layer
from tasks.posts.results import Gathered, PostsTables
from tasks.selection.results import AtlasInput, GentrificationInput, Judged, Partnerships

__all__ = [
    "Closed",
    "CrimeClosed",
    "PartClosed",
    "PostsClosed",
    "RequestsClosed",
    "close",
    "close_of_crimes",
    "close_of_gentrification",
    "close_of_posts",
    "close_of_requests",
    "close_of_selection",
]


@task(name="close the ledger", cache_policy=NO_CACHE, persist_result=False)
def close(sources: Sequence[MailSource], alerts: AlertTables, quarantine: pa.Table, out: Path) -> Closed:
    """Check that everything adds up, and write ledger, sources and quarantine.

    Args:
        sources: The mailboxes of the mail room.
        alerts: The outcome of the alerts room.
        quarantine: The quarantine rows of the mail room.
        out: The investigation's ``out/`` folder.

    Returns:
        Where the tables lie, the ledger's rows, and the warnings for the run's last lines.

    Raises:
        LedgerError: Something does not add up; the message names the file and folder.
    """
    return close_ledger(sources, alerts, quarantine, out)


@task(name="close the ledger of the posts", cache_policy=NO_CACHE, persist_result=False)
def close_of_posts(
    gathered: Gathered, tables: PostsTables, layer: Layer, census: Census, findings: Findings, *, out: Path
) -> PostsClosed:
    """Check that the posts add up, and enter them into the ledger.

    Args:
        gathered: The files of posts, and what was left out.
        tables: What became of the posts with a location.
        layer: The tracts.
        census: The Census and the cities.
        findings: The verdicts of the cities.
        out: The folder of the tables.

    Returns:
        The ledger's rows of the posts, and the warnings for the run's last lines.

    Raises:
        LedgerError: Something does not add up.
    """
    return close_posts(gathered, tables, layer, census, findings, out=out)


@task(name="close the ledger of the crimes", cache_policy=NO_CACHE, persist_result=False)
def close_of_crimes(
    gathered: Sequence[GatheredCrimes], counts: Sequence[CrimeCounts], *, out: Path
) -> CrimeClosed:
    """Check that the crimes of every folder add up, and enter them into the ledger.

    Args:
        gathered: The files of each folder, and what was left out.
        counts: What became of the others, in the same order.
        out: The folder of the tables.

    Returns:
        The ledger's rows of the crimes, and the warnings for the run's last lines.

    Raises:
        LedgerError: Something does not add up.
    """
    return close_crimes(gathered, counts, out=out)


@task(name="close the ledger of gentrification", cache_policy=NO_CACHE, persist_result=False)
def close_of_gentrification(given: GentrificationInput, judged: Judged, *, out: Path) -> PartClosed:
    """Check that the tracts add up, and enter them into the ledger.

    Args:
        given: The tracts as they were read.
        judged: What was found of them.
        out: The folder of the tables.

    Returns:
        The ledger's rows, and the warnings for the run's last lines.

    Raises:
        LedgerError: Something does not add up.
    """
    return close_gentrification(given, judged, out=out)


@task(name="close the ledger of the selection", cache_policy=NO_CACHE, persist_result=False)
def close_of_selection(
    atlas: AtlasInput, partnerships: Partnerships, chosen: pa.Table, *, out: Path
) -> PartClosed:
    """Check that the Atlas and the cities add up, and enter them into the ledger.

    Args:
        atlas: The Atlas as it was read.
        partnerships: Whose each partnership is.
        chosen: The cities, and whether they were chosen.
        out: The folder of the tables.

    Returns:
        The ledger's rows, and the warnings for the run's last lines.

    Raises:
        LedgerError: Something does not add up.
    """
    return close_selection(atlas, partnerships, chosen, out=out)


@task(name="close the ledger of the requests", cache_policy=NO_CACHE, persist_result=False)
def close_of_requests(table: pa.Table, rows_in_file: int, *, out: Path) -> RequestsClosed:
    """Check that every request has one status, and enter them into the ledger.

    Args:
        table: Rows of ``public/requests``.
        rows_in_file: Requests in the file, counted apart.
        out: The folder of the tables.

    Returns:
        The ledger's rows.

    Raises:
        LedgerError: Something does not add up.
    """
    return close_requests(table, rows_in_file, out=out)
