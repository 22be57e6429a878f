"""Whether the sample is like all alerts: shares by agency, kind and month, and a test (method 5.8)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import numpy as np
import pyarrow as pa

from data.schema import TABLES
from tasks.coding.sample.draw import BY, Alert
from tasks.coding.sample.population import Population
from tasks.statistics.goodness import Counts, goodness

DRAWN: Final = TABLES["public/coding_drawn"]
ALL: Final = "all"


def drawn_table(population: Population, drawn: Collection[Alert], by: Collection[str], seed: int) -> pa.Table:
    """Compare the sample with all alerts of today.

    Args:
        population: The alerts of today.
        drawn: Those of the sample.
        by: ``[coding] strata``: of each stratum as many as were drawn of it are expected.
        seed: Of the test.

    Returns:
        Rows of ``public/coding_drawn``.
    """
    strata = list(population.strata(by).values())
    at = {stratum: row for row, stratum in enumerate(sorted(set(strata)))}
    rows_of = np.array([at[stratum] for stratum in strata], dtype=np.int64)
    chosen = np.zeros(len(strata), dtype=bool)
    chosen[[population.places[alert] for alert in drawn]] = True
    found: list[dict[str, Any]] = []
    for name in BY:
        values = [value for (value,) in population.strata([name]).values()]
        found += _rows(name, values, (rows_of, len(at)), chosen, seed)
    return pa.Table.from_pylist(found, schema=DRAWN.arrow)


def _rows(
    by: str, values: list[str], strata: tuple[Counts, int], chosen: np.typing.NDArray[np.bool_], seed: int
) -> list[dict[str, Any]]:
    """The rows of one way of dividing the alerts, those over all of them last."""
    values = [f"{value} ({by})" if value == ALL else value for value in values]
    names = sorted(set(values))
    at = {value: place for place, value in enumerate(names)}
    columns = np.array([at[value] for value in values], dtype=np.int64)
    shape = strata[1], len(names)
    everything, sample = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(everything, (strata[0], columns), 1)
    np.add.at(sample, (strata[0][chosen], columns[chosen]), 1)
    found = goodness(everything, sample, seed=seed)
    alerts, drawn, expected = everything.sum(axis=0), sample.sum(axis=0), found.expected
    rows = [
        {"by": by, "value": value, "alerts": int(a), "drawn": int(d), "expected": float(e), "p": None}
        for value, a, d, e in zip(names, alerts, drawn, expected, strict=True)
    ]
    total = int(sample.sum())
    whole = {"alerts": len(values), "drawn": total, "expected": float(total), "p": found.p}
    return [*rows, {"by": by, "value": ALL, **whole}]
