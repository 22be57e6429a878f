"""The door of the arrivals room: the task that the flow calls, and what a run asks before it reads."""

from __future__ import annotations

from collections.abc import Callable

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.catalog import Investigation
from tasks.arrivals.agency import Arrival
from tasks.arrivals.decide import Decision, Stuck
from tasks.arrivals.look import agencies_coming, already_read, look_at_records, settled_files
from tasks.arrivals.settled import Settled

__all__ = [
    "Arrival",
    "Decision",
    "Settled",
    "Stuck",
    "agencies_coming",
    "already_read",
    "look",
    "settled_files",
]


@task(name="look at the records", cache_policy=NO_CACHE, persist_result=False)
def look(
    investigation: Investigation,
    settle: float,
    announce: Callable[[Arrival], None],
    tell: Callable[[Stuck], None],
    busy: bool = False,
) -> Decision:
    """Look at the records once; see :func:`tasks.arrivals.look.look_at_records`."""
    return look_at_records(investigation, settle, announce, tell, busy)
