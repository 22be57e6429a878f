"""The flow `arrivals`: sees that an agency's records have come, and tells the server, which starts a run.

A deployment runs it every minute. It only looks: sizes and times, no mailbox is opened.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.events import Event
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from data.catalog import Investigation
from tasks.arrivals.task import Arrival, Decision, look

EVENT: Final = "nwatch.records.arrived"
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
    and its note of it; the run that it starts reads nothing twice.

    Where something has come that may have settled in a moment, the run waits for it, three quarters of a
    minute at most, and looks once more: so records are announced soon after `settle` seconds have passed
    since their last change, and not up to two rounds of the schedule later.

    Args:
        folder: The investigation folder.
        settle: Seconds for which nothing of an agency may have changed; None for `arrivals.settle` of the
            configuration.

    Returns:
        The agencies that were announced.

    Raises:
        InputError: The configuration is wrong, or the records cannot be listed.
    """
    log = get_run_logger()
    investigation = Investigation.unchecked(folder)
    patience = investigation.config.arrivals.settle if settle is None else settle

    def announce(arrival: Arrival) -> None:
        emit(arrival_event(investigation.folder, arrival))
        log.info("%s has arrived: %d mailboxes, %d bytes", arrival.agency, arrival.files, arrival.bytes)

    told: list[str] = []
    for round_ in range(LOOKS):
        decision: Decision = look(investigation, patience, announce)
        told += [arrival.agency for arrival in decision.arrived]
        for line in decision.waiting:
            log.info(line)
        if decision.again is None or decision.again > WAIT or round_ == LOOKS - 1:
            break
        _wait(decision.again)
    return told


def _wait(seconds: float) -> None:
    time.sleep(seconds)


def arrival_event(folder: Path, arrival: Arrival) -> Event:
    """The event of an arrival.

    Args:
        folder: The investigation folder, absolute.
        arrival: The agency that has come.
    """
    values: dict[str, Any] = {"event": EVENT, "payload": {"folder": str(folder), "agency": arrival.agency}}
    values["payload"] |= {"files": arrival.files, "bytes": arrival.bytes}
    values["resource"] = {
        "prefect.resource.id": f"nwatch.agency.{folder.name}.{arrival.agency}",
        "prefect.resource.name": arrival.agency,
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
