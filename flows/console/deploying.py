"""What `nwatch deploy`, `nwatch automations` and `nwatch arrivals` do."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from data import json_log
from data.catalog import Investigation
from data.errors import InputError
from data.printable import printable
from flows.console.printing import console, print_table
from flows.run.named_server import honor_profile, named
from flows.run.on_server import absolute

if TYPE_CHECKING:
    from flows.service.merging import Deployed


def deploy(folder: Path | None, notify: str | None, reset: bool, pool: str | None) -> None:
    """Deploy an investigation on the server, and print what became of each deployment and automation.

    Args:
        folder: The investigation folder; None for that of ``NWATCH_FOLDER``.
        notify: Where notifications go.
        reset: Whether what a person changed on the server is replaced.
        pool: The work pool; None for the usual one.

    Raises:
        InputError: The folder is not named or wrong, no server is named or answers, it lacks the pool or the
            block, or it has another investigation of this name.
    """
    from flows.service.deploying import given_for

    given = given_for(_named(folder), os.environ.get("NWATCH_CODE"))
    _check_server()
    from flows.arrivals import emit, looked_event
    from flows.service import deploying, setting_up
    from flows.service.merging import on_server

    with on_server(given.name, reset) as target:
        made, starting = deploying.deploy(target, given, pool)
        gone = deploying.retire(target.client, given)
        block = None
        if all(each.now == "removed" for each in gone):  # none of another investigation's is left
            old, block = setting_up.retire(target.client)
            gone += old
        made += setting_up.set_up(target, notify or block, starting)
    # From now on somebody must look for arrivals, or a person is told.
    emit(looked_event(Path(given.folder)))
    _show([*made, *gone])


def automations(folder: Path | None, notify: str | None, reset: bool) -> None:
    """Set up the automations alone, and print what became of each.

    Args:
        folder: The investigation folder; None for that of ``NWATCH_FOLDER``.
        notify: Where notifications go.
        reset: Whether what a person changed on the server is replaced.

    Raises:
        InputError: As for :func:`deploy`.
    """
    from flows.service.deploying import given_for

    given = given_for(_named(folder))
    _check_server()
    from flows.service.merging import on_server
    from flows.service.setting_up import set_up

    with on_server(given.name, reset) as target:
        made = set_up(target, notify)
    _show(made)


def arrivals(folder: Path | None) -> None:
    """Look for arrivals until the process is ended.

    Args:
        folder: The investigation folder; None for that of ``NWATCH_FOLDER``.

    Raises:
        InputError: The folder is not named, or is no investigation; or no server is named.
    """
    from flows.arrivals import keep_looking
    from flows.service.left_running import end_left_running

    place = absolute(_named(folder))
    Investigation.unchecked(place)
    to = console()
    as_json = json_log.wanted(os.environ)

    def say(line: str) -> None:
        text = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} | {printable(line)}"
        to.out(json_log.line(line) if as_json else text, highlight=False)

    server = f"Prefect server: {_checked_name()}"
    if as_json:
        say(server)
    else:
        to.print(server, markup=False)

    say(f"looking for arrivals in {place} every minute")
    keep_looking(place, say, end_left_running)


def _named(folder: Path | None) -> str | None:
    """The folder: as a person wrote it here, or as the environment has it."""
    return os.environ.get("NWATCH_FOLDER") if folder is None else str(folder.absolute())


def _check_server() -> None:
    console().print(f"Prefect server: {_checked_name()}", markup=False)
    from flows.service.local_server import check_reachable

    check_reachable()


def _checked_name() -> str:
    """The server that is named, and by what."""
    honor_profile()
    server = named()
    if server is None:
        raise InputError(
            "PREFECT_API_URL is not set; name the server, such as PREFECT_API_URL=http://127.0.0.1:4200/api, "
            "or with: prefect config set PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
    return str(server)


def _show(made: list[Deployed]) -> None:
    to = console()
    print_table(
        ("on the server", "what it does", "now"), [(one.name, one.does, one.now) for one in made], to=to
    )
    for one in made:
        for line in one.kept:
            to.print(line, markup=False)
    if any(one.kept for one in made):
        to.print("to replace what was changed on the server: --reset", markup=False)
