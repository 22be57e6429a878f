"""Kinds for a whole column."""

import pyarrow as pa

from data.crosswalk import Crosswalk
from tasks.alerts.classify import classify_column


def test_a_column_is_classified_row_by_row_whatever_its_chunks(crosswalk: Crosswalk) -> None:
    subjects = ["RE: x", None, "Crime Alert: A", "crime alert: B", "RE: x", "Lunch"]
    for column in (pa.chunked_array([subjects]), pa.chunked_array([subjects[:1], [], subjects[1:]])):
        matches = classify_column(column, crosswalk)
        assert [matches.distinct[n] for n in matches.places] == [crosswalk.classify(s) for s in subjects]
        assert len(matches.distinct) == 5
    assert matches.column("pattern").to_pylist()[:3] == ["RE:", "", "Crime Alert: <title>"]
    assert matches.column("template").to_pylist()[:3] == [None, None, "alert-title"]


def test_an_empty_column_has_no_matches(crosswalk: Crosswalk) -> None:
    matches = classify_column(pa.chunked_array([], pa.string()), crosswalk)
    assert (len(matches.distinct), len(matches.places), len(matches.column("kind"))) == (0, 0, 0)
