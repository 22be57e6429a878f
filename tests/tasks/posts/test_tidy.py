"""A block of posts in its final form."""

from __future__ import annotations

import pyarrow as pa
import pytest

from data.errors import InputError
from data.settings import Posts
from tasks.posts.tidy import TIDY, PostReader


def tidied(block: pa.RecordBatch, settings: Posts, label: str, before: int) -> pa.RecordBatch:
    tidied = PostReader(settings).tidied(block, label, before)
    assert tidied.words == ()
    return tidied.rows


def block(**given: list) -> pa.RecordBatch:
    columns = {
        "id": ["1", "2"],
        "user_id": ["3", "4"],
        "created_at": ["2019-01-01", None],
        "latitude": [34.0, 35.0],
        "longitude": [-118.0, -119.0],
    } | given
    return pa.RecordBatch.from_pydict(columns)


def test_a_block_comes_out_in_its_final_form():
    found = tidied(block(), Posts(year=2019, exclude_users=["4"]), "posts/a.csv", 0)
    assert found.schema == TIDY
    assert found.drop_columns(["content"]).to_pylist() == [
        {"post_id": "1", "year": 2019, "excluded": False, "lon": -118.0, "lat": 34.0, "row": 1},
        {"post_id": "2", "year": None, "excluded": True, "lon": -119.0, "lat": 35.0, "row": 2},
    ]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"created_at": ["2019-07-01T12:30:01Z", ""]},
        {"latitude": [34.001, 35.0]},
        {"longitude": [None, -119.0]},
        {"user_id": ["5", "4"]},
    ],
)
def test_the_content_of_a_post_is_its_time_location_and_account(given: dict):
    settings = Posts(year=2019, exclude_users=["9"])
    both = [tidied(block(**each), settings, "a", 0).column("content") for each in ({}, given)]
    assert (both[0][0] == both[1][0]) is not bool(given)
    assert both[0][1] == both[1][1] or "user_id" in given


def test_a_post_without_a_user_is_not_left_out():
    found = tidied(block(user_id=[None, ""]), Posts(year=2019, exclude_users=["4"]), "a", 0)
    assert found.column("excluded").to_pylist() == [False, False]


def test_a_list_without_excluded_accounts_excludes_nobody():
    assert tidied(block(), Posts(year=2019), "a", 0).column("excluded").to_pylist() == [False, False]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"id": ["1", None]}, "column id, row 102: is empty"),
        (
            {"created_at": ["2019-01-01", "soon"]},
            "column created_at, row 102: 'soon' is not a time; write it as",
        ),
        ({"created_at": [True, False]}, "column created_at holds bool, not times"),
        ({"user_id": [[1], [2]]}, "column user_id holds list<item: int64>, not text or numbers"),
    ],
)
def test_what_is_wrong_is_named_with_its_row_in_the_file(given: dict, said: str):
    with pytest.raises(InputError) as error:
        tidied(block(**given), Posts(year=2019, exclude_users=["9"]), "posts/a.csv", 100)
    assert str(error.value).startswith("posts/a.csv: ")
    assert said in str(error.value)


def test_a_meter_and_a_float_more_are_no_other_content():
    settings = Posts(year=2019)
    both = [
        tidied(block(latitude=[up, None]), settings, "a", 0).column("content")[0] for up in (34.0, 34.0000001)
    ]
    assert both[0] == both[1]
