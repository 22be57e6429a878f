"""What ``nwatch run`` takes: its options, each with its words of help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.parts import PARTS

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The investigation folder.", show_default=False)]

# The values of --only. mypy cannot see the members of an enumeration made from a list.
Part = StrEnum("Part", {name: name for name in PARTS})  # type: ignore[misc]


class Tables(StrEnum):
    """The values of --workbook."""

    private = "private"


Workers = Annotated[
    int | None,
    typer.Option(help="Worker processes; default: one per CPU.", min=1, show_default=False),
]
Partition = Annotated[
    int | None,
    typer.Option(help="Messages per partition; does not change any result.", min=1, show_default=False),
]
Only = Annotated[
    list[Part] | None,
    typer.Option(help="Run only this part; can be given several times.", show_default=False),
]
Agency = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Read only this agency's mailboxes; the rows of the others stay.",
        show_default=False,
    ),
]
Ui = Annotated[
    bool, typer.Option("--ui", help="Start a Prefect server for this run, and print the link to its UI.")
]
NoWait = Annotated[bool, typer.Option("--no-wait", help="With --ui: close the UI when the run ends.")]
HashAttachments = Annotated[
    bool,
    typer.Option("--hash-attachments", help="Compute the SHA-256 of every attached file; takes longer."),
]
Workbook = Annotated[
    Tables | None,
    typer.Option(
        help="Also write the private tables as out/private/private.xlsx.",
        show_default=False,
    ),
]
