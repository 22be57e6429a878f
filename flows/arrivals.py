"""The flow `arrivals`: notices that an agency's records have come, and tells the server, which starts a run.

A deployment runs it every minute. It looks at sizes and times only, and opens no mailbox.
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
from data.private import kept_private
from data.text import ordinal
from flows.run.locks import at_work, only_one
from flows.run.public_names import reason_in_public
from flows.run.step import step
from flows.run.watched import ended
from tasks.arrivals.look import Arrival, Decision, Stuck, faults
from tasks.arrivals.task import look
from tasks.report.look import in_public

EVENT: Final = "nwatch.records.arrived"
STUCK: Final = "nwatch.records.stuck"
LOOKS: Final = 2
"""How often one run looks at most: the second time when what the first found may have settled."""

WAIT: Final = 45.0
"""Seconds that a run waits at most in between; what takes longer is left to the next run, a minute later."""


@flow(
    name="arrivals",
    flow_run_name="arrivals {folder.name}",
    description="Announces the agencies whose records have arrived whole; a run of `one-agency` reads them.",
)
def arrivals(folder: Path, settle: float | None = None) -> list[str]:
    """Announce the agencies whose records have arrived whole since they were last announced.

    An agency is announced by the event `nwatch.records.arrived` on the resource
    `nwatch.agency.<investigation>.<agency>`, where the investigation is the folder's name, with the payload
    `folder`, `agency`, `files` and `bytes`. It may come twice, such as where this run is ended before it
    has noted the event, or where the event started no run; the run that it starts reads nothing twice.

    Where something waits for a person, such as missing settings, an event
    `nwatch.records.stuck` on the same resource says so once, with the payload `folder`, `agency` and
    `reason`, which names no mailbox; the whole reason is in this run's log.

    Where something has come that may have settled in a moment, the run waits for it, three quarters of a
    minute at most, and looks once more: so records are announced soon after `settle` seconds have passed
    since their last change, and not up to two rounds of the schedule later. While one run looks, another one
    in the same folder ends at once.

    Args:
        folder: The investigation folder, as the machine sees it on which the run works.
        settle: Seconds for which nothing of an agency may have changed; empty (None) for what
            `arrivals.settle` of the configuration says.

    Returns:
        The agencies that were announced.

    Raises:
        InputError: The configuration is wrong, nothing can be listed, or `work/` cannot be written.
    """
    investigation = Investigation.unchecked(folder)
    patience = investigation.config.arrivals.settle if settle is None else settle
    with (
        kept_private(investigation.work, investigation.out, investigation.config.private) as private,
        only_one(investigation.work, "arrivals") as ours,
    ):
        if not ours:
            get_run_logger().info("another run of arrivals is active in this investigation")
            return []
        for line in private.notes:
            get_run_logger().info("%s", line)
        warned = [*private.warnings, *faults(investigation.work)]
        for line in warned:
            get_run_logger().warning("%s", line)
        looks = list(_looks(investigation, patience))
        stuck = {stuck.agency: stuck for found in looks for stuck in found.stuck}
        waits = [reason_in_public(each.line, folder, [each.agency]) for each in stuck.values()]
        announced = [arrival.agency for found in looks for arrival in found.arrived]
        return ended(announced, [*in_public(warned, {}), *waits])


def _looks(investigation: Investigation, settle: float) -> Iterator[Decision]:
    """One look, and another if that may find more."""
    log, folder = get_run_logger(), investigation.folder

    def announce(arrival: Arrival) -> None:
        emit(arrival_event(folder, arrival))
        again = (
            f"; announced again ({ordinal(arrival.times)} time): still not read" if arrival.times > 1 else ""
        )
        log.info(
            "%s has arrived: %d mailboxes, %d bytes%s", arrival.agency, arrival.files, arrival.bytes, again
        )

    def tell(stuck: Stuck) -> None:
        emit(stuck_event(folder, stuck))

    for round_ in range(LOOKS):
        found = step(look)(investigation, settle, announce, tell, at_work(investigation.work))
        for line in found.waiting:
            log.info("%s", line)
        for stuck in found.stuck:
            log.warning("%s", stuck.line)
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
    return agency_event(EVENT, folder, arrival.agency, files=arrival.files, bytes=arrival.bytes)


def stuck_event(folder: Path, stuck: Stuck) -> Event:
    """The event of an agency that waits for a person, with the reason in words that name no mailbox.

    Args:
        folder: The investigation folder, absolute.
        stuck: The agency.
    """
    reason = reason_in_public(stuck.line, folder, [stuck.agency])
    return agency_event(STUCK, folder, stuck.agency, reason=reason)


def agency_event(name: str, folder: Path, agency: str, **payload: int | str) -> Event:
    """An event on an agency of an investigation, related to the run in which it is made.

    Args:
        name: The event's name.
        folder: The investigation folder, absolute.
        agency: The agency.
        payload: What else it carries.
    """
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
    """Send an event to the server, and return when the server has it.

    Prefect's own `emit_event` passes it to a thread and returns at once: a lost event would then be taken
    for announced.

    Raises:
        httpx.HTTPError: The server cannot be reached, or refuses.
    """
    with get_client(sync_client=True) as client:
        answer = client.request("POST", "/events", json=[event.model_dump(mode="json")])
        answer.raise_for_status()
