"""The door: what a flow calls."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from distributed import Client
from prefect.cache_policies import NO_CACHE

from data.schema import TABLES
from data.tables import read_table
from tasks.income.task import examine
from tasks.places.results import Census, Layer


def test_the_door_writes_what_it_returns(
    country: tuple[Census, pa.Table], layer: Layer, threads: Client, tmp_path: Path
):
    findings = examine.fn(*country, layer, 0.05, threads, tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")) == [
        f"public/{name}.{kind}"
        for name in ("city_deciles", "city_tests", "city_tests_robust")
        for kind in ("csv", "parquet")
    ]
    for table, name in (
        (findings.deciles, "public/city_deciles"),
        (findings.tests, "public/city_tests"),
        (findings.robust, "public/city_tests_robust"),
    ):
        assert read_table(TABLES[name], tmp_path).equals(table)
    assert "nan" not in (tmp_path / "public/city_tests_robust.csv").read_text().lower()


def test_the_same_input_gives_the_same_bytes(
    country: tuple[Census, pa.Table], layer: Layer, threads: Client, tmp_path: Path
):
    for folder in ("one", "two"):
        examine.fn(*country, layer, 0.05, threads, tmp_path / folder)
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_a_thing_counted_that_has_no_tables_is_no_word_of_this_program(
    country: tuple[Census, pa.Table], layer: Layer, tmp_path: Path
):
    with pytest.raises(KeyError, match="pigeons"):
        examine.fn(*country, layer, 0.05, None, tmp_path, counted="pigeons")
    assert not list(tmp_path.iterdir())


def test_prefect_neither_caches_nor_stores_what_the_task_returns():
    assert examine.cache_policy == NO_CACHE
    assert examine.persist_result is False
