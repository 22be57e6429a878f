"""Workers on this machine, and the keeping of their number."""

import asyncio
import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from multiprocessing import active_children

import dask
from distributed import Client, LocalCluster, SpecCluster
from distributed.system import MEMORY_LIMIT
from tornado.ioloop import PeriodicCallback

from cluster import forking
from cluster.dashboard import LookedAtNanny, look_later
from cluster.security import security
from cluster.settings import ClusterSettings
from data.errors import InputError

LEAST_MEMORY = 2**28
"""Bytes without which a worker, and the one in its place, is ended while it still loads what it needs."""

KEEP_EVERY = 5.0
"""Seconds after which a cluster is looked after: workers whose nanny or job gave up are replaced."""


@contextmanager
def local(settings: ClusterSettings) -> Iterator[Client]:
    """Open a cluster of worker processes on this machine, give its client, and close it.

    Scheduler and workers listen on the host of the settings; the dashboard and what else speaks plain HTTP on
    the loopback address alone. Ctrl-C is for the caller, who ends the workers; they do not hear of it
    themselves. It, or whatever else is raised meanwhile, also ends workers that are still starting.

    Args:
        settings: Of the kind ``local``.

    Yields:
        The client.

    Raises:
        InputError: Other hosts could come in without a certificate, a certificate cannot be used, or there is
            too little memory for so many workers.
    """
    with (
        tempfile.TemporaryDirectory(prefix="nwatch-", ignore_cleanup_errors=True) as space,
        dask.config.set({"temporary-directory": space, **forking.configuration()}),
        _without_workers(settings, space) as cluster,
    ):
        _start_workers(cluster, settings.first)
        with kept(cluster, settings), Client(cluster) as client:
            look_later(cluster)
            yield client


def _without_workers(settings: ClusterSettings, space: str) -> LocalCluster:
    """A scheduler whose workers will not hear Ctrl-C.

    What starts the workers, the first ones and those that replace them, is the cluster's own thread, which
    begins here.
    """
    certificates = security(settings)
    with forking.deaf():
        return LocalCluster(
            n_workers=0,
            threads_per_worker=1,
            processes=True,
            host=settings.host,
            scheduler_port=settings.port,
            protocol="tls://" if certificates else "tcp://",
            security=certificates,
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            worker_class=LookedAtNanny,
            scheduler_kwargs={"dashboard": False},
            memory_limit=_memory(settings),
            local_directory=space,
            env=dict(os.environ),  # that of now, not of when the process began that they are forked from
            silence_logs=logging.CRITICAL,
        )


def _start_workers(cluster: LocalCluster, number: int) -> None:
    """Start the first workers, and return when they are there; where that is interrupted, end them.

    Raises:
        RuntimeError: One did not come up.
    """
    others = set(active_children())
    for _ in range(number):
        cluster.worker_spec.update(cluster.new_worker_spec())

    async def started() -> None:
        await cluster

    starting = asyncio.run_coroutine_threadsafe(started(), cluster.loop.asyncio_loop)
    try:
        starting.result()
    except BaseException:

        def close() -> None:
            wait([starting])
            cluster.close()

        closing = threading.Thread(target=close)
        closing.start()
        # A cluster cannot be closed while workers are starting, which takes seconds, unless they are gone.
        while closing.is_alive():
            for worker in set(active_children()) - others:
                worker.kill()
            closing.join(0.1)
        raise


def _memory(settings: ClusterSettings) -> int:
    """Each worker's part of this machine's memory, in bytes."""
    memory = int(MEMORY_LIMIT * settings.memory_fraction / settings.most)
    if memory < LEAST_MEMORY:
        raise InputError(
            f"{memory // 2**20:,} MiB of memory are left for each of {settings.most} workers, and one needs "
            f"{LEAST_MEMORY // 2**20} at least; have fewer (NWATCH_WORKERS, NWATCH_MAXIMUM), or let them use "
            "more of this machine (NWATCH_MEMORY_FRACTION)"
        )
    return memory


@contextmanager
def kept(cluster: SpecCluster, settings: ClusterSettings) -> Iterator[None]:
    """Keep a cluster at its number of workers, or let the number follow the work.

    A worker that is lost for good stays planned, but nothing starts it anew until the cluster is told its
    number again: so it is told every few seconds, or a run would wait for ever once the last nanny gave up.
    Adaptive scaling does not do that by itself, as it sees nothing to change in the plan.

    Args:
        cluster: The cluster.
        settings: How many workers.
    """

    def keep() -> None:
        cluster.scale(len(cluster.worker_spec) if settings.adaptive else settings.workers)

    if settings.adaptive:
        minimum, maximum = settings.adaptive
        cluster.adapt(minimum=minimum, maximum=maximum)
    keeper = PeriodicCallback(keep, KEEP_EVERY * 1000)
    cluster.loop.add_callback(keeper.start)
    try:
        yield
    finally:
        cluster.loop.add_callback(keeper.stop)
