"""What counts: more than half of the reviews that were asked for."""

import pytest

from tasks.coding.vote import vote
from tests.tasks.coding.rounds import codebook

ONE = codebook().questions[1]
SEVERAL = codebook("several").questions[1]


@pytest.mark.parametrize(
    ("given", "asked", "answer", "how", "votes"),
    [
        ("theft theft theft", 3, "theft", "unanimous", 3),
        ("theft pet theft", 3, "theft", "majority", 2),
        ("theft pet noise", 3, None, "to decide", 1),
        ("theft theft", 3, "theft", "unanimous", 2),
        ("theft pet", 3, None, "to decide", 1),
        ("theft", 3, None, "to decide", 1),
        ("theft", 1, "theft", "unanimous", 1),
        ("theft theft pet pet noise", 5, None, "to decide", 2),
        ("theft theft pet", 4, None, "to decide", 2),
        ("", 3, None, "not yet reviewed", 0),
    ],
)
def test_a_single_choice(given: str, asked: int, answer: str | None, how: str, votes: int):
    found = vote(ONE, [(each,) for each in given.split()], asked, complete=True)
    assert (found.answers, found.how, found.votes) == (answer and (answer,), how, votes)


@pytest.mark.parametrize(
    ("given", "answers", "how"),
    [
        ("theft+pet theft+pet theft", ("theft", "pet"), "majority"),
        ("theft pet noise", (), "majority"),
        ("- - -", (), "unanimous"),
        ("theft theft+pet", None, "to decide"),
    ],
)
def test_each_of_several_choices_is_voted_on(given: str, answers: tuple | None, how: str):
    said = [tuple(each.split("+")) if each != "-" else () for each in given.split()]
    found = vote(SEVERAL, said, 3, complete=True)
    assert (found.answers, found.how) == (answers, how)


def test_nothing_counts_before_all_have_read():
    assert vote(ONE, [("theft",)] * 2, 3, complete=False).how == "not yet reviewed"
