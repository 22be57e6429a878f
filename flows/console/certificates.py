"""The command `nwatch certificates`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def certificates(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write them.", show_default=False)],
    host: Annotated[
        list[str] | None,
        typer.Option(
            help="A name or address of the scheduler or of workers; can be given several times.",
            show_default=False,
        ),
    ] = None,
    days: Annotated[int, typer.Option(help="How long they are valid.", min=1)] = 365,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make new certificates with the existing authority.")
    ] = False,
) -> None:
    """Make the certificates for a cluster.

    Makes a certificate authority of your own, and with it certificates for the scheduler, the workers and the
    runs. With them, all traffic between these is encrypted, and nobody without a certificate can connect.
    Without them, nwatch works on this machine only.

    \b
    Examples:
      nwatch certificates /etc/nwatch/tls --host dask.example.org
      nwatch certificates /etc/nwatch/tls --renew
    """
    from cluster.certificates import make

    typer.echo(make(folder, host or (), days, renew))
