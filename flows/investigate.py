"""The flow `investigate`: everything that the records of an investigation folder allow, in order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from prefect import flow
from prefect.logging import get_run_logger

from data.catalog import Investigation
from flows.alerts import AlertsResult, alerts
from flows.artifacts import show_link
from flows.progress import reporter
from flows.provenance import provenance, write_provenance
from flows.publish import one_run_at_a_time, staging
from flows.workers import workers
from tasks.mail.settings import READER_VERSION


@dataclass(frozen=True)
class RunResult:
    """What a run found and where it lies.

    Attributes:
        out: The folder of the tables.
        alerts: What the subflow `alerts` found.
        notes: Parts that were skipped and agencies without records, one line each.
    """

    out: Path
    alerts: AlertsResult
    notes: tuple[str, ...]


@flow(name="investigate", flow_run_name="investigate {folder.name}")
def investigate(folder: Path, partition: int | None = None) -> RunResult:
    """Carry an investigation folder from its records to its published tables.

    The tables are written below `work/staging` and moved to `out/` at the end: a run that fails or is
    interrupted leaves `out/` as it was. What was read is kept in `work/`, so that the next run goes on
    where this one stopped.

    Args:
        folder: The investigation folder.
        partition: Messages a partition of the reading; changes no byte of a table.

    Returns:
        What was found.

    Raises:
        InputError: The configuration or the records are wrong, or another run is at work in the folder.
        LedgerError: An identity of the ledger does not hold; nothing is published.
    """
    log = get_run_logger()
    investigation = Investigation.open(folder)
    notes = tuple(investigation.notes())
    for note in notes:
        log.info(note)
    with one_run_at_a_time(investigation.work), workers() as client:
        show_link(
            "dask-dashboard", client.dashboard_link, "Dask dashboard", "The workers, while the run lasts"
        )
        with staging(investigation.work, investigation.out) as stage:
            found = alerts(folder, stage, partition)
            with reporter().stage("publish"):
                values = provenance(
                    investigation.config, found.sources, str(READER_VERSION), found.crosswalk, stage
                )
                write_provenance(values, stage)
    return RunResult(investigation.out, found, notes)
