"""The door of the selection room: the Prefect tasks that flows call."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from data.settings import Selection
from data.tables import write_table
from tasks.selection import choose as choice
from tasks.selection import gentrification, partnerships
from tasks.selection.results import AtlasInput, GentrificationInput, Judged, Partnerships

__all__ = [
    "AtlasInput",
    "GentrificationInput",
    "Judged",
    "Partnerships",
    "choose",
    "judge",
    "match",
    "write_gentrification",
]


@task(name="judge the tracts", cache_policy=NO_CACHE, persist_result=False)
def judge(given: GentrificationInput, selection: Selection) -> Judged:
    """Say of every tract whether it could gentrify and whether it did, and count them by city.

    Args:
        given: The tracts, as :func:`tasks.selection.gentrification.read_gentrification` reads them.
        selection: The section ``[selection]``.

    Returns:
        The rows of the three tables of gentrification; nothing is written.
    """
    return gentrification.judge_tracts(given, selection)


@task(name="write the gentrified tracts", cache_policy=NO_CACHE, persist_result=False)
def write_gentrification(judged: Judged, out: Path) -> tuple[Path, ...]:
    """Write the tables of gentrification: by city, by tract, and the thresholds.

    Args:
        judged: What was found.
        out: Where the tables go.

    Returns:
        ``public/gentrification``, ``public/gentrification_tracts`` and ``public/gentrification_thresholds``.
    """
    tables = (
        (judged.cities, gentrification.CITIES),
        (judged.tracts, gentrification.TRACTS),
        (judged.thresholds, gentrification.THRESHOLDS),
    )
    return tuple(write_table(table, spec, out) for table, spec in tables)


@task(name="match the partnerships", cache_policy=NO_CACHE, persist_result=False)
def match(atlas: AtlasInput, judged: Judged, out: Path) -> Partnerships:
    """Say of each Ring row of the Atlas whose partnership it is, and write ``private/partnerships``.

    Args:
        atlas: The Atlas, as :func:`tasks.selection.atlas.read_atlas` reads it.
        judged: The tracts with their cities.
        out: Where the table goes.

    Returns:
        The table, and the agencies by city.

    Raises:
        InputError: The state of a city is unknown, or two cities are called the same.
    """
    matched = partnerships.match_atlas(atlas, judged)
    write_table(matched.table, partnerships.TABLE, out)
    return matched


@task(name="choose the cities", cache_policy=NO_CACHE, persist_result=False)
def choose(judged: Judged, partnerships: Partnerships, selection: Selection, out: Path) -> pa.Table:
    """Rank the cities, choose, and write ``public/city_selection``.

    Args:
        judged: The cities with their counts.
        partnerships: Whose own police has one.
        selection: The section ``[selection]``: how many are to be chosen.
        out: Where the table goes.

    Returns:
        The table's rows.
    """
    chosen = choice.choose_cities(judged, partnerships, selection)
    write_table(chosen, choice.TABLE, out)
    return chosen
