"""The report of a run: gathered from all public tables, kept by content, published with them (method 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from data.kept import Keeper, code_of
from data.published import Published
from flows import parts as registry
from flows.run.answer import answer
from flows.run.part import Job, Part
from flows.run.provenance import hashes_of
from flows.run.public_names import left_out_in_public, public_names, quotable, words_of_faults
from flows.run.settings_used import without_unused
from flows.run.step import step
from tasks.ledger.balances import balances
from tasks.report.look import in_public, without_counts
from tasks.report.results import Story

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def write_report(
    job: Job, provenance: Mapping[str, Any], warnings: Sequence[str] = (), skipped: Mapping[str, str] = _NONE
) -> dict[str, str]:
    """Write the report and what is made with it, or put back what an earlier run made of the same tables.

    Args:
        job: The job; its tables are all written.
        provenance: What they were made from, with the hashes of all tables that will be in ``out/``.
        warnings: The warnings of the run, as a person at the keyboard reads them.
        skipped: The parts that did not run, each with the reason.

    Returns:
        The SHA-256 of the files written, by their names below ``out/``; none where the settings want none.
    """
    config = job.given.investigation.config
    if not config.report.make:
        return {}
    from tasks.report import task as tasks

    story = story_of(job, provenance, warnings, skipped)
    known = (story.headline, story.perhaps, story.warnings, story.warned_before, dict(story.skipped))
    keeper = Keeper(job.work, "report", code_of(*tasks.CODE))
    files = keeper.stage(
        "make the report",
        (provenance, known, config.sha256),
        lambda: step(tasks.make)(story, job.out, job.workers, keeper.folder(tasks.FIGURES)),
        lambda made: [job.out / file for file in made],
        copies=job.out,
    ).value
    return hashes_of(files, job.out)


def story_of(
    job: Job, provenance: Mapping[str, Any], warnings: Sequence[str] = (), skipped: Mapping[str, str] = _NONE
) -> Story:
    """What the report of a run is made from; the arguments are those of :func:`write_report`."""
    investigation = job.given.investigation
    tables = Published(job.out, investigation.out, provenance["tables"])
    ran = _with_tables(provenance["tables"])
    known = answer(ran, lambda part: job.out if _is_staged(part, job.out) else investigation.out)
    ledger = tables.get("public/ledger")
    rows = [] if ledger is None else ledger.to_pylist()
    names, words = public_names(job), quotable(tables) | words_of_faults(job)
    return Story(
        config=without_unused(investigation.config, provenance),
        tables=tables,
        provenance=provenance,
        headline=known.headline,
        perhaps=tuple(map(str, known.perhaps)),
        balances=tuple(balances(rows, (part.ledger for part in ran))),
        warnings=left_out_in_public(_counted(job, warnings), names, words),
        warned_before=_before(job, provenance),
        skipped={part: " ".join(in_public([why], names, words, "reason")) for part, why in skipped.items()},
    )


def warnings_by_part(
    job: Job, provenance: Mapping[str, Any], found: Mapping[str, Any]
) -> dict[str, list[str]]:
    """The warnings of the parts whose tables are in ``out/``, for ``provenance.json``, as all may read them.

    Args:
        job: The job; its tables are all written.
        provenance: What they were made from; of parts that did not run, it has the warnings.
        found: What each part found, by its name.

    Returns:
        The lines by part; parts without a warning are not in it.
    """
    tables = Published(job.out, job.given.investigation.out, provenance["tables"])
    names, words = public_names(job), quotable(tables) | words_of_faults(job)
    own = {
        part: list(
            left_out_in_public(_counted(job, dict.fromkeys((*each.urgent, *each.warnings))), names, words)
        )
        for part, each in found.items()
    }
    return {part: lines for part, lines in {**provenance.get("warnings", {}), **own}.items() if lines}


def _before(job: Job, provenance: Mapping[str, Any]) -> tuple[str, ...]:
    """The warnings of the parts that this run left out, the last part's first, as those of a run are."""
    lines = provenance.get("warnings", {})
    kept = [line for part in list(provenance.get("kept", {}))[::-1] for line in lines.get(part, ())]
    return tuple(_counted(job, dict.fromkeys(kept)))


def _counted(job: Job, lines: Iterable[str]) -> Iterable[str]:
    """Warnings, without their counts where small ones are left out."""
    return without_counts(lines) if job.given.investigation.config.public.least_count else lines


def _with_tables(files: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts whose tables are or will be in ``out/``."""
    return tuple(
        part
        for part in registry.load()
        if any(file in files for table in part.tables for file in table.files)
    )


def _is_staged(part: Part, stage: Path) -> bool:
    """Whether the part's tables are this run's."""
    return any((stage / file).is_file() for table in part.tables for file in table.files)
