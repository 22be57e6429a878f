"""The Dask client of a run, an open one or its own, and whether its workers can load the program."""

from __future__ import annotations

import builtins
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from cluster.environment import unknown
from data.errors import InputError, MemoryLimitError, PassingError
from flows import parts as registry
from flows.run.progress import reporter
from flows.run.watched import run_log, watched

if TYPE_CHECKING:
    from distributed import Client, Future

    from cluster import ClusterSettings
    from flows.run.part import Part

_CLUSTER: Final = logging.getLogger("cluster")

_ON_WORKERS: Final = ("tasks", "distributed.worker.memory")
"""The loggers whose warnings on the workers are in the log of a watched run."""

_LOST: Final = "scheduler-connection-lost"
"""The reason that Dask gives where it cancels the futures of a client whose scheduler is gone."""


class Workers:
    """The client of a run, opened when it is first asked for: a run that has nothing to do starts no worker.

    Args:
        open: Opens it.

    Attributes:
        client: The client; None while nobody has asked for it.
    """

    def __init__(self, open: Callable[[], Client]) -> None:
        self._open = open
        self.client: Client | None = None

    def __call__(self) -> Client:
        """The client."""
        if self.client is None:
            start = time.perf_counter()
            self.client = self._open()
            seconds = reporter().seconds
            seconds["start"] = seconds.get("start", 0.0) + time.perf_counter() - start
        return self.client


_SETTINGS: ContextVar[ClusterSettings] = ContextVar("settings of the workers")


@contextmanager
def starting_with(settings: ClusterSettings) -> Iterator[None]:
    """Let flows called within the block open workers by these settings, when they need some.

    Args:
        settings: Where the work runs; the caller has warned of settings that are not known.
    """
    token = _SETTINGS.set(settings)
    try:
        yield
    finally:
        _SETTINGS.reset(token)


@contextmanager
def workers(parts: Sequence[Part]) -> Iterator[Workers | None]:
    """Give the client that the caller opened, else open a cluster when it is needed.

    A flow has no client among its arguments because Prefect writes those into its database. The command line
    opens one while other things start, where it knows that there is work; a run that a deployment started
    opens its own, and warns of settings in its environment that are not known.

    Args:
        parts: The parts of the run.

    Yields:
        What gives the client; None where no part needs workers.

    Raises:
        InputError: A worker lacks this program.
        PassingError: The scheduler or all workers were lost while the work went on.
    """
    modules = registry.worker_modules(parts)
    if not modules:
        yield None
        return
    if watched():
        for line in unknown(os.environ):
            run_log().warning("%s", line)
    if _SETTINGS.get(None) is None and not has_client():
        from cluster import settings_from_environment

        settings_from_environment()  # a mistake in it is found now, and not when a worker is needed
    with _logged_in_the_run(), ExitStack() as stack:
        given = Workers(lambda: _client(modules, stack))
        with _loss_in_one_line(lambda: given.client):
            if watched() or has_client():
                opened_now = given()  # its dashboard is shown from the start
                stack.enter_context(_workers_in_the_log(opened_now))
            yield given


def _client(modules: Sequence[str], stack: ExitStack) -> Client:
    """The client that is open already; else one that the stack closes."""
    if has_client():
        from distributed import Client

        return Client.current()
    settings = _SETTINGS.get(None)
    for line in unknown(os.environ) if settings is None and not watched() else ():
        _CLUSTER.warning(line)
    if settings is not None:
        from cluster.kinds import kind_of

        kind_of(settings).prepare(modules)  # the workers are forked from a process that has loaded them
    client = stack.enter_context(opened() if settings is None else opened(settings))
    check_loaded(load(client, modules))
    return client


@contextmanager
def opened(settings: ClusterSettings | None = None) -> Iterator[Client]:
    """Open a cluster and give its client, as `cluster.connect` does; a lost cluster is an error of one line.

    What the cluster logs meanwhile, such as that the run waits for workers, goes to the reporter.

    Args:
        settings: Where the work runs; by default what the environment says.

    Raises:
        InputError: The cluster cannot be opened, or the scheduler or all workers were lost while the work
            went on.
    """
    from cluster import connect

    with _logged_to(reporter().say), connect(settings) as client, _loss_in_one_line(lambda: client):
        yield client


def has_client() -> bool:
    """Whether the caller has already opened a client."""
    if "distributed" not in sys.modules:
        return False
    from distributed import Client

    try:
        Client.current()
    except ValueError:
        return False
    return True


def load(client: Client, modules: Sequence[str]) -> list[Future]:
    """Make every worker begin to load modules that it will need.

    Workers load them in parallel while other things start. Only a name and a builtin are sent: a worker that
    cannot load the program reports that, whereas one that is sent a function of the program would hang.
    """
    return [
        client.submit(builtins.__import__, module, workers=[worker], allow_other_workers=True, pure=False)
        for worker in client.nthreads()
        for module in modules
    ]


def check_loaded(loading: list[Future]) -> None:
    """Wait until all modules are loaded.

    A worker that dies meanwhile is replaced, and loads what it needs with its first task.

    Raises:
        InputError: A worker lacks this program or a part of it.
    """
    from distributed import KilledWorker, wait

    wait(loading)
    for future in loading:
        if future.status == "error" and not isinstance(future.exception(), KilledWorker):
            raise InputError(
                f"the Dask workers cannot load this program ({future.exception()}); "
                "install the same version of it where they run, or unset NWATCH_ADDRESS"
            )
        future.release()  # else other workers would load it again where these are lost


class _Forwarder(logging.Handler):
    """Passes on what is logged.

    Args:
        tell: Where each line goes.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())


@contextmanager
def _logged_to(tell: Callable[[str], None]) -> Iterator[None]:
    """Pass on what the cluster logs from its thread, which knows neither the flow nor its reporter."""
    forwarder = _Forwarder(tell)
    _CLUSTER.addHandler(forwarder)
    try:
        yield
    finally:
        _CLUSTER.removeHandler(forwarder)


@contextmanager
def _logged_in_the_run() -> Iterator[None]:
    """Copy what the cluster logs to the log of the flow's run, and so to the UI."""
    if not watched() or not _CLUSTER.propagate:  # not watched, or an outer flow does it already
        yield
        return
    _CLUSTER.propagate = False  # the run's log goes to the console as well
    try:
        with _logged_to(run_log().warning):
            yield
    finally:
        _CLUSTER.propagate = True


@contextmanager
def _workers_in_the_log(client: Client) -> Iterator[None]:
    """Let what the program and Dask's watch of the memory warn of on the workers reach the log of the run.

    The rest of Dask's own messages stay out of it: a task that fails is logged with its arguments, which may
    be private, and what is lost with a worker is in the ledger.
    """
    if not watched() or not logging.getLogger(_ON_WORKERS[0]).propagate:  # or an outer flow does it already
        yield
        return
    tell = _Forwarder(run_log().warning)
    loggers = [logging.getLogger(name) for name in _ON_WORKERS]
    before = [logger.propagate for logger in loggers]
    try:
        for logger in loggers:
            logger.addHandler(tell)
            logger.propagate = False  # the terminal belongs to the summary
            client.forward_logging(logger.name, logging.WARNING)
        yield
    finally:
        for logger, propagate in zip(loggers, before, strict=True):
            logger.removeHandler(tell)
            logger.propagate = propagate
        with suppress(OSError):  # a scheduler that was lost forwards nothing any more
            for name in _ON_WORKERS if client.status == "running" else ():
                client.unforward_logging(name)


@contextmanager
def _loss_in_one_line(opened_client: Callable[[], Client | None]) -> Iterator[None]:
    """Report the loss of the scheduler, or of all workers, in one line, whatever error it causes.

    Their state is gone with them, but files in the work folder are not: the next run goes on from there.

    Args:
        opened_client: Gives the client, if one was opened.

    Raises:
        PassingError: The block failed because the client's scheduler or all of its workers were lost.
    """
    try:
        yield
    except Exception as error:
        client = opened_client()
        if isinstance(error, InputError) or client is None:
            raise
        from cluster.watch import all_paused_message, no_workers_message

        _raise_killed(error)
        if line := all_paused_message(error):
            raise InputError(
                f"{line}, then run again. Nothing was published; what was read is kept"
            ) from error
        line = no_workers_message(error)
        if line is not None:
            raise PassingError(
                f"{line}; nothing was published. What was read is kept, and the next run goes on from there"
            ) from error
        if not _is_lost(client, error):
            raise
        raise PassingError(
            f"the Dask scheduler at {client.scheduler.address} was lost during the run; "
            "nothing was published. Start it again, then run again: what was read is kept, "
            "and the run goes on from there"
        ) from error


def _raise_killed(error: Exception) -> None:
    """Report workers that died again and again, in one line, if they are the cause of an error.

    Raises:
        InputError: They are.
    """
    from distributed import KilledWorker

    from cluster import settings_from_environment
    from cluster.kinds import kind_of

    if isinstance(error, MemoryLimitError):
        settings = _SETTINGS.get(None)
        fix = kind_of(settings_from_environment() if settings is None else settings).more_memory
        raise InputError(
            f"the Dask workers have too little memory: {error.ended} were ended, each may use "
            f"{error.limit / 1e6:,.0f} MB, and one needed {error.needed / 1e6:,.0f} MB or more; {fix}, then "
            "run again. Nothing was published; what was read is kept"
        ) from error
    if isinstance(error, KilledWorker):
        raise InputError(
            f"the Dask workers died again and again, the last one at {error.last_worker.address}; "
            "see their logs, and whether the machine ended them for their memory, then run again. "
            "Nothing was published; what was read is kept"
        ) from error


def _is_lost(client: Client, error: BaseException) -> bool:
    """Whether a lost scheduler caused an error; it may be back at its address by now."""
    from distributed.comm import CommClosedError

    lost = isinstance(error, CommClosedError) or getattr(error, "reason", None) == _LOST
    return lost or client.status != "running"
