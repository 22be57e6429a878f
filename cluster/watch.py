"""A run that waits while it has no worker: it says so, and it does not wait for ever."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from distributed import Client, Future
from distributed.client import FutureCancelledError, FuturesCancelledError
from tornado.ioloop import PeriodicCallback

from cluster.settings import ClusterSettings

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 5.0
"""Seconds after which the scheduler is asked how many workers it has, a question of a millisecond."""

TOLD_AFTER: Final = 30.0
"""Seconds without a worker after which the run says so: a nanny brings a lost one back sooner."""

_REASON: Final = "nwatch-no-worker"
"""Why futures are cancelled here."""

_TLS: Final = " --tls-ca-file ca.pem --tls-cert worker.pem --tls-key worker.pem"


@contextmanager
def watched(client: Client, settings: ClusterSettings) -> Iterator[None]:
    """Let nothing in the block wait longer for workers than the settings say.

    Tasks that have no worker wait in the scheduler, and whoever waits for them would do so for ever, in
    silence, were all workers lost for good. So their futures are cancelled here, whoever submitted them:
    that ends the waiting wherever it is, as the loss of the scheduler does.

    Args:
        client: The cluster.
        settings: Its settings: `wait` and its kind.
    """
    watch = _Watch(client, settings)
    looking = PeriodicCallback(watch.look, watch.every * 1000)
    client.loop.add_callback(looking.start)
    try:
        yield
    finally:
        client.loop.add_callback(looking.stop)


def for_want_of_workers(error: BaseException) -> str | None:
    """What to tell, as a line without its end, where an error came of `watched`; else None.

    Args:
        error: What was raised by whoever waited.
    """
    if isinstance(error, FuturesCancelledError):
        error = error.error_groups[0].errors[0]
    if isinstance(error, FutureCancelledError) and error.reason == _REASON:
        return str(error.msg)
    return None


def where_to_look(settings: ClusterSettings) -> str:
    """What shows why no worker is there, or what brings one."""
    if settings.kind == "kubernetes":
        return f"see why with: kubectl get events -n {settings.namespace}"
    if settings.kind == "slurm":
        return "see why with: squeue --me, or sacct --name=nwatch"
    if settings.kind == "address":
        tls = _TLS if settings.tls_folder else ""
        return f"start some with: PYTHONSAFEPATH=1 dask worker {settings.address} --nthreads 1{tls}"
    return "see whether this machine has memory and processes left"


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
        self._told = False
        self.every = min(LOOK_EVERY, self._limit / 4)

    async def look(self) -> None:
        """Ask the scheduler; one that does not answer is lost, and that is told elsewhere."""
        try:
            workers = (await self._client.scheduler.identity(n_workers=0))["n_workers"]
        except OSError:
            return
        # A result that was lost with its worker is waited for again.
        waiting = [
            key for key, state in list(self._client.futures.items()) if state.status in {"pending", "lost"}
        ]
        if workers or not waiting:
            if self._told and workers:
                log.warning("a worker is there again; the run goes on")
            self._since, self._told = None, False
        else:
            await self._stands_still(waiting)

    async def _stands_still(self, waiting: list[str]) -> None:
        """Tell or end it, if it has lasted long enough."""
        now = time.monotonic()
        self._since = self._since or now
        gone = now - self._since
        at = f"the Dask scheduler {self._client.scheduler.address}"
        mend, limit = where_to_look(self._settings), minutes(self._settings)
        if gone >= self._limit:
            line = f"no worker has been at {at} for {limit}; {mend}, and run again"
            futures = [Future(key, self._client) for key in waiting]
            await self._client.cancel(futures, reason=_REASON, msg=line, asynchronous=True)
        elif gone >= min(TOLD_AFTER, self._limit / 2) and not self._told:
            self._told = True
            log.warning(
                "all workers of %s are gone, and the run waits; %s. It goes on when one is there, and ends "
                "if none comes within %s (NWATCH_WAIT)",
                *(at, mend, limit),
            )
