"""Ranges of ids; test_tabulate shows that they change no byte of a file."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tasks.posts.external_sort import cuts_of, ranges_of


@pytest.mark.parametrize("ranges", [1, 2, 7, 40])
def test_ranges_follow_each_other_in_the_order_in_which_tables_are_sorted(ranges: int):
    ids = pa.chunked_array(
        [["10", "9", "Z", "a", "é", "ß", "", "a b", "0001", "ab", "\U0001f600", "zz", "z"]]
    )
    place = ranges_of(ids, cuts_of(ids, ranges))
    ordered = pc.take(pa.array(place), pc.sort_indices(ids)).to_pylist()
    assert ordered == sorted(ordered)
    assert len(set(ordered)) == min(ranges, len(ids))


def test_a_sample_of_few_ids_gives_few_cuts_and_none_gives_one_range():
    same = pa.chunked_array([["a", "a", "a", "b"]])
    assert cuts_of(same, 4) == ["a", "b"]
    assert ranges_of(same, ["a", "b"]).tolist() == [1, 1, 1, 2]
    assert cuts_of(pa.chunked_array([[]], pa.string()), 4) == []
    assert ranges_of(same, []).tolist() == [0, 0, 0, 0]
