"""A Dask client from settings, wherever the workers are."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import dask
from distributed import Client

from cluster.config import CONFIG
from cluster.settings import ClusterSettings, settings_from_environment
from cluster.watch import minutes, watched, where_to_look
from data.errors import InputError
from data.safe_path import safe_path

_QUIET = (
    "distributed",
    "distributed.client",
    "distributed.nanny",
    "distributed.worker",
    "distributed.scheduler",
    "distributed.core",
    "bokeh",
)


@contextmanager
def connect(settings: ClusterSettings | None = None) -> Iterator[Client]:
    """Open a cluster, give its client, and close what was opened.

    Workers are processes of one thread each (libpff is not to be shared between threads). On this machine
    each has a nanny that starts a lost one again, there is a dashboard on a free port of the loopback
    address, and the cluster's files are in a temporary folder that is removed at the end. A cluster joined by
    address is left running; pods and jobs are ended.

    Where workers of elsewhere take part, client, scheduler and workers must run the same versions and the
    same code, and a worker that joins later and differs is sent away.

    Where all workers are lost, whoever waits for a future is told in the log, and after the time that the
    settings give the future is cancelled; `cluster.watch.for_want_of_workers` knows the error.

    Args:
        settings: Where the work runs; by default what the environment says.

    Yields:
        The client.

    Raises:
        InputError: A variable of the environment is wrong; no scheduler answers, or no worker comes; versions
            differ; other hosts would take part without certificates, or a certificate cannot be used; an
            extra is not installed.

    Example:
        >>> with connect(ClusterSettings(workers=1)) as client:
        ...     client.submit(sum, [1, 2]).result()
        3
    """
    settings = settings or settings_from_environment()
    with safe_path(), dask.config.set(CONFIG), _quiet(), _opener(settings)(settings) as client:
        if settings.kind in {"kubernetes", "slurm"}:
            _wait(client, settings)
        if settings.kind != "local" or settings.host != "127.0.0.1":
            from cluster.versions import check_versions, guard

            guard(client)  # first: no worker may join between the two unseen
            check_versions(client)
        with watched(client, settings):
            yield client


def _opener(settings: ClusterSettings) -> Callable[[ClusterSettings], AbstractContextManager[Client]]:
    """What opens a cluster of this kind; each is loaded where it is used."""
    if settings.kind == "address":
        from cluster.existing import joined as opener
    elif settings.kind == "kubernetes":
        from cluster.kubernetes import pods as opener
    elif settings.kind == "slurm":
        from cluster.slurm import jobs as opener
    else:
        from cluster.local import local as opener
    return opener


def _wait(client: Client, settings: ClusterSettings) -> None:
    """Wait for the first worker; a run that can begin with one need not wait for all."""
    try:
        client.wait_for_workers(1, timeout=settings.wait * 60)
    except TimeoutError as error:
        raise InputError(
            f"no worker came within {minutes(settings)}; {where_to_look(settings)}, "
            "or give more time with NWATCH_WAIT"
        ) from error


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
