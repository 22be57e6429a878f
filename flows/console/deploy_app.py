"""The commands of an operator: `nwatch deploy` and `nwatch automations`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="DIR",
        help="The investigation folder, where the workers see it too; default: NWATCH_FOLDER.",
        show_default=False,
    ),
]
Notify = Annotated[
    str | None,
    typer.Option(
        metavar="URL|BLOCK",
        help="Where to send notifications: a webhook's address, or a block such as slack-webhook/newsroom; "
        "default: as it is.",
        show_default=False,
    ),
]
Reset = Annotated[bool, typer.Option("--reset", help="Replace what was changed on the server, as in its UI.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line.

    Args:
        app: The command line.
    """
    app.command()(deploy)
    app.command()(automations)


def deploy(
    folder: Folder = None,
    notify: Notify = None,
    reset: Reset = False,
    pool: Annotated[
        str | None, typer.Option(help="The work pool; default: nwatch.", show_default=False)
    ] = None,
) -> None:
    """Deploy the investigation on a Prefect server.

    The server of PREFECT_API_URL then runs it every night, and when records arrive. The names of what is
    made there carry the name of the folder; other investigations on the server stay as they are. When the
    night begins is in the section [schedule] of investigation.toml. What was changed on the server, as in its
    UI, is listed and kept.

    \b
    Examples:
      nwatch deploy /data/my-investigation
      nwatch deploy /data/my-investigation --notify slack-webhook/newsroom
    """
    from flows.console import deploying

    deploying.deploy(folder, notify, reset, pool)


def automations(folder: Folder = None, notify: Notify = None, reset: Reset = False) -> None:
    """Set up Prefect notifications for runs that fail or have warnings.

    The server of PREFECT_API_URL then notifies you of runs of this investigation that fail, crash, are late
    or have warnings, of agencies that were left out, of records that wait for a person, each with the reason,
    and when nobody looks for records; and it marks a run crashed whose process is gone. Without --notify,
    such runs appear only among the UI's events. The command nwatch deploy does this too.

    \b
    Example:
      nwatch automations /data/my-investigation --notify slack-webhook/newsroom
    """
    from flows.console import deploying

    deploying.automations(folder, notify, reset)
