"""The kind ``address``: a scheduler that runs already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pydantic import Field

from cluster.kinds import Kind, KindSettings
from cluster.settings import ClusterSettings
from data.errors import InputError, PassingError

if TYPE_CHECKING:
    from distributed import Client, Security

PATIENCE = "10s"
"""How long a scheduler may take to answer at its address."""

_TLS: Final = " --tls-ca-file ca.pem --tls-cert worker.pem --tls-key worker.pem"


class Settings(KindSettings):
    """The settings of a scheduler that runs already.

    Attributes:
        address: The scheduler's address, ``tls://10.0.0.5:8786``, or ``tcp://`` on this machine.
    """

    address: str | None = Field(default=None, pattern=r"^(tcp|tls)://.+:\d+$")


@contextmanager
def existing(settings: ClusterSettings) -> Iterator[Client]:
    """Give a client of the scheduler at an address, and leave that scheduler running.

    Args:
        settings: Of the kind ``address``.

    Yields:
        The client.

    Raises:
        InputError: No scheduler answers there, or it has no workers; it is another host without TLS; the
            certificate cannot be used.
    """
    from distributed import Client

    security = certificates(settings)
    address = _address(settings)
    try:
        client = Client(address, security=security, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        trust = "that trusts the certificates of NWATCH_TLS_FOLDER " if security else ""
        raise PassingError(
            f"NWATCH_ADDRESS: no Dask scheduler {trust}answers at {address}; start one, "
            "or unset it to work on this machine"
        ) from error
    with client:
        # Not scheduler_info: every two seconds the client replaces it with an answer that lists no workers.
        if not client.nthreads():
            raise PassingError(f"NWATCH_ADDRESS: the scheduler at {address} has no workers; start some first")
        yield client


def certificates(settings: ClusterSettings) -> Security | None:
    """The certificate that a client needs at this address; None where none is set.

    Args:
        settings: Of the kind ``address``.

    Raises:
        InputError: Address and certificates contradict each other, the address is another host without TLS,
            or a certificate is missing or no longer valid.
    """
    from cluster.security import MAKE, is_loopback, of_folder

    address = _address(settings)
    tls = address.startswith("tls://")
    if settings.tls_folder is not None:
        if not tls:
            raise InputError(
                f"NWATCH_ADDRESS: {address} is not encrypted, but NWATCH_TLS_FOLDER is set; "
                "write tls://, or unset NWATCH_TLS_FOLDER"
            )
        return of_folder(settings.tls_folder, ("client",))
    if tls:
        raise InputError(f"NWATCH_TLS_FOLDER is missing: {address} asks for a certificate; {MAKE}")
    if not is_loopback(urlsplit(address).hostname or ""):
        raise InputError(
            f"NWATCH_ADDRESS: {address} is another host without TLS, where anyone on the network could run "
            f"code; {MAKE} and a tls:// address"
        )
    return None


def _address(settings: ClusterSettings) -> str:
    address = settings.of(Settings).address
    assert address is not None  # the check below
    return address


def _check(settings: ClusterSettings) -> None:
    if settings.of(Settings).address is None:
        raise ValueError(
            "NWATCH_ADDRESS is missing: the kind 'address' needs the scheduler's address; set it"
        )
    if settings.maximum is not None:
        raise ValueError(
            "NWATCH_MAXIMUM does not apply to an existing scheduler (NWATCH_ADDRESS); unset it, and let "
            "whoever runs that cluster scale it"
        )


def _where_to_look(settings: ClusterSettings) -> str:
    tls = _TLS if settings.tls_folder else ""
    return f"start some with: PYTHONSAFEPATH=1 dask worker {_address(settings)} --nthreads 1{tls}"


KIND: Final = Kind(
    name="address",
    settings=Settings,
    open=existing,
    more_memory="start them with more (dask worker --memory-limit; in the stack, NWATCH_WORKER_MEMORY)",
    where_to_look=_where_to_look,
    implied_by="address",
    check=_check,
)
