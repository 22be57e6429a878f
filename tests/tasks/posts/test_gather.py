"""Each post counted once; what is true of all rows is in tests/tasks/rows."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from distributed import Client

from data.errors import InputError
from data.settings import Posts
from tasks.posts.columns import wanted
from tasks.posts.gather import gather_posts
from tasks.posts.results import Gathered
from tasks.rows.large_tables import blocks


@pytest.fixture
def files(tmp_path: Path, posts: Callable, written: Callable) -> list[tuple[str, Path]]:
    """Three files with duplicates inside one and between them, excluded accounts and bad places."""
    rng = random.Random(4)
    rows = []
    for number in range(900):
        post = posts(number)
        if number % 10 == 0:
            post["user_id"] = "9999"
        if number % 13 == 0:
            post |= rng.choice(
                [
                    {"latitude": None},
                    {"latitude": 0.0, "longitude": 0.0},
                    {"longitude": 200.0},
                    {"latitude": float("nan")},
                ]
            )
        rows.append(post)
    again = [rows[number] | {"latitude": 40.0, "user_id": "1"} for number in range(0, 900, 7)]
    names = ("posts/a.csv", "posts/b.csv.gz", "posts/c.parquet")
    parts = (rows[:300] + again[:20], rows[300:600] + again[20:90], rows[600:] + again[90:])
    return [(name, written(tmp_path / name, part)) for name, part in zip(names, parts, strict=True)]


def plainly(files: list[tuple[str, Path]], excluded: set[str]) -> tuple[int, int, int, dict]:
    """Duplicates, excluded, without a location, and the place of the others: a loop over the rows."""
    seen: set[str] = set()
    counts = [0, 0, 0]
    left = {}
    for label, path in files:
        for block in blocks(path, label, wanted(Posts(year=2019, exclude_users=["9999"]))):
            for row in block.to_pylist():
                lat, lon = row["latitude"], row["longitude"]
                if row["id"] in seen:
                    counts[0] += 1
                    continue
                seen.add(row["id"])
                if row["user_id"] in excluded:
                    counts[1] += 1
                elif lat is None or lon is None or math.isnan(lat) or abs(lon) > 180 or (lat, lon) == (0, 0):
                    counts[2] += 1
                else:
                    left[row["id"]] = (int(row["created_at"][:4]), lon, lat)
    return counts[0], counts[1], counts[2], left


def rows_of(gathered: Gathered) -> dict:
    rows = [row for path in gathered.batches for row in pq.read_table(path).to_pylist()]
    found = {row["post_id"]: (row["year"], row["lon"], row["lat"]) for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.long
@pytest.mark.parametrize("buckets", [1, 4, 16])
def test_each_post_is_counted_once_as_a_plain_loop_does(
    threads: Client, files: list, settings: Posts, tmp_path: Path, buckets: int
):
    reports: list[tuple[int, int]] = []
    found = gather_posts(
        files, settings, tmp_path / "work", threads,
        buckets=buckets, on_progress=lambda *now: reports.append(now),
    )  # fmt: skip
    duplicates, excluded, no_location, left = plainly(files, set(settings.exclude_users))
    assert (found.duplicates, found.excluded, found.no_location) == (duplicates, excluded, no_location)
    assert min(duplicates, excluded, no_location) > 20
    assert rows_of(found) == left
    assert len(found.batches) == buckets
    assert [file.file for file in found.files] == [label for label, _ in files]
    total = sum(file.rows for file in found.files)
    assert total == duplicates + excluded + no_location + len(left)
    assert reports == [(1, 3), (2, 3), (3, 3)]
    assert sorted(path.name for path in (tmp_path / "work" / "posts").iterdir()) == ["batches"]


def test_a_duplicate_is_one_even_where_its_first_was_left_out(
    threads: Client, posts: Callable, written: Callable, tmp_path: Path
):
    rows = [posts(1, user_id="9"), posts(1, user_id="8"), posts(2, latitude=None), posts(2)]
    path = written(tmp_path / "a.csv", rows)
    settings = Posts(year=2019, exclude_users=["9"], same_id="first")
    found = gather_posts([("posts/a.csv", path)], settings, tmp_path / "work", threads)
    assert (found.duplicates, found.excluded, found.no_location) == (2, 1, 1)
    assert rows_of(found) == {}


def test_an_account_without_a_place_is_excluded_and_not_counted_twice(
    threads: Client, posts: Callable, written: Callable, tmp_path: Path
):
    path = written(tmp_path / "a.csv", [posts(1, user_id="9.0", latitude=None)])
    settings = Posts(year=2019, exclude_users=["9"])
    found = gather_posts([("posts/a.csv", path)], settings, tmp_path / "work", threads)
    assert (found.excluded, found.no_location) == (1, 0)


@pytest.mark.long
def test_what_an_earlier_run_left_is_gone(threads: Client, files: list, settings: Posts, tmp_path: Path):
    gather_posts(files, settings, tmp_path / "work", threads, buckets=16)
    (tmp_path / "work" / "posts" / "located").mkdir()
    found = gather_posts(files, settings, tmp_path / "work", threads, buckets=2)
    assert sorted(path.name for path in (tmp_path / "work" / "posts" / "batches").iterdir()) == [
        path.name for path in found.batches
    ]
    assert not (tmp_path / "work" / "posts" / "located").exists()


def test_an_error_names_the_file_and_the_row(  # noqa: PLR0917 - fixtures
    threads: Client, files: list, settings: Posts, tmp_path: Path, posts: Callable, written: Callable
):
    bad = ("posts/d.csv", written(tmp_path / "posts/d.csv", [posts(1), posts(2, created_at="soon")]))
    with pytest.raises(InputError, match=r"posts/d.csv: column created_at, row 2: 'soon' is not a time"):
        gather_posts([*files, bad], settings, tmp_path / "work", threads)
