"""The crimes: do richer tracts suffer more of them (method 9)?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.schema import crime
from data.settings import Crime
from flows.parts import points
from flows.parts.points import Files, PointsFound
from flows.run.inputs import Inputs
from flows.run.part import Job, Listing, Part, Told
from flows.run.step import step
from tasks.crime.ledger import COUNTED, CRIMES, LEDGER

if TYPE_CHECKING:
    from tasks.places.results import Census


@dataclass(frozen=True)
class CrimeInput:
    """What the part starts from.

    Attributes:
        files: By folder of ``crime/``, its files.
        settings: By folder, its section ``[crime.<folder>]``.
        layer: The files of the tract layer.
        census: The Census, and the lists of all cities, examined or not.
        threshold: What p is compared with: alpha divided by the number of cities examined.
    """

    files: Mapping[str, Files]
    settings: Mapping[str, Crime]
    layer: tuple[Path, ...]
    census: Census
    threshold: float


def look(given: Inputs) -> CrimeInput:
    """Check the crimes against the tract layer, the Census and the lists of all cities."""
    from tasks.crime.look import check_crimes, sections
    from tasks.income.look import bonferroni

    investigation, census = given.investigation, given.once(points.census)
    files = investigation.crime_files()
    settings = sections(files, investigation.config.crime, points.cities(census))
    examined = points.cities(given.once(points.census_of_examined))
    for key, own in files.items():
        check_crimes(key, own, settings[key], given.once(points.bounds))
    return CrimeInput(
        files={key: tuple(own) for key, own in files.items()},
        settings=settings,
        layer=given.once(points.layer),
        census=census,
        threshold=bonferroni(investigation.config.tests.alpha, len(examined)),
    )


def run(job: Job) -> PointsFound:
    """Place the crimes of each city in tracts, and compare each type with the income there.

    Args:
        job: The job.

    Returns:
        What was found.

    Raises:
        InputError: A file, a column, a city, a type or a setting is wrong.
        LedgerError: A crime that entered is not accounted for.
    """
    from flows.service.artifacts import show_table
    from tasks.crime import task as tasks
    from tasks.income import task as income
    from tasks.income.results import CityCrime, write_findings
    from tasks.places import task as places

    given: CrimeInput = job.given.once(look)
    client, out, census = job.client, job.out, given.census
    layer = step(places.prepare)(given.layer, job.work)
    gathered = step(tasks.gather)(given.files, given.settings, job.work, client, buckets=job.buckets)
    batches = [batch for each in gathered for batch in each.batches]
    located = step(places.locate_crimes)(
        client, batches, layer, census.tracts, job.work / "crime" / "located"
    )
    counts = step(tasks.count)(located, given.settings, census)
    crimes = [CityCrime(each.city, name, found) for each in counts for name, found in each.counts.items()]
    findings = step(income.test_crimes)(census, crimes, layer, given.threshold, client)
    write_findings(findings, "crimes", out)
    closed = step(tasks.close)(gathered, counts, out=out)
    show_table("crime-tests", findings.tests, "Do richer tracts suffer more?")
    files = tuple(file for each in gathered for file in each.files)
    return PointsFound(files, layer, census, findings, closed, warnings=closed.warnings)


def origin(found: PointsFound) -> Mapping[str, Any]:
    """The files of crimes, the tract layer and the Census."""
    return {PART.name: points.origin(found)}


def tell(found: PointsFound) -> Told:
    """One row per city and type of crime; the finding over deciles is beside it, as the two may differ."""
    verdicts = {(row["city"], row["crime"]): row["verdict"] for row in found.findings.robust.to_pylist()}
    tests = found.findings.tests.to_pylist()
    over = {(row["city"], row["crime"]): row["direction"] for row in tests if row["level"] == "decile"}
    rows = [
        (
            row["city"],
            row["crime"],
            row["n"],
            row["crimes"],
            *points.r_and_p(row),
            row["direction"],
            over[row["city"], row["crime"]],
            verdicts[row["city"], row["crime"]],
        )
        for row in tests
        if row["level"] == "tract"
    ]
    titles = ("city", "crime", "tracts", "crimes", "r", "p", "finding", "over deciles", "verdict")
    return Told(
        listings=(Listing(titles, rows),),
        facts={"crimes": found.closed.total(CRIMES), "crimes counted": found.closed.total(COUNTED)},
    )


PART = Part(
    name="crime",
    patterns=("crime/*/*.csv*", *points.CENSUS),
    tables=(*crime.PRIVATE, *crime.PUBLIC),
    ledger=LEDGER,
    look=look,
    run=run,
    origin=origin,
    tell=tell,
    found_otherwise=points.found_otherwise,
    unknown=points.unknown,
    recognised_shared=points.recognised,
    worker_modules=("tasks.crime.gather", *points.WORKER_MODULES),
)
