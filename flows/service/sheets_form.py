"""The form with which a person lets a run go on that waits for sheets, and how the run waits.

A run of a deployment is suspended: its process ends, so that it may wait for weeks, and a worker may be
restarted meanwhile. Any other run is paused: its process stays.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, cast

from httpx import HTTPStatusError, TransportError
from prefect.client.orchestration import get_client
from prefect.client.schemas.responses import SetStateStatus
from prefect.context import FlowRunContext
from prefect.events.worker import EventsWorker
from prefect.exceptions import ObjectNotFound
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput, keyset_from_base_key, keyset_from_paused_state
from prefect.states import Cancelled, Paused
from prefect.utilities.urls import url_for
from pydantic import Field

from data.errors import InputError
from flows.run.progress import reporter
from flows.run.watched import run_log
from flows.service.away import patience
from flows.service.outbox import flush

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.input.run_input import Keyset

MOST_SECONDS: Final = 365 * 24 * 60 * 60
"""How long a run waits at most; then the server ends it."""

LOOK_EVERY: Final = 5
"""Seconds between two looks of a paused run whether it goes on."""

_MOST_DRAIN: Final = 10.0
"""Seconds in which the events of this process must reach the server."""

_GONE: Final = "GONE"
_ENDED: Final = {"FAILED": "waited for a year", _GONE: "was deleted on the server"}
"""By the type of a state, what became of a run that does not go on."""

_COUNTED: Final = "what came back before is counted and published, and nwatch tally counts the rest"


class SheetsAreBack(RunInput):
    """What a person says when the sheets are back."""

    decided_by: str = Field(
        default="",
        title="Who decided the ties?",
        description="Written into the rows of coding/to_decide.csv that have an answer and no name.",
        max_length=200,
        # One line: it becomes a field of a file that people open.
        pattern=r"^[^\x00-\x1f\x7f]*$",
    )
    enough: bool = Field(
        default=False,
        title="Enough",
        description="End with what is there, even if sheets or decisions are missing.",
    )


class CancelledError(InputError):
    """A run that waited was cancelled on the server."""


def times_asked() -> int:
    """How often this run has asked before its process began."""
    return len(_run().empirical_policy.pause_keys or ())


def last_answer(asked: int) -> SheetsAreBack | None:
    """What this run was told last.

    Args:
        asked: How often it has asked; None is returned where it has not.
    """
    # Only a suspended run has asked before its process began. One that was let go on without the form says
    # nothing.
    return _filled_in(keyset_from_base_key(f"suspended-{_key(asked)}")) if asked else None


def waiting_for(lines: Sequence[str], page: str | None) -> Iterator[str]:
    """What the terminal shows while a run is paused.

    Args:
        lines: What is waited for.
        page: The address of the run's page in the UI; None where nobody knows it.
    """
    yield from (f"waiting: {line}" for line in lines)
    where = page or "the page of this run in the Prefect UI"
    yield f"when more is there, press Resume on {where}; Ctrl-C ends the wait, and loses nothing"


def ask(number: int, lines: Sequence[str]) -> SheetsAreBack:
    """Wait until a person lets the run go on.

    Args:
        number: Which time it is, from 1.
        lines: What is waited for.

    Returns:
        The form as it was filled in.

    Raises:
        prefect.exceptions.Pause: The process ends here, and the run goes on in another one.
        CancelledError: The run was cancelled on the server.
        InputError: It cannot wait, or waited too long.
    """
    flush(patience())  # whoever looks at the page of a run that waits is to see what it found
    run, form = _run(), SheetsAreBack.with_initial_data(description="\n".join(f"- {line}" for line in lines))
    run_log().info("waits for a person: %s; let it go on with Resume", "; ".join(lines))
    if run.deployment_id:
        _send_no_more_heartbeats(run)
        return suspend_flow_run(form, timeout=MOST_SECONDS, key=_key(number))
    for line in waiting_for(lines, url_for("flow-run", obj_id=run.id)):
        reporter().say(line)
    return _paused(run, form, number)


def _run() -> FlowRun:
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise RuntimeError("only a flow run that a server records can wait")
    return context.flow_run


def _send_no_more_heartbeats(run: FlowRun) -> None:
    """See that no heartbeat reaches the server after this.

    Of one that came after the state *Suspended* the automation would expect another one in ten minutes, and
    mark the run as crashed (``flows.service.automations.ZOMBIE``).
    """
    run.state = Cancelled()  # as Prefect's thread sees it, which then sends none; the server is not told
    EventsWorker.drain_all(timeout=_MOST_DRAIN, at_exit=False)


def _key(number: int) -> str:
    return f"sheets-{number}"


def _filled_in(keys: Keyset) -> SheetsAreBack:
    # It would be a coroutine only where there is an event loop.
    return cast(SheetsAreBack, SheetsAreBack.load(keys))


def _paused(run: FlowRun, form: type[SheetsAreBack], number: int) -> SheetsAreBack:
    """Wait as ``prefect.flow_runs.pause_flow_run`` does.

    That one would wait on for a run which was cancelled meanwhile, and end one whose server is restarted.
    """
    wanted: State[None] = Paused(timeout_seconds=MOST_SECONDS, pause_key=_key(number))
    keys = keyset_from_paused_state(wanted)
    wanted.state_details.run_input_keyset = {str(name): key for name, key in keys.items()}
    with get_client(sync_client=True) as client:
        answer = client.set_flow_run_state(run.id, wanted)
    if answer.status is not SetStateStatus.ACCEPT:
        raise InputError(f"the run cannot wait: {getattr(answer.details, 'reason', answer.status)}")
    form.save(keys)
    while True:
        time.sleep(LOOK_EVERY)
        state = _state_of(run, wanted)
        if state == "RUNNING":
            return _filled_in(keys)
        if state == "CANCELLED":
            raise CancelledError(f"the run that waited was cancelled on the server; {_COUNTED}")
        if state not in {None, "PAUSED"}:
            raise InputError(f"the run that waited {_ENDED.get(state, f'is {state}')}; {_COUNTED}")


def _state_of(run: FlowRun, paused: State[None]) -> str | None:
    """The type of a run's state as the server has it now; None while the server cannot be reached."""
    try:
        with get_client(sync_client=True) as client:
            state = client.read_flow_run(run.id).state
            if state is not None and state.is_cancelling():
                # Nothing else ends it: no worker has started this process.
                state = client.set_flow_run_state(run.id, Cancelled()).state
            elif state is not None and state.is_crashed():
                # A server that was away has missed that the run waits, and took it for dead.
                state = client.set_flow_run_state(run.id, paused, force=True).state
    except ObjectNotFound:
        return _GONE
    except (TransportError, HTTPStatusError) as error:
        if isinstance(error, HTTPStatusError) and error.response.is_client_error:
            raise
        run_log().debug("the server does not say whether the run goes on, and is asked again: %s", error)
        return None
    return state.type.value if state else None
