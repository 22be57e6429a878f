"""Rounds of readers for the tests of the tally: a sample, and what readers of known accuracy say."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from data.codebook import Answer, Codebook, Question
from tasks.coding import gather
from tasks.coding.results import Item, Returned, Review, Sample, Sampled
from tasks.coding.sample.draw import readers_of

READERS = ("anna", "bob", "cleo")
SUBJECTS = ("theft", "noise", "pet", "other")


def codebook(kind: str = "one") -> Codebook:
    """Two questions with a choice and a note; the second of some kind."""
    act = [Answer(key=key, text=key.title()) for key in ("yes", "no")]
    subjects = [Answer(key=key, text=f"About {key}") for key in SUBJECTS]
    return Codebook(
        version="1",
        title="Test",
        questions=[
            Question(key="act", text="A crime?", answers=act),
            Question.model_validate(
                {"key": "about", "text": "About what?", "kind": kind, "answers": subjects}
            ),
            Question(key="note", text="Note", kind="text"),
        ],
    )


def sample_of(
    number: int,
    readers: Sequence[str] = READERS,
    *,
    reviews: int = 3,
    kind: str = "one",
    weight: float = 4.0,
    agencies: Sequence[str] = ("ames", "bell"),
) -> Sample:
    """So many alerts of some agencies in turn, that carry 1, 2, 3 … e-mails, of four times as many."""
    alerts = []
    for place in range(1, number + 1):
        alert = (agencies[place % len(agencies)], f"{place:032x}")
        item = Item(place, alert, "crime alert", None, f"Title {place}", "=1+1")
        asked = readers_of(place, readers, reviews, 1)
        alerts.append(Sampled(item, (), weight, place % 7 + 1, place % 11, asked))
    each = Counter(one.item.alert[0] for one in alerts)
    sizes = {agency: round(many * weight) for agency, many in each.items()}
    return Sample(tuple(alerts), codebook(kind), sum(sizes.values()), number, sizes=sizes)


def review(sample: Sample, number: int, reader: str, row: int = 0, sheet: str = "", **answers: str) -> Review:
    """A review of the alert with a number; several answers are joined by ``+``."""
    alert = sample.alerts[number - 1].item.alert
    given = {key: tuple(filter(None, text.split("+"))) for key, text in answers.items()}
    return Review(alert, reader, given, "1", sheet or sheet_of(reader), row or number + 1)


def sheet_of(reader: str) -> str:
    return f"coding/returned/{reader}.xlsx"


def in_files(reviews: Iterable[Review]) -> list[Returned]:
    """The reviews, in a file each for each sheet."""
    by_sheet: dict[str, list[Review]] = {}
    for one in reviews:
        by_sheet.setdefault(one.sheet, []).append(one)
    return [Returned(tuple(found)) for found in by_sheet.values()]


def truths(number: int, seed: int = 1) -> list[str]:
    """What each alert is about, in truth: half of them theft."""
    return np.random.default_rng(seed).choice(SUBJECTS, number, p=(0.5, 0.2, 0.2, 0.1)).tolist()


def round_of(sample: Sample, accuracy: Mapping[str, float], seed: int = 1) -> list[Review]:
    """All reviews of readers who tell the truth so often, and else any of the other answers."""
    generator = np.random.default_rng(seed)
    found = []
    for each, truth in zip(sample.alerts, truths(len(sample.alerts)), strict=True):
        for reader in each.readers:
            others = [key for key in SUBJECTS if key != truth]
            right = generator.random() < accuracy[reader]
            about = truth if right else str(generator.choice(others))
            act = "yes" if truth == "theft" else "no"
            found.append(review(sample, each.item.number, reader, act=act, about=about))
    return found


@pytest.fixture
def hand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, Iterable[Review]], None]:
    """Put reviews into ``returned/`` of a folder ``coding/``, by a form of the test's own."""
    held: dict[str, Returned] = {}
    module = ModuleType("tests_form")
    module.read = lambda path, label, codebook, items: held[label]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tests_form", module)
    monkeypatch.setattr(gather, "FORMS", {".xlsx": "tests_form", ".jsonl": "tests_form"})

    def put(folder: Path, reviews: Iterable[Review]) -> None:
        for returned in in_files(reviews):
            label = returned.reviews[0].sheet
            held[label] = returned
            path = folder.parent / label
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(label, encoding="utf-8")

    return put
