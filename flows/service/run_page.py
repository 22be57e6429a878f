"""How a run is called in the Prefect UI, how it is tagged, and how it ends (method 13.12)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, Protocol, TypeVar, cast
from uuid import UUID

from cluster.environment import unknown
from data.errors import InputError, LedgerError, NoneReadError
from data.printable import printable
from flows.run.failures import server_is_away
from flows.run.public_names import reason_in_public
from flows.run.stopped import in_one_line
from flows.run.watched import ended, failed, run_log, watched
from flows.service.again import tried_again
from flows.service.left_running import delete_begun_twice, end_left_running
from flows.service.outbox import flush, post

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, State

P = ParamSpec("P")

COMPLETE: Final = "complete"
WITH_WARNINGS: Final = "with-warnings"
NOT_NEEDED: Final = "not-needed"
FAILED: Final = "failed"
"""How a run ended, as a tag, by which runs can be filtered."""


_AT_A_SIGNAL: Final = 5.0
"""Seconds that a run takes for what it shows where its process is asked to end."""


_MOST_REASONS: Final = 8
"""Agencies that the state of a run names, where it can read none."""


class Result(Protocol):
    """What a run returns."""

    @property
    def found(self) -> Iterable[str]:
        """The parts that ran."""

    @property
    def agencies(self) -> Iterable[str]:
        """The agencies whose mail is in the tables."""

    @property
    def public_warnings(self) -> Sequence[str]:
        """What the run must end with, as more people may read it than have the records."""


R = TypeVar("R", bound=Result)
T = TypeVar("T")

_RETURNED: Final[dict[UUID, Any]] = {}
"""What runs of this process returned, by the run."""


def run_name() -> str:
    """The name of the run that begins, from its parameters: "lapd 2026-11-23 full".

    The investigation's folder, the day on which the run begins (by this machine's clock), and what is run:
    all ("full"), some parts ("only posts, crime"), the mail of an agency ("agency lapd"), or the tally of the
    sheets ("coding").
    """
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    given = context.parameters if context else None
    return name_of(given or {}, datetime.now().astimezone())


def name_of(given: dict[str, Any], now: datetime) -> str:
    """The name of a run.

    Args:
        given: Its parameters.
        now: When it begins.

    Example:
        >>> name_of({"folder": Path("lapd"), "only": ["posts"]}, datetime(2026, 11, 23))
        'lapd 2026-11-23 only posts'
    """
    folder = Path(given.get("folder", "")).resolve().name
    what = "full"
    if given.get("agency"):
        what = f"agency {given['agency']}"
    elif "wait" in given:
        what = "coding"
    elif given.get("only"):
        what = f"only {', '.join(given['only'])}"
    return printable(f"{folder} {now:%Y-%m-%d} {what}")


def shown_as_a_run(function: Callable[P, R]) -> Callable[P, R]:
    """Let a flow end as its page in the UI shows it: tagged, and with its first warning.

    Args:
        function: The flow's function. Its parameters and its docstring, which are the form in the UI, stay.

    Returns:
        A function for ``prefect.flow``. It may return a state of Prefect, from which Prefect takes the result
        for whoever called the flow.
    """
    from prefect.exceptions import Pause
    from prefect.states import Cancelled

    from flows.service.sheets_form import CancelledError

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        given = signature(function).bind(*args, **kwargs).arguments
        agency = [str(given["agency"])] if given.get("agency") else []
        # Whoever starts a run at the command line is told of these there.
        said = unknown(os.environ)
        for line in said:
            run_log().warning("%s", line)
        folder = Path(given.get("folder", ""))
        if watched():
            post(lambda _: end_left_running(folder.absolute()))
        stopped = in_one_line(folder / "work", folder / "out")
        try:
            result = tried_again(
                lambda: stopped(function)(*args, **kwargs), lambda error: reason_of(error, folder, agency)
            )
        except CancelledError as stop:
            settle(folder)
            # A state and not an error, of which Prefect would make a failed run.
            return cast(R, Cancelled(message=str(stop), data=stop))
        except Exception as error:
            tag(*agency, FAILED)
            run_log().error("Encountered exception during execution: %r", error, exc_info=error)
            settle(folder, waited=server_is_away(error))
            return _remembered(cast(R, failed(error, reason_of(error, folder, agency))))
        except BaseException as stop:
            if not isinstance(stop, Pause):  # this process ends, and the run waits for a person
                tag(*agency, FAILED)
            flush(_AT_A_SIGNAL)
            raise
        parts, warned = list(result.found), (*result.public_warnings, *said)
        outcome = WITH_WARNINGS if warned else COMPLETE if parts else NOT_NEEDED
        tag(*(agency or result.agencies), *parts, outcome)
        settle(folder)
        return _remembered(ended(result, warned))

    # Prefect looks for the names in annotations in the module of what it is given, which is this one.
    run.__signature__ = signature(function, eval_str=True)  # type: ignore[attr-defined]
    return run


def _remembered(returned: T) -> T:
    """What a flow returns; what a state of Prefect holds is kept until the server has the state."""
    from prefect.client.schemas.objects import State
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    if context is not None and context.flow_run is not None and isinstance(returned, State):
        _RETURNED[context.flow_run.id] = returned.data
    return returned


def put_back(flow: object, flow_run: FlowRun, state: State[Any]) -> None:
    """Give a run's last state what the run returned, where the server's answer to it was lost.

    Prefect's client then asks again, and takes the state from the server, which has no result: whoever called
    the flow would get an error of Prefect. A hook of Prefect's flows, with the arguments of one.

    Args:
        flow: Not used.
        flow_run: The run.
        state: Its state.
    """
    returned = _RETURNED.pop(flow_run.id, None)
    if state.data is None:
        state.data = returned


def reason_of(error: Exception, folder: Path, agencies: Sequence[str] = ()) -> str:
    """Why a run failed, in words that anybody may read: its state shows them, and a notification sends them.

    Args:
        error: What was raised.
        folder: The investigation folder.
        agencies: The agencies that the run was about, where it was about some.

    Example:
        >>> reason_of(KeyError("Jo Lee"), Path("/nowhere"))
        'KeyError; the log of this run has the traceback: please report it'
    """
    if isinstance(error, NoneReadError):
        return f"InputError: {_none_read(error, folder)}"
    if isinstance(error, InputError):
        return f"InputError: {reason_in_public(str(error), folder, agencies)}"
    if isinstance(error, LedgerError):
        return f"the ledger does not add up: {reason_in_public(str(error), folder, agencies)}"
    return f"{type(error).__name__}; the log of this run has the traceback: please report it"


def _none_read(error: NoneReadError, folder: Path) -> str:
    """Why no agency could be read, in public: the first few agencies, each with its reason."""
    first = list(error.reasons.items())[:_MOST_REASONS]
    said = error.line_of({name: reason_in_public(why, folder, [name]) for name, why in first})
    more = len(error.reasons) - len(first)
    return f"{said}; and {more:,} more, which the log of this run names" if more else said


def settle(folder: Path, *, waited: bool = False) -> None:
    """Before a run ends, wait for the server if it is away, as long as it may be, and send what is left.

    Args:
        folder: The investigation folder.
        waited: Whether the run has waited for the server already, and in vain.
    """
    from httpx import HTTPError

    from flows.service.away import patience, wait_for_server

    if not watched():
        return
    if waited:
        flush(_AT_A_SIGNAL)
        return
    try:
        wait_for_server()
    except HTTPError as error:
        run_log().error("the Prefect server was away for too long: %s", error)
    else:
        _post_deletion_of_what_was_begun_twice(folder)
        flush(patience())


def _post_deletion_of_what_was_begun_twice(folder: Path) -> None:
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    if context is not None and context.flow_run is not None:
        run = context.flow_run
        post(lambda _: delete_begun_twice(run, folder.absolute()))


def tag(*words: str) -> None:
    """Add tags to this run; those that it has stay. The server is not waited for.

    Args:
        words: The tags.
    """
    from prefect.client.orchestration import get_client
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    run = context.flow_run
    run.tags = list(dict.fromkeys([*run.tags, *map(printable, words)]))
    tags = list(run.tags)

    post(lambda again: get_client(sync_client=True).update_flow_run(run.id, tags=tags))
