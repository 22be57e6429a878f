"""The door of the ledger room: the Prefect tasks that close the parts of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.alerts.results import AlertTables
from tasks.income.results import Findings
from tasks.ledger.close import Closed, close_ledger
from tasks.ledger.posts import PostsClosed, close_posts
from tasks.mail.results import MailSource
from tasks.places.results import Census, Layer
from tasks.posts.results import Gathered, PostsTables

__all__ = ["Closed", "PostsClosed", "close", "close_of_posts"]


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
