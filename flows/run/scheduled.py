"""What a scheduled run leaves as it was, and what it refuses to do: no rows are lost silently."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from data.catalog import Investigation
from data.errors import InputError
from data.schema import TABLES
from data.tables import read_table
from tasks.arrivals.look import agencies_coming
from tasks.mail.previous_runs import recall


def agencies_ready(investigation: Investigation) -> tuple[list[str] | None, list[str]]:
    """The agencies whose mailboxes are all copied.

    Args:
        investigation: The investigation, held for this run; its agencies need not have settings yet.

    Returns:
        The agencies, None where all are ready; and a note for each of the others.

    Raises:
        InputError: None is ready; or one that is not ready has rows in the published tables, but what was
            read of it is gone.
    """
    coming = agencies_coming(investigation)
    if not coming:
        return None, []
    ready = [agency for agency in investigation.agencies_with_records() if agency not in coming]
    if not ready:
        raise InputError(f"nothing to read yet: {next(iter(coming.values()))}")
    check_kept(investigation, ready)
    return ready, list(coming.values())


def agencies_gone(investigation: Investigation, refuse: bool) -> list[str]:
    """A note for each agency of the published tables that has no mailboxes any more.

    Args:
        investigation: The investigation, held for this run.
        refuse: Whether there must be none, as the disk that holds them may not be mounted.

    Raises:
        InputError: There is one, and there must not be.
    """
    there = {record.agency for record in investigation.records()}
    gone = sorted(_published(investigation.out) - there)
    if gone and refuse:
        raise InputError(
            f"records/{gone[0]}: has no mailbox any more, but the agency has rows in the published tables; "
            "put its mailboxes back (is their disk mounted?), or, to remove the agency, run by hand: "
            f"nwatch run {investigation.folder}"
        )
    return [
        f"agency {agency!r} has no mailbox any more, and will be removed from the published tables"
        for agency in gone
    ]


def check_kept(investigation: Investigation, agencies: Collection[str]) -> frozenset[str]:
    """Check that a run over some agencies can take the rows of the others from the work folder.

    Args:
        investigation: The investigation, held for this run.
        agencies: Those that it reads.

    Returns:
        The others of which something is known.

    Raises:
        InputError: An agency has rows in the published tables, but what was read of it is gone.
    """
    known = recall(investigation.work, but=agencies).agencies
    _check_same(investigation, agencies)
    lost = sorted(_published(investigation.out) - known - set(agencies))
    if lost:
        raise InputError(
            f"work/mail: what was read of {', '.join(lost)} is gone, or was read by another version, "
            f"and the published rows would be lost; read all agencies: nwatch run {investigation.folder}"
        )
    return known


def _check_same(investigation: Investigation, agencies: Collection[str]) -> None:
    """Check that what is kept of the other agencies is not older than their published rows.

    Raises:
        InputError: A published mailbox is not among what is kept of its agency: its rows would be lost.
    """
    try:
        table = read_table(TABLES["private/sources"], investigation.out)
    except (FileNotFoundError, ValueError):
        return  # there is nothing to lose, or it is named below
    kept = recall(investigation.work, but=agencies)
    own = {(source.agency, source.source) for source in kept.sources}
    for row in table.select(["agency", "source"]).to_pylist():
        if row["agency"] in kept.agencies and (row["agency"], row["source"]) not in own:
            raise InputError(
                f"work/mail: what is kept of {row['agency']} is older than the published tables, and rows "
                f"would be lost; read all agencies: nwatch run {investigation.folder}"
            )


def _published(out: Path) -> set[str]:
    """The agencies in the tables of the last run."""
    try:
        return set(read_table(TABLES["private/sources"], out).column("agency").to_pylist())
    except FileNotFoundError:
        return set()
    except ValueError as error:
        raise InputError(str(error)) from error
