"""The posts are checked before any work is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import InputError
from data.settings import Posts
from tasks.posts.look import check_posts

SETTINGS = Posts(year=2019)

COUNTRY = (-179.2, -14.6, 179.8, 71.4)
"""The extent of the real national layer, which reaches over the date line."""


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet"])
def test_good_files_pass(tmp_path: Path, posts: Callable, written: Callable, name: str):
    path = written(tmp_path / name, [posts(number) for number in range(20)])
    check_posts([(f"posts/{name}", path)], SETTINGS, COUNTRY)
    check_posts([(f"posts/{name}", path)], SETTINGS, None)


@pytest.mark.parametrize("bounds", [COUNTRY, (-119.0, 33.0, -117.0, 35.0)])
@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_swapped_coordinates_are_reported(
    tmp_path: Path, posts: Callable, written: Callable, bounds: tuple, name: str
):
    rows = [posts(number, latitude=-118.2, longitude=34.1) for number in range(20)]
    rows[:5] = [posts(number, latitude=None, longitude=None) for number in range(5)]
    path = written(tmp_path / name, rows)
    with pytest.raises(InputError) as error:
        check_posts([(f"posts/{name}", path)], SETTINGS, bounds)
    assert str(error.value).startswith(f"posts/{name}: columns latitude and longitude are swapped")
    assert "rename each to the other" in str(error.value)


def test_what_is_wrong_in_any_file_is_reported_before_the_work(
    tmp_path: Path, posts: Callable, written: Callable
):
    good = written(tmp_path / "a.csv", [posts(1)])
    for rows, said in (
        ([{"id": 1}], "no column created_at"),
        ([posts(1, latitude="north")], "column latitude, row 1: 'north' is not a number"),
        ([posts(1), posts(2, created_at="yesterday")], "column created_at, row 2: 'yesterday' is not a time"),
        ([posts(1, id="")], "column id, row 1: is empty"),
    ):
        bad = written(tmp_path / "b.csv", rows)
        with pytest.raises(InputError) as error:
            check_posts([("posts/a.csv", good), ("posts/b.csv", bad)], SETTINGS, COUNTRY)
        assert str(error.value).startswith(f"posts/b.csv: {said}")


def test_another_kind_of_file_and_no_file_are_reported(tmp_path: Path):
    path = tmp_path / "posts.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(InputError, match=r"posts/posts.xlsx: is not a .csv"):
        check_posts([("posts/posts.xlsx", path)], SETTINGS, None)
    with pytest.raises(InputError, match="posts/: no file in it"):
        check_posts([], SETTINGS, None)


def test_a_file_with_only_a_header_passes(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("id,user_id,created_at,latitude,longitude\n")
    check_posts([("posts/a.csv", path)], SETTINGS, None)
