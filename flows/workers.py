"""The Dask client of a run, the one that is open or one of its own, and whether its workers can work."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from distributed import Client, Future, wait
from distributed.comm import CommClosedError

from cluster import connect
from data.errors import InputError

_LOST: Final = "scheduler-connection-lost"
"""Why Dask cancels the futures of a client whose scheduler is gone."""

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "mail": ("tasks.mail.execute", "tasks.alerts.parts"),
    "posts": ("tasks.posts.gather", "tasks.places.locate", "tasks.income.tabulate"),
    "crime": ("tasks.crime.gather", "tasks.places.locate", "tasks.income.tabulate"),
}
"""Modules that the tasks of each part send to the workers; a part that is not here sends none."""


@contextmanager
def workers(*parts: str) -> Iterator[Client]:
    """Give the client that the caller opened, else open a cluster by the environment's settings.

    A flow has no client among its arguments because Prefect writes those into its database. The command line
    opens one while the server is still on its way; a run that a deployment started opens its own.

    Args:
        parts: The parts of a run that the workers of a client of its own must be able to carry out.

    Raises:
        InputError: A worker lacks this program, or the scheduler was lost while the work went on.
    """
    if has_client():
        client = Client.current()
        with _told_if_lost(client):
            yield client
        return
    with connect() as client, _told_if_lost(client):
        check_loaded(load(client, needed(parts)))
        yield client


def has_client() -> bool:
    """Whether the caller opened a client already."""
    try:
        Client.current()
    except ValueError:
        return False
    return True


def needed(parts: Iterable[str]) -> list[str]:
    """The modules that some parts of a run send to the workers.

    >>> needed(["mail"])
    ['tasks.mail.execute', 'tasks.alerts.parts']
    """
    return list(dict.fromkeys(module for part in parts for module in NEEDED.get(part, ())))


def load(client: Client, modules: Sequence[str]) -> list[Future]:
    """Let every worker begin to load modules that it will need.

    Workers load it side by side while other things start. What is sent is a word and a builtin: a worker
    that cannot load the program says so, whereas one that is sent a function of the program's own would
    hang.
    """
    return [
        client.submit(builtins.__import__, module, workers=[worker], allow_other_workers=True, pure=False)
        for worker in client.scheduler_info(n_workers=-1)["workers"]
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


@contextmanager
def _told_if_lost(client: Client) -> Iterator[None]:
    """Tell of a lost scheduler in one line, whatever error it shows itself by.

    Its state is gone with it; what the work left on disk is not, so that the next run goes on from there.

    Raises:
        InputError: The block failed because the client's scheduler was lost.
    """
    address = client.scheduler.address
    try:
        yield
    except Exception as error:
        if isinstance(error, InputError) or not _is_lost(client, error):
            raise
        raise InputError(
            f"the Dask scheduler at {address} was lost during the run; nothing was published. "
            "Start it again, then run again: what was read is kept, and the run goes on from there"
        ) from error


def _is_lost(client: Client, error: BaseException) -> bool:
    """Whether an error came of a lost scheduler, which may be back under its address by now."""
    lost = isinstance(error, CommClosedError) or getattr(error, "reason", None) == _LOST
    return lost or client.status != "running"
