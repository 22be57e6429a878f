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
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from data.errors import InputError, LedgerError
from data.printable import printable_lines
from flows.console import audit_app, deploy_app, options, records_app
from flows.console.certificates import certificates
from flows.console.coding import app as coding_app
from flows.console.options import Folder
from flows.run.signals import handling

app = typer.Typer(
    name="nwatch",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: the same in a terminal, a log and the README
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""Turn the Outlook mailboxes that an agency handed over into tables that add up.

    \b
    To try it with made-up records:
      nwatch new demo --synthetic
      nwatch run demo
    With your own:
      nwatch new my-investigation   (it says where to put the mailboxes)
    """,
)


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
            "--synthetic",
            help="Fill it with made-up mailboxes, posts and crimes, and with what a run must find in them.",
        ),
    ] = False,
    scale: Annotated[
        float,
        typer.Option(help="With --synthetic: the size; 1 is 202,552 e-mails in 32.89 GB, and 873,592 posts."),
    ] = 0.01,
    seed: Annotated[int, typer.Option(help="With --synthetic: determines every text, name and time.")] = 1,
) -> None:
    """Create an investigation folder.

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

    Takes seconds, even for a large file.

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
        int | None, typer.Option(help="Messages per partition.", min=1, show_default=False)
    ] = None,
) -> None:
    """Show what a run would read, and what is done already.

    Each mailbox is divided into partitions, which the workers read in parallel.

    \b
    Example:
      nwatch plan my-investigation
    """
    from flows.console import commands

    commands.plan(folder, partition)


@app.command()
def run(  # noqa: PLR0917 - a command's arguments are named
    folder: Folder,
    workers: options.Workers = None,
    partition: options.Partition = None,
    only: options.Only = None,
    agency: options.Agency = None,
    ui: options.Ui = False,
    no_wait: options.NoWait = False,
    hash_attachments: options.HashAttachments = False,
    workbook: options.Workbook = None,
) -> None:
    """Run the investigation: from records to tables.

    It reads the mailboxes and finds the alerts; places posts and crimes in Census tracts and compares them
    with the income there; and finds out, from gentrified tracts and police partnerships, which cities to ask.
    It writes the tables to DIR/out at the end. A part without its input is skipped.

    What an earlier run has read is not read again. With PREFECT_API_URL set, the run appears in that server's
    UI; with NWATCH_ADDRESS set, the workers of that Dask scheduler do the work.

    \b
    Examples:
      nwatch run my-investigation --workers 4
      nwatch run my-investigation --only posts
      nwatch run my-investigation --agency lapd
    """
    with _interruptible("nothing was done yet"):
        from flows.console import run

        parts = [str(part) for part in only] if only else None
        run.run(
            folder, workers, partition, parts, agency, ui, not no_wait, hash_attachments, workbook is not None
        )


@app.command()
def ui(folder: Folder) -> None:
    """Show earlier runs in the Prefect UI.

    Shows the runs that were started with --ui. The UI stays open until you press a key.

    \b
    Example:
      nwatch ui my-investigation
    """
    with _interruptible("the UI is closed"):
        from flows.console import ui as page

        page.ui(folder)


@app.command()
def ledger(folder: Folder) -> None:
    """Show what entered a run, and what became of it.

    Prints each line of the last run's ledger with its count.

    \b
    Example:
      nwatch ledger my-investigation
    """
    from flows.console import commands

    commands.ledger(folder)


@app.command()
def quarantine(folder: Folder) -> None:
    """Show what could not be read or parsed, and why.

    Lists everything that the last run put into quarantine, with file, folder, item and reason.

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
        bool, typer.Option("--replace", help="Replace an existing census/gentrification.parquet.")
    ] = False,
) -> None:
    """Build census/gentrification from public downloads.

    The Longitudinal Tract Data Base may not be passed on, so you download it yourself, and the Census tables
    with it. While files are missing, the command says which, where to get them, and where to put them.

    \b
    Example:
      nwatch gentrification my-investigation
    """
    from flows.console.gentrification import build

    build(folder, replace)


records_app.register(app)
audit_app.register(app)
coding_app.register(app)
app.command()(certificates)
deploy_app.register(app)


@app.command()
def arrivals(folder: deploy_app.Folder = None) -> None:
    """Look every minute for new records.

    When an agency's records have arrived and stopped growing, it tells the server of PREFECT_API_URL, which
    starts a run of this agency. It opens no mailbox. Let a service manager start it, and start it again when
    it ends.

    \b
    Example:
      nwatch arrivals /data/my-investigation
    """
    with _interruptible("what arrives is announced when it is started again"):
        from flows.console import deploying

        deploying.arrivals(folder)


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2."""
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
        from flows.run.failures import line_of, show_fault

        line = line_of(error)
        if line is None:
            error.add_note("nwatch: this is a bug in the program; please report it, with the lines above")
            sys.excepthook = show_fault
            raise
        _fail(f"nwatch: {line}", 2)


def _check_encoding() -> None:
    """Check that file names are read as UTF-8; else one with an umlaut could not be opened or printed.

    Raises:
        InputError: They are not.
    """
    if sys.getfilesystemencoding().lower() not in {"utf-8", "utf8"}:
        raise InputError(
            f"LC_ALL: the terminal's character set is {sys.getfilesystemencoding()}, but file names are "
            "read as UTF-8; set LC_ALL=C.UTF-8"
        )


class Stopped(KeyboardInterrupt):
    """Ctrl-C, or SIGTERM.

    A class of its own because of `python -m`: where a plain KeyboardInterrupt has passed through `eval` or
    `exec`, it ends by the signal, even if the error was caught, and whatever the exit code was to be.
    Importing Prefect evaluates hundreds of texts.
    """


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped


@contextmanager
def _interruptible(then: str) -> Iterator[None]:
    """Report Ctrl-C, or a closed output (`nwatch run … | head`), in one line.

    SIGTERM, as a service manager sends it, is handled like Ctrl-C.

    Args:
        then: What the line says of the state that is left, such as "nothing was written".
    """
    numbers = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not ignored, as with nohup
        numbers.append(signal.SIGINT)
    with handling(numbers, _stop):
        try:
            yield
        except KeyboardInterrupt as stop:
            _fail(f"nwatch: interrupted; {str(stop) or then}", 130)
        except BrokenPipeError as stop:
            _fail(f"nwatch: output closed; {then if stop.errno else stop}", 1)


def _fail(line: str, code: int) -> NoReturn:
    try:
        sys.stdout.flush()
    except OSError:  # closed, or its disk is full; at its exit Python would try again, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    shown = printable_lines(line).encode(sys.stderr.encoding or "utf-8", "backslashreplace")
    sys.stderr.write(shown.decode(errors="replace") + "\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
