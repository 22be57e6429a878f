"""The door of the ledger room: the Prefect task that closes a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.alerts.results import AlertTables
from tasks.ledger.close import Closed, close_ledger
from tasks.mail.results import MailSource

__all__ = ["Closed", "close"]


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
