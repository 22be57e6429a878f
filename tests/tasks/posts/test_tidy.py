"""A block of posts in its final form."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from data.errors import InputError
from data.settings import Posts
from tasks.posts.tidy import TIDY, as_text, places, tidied


def block(**given: list) -> pa.RecordBatch:
    columns = {
        "id": ["1", "2"],
        "user_id": ["3", "4"],
        "created_at": ["2019-01-01", None],
        "latitude": [34.0, 35.0],
        "longitude": [-118.0, -119.0],
    } | given
    return pa.RecordBatch.from_pydict(columns)


@pytest.mark.parametrize(
    "values",
    [pa.array([7, None]), pa.array([7.0, None]), pa.array(["7", None]), pa.array(["7.0", None]),
     pa.array(["7", None], pa.large_string()), pa.array(["7", None]).dictionary_encode(),
     pa.array([7.0, math.nan]), pa.array([7], pa.uint8()).take(pa.array([0, None]))],
)  # fmt: skip
def test_identifiers_are_one_however_they_are_stored(values: pa.Array):
    found = as_text(values, "a", "id")
    assert found.to_pylist() == ["7", None]
    assert found.type == pa.string()


def test_only_the_point_and_zero_of_a_spreadsheet_is_taken_off():
    written = ["a.0", "7.50", "1.2.0", "007", " 7", "-7.0", ".0", "3f0a"]
    assert as_text(pa.array(written), "a", "id").to_pylist() == [
        "a.0", "7.50", "1.2.0", "007", " 7", "-7", ".0", "3f0a",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lon", "lat", "location"),
    [
        (-118.0, 34.0, True), (180.0, 90.0, True), (-180.0, -90.0, True), (0.0, 51.5, True), (9.0, 0.0, True),
        (0.0, 0.0, False), (-0.0, 0.0, False), (180.1, 0.0, False), (0.0, -90.1, False),
        (None, 34.0, False), (-118.0, None, False), (math.nan, 34.0, False), (-118.0, math.inf, False),
    ],
)  # fmt: skip
def test_what_is_a_location(lon: float | None, lat: float | None, location: bool):
    x, y = places(pa.array([lon], pa.float64()), pa.array([lat], pa.float64()))
    assert (x.to_pylist(), y.to_pylist()) == (([lon], [lat]) if location else ([None], [None]))


def test_a_block_comes_out_in_its_final_form():
    found = tidied(block(), Posts(year=2019, exclude_users=["4"]), "posts/a.csv", 0)
    assert found.schema == TIDY
    assert found.to_pylist() == [
        {"post_id": "1", "year": 2019, "excluded": False, "lon": -118.0, "lat": 34.0},
        {"post_id": "2", "year": None, "excluded": True, "lon": -119.0, "lat": 35.0},
    ]


def test_a_post_without_a_user_is_not_left_out():
    found = tidied(block(user_id=[None, ""]), Posts(year=2019, exclude_users=["4"]), "a", 0)
    assert found.column("excluded").to_pylist() == [False, False]


def test_no_excluded_accounts_are_no_matter():
    assert tidied(block(), Posts(year=2019), "a", 0).column("excluded").to_pylist() == [False, False]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"id": ["1", None]}, "column id, row 102: is empty"),
        (
            {"created_at": ["2019-01-01", "soon"]},
            "column created_at, row 102: 'soon' is no time; write it as",
        ),
        ({"created_at": [True, False]}, "column created_at holds bool, not times"),
        ({"user_id": [[1], [2]]}, "column user_id holds list<item: int64>, neither text nor numbers"),
    ],
)
def test_what_is_wrong_is_named_with_its_row_in_the_file(given: dict, said: str):
    with pytest.raises(InputError) as error:
        tidied(block(**given), Posts(year=2019), "posts/a.csv", 100)
    assert str(error.value).startswith("posts/a.csv: ")
    assert said in str(error.value)
