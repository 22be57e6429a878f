"""The door of the alerts room: the Prefect tasks that a flow calls.

They take and return paths and small counts; the work is in the plain functions behind, which need neither
Prefect nor a cluster (:func:`tasks.alerts.batches.parse_sources`,
:func:`tasks.alerts.tabulate.tabulate_parsed`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.crosswalk import Crosswalk
from tasks.alerts.batches import Parsed, parse_sources
from tasks.alerts.results import AlertTables
from tasks.alerts.tabulate import tabulate_parsed
from tasks.mail.results import MailSource

__all__ = ["AlertTables", "Parsed", "parse", "tabulate"]


@task(name="parse alerts", cache_policy=NO_CACHE, persist_result=False)
def parse(
    sources: Sequence[MailSource],
    timezones: Mapping[str, str],
    crosswalk: Crosswalk,
    work: Path,
    client: Any,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Parsed:
    """Classify the messages and scrape the alerts; see :func:`tasks.alerts.batches.parse_sources`."""
    return parse_sources(sources, timezones, crosswalk, work, client=client, progress=progress)


@task(name="tabulate alerts", cache_policy=NO_CACHE, persist_result=False)
def tabulate(parsed: Parsed, sources: Sequence[MailSource], out: Path) -> AlertTables:
    """Write the tables; see :func:`tasks.alerts.tabulate.tabulate_parsed`."""
    return tabulate_parsed(parsed, sources, out)
