"""The subflow `crime`: do richer tracts suffer more crime (DESIGN 5.9)?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from prefect import flow

from data.catalog import Investigation
from data.schema import TABLES
from data.tables import read_table
from flows.artifacts import show_table, with_artifact
from flows.inputs import crime_input
from flows.progress import OnProgress, reporter
from flows.workers import workers
from tasks.crime.results import GatheredCrimes
from tasks.crime.task import count, gather
from tasks.income.task import CityCrime, examine_crimes
from tasks.ledger.task import close_of_crimes
from tasks.places.results import Census, Layer
from tasks.places.task import prepare, put_into_tracts


@dataclass(frozen=True)
class CrimeResult:
    """What the subflow found, for the summary and the provenance.

    Attributes:
        gathered: By folder of ``crime/``, the files and the crimes that were left out.
        layer: The tracts.
        census: The Census and the lists of the cities.
        crimes: Rows in the files.
        counted: Crimes of the types and years analysed, in their cities.
        tests: Rows of public/crime_tests.
        robust: Rows of public/crime_tests_robust.
        warnings: What the run must end with.
    """

    gathered: tuple[GatheredCrimes, ...]
    layer: Layer
    census: Census
    crimes: int
    counted: int
    tests: pa.Table
    robust: pa.Table
    warnings: tuple[str, ...]


@flow(name="crime", flow_run_name="crime {folder.name}")
def crime(folder: Path, out: Path, buckets: int | None = None) -> CrimeResult:
    """Put the crimes of each city into tracts, and hold each type against the income there.

    Args:
        folder: The investigation folder.
        out: Where the tables go; the caller publishes them.
        buckets: Into how many pieces each city's crimes are sorted; by default after their number. It changes
            no byte of a table.

    Returns:
        What was found.

    Raises:
        InputError: A file, a column, a city, a type or a setting is wrong.
        LedgerError: A crime that entered has left no trace.
    """
    tell = reporter()
    investigation = Investigation.open(folder)
    given, work = crime_input(investigation), investigation.work
    with workers("crime") as client:
        with tell.stage("prepare the tracts"):
            layer = prepare(given.layer, work)
        with tell.stage("gather the crimes", "files") as on_progress:
            gathered: list[GatheredCrimes] = []
            total = sum(len(files) for files in given.files.values())
            for key, files in given.files.items():
                before = sum(len(each.files) for each in gathered)
                told = _after(before, total, on_progress)
                gathered.append(gather(key, files, given.settings[key], work, client, buckets, told))
        with tell.stage("put crimes into tracts", "batches") as on_progress:
            shown = with_artifact("crimes-placed", "Batches of crimes put into tracts", on_progress)
            batches = [batch for each in gathered for batch in each.batches]
            located = put_into_tracts(batches, layer, given.census, work / "crime" / "located", client, shown)
        with tell.stage("count the crimes"):
            places = dict(zip(batches, located, strict=True))
            counts = [
                count(
                    [places[batch] for batch in each.batches],
                    given.settings[each.key],
                    each.key,
                    given.census,
                )
                for each in gathered
            ]
        with tell.stage("test the crimes"):
            crimes = [
                CityCrime(each.city, name, found) for each in counts for name, found in each.counts.items()
            ]
            threshold = investigation.config.tests.alpha / given.examined
            findings = examine_crimes(given.census, crimes, layer, threshold, client, out)
    with tell.stage("close the ledger of the crimes"):
        closed = close_of_crimes(gathered, counts, out=out)
    show_table("crime-tests", read_table(TABLES["public/crime_tests"], out), "Do richer tracts suffer more?")
    return CrimeResult(
        gathered=tuple(gathered),
        layer=layer,
        census=given.census,
        crimes=closed.crimes,
        counted=closed.counted,
        tests=findings.tests,
        robust=findings.robust,
        warnings=closed.warnings,
    )


def _after(before: int, total: int, on_progress: OnProgress) -> OnProgress:
    """The progress of one folder as that of all: so many files are done before it."""
    return lambda done, _: on_progress(before + done, total)
