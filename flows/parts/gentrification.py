"""Gentrification: which tracts could gentrify, and which did (method 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from data.kept import Keeper, code_of
from data.schema import selection
from flows.run.inputs import Inputs
from flows.run.part import Found, Job, Part, Told, files_by_hash
from flows.run.step import step
from tasks.selection.ledger import GENTRIFICATION

if TYPE_CHECKING:
    import pyarrow as pa

    from tasks.selection.results import GentrificationInput, Judged

JUDGE: Final = "judge the tracts"


@dataclass(frozen=True)
class GentrificationFound(Found):
    """What was found.

    Attributes:
        given: The tracts as they were read.
        cities: Rows of public/gentrification.
    """

    given: GentrificationInput
    cities: pa.Table


def look(given: Inputs) -> GentrificationInput:
    """Read the tracts of ``census/gentrification``."""
    from tasks.selection.look import read_gentrification

    place = given.investigation.census_file("gentrification")
    return read_gentrification(place, given.investigation.config.selection)


def kept(given: Inputs) -> tuple[Judged, tuple[str, ...]]:
    """Every tract's judgment, which is kept by the content of the file; and a note where that was damaged."""
    table, settings = given.once(look), given.investigation.config.selection

    def judge() -> tuple[pa.Table, pa.Table, pa.Table]:
        from tasks.selection import task as tasks

        found = step(tasks.judge)(table, settings)
        return found.tracts, found.thresholds, found.cities

    from tasks.selection.results import Judged

    keeper = Keeper(given.investigation.work, PART.name, code_of("tasks", "tasks/rows", "tasks/selection"))
    on = ([file.sha256 for file in table.files], settings)
    return Judged(*keeper.stage(JUDGE, on, judge).value, settings), keeper.notes()


def judged(given: Inputs) -> Judged:
    """Every tract's judgment, and the counts by city; the choice of cities starts from them too."""
    return given.once(kept)[0]


def run(job: Job) -> GentrificationFound:
    """Judge the tracts and write the tables of gentrification.

    Args:
        job: The job.

    Returns:
        What was found.

    Raises:
        InputError: A file, a column or a setting is wrong.
        LedgerError: A tract that entered is not accounted for.
    """
    from tasks.selection import task as tasks

    given, found = job.given.once(look), job.given.once(judged)
    step(tasks.write)(found, job.out)
    closed = step(tasks.close_tracts)(given, found, out=job.out)
    notes = job.given.once(kept)[1]
    return GentrificationFound(given, found.cities, warnings=closed.warnings, notes=notes)


def origin(found: GentrificationFound) -> Mapping[str, Any]:
    """The file of the tracts."""
    return {PART.name: files_by_hash(found.given.files)}


def facts(cities: pa.Table) -> dict[str, int | None]:
    """The numbers of the summary, over all cities."""
    rows = cities.to_pylist()
    names = {"tracts of cities": "tracts", "eligible": "eligible", "gentrified": "gentrified"}
    return {name: sum(row[column] for row in rows) for name, column in names.items()}


def tell(found: GentrificationFound) -> Told:
    """How many tracts of cities could gentrify, and how many did."""
    return Told(facts=facts(found.cities))


PART = Part(
    name="gentrification",
    patterns=("census/gentrification.*",),
    tables=selection.OF_TRACTS,
    ledger=GENTRIFICATION,
    look=look,
    run=run,
    origin=origin,
    tell=tell,
)
