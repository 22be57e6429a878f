"""What a cell means: what can be no other answer is taken, nothing is guessed."""

from datetime import date, datetime

import pytest

from data.codebook import Answer, Question
from tasks.coding.sheets.cell_values import Choices, Value


def choices(*texts: str) -> Choices:
    answers = [Answer(key=f"k{place}", text=text) for place, text in enumerate(texts)]
    return Choices.of(Question(key="q", text="Q", answers=answers))


SPELLED = choices("Theft", "Can't tell", "No", "No crime", "k0 again", "50%", "007", "1/2", "May 2020", "8")


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (" THEFT\u00a0", "k0"),
        ("k0", "k0"),
        ("Can’t   tell.", "k1"),
        ("no", "k2"),
        ("No-crime", "k3"),
        ("'1/2", "k7"),
        (0.5, "k5"),
        (7, "k6"),
        ("7", "k6"),
        (8.0, "k9"),
        (datetime(2026, 2, 1), "k7"),
        ("2-Jan", "k7"),
        ("02.01.2026", "k7"),
        ("2026-01-02", "k7"),
        (date(2020, 5, 1), "k8"),
        ("The", None),
        ("No c", None),
        ("Theft; No", None),
        (0, None),
        (True, None),
        (date(2026, 3, 4), None),
        ("9" * 400, None),
        ("١/٢", "k7"),
        ("", None),
        (None, None),
    ],
)
def test_a_cell_is_the_answer_that_it_can_only_be(value: Value, key: str | None) -> None:
    assert SPELLED.find(value) == key


def test_what_could_be_two_answers_is_none() -> None:
    both = choices("1/2", "2/1", "1", "01", "a-b", "ab")
    assert [both.find(value) for value in (date(2026, 1, 2), 1, "A B", "1/2", "01", "a-b")] == [
        *(None, None, None),
        *("k0", "k3", "k4"),
    ]
    assert choices("Theft", "Other").like("Thefft") == "Theft"
    assert choices("Theft", "Other").like("zzz") == ""
