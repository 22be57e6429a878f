"""The Dask client of a run, the one that is open or one of its own, and whether its workers can work."""

from __future__ import annotations

import builtins
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from distributed import Client, Future, wait
from distributed.comm import CommClosedError

from cluster import ClusterSettings, connect
from cluster.environment import unknown
from cluster.watch import no_workers_message
from data.errors import InputError
from flows import parts as registry
from flows.run.progress import reporter
from flows.run.watched import run_log, watched

if TYPE_CHECKING:
    from flows.run.part import Part

_CLUSTER: Final = logging.getLogger("cluster")

_LOST: Final = "scheduler-connection-lost"
"""Why Dask cancels the futures of a client whose scheduler is gone."""


@contextmanager
def workers(parts: Sequence[Part]) -> Iterator[Client | None]:
    """Give the client that the caller opened, else open a cluster by the environment's settings.

    A flow has no client among its arguments because Prefect writes those into its database. The command line
    opens one while other things start; a run that a deployment started opens its own, and warns of settings
    in its environment that are not known.

    Args:
        parts: The parts of the run.

    Yields:
        The client; None where no part needs workers.

    Raises:
        InputError: A worker lacks this program, or the scheduler or all workers were lost while the work
            went on.
    """
    modules = registry.worker_modules(parts)
    if not modules:
        yield None
        return
    with _heard_in_the_run():
        if has_client():
            client = Client.current()
            with _told_if_lost(client):
                yield client
            return
        for line in unknown(os.environ):
            _CLUSTER.warning(line)
        with opened() as client:
            check_loaded(load(client, modules))
            yield client


@contextmanager
def opened(settings: ClusterSettings | None = None) -> Iterator[Client]:
    """Open a cluster and give its client, as `cluster.connect` does; a lost cluster is one line.

    What it tells meanwhile, as that the run waits for workers, goes to the reporter.

    Args:
        settings: Where the work runs; by default what the environment says.

    Raises:
        InputError: The cluster cannot be opened, or the scheduler or all workers were lost while the work
            went on.
    """
    with _heard_by(reporter().say), connect(settings) as client, _told_if_lost(client):
        yield client


def has_client() -> bool:
    """Whether the caller opened a client already."""
    try:
        Client.current()
    except ValueError:
        return False
    return True


def load(client: Client, modules: Sequence[str]) -> list[Future]:
    """Let every worker begin to load modules that it will need.

    Workers load it side by side while other things start. What is sent is a word and a builtin: a worker
    that cannot load the program says so, whereas one that is sent a function of the program's own would
    hang.
    """
    return [
        client.submit(builtins.__import__, module, workers=[worker], allow_other_workers=True, pure=False)
        for worker in client.nthreads()
        for module in modules
    ]


def check_loaded(loading: list[Future]) -> None:
    """Wait until all is loaded.

    Raises:
        InputError: A worker lacks this program or a part of it.
    """
    wait(loading)
    for future in loading:
        if future.status == "error":
            raise InputError(
                f"the Dask workers cannot load this program ({future.exception()}); "
                "install the same version of it where they run, or unset NWATCH_ADDRESS"
            )
        future.release()  # or what comes of it would be made again on other workers where these are lost


class _Hearer(logging.Handler):
    """Hands on what is logged.

    Args:
        tell: Where each line goes.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())


@contextmanager
def _heard_by(tell: Callable[[str], None]) -> Iterator[None]:
    """Hand on what the cluster tells, from a thread in which neither the flow nor its reporter is known."""
    hearer = _Hearer(tell)
    _CLUSTER.addHandler(hearer)
    try:
        yield
    finally:
        _CLUSTER.removeHandler(hearer)


@contextmanager
def _heard_in_the_run() -> Iterator[None]:
    """Let what the cluster tells be in the log of the flow's run, and so in the UI."""
    if not watched() or not _CLUSTER.propagate:  # nobody looks, or an outer flow hears it already
        yield
        return
    _CLUSTER.propagate = False  # the run's log goes to the console as well
    try:
        with _heard_by(run_log().warning):
            yield
    finally:
        _CLUSTER.propagate = True


@contextmanager
def _told_if_lost(client: Client) -> Iterator[None]:
    """Tell of a lost scheduler, or of all workers lost, in one line, whatever error it shows itself by.

    Their state is gone with them; what the work left on disk is not, so that the next run goes on from there.

    Raises:
        InputError: The block failed because the client's scheduler or all of its workers were lost.
    """
    address = client.scheduler.address
    try:
        yield
    except Exception as error:
        if isinstance(error, InputError):
            raise
        line = no_workers_message(error)
        if line is not None:
            raise InputError(
                f"{line}; nothing was published. What was read is kept, and the next run goes on from there"
            ) from error
        if not _is_lost(client, error):
            raise
        raise InputError(
            f"the Dask scheduler at {address} was lost during the run; nothing was published. "
            "Start it again, then run again: what was read is kept, and the run goes on from there"
        ) from error


def _is_lost(client: Client, error: BaseException) -> bool:
    """Whether an error came of a lost scheduler, which may be back under its address by now."""
    lost = isinstance(error, CommClosedError) or getattr(error, "reason", None) == _LOST
    return lost or client.status != "running"
