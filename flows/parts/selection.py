"""The choice of cities: the most gentrified ones whose own police have a partnership (method 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.schema import selection
from flows.parts import gentrification
from flows.run.inputs import Inputs
from flows.run.part import Found, Job, Listing, Part, Told, files_by_hash
from flows.run.step import step
from tasks.selection.ledger import SELECTION

if TYPE_CHECKING:
    import pyarrow as pa

    from tasks.selection.results import AtlasInput, GentrificationInput


@dataclass(frozen=True)
class SelectionFound(Found):
    """What was found.

    Attributes:
        given: The tracts as they were read.
        atlas: The Atlas as it was read.
        cities: Rows of public/gentrification.
        chosen: Rows of public/city_selection.
    """

    given: GentrificationInput
    atlas: AtlasInput
    cities: pa.Table
    chosen: pa.Table


def look(given: Inputs) -> AtlasInput:
    """Read the Atlas of Surveillance, in which the cities of ``census/gentrification`` can be found."""
    from tasks.selection.look import check_cities, read_atlas

    check_cities(given.once(gentrification.look))
    return read_atlas(given.investigation.atlas_files())


def run(job: Job) -> SelectionFound:
    """Match the partnerships of the Atlas with cities, and choose.

    Args:
        job: The job.

    Returns:
        What was found.

    Raises:
        InputError: A file, a column or a setting is wrong.
        LedgerError: A row of the Atlas that entered is not accounted for.
    """
    from tasks.selection import task as tasks

    given, settings = job.given, job.given.investigation.config.selection
    atlas, judged = given.once(look), given.once(gentrification.judged)
    partnerships, chosen = step(tasks.choose_cities)(judged, atlas, settings, job.out)
    closed = step(tasks.close_cities)(atlas, partnerships, chosen, out=job.out)
    return SelectionFound(
        given.once(gentrification.look), atlas, judged.cities, chosen, warnings=closed.warnings
    )


def origin(found: SelectionFound) -> Mapping[str, Any]:
    """The file of the tracts, the Atlas, and the table of police departments under other names."""
    from data.police import read_police

    return {
        PART.name: {
            "gentrification": files_by_hash(found.given.files),
            "atlas": files_by_hash(found.atlas.files),
            "police": {"sha256": read_police().fingerprint},
        }
    }


def tell(found: SelectionFound) -> Told:
    """One row per city that was chosen."""
    cities = {row["city"]: row for row in found.cities.to_pylist()}
    rows = [
        (row["rank"], row["city"], cities[row["city"]]["gentrified"], f"{row['gentrified_share']:.1%}")
        for row in found.chosen.to_pylist()
        if row["selected"]
    ]
    return Told(
        listings=(Listing(("rank", "city chosen", "gentrified", "of its tracts"), rows),),
        facts=gentrification.facts(found.cities),
    )


PART = Part(
    name="selection",
    patterns=("census/gentrification.*", "atlas/*.csv"),
    tables=(*selection.PRIVATE, *selection.PUBLIC),
    shown={
        "public/city_selection": "Which cities to ask",
    },
    ledger=SELECTION,
    look=look,
    run=run,
    origin=origin,
    tell=tell,
    recognised=lambda given: given.once(look).recognised,
)
