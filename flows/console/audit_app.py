"""The commands that look at what a run made: `nwatch open`, `nwatch verify` and `nwatch compare`."""

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
    app.command(name="open")(open_report)
    app.command()(verify)
    app.command()(compare)


def open_report(folder: Folder) -> None:
    """Open the report of the last run in the browser.

    Where there is no screen or no browser, it prints where the report is.

    \b
    Example:
      nwatch open my-investigation
    """
    from flows.console import verify as page

    page.open_report(folder)


def verify(
    folder: Folder,
    trust: Annotated[
        bool,
        typer.Option("--trust", help="Do not read files again whose size and times are as they were."),
    ] = False,
) -> None:
    """Check that the outputs are what these inputs give.

    Hashes all inputs and outputs again and compares them, the settings and the versions with those of the
    last run. The first line is the answer; the lines below it say what differs. The exit code is 0 for yes,
    1 for no, and 2 where nobody can tell.

    \b
    Example:
      nwatch verify my-investigation
    """
    from flows.console import verify as page

    raise typer.Exit(page.verify(folder, trust=trust))


def compare(
    folder: Folder,
    old: Annotated[
        Path,
        typer.Argument(
            metavar="OLD", help="An earlier investigation folder, or a copy of its out/.", show_default=False
        ),
    ],
    private: Annotated[
        bool, typer.Option("--private", help="Compare private tables too; shows how many rows, never which.")
    ] = False,
) -> None:
    """Show what changed since another run.

    Names findings with another verdict, lines of the ledger with another count, settings, versions and inputs
    that differ, and of each public table the rows that are new, gone or changed.

    \b
    Examples:
      cp -r my-investigation/out before
      nwatch run my-investigation
      nwatch compare my-investigation before
    """
    from flows.console import compare as page

    page.compare(folder, old, private=private)
