"""A scheduler and workers on this machine. Loaded when a local cluster is opened, as it imports Dask."""

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
from distributed import Client, LocalCluster
from distributed.system import MEMORY_LIMIT

from cluster import forking
from cluster.dashboard import LazyDashboardNanny, add_lazy_dashboard
from cluster.scaling import scaled
from cluster.security import security
from cluster.settings import ClusterSettings
from data.errors import InputError

LEAST_MEMORY = 2**28
"""Bytes that a worker needs; with less, it would be ended, again and again, while it loads its modules."""


@contextmanager
def local_cluster(settings: ClusterSettings, memory_fraction: float) -> Iterator[Client]:
    """Open a cluster of worker processes on this machine, give its client, and close it.

    Scheduler and workers listen on the host of the settings; the dashboard and everything else that speaks
    plain HTTP on the loopback address only. Ctrl-C reaches the caller, who ends the workers; it does not
    reach the workers. Ctrl-C, or any other error, also ends workers that are still starting.

    Args:
        settings: Of the kind ``local``.
        memory_fraction: Share of the machine's memory that the workers may use together.

    Yields:
        The client.

    Raises:
        InputError: Other hosts could join without a certificate, a certificate cannot be used, or there is
            too little memory for so many workers.
    """
    with (
        tempfile.TemporaryDirectory(prefix="nwatch-", ignore_cleanup_errors=True) as space,
        dask.config.set({"temporary-directory": space, **forking.configuration()}),
        _without_workers(settings, space, _memory(settings, memory_fraction)) as cluster,
    ):
        _start_workers(cluster, settings.first)
        with scaled(cluster, settings), Client(cluster) as client:
            add_lazy_dashboard(cluster)
            yield client


def _without_workers(settings: ClusterSettings, space: str, memory: int) -> LocalCluster:
    """A scheduler whose workers will not receive Ctrl-C.

    The cluster's own thread starts the workers, the first ones and those that replace them. That thread
    starts here, and everything that it starts inherits which signals are blocked.
    """
    certificates = security(settings)
    with forking.sigint_blocked():
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
            worker_class=LazyDashboardNanny,
            scheduler_kwargs={"dashboard": False},
            memory_limit=memory,
            local_directory=space,
            # The environment of now: the process that workers are forked from may have started with another
            # one.
            env=dict(os.environ),
            silence_logs=logging.CRITICAL,
        )


def _start_workers(cluster: LocalCluster, number: int) -> None:
    """Start the first workers, and return when they are there; if that is interrupted, end them.

    Raises:
        RuntimeError: One did not start.
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


def _memory(settings: ClusterSettings, fraction: float) -> int:
    """Each worker's part of this machine's memory, in bytes."""
    memory = int(MEMORY_LIMIT * fraction / settings.most)
    if memory < LEAST_MEMORY:
        raise InputError(
            f"{memory // 2**20:,} MiB of memory are left for each of {settings.most} workers, and one needs "
            f"at least {LEAST_MEMORY // 2**20}; use fewer workers (NWATCH_WORKERS, NWATCH_MAXIMUM), or let "
            "them use more of this machine (NWATCH_MEMORY_FRACTION)"
        )
    return memory
