"""The door of the income room: the Prefect tasks that examine the cities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from distributed import Client
from prefect import task
from prefect.cache_policies import NO_CACHE

from data.schema import TABLES
from data.tables import write_table
from tasks.income import tabulate
from tasks.income.results import CityCrime, Findings
from tasks.places.results import Census, Layer

__all__ = ["CityCrime", "Findings", "examine", "examine_crimes"]


@task(name="examine the cities", cache_policy=NO_CACHE, persist_result=False)
def examine(  # noqa: PLR0917 - in the order in which the flow has them
    census: Census, counts: pa.Table, layer: Layer, alpha: float, client: Client, out: Path
) -> Findings:
    """Ask of every city whether richer tracts post more, and whether the finding stands; write the tables.

    Args:
        census: The tracts with population and income, and the lists of the cities examined.
        counts: GEOID (string, unique) and count (int64) of the tracts that hold at least one.
        layer: The tract layer.
        alpha: The configured alpha; divided by the number of cities examined.
        client: Where the robust tests run.
        out: The investigation's ``out/`` folder.

    Returns:
        The tables as written, and the number of cities by finding.
    """
    return _written(tabulate.examine_posts(census, counts, layer, alpha, client), "posts", out)


@task(name="examine the crimes", cache_policy=NO_CACHE, persist_result=False)
def examine_crimes(  # noqa: PLR0917 - in the order in which the flow has them
    census: Census,
    crimes: Sequence[CityCrime],
    layer: Layer,
    threshold: float,
    client: Client,
    out: Path,
) -> Findings:
    """Ask of each type of crime whether richer tracts suffer more of it; write the tables.

    Args:
        census: The tracts with population and income, and the lists of the crimes' cities.
        crimes: What was counted, a city and type each.
        layer: The tract layer.
        threshold: What p is held against: the posts' threshold.
        client: Where the robust tests run.
        out: The investigation's ``out/`` folder.

    Returns:
        The tables as written, and the number of crimes by finding.
    """
    return _written(tabulate.examine_crimes(census, crimes, layer, threshold, client), "crimes", out)


def _written(findings: Findings, counted: str, out: Path) -> Findings:
    names = tabulate.NAMES[counted]
    for table, name in (
        (findings.deciles, names.deciles),
        (findings.tests, names.tests),
        (findings.robust, names.robust),
    ):
        write_table(table, TABLES[name], out)
    return findings
