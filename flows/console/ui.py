"""A Prefect server with its UI for one investigation: while it runs (`nwatch run --ui`), or afterwards."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from data.catalog import Investigation
from data.errors import InputError
from data.private import kept_private
from flows.console.printing import command, console
from flows.run.locks import only_one
from flows.run.named_server import named

if TYPE_CHECKING:
    from flows.service.local_server import Server


def ui(folder: Path) -> None:
    """Show the earlier runs of an investigation in the Prefect UI, until a key is pressed.

    Args:
        folder: The investigation folder.

    Raises:
        InputError: No run was recorded there, or a server is already running for it.
    """
    from flows.service.local_server import Server, database

    investigation = Investigation.unchecked(folder)
    home = investigation.work / "prefect"
    if not database(home).is_file():
        raise InputError(
            f"{folder}: no run was recorded here yet; record one with: {command('nwatch run', folder)} --ui"
        )
    private = kept_private(investigation.work, investigation.out, investigation.config.private)
    with private, _only_server(investigation):
        server = Server(home, images=investigation.config.report.url or "")
        try:
            server.wait()
            if server.set_aside:
                console().print(server.set_aside, markup=False)
            console().print(f"Prefect UI: {server.link}", markup=False)
            until_key(server.link)
        finally:
            server.stop()


@contextmanager
def watched_by(investigation: Investigation, wanted: bool) -> Iterator[Server | None]:
    """Prepare Prefect for a run that is watched: start a server with its UI, or use the one that is named.

    Args:
        investigation: The investigation; the server's database is kept in its work folder.
        wanted: Whether ``--ui`` was given.

    Yields:
        The server, which may still be starting; None without one of the run's own.

    Raises:
        InputError: The environment already names a server, or one is running for this investigation.
    """
    server = named()
    if wanted and server:
        raise InputError(
            f"--ui: {server.by} already names a server ({server.url}), which will show the run; "
            f"leave out --ui, or {server.without}"
        )
    if not wanted and not server:
        yield None
        return
    from flows.service.local_server import prepare

    if server:
        prepare(investigation.work / "prefect")
        yield None
        return
    with _only_server(investigation):
        yield prepare(investigation.work / "prefect", investigation.config.report.url or "")


@contextmanager
def _only_server(investigation: Investigation) -> Iterator[None]:
    """Check that no other server uses the same database, which is meant for one."""
    with only_one(investigation.work, "ui") as ours:
        if not ours:
            raise InputError(
                f"{investigation.folder}: a Prefect UI is already open for this investigation; close it first"
            )
        yield


def until_key(link: str) -> None:
    """Wait until a key is pressed, or Ctrl-C; without a terminal, until the input ends.

    Args:
        link: Where the UI is.
    """
    console().print(f"The UI stays open at {link} until you press a key.", markup=False)
    with suppress(KeyboardInterrupt):
        if sys.stdin.isatty():
            _one_key(sys.stdin.fileno())
        else:
            sys.stdin.read(1)


def _one_key(terminal: int) -> None:
    import termios
    import tty

    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        os.read(terminal, 1)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
