"""What is said of posts or crimes that lie nowhere, or in no tract."""

from __future__ import annotations

from tasks.places.lost_points import Points, lost_lines
from tasks.rows.reader import OddRows
from tasks.rows.results import FileOfRows


def lines(no_location: int, outside: int, inside: int, *odd: OddRows) -> list[str]:
    rows = no_location + outside + inside
    points = Points(
        "posts", {"a.csv": "lat and lng"}, "[posts.columns]", no_location, outside, inside, "", "is it there?"
    )
    return list(lost_lines(points, [FileOfRows("a.csv", "1" * 64, 9, rows, (), odd)]))


def test_most_without_a_location_are_reported_with_the_likely_cause():
    assert lines(6, 0, 5, OddRows("feet", 6, 2, "1700000, 3140000")) == [
        "6 of 11 posts have no location: lat and lng hold 1700000, 3140000 (a.csv, row 2): are these feet of "
        "a state's plane, or metres? Else name the columns with degrees in [posts.columns]"
    ]
    empty = (
        "6 of 11 posts have no location: lat and lng are empty, 0 or no number there; are these the right "
        "columns? name the columns with degrees in [posts.columns]"
    )
    # A cause that explains few of them is none.
    assert lines(6, 0, 5) == lines(6, 0, 5, OddRows("feet", 2, 2, "1, 2")) == [empty]


def test_a_few_that_are_no_degrees_are_reported_and_fewer_are_not():
    (line,) = lines(30, 0, 1000, OddRows("feet", 30, 2, "1700000, 3140000"))
    assert line.startswith("a.csv: 30 of 1,030 rows have no location, as lat and lng hold 1700000, 3140000")
    assert lines(9, 0, 1000, OddRows("feet", 9, 2, "1700000, 3140000")) == []
    assert lines(30, 0, 1000) == []


def test_most_outside_are_reported_with_the_likely_cause():
    (line,) = lines(0, 6, 5, OddRows("sign", 6, 1, "40.1, 99.9"))
    assert line == (
        "6 of 11 posts with a location lie in no tract: lat and lng hold 40.1, 99.9 (a.csv, row 1): is their "
        "sign lost? west of Greenwich and south of the equator degrees are negative"
    )
    assert lines(0, 6, 5) == ["6 of 11 posts with a location lie in no tract: is it there?"]
    (line,) = lines(0, 6, 5, OddRows("away", 6, 1, "34.1, -118.2"))
    assert line.endswith("(a.csv, row 1): the tract layer does not reach there; is it of another state?")


def test_a_few_that_lie_elsewhere_for_a_cause_are_reported_and_fewer_are_not():
    (line,) = lines(0, 5, 6, OddRows("sign", 5, 3, "40.1, 99.9"))
    assert line == (
        "a.csv: 5 of 11 rows lie in no tract, as lat and lng hold 40.1, 99.9 (a.csv, row 3): is their sign "
        "lost? west of Greenwich and south of the equator degrees are negative"
    )
    assert lines(0, 9, 1000, OddRows("sign", 9, 1, "40.1, 99.9")) == []
    assert lines(0, 400, 1000, OddRows("away", 400, 1, "34.1, -118.2")) == []
