"""The flow `arrivals`: sees that an agency's records have come, and tells the server, which starts a run.

A deployment runs it every minute. It only looks: sizes and times, no mailbox is opened.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.events import Event
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from data.catalog import Investigation
from flows.run.locks import at_work, only_one
from flows.run.step import step
from tasks.arrivals.look import Arrival, Decision, Stuck
from tasks.arrivals.task import look

EVENT: Final = "nwatch.records.arrived"
STUCK: Final = "nwatch.records.stuck"
LOOKS: Final = 2
"""Looks of one run at most: the second one when what the first found may have settled."""

WAIT: Final = 45.0
"""Seconds that a run waits at most between them; what takes longer is the next run's, a minute after this."""


@flow(name="arrivals", flow_run_name="arrivals {folder.name}")
def arrivals(folder: Path, settle: float | None = None) -> list[str]:
    """Announce the agencies whose records have arrived whole since they were last announced.

    An agency is announced by the event `nwatch.records.arrived` on the resource
    `nwatch.agency.<investigation>.<agency>`, where the investigation is the folder's name, with the payload
    `folder`, `agency`, `files` and `bytes`. It may come twice, as where this run is ended between the event
    and its note of it, or where no run came of it; the run that it starts reads nothing twice.

    Where something waits that only a person can mend, as settings that are missing, an event
    `nwatch.records.stuck` on the same resource says so once, with the payload `folder` and `agency`; why is
    in this run's log.

    Where something has come that may have settled in a moment, the run waits for it, three quarters of a
    minute at most, and looks once more: so records are announced soon after `settle` seconds have passed
    since their last change, and not up to two rounds of the schedule later. While one run looks, another one
    in the same folder ends at once.

    Args:
        folder: The investigation folder.
        settle: Seconds for which nothing of an agency may have changed; None for `arrivals.settle` of the
            configuration.

    Returns:
        The agencies that were announced.

    Raises:
        InputError: The configuration is wrong, nothing can be listed, or `work/` cannot be written.
    """
    investigation = Investigation.unchecked(folder)
    patience = investigation.config.arrivals.settle if settle is None else settle
    with only_one(investigation.work, "arrivals") as ours:
        if not ours:
            get_run_logger().info("another look is at work in this investigation")
            return []
        return [arrival.agency for found in _looks(investigation, patience) for arrival in found.arrived]


def _looks(investigation: Investigation, settle: float) -> Iterator[Decision]:
    """One look, and another if that may find more."""
    log, folder = get_run_logger(), investigation.folder

    def announce(arrival: Arrival) -> None:
        emit(arrival_event(folder, arrival))
        again = f"; announced again (time {arrival.times}): still not read" if arrival.times > 1 else ""
        log.info(
            "%s has arrived: %d mailboxes, %d bytes%s", arrival.agency, arrival.files, arrival.bytes, again
        )

    def tell(stuck: Stuck) -> None:
        emit(stuck_event(folder, stuck))

    for round_ in range(LOOKS):
        found = step(look)(investigation, settle, announce, tell, at_work(investigation.work))
        for line in found.waiting:
            log.info(line)
        for stuck in found.stuck:
            log.warning(stuck.line)
        yield found
        if found.again is None or found.again > WAIT or round_ == LOOKS - 1:
            return
        _wait(found.again)


def _wait(seconds: float) -> None:
    time.sleep(seconds)


def arrival_event(folder: Path, arrival: Arrival) -> Event:
    """The event of an arrival.

    Args:
        folder: The investigation folder, absolute.
        arrival: The agency that has come.
    """
    return _event(EVENT, folder, arrival.agency, files=arrival.files, bytes=arrival.bytes)


def stuck_event(folder: Path, stuck: Stuck) -> Event:
    """The event of an agency that waits for a person; why is no part of it, as that may name a mailbox.

    Args:
        folder: The investigation folder, absolute.
        stuck: The agency.
    """
    return _event(STUCK, folder, stuck.agency)


def _event(name: str, folder: Path, agency: str, **payload: int) -> Event:
    values: dict[str, Any] = {
        "event": name,
        "payload": {"folder": str(folder), "agency": agency, **payload},
        "resource": {
            "prefect.resource.id": f"nwatch.agency.{folder.name}.{agency}",
            "prefect.resource.name": agency,
        },
    }
    if flow_run.id:
        run = {"prefect.resource.id": f"prefect.flow-run.{flow_run.id}", "prefect.resource.role": "flow-run"}
        values["related"] = [run]
    return Event(**values)


def emit(event: Event) -> None:
    """Give an event to the server, and return when it has it.

    Prefect's own `emit_event` hands it to a thread and returns at once: an event that is lost on the way
    would be taken for announced.

    Raises:
        httpx.HTTPError: The server cannot be reached, or refuses.
    """
    with get_client(sync_client=True) as client:
        answer = client.request("POST", "/events", json=[event.model_dump(mode="json")])
        answer.raise_for_status()
