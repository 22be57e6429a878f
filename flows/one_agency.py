"""The flow `one-agency`: a new agency's mailboxes are read and published, and no other's are opened."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.logging import get_run_logger

from data.catalog import Investigation
from data.errors import InputError
from data.schema import TABLES
from data.tables import read_table
from flows.inputs import check_agency
from flows.investigate import RunResult, carry_out, unsettled
from flows.publish import one_run_at_a_time
from tasks.mail.task import recall


@flow(name="one-agency", flow_run_name="one-agency {agency}")
def one_agency(
    folder: Path, agency: str, partition: int | None = None, patience: float = 0.0, settled: bool = True
) -> RunResult:
    """Read the mailboxes of one agency, and publish the tables of the mail with its rows in them.

    No file of another agency is opened, nor hashed. What earlier runs found of the others is taken from the
    work folder, so that their rows keep their bytes in every table, as long as what they depend on besides
    the mailboxes (the crosswalk, the time zone, this program) is what it was. An agency that no run has read
    yet is left out with a note. Tables, ledger and provenance of the other parts stay as the last run left
    them. Run twice, as an event may come twice, it publishes the same bytes.

    Args:
        folder: The investigation folder.
        agency: The folder's name under `records/`.
        partition: Messages a partition of the reading; changes no byte of a table.
        patience: Seconds to wait for another run in the folder to end.
        settled: Whether mailboxes that may still be being copied are left out, with a note each; their
            agency is announced again when they are whole.

    Returns:
        What was found, of all agencies in the tables.

    Raises:
        InputError: The configuration or the records are wrong, the agency has no mailbox or none that is
            whole, another run is at work in the folder, or an agency stands in the published tables of which
            the work folder holds no mail any more.
        LedgerError: An identity of the ledger does not hold; nothing is published.
    """
    log = get_run_logger()
    investigation = Investigation.open(folder, [agency])
    check_agency(investigation, agency)
    with one_run_at_a_time(investigation.work, patience, log.info):
        notes, left_out = notes_on_others(investigation, agency), list[str]()
        if settled:
            own = [record for record in investigation.records() if record.agency == agency]
            left_out, why = unsettled(investigation, own)
            notes += why
        for note in notes:
            log.info(note)
        return carry_out(
            investigation, ["mail"], notes, partition=partition, agencies=[agency], left_out=left_out
        )


def notes_on_others(investigation: Investigation, agency: str) -> list[str]:
    """What a person should know of the other agencies before the run.

    Args:
        investigation: The investigation, held for this run.
        agency: The agency to be read.

    Returns:
        A line for each other agency that no run has read, and one that says what else stays as it is.

    Raises:
        InputError: An agency stands in the published tables, but what was read of it is gone.
    """
    known = recall(investigation.work, but=[agency]).agencies
    lost = sorted(_published(investigation.out) - known - {agency})
    if lost:
        raise InputError(
            f"work/mail: what was read of {', '.join(lost)} is not there any more, or is another version's, "
            f"and their rows would be lost; read all agencies: nwatch run {investigation.folder}"
        )
    with_mail = sorted({record.agency for record in investigation.records()})
    return [
        *(
            f"agency {other!r} was not read yet and is left out; read it with: "
            f"nwatch run {investigation.folder} --agency {other}"
            for other in with_mail
            if other != agency and other not in known
        ),
        f"read: {agency} alone; every other agency and every other part stays as the last run left it",
    ]


def _published(out: Path) -> set[str]:
    """The agencies in the tables of the last run."""
    try:
        return set(read_table(TABLES["private/sources"], out).column("agency").to_pylist())
    except FileNotFoundError:
        return set()
    except ValueError as error:
        raise InputError(str(error)) from error
