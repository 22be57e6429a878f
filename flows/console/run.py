"""What `nwatch run` does: check the input, start the workers, run, and show what was found."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.catalog import Investigation
from data.errors import InputError
from data.printable import printable
from flows import parts as registry
from flows.console.printing import console
from flows.console.summary import summary
from flows.console.ui import until_key, watched_by
from flows.run.failures import check_room
from flows.run.inputs import Inputs
from flows.run.locks import check_free
from flows.run.named_server import honor_profile, named
from flows.run.on_server import tag_of
from flows.run.preflight import (
    agencies_needed,
    check,
    check_agency,
    lines_of,
    parts_to_run,
    recognised,
    using,
)
from flows.run.progress import reporting, speaking
from flows.run.publish import check_writable
from flows.run.stopped import in_one_line
from flows.run.watched import server_named
from flows.run.workbook import PRIVATE

if TYPE_CHECKING:
    from rich.console import Console

    from cluster import ClusterSettings
    from flows.investigate import RunResult
    from flows.service.local_server import Server

    Flow = Callable[[str | None, int | None, list[str] | None, Mapping[str, Any]], RunResult]


_PATIENCE: Final = 6 * 60 * 60
"""Seconds that a run which waited for sheets waits for another run, when a person has let it go on."""


def run(  # noqa: PLR0917 - in the order of the command line
    folder: Path,
    workers: int | None = None,
    partition: int | None = None,
    only: list[str] | None = None,
    agency: str | None = None,
    ui: bool = False,
    wait: bool = True,
    hash_attachments: bool = False,
    private_workbook: bool = False,
    *,
    wait_for_sheets: bool = False,
    show: Callable[[RunResult, Mapping[str, float], Console], None] = summary,
) -> None:
    """Run the investigation and print its summary.

    The input is checked before anything is started.

    Args:
        folder: The investigation folder.
        workers: Worker processes; by default what the environment says, else one per CPU.
        partition: Messages per partition.
        only: The parts to run; None for all that have their input.
        agency: The one agency whose mailboxes are read; None for all. With one, only the mail is read.
        ui: Whether a Prefect server with its UI is started for the run.
        wait: Whether that server stays up after the run until a key is pressed.
        hash_attachments: Whether the SHA-256 of every attached file is computed.
        private_workbook: Whether the private tables are also written as a workbook.
        wait_for_sheets: Whether the run is the flow `coding`, which waits for the sheets of the sample.
        show: Prints what was found, by what the run found and the seconds of each stage.

    Raises:
        InputError: The configuration or the records are wrong, another run is active in the folder, it
            cannot be written, its disk is full, or the server or the workers are gone.
        BrokenPipeError: The output was closed; the error says what became of the tables.
        KeyboardInterrupt: Likewise.
        LedgerError: An identity of the ledger does not hold.
    """
    honor_profile()
    investigation = Investigation.open(folder, [agency] if agency else agencies_needed(only))
    parts = _parts_of_agency(investigation, agency, only) if agency else parts_to_run(investigation, only)
    from cluster import settings_from_environment
    from cluster.environment import unknown
    from cluster.kinds import kind_of

    for line in unknown(os.environ):
        console(error=True).print(f"nwatch: {line}", markup=False)
    settings = settings_from_environment(workers=workers)
    modules = _modules_at_once(investigation, parts)
    if modules:
        # It loads what workers need in a process of its own, while this one looks at the input.
        kind_of(settings).prepare(modules)
    looked_at = Inputs(investigation)
    check(looked_at, parts)
    for line in lines_of(recognised(looked_at, parts)):
        console().print(f"recognised: {printable(line)}", markup=False)
    check_writable(investigation.out)
    check_free(investigation.work)
    check_room(investigation.work)
    with in_one_line(investigation.work, investigation.out), watched_by(investigation, ui) as server:
        with reporting(speaking(console())) as reporter, ExitStack() as stack:
            with reporter.stage("start"):
                flow = _started(looked_at, modules, settings, stack, server)
            more: dict[str, Any] = {"hash_attachments": True} if hash_attachments else {}
            more |= {"workbook": PRIVATE} if private_workbook else {}
            result = _waited(folder) if wait_for_sheets else flow(agency, partition, only, more)
            show(result, reporter.seconds, console())
        if server is not None and wait:
            until_key(server.link)


def _modules_at_once(investigation: Investigation, parts: Sequence[str]) -> list[str]:
    """What workers load, where there is surely work for them; else they are started when there is some."""
    loaded = registry.load(parts)
    done = all((investigation.work / file).is_file() for part in loaded for file in part.kept)
    return [] if done and not server_named() else registry.worker_modules(loaded)


def _parts_of_agency(investigation: Investigation, agency: str, only: list[str] | None) -> tuple[str, ...]:
    """The parts of a run over one agency: the mail."""
    if set(only or ()) - {"mail"}:
        raise InputError(
            "--agency reads the mail of one agency; leave out --only, or run the other parts without --agency"
        )
    check_agency(investigation, agency)
    return ("mail",)


def _started(
    looked_at: Inputs,
    modules: Sequence[str],
    settings: ClusterSettings,
    stack: ExitStack,
    server: Server | None,
) -> Flow:
    """Start what a run needs, which the stack ends, and return the function that runs it."""
    from flows.run.workers import check_loaded, load, opened, starting_with

    stack.enter_context(starting_with(settings))
    investigate, one_agency = _flows(looked_at.investigation.folder, server, stack)
    # The first worker comes when its parent has loaded all of these; the steps need them in this process too.
    for module in modules:
        import_module(module)
    loading = load(stack.enter_context(opened(settings)), modules) if modules else []
    stack.enter_context(using(looked_at))
    _check_server(server)
    if loading:
        check_loaded(loading)

    def flow(
        agency: str | None, partition: int | None, only: list[str] | None, more: Mapping[str, Any]
    ) -> RunResult:
        folder = looked_at.investigation.folder
        if agency is None:
            return investigate(folder, partition, only, **more)
        return one_agency(folder, agency, partition, settled=False, **more)

    return flow


def _flows(
    folder: Path, server: Server | None, stack: ExitStack
) -> tuple[Callable[..., RunResult], Callable[..., RunResult]]:
    """The functions that run an investigation and one agency of it: as Prefect flows where it is watched."""
    if not server_named():
        from flows.investigate import investigate
        from flows.one_agency import one_agency

        return investigate, one_agency
    from flows import deployments
    from flows.service.local_server import alone

    stack.enter_context(alone(server))
    stack.enter_context(deployments.tags("nwatch", tag_of(folder.absolute())))
    return deployments.investigate, deployments.one_agency


def _waited(folder: Path) -> RunResult:
    """Run the flow `coding` on the server that the environment names, and wait for the sheets."""
    from flows.deployments import coding

    return coding(folder.absolute(), wait=True, patience=_PATIENCE)


def _check_server(server: Server | None) -> None:
    """Check that the server of a watched run answers, and print the link if it is the run's own.

    Raises:
        InputError: It does not.
    """
    if server is not None:
        server.wait()
        if server.set_aside:
            console().print(server.set_aside, markup=False)
        console().print(f"Prefect UI: {server.link}", markup=False)
    elif server_named():
        from flows.service.local_server import check_reachable

        check_reachable()
        console().print(f"Prefect server: {named()}", markup=False)
