"""A Prefect server that is away for a while: for how long a run can do without it, and how it waits.

The limit is Prefect's own: a client asks again ``PREFECT_CLIENT_MAX_RETRIES`` times, after 2, 4, 8, …
seconds.
What only shows something is not waited for at all (:mod:`flows.service.outbox`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from flows.run.failures import asks_for_patience
from flows.run.watched import run_log

T = TypeVar("T")

PAUSE: Final = 5.0
"""Seconds between two questions whether the server is there again, at most."""

ANSWER: Final = 10.0
"""Seconds in which a server answers that it is well."""

_TRIES: Final = 5


def patience() -> float:
    """Seconds for which a server may be away: as long as Prefect's own client would ask again.

    Example:
        >>> from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
        >>> with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 8}):
        ...     patience()
        510.0
    """
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES

    return float(sum(2**attempt for attempt in range(1, PREFECT_CLIENT_MAX_RETRIES.value() + 1)))


def wait_for_server() -> None:
    """Wait until the server answers, for as long as it may be away.

    Prefect's client would wait as well, but ever longer, and after a long outage go on minutes after the
    server is back; and where it opens a new connection, it does not wait at all.

    Raises:
        httpx.HTTPError: The server has not answered for so long.
    """
    begun, pause, wrong = time.monotonic(), 0.25, what_is_wrong()
    if wrong is None:
        return
    most = patience()
    run_log().info(
        "the Prefect server does not answer; the run waits for it, for up to %.0f s "
        "(PREFECT_CLIENT_MAX_RETRIES)",
        most,
    )
    while wrong is not None:
        if time.monotonic() - begun >= most:
            raise wrong
        time.sleep(pause)
        pause = min(2 * pause, PAUSE)
        wrong = what_is_wrong()
    run_log().info("the Prefect server answers again, after %.0f s", time.monotonic() - begun)


def what_is_wrong() -> Exception | None:
    """Why the server does not answer that it is well; None where it does."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    with (
        temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
        get_client(httpx_settings={"timeout": ANSWER}, sync_client=True) as client,
    ):
        return client.api_healthcheck()


def once_begun(begin: Callable[[Callable[[], T]], T], work: Callable[[], T]) -> T:
    """Let the server begin something, and try again where it is away; the work is done once.

    Args:
        begin: Begins it on the server, and does there what it is given.
        work: What is done.

    Returns:
        What `begin` returns.

    Raises:
        httpx.HTTPError: The server has been away for too long.
    """
    from httpx import HTTPError

    begun = False

    def once() -> T:
        nonlocal begun
        begun = True
        done = work()
        wait_for_server()  # which has to be told how it ended
        return done

    for attempt in range(_TRIES):
        wait_for_server()
        try:
            return begin(once)
        except HTTPError as error:
            if begun or attempt == _TRIES - 1 or not asks_for_patience(error):
                raise
    raise AssertionError
