"""The command about records that are gone: `nwatch accept`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The investigation folder.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command to the command line.

    Args:
        app: The command line.
    """
    app.command()(accept)


def accept(
    folder: Folder,
    agency: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The agency whose mailboxes these are; default: every agency.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Confirm that mailboxes are gone.

    They are those that an earlier run read. A run by hand warns of them; a scheduled run leaves their agency
    as it was, and tells a person. Both do so until the mailboxes are back, or until you confirm that they are
    gone. Shows which they are, and writes them to DIR/accepted.csv.

    \b
    Examples:
      nwatch accept my-investigation
      nwatch accept my-investigation --agency lapd
    """
    from flows.console import accept as page

    page.accept(folder, agency)
