"""From located posts to the tables, beside plain loops."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import data.tables
import tasks.posts.external_sort
import tasks.posts.tabulate
from data.schema import TABLES
from data.tables import read_table, write_table
from tasks.census.results import Census
from tasks.posts.tabulate import tabulate_posts

LOCATED = pa.schema(
    {
        "post_id": pa.string(),
        "year": pa.int32(),
        "GEOID": pa.string(),
        "tracts_matched": pa.int32(),
        "tied": pa.bool_(),
    }
)


@pytest.fixture
def census() -> Census:
    """Tract b is in two cities, d in none; c has no people, e no income, f no row."""
    tracts = pa.table(
        {
            "GEOID": list("abcde"),
            "population": pa.array([10, 20, 0, 40, 50], pa.int64()),
            "income": pa.array([1.0, 2.0, 3.0, 4.0, None], pa.float64()),
        }
    )
    cities = pa.table(
        {
            "city": ["East", "East", "Empty", "West", "West", "West"],
            "GEOID": ["a", "b", "z", "b", "c", "f"],
        }
    )
    return Census(tracts, cities, ())


@pytest.fixture
def rows() -> list[dict]:
    rng = random.Random(8)
    found = []
    for number in range(2000):
        tract = rng.choice([*"abcdef", None])
        matched = 0 if tract is None else rng.choice([1, 1, 1, 2, 3])
        found.append(
            {
                "post_id": f"p{number}",
                "year": rng.choice([2018, 2019, 2019, None]),
                "GEOID": tract,
                "tracts_matched": matched,
                "tied": matched > 1 and rng.random() < 0.5,
            }
        )
    return found


def written(rows: list[dict], folder: Path, pieces: int) -> list[Path]:
    folder.mkdir()
    paths = []
    for piece in range(pieces):
        paths.append(folder / f"batch-{piece:04d}.parquet")
        pq.write_table(pa.Table.from_pylist(rows[piece::pieces], LOCATED), paths[-1])
    return paths


def test_the_numbers_are_those_of_a_plain_loop(census: Census, rows: list[dict], tmp_path: Path):
    found = tabulate_posts(written(rows, tmp_path / "in", 3), census, 2019, tmp_path / "out")
    inside = [row for row in rows if row["GEOID"]]
    assert found.outside == len(rows) - len(inside) > 0
    assert found.in_one_tract == sum(row["tracts_matched"] == 1 for row in inside)
    assert found.on_borders == sum(row["tracts_matched"] > 1 for row in inside)
    assert found.with_income == sum(row["GEOID"] in "abd" for row in inside)
    assert found.without == sum(row["GEOID"] in "cef" for row in inside)
    assert found.no_row == sum(row["GEOID"] == "f" for row in inside)
    assert found.unpeopled == sum(row["GEOID"] in "ce" for row in inside)
    counts = Counter(row["GEOID"] for row in inside if row["year"] == 2019)
    assert found.counts.to_pylist() == [{"GEOID": tract, "count": counts[tract]} for tract in sorted(counts)]
    assert found.counts.schema.types == [pa.string(), pa.int64()]


def test_a_post_has_a_row_for_each_city_and_one_where_there_is_none(
    census: Census, rows: list[dict], tmp_path: Path
):
    tabulate_posts(written(rows, tmp_path / "in", 2), census, 2019, tmp_path / "out")
    cities = {"a": ["East"], "b": ["East", "West"], "c": ["West"], "f": ["West"]}
    expected = [
        {
            "post_id": row["post_id"],
            "city": city,
            "GEOID": row["GEOID"],
            "year": row["year"],
            "tracts_matched": row["tracts_matched"],
        }
        for row in rows
        if row["GEOID"]
        for city in cities.get(row["GEOID"], [None])
    ]
    expected.sort(key=lambda row: (row["post_id"], row["city"] or ""))
    assert read_table(TABLES["private/posts_in_tracts"], tmp_path / "out").to_pylist() == expected


def test_borders_are_counted_for_the_nation_and_each_city_by_the_assigned_tract(
    census: Census, rows: list[dict], tmp_path: Path
):
    tabulate_posts(written(rows, tmp_path / "in", 1), census, 2019, tmp_path / "out")
    found = read_table(TABLES["public/border_posts"], tmp_path / "out").to_pylist()
    expected = []
    for scope, tracts in (("East", "ab"), ("Empty", "z"), ("West", "bcf"), ("nation", "abcdef")):
        for year in ("2019", "all"):
            own = [
                row for row in rows
                if row["GEOID"] and row["GEOID"] in tracts and (year == "all" or row["year"] == 2019)
            ]  # fmt: skip
            expected.append(
                {
                    "scope": scope,
                    "year": year,
                    "posts": len(own),
                    "posts_on_borders": sum(row["tracts_matched"] > 1 for row in own),
                    "extra_rows": sum(row["tracts_matched"] - 1 for row in own),
                    "ties": sum(row["tied"] for row in own),
                }
            )
    assert found == expected
    assert (tmp_path / "out" / "public" / "border_posts.csv").is_file()


@pytest.mark.parametrize("pieces", [2, 7])
def test_the_number_of_files_and_the_order_of_rows_change_no_byte(
    census: Census, rows: list[dict], tmp_path: Path, pieces: int
):
    first = tabulate_posts(written(rows, tmp_path / "a", 1), census, 2019, tmp_path / "one")
    random.Random(1).shuffle(rows)
    second = tabulate_posts(written(rows, tmp_path / "b", pieces), census, 2019, tmp_path / "many")
    assert first.counts.equals(second.counts)
    for name in ("private/posts_in_tracts.parquet", "public/border_posts.parquet", "public/border_posts.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()


@pytest.mark.parametrize("size", [70, 900, 10_000])
def test_the_number_of_ranges_changes_no_byte_and_is_that_of_a_table_written_whole(
    census: Census, rows: list[dict], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
):
    for module in (data.tables, tasks.posts.external_sort):
        monkeypatch.setattr(module, "ROW_GROUP", 300)
    monkeypatch.setattr(tasks.posts.tabulate, "_RANGE", size)
    located = written(rows, tmp_path / "in", 5)
    tabulate_posts(located, census, 2019, tmp_path / "out")
    spec = TABLES["private/posts_in_tracts"]
    whole = write_table(read_table(spec, tmp_path / "out"), spec, tmp_path / "whole")
    assert pq.read_metadata(whole).num_row_groups > 5
    assert (tmp_path / "out" / f"{spec.name}.parquet").read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == [path.name for path in located]


def test_no_posts_at_all_give_tables_of_zeros(census: Census, tmp_path: Path):
    found = tabulate_posts(written([], tmp_path / "in", 1), census, 2019, tmp_path / "out")
    assert (found.outside, found.in_one_tract, found.on_borders, found.with_income, found.without) == (0,) * 5
    assert found.counts.num_rows == 0
    assert read_table(TABLES["private/posts_in_tracts"], tmp_path / "out").num_rows == 0
    assert {
        row["posts"] for row in read_table(TABLES["public/border_posts"], tmp_path / "out").to_pylist()
    } == {0}
