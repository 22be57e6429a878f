"""What `nwatch run` does: look at all that can be wrong, start server and workers, carry out, tell."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from data.catalog import Investigation
from data.errors import InputError, LedgerError
from flows.console.failures import check_room, interrupted, line_of
from flows.console.printing import console
from flows.console.summary import summary
from flows.run.locks import check_free
from flows.run.preflight import Inputs, check_agency, using
from flows.run.progress import reporting, speaking
from flows.run.publish import check_writable, is_cut, published_at
from flows.run.worker_modules import needed, needed_before

if TYPE_CHECKING:
    from cluster import ClusterSettings
    from flows.investigate import RunResult

    Flow = Callable[[str | None, int | None, list[str] | None], RunResult]


def run(
    folder: Path,
    workers: int | None,
    partition: int | None,
    only: list[str] | None = None,
    agency: str | None = None,
) -> None:
    """Run the investigation and print its summary.

    What can be wrong with the input is looked for before anything is started.

    Args:
        folder: The investigation folder.
        workers: Worker processes; by default what the environment says, else one a processor.
        partition: Messages a partition of the reading.
        only: The parts to carry out; None for all that have their input.
        agency: The one agency whose mailboxes are read; None for all. With one, only the mail's part is done.

    Raises:
        InputError: The configuration or the records are wrong, another run is at work in the folder, it
            cannot be written, its disk is full, or the server or the workers are gone.
        BrokenPipeError: Nobody reads the output any more; the error says how things are.
        KeyboardInterrupt: Likewise.
        LedgerError: An identity of the ledger does not hold.
    """
    investigation = Investigation.open(folder, [agency] if agency else None)
    parts = _parts_of_agency(investigation, agency, only) if agency else investigation.parts(only)
    looked_at = Inputs(investigation)
    looked_at.check(parts)
    from cluster import settings_from_environment
    from cluster.environment import unknown

    for line in unknown(os.environ):
        console(error=True).print(f"nwatch: {line}", markup=False)
    settings = settings_from_environment(workers=workers)
    check_writable(investigation.out)
    check_free(investigation.work)
    check_room(investigation.work)
    with (
        _told_in_one_line(investigation),
        reporting(speaking(console())) as tell,
        ExitStack() as stack,
    ):
        with tell.stage("start"):
            flow = _started(looked_at, parts, settings, stack)
        result = flow(agency, partition, only)
        summary(result, tell.seconds, console())


@contextmanager
def _told_in_one_line(investigation: Investigation) -> Iterator[None]:
    """Tell of what stops a run from outside in one line, and whether tables were published before."""
    before = published_at(investigation.out)

    def word() -> str:
        if is_cut(investigation.work):
            return "the tables are published in part, and the next run publishes the rest first"
        if published_at(investigation.out) not in {None, before}:
            return f"the tables are published and whole: {investigation.out}"
        return "nothing was published, and the next run goes on from here"

    try:
        yield
    except (KeyboardInterrupt, BrokenPipeError) as stop:
        raise type(stop)(word()) from None
    except (InputError, LedgerError):
        raise
    except Exception as error:
        if interrupted(error):
            raise KeyboardInterrupt(word()) from None
        line = line_of(error, investigation.work)
        if line is None:
            raise
        raise InputError(f"{line}; {word()}") from error


def _parts_of_agency(investigation: Investigation, agency: str, only: list[str] | None) -> tuple[str, ...]:
    """The parts of a run over one agency: the mail."""
    if set(only or ()) - {"mail"}:
        raise InputError(
            "--agency reads the mail of one agency; leave --only out, or run the other parts alone"
        )
    check_agency(investigation, agency)
    return ("mail",)


def _started(looked_at: Inputs, parts: tuple[str, ...], settings: ClusterSettings, stack: ExitStack) -> Flow:
    """Start all that a run wants, which the stack ends, and give what carries it out."""
    from cluster.kinds import kind_of
    from flows.service.local_server import alone, check_reachable, prepare

    kind_of(settings).prepare(needed_before(parts))
    investigation = looked_at.investigation
    server = prepare(investigation.work / "prefect")
    # The server, and what the workers are forked from, come up in their own processes meanwhile.
    from prefect import tags

    from flows.investigate import investigate, subflows
    from flows.one_agency import one_agency
    from flows.run.workers import check_loaded, load, opened

    client = stack.enter_context(opened(settings))
    stack.enter_context(using(looked_at))
    stack.enter_context(alone(server))
    stack.enter_context(tags("nwatch", *investigation.config.agencies))
    loading = load(client, needed(parts))
    subflows(parts)  # loaded while the workers load what they need
    if server is None:
        check_reachable()
    else:
        try:
            server.wait()
        except RuntimeError as error:
            raise InputError(f"{error}; look into it, then run again") from error
    check_loaded(loading)

    def flow(agency: str | None, partition: int | None, only: list[str] | None) -> RunResult:
        if agency is None:
            return investigate(investigation.folder, partition, only)
        return one_agency(investigation.folder, agency, partition, settled=False)

    return flow
