"""Results as JSON and back; what counts as the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from data.settings import Posts
from data.values import decode, encode, fingerprint
from tasks.posts.results import Gathered, PostsTables
from tasks.rows.results import FileOfRows

WORK = Path("/somewhere/work")
TABLE = pa.table({"GEOID": ["1", None], "count": pa.array([3, 4], pa.int64())})
GATHERED = Gathered(
    (FileOfRows("posts/a.csv", "ab" * 32, 7, 2, ("x",)),), (WORK / "posts/batches/b.parquet",), 1, 2, 3
)


@pytest.mark.parametrize(
    "value", [None, 1, 2.5, "x", [1, (2, None)], {"a": (1,), 2: []}, GATHERED, WORK / "a"]
)
def test_a_result_comes_back_as_it_was(value: object):
    assert decode(encode(value, WORK), WORK) == value


def test_a_table_comes_back_with_its_types_and_meanings():
    table = TABLE.replace_schema_metadata({"a": "b"})
    found = decode(encode(PostsTables(0, 1, 2, 3, 4, table), WORK), WORK)
    assert found.counts.equals(table, check_metadata=True)


def test_paths_move_with_the_folder():
    there = Path("/elsewhere/work")
    assert decode(encode(GATHERED, WORK), there).batches == (there / "posts/batches/b.parquet",)


def test_what_cannot_be_kept_is_a_fault_of_the_program():
    with pytest.raises(TypeError, match="date cannot be kept"):
        encode((date(2020, 1, 1),), WORK)


@pytest.mark.parametrize(
    "value",
    [
        {"of": "os:system", "fields": {}},
        {"of": "tasks.posts.results:NoSuch", "fields": {}},
        {"of": "tasks.posts.results:Gathered", "fields": {"files": 1}},
        {"of": "data.sealed:seal", "fields": {}},
        {},
    ],
)
def test_nothing_but_results_is_made_from_a_file(value: object):
    with pytest.raises(ValueError, match=r"is no result|of another version"):
        decode(value, WORK)


def test_equal_tables_have_one_fingerprint_however_they_lie_in_memory():
    chunks = pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1, 1)])
    longer = pa.concat_tables([TABLE, TABLE]).slice(2, 2)
    assert fingerprint(TABLE) == fingerprint(chunks) == fingerprint(longer)
    assert fingerprint(TABLE) != fingerprint(TABLE.slice(0, 1))
    assert fingerprint(TABLE) != fingerprint(TABLE.set_column(1, "count", pa.array([3, 5], pa.int64())))


def test_every_setting_is_in_the_fingerprint():
    one = fingerprint(Posts(year=2019))
    assert one == fingerprint(Posts(year=2019, timezone="UTC"))
    assert len({one, fingerprint(Posts(year=2020)), fingerprint(Posts(year=2019, exclude_users=["a"]))}) == 3


def test_what_has_no_fingerprint_is_a_fault_of_the_program():
    with pytest.raises(TypeError, match="has no fingerprint"):
        fingerprint(WORK)
