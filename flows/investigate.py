"""The flow `investigate`: everything that the records of an investigation folder allow, in order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from prefect import flow
from prefect.logging import get_run_logger

from data.catalog import Investigation
from data.schema import TABLES
from data.tables import read_table
from flows.alerts import AlertsResult, alerts
from flows.artifacts import show_link, show_table
from flows.posts import PostsResult, posts
from flows.progress import reporter
from flows.provenance import Inputs, previous, provenance, write_provenance
from flows.publish import keep_ledger, one_run_at_a_time, staging
from flows.workers import workers
from tasks.mail.settings import READER_VERSION


@dataclass(frozen=True)
class RunResult:
    """What a run found and where it lies.

    Attributes:
        out: The folder of the tables.
        alerts: What the subflow `alerts` found; None where the mail was left out.
        posts: What the subflow `posts` found; None where they were left out or have no input.
        notes: Parts that were skipped and agencies without records, one line each.
    """

    out: Path
    alerts: AlertsResult | None
    posts: PostsResult | None
    notes: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the run must end with, all parts together; the mail last, whose quarantine a command shows."""
        return tuple(line for part in (self.posts, self.alerts) if part for line in part.warnings)


@flow(name="investigate", flow_run_name="investigate {folder.name}")
def investigate(
    folder: Path, partition: int | None = None, only: list[str] | None = None, buckets: int | None = None
) -> RunResult:
    """Carry an investigation folder from its records to its published tables.

    The tables are written below `work/staging` and moved to `out/` at the end: a run that fails or is
    interrupted leaves `out/` as it was. What was read is kept in `work/`, so that the next run goes on
    where this one stopped. The tables of a part that is left out stay as the last run left them, and so do
    its lines of the ledger and of the provenance.

    Args:
        folder: The investigation folder.
        partition: Messages a partition of the reading; changes no byte of a table.
        only: The parts to carry out, of `mail` and `posts`; None for all that have their input.
        buckets: Pieces into which the posts are sorted; changes no byte of a table.

    Returns:
        What was found.

    Raises:
        InputError: The configuration or the records are wrong, or another run is at work in the folder.
        LedgerError: An identity of the ledger does not hold; nothing is published.
    """
    log = get_run_logger()
    investigation = Investigation.open(folder)
    parts = investigation.parts(only)
    notes = tuple(investigation.notes(only))
    for note in notes:
        log.info(note)
    with one_run_at_a_time(investigation.work), workers(*parts) as client:
        show_link(
            "dask-dashboard", client.dashboard_link, "Dask dashboard", "The workers, while the run lasts"
        )
        with staging(investigation.work, investigation.out) as stage:
            if only is not None:
                keep_ledger(investigation.out, stage, parts)
            found = alerts(folder, stage, partition) if "mail" in parts else None
            placed = posts(folder, stage, buckets) if "posts" in parts else None
            show_table("ledger", read_table(TABLES["public/ledger"], stage), "Everything is accounted for")
            with reporter().stage("publish"):
                inputs = Inputs(
                    sources=found.sources if found else None,
                    reader=str(READER_VERSION),
                    crosswalk=found.crosswalk if found else None,
                    posts=placed,
                )
                before = previous(investigation.out) if only is not None else {}
                write_provenance(provenance(investigation.config, inputs, stage, before), stage)
    return RunResult(investigation.out, found, placed, notes)
