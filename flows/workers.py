"""The Dask client of a run: the one that is open, or a cluster of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from distributed import Client

from cluster import connect


@contextmanager
def workers() -> Iterator[Client]:
    """Give the client that the caller opened, else open a cluster by the environment's settings.

    A flow has no client among its arguments because Prefect writes those into its database. The command
    line opens one while the server is still on its way; a run that a deployment started opens its own.
    """
    try:
        client = Client.current()
    except ValueError:
        with connect() as client:
            yield client
    else:
        yield client
