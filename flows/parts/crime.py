"""The subflow `crime`: do richer tracts suffer more crime (DESIGN 5.9)?"""

from __future__ import annotations

from pathlib import Path

from distributed import Client
from prefect import flow

from flows.parts.points import PointsResult, placed
from flows.run.preflight import CrimeInput, inputs
from flows.run.progress import OnProgress, reporter
from flows.run.workers import workers
from flows.service.artifacts import show_table
from tasks.crime.results import GatheredCrimes
from tasks.crime.task import count, gather
from tasks.income.task import CityCrime, examine_crimes
from tasks.ledger.task import close_of_crimes
from tasks.places.task import prepare


@flow(name="crime", flow_run_name="crime {folder.name}")
def crime(folder: Path, out: Path, buckets: int | None = None) -> PointsResult:
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
    tell, known = reporter(), inputs(folder)
    given, work = known.crime, known.investigation.work
    with workers("crime") as client:
        with tell.stage("prepare the tracts"):
            layer = prepare(given.layer, work)
        with tell.stage("gather the crimes", "files") as on_progress:
            gathered = _gathered(given, work, client, buckets, on_progress)
        batches = [batch for each in gathered for batch in each.batches]
        located = placed("crimes", batches, layer, given.census, work / "crime" / "located", client)
        with tell.stage("count the crimes"):
            counts = [count(located, own, key, given.census) for key, own in given.settings.items()]
        with tell.stage("test the crimes"):
            crimes = [
                CityCrime(each.city, name, found) for each in counts for name, found in each.counts.items()
            ]
            findings = examine_crimes(given.census, crimes, layer, given.threshold, client, out)
    with tell.stage("close the ledger of the crimes"):
        closed = close_of_crimes(gathered, counts, out=out)
    show_table("crime-tests", findings.tests, "Do richer tracts suffer more?")
    files = tuple(file for each in gathered for file in each.files)
    return PointsResult(files, layer, given.census, findings, closed)


def _gathered(
    given: CrimeInput, work: Path, client: Client, buckets: int | None, on_progress: OnProgress
) -> list[GatheredCrimes]:
    """The crimes of each folder, one folder after the other; the progress is that of all."""
    found: list[GatheredCrimes] = []
    before, total = 0, sum(map(len, given.files.values()))
    for key, files in given.files.items():

        def told(done: int, _: int, before: int = before) -> None:
            on_progress(before + done, total)

        found.append(gather(key, files, given.settings[key], work, client, buckets, told))
        before += len(files)
    return found
