"""Readers have names that files can have, and what was asked of one stays."""

from collections import Counter
from itertools import combinations

import pytest

from data.errors import InputError
from tasks.coding.results import Listed
from tasks.coding.sample.draw import Drawn
from tasks.coding.sample.readers import assigned, checked_names


def rows(number: int, draw: int = 1, start: int = 1) -> list[Listed]:
    return [Listed(Drawn(at, ("a", f"{at:032x}")), draw, 7) for at in range(start, start + number)]


@pytest.mark.parametrize("name", ["anna", "Anna-Lena O'Hara", "Žofia", "reader_2", "李", "7"])
def test_names_of_people_are_taken(name: str):
    assert checked_names([name]) == (name,)


@pytest.mark.parametrize(
    "name",
    ["", " ", ".", "../anna", "a/b", "a;b", "anna.2", "CON", "lpt1", "a\x1bb", "=a", "-a", "x" * 61],
)
def test_names_that_no_file_should_have_are_one_line(name: str):
    with pytest.raises(InputError, match=r"--reader: .* cannot be a reader's name"):
        checked_names([name])


def test_names_that_differ_in_capitals_alone_are_one_line():
    with pytest.raises(InputError, match="'Anna' and 'anna' are the same but for capitals"):
        checked_names(["Anna"], known=["anna"])


def test_both_ways_to_write_an_accent_are_one_reader():
    assert checked_names(["Zoe\u0301"], known=["Zo\u00e9"]) == ()


def test_each_reads_as_often_as_the_others():
    found = assigned(rows(100), ["a", "b", "c", "d"], 3, 7)
    assert all(len(set(row.readers)) == 3 for row in found)
    assert Counter(name for row in found for name in row.readers) == dict.fromkeys("abcd", 75)


@pytest.mark.parametrize(("names", "reviews"), [("abcd", 2), ("abcdef", 3), ("abcdef", 2), ("abcde", 4)])
def test_each_reads_some_with_each_of_the_others(names: str, reviews: int):
    found = assigned(rows(120), list(names), reviews, 7)
    each = Counter(name for row in found for name in row.readers)
    assert each == dict.fromkeys(names, 120 * reviews // len(names))
    pairs = Counter(pair for row in found for pair in combinations(sorted(row.readers), 2))
    assert len(pairs) == len(names) * (len(names) - 1) // 2
    assert min(pairs.values()) > 120 * reviews * (reviews - 1) / (len(names) * (len(names) - 1)) / 3
    # Two who are named later share out what lacks one reader, though it is every other alert.
    lacking = [row.read_by(row.readers[:1] if row.drawn.number % 2 else row.readers) for row in found]
    later = assigned(lacking, ["y", "z"], reviews, 7)
    more = Counter(name for row in later for name in row.readers if name in "yz")
    assert abs(more["y"] - more["z"]) <= reviews


def test_a_later_reader_gets_what_lacks_readers_and_nobody_gets_more_of_what_was_handed_out():
    before = assigned(rows(10), ["a", "b"], 3, 7)
    found = assigned([*before, *rows(10, draw=2, start=11)], ["c"], 3, 7)
    assert all(row.readers == ("a", "b", "c") for row in found[:10])
    assert all(set(row.readers) == set("abc") for row in found[10:])
    # More reviews are wanted: those who have their sheets already get no more alerts in them.
    assert assigned(found, [], 5, 7) == found
    assert assigned(found, ["d"], 3, 7) == found
