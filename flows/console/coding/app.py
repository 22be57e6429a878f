"""The commands of the sample that people read: `nwatch sample`, `nwatch code`, `nwatch tally`."""

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
    app.command()(sample)
    app.command()(code)
    app.command()(tally)


def sample(
    folder: Folder,
    reader: Annotated[
        list[str] | None,
        typer.Option(
            "--reader",
            metavar="NAME",
            help="Somebody who reads alerts; may be given more than once.",
            show_default=False,
        ),
    ] = None,
    redact: Annotated[
        bool,
        typer.Option(
            "--redact", help="Mask telephone numbers, e-mail addresses, street numbers and license plates."
        ),
    ] = False,
) -> None:
    """Draw the sample of alerts that people read, and make their sheets.

    Draws [coding] sample of the unique alerts of the last run. What is drawn is written to
    DIR/coding/sample.csv and stays; called again with a larger sample, it draws the rest. For each reader
    there are sheets in DIR/coding/sheets, without senders and recipients; a sheet that is there stays.

    \b
    Example:
      nwatch sample my-investigation --reader anna --reader ben --reader carla
    """
    from flows.console.coding import sample as page

    page.sample(folder, reader or (), redact=redact)


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
    from flows.console.coding import code as page

    page.code(folder, reader)


def tally(
    folder: Folder,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait",
            help="Wait, as a paused run on the Prefect server, until all sheets are back and ties decided.",
        ),
    ] = False,
) -> None:
    """Count what came back of the sheets, and say what is wrong with them.

    Reads every file of DIR/coding/returned: workbooks, CSVs, exports of Label Studio and answers from the
    terminal. Each line on what is wrong names the file, the row and the fix. Ties are written to
    DIR/coding/to_decide.csv; write the answers there and call it again. It is nwatch run --only coding, with
    all lines.

    With --wait it stays until the rest is back: someone resumes the run in the UI of the server that
    PREFECT_API_URL names, and says there who decided the ties.

    \b
    Example:
      nwatch tally my-investigation
    """
    from flows.console.coding import tally as page

    page.tally(folder, wait=wait)
