"""The flow `one-agency`: a new agency's mailboxes are read and published, and no other's are opened."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from data.catalog import Investigation
from data.printable import quoted
from data.private import kept_private
from flows.investigate import RunResult, Settings, check_pieces, finished, run_parts
from flows.run.inputs import Inputs
from flows.run.locks import one_run_at_a_time
from flows.run.preflight import check_agency
from flows.run.scheduled import check_kept
from flows.run.watched import run_log
from tasks.arrivals.look import already_read


def one_agency(
    folder: Path,
    agency: str,
    partition: int | None = None,
    patience: float = 0.0,
    settled: bool = True,
    *,
    hash_attachments: bool = False,
    workbook: Literal["private"] | None = None,
) -> RunResult:
    """Read the mailboxes of one agency, and publish the tables of the mail with its rows in them.

    No file of another agency is opened or hashed. What earlier runs found of the others is taken from the
    work folder, so that their rows keep their bytes in every table, as long as what they depend on besides
    the mailboxes (the crosswalk, the time zone, this program) is what it was. An agency that no run has read
    yet is left out with a note. Tables, ledger and provenance of the other parts stay as the last run left
    them. Run twice, as an event may come twice, it publishes the same bytes.

    Args:
        folder: The investigation folder, as the machine sees it on which the run works.
        agency: The agency: the name of its folder under `records/`.
        partition: Messages that one worker reads at a time; empty for the usual number. It changes no byte of
            a table.
        patience: Seconds to wait for another run in the folder to end; with 0, the run ends with an error if
            there is one.
        settled: Whether this is a scheduled run. Mailboxes that may still be being copied are then left
            out, with a note each; their agency is announced again when all are copied. Where all of them were
            read and published meanwhile, nothing is done.
        hash_attachments: Whether the SHA-256 of every file attached to mail of the agency is computed.
        workbook: "private" also writes the private tables as a workbook, which is as private as they are.

    Returns:
        What was found, of all agencies in the tables.

    Raises:
        InputError: The configuration or the records are wrong, the agency has no mailbox or none that is
            whole, another run is active in the folder, or an agency has rows in the published tables but no
            mail in the work folder any more.
        LedgerError: An identity of the ledger does not hold; nothing is published.
    """
    check_pieces(partition)
    log = run_log()
    investigation = Investigation.open(folder, [agency])
    check_agency(investigation, agency)
    with (
        kept_private(investigation.work, investigation.out, investigation.config.private) as private,
        one_run_at_a_time(investigation.work, patience, log.info),
    ):
        cut = finished(investigation)
        if settled and already_read(investigation, agency):
            note = f"{agency} is already read and published; there is nothing to do"
            log.info(note)
            return RunResult(investigation.out, notes=(note,))
        notes = [*private.notes, *cut, *notes_on_others(investigation, agency)]
        for note in notes:
            log.info(note)
        settings = Settings(
            partition,
            agencies=(agency,),
            settled=settled,
            hash_attachments=hash_attachments,
            private_workbook=workbook is not None,
        )
        return run_parts(Inputs(investigation), ["mail"], notes, settings, warned=private.warnings)


def notes_on_others(investigation: Investigation, agency: str) -> list[str]:
    """What a person should know of the other agencies before the run.

    Args:
        investigation: The investigation, held for this run.
        agency: The agency to be read.

    Returns:
        A line for each other agency that no run has read, and one that says what else stays as it is.

    Raises:
        InputError: An agency has rows in the published tables, but what was read of it is gone.
    """
    known = check_kept(investigation, [agency])
    found = investigation.place.scan()
    others = {one.agency for one in found.seen if one.mailbox} - {agency}
    return [
        *(f"another agency: {line}" for name, line in sorted(found.troubles.items()) if name != agency),
        *(
            f"agency {other!r} has not been read yet and is left out; read it with: "
            f"nwatch run {quoted(str(investigation.folder))} --agency {quoted(other)}"
            for other in sorted(others - known)
        ),
        *(
            f"agency {other!r} has no mailbox any more; its rows stay until all agencies are read: "
            f"nwatch run {quoted(str(investigation.folder))}"
            for other in sorted(known - others - found.troubles.keys())
        ),
        f"read: only {agency}; all other agencies and parts stay as the last run left them",
    ]
