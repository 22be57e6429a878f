"""How the tests of posts and crimes are printed."""

from __future__ import annotations

import pyarrow as pa
import pytest

from flows.parts.verdicts import listings
from tasks.income.results import Findings

LONG = "the rank test does not agree: rho = +0.02, p = 0.88, not below 0.025; one tract of 40 decides (1)"


def findings(counted: str) -> Findings:
    key = {"city": "Gridville"} if counted == "posts" else {"city": "Gridville", "crime": "THEFT"}
    test = {"n": 40, counted: 90, "pearson_r": 0.5, "pearson_p": 0.001, "alpha": 0.025, "tests": 2}
    levels = [{**key, "level": "tract", **test, "direction": "positive"}]
    levels += [{**key, "level": "decile", **test, "pearson_r": -0.25, "tests": None, "direction": "none"}]
    robust = [{**key, "verdict": "positive, not robust", "why": LONG}]
    tables = {"tests": pa.Table.from_pylist(levels), "robust": pa.Table.from_pylist(robust)}
    return Findings(tables=tables, directions={}, verdicts={})


@pytest.mark.parametrize("counted", ["posts", "crimes"])
def test_a_long_reason_is_in_a_table_of_its_own_and_the_threshold_below_the_first(counted: str):
    shown, details = listings(findings(counted), counted)
    assert len(shown.titles) == len(shown.rows[0])
    row = dict(zip(shown.titles, shown.rows[0], strict=True))
    assert (row["r"], row["p"], row["verdict"]) == ("+0.50", "0.001", "positive, not robust")
    assert row.get("decile r") == (None if counted == "posts" else "-0.25")
    assert shown.below == ("threshold of p: 0.025: alpha divided by 2 tests",)
    assert details.rows[0][-1] == LONG
