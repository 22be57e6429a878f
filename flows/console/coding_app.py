"""The commands of the sample that people read: `nwatch code`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The investigation folder.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line.

    Args:
        app: The command line.
    """
    app.command()(code)


def code(
    folder: Folder,
    reader: Annotated[
        str,
        typer.Option(
            "--reader", metavar="NAME", help="Who reads, as named with nwatch sample.", show_default=False
        ),
    ],
) -> None:
    """Read the sample in the terminal, one alert at a time.

    Shows each alert with the questions of the codebook; a key is an answer, ? shows what the answers mean.
    Each answer is kept at once in DIR/coding/returned. Stop with q or Ctrl-C; called again, it goes on
    where you stopped.

    \b
    Example:
      nwatch code my-investigation --reader anna
    """
    from flows.console import code as page

    page.code(folder, reader)
