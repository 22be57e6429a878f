"""The crimes: do richer tracts suffer more of them (method 9)?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.kept import FOLDER, Stage, file_name
from data.schema import TABLES, crime
from data.settings import Crime, Tests
from flows.parts import points, shares, tracts, verdicts
from flows.parts.ground import Ground, Together, key_from
from flows.parts.points import Files, PointsFound
from flows.run.inputs import Inputs
from flows.run.part import Job, Listing, Part, Told
from flows.run.step import step
from tasks.crime.ledger import (
    COUNTED,
    CRIMES,
    LEDGER,
    LOST,
    in_words,
    lost_columns,
    types_of,
    unlocated,
)
from tasks.rows.results import Recognised

if TYPE_CHECKING:
    from tasks.census.results import Census
    from tasks.crime.results import CrimeCounts, GatheredCrimes
    from tasks.income.results import CityCrime, Findings
    from tasks.layers.look import Bounds


TEST: Final = "test the crimes"


@dataclass(frozen=True)
class CrimeInput:
    """What the part starts from.

    Attributes:
        files: By folder of ``crime/``, its files.
        settings: By folder, its section ``[crime.<folder>]``.
        layer: The files of the tract layer.
        census: The Census, and the lists of all cities, examined or not.
        family: How many tests alpha is divided by: all pairs of city and type, or all cities if more.
        tests: The section ``[tests]``.
        bounds: The tract layer's extent in degrees; None where it states none.
        recognised: What each file was recognised as.
        gaps: Lines on the tracts that the layer or the Census lacks, where they are few.
        places: The files of the boundaries of places, beside lists of cities.
    """

    files: Mapping[str, Files]
    settings: Mapping[str, Crime]
    layer: tuple[Path, ...]
    census: Census
    family: int
    tests: Tests
    bounds: Bounds | None = None
    recognised: tuple[Recognised, ...] = ()
    gaps: tuple[str, ...] = ()
    places: tuple[Path, ...] = ()


def look(given: Inputs) -> CrimeInput:
    """Check the crimes against the tract layer, the Census and the lists of all cities."""
    from tasks.crime.look import check_crimes, sections
    from tasks.income.look import family_of_crimes

    investigation, census = given.investigation, given.once(points.census)
    files = investigation.crime_files()
    posts = investigation.config.posts
    year = None if posts is None else posts.year
    settings = sections(files, investigation.config.crime, points.cities(census), year)
    examined = points.cities(given.once(points.census_of_examined))
    gaps = tracts.check(given, cities_of(settings))
    said: list[Recognised] = []
    for key, own in files.items():
        said += check_crimes(key, own, settings[key], given.once(points.bounds))
    return CrimeInput(
        files={key: tuple(own) for key, own in files.items()},
        settings=settings,
        layer=given.once(points.layer),
        census=census,
        family=family_of_crimes(sum(len(each.examined) for each in settings.values()), len(examined)),
        tests=investigation.config.tests,
        bounds=given.once(points.bounds),
        recognised=tuple(said),
        gaps=gaps,
        places=given.once(shares.places),
    )


def cities_of(settings: Mapping[str, Crime]) -> set[str]:
    """The cities whose crimes are examined.

    Args:
        settings: By folder, its section, completed.
    """
    return {each.city for each in settings.values() if each.city is not None}


def recognised(given: Inputs) -> Sequence[Recognised]:
    """What each file of crimes was recognised as."""
    found: CrimeInput = given.once(look)
    return found.recognised


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
    from tasks.crime.task import close
    from tasks.income.results import write_findings

    given: CrimeInput = job.given.once(look)
    ground, out = Ground(job, PART.name, given.layer), job.out
    census, doubts = shares.with_shares(given.census, given.places, ground)
    given = replace(given, census=census)
    gathered, counts, findings = _stages(job, given, ground)
    write_findings(findings.value, "crimes", out)
    values = [each.value for each in gathered]
    # Coarse coordinates are held against the tracts, so that their file is read.
    layer = ground.readable_tracts if any(each.coarse for each in values) else ground.tracts
    closed = step(close)(values, counts, findings.value, out=out, layer=layer, cities=given.census.cities)
    tracts.write_crimes(ground, _located(values, counts), findings.value.tests, census.shares)
    files = tuple(file for each in values for file in each.files)
    return CrimeFound(
        files,
        ground.tracts,
        given.census,
        findings.value,
        closed,
        warnings=(*given.gaps, *closed.warnings, *doubts),
        notes=ground.keeper.notes(),
        types=tuple(types_of(values, counts).to_pylist()),
    )


def _stages(
    job: Job, given: CrimeInput, ground: Ground
) -> tuple[list[Stage[GatheredCrimes]], list[CrimeCounts], Stage[Findings]]:
    """The stages of the part: of each folder, and the tests of all."""
    census, folders = given.census, _Folders(job, given, ground)
    gathered = folders.gathered()
    counts = folders.counts(gathered)
    crimes = _located([stage.value for stage in gathered.values()], counts)

    def test() -> Findings:
        from tasks.income.task import test_crimes

        layer, tests = ground.readable_tracts, given.tests
        return step(test_crimes)(census, crimes, layer, tests, job.client, family=given.family)

    lists, layer = (census.cities, census.shares), ground.tracts.input.sha256
    on = (crimes, census.tracts, lists, layer, given.family, given.tests)
    return list(gathered.values()), counts, ground.keeper.stage(TEST, on, test)


def _located(gathered: Sequence[GatheredCrimes], counts: Sequence[CrimeCounts]) -> list[CityCrime]:
    """Each type of crime in its city by tract; without those whose places are withheld (method 9.2)."""
    from tasks.income.results import CityCrime

    return [
        CityCrime(each.city, name, found)
        for own, each in zip(gathered, counts, strict=True)
        for name, found in each.counts.items()
        if name not in unlocated(own, each)
    ]


@dataclass(frozen=True)
class CrimeFound(PointsFound):
    """What the part found.

    Attributes:
        types: The rows of public/crime_types.
    """

    types: tuple[Mapping[str, Any], ...] = ()


def with_lost(shown: Listing, types: Sequence[Mapping[str, Any]]) -> Listing:
    """The listing of the tests with what became of crimes that are in no tract of the city.

    Args:
        shown: A listing with the columns city, crime and crimes.
        types: The rows of public/crime_types.
    """
    city, crime, crimes = map(shown.titles.index, ("city", "crime", "crimes"))
    lost = lost_columns(types)
    left = {(row["city"], row["crime"]): row for row in types}
    rows = []
    for each in shown.rows:
        own = left.pop((each[city], each[crime]), {})
        cells = list(each)
        if own.get("recorded") and not own["counted"]:
            cells[crimes] = in_words(own)
        rows.append((*cells, *(own.get(column, "") for column in lost)))
    for own in left.values():
        cells = [""] * len(shown.titles)
        cells[city], cells[crime], cells[crimes] = own["city"], own["crime"], in_words(own)
        rows.append((*cells, *(own[column] for column in lost)))
    titles = (*shown.titles, *(LOST[column] for column in lost))
    return replace(shown, titles=titles, rows=sorted(rows, key=lambda row: (row[city], row[crime])))


@dataclass
class _Folders:
    """The stages of each folder; what is to be made of several is made in one go.

    Attributes:
        job: The job.
        given: What the part starts from.
        ground: The hashes of the files, and the tracts.
    """

    job: Job
    given: CrimeInput
    ground: Ground

    def gathered(self) -> dict[str, Stage[GatheredCrimes]]:
        """The records of each folder."""
        together: Together[GatheredCrimes] = Together(self._gather)
        stages = {
            key: self.ground.keeper.stage(
                f"gather the crimes of {key}",
                self.ground.key_of(files, (self.given.settings[key], self.given.bounds)),
                partial(together.of, key),
                lambda found: found.batches,
                key_after=partial(self._key_after, key),
                clears=[f"put the crimes of {key} into tracts"],
            )
            for key, files in self.given.files.items()
        }
        together.names = [key for key, stage in stages.items() if not stage.is_known]
        return stages

    def _key_after(self, key: str, found: GatheredCrimes) -> object:
        return key_from(found.files, (self.given.settings[key], self.given.bounds))

    def _gather(self, keys: Sequence[str]) -> dict[str, GatheredCrimes]:
        from tasks.crime.task import gather

        files = {key: self.given.files[key] for key in keys}
        settings = {key: self.given.settings[key] for key in keys}
        states = {key: self.ground.hashes.states(own) for key, own in files.items()}
        found = step(gather)(
            files,
            settings,
            self.job.work,
            self.job.client,
            buckets=self.job.buckets,
            bounds=self.given.bounds,
        )
        for each in found:
            self.ground.note(states[each.key], each.files)
        return {each.key: each for each in found}

    def counts(self, gathered: Mapping[str, Stage[GatheredCrimes]]) -> list[CrimeCounts]:
        """The counts of each folder, once its crimes are in their tracts."""
        keeper, census, layer = self.ground.keeper, self.given.census, self.ground.tracts.input.sha256
        together: Together[list[Path]] = Together(partial(self._locate, gathered))
        located = {
            key: keeper.stage(
                f"put the crimes of {key} into tracts",
                (stage.full_key, layer, census.tracts),
                partial(together.of, key),
                lambda found: found,
            )
            for key, stage in gathered.items()
        }
        stages = {
            key: keeper.stage(
                f"count the crimes of {key}",
                (stage.full_key, census.cities),
                partial(self._count, key, stage),
            )
            for key, stage in located.items()
        }
        wanted = [key for key, stage in stages.items() if not stage.is_known]
        together.names = [key for key in wanted if not located[key].is_known]
        return [stage.value for stage in stages.values()]

    def _locate(
        self, gathered: Mapping[str, Stage[GatheredCrimes]], keys: Sequence[str]
    ) -> dict[str, list[Path]]:
        from tasks.places.task import locate_crimes

        batches = {key: gathered[key].whole.batches for key in keys}
        given = [batch for each in batches.values() for batch in each]
        layer, out = self.ground.readable_tracts, self.job.work / "crime" / "located"
        found = step(locate_crimes)(self.job.client, given, layer, self.given.census.tracts, out)
        of_batch = dict(zip(given, found, strict=True))
        return {key: [of_batch[batch] for batch in each] for key, each in batches.items()}

    def _count(self, key: str, located: Stage[list[Path]]) -> CrimeCounts:
        from tasks.crime.task import count

        (found,) = step(count)(located.whole, {key: self.given.settings[key]}, self.given.census)
        return found


def origin(found: PointsFound) -> Mapping[str, Any]:
    """The files of crimes, the tract layer and the Census."""
    return {PART.name: points.origin(found)}


def tell(found: CrimeFound) -> Told:
    """One row per city and type of crime; r over deciles describes what the chart of them shows.

    What became of crimes that are in no tract is beside them. A type that is in no test has a row that says
    so: cities withhold where some crimes happened, and 0 would be wrong.
    """
    tests, *details = verdicts.listings(found.findings, "crimes")
    return Told(
        listings=(with_lost(tests, found.types), *details),
        facts={"crimes": found.closed.total(CRIMES), "crimes counted": found.closed.total(COUNTED)},
    )


PART = Part(
    name="crime",
    patterns=("crime/*/*", *points.CENSUS),
    tables=(*crime.PRIVATE, *crime.PUBLIC, TABLES["public/tracts_used"], TABLES["public/tract_crimes"]),
    shown={
        "public/crime_tests": "Do richer tracts suffer more?",
        "public/crime_tests_robust": "What is known?",
        "public/crime_effects": "How much more, in each city and over all?",
    },
    ledger=LEDGER,
    look=look,
    recognised=recognised,
    run=run,
    origin=origin,
    tell=tell,
    found_otherwise=points.found_otherwise,
    unknown=points.unknown,
    kept=(f"{FOLDER}/{file_name('crime', TEST)}.json",),
    recognised_shared=points.recognised,
    worker_modules=("tasks.crime.gather", *points.WORKER_MODULES),
)
