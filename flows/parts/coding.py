"""The coding: people read a sample of the alerts (method 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.schema import TABLES, coding
from data.settings import Coding
from flows.run.inputs import Inputs
from flows.run.part import Found, Job, Listing, Part, Told
from flows.run.step import step
from flows.run.watched import watched
from tasks.coding.ledger import LEDGER

if TYPE_CHECKING:
    import pyarrow as pa

    from tasks.coding.look import Given
    from tasks.coding.results import Fault, Sample, Tally
    from tasks.rows.results import Recognised

LIST: Final = "coding/sample.csv"
MOST_FAULTS: Final = 20
"""What is wrong with sheets, as a run shows it; ``nwatch tally`` shows all."""

_ALERTS: Final = TABLES["private/alerts"]
_DRAWN: Final = TABLES["public/coding_drawn"]


@dataclass(frozen=True)
class CodingFound(Found):
    """What was found.

    Attributes:
        given: What is in the folder ``coding/``.
        sample: The sample; None where there are no alerts yet.
        tally: What became of it; likewise.
        tests: For agency, kind and month, the p of the test whether the sample is like all alerts.
    """

    given: Given
    sample: Sample | None = None
    tally: Tally | None = None
    tests: tuple[tuple[str, float | None], ...] = ()


def look(given: Inputs) -> Given:
    """Read the codebook and the list of the sample."""
    from tasks.coding.look import read_coding

    return read_coding(given.investigation)


def run(job: Job) -> CodingFound:
    """List the sample that people read, and count what came back.

    Args:
        job: The job; where it did not read the mail, the alerts are those of the last run.

    Returns:
        What was found.

    Raises:
        InputError: A file of the folder ``coding/`` is wrong.
        LedgerError: An alert or a review is not accounted for.
    """
    from data.tables import read_table
    from flows.service.artifacts import show_table
    from tasks.coding import task as tasks
    from tasks.coding.look import gone

    investigation = job.given.investigation
    given, settings = job.given.once(look), investigation.config.coding
    alerts = alerts_of(job.out, investigation.out)
    if alerts is None:
        return CodingFound(given, warnings=(f"{LIST}: no run has read mail yet, so that no alert is there",))
    sample = step(tasks.write_sample)(given, alerts, settings, job.out)
    tally = step(tasks.tally)(sample, settings, given.folder, job.out)
    missed = gone(given, alerts)
    step(tasks.close)(sample, missed, tally, out=job.out)
    drawn = read_table(_DRAWN, job.out)
    show_table("coding-drawn", drawn, "Whether the sample is like all alerts")
    return CodingFound(
        given,
        sample,
        tally,
        tests_of(drawn),
        warnings=(*_warnings(sample), *_faults(tally.faults)),
        notes=tuple(_notes(sample, missed, settings)),
    )


def remember(job: Job, found: CodingFound) -> None:
    """Tell the server of a watched run when all sheets are back.

    Args:
        job: The job.
        found: What was found.
    """
    if watched() and found.tally is not None:
        from flows.service.coding_event import tell_complete
        from flows.service.outbox import post

        tally = found.tally
        post(lambda _: tell_complete(job.given.investigation, tally))


def alerts_of(stage: Path, out: Path) -> pa.Table | None:
    """The alerts of this run, else those of the last one; None where no run has read mail.

    Args:
        stage: The folder of this run's tables.
        out: The folder of the last run's tables.

    Raises:
        InputError: Those of the last run are damaged, or of another version of the program.
    """
    from data.published import read_earlier
    from data.tables import read_table

    if stage != out and (stage / _ALERTS.files[0]).is_file():
        return read_table(_ALERTS, stage)
    return read_earlier(_ALERTS, out) if (out / _ALERTS.files[0]).is_file() else None


def tests_of(drawn: pa.Table) -> tuple[tuple[str, float | None], ...]:
    """What was compared, and the p of each test; from ``public/coding_drawn``."""
    return tuple((row["by"], row["p"]) for row in drawn.to_pylist() if row["value"] == "all")


def _warnings(sample: Sample) -> Iterator[str]:
    """What makes the sample tell of a part of the alerts alone."""
    if sample.covered is not None and sample.covered < sample.population:
        yield (
            f"the sample was drawn from {sample.covered:,} of today's {sample.population:,} unique alerts "
            f"({_percent(sample.covered, sample.population)}) and says nothing of the others; to draw from "
            "them too, raise 'coding.sample' in investigation.toml and call nwatch sample"
        )
    elif sample.unseen:
        yield (
            f"{sample.unseen:,} of today's {sample.population:,} unique alerts are in strata of which no "
            "alert is in the sample; to draw from them too, raise 'coding.sample' in investigation.toml and "
            "call nwatch sample"
        )


def _faults(faults: tuple[Fault, ...]) -> Iterator[str]:
    """What is wrong with what came back."""
    yield from map(str, faults[:MOST_FAULTS])
    if len(faults) > MOST_FAULTS:
        yield f"{len(faults) - MOST_FAULTS:,} more lines on sheets that came back; nwatch tally shows all"


def _notes(sample: Sample, gone: int, settings: Coding) -> Iterator[str]:
    """What a person should know of the sample."""
    if sample.covered == sample.population:
        yield f"the sample was drawn from all of today's {sample.population:,} unique alerts (100 %)"
    if sample.covered is None:
        yield (
            "coding/drawn_from.parquet is gone: nobody knows what share of today's alerts the sample was "
            "drawn from; it is taken for all"
        )
    if gone:
        yield (
            f"no longer among the alerts, and left out: {gone:,} of {LIST}, with the answers to them; nwatch "
            "sample draws others in their place"
        )
    if len(sample.alerts) + gone < min(settings.sample, sample.population):
        yield (
            f"'coding.sample' is {settings.sample:,}, and {sample.listed:,} alerts are drawn; nwatch sample "
            "draws the rest"
        )
    short = sum(len(each.readers) < settings.reviews for each in sample.alerts)
    if short:
        yield (
            f"alerts of the sample with fewer readers than the {settings.reviews:,} of 'coding.reviews': "
            f"{short:,}; name more with: nwatch sample --reader NAME"
        )


def _percent(part: int, whole: int) -> str:
    """A share that is not all: rounded down, so that it is never shown as 100 %."""
    return f"{1000 * part // whole / 10:.1f} %"


def recognised(given: Inputs) -> tuple[Recognised, ...]:
    """How much of the alerts is drawn, and with which codebook."""
    from tasks.rows.results import Recognised

    found = given.once(look)
    readers = {reader for row in found.rows for reader in row.readers}
    drawn = f"{len(found.rows):,} alerts drawn, {len(readers):,} readers"
    return (Recognised(LIST, f"{drawn}, version {found.codebook.version} of the codebook"),)


def origin(found: CodingFound) -> Mapping[str, Any]:
    """The codebook, the list of the sample, and what came back: by hash."""
    from tasks.coding.look import decisions

    codebook, tally = found.given.codebook, found.tally
    book: dict[str, Any] = {"sha256": codebook.sha256, "version": codebook.version}
    if tally is not None and tally.other_versions:
        book["reviews_of_other_versions"] = tally.other_versions
    files = {
        key: {"source": file.source, "sha256": file.sha256, "bytes": file.bytes}
        for key, file in sorted(found.given.files.items())
    }
    returned = [] if tally is None else [hashed for _, hashed in sorted(tally.files.items())]
    return {
        PART.name: {
            "codebook": book,
            **files,
            "decisions": {"sha256": decisions(found.given.folder, codebook)},
            "returned": [{"sha256": sha256, "bytes": size} for sha256, size in returned],
        }
    }


def tell(found: CodingFound) -> Told:
    """How much of the sample is decided, and whether it is like all alerts."""
    sample, tally = found.sample, found.tally
    if sample is None or tally is None:
        return Told()
    tests = [(by, "no chance in it" if p is None else f"{p:.3f}") for by, p in found.tests]
    return Told(
        listings=(Listing(("the sample is like all alerts by", "p"), tests),),
        facts={
            "alerts drawn": len(sample.alerts),
            "alerts decided": tally.decided,
            "ties to decide": tally.to_decide,
            "readers": len(sample.readers),
            "reviews given": tally.given,
        },
        see={"See what is wrong with the sheets": "nwatch tally"} if tally.faults else {},
    )


PART = Part(
    name="coding",
    patterns=(LIST,),
    tables=(*coding.PRIVATE, *coding.PUBLIC),
    ledger=LEDGER,
    look=look,
    run=run,
    origin=origin,
    tell=tell,
    recognised=recognised,
    remember=remember,
    hint="to draw a sample: nwatch sample DIR",
)
