"""`connect`: a Dask client from settings, wherever the workers are."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import dask
from distributed import Client

from cluster.config import CONFIG
from cluster.kinds import kind_of
from cluster.settings import ClusterSettings, settings_from_environment
from cluster.watch import minutes, watched
from data.errors import PassingError
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

    Workers are processes of one thread each, because libpff must not be shared between threads. On this
    machine each worker has a nanny that replaces it when it is lost, there is a dashboard on a free port of
    the loopback address, and the cluster's files are in a temporary folder that is removed at the end. An
    existing scheduler is left running; pods and jobs are ended.

    Where workers on other hosts take part, client, scheduler and workers must run the same versions and the
    same code, and a worker that joins later and differs is sent away.

    When all workers are lost, a warning is logged, and after the time that the settings give, the futures
    that somebody waits for are cancelled; `cluster.watch.no_workers_message` recognises the error.

    Within the block, the current folder is not on the import path of this process and of the workers.

    Args:
        settings: Where the work runs; by default as the environment says.

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
    kind = kind_of(settings)
    with safe_path(), dask.config.set(CONFIG), _quiet():
        kind.check_installed()
        with kind.open(settings) as client:
            if kind.waits:
                _wait(client, settings)
            if kind.has_others(settings):
                from cluster.versions import check_versions, guard

                guard(client)  # before the check, or a worker that joins between the two would escape both
                check_versions(client)
            with watched(client, settings):
                yield client


def _wait(client: Client, settings: ClusterSettings) -> None:
    """Wait for the first worker; a run that can begin with one need not wait for all."""
    try:
        client.wait_for_workers(1, timeout=settings.wait * 60)
    except TimeoutError as error:
        raise PassingError(
            f"no worker came within {minutes(settings)}; {kind_of(settings).where_to_look(settings)}, "
            "or give more time with NWATCH_WAIT"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's own messages out of the run's log: what is lost with a worker is in the ledger."""
    loggers = [logging.getLogger(name) for name in _QUIET]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
