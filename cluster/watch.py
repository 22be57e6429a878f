"""A run without workers: it says that it waits, and it does not wait for ever."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from distributed import Client, Future
from distributed.client import FutureCancelledError, FuturesCancelledError
from tornado.ioloop import PeriodicCallback

from cluster.kinds import kind_of
from cluster.settings import ClusterSettings

log = logging.getLogger(__name__)

CHECK_EVERY: Final = 5.0
"""Seconds between two questions to the scheduler how many workers it has; each takes a millisecond."""

WARN_AFTER: Final = 30.0
"""Seconds without a worker after which a warning is logged; a nanny replaces a lost one sooner."""

PAUSED: Final = 60.0
"""Seconds after which it ends that all workers are paused for their memory and none is at work."""

_REASON: Final = "nwatch-no-worker"
_MEMORY: Final = "nwatch-all-paused"
"""The reasons that futures are given which are cancelled here."""


@contextmanager
def watched(client: Client, settings: ClusterSettings) -> Iterator[None]:
    """Let nothing in the block wait longer for workers than the settings say.

    Tasks without a worker wait in the scheduler. If all workers were lost for good, a client that waits for
    these tasks would wait for ever, without a message. So their futures are cancelled here, of every client:
    this ends the wait wherever it is, just as the loss of the scheduler does.

    Args:
        client: The cluster.
        settings: Its settings: `wait` and its kind.
    """
    watch = _Watch(client, settings)
    checking = PeriodicCallback(watch.check, watch.every * 1000)
    client.loop.add_callback(checking.start)
    try:
        yield
    finally:
        client.loop.add_callback(checking.stop)


def no_workers_message(error: BaseException) -> str | None:
    """The beginning of a line about the error, if `watched` caused it; else None.

    Args:
        error: What was raised where somebody waited.
    """
    return _message(error, _REASON)


def all_paused_message(error: BaseException) -> str | None:
    """The beginning of a line about the error, if all workers are paused for their memory; else None.

    Args:
        error: What was raised where somebody waited.
    """
    return _message(error, _MEMORY)


def _message(error: BaseException, reason: str) -> str | None:
    if isinstance(error, FuturesCancelledError):
        error = error.error_groups[0].errors[0]
    if isinstance(error, FutureCancelledError) and error.reason == reason:
        return str(error.msg)
    return None


def minutes(settings: ClusterSettings) -> str:
    """How long a run waits for workers, in words."""
    return f"{settings.wait:g} minute{'' if settings.wait == 1 else 's'}"


class _Watch:
    """How long a run has been waiting without a worker.

    Args:
        client: The cluster.
        settings: Its settings.
    """

    def __init__(self, client: Client, settings: ClusterSettings) -> None:
        self._client = client
        self._settings = settings
        self._limit = settings.wait * 60
        self._since: float | None = None
        self._paused_since: float | None = None
        self._warned = False
        self.every = min(CHECK_EVERY, self._limit / 4)

    async def check(self) -> None:
        """Ask the scheduler; if it does not answer it is lost, which others report."""
        try:
            found = await self._client.scheduler.identity(n_workers=-1)
        except OSError:
            return
        workers, each = found["n_workers"], list(found.get("workers", {}).values())
        # "lost": a result that was lost with its worker, and is computed again.
        waiting = [
            key for key, state in list(self._client.futures.items()) if state.status in {"pending", "lost"}
        ]
        if workers or not waiting:
            if self._warned and workers:
                log.warning("there is a worker again; the run goes on")
            self._since, self._warned = None, False
        else:
            await self._without_workers(waiting)
        if waiting and each and all(map(_is_stuck, each)):
            await self._all_paused(waiting, min(worker["memory_limit"] for worker in each))
        else:
            self._paused_since = None

    async def _all_paused(self, waiting: list[str], memory: int) -> None:
        """End the wait, if it has lasted long enough."""
        now = time.monotonic()
        self._paused_since = self._paused_since or now
        if now - self._paused_since >= min(PAUSED, self._limit):
            line = (
                f"the Dask workers have too little memory: each may use {memory / 1e6:,.0f} MB, and all are "
                f"paused with more than 85 % of that in use; {kind_of(self._settings).more_memory}"
            )
            futures = [Future(key, self._client) for key in waiting]
            await self._client.cancel(futures, reason=_MEMORY, msg=line, asynchronous=True)

    async def _without_workers(self, waiting: list[str]) -> None:
        """Warn, or end the wait, if it has lasted long enough."""
        now = time.monotonic()
        self._since = self._since or now
        gone = now - self._since
        at = f"the Dask scheduler {self._client.scheduler.address}"
        fix, limit = kind_of(self._settings).where_to_look(self._settings), minutes(self._settings)
        if gone >= self._limit:
            line = f"there has been no worker at {at} for {limit}; {fix}, and run again"
            futures = [Future(key, self._client) for key in waiting]
            await self._client.cancel(futures, reason=_REASON, msg=line, asynchronous=True)
        elif gone >= min(WARN_AFTER, self._limit / 2) and not self._warned:
            self._warned = True
            log.warning(
                "%s has no workers any more, and the run waits; %s. It goes on when there is one, and ends "
                "if none comes within %s (NWATCH_WAIT)",
                *(at, fix, limit),
            )


def _is_stuck(worker: dict[str, Any]) -> bool:
    """Whether a worker begins no task, as it has too little memory left, and none is at work to free some."""
    return worker["status"] == "paused" and not worker["metrics"].get("task_counts", {}).get("executing")
