"""A scheduler that runs already."""

from collections.abc import Iterator
from contextlib import contextmanager

from distributed import Client

from cluster.security import security
from cluster.settings import ClusterSettings
from data.errors import InputError

PATIENCE = "10s"
"""How long a scheduler may take to answer at its address."""


@contextmanager
def joined(settings: ClusterSettings) -> Iterator[Client]:
    """Give a client of the scheduler at an address, and leave that running.

    Args:
        settings: Of the kind ``address``.

    Yields:
        The client.

    Raises:
        InputError: Nobody answers there, or it has no workers; it is another host without TLS; the
            certificate cannot be used.
    """
    certificates = security(settings)
    try:
        client = Client(settings.address, security=certificates, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        trust = "that trusts the certificates of NWATCH_TLS_FOLDER " if certificates else ""
        raise InputError(
            f"NWATCH_ADDRESS: no Dask scheduler {trust}answers at {settings.address}; start one, "
            "or unset it to work on this machine"
        ) from error
    with client:
        # Not scheduler_info: every two seconds the client replaces what it says by one without workers.
        if not client.nthreads():
            raise InputError(
                f"NWATCH_ADDRESS: the scheduler at {settings.address} has no workers; start some first"
            )
        yield client
