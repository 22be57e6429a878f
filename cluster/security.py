"""Who may come in: TLS from the folder of certificates, and nothing but loopback without it.

Whoever reaches the port of a Dask scheduler or worker can let it run any code. So without certificates this
program neither listens on an address that other hosts reach, nor joins a scheduler there.
"""

import ipaddress
import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from distributed import Security

from cluster.roles import ROLES, Role
from cluster.settings import ClusterSettings
from data.errors import InputError

_NEEDED: dict[str, Sequence[Role]] = {
    "local": ROLES,
    "address": ("client",),
    "kubernetes": ("client",),
    "slurm": ROLES,
}


def security(settings: ClusterSettings) -> Security | None:
    """What the client, and the scheduler and workers that this process starts, need for TLS.

    Args:
        settings: Where the work runs.

    Returns:
        Paths of the certificates, with encryption required; None where no certificates are set and nothing
        but this machine takes part.

    Raises:
        InputError: A certificate is missing or no longer valid, or another host would take part without any.
    """
    if settings.tls_folder is None:
        _refuse_others(settings)
        return None
    if settings.address is not None and not settings.address.startswith("tls://"):
        raise InputError(
            f"NWATCH_ADDRESS: {settings.address} is not encrypted, but NWATCH_TLS_FOLDER is set; "
            "write tls://, or unset NWATCH_TLS_FOLDER"
        )
    return of_folder(settings.tls_folder, _NEEDED[settings.kind])


def of_folder(folder: Path, roles: Sequence[Role] = ROLES) -> Security:
    """The TLS settings of Dask that stand for a folder of certificates.

    Args:
        folder: As `cluster.certificates.make` leaves it, or the files of some roles.
        roles: Those that are needed.

    Raises:
        InputError: A certificate is missing or no longer valid.
    """
    from cluster.certificates import check  # what it needs takes a moment to load

    authority, pems = check(folder, roles)
    files = {f"tls_{role}_{part}": str(pem) for role, pem in pems.items() for part in ("cert", "key")}
    return Security(require_encryption=True, tls_ca_file=str(authority), **files)


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own, which no other host reaches.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
        (True, True, False)
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False  # a name that nobody knows is told of where it is used
    return all(ipaddress.ip_address(str(address[0]).split("%")[0]).is_loopback for *_, address in found)


def _refuse_others(settings: ClusterSettings) -> None:
    mend = "make certificates with: nwatch certificates DIR, and set NWATCH_TLS_FOLDER"
    if settings.address is not None:
        if settings.address.startswith("tls://"):
            raise InputError(
                f"NWATCH_TLS_FOLDER is missing: {settings.address} asks for a certificate; {mend}"
            )
        if not is_loopback(urlsplit(settings.address).hostname or ""):
            raise InputError(
                f"NWATCH_ADDRESS: {settings.address} is another host without TLS, where anyone on the "
                f"network could run code; {mend} and a tls:// address"
            )
    elif not is_loopback(settings.host):
        raise InputError(
            f"NWATCH_HOST: {settings.host} can be reached from other hosts, and without TLS anyone there "
            f"could run code; {mend}, or unset NWATCH_HOST"
        )
