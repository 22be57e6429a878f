"""What readers of known accuracy come to is known before they read."""

import random

import numpy as np
import pytest

from data.codebook import DEFAULT, read_codebook
from data.synthetic import words
from data.synthetic.readers import ACT, READERS, SUBJECT, Reader, expected, truth_of
from tasks.statistics.agreement import agreement

BOOK = read_codebook(DEFAULT.parent)
TITLES = [*words.CRIME_TITLES, *words.SAFETY_TITLES, *words.ODD_TITLES]


def test_each_title_has_a_truth_that_is_an_answer_of_the_codebook():
    subjects = {truth_of(title)[SUBJECT] for title in TITLES}
    assert len(subjects) == 10
    for title in TITLES:
        for question, answer in truth_of(title).items():
            asked = BOOK.question(question)
            assert asked
            assert answer in asked.answer_keys


def test_readers_without_fault_agree_and_have_the_truth():
    found = expected([truth_of(title) for title in TITLES], [Reader("a", 1.0), Reader("b", 1.0)], BOOK)
    for each in found.values():
        assert each.alpha == 1
        assert each.decided == pytest.approx(1)
        assert dict(each.shares) == pytest.approx(dict(each.truth))


def test_a_reader_with_a_bias_takes_it_whenever_wrong():
    reader = Reader("a", 0.7, bias={SUBJECT: "theft"})
    keys = ["theft", "damage", "other"]
    assert reader.chance(SUBJECT, "other", keys) == {"theft": 0.3, "damage": 0.0, "other": 0.7}
    assert reader.chance(SUBJECT, "theft", keys) == {"theft": 0.7, "damage": 0.15, "other": 0.15}


@pytest.mark.long
@pytest.mark.parametrize("question", [ACT, SUBJECT])
def test_many_alerts_come_to_what_is_expected(question: str):
    rng = random.Random(1)
    asked = BOOK.question(question)
    assert asked
    truths = [truth_of(rng.choice(TITLES)) for _ in range(20_000)]
    counts = np.zeros((len(truths), len(asked.answer_keys)), dtype=np.int64)
    for row, truth in enumerate(truths):
        for reader in READERS:
            answer = reader.answer(question, truth[question], asked.answer_keys, rng)
            counts[row, asked.answer_keys.index(answer)] += 1
    known = expected(truths, READERS, BOOK)[question]
    assert agreement(counts, draws=0).alpha == pytest.approx(known.alpha, abs=0.01)
    decided = counts[counts.max(axis=1) >= 2]
    assert len(decided) / len(counts) == pytest.approx(known.decided, abs=0.01)
    shares = np.bincount(decided.argmax(axis=1), minlength=len(asked.answer_keys)) / len(decided)
    assert shares == pytest.approx([known.shares[key] for key in asked.answer_keys], abs=0.01)
