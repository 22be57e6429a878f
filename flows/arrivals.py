"""`nwatch arrivals`: notices that an agency's records have come, and tells the server, which starts a run.

One process looks every minute, for as long as it is left running. It looks at sizes and times only, and opens
no mailbox. A look leaves nothing on the server: only what it finds is sent there, as an event, and every ten
minutes a sign of life, by whose absence an automation tells a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.catalog import Investigation
from data.errors import InputError
from data.printable import printable
from data.private import kept_private
from data.text import ordinal
from flows.run.locks import at_work, only_one
from flows.run.on_server import LABEL, name_of
from flows.run.public_names import reason_in_public
from flows.run.step import step
from tasks.arrivals.look import Arrival, Decision, Stuck, faults
from tasks.arrivals.task import look

if TYPE_CHECKING:
    from prefect.events import Event

EVENT: Final = "nwatch.records.arrived"
STUCK: Final = "nwatch.records.stuck"
LOOKED: Final = "nwatch.records.looked"
LOOKS: Final = 2
"""How often one round looks at most: the second time when what the first found may have settled."""

WAIT: Final = 45.0
"""Seconds that a round waits at most in between; what takes longer is left to the next, a minute later."""

EVERY: Final = 60.0
"""Seconds from the start of a round to that of the next."""

SIGN: Final = 600.0
"""Seconds between two signs of life."""

Say = Callable[[str], None]
"""Called with each line that a round has to say."""


def arrivals(folder: Path, settle: float | None = None, say: Say = lambda _: None) -> list[str]:
    """Announce the agencies whose records have arrived whole since they were last announced: one round.

    An agency is announced by the event `nwatch.records.arrived` on the resource
    `nwatch.agency.<investigation>.<agency>`, with the investigation's name as a label and with the payload
    `folder`, `agency`, `files` and `bytes`. It may come twice, such as where this process is ended before it
    has noted the event, or where the event started no run; the run that it starts reads nothing twice.

    Where something waits for a person, such as missing settings, an event `nwatch.records.stuck` on the same
    resource says so once, with the payload `folder`, `agency` and `reason`, which names no mailbox; the whole
    reason is said.

    Where something has come that may have settled in a moment, the round waits for it, three quarters of a
    minute at most, and looks once more: so records are announced soon after `settle` seconds have passed
    since their last change, and not up to two rounds later. While one round looks, another one in the same
    folder ends at once.

    Args:
        folder: The investigation folder, as the machine sees it on which this works.
        settle: Seconds for which nothing of an agency may have changed; None for what `arrivals.settle` of
            the configuration says.
        say: Called with what was found and what is waited for, line by line.

    Returns:
        The agencies that were announced.

    Raises:
        InputError: The configuration is wrong, nothing can be listed, or `work/` cannot be written.
        httpx.HTTPError: The server cannot be reached, or refuses.
    """
    investigation = Investigation.unchecked(folder)
    patience = investigation.config.arrivals.settle if settle is None else settle
    with (
        kept_private(investigation.work, investigation.out, investigation.config.private) as private,
        only_one(investigation.work, "arrivals") as ours,
    ):
        if not ours:
            say("another process looks for arrivals in this investigation")
            return []
        for line in [*private.notes, *private.warnings, *faults(investigation.work)]:
            say(line)
        return [arrival.agency for found in _looks(investigation, patience, say) for arrival in found.arrived]


def keep_looking(folder: Path, say: Say, tidy: Callable[[Path], object] = lambda _: None) -> None:
    """Look for arrivals every minute, until the process is ended.

    What is wrong (a mistake in the configuration, a disk or a server that is away) is said once, and the next
    round tries again. While something is wrong, no sign of life is sent.

    Args:
        folder: The investigation folder, absolute.
        say: Called with each line that the round before did not say.
        tidy: Called with the folder after each look, such as to end what a killed run has left running.

    Raises:
        InputError: The folder is no investigation at the start.
    """
    Investigation.unchecked(folder)
    news = _News(say)
    signed = float("-inf")
    while True:
        begun = time.monotonic()
        if _round(folder, news, tidy, sign=begun - signed >= SIGN):
            signed = begun
        news.next_round()
        _wait(max(0.0, EVERY - (time.monotonic() - begun)))


def _round(folder: Path, news: _News, tidy: Callable[[Path], object], sign: bool) -> bool:
    """One round; gives whether a sign of life was asked for, and sent."""
    from httpx import HTTPError

    try:
        arrivals(folder, say=news)
        tidy(folder)
        if sign:
            emit(looked_event(folder))
        return sign
    except HTTPError as error:
        news(
            f"the Prefect server does not answer ({type(error).__name__}: {printable(str(error))}); "
            "what has arrived is announced when it does"
        )
    except (InputError, OSError) as error:
        news(str(error))
    return False


class _News:
    """Says a line only where the round before did not say it.

    Args:
        say: Called with the line.
    """

    def __init__(self, say: Say) -> None:
        self._say = say
        self._before: set[str] = set()
        self._now: set[str] = set()

    def __call__(self, line: str) -> None:
        if line not in self._before | self._now:
            self._say(line)
        self._now.add(line)

    def next_round(self) -> None:
        """What was said in the round that ends is not said again in the next."""
        self._before, self._now = self._now, set()


def _looks(investigation: Investigation, settle: float, say: Say) -> Iterator[Decision]:
    """One look, and another if that may find more."""
    folder = investigation.folder

    def announce(arrival: Arrival) -> None:
        emit(arrival_event(folder, arrival))
        again = (
            f"; announced again ({ordinal(arrival.times)} time): still not read" if arrival.times > 1 else ""
        )
        say(f"{arrival.agency} has arrived: {arrival.files} mailboxes, {arrival.bytes} bytes{again}")

    def tell(stuck: Stuck) -> None:
        emit(stuck_event(folder, stuck))

    for round_ in range(LOOKS):
        found = step(look)(investigation, settle, announce, tell, at_work(investigation.work))
        for line in [*found.waiting, *(stuck.line for stuck in found.stuck)]:
            say(line)
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
    reason = reason_in_public(stuck.line, folder, [stuck.agency], "the log of nwatch arrivals")
    return agency_event(STUCK, folder, stuck.agency, reason=reason)


def looked_event(folder: Path) -> Event:
    """The sign of life.

    Args:
        folder: The investigation folder, absolute.
    """
    return _made(LOOKED, folder, f"nwatch.arrivals.{name_of(folder)}", name_of(folder), {})


def agency_event(name: str, folder: Path, agency: str, **payload: int | str) -> Event:
    """An event on an agency of an investigation, related to the run in which it is made, if there is one.

    Args:
        name: The event's name.
        folder: The investigation folder, absolute.
        agency: The agency.
        payload: What else it carries.
    """
    resource = f"nwatch.agency.{name_of(folder)}.{agency}"
    return _made(name, folder, resource, agency, {"folder": str(folder), "agency": agency, **payload})


def _made(event: str, folder: Path, resource: str, name: str, payload: dict[str, Any]) -> Event:
    from prefect.events import Event
    from prefect.runtime import flow_run

    run = {"prefect.resource.id": f"prefect.flow-run.{flow_run.id}", "prefect.resource.role": "flow-run"}
    return Event(
        event=event,
        payload=payload,
        resource={  # type: ignore[arg-type]  # Prefect makes a resource of it
            "prefect.resource.id": resource,
            "prefect.resource.name": name,
            LABEL: name_of(folder),
        },
        related=[run] if flow_run.id else [],  # type: ignore[list-item]  # likewise
    )


def emit(event: Event) -> None:
    """Send an event to the server, and return when the server has it.

    Prefect's own `emit_event` passes it to a thread and returns at once: a lost event would then be taken
    for announced.

    Raises:
        httpx.HTTPError: The server cannot be reached, or refuses.
    """
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        answer = client.request("POST", "/events", json=[event.model_dump(mode="json")])
        answer.raise_for_status()
