"""The door of the arrivals room: the task that the flow calls, and what a run asks before it reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.catalog import Investigation
from data.records import RecordFile
from tasks.arrivals.decide import Arrival, Decision, announced, decide
from tasks.arrivals.memory import recall, remember
from tasks.arrivals.reading import read_before
from tasks.arrivals.settled import Settled, settled

__all__ = ["Arrival", "Decision", "Settled", "look", "settled_files"]


@task(name="look at the records", cache_policy=NO_CACHE, persist_result=False)
def look(investigation: Investigation, settle: float, announce: Callable[[Arrival], None]) -> Decision:
    """Look at the records once, and announce what has arrived.

    Args:
        investigation: The investigation; its agencies need not have settings yet.
        settle: Seconds for which nothing of an agency may have changed.
        announce: Announces an agency; only when it returns is the agency marked, so that one whose
            announcement failed is announced again by the next look.

    Returns:
        What was announced, and what is waited for and why.

    Raises:
        InputError: The records cannot be listed.
    """
    work = investigation.work
    now = time.time()
    seen = investigation.place.look()
    decision = decide(
        seen,
        recall(work),
        now,
        settle,
        configured=investigation.config.agencies.keys(),
        read=read_before(seen, work, investigation.out),
    )
    memory = decision.memory
    remember(memory, work)
    for arrival in decision.arrived:
        announce(arrival)
        memory = announced(memory, arrival.agency)
        remember(memory, work)
    return decision


def settled_files(investigation: Investigation, files: Sequence[RecordFile]) -> Settled:
    """The mailboxes that may be read now; a run that an arrival starts asks before it reads.

    Args:
        investigation: The investigation, whose `arrivals.settle` holds.
        files: Mailboxes.

    Raises:
        InputError: A file cannot be asked for its size and times.
    """
    return settled(files, recall(investigation.work), time.time(), investigation.config.arrivals.settle)
