"""The flow `investigate`: everything that the records of an investigation folder allow, in order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from prefect import flow
from prefect.logging import get_run_logger

from data.catalog import BUILT, Investigation
from data.schema import TABLES
from data.tables import read_table
from flows.parts.mail import AlertsResult, alerts
from flows.run.locks import one_run_at_a_time, only_one
from flows.run.preflight import inputs, using
from flows.run.progress import reporter
from flows.run.provenance import Origins, previous, provenance, write_provenance
from flows.run.publish import REMOVED, finish, staging, superseded
from flows.run.scheduled import agencies_gone, agencies_ready
from flows.run.workers import workers
from flows.service.artifacts import show_link, show_table
from tasks.ledger.task import keep
from tasks.mail.task import READER_VERSION, remember

if TYPE_CHECKING:
    from flows.parts.points import PointsResult
    from flows.parts.selection import SelectionResult
    from tasks.requests.results import Requests

NOT_NEEDED: Final = "a run of all agencies is at work, or waits for its turn; this one is not needed"


@dataclass(frozen=True)
class RunResult:
    """What a run found and where it lies.

    Attributes:
        out: The folder of the tables.
        alerts: What the subflow `alerts` found; None where the mail was left out.
        posts: What the subflow `posts` found; None where they were left out or have no input.
        crime: What the subflow `crime` found, likewise.
        selection: What the subflow `selection` found, likewise.
        requests: What the subflow `requests` found, likewise.
        notes: Parts that were skipped and agencies without records, one line each.
    """

    out: Path
    alerts: AlertsResult | None = None
    posts: PointsResult | None = None
    crime: PointsResult | None = None
    selection: SelectionResult | None = None
    requests: Requests | None = None
    notes: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the run must end with, all parts together; the mail last, whose quarantine a command shows."""
        parts = (self.requests, self.selection, self.crime, self.posts, self.alerts)
        return tuple(dict.fromkeys(line for part in parts if part for line in part.warnings))


@flow(name="investigate", flow_run_name="investigate {folder.name}")
def investigate(
    folder: Path,
    partition: int | None = None,
    only: list[str] | None = None,
    buckets: int | None = None,
    *,
    patience: float = 0.0,
    settled: bool = False,
) -> RunResult:
    """Carry an investigation folder from its records to its published tables.

    The tables are written below `work/staging` and moved to `out/` at the end: a run that fails or is
    interrupted leaves `out/` as it was. What was read is kept in `work/`, so that the next run goes on
    where this one stopped. With `only`, the tables of the other parts stay as the last run left them, and so
    do their lines of the ledger and of the provenance. Without, `out/` holds this run's tables and no older
    ones: those of a part whose input is not there any more are moved to `work/removed`, with a note.

    Args:
        folder: The investigation folder.
        partition: Messages a partition of the reading; changes no byte of a table.
        only: The parts to carry out (`data.catalog.BUILT`); None for all that have their input.
        buckets: Pieces into which posts and crimes are sorted; changes no byte of a table.
        patience: Seconds to wait for another run in the folder to end; a run that a deployment starts waits,
            one that a person starts is told.
        settled: Whether this is a run that nobody looks at. Mailboxes that may still be being copied are
            left out, and the rows of their agency stay as they were, with a note each. An agency of the
            published tables whose mailboxes are gone ends the run. While one such run is at work or waits,
            another one is not needed and ends at once.

    Returns:
        What was found.

    Raises:
        InputError: The configuration or the records are wrong, another run is at work in the folder, or the
            scheduler of the workers was lost.
        LedgerError: An identity of the ledger does not hold; nothing is published.
    """
    log, unchecked = get_run_logger(), Investigation.unchecked(folder)
    with only_one(unchecked.work, "investigate") if settled else nullcontext(True) as needed:
        if not needed:
            log.info(NOT_NEEDED)
            return RunResult(unchecked.out, notes=(NOT_NEEDED,))
        with one_run_at_a_time(unchecked.work, patience, log.info):
            cut = finished(unchecked)
            ready, coming = agencies_ready(unchecked) if settled and "mail" in (only or BUILT) else (None, [])
            with using(given := inputs(folder, ready)):
                parts = given.investigation.parts(only)
                given.check(parts)
                notes = [*cut, *coming, *_notes(given.investigation, parts, only, settled)]
                for note in notes:
                    log.info(note)
                return carry_out(
                    given.investigation,
                    parts,
                    notes,
                    partition=partition,
                    buckets=buckets,
                    agencies=ready,
                    settled=settled,
                    whole=only is None,
                )


def finished(investigation: Investigation) -> list[str]:
    """Publish what an earlier run was about to when it was cut off, before anything is asked of `out/`.

    Args:
        investigation: The investigation, held for this run.

    Returns:
        A note of it; none, most times.
    """
    cut = finish(investigation.work, investigation.out)
    return ["the last run was cut off while it published; its tables are all in out/ now"] if cut else []


def _notes(
    investigation: Investigation, parts: Sequence[str], only: Sequence[str] | None, settled: bool
) -> list[str]:
    """What a person should know before the run."""
    gone = agencies_gone(investigation, settled) if "mail" in parts else []
    old = _old_tables(investigation, parts) if only is None else []
    return [*investigation.notes(only), *gone, *old]


def _old_tables(investigation: Investigation, parts: Sequence[str]) -> list[str]:
    """The note on tables of parts whose input an earlier run had and this one has not; none, most times."""
    old, why = superseded(investigation.out, parts), investigation.skipped()
    named = ", ".join(f"{part} ({why[part]})" for part in old)
    return [f"old tables are moved from out/ to work/{REMOVED}: {named}"] if old else []


def carry_out(
    investigation: Investigation,
    parts: Sequence[str],
    notes: Sequence[str] = (),
    *,
    partition: int | None = None,
    buckets: int | None = None,
    agencies: list[str] | None = None,
    settled: bool = False,
    whole: bool = False,
) -> RunResult:
    """Carry out the parts of a run and publish them: the body of a flow, which holds the folder.

    Args:
        investigation: The investigation.
        parts: The parts, in order.
        notes: What the summary shall tell.
        partition: Messages a partition of the reading.
        buckets: Pieces into which posts and crimes are sorted.
        agencies: The agencies whose mailboxes are read; None for all.
        settled: Whether mailboxes that may still be being copied are left out, with a note each.
        whole: Whether these are all parts that have their input; else the ledger and the provenance of the
            others are kept.

    Returns:
        What was found.

    Raises:
        InputError: The input is wrong, or the scheduler of the workers was lost.
        LedgerError: An identity of the ledger does not hold; nothing is published.
    """
    folder, work, found = investigation.folder, investigation.work, subflows(parts)
    with workers(*parts) as client:
        show_link(
            "dask-dashboard", client.dashboard_link, "Dask dashboard", "The workers, while the run lasts"
        )
        with staging(work, investigation.out, whole=whole) as stage:
            if not whole:
                keep(investigation.out, stage, parts)
            mail = alerts(folder, stage, partition, agencies, settled) if "mail" in parts else None
            result = RunResult(
                out=investigation.out,
                alerts=mail,
                posts=found["posts"](folder, stage, buckets) if "posts" in parts else None,
                crime=found["crime"](folder, stage, buckets) if "crime" in parts else None,
                selection=found["selection"](folder, stage, chosen)
                if (chosen := _of_selection(parts))
                else None,
                requests=found["requests"](folder, stage) if "requests" in parts else None,
                notes=(*notes, *(mail.left_out if mail else ())),
            )
            show_table("ledger", read_table(TABLES["public/ledger"], stage), "Everything is accounted for")
            with reporter().stage("publish"):
                before = {} if whole else previous(investigation.out)
                write_provenance(
                    provenance(investigation.config, _origins(result, parts), stage, before), stage
                )
                if result.alerts is not None:
                    remember(work, result.alerts.reading, investigation.timezones, agencies)
    return result


def subflows(parts: Collection[str]) -> dict[str, Callable[..., Any]]:
    """Load the subflows of some parts, and none else: it takes seconds, in which new mail is not read.

    Args:
        parts: The parts; that of the mail is loaded already.

    Returns:
        The subflows, by their names.
    """
    found: dict[str, Callable[..., Any]] = {}
    if "posts" in parts:
        from flows.parts.posts import posts

        found["posts"] = posts
    if "crime" in parts:
        from flows.parts.crime import crime

        found["crime"] = crime
    if _of_selection(parts):
        from flows.parts.selection import selection

        found["selection"] = selection
    if "requests" in parts:
        from flows.parts.requests import requests

        found["requests"] = requests
    return found


def _origins(result: RunResult, parts: Sequence[str]) -> Origins:
    """What the parts of a run went out from, for the provenance."""
    return Origins(
        sources=result.alerts.sources if result.alerts else None,
        reader=str(READER_VERSION),
        crosswalk=result.alerts.crosswalk if result.alerts else None,
        posts=result.posts,
        crime=result.crime,
        gentrification=result.selection if "gentrification" in parts else None,
        selection=result.selection if "selection" in parts else None,
        requests=result.requests,
    )


def _of_selection(parts: Collection[str]) -> list[str]:
    """The parts that the subflow `selection` carries out."""
    return [part for part in parts if part in {"gentrification", "selection"}]
