"""A run of a deployment that something stopped which may pass is tried again, as Prefect's settings say.

A scheduler or workers that were lost, a server that was away for too long, a disk that was full: what was
read is kept, and the next try goes on from there. A wrong setting, a wrong file or a bug would be the same
the next time. Prefect's own retries know no such difference in flows, and so the flows have none; here its
server is asked for one try more, where one is worth it. In the UI, the run is *AwaitingRetry* meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from flows.run.failures import may_pass
from flows.run.watched import run_log, watched

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

R = TypeVar("R")


def tried_again(function: Callable[[], R], reason: Callable[[Exception], str]) -> R:
    """Call a function; again, some time later, where what stopped it may have passed.

    Args:
        function: The body of a run.
        reason: Why it was stopped, in words that anybody may read.

    Returns:
        What it returns.

    Raises:
        Exception: What stopped it, if that is nothing that passes, or at the last try.
    """
    delays = delays_of_settings() if watched() else []
    for number, delay in enumerate(delays, 1):
        try:
            return function()
        except Exception as error:
            if not may_pass(error):
                raise
            run_log().warning("%s", f"{error}; try {number} of {len(delays)} more follows in {delay:g} s")
            if not _waited(delay, reason(error)):
                raise
    return function()


def delays_of_settings() -> list[float]:
    """Seconds before each try, by ``PREFECT_FLOWS_DEFAULT_RETRIES`` and ``…_RETRY_DELAY_SECONDS``.

    Example:
        >>> from prefect.settings import PREFECT_FLOWS_DEFAULT_RETRIES as RETRIES, temporary_settings
        >>> from prefect.settings import PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS as DELAYS
        >>> with temporary_settings({RETRIES: 3, DELAYS: [60, 300]}):
        ...     delays_of_settings()
        [60.0, 300.0, 300.0]
    """
    from prefect.settings import get_current_settings

    settings = get_current_settings().flows
    given = settings.default_retry_delay_seconds
    delays = [float(each) for each in given] if isinstance(given, list) else [float(given)]
    return [(delays or [0.0])[min(number, len(delays) - 1)] for number in range(settings.default_retries)]


def _waited(delay: float, reason: str) -> bool:
    """Let the server put the run off, and wait; gives whether it may go on."""
    from prefect.client.orchestration import get_client
    from prefect.context import FlowRunContext
    from prefect.states import Failed, Running
    from prefect.utilities.engine import propose_state_sync

    from flows.service.away import wait_for_server

    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    run: FlowRun = context.flow_run
    wait_for_server()
    client = get_client(sync_client=True)
    now = client.read_flow_run(run.id)
    policy = now.empirical_policy.model_copy(update={"retries": now.run_count, "retry_delay": round(delay)})
    client.update_flow_run(run.id, empirical_policy=policy)
    if not propose_state_sync(client, Failed(message=reason), run.id).is_scheduled():
        return False
    running = propose_state_sync(client, Running(), run.id).is_running()  # when the time has come
    run.run_count = now.run_count + 1
    return running
