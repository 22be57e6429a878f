"""Who may connect: holders of a certificate (TLS), and without certificates this machine alone.

Anybody who reaches the port of a Dask scheduler or worker can make it run any code. So without certificates
this program neither listens on an address that other hosts can reach, nor connects to a scheduler there.
"""

import ipaddress
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from distributed import Security

from cluster.roles import ROLES, Role
from cluster.settings import ClusterSettings
from data.errors import InputError

MAKE: Final = "make certificates with: nwatch certificates DIR, and set NWATCH_TLS_FOLDER"
"""What the user is to do where certificates are missing: the end of a line."""


def security(settings: ClusterSettings) -> Security | None:
    """What client, scheduler and workers need for TLS where this process starts the scheduler.

    Args:
        settings: Where the work runs.

    Returns:
        Paths of the certificates, with encryption required; None where no certificates are set and the
        scheduler listens to this machine alone.

    Raises:
        InputError: A certificate is missing or no longer valid, or other hosts could join without any.
    """
    if settings.tls_folder is not None:
        return of_folder(settings.tls_folder)
    if not is_loopback(settings.host):
        raise InputError(
            f"NWATCH_HOST: {settings.host} can be reached from other hosts, and without TLS anyone there "
            f"could run code; {MAKE}, or unset NWATCH_HOST"
        )
    return None


def of_folder(folder: Path, roles: Sequence[Role] = ROLES) -> Security:
    """Dask's TLS settings for a folder of certificates.

    Args:
        folder: As `cluster.certificates.make` leaves it, or the files of some roles.
        roles: The roles whose certificates are needed.

    Raises:
        InputError: A certificate is missing or no longer valid.
    """
    from cluster.certificates import check  # cryptography takes a moment to load

    authority, pems = check(folder, roles)
    files = {f"tls_{role}_{part}": str(pem) for role, pem in pems.items() for part in ("cert", "key")}
    return Security(require_encryption=True, tls_ca_file=str(authority), **files)


def is_loopback(host: str) -> bool:
    """Whether a name or address means this machine alone, so that no other host can reach it.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
        (True, True, False)
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False  # an unknown name is reported where it is used
    return all(ipaddress.ip_address(str(address[0]).split("%")[0]).is_loopback for *_, address in found)
