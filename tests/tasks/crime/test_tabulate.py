"""Crimes that know their tract, counted by type and tract of their city."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.settings import Crime
from tasks.census.results import Census
from tasks.crime.tabulate import count_crimes

BATTERY, CAR = "BATTERY - SIMPLE ASSAULT", "BURGLARY FROM VEHICLE"
Rows = list[tuple[str, str | None]]


@pytest.fixture
def located(tmp_path: Path) -> Callable[..., Path]:
    """Writes crimes that know their tract."""

    def write(name: str, rows: Rows) -> Path:
        table = pa.table(
            {
                "crime": pa.array([row[0] for row in rows], pa.string()),
                "GEOID": pa.array([row[1] for row in rows], pa.string()),
                "tracts_matched": pa.array([1] * len(rows), pa.int32()),
                "tied": pa.array([False] * len(rows), pa.bool_()),
            }
        )
        pq.write_table(table, tmp_path / name, use_dictionary=["crime", "GEOID"])
        return tmp_path / name

    return write


def test_every_crime_is_counted_as_a_plain_loop_does(
    located: Callable, settings: Crime, census: Census, geoids: list[str]
):
    rng = random.Random(2)
    rows: Rows = [(rng.choice([BATTERY, CAR]), rng.choice([*geoids, None])) for _ in range(3000)]
    lists = census.cities.to_pylist()
    mine = {row["GEOID"] for row in lists if row["city"] == settings.city}
    usable = {row["GEOID"] for row in census.tracts.to_pylist() if row["population"] and row["income"]}
    inside = [row for row in rows if row[1] in mine]
    by_tract = Counter(inside)
    expected = None
    for pieces in (1, 4, 16):
        paths = [located(f"alder-{at:04d}.parquet", rows[at::pieces]) for at in range(pieces)]
        found = count_crimes(paths, settings, "alder", census)
        assert (found.key, found.city) == ("alder", settings.city)
        assert found.outside == len(rows) - len(inside) > 100
        assert list(found.counted.items()) == [
            (name, sum(row[0] == name for row in inside)) for name in settings.examined
        ]
        assert found.with_income == sum(row[1] in usable for row in inside) > 100
        assert found.without == len(inside) - found.with_income > 100
        assert list(found.counts) == settings.types
        for name, table in found.counts.items():
            assert table.schema == pa.schema({"GEOID": pa.string(), "count": pa.int64()})
            assert table.to_pylist() == [
                {"GEOID": tract, "count": by_tract[name, tract]}
                for tract in sorted(mine)
                if by_tract[name, tract]
            ]
        expected = expected or found
        assert found == expected


def test_a_type_without_a_crime_is_a_zero_with_an_empty_table(
    located: Callable, settings: Crime, census: Census, geoids: list[str]
):
    found = count_crimes([located("alder-0000.parquet", [(CAR, geoids[30])])], settings, "alder", census)
    assert found.counted == {CAR: 1, BATTERY: 0}
    assert found.counts[BATTERY].num_rows == 0
    assert found.counts[BATTERY].schema == found.counts[CAR].schema
    none = count_crimes([located("alder-0000.parquet", [])], settings, "alder", census)
    assert (none.outside, none.counted, none.with_income, none.without) == (0, {CAR: 0, BATTERY: 0}, 0, 0)


def test_a_tract_of_two_cities_counts_for_the_city_of_the_settings(
    located: Callable, settings: Crime, census: Census, geoids: list[str]
):
    path = located("alder-0000.parquet", [(CAR, geoids[25]), (CAR, geoids[5])])
    assert count_crimes([path], settings, "alder", census).counted[CAR] == 1
    birch = settings.model_copy(update={"city": "Birch city, California"})
    assert count_crimes([path], birch, "alder", census).counted[CAR] == 2


def test_the_files_of_other_folders_are_skipped(
    located: Callable, settings: Crime, census: Census, geoids: list[str]
):
    rows = [(CAR, geoids[30])]
    names = ("alder-0000", "alder-0001", "alder-2-0000", "alder-0001-0000", "calder-0000", "alder-00000")
    paths = [located(f"{name}.parquet", rows) for name in names]
    assert count_crimes(paths, settings, "alder", census).counted[CAR] == 2
    assert count_crimes(paths, settings, "alder-2", census).counted[CAR] == 1
    with pytest.raises(ValueError, match="crime/birch: none of the located files is of this folder"):
        count_crimes(paths, settings, "birch", census)
