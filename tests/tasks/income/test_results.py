"""What is found of cities and crimes is written into the tables."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from distributed import Client

from data.schema import TABLES
from data.settings import Tests
from data.tables import read_table
from tasks.census.results import Census
from tasks.income.results import ROLES, CityCrime, Findings, write_findings
from tasks.income.tabulate import examine_crimes, examine_posts
from tasks.layers.results import Layer


def examine(census: Census, counts: pa.Table, layer: Layer, client: Client, out: Path) -> Findings:
    findings = examine_posts(census, counts, layer, Tests(), client)
    write_findings(findings, "posts", out)
    return findings


@pytest.mark.long
def test_the_tables_written_are_those_returned(
    country: tuple[Census, pa.Table], layer: Layer, threads: Client, tmp_path: Path
):
    findings = examine(*country, layer, threads, tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")) == [
        f"public/{name}.{kind}"
        for name in sorted(f"city_{name}" for name in ROLES.values())
        for kind in ("csv", "parquet")
    ]
    for table, name in (
        (findings.deciles, "public/city_deciles"),
        (findings.tests, "public/city_tests"),
        (findings.robust, "public/city_tests_robust"),
        (findings.effects, "public/city_effects"),
    ):
        assert read_table(TABLES[name], tmp_path).equals(table)
    assert "nan" not in (tmp_path / "public/city_tests_robust.csv").read_text().lower()


@pytest.mark.long
def test_the_same_input_gives_the_same_bytes(
    country: tuple[Census, pa.Table], layer: Layer, threads: Client, tmp_path: Path
):
    for folder in ("one", "two"):
        examine(*country, layer, threads, tmp_path / folder)
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


@pytest.mark.long
def test_crimes_go_into_tables_of_their_own(
    country: tuple[Census, pa.Table], layer: Layer, threads: Client, tmp_path: Path
):
    census, counts = country
    crimes = [CityCrime("Rising", "THEFT", counts), CityCrime("Tiny", "THEFT", counts)]
    findings = examine_crimes(census, crimes, layer, Tests(), threads, family=5)
    write_findings(findings, "crimes", tmp_path)
    assert sorted(path.stem for path in tmp_path.rglob("*.parquet")) == sorted(
        f"crime_{name}" for name in ROLES.values()
    )
    assert read_table(TABLES["public/crime_tests"], tmp_path).equals(findings.tests)
    assert findings.directions == {"positive": 1, "negative": 0, "none": 0, "not testable": 1}
