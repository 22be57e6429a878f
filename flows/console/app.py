"""The command line `nwatch`.

Whatever is heavy (Prefect, Dask, Arrow) is imported inside the commands that need it: `nwatch --help` answers
at once, and `nwatch inspect` starts neither a server nor a cluster.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from data.errors import InputError, LedgerError
from flows.parts import PARTS
from flows.run.signals import handled

app = typer.Typer(
    name="nwatch",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: the same in a terminal, a log and the README
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""From the Outlook mailboxes that an agency handed over to tables that add up.

    \b
    A first look, at made-up records:
      nwatch new demo --synthetic
      nwatch run demo
    Your own:
      nwatch new my-investigation, which says where the mailboxes go
    """,
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The investigation folder.", show_default=False)]


# The parts as words of the command line; mypy cannot see the members of an enumeration made from a list.
Part = StrEnum("Part", {name: name for name in PARTS})  # type: ignore[misc]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"nwatch {version('neighborhood-watch')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
def new(
    folder: Folder,
    synthetic: Annotated[
        bool,
        typer.Option(
            "--synthetic", help="Fill it with made-up mailboxes, posts and crimes whose truth is known."
        ),
    ] = False,
    scale: Annotated[
        float,
        typer.Option(help="With --synthetic: the size; 1 is 202,552 e-mails in 32.89 GB, and 873,592 posts."),
    ] = 0.01,
    seed: Annotated[int, typer.Option(help="With --synthetic: decides every text, name and time.")] = 1,
) -> None:
    """Make an investigation folder.

    Without --synthetic it holds an investigation.toml to fill in and an empty records/.

    \b
    Examples:
      nwatch new my-investigation
      nwatch new demo --synthetic --scale 0.01
    """
    with _interruptible("nothing was written"):
        from flows.console import new

        new.new(folder, synthetic, scale, seed)


@app.command()
def inspect(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE.pst...", help="Mailboxes.", show_default=False)
    ],
) -> None:
    """Show what is in a mailbox: format, folders, counts.

    Takes seconds, whatever the size of the file.

    \b
    Example:
      nwatch inspect records/lapd/inbox.pst
    """
    from flows.console import commands

    commands.inspect(files)


@app.command()
def plan(
    folder: Folder,
    partition: Annotated[
        int | None, typer.Option(help="Messages a partition of the reading.", min=1, show_default=False)
    ] = None,
) -> None:
    """Show what a run would read, and what is done already.

    Each mailbox is cut into partitions, which the workers read side by side.

    \b
    Example:
      nwatch plan my-investigation
    """
    from flows.console import commands

    commands.plan(folder, partition)


@app.command()
def run(  # noqa: PLR0917 - a command's arguments are named
    folder: Folder,
    workers: Annotated[
        int | None,
        typer.Option(help="Worker processes; by default one a processor.", min=1, show_default=False),
    ] = None,
    partition: Annotated[
        int | None,
        typer.Option(
            help="Messages a partition of the reading; changes no result.", min=1, show_default=False
        ),
    ] = None,
    only: Annotated[
        list[Part] | None,
        typer.Option(help="Run only this part; can be given several times.", show_default=False),
    ] = None,
    agency: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Read this agency's mailboxes alone; the rows of the others stay.",
            show_default=False,
        ),
    ] = None,
    ui: Annotated[
        bool, typer.Option("--ui", help="Start a Prefect server for this run, and print the link to its UI.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="With --ui: close the UI when the run ends.")
    ] = False,
) -> None:
    """Run the investigation: from records to tables.

    The mailboxes are read and the alerts found; posts and crimes are put into Census tracts and held against
    the income there; gentrified tracts and police partnerships say which cities to ask. The tables lie in
    DIR/out when it ends. A part whose input is not there is skipped.

    What was read before is not read again. With PREFECT_API_URL set, the run appears in that server's UI;
    with NWATCH_ADDRESS set, the work is done on that Dask scheduler's workers.

    \b
    Examples:
      nwatch run my-investigation --workers 4
      nwatch run my-investigation --only posts
      nwatch run my-investigation --agency lapd
    """
    with _interruptible("nothing was done yet"):
        from flows.console import run

        parts = [str(part) for part in only] if only else None
        run.run(folder, workers, partition, parts, agency, ui, not no_wait)


@app.command()
def ui(folder: Folder) -> None:
    """Show earlier runs in the Prefect UI.

    Those that were run with --ui. The UI stays open until you press a key.

    \b
    Example:
      nwatch ui my-investigation
    """
    with _interruptible("the UI is closed"):
        from flows.console import ui as page

        page.ui(folder)


@app.command()
def ledger(folder: Folder) -> None:
    """Show what entered, and what became of it.

    Each line of the last run's ledger, with its count.

    \b
    Example:
      nwatch ledger my-investigation
    """
    from flows.console import commands

    commands.ledger(folder)


@app.command()
def quarantine(folder: Folder) -> None:
    """Show what could not be read or parsed, and why.

    File, folder, item and reason of everything that the last run put aside.

    \b
    Example:
      nwatch quarantine my-investigation
    """
    from flows.console import commands

    commands.quarantine(folder)


@app.command()
def gentrification(
    folder: Folder,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a census/gentrification.parquet that is there.")
    ] = False,
) -> None:
    """Make census/gentrification of public downloads.

    The Longitudinal Tract Data Base may not be handed on, so you download it yourself, and the Census's
    tables with it. Without them the command says which files, from where, and where to put them.

    \b
    Example:
      nwatch gentrification my-investigation
    """
    from flows.console.gentrification import build

    build(folder, replace)


@app.command()
def certificates(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write them.", show_default=False)],
    host: Annotated[
        list[str] | None,
        typer.Option(
            help="A name or address of scheduler or workers; may be given several times.", show_default=False
        ),
    ] = None,
    days: Annotated[int, typer.Option(help="How long they are valid.", min=1)] = 365,
    renew: Annotated[
        bool, typer.Option("--renew", help="New certificates by the authority that is there.")
    ] = False,
) -> None:
    """Make the certificates of a cluster.

    An authority of your own, and by it certificates for the scheduler, the workers and the runs. With them
    everything between these is encrypted, and who has none is not let in. Without them nwatch works on this
    machine alone.

    \b
    Examples:
      nwatch certificates /etc/nwatch/tls --host dask.example.org
      nwatch certificates /etc/nwatch/tls --renew
    """
    from cluster.certificates import make

    typer.echo(make(folder, host or (), days, renew))


@app.command()
def automations(
    notify: Annotated[
        str | None,
        typer.Option(
            metavar="URL|BLOCK",
            help="Whom to tell: a webhook's address, or a notification block, as slack-webhook/newsroom.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Let the Prefect server tell of failed runs.

    It tells of those that fail, crash or are late. The server is that of PREFECT_API_URL. A run whose
    process is gone is marked crashed there. Without --notify it shows in the UI's events, and nobody is
    told. Again, it brings up to date what is there.

    \b
    Example:
      nwatch automations --notify slack-webhook/newsroom
    """
    from flows.console import commands

    commands.automations(notify)


def main() -> None:
    """Run the command line; a mistake of the user's is one line on stderr and exit code 2."""
    try:
        _check_encoding()
        app()
    except InputError as error:
        _fail(f"nwatch: {error}", 2)
    except LedgerError as error:
        _fail(f"nwatch: the ledger does not add up, and nothing was published: {error}", 1)
    except KeyboardInterrupt:
        _fail("nwatch: interrupted", 130)
    except Exception as error:
        from flows.console.failures import line_of

        line = line_of(error)
        if line is None:
            error.add_note("nwatch: this is a fault of the program: please report it, with the lines above")
            raise
        _fail(f"nwatch: {line}", 2)


def _check_encoding() -> None:
    """See that names of files are UTF-8, or those with an umlaut could be neither opened nor written down.

    Raises:
        InputError: They are not.
    """
    if sys.getfilesystemencoding().lower() not in {"utf-8", "utf8"}:
        raise InputError(
            f"LC_ALL: the terminal's character set is {sys.getfilesystemencoding()}, and names of files are "
            "read as UTF-8; set LC_ALL=C.UTF-8"
        )


class Stopped(KeyboardInterrupt):
    """Ctrl-C, or SIGTERM.

    `python -m` ends by the signal, whatever was caught and with whatever code it was to exit, where a
    KeyboardInterrupt of no other class passed through a text that was being evaluated; importing Prefect
    evaluates hundreds of them.
    """


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped


@contextmanager
def _interruptible(then: str) -> Iterator[None]:
    """Tell of Ctrl-C in one line, and of a reader who went away (`nwatch run … | head`).

    Whoever ends the process by SIGTERM, as a service manager does, is understood as Ctrl-C.

    Args:
        then: How things are then.
    """
    heard = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not ignored, as with nohup
        heard.append(signal.SIGINT)
    with handled(heard, _stop):
        try:
            yield
        except KeyboardInterrupt as stop:
            _fail(f"nwatch: interrupted; {str(stop) or then}", 130)
        except BrokenPipeError as stop:
            _fail(f"nwatch: nobody reads what is told any more; {then if stop.errno else stop}", 1)


def _fail(line: str, code: int) -> NoReturn:
    try:
        sys.stdout.flush()
    except OSError:  # nobody reads it, or its disk is full; Python would try again at its end, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.stderr.write(
        line.encode(sys.stderr.encoding or "utf-8", "backslashreplace").decode(errors="replace") + "\n"
    )
    sys.exit(code)


if __name__ == "__main__":
    main()
