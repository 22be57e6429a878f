"""The flow `investigate`: all that the records of an investigation folder allow, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from data.catalog import Investigation
from data.errors import InputError
from data.memory import use_system_memory
from data.private import kept_private
from flows import parts as registry
from flows.run.failures import check_room
from flows.run.inputs import Inputs
from flows.run.left import check_left
from flows.run.locks import one_run_at_a_time, only_one
from flows.run.part import Job, Part, Staying
from flows.run.preflight import (
    agencies_needed,
    check,
    inputs,
    lines_of,
    parts_to_run,
    recognised,
    skipped,
    using,
)
from flows.run.preflight import notes as notes_before
from flows.run.progress import reporter
from flows.run.provenance import provenance_of_run, write_provenance
from flows.run.publish import REMOVED, finish_cut, staging, superseded
from flows.run.report import story_of, warnings_by_part, write_report
from flows.run.scheduled import agencies_gone, tonight
from flows.run.small_counts import leave_out
from flows.run.step import about, subflow
from flows.run.told import in_words, timed
from flows.run.watched import run_log, watched
from flows.run.workbook import write_private_workbook
from flows.run.workers import workers
from flows.service.artifacts import show_link
from flows.service.left_out_event import forget_told, tell_left_out, told_before, told_of_all
from flows.service.markdown import counted
from flows.service.results import Results, show_results
from tasks.ledger.table import keep

_MOST_MESSAGES: Final = 1_000_000_000
_MOST_BUCKETS: Final = 500
"""A reader has a file open for each (``tasks.rows.gather.MOST_BUCKETS``)."""

NOT_NEEDED: Final = "a run of all agencies is already active or waiting; this one is not needed"


@dataclass(frozen=True)
class RunResult:
    """What a run found and where its tables are.

    Attributes:
        out: The folder of the tables.
        found: What each part found, by its name, in the order in which they ran.
        notes: Parts that were skipped and agencies without records, one line each.
        warned: What is wrong with the folder itself, one line each.
        public_warnings: The warnings of a watched run, as its report has them.
    """

    out: Path
    found: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    public_warnings: tuple[str, ...] = ()

    @property
    def agencies(self) -> tuple[str, ...]:
        """The agencies whose mail is in the tables, sorted."""
        sources = self.found["mail"].sources if "mail" in self.found else ()
        return tuple(sorted({source.agency for source in sources}))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the run must end with, of all parts; the mail last, whose quarantine a command shows.

        What concerns a whole agency comes first of all: the state of a watched run shows the first.
        """
        found = list(self.found.values())[::-1]
        urgent = (line for each in found for line in each.urgent)
        return (*dict.fromkeys((*urgent, *(line for each in found for line in each.warnings))), *self.warned)


def investigate(
    folder: Path,
    partition: int | None = None,
    only: list[str] | None = None,
    buckets: int | None = None,
    *,
    patience: float = 0.0,
    settled: bool = False,
    hash_attachments: bool = False,
    workbook: Literal["private"] | None = None,
) -> RunResult:
    """Carry an investigation folder from its records to its published tables.

    The tables are written below `work/staging` and moved to `out/` at the end: a run that fails or is
    interrupted leaves `out/` as it was. What was read is kept in `work/`, so that the next run goes on
    where this one stopped. With `only`, the tables of the other parts stay as the last run left them, and so
    do their lines of the ledger and of the provenance. Without, `out/` holds this run's tables and no older
    ones: those of a part whose input is not there any more are moved to `work/removed`, with a note.

    Args:
        folder: The investigation folder, as the machine sees it on which the run works.
        partition: Messages that one worker reads at a time; empty for the usual number. It changes no byte of
            a table.
        only: The parts to run: mail, posts, crime, gentrification, selection, requests, coding. Empty (None)
            for all that have their input.
        buckets: Pieces into which posts and crimes are sorted, for data larger than memory; empty for the
            usual number. It changes no byte of a table.
        patience: Seconds to wait for another run in the folder to end; with 0, the run ends with an error if
            there is one.
        settled: Whether this is a scheduled run. Mailboxes that may still be being copied are then
            left out, and the rows of their agency stay as they were, with a note each. So do, with a warning
            and an event each, those of an agency with a fault of its own: wrong settings, a folder or a
            mailbox that cannot be read or is gone (method 1.16). While one such run is active or waiting,
            another one is not needed and ends at once.
        hash_attachments: Whether the SHA-256 of every attached file is computed; every mailbox is read whole
            for it, once.
        workbook: "private" also writes the private tables as a workbook, which is as private as they are.

    Returns:
        What was found.

    Raises:
        InputError: The configuration or the records are wrong, another run is active in the folder, or the
            scheduler of the workers was lost.
        LedgerError: An identity of the ledger does not hold; nothing is published.
    """
    check_pieces(partition, buckets)
    log, unchecked = run_log(), Investigation.unchecked(folder)
    with (
        kept_private(unchecked.work, unchecked.out, unchecked.config.private) as private,
        only_one(unchecked.work, "investigate") if settled else nullcontext(True) as needed,
    ):
        if not needed:
            log.info(NOT_NEEDED)
            return RunResult(unchecked.out, notes=(NOT_NEEDED,))
        with one_run_at_a_time(unchecked.work, patience, log.info), told_of_all(unchecked):
            cut = finished(unchecked)
            night = tonight(unchecked) if settled and "mail" in (only or registry.PARTS) else None
            given = inputs(folder, agencies_needed(only)) if night is None else Inputs(night.investigation)
            with using(given):
                parts = parts_to_run(given.investigation, only)
                check(given, parts)
                coming = () if night is None else night.notes
                notes = [*private.notes, *cut, *coming, *_notes(given.investigation, parts, only, settled)]
                for line in [*lines_of(recognised(given, parts)), *notes]:
                    log.info(line)
                settings = Settings(partition, buckets, None, settled, hash_attachments, workbook is not None)
                if night is not None:
                    settings = replace(settings, agencies=night.agencies, staying=night.staying)
                whole, warned = only is None, private.warnings
                return run_parts(given, parts, notes, settings, whole=whole, warned=warned)


def check_pieces(partition: int | None = None, buckets: int | None = None) -> None:
    """See that the work can be cut into such pieces; a deployment gives any number.

    Args:
        partition: Messages per partition; None for the default.
        buckets: Pieces into which posts and crimes are sorted; None for the default.

    Raises:
        InputError: A number is too small or too large.
    """
    for name, number, most in (("partition", partition, _MOST_MESSAGES), ("buckets", buckets, _MOST_BUCKETS)):
        if number is not None and not 1 <= number <= most:
            raise InputError(
                f"{name}: {number} is not a number from 1 to {most:,}; leave it out, or correct it"
            )


def finished(investigation: Investigation) -> list[str]:
    """Publish what an earlier run was publishing when it was cut off, before `out/` is read.

    Args:
        investigation: The investigation, held for this run.

    Returns:
        A note about it; usually none.
    """
    cut = finish_cut(investigation.work, investigation.out)
    return [cut] if cut else []


def _notes(
    investigation: Investigation, parts: Sequence[str], only: Sequence[str] | None, settled: bool
) -> list[str]:
    """What a person should know before the run."""
    gone = agencies_gone(investigation) if "mail" in parts and not settled else []
    old = _old_tables(investigation, parts) if only is None else []
    return [*notes_before(investigation, only), *gone, *old]


def _old_tables(investigation: Investigation, parts: Sequence[str]) -> list[str]:
    """The note on tables of parts whose input an earlier run had and this one has not; usually none."""
    old, why = superseded(investigation.out, parts), skipped(investigation)
    named = ", ".join(f"{part} ({why[part]})" for part in old)
    return [f"old tables are moved from out/ to work/{REMOVED}: {named}"] if old else []


@dataclass(frozen=True)
class Settings:
    """How the parts of a run are to run.

    Attributes:
        partition: Messages per partition; None for the default.
        buckets: Into how many pieces posts and crimes are sorted; None for the default.
        agencies: The agencies whose mailboxes are read; None for all.
        settled: Whether mailboxes that may still be being copied are left out, with a note each.
        hash_attachments: Whether the SHA-256 of every attached file is computed.
        private_workbook: Whether the private tables are also written as a workbook.
        staying: The agencies that are not read, as in :class:`~flows.run.part.Job`.
    """

    partition: int | None = None
    buckets: int | None = None
    agencies: tuple[str, ...] | None = None
    settled: bool = False
    hash_attachments: bool = False
    private_workbook: bool = False
    staying: Staying | None = None


def run_parts(
    given: Inputs,
    names: Sequence[str],
    notes: Sequence[str] = (),
    settings: Settings = Settings(),
    *,
    whole: bool = False,
    warned: Sequence[str] = (),
) -> RunResult:
    """Run some parts and publish their tables: the body of a flow, which holds the folder.

    Args:
        given: The input.
        names: The parts, in order.
        notes: Lines for the summary.
        settings: How they are to run.
        whole: Whether these are all parts that have their input; else the ledger and the provenance of the
            others are kept.
        warned: What is wrong with the folder itself, one line each.

    Returns:
        What was found.

    Raises:
        InputError: The input is wrong, the scheduler of the workers was lost, or the disk is nearly full.
        LedgerError: An identity of the ledger does not hold; nothing is published.
    """
    investigation, parts = given.investigation, registry.load(names)
    check_room(investigation.work)
    use_system_memory()
    left = () if whole else check_left(investigation.out, parts)
    for line in (f"runs: {', '.join(names)}", *left):
        run_log().info("%s", line)
    with (
        using(given),
        workers(parts) as client_of,
        staging(investigation.work, investigation.out, whole=whole) as stage,
    ):
        if client_of is not None and client_of.client is not None:
            link = client_of.client.dashboard_link
            show_link("dask-dashboard", link, "Dask dashboard", "The workers, during the run")
        if not whole:
            keep(investigation.out, stage, {section for part in parts for section in part.ledger.sections})
        job = Job(
            given,
            stage,
            client_of,
            settings.partition,
            settings.buckets,
            settings.agencies,
            settings.settled,
            settings.hash_attachments,
            settings.staying,
        )
        found = {part.name: _run_part(part, job) for part in parts}
        small = leave_out(job, whole=whole)
        made_from = provenance_of_run(given, parts, found, stage, whole=whole)
        result = RunResult(investigation.out, found, warned=tuple(warned))
        if said := warnings_by_part(job, made_from, found):
            made_from["warnings"] = said
        why = skipped(investigation) if whole else {}
        made_from["outputs"] = write_report(job, made_from, result.warnings, why)
        if settings.private_workbook:
            made_from["outputs"] |= write_private_workbook(job, made_from)
        if watched():
            told = [part.tell(found[part.name]) for part in parts]
            shown = Results(parts, stage, told, whole, investigation.folder)
            show_results(shown, story := story_of(job, made_from, result.warnings, why))
            result = replace(result, public_warnings=story.warnings)
        with reporter().stage("publish"), timed("publish"):
            write_provenance(made_from, stage)
            for part in parts:
                if part.remember is not None:
                    part.remember(job, found[part.name])
    if watched():
        before = told_before(investigation.work)
        news = (item for each in found.values() for item in each.untold.items() if item not in before.items())
        tell_left_out(investigation.folder, dict(news))
        forget_told(investigation.work)
    own = (line for each in found.values() for line in each.notes)
    return logged(replace(result, notes=(*notes, *left, *own, *small)))


def logged(result: RunResult) -> RunResult:
    """The same result, its warnings written to the log of the run: nobody may look at a console.

    Args:
        result: What was found.
    """
    for line in result.warnings:
        run_log().warning("%s", line)
    return result


def _run_part(part: Part, job: Job) -> Any:
    """Run a part, and tell in the log of the run what went in and what came out.

    The page of a run shows no log of the flows in it: the log of a part's steps is on a page of its own.
    """
    files = len({str(each) for each in part.recognised(job.given)})
    with timed(part.name, f"{files} files" if files else "") as came:
        folder = job.given.investigation.folder
        found = subflow(part.name, folder, job.out, lambda: part.run(job), about(part.run))
        said = part.tell(found)
        below = [line for listing in said.listings for line in listing.below]
        came.append(in_words(said.facts, counted) or "; ".join(below))
    for note in found.notes:
        run_log().info("%s", note)
    return found
