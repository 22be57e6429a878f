"""What the commands of `nwatch` do; their arguments and help are in :mod:`flows.cli`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from data.catalog import Investigation
from data.errors import InputError
from data.settings import FILE, agency_lines
from flows.inputs import Inputs, check_agency, using
from flows.progress import Bars, Lines, Reporter, reporting
from flows.show import console, number, print_requests, print_table, summary

if TYPE_CHECKING:
    import pyarrow as pa

WHOLE = 202_552
"""Messages of a synthetic investigation at scale 1."""

_FILES_OF = {"mail": "private/sources", "posts": "private/post_files", "crime": "private/crime_files"}
"""By part of the ledger, the table that names its files."""

TEMPLATE = f"""\
# What to analyse. One folder an agency under records/ holds its mailboxes (*.pst, *.ost), untouched.
name = "{{name}}"

# One section for each folder of records/. The same keys may stand in records/<agency>/agency.toml instead.
#
# {agency_lines("lapd").replace(chr(10), chr(10) + "# ")}
"""


def new(folder: Path, synthetic: bool, scale: float, seed: int) -> None:
    """Make an investigation folder, empty or synthetic.

    Raises:
        InputError: There is something at its place already, or it cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder}: is there already and not empty; name a new folder")
        if synthetic:
            _synthetic(folder, scale, seed)
        else:
            (folder / "records").mkdir(parents=True)
            name = folder.absolute().name.replace("\\", "\\\\").replace('"', '\\"')
            (folder / FILE).write_text(TEMPLATE.format(name=name), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror}); name another place") from error
    to = console()
    if synthetic:
        to.print(
            f"A synthetic investigation lies in {folder}, its truth in {folder / 'truth'}.", markup=False
        )
    else:
        to.print(
            f"Put the mailboxes into {folder}/records/<agency>/ and fill in {folder / FILE}.", markup=False
        )
    to.print(f"Then: nwatch run {folder}", markup=False)


def _synthetic(folder: Path, scale: float, seed: int) -> None:
    from data.synthetic import create

    written: dict[str, int] = {}
    listed: dict[str, int] = {}
    expected = round(WHOLE * scale)
    with _reporter().stage("write the mailboxes", "messages") as on_progress:

        def tell(file: str, done: int, total: int) -> None:
            written[file], listed[file] = done, total
            on_progress(sum(written.values()), max(expected, sum(listed.values())))

        create(folder, scale, seed, progress=tell)


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
        InputError: The configuration or the records are wrong.
        LedgerError: An identity of the ledger does not hold.
    """
    import time

    start = time.perf_counter()
    investigation = Investigation.open(folder, [agency] if agency else None)
    parts = _parts_of_agency(investigation, agency, only) if agency else investigation.parts(only)
    looked_at = Inputs(investigation)
    looked_at.check(parts)
    from cluster import settings_from_environment
    from flows.server import alone, check_reachable, prepare

    settings = settings_from_environment(workers=workers)
    try:
        server = prepare(investigation.work / "prefect")
    except OSError as error:
        raise InputError(
            f"{investigation.work}: cannot be written ({error.strerror}); check its permissions"
        ) from error
    # The server comes up in its own process while these are imported and the workers start.
    from prefect import tags

    from flows.investigate import investigate
    from flows.one_agency import one_agency
    from flows.workers import check_loaded, load, needed, opened

    with (
        reporting(_reporter()) as tell,
        opened(settings) as client,
        using(looked_at),
        alone(server),
        tags("nwatch", *investigation.config.agencies),
    ):
        loading = load(client, needed(parts))
        if server is None:
            check_reachable()
        else:
            server.wait()
        check_loaded(loading)
        tell.seconds["start"] = time.perf_counter() - start
        if agency is None:
            result = investigate(investigation.folder, partition, only)
        else:
            result = one_agency(investigation.folder, agency, partition, settled=False)
    summary(result, tell.seconds, console())


def _parts_of_agency(investigation: Investigation, agency: str, only: list[str] | None) -> tuple[str, ...]:
    """The parts of a run over one agency: the mail."""
    if set(only or ()) - {"mail"}:
        raise InputError(
            "--agency reads the mail of one agency; leave --only out, or run the other parts alone"
        )
    check_agency(investigation, agency)
    return ("mail",)


def automations(notify: str | None) -> None:
    """Set up the server's automations and print them.

    Raises:
        InputError: No server is named or answers, or there is no such notification block.
    """
    import os

    if not os.environ.get("PREFECT_API_URL"):
        raise InputError(
            "PREFECT_API_URL is not set; name the server whose automations are meant, "
            "as PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
    from flows.server import check_reachable

    check_reachable()
    from flows.automations import set_up

    rows = [(made.name, made.does, "made" if made.new else "brought up to date") for made in set_up(notify)]
    print_table(("automation", "what it does", "now"), rows, to=console())


def _reporter() -> Reporter:
    """Bars where a person looks on, plain lines in a log; both on stdout."""
    to = console()
    return Bars(to) if to.is_terminal else Lines(lambda line: print(line, flush=True))  # noqa: T201


def ledger(folder: Path) -> None:
    """Print the ledger of the last run.

    Raises:
        InputError: There was no run yet.
    """
    from flows.accounts import account_lines

    rows = _published(folder, "public/ledger").to_pylist()
    files: dict[str, list[str]] = {}
    parts = {row["part"] for row in rows}
    for part, name in _FILES_OF.items():
        if part in parts:
            for row in _published(folder, name).to_pylist():
                files.setdefault(row["source"], []).append(row["file"])
    to = console()
    for line in account_lines(rows, files):
        to.out(line, highlight=False)
    if "requests" in parts:
        to.out("")
        print_requests(_published(folder, "public/requests"), to)


def quarantine(folder: Path) -> None:
    """Print what the last run could not read or parse.

    Raises:
        InputError: There was no run yet.
    """
    table = _published(folder, "private/quarantine")
    sources = _published(folder, "private/sources")
    files = {row["source"]: row["file"] for row in reversed(sources.to_pylist())}
    to = console()
    if not table.num_rows:
        to.print("Nothing is in quarantine.")
        return
    titles = ("file", "folder", "item", "stage", "reason", "detail")
    rows = [
        (
            files.get(row["source"], row["source"]),
            row["folder"] or "",
            "" if row["node_id"] is None else f"{row['node_id']:#x}",
            row["stage"],
            row["reason"],
            row["detail"] or "",
        )
        for row in table.to_pylist()
    ]
    print_table(titles, rows, to=to)
    to.print(f"{number(table.num_rows)} in quarantine")


def _published(folder: Path, name: str) -> pa.Table:
    """A table of the last run."""
    from data.schema import TABLES
    from data.tables import read_table

    investigation = Investigation.open(folder)
    try:
        return read_table(TABLES[name], investigation.out)
    except FileNotFoundError as error:
        raise InputError(
            f"{folder}: no run has ended here yet; start one with: nwatch run {folder}"
        ) from error
    except ValueError as error:
        raise InputError(str(error)) from error


def inspect(files: Sequence[Path]) -> None:
    """Print what is in each mailbox.

    Raises:
        InputError: A file is no mailbox or cannot be read; the others were printed.
    """
    from tasks.mail.look import inspections

    to, failed = console(), []
    for found in inspections(files):
        if isinstance(found, InputError):
            failed.append(found)
            continue
        facts = f"{found.format}, {found.bytes:,} bytes, encoding {found.encoding}"
        to.print(f"{found.path}: {facts}, {number(found.listed)} messages", markup=False)
        rows = [(folder.path, folder.messages, folder.stated) for folder in found.folders]
        if rows:
            print_table(("folder", "messages", "the folder says"), rows, to=to)
        for warning in found.warnings:
            to.print(f"WARNING: {warning}", markup=False)
        to.print()
    for error in failed[:-1]:
        console(error=True).print(f"nwatch: {error}", markup=False)
    if failed:
        raise failed[-1]


def plan(folder: Path, partition: int | None) -> None:
    """Print what a run would read, and what is done already.

    Raises:
        InputError: The configuration or the records are wrong.
    """
    from tasks.mail.look import plan_reading

    investigation = Investigation.open(folder)
    with _reporter().stage("survey", "files") as on_progress:
        planned = plan_reading(investigation.records(), investigation.work, partition, on_progress)
    to = console()
    titles = ("agency", "source", "file", "messages", "done", "partitions to read")
    print_table(
        titles,
        [
            (
                each.mailbox.agency,
                each.mailbox.source,
                each.mailbox.files[0],
                each.listed,
                each.done,
                each.partitions,
            )
            for each in planned
        ],
        to=to,
    )
    for each in planned:
        for copy in each.mailbox.files[1:]:
            to.print(
                f"note: {copy} is the same file as {each.mailbox.files[0]}; it is read once", markup=False
            )
        if each.problem:
            to.print(f"WARNING: {each.mailbox.files[0]}: {each.problem}", markup=False)
    left = sum(each.partitions for each in planned)
    to.print(f"{number(left)} partitions to read, {number(sum(each.done for each in planned))} messages done")
    for note in investigation.notes(brief=False):
        to.print(f"note: {note}", markup=False)
