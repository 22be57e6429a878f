"""What the commands of `nwatch` do; their arguments and help are in :mod:`flows.console.app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.catalog import PROVENANCE, Investigation
from data.errors import InputError
from data.printable import printable, printable_lines
from data.private import kept_private
from data.schema import TABLES, Table
from flows import parts as registry
from flows.console.printing import command, console, number, print_listing, print_table
from flows.run.answer import QUESTION, answer
from flows.run.inputs import Inputs
from flows.run.preflight import check, lines_of, mailboxes_of, notes, parts_to_run, recognised
from flows.run.progress import speaking
from flows.run.publish import is_cut

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console

    from flows.run.part import Part
    from tasks.mail.look import Planned


def ledger(folder: Path) -> None:
    """Print the ledger of the last run.

    Raises:
        InputError: There was no run yet.
    """
    from flows.console.ledger_text import account_lines

    rows = _published(folder, TABLES["public/ledger"]).to_pylist()
    files: dict[str, list[str]] = {}
    sections = {row["part"] for row in rows}
    parts = [part for part in registry.load() if sections & set(part.ledger.own)]
    for part in parts:
        if part.ledger.files:
            for row in _published(folder, TABLES[part.ledger.files]).to_pylist():
                files.setdefault(row["source"], []).append(row["file"])
    to = console()
    for line in account_lines(rows, files, parts):
        to.out(line, highlight=False)
    for part in parts:
        _print_listing_of(part, folder, to)
    to.out("")
    to.out(QUESTION, highlight=False)
    try:
        known = answer(parts, Investigation.unchecked(folder).out)
    except ValueError as error:
        raise InputError(str(error)) from error
    for line in known.lines("each number is above"):
        to.out(line, highlight=False)


def _print_listing_of(part: Part, folder: Path, to: Console) -> None:
    """Print what a part shows below the accounts, if it shows anything."""
    if part.ledger_listing is None:
        return
    table, listing = part.ledger_listing
    if not (Investigation.unchecked(folder).out / table.files[0]).exists():
        to.out(f"\n{table.name} is not there: an earlier version made these tables; run again")
        return
    found = listing(_published(folder, table))
    if found.rows:
        to.out("")
        print_listing(found, to)


def quarantine(folder: Path) -> None:
    """Print what the last run could not read or parse.

    Raises:
        InputError: There was no run yet.
    """
    table = _published(folder, TABLES["private/quarantine"])
    sources = _published(folder, TABLES["private/sources"])
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
            _item(row),
            row["stage"],
            row["reason"],
            row["detail"] or "",
        )
        for row in table.to_pylist()
    ]
    print_table(titles, sorted(rows), to=to)
    to.print(f"{number(table.num_rows)} in quarantine")


def _item(row: Mapping[str, Any]) -> str:
    """The node id of a message in quarantine; of an attached one, or of an attachment, its node path."""
    if row["embedded_in"] is not None:
        return str(row["embedded_in"]).partition(":")[2]
    return "" if row["node_id"] is None else f"{row['node_id']:#x}"


def _published(folder: Path, table: Table) -> pa.Table:
    """Read a table of the last run, with the counts that are left out of the public one."""
    from data.full_tables import read_full

    investigation = Investigation.unchecked(folder)
    out = investigation.out
    if is_cut(investigation.work):
        raise InputError(
            f"{out}: some tables are from the last run, which was cut off while it published, and some from "
            f"the run before; publish the rest with: {command('nwatch run', folder)}"
        )
    try:
        return read_full(table, out)
    except FileNotFoundError as error:
        again = command("nwatch run", folder)
        if (out / PROVENANCE).exists():
            raise InputError(f"{folder}: no run has read mail yet; start one with: {again}") from error
        raise InputError(f"{folder}: no run has finished here yet; start one with: {again}") from error
    except ValueError as error:
        raise InputError(str(error)) from error


def inspect(files: Sequence[Path]) -> None:
    """Print what is in each mailbox.

    Raises:
        InputError: A file is not a mailbox or cannot be read; the others were printed.
    """
    from tasks.mail.look import inspections

    to, failed = console(), []
    for found in inspections(files):
        if isinstance(found, InputError):
            failed.append(found)
            continue
        facts = f"{found.format}, {found.bytes:,} bytes, encoding {found.encoding}"
        name = printable(str(found.path))
        to.print(f"{name}: {facts}, {number(found.listed)} messages", markup=False)
        rows = [(folder.path, folder.messages, folder.stated) for folder in found.folders]
        if rows:
            print_table(("folder", "messages", "the folder says"), rows, to=to)
        for warning in found.warnings:
            to.print(f"WARNING: {printable(warning)}", markup=False)
        to.print()
    for error in failed[:-1]:
        console(error=True).print(f"nwatch: {printable(str(error))}", markup=False)
    if failed:
        raise failed[-1]


def plan(folder: Path, partition: int | None) -> None:
    """Print what a run would read, and what is done already.

    Raises:
        InputError: The configuration or the records are wrong.
    """
    investigation = Investigation.open(folder)
    to = console()
    if "mail" in parts_to_run(investigation):
        _print_reading(investigation, partition, to)
    _print_recognised(investigation, to)
    for note in notes(investigation, brief=False):
        to.print(f"note: {printable(note)}", markup=False)


def _planned(
    investigation: Investigation, partition: int | None, on_progress: Callable[[int, int], None]
) -> list[Planned]:
    """What a run would read of each mailbox, in order of agency and file."""
    from tasks.mail.look import plan_reading

    files, pages = mailboxes_of(investigation), investigation.code_pages
    found = plan_reading(files, investigation.work, partition, on_progress, code_pages=pages)
    return sorted(found, key=lambda each: (each.mailbox.agency, each.mailbox.files))


def _print_reading(investigation: Investigation, partition: int | None, to: Console) -> None:
    """Print which mailboxes would be read, and what is done already."""
    private = kept_private(investigation.work, investigation.out, investigation.config.private)
    with private as tightened, speaking(console()).stage("survey the mailboxes", "files") as on_progress:
        planned = _planned(investigation, partition, on_progress)
    for line in (*tightened.notes, *tightened.warnings):
        to.print(f"note: {printable(line)}", markup=False)
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
            same = f"{copy} is the same file as {each.mailbox.files[0]}; it is read once"
            to.print(f"note: {printable(same)}", markup=False)
        if each.problem:
            to.print(f"WARNING: {printable(f'{each.mailbox.files[0]}: {each.problem}')}", markup=False)
    left = sum(each.partitions for each in planned)
    to.print(f"{number(left)} partitions to read, {number(sum(each.done for each in planned))} messages done")


def _print_recognised(investigation: Investigation, to: Console) -> None:
    """Print what the files of each part were recognised as; what would end a run is a warning."""
    given, seen = Inputs(investigation), dict[str, None]()
    for part in parts_to_run(investigation):
        try:
            check(given, [part])
            lines = lines_of(recognised(given, [part]))
        except InputError as error:
            lines = [f"WARNING: {error}"]
        for line in lines:
            if line not in seen:
                to.print(
                    printable_lines(line if line.startswith("WARNING") else f"recognised: {line}"),
                    markup=False,
                )
            seen[line] = None
