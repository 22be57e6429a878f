"""Alerts and a codebook for the tests of Label Studio and of the terminal; all invented."""

from datetime import date
from pathlib import Path
from typing import Final

from data.codebook import Answer, Codebook, Question, read_codebook
from tasks.coding.results import Item

BOOK: Final = read_codebook(Path("no investigation"))
"""The program's own codebook."""

HOSTILE: Final = 'Loud "bang" <b>&amp;</b> $950 {{idx}} \x1b]0;x\x07\N{RIGHT-TO-LEFT OVERRIDE}abc'


def alerts(number: int = 7) -> list[Item]:
    """So many alerts of two agencies: the second without a date, the third without a description."""
    return [
        Item(
            place,
            (("ames", "bell")[place % 2], f"{place:032x}"),
            "crime alert",
            None if place == 2 else date(2021, 5, place % 28 + 1),
            HOSTILE if place == 4 else f"Package {place} is gone",
            ""
            if place == 3
            else f"It was on the porch at {place} o'clock.\nWho has it, and 1/2 of the other?",
        )
        for place in range(1, number + 1)
    ]


def book(kind: str = "one", answers: int = 3) -> Codebook:
    """A question with a choice, one of some kind, and a free text."""
    some = [
        Answer(key=f"a{place}", text=f"Answer {place}", definition=f"As {place}.") for place in range(answers)
    ]
    return Codebook(
        version="2",
        title="Test",
        instructions="Read it.",
        questions=[
            Question(key="act", text="A crime over $950?", help="Think.", answers=some[:2]),
            Question.model_validate({"key": "about", "text": "About what?", "kind": kind, "answers": some}),
            Question(key="note", text="A note", kind="text"),
        ],
    )
