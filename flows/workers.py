"""The Dask client of a run, the one that is open or one of its own, and whether its workers can work."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from distributed import Client, Future, wait

from cluster import connect
from data.errors import InputError

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
        InputError: A worker lacks this program.
    """
    try:
        client = Client.current()
    except ValueError:
        with connect() as client:
            check_loaded(load(client, needed(parts)))
            yield client
    else:
        yield client


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
        client.submit(builtins.__import__, module, workers=[worker], allow_other_workers=False, pure=False)
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
