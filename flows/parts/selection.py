"""The subflow `selection`: which tracts gentrified, and which cities to ask (DESIGN 5.8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from prefect import flow

from flows.run.preflight import inputs
from flows.run.progress import reporter
from flows.service.artifacts import show_table
from tasks.ledger.task import close_of_gentrification, close_of_selection
from tasks.selection.results import AtlasInput, GentrificationInput
from tasks.selection.task import choose, judge, match, write_gentrification


@dataclass(frozen=True)
class SelectionResult:
    """What the subflow found, for the summary and the provenance.

    Attributes:
        given: The tracts as they were read.
        atlas: The Atlas as it was read; None where cities were not to be chosen.
        cities: Rows of public/gentrification.
        chosen: Rows of public/city_selection; None where cities were not to be chosen.
        warnings: What the run must end with.
    """

    given: GentrificationInput
    atlas: AtlasInput | None
    cities: pa.Table
    chosen: pa.Table | None
    warnings: tuple[str, ...]


@flow(name="selection", flow_run_name="selection {folder.name}")
def selection(folder: Path, out: Path, parts: Collection[str]) -> SelectionResult:
    """Judge the tracts, and choose the cities where the Atlas is there.

    Args:
        folder: The investigation folder.
        out: Where the tables go; the caller publishes them.
        parts: ``gentrification``, ``selection`` or both: whose tables are written.

    Returns:
        What was found.

    Raises:
        InputError: A file, a column or a setting is wrong.
        LedgerError: A tract or a row of the Atlas that entered has left no trace.
    """
    tell, known = reporter(), inputs(folder)
    given, settings = known.gentrification, known.investigation.config.selection
    warnings: list[str] = []
    with tell.stage("judge the tracts"):
        judged = judge(given, settings)
        if "gentrification" in parts:
            write_gentrification(judged, out)
            warnings += close_of_gentrification(given, judged, out=out).warnings
    atlas = chosen = None
    if "selection" in parts:
        with tell.stage("choose the cities"):
            atlas = known.selection
            partnerships = match(atlas, judged, out)
            chosen = choose(judged, partnerships, settings, out)
            warnings += close_of_selection(atlas, partnerships, chosen, out=out).warnings
        show_table("city-selection", chosen, "Which cities to ask")
    return SelectionResult(given, atlas, judged.cities, chosen, tuple(warnings))
