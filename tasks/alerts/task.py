"""The door of the alerts room: the Prefect tasks that a flow calls.

They take and return paths and small counts; the work is in the plain functions behind, which need neither
Prefect nor a cluster (:func:`tasks.alerts.parts.parse_sources`,
:func:`tasks.alerts.tabulate.tabulate_sources`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.crosswalk import Crosswalk
from tasks.alerts.parts import Parsed, parse_sources
from tasks.alerts.results import AlertTables
from tasks.alerts.tabulate import tabulate_sources
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
    """Classify all messages and scrape the alerts, on the client's workers, where not done before.

    Args:
        sources: The mailboxes of the mail room.
        timezones: IANA time zone by agency.
        crosswalk: Decides kinds and templates by the subject.
        work: The investigation's ``work/`` folder.
        client: A ``distributed.Client``; None parses in this process.
        progress: Called with (parts done, parts in all).

    Returns:
        Where the parsed rows lie, and how many parts were new.

    Raises:
        InputError: An agency's time zone or a crosswalk's template is wrong.
    """
    return parse_sources(sources, timezones, crosswalk, work, client=client, progress=progress)


@task(name="tabulate alerts", cache_policy=NO_CACHE, persist_result=False)
def tabulate(parsed: Parsed, sources: Sequence[MailSource], out: Path) -> AlertTables:
    """Write the tables of messages, alerts, recipients and counts.

    Args:
        parsed: The outcome of :func:`parse`.
        sources: The mailboxes it was made from; one that was left out would vanish from every table.
        out: The investigation's ``out/`` folder.

    Returns:
        The places of the tables, the quarantine rows of stage ``parsing`` and the counts for the ledger.

    Raises:
        ValueError: ``parsed`` was made from other mailboxes.
    """
    if {(s.agency, s.source) for s in parsed.sources} != {(s.agency, s.source) for s in sources}:
        raise ValueError("the parsed mailboxes are not those of this run")
    return tabulate_sources(parsed.sources, out)
