"""A Dask client from settings: workers on this machine, or a scheduler that runs already."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dask
from distributed import Client, LocalCluster
from distributed.system import MEMORY_LIMIT
from tornado.ioloop import PeriodicCallback

from cluster.settings import ClusterSettings
from data.errors import InputError

CONFIG: dict[str, Any] = {
    # A partition whose worker died is not tried again as it is: whoever sent it bisects it to find the item
    # at fault.
    "distributed.scheduler.allowed-failures": 0,
    # Decoding in C holds the interpreter's lock, and a worker that only looks dead must not be taken for
    # dead; one that really died closes its connection, and its nanny starts another.
    "distributed.scheduler.worker-ttl": "15 minutes",
    # Paths and small counts travel between workers, never data: spilling would write private mail to a
    # second place.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": 0.85,
    "distributed.worker.memory.terminate": 0.95,
    # A worker that died is started anew by its nanny; one that is not back by then gets another nanny. The
    # default of 15 seconds is too short where all workers of a busy machine start at once.
    "distributed.deploy.lost-worker-timeout": "60s",
    # A new worker imports what its tasks need on its first task; graphics cards are none of this program's
    # business.
    "distributed.diagnostics.nvml": False,
}
"""Dask's configuration for every cluster of this program, each entry with its reason."""

KEEP_EVERY = 5.0
"""Seconds after which a local cluster is looked after: workers whose nanny gave up are replaced."""

PATIENCE = "10s"
"""How long a scheduler may take to answer at its address."""

_QUIET = (
    "distributed",
    "distributed.nanny",
    "distributed.worker",
    "distributed.scheduler",
    "distributed.core",
    "bokeh",
)


@contextmanager
def connect(settings: ClusterSettings | None = None) -> Iterator[Client]:
    """Open a cluster, give its client, and close what was opened.

    A local cluster has worker processes of one thread each (libpff is not to be shared between threads), a
    nanny a worker that starts a lost one again, a dashboard on a free port of the loopback address, and its
    files in a temporary folder that is removed at the end. A cluster joined by address is left running.

    Args:
        settings: Where the work runs; by default what the environment says.

    Yields:
        The client.

    Raises:
        InputError: No scheduler answers at the address.

    Example:
        >>> with connect(ClusterSettings(workers=1)) as client:
        ...     client.submit(sum, [1, 2]).result()
        3
    """
    settings = settings or ClusterSettings()
    with dask.config.set(CONFIG), _quiet():
        if settings.kind == "address":
            with _joined(str(settings.address)) as client:
                yield client
        else:
            with _local(settings) as client:
                yield client


@contextmanager
def _local(settings: ClusterSettings) -> Iterator[Client]:
    with (
        tempfile.TemporaryDirectory(prefix="nwatch-", ignore_cleanup_errors=True) as space,
        dask.config.set({"temporary-directory": space}),
        LocalCluster(
            n_workers=settings.workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=int(MEMORY_LIMIT * settings.memory_fraction / settings.workers),
            local_directory=space,
            silence_logs=logging.CRITICAL,
        ) as local,
        _kept(local, settings.workers),
        Client(local) as client,
    ):
        yield client


@contextmanager
def _kept(local: LocalCluster, workers: int) -> Iterator[None]:
    """Keep a cluster at its number of workers: else a run would wait for ever once the last nanny gave up."""

    def keep() -> None:
        local.scale(workers)

    keeper = PeriodicCallback(keep, KEEP_EVERY * 1000)
    local.loop.add_callback(keeper.start)
    try:
        yield
    finally:
        local.loop.add_callback(keeper.stop)


@contextmanager
def _joined(address: str) -> Iterator[Client]:
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise InputError(
            f"NWATCH_ADDRESS: no Dask scheduler answers at {address}; start one, "
            "or unset it to work on this machine"
        ) from error
    with client:
        if not client.scheduler_info()["workers"]:
            raise InputError(f"NWATCH_ADDRESS: the scheduler at {address} has no workers; start some first")
        yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the cluster's chatter, lost workers included, out of the run's log: the ledger tells."""
    loggers = [logging.getLogger(name) for name in _QUIET]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
