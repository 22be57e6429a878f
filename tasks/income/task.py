"""The door of the income room: the Prefect task that examines the cities."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from distributed import Client
from prefect import task
from prefect.cache_policies import NO_CACHE

from data.schema import TABLES
from data.tables import write_table
from tasks.income.results import Findings
from tasks.income.tabulate import NAMES, find
from tasks.places.results import Census, Layer

__all__ = ["Findings", "examine"]


@task(name="examine the cities", cache_policy=NO_CACHE, persist_result=False)
def examine(  # noqa: PLR0917 - in the order in which the flow has them
    census: Census,
    counts: pa.Table,
    layer: Layer,
    alpha: float,
    client: Client,
    out: Path,
    counted: str = "posts",
) -> Findings:
    """Ask of every city whether richer tracts have more, and whether the finding stands; write the tables.

    Args:
        census: The tracts with population and income, and the lists of the cities examined.
        counts: GEOID (string, unique) and count (int64) of the tracts that hold at least one.
        layer: The tract layer.
        alpha: The configured alpha; divided by the number of cities examined.
        client: Where the robust tests run.
        out: The investigation's ``out/`` folder.
        counted: What is counted: its tables, and the names of its columns.

    Returns:
        The tables as written, and the number of cities by finding.
    """
    findings = find(census, counts, layer, alpha, client, counted=counted)
    names = NAMES[counted]
    for table, name in (
        (findings.deciles, names.deciles),
        (findings.tests, names.tests),
        (findings.robust, names.robust),
    ):
        write_table(table, TABLES[name], out)
    return findings
