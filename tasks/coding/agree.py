"""How well readers agree: in all, each against the others, and over which answers (method 5.9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import numpy.typing as npt

from data.codebook import Question
from tasks.coding.cross_check import Checked
from tasks.coding.results import Sample
from tasks.coding.sample.draw import Alert
from tasks.coding.tabulate import scopes
from tasks.coding.to_decide import JOINT, NONE
from tasks.statistics.agreement import Counts, against_others, agreement

Row = dict[str, Any]
Answers = tuple[str, ...]
ByAlert = Mapping[Alert, Mapping[str, Answers]]
"""Of one question the answers to each alert, by reader."""


def by_alert(checked: Checked, question: Question) -> dict[Alert, dict[str, Answers]]:
    """What the readers answered to one question about each alert.

    Args:
        checked: The reviews that count.
        question: A question with a choice. Several answers are one: two reviews are equal where all are.
    """
    found: dict[Alert, dict[str, Answers]] = {}
    for review in checked.reviews:
        if question.key in review.answers:
            found.setdefault(review.alert, {})[review.reader] = review.answers[question.key]
    return found


def agreement_rows(
    sample: Sample, checked: Checked, questions: Sequence[Question], seed: int
) -> Iterator[Row]:
    """Rows of ``public/coding_agreement``.

    Args:
        sample: The sample.
        checked: The reviews that count.
        questions: The questions with a choice.
        seed: Of the bootstrap.
    """
    for question in questions:
        answered = by_alert(checked, question)
        kinds = _kinds(answered, question)
        for scope in scopes(sample):
            given = [answered.get(each.item.alert, {}) for each in scope.alerts]
            counts = _counts([tuple(each.values()) for each in given], kinds)
            coded = counts[counts.sum(axis=1) >= 2]
            found = agreement(counts, seed=seed)
            alike = (coded > 0).sum(axis=1) == 1
            yield {
                "agency": scope.agency,
                "question": question.key,
                "reviews": max((len(each.readers) for each in sample.alerts), default=0),
                "alerts": found.units,
                "readers": len({reader for each in given for reader in each}),
                "unanimous": float(alike.sum() / len(coded)) if len(coded) else None,
                "percent_agreement": found.percent,
                "krippendorff_alpha": found.alpha,
                "alpha_low": found.low,
                "alpha_high": found.high,
            }


def reader_rows(sample: Sample, checked: Checked, questions: Sequence[Question]) -> Iterator[Row]:
    """Rows of ``private/coding_readers``: each reader against the others.

    Args:
        sample: The sample.
        checked: The reviews that count.
        questions: The questions with a choice.
    """
    for question in questions:
        answered = by_alert(checked, question)
        kinds = _kinds(answered, question)
        for reader in sample.readers:
            shared = [each for each in answered.values() if reader in each and len(each) > 1]
            own = _counts([(each[reader],) for each in shared], kinds)
            others = _counts([_without(each, reader) for each in shared], kinds)
            found = against_others(own, others)
            rest = _counts([_without(each, reader) for each in answered.values()], kinds)
            yield {
                "reader": reader,
                "question": question.key,
                "alerts": found.units,
                "percent_agreement": found.percent,
                "krippendorff_alpha": found.alpha,
                "alpha_without": agreement(rest, draws=0).alpha,
            }


def confusion_rows(checked: Checked, questions: Sequence[Question]) -> Iterator[Row]:
    """Rows of ``public/coding_confusion``: which answers two readers gave to one alert.

    Args:
        checked: The reviews that count.
        questions: The questions with a choice.
    """
    for question in questions:
        pairs: Counter[tuple[Answers, Answers]] = Counter()
        for given in by_alert(checked, question).values():
            numbers = sorted(Counter(given.values()).items(), key=lambda item: _order(item[0], question))
            for (one, many), (other, more) in combinations_with_replacement(numbers, 2):
                pairs[one, other] += many * (many - 1) // 2 if one == other else many * more
        for (one, other), number in pairs.items():
            if number:
                yield {
                    "question": question.key,
                    "answer": JOINT.join(one) or NONE,
                    "other": JOINT.join(other) or NONE,
                    "pairs": number,
                }


def _without(given: Mapping[str, Answers], reader: str) -> tuple[Answers, ...]:
    return tuple(answers for other, answers in given.items() if other != reader)


def _order(answers: Answers, question: Question) -> tuple[int, ...]:
    return tuple(question.answer_keys.index(answer) for answer in answers)


def _kinds(answered: ByAlert, question: Question) -> list[Answers]:
    """The answers that two reviews may have in common: of several choices those together that were given."""
    if question.kind == "one":
        return [(key,) for key in question.answer_keys]
    return sorted({answers for each in answered.values() for answers in each.values()})


def _counts(given: Sequence[Sequence[Answers]], kinds: Sequence[Answers]) -> Counts:
    """How many gave each answer, one row for each alert and one column for each answer."""
    places = {answers: place for place, answers in enumerate(kinds)}
    counts: npt.NDArray[np.int64] = np.zeros((len(given), len(kinds)), dtype=np.int64)
    for row, each in enumerate(given):
        for answers in each:
            counts[row, places[answers]] += 1
    return counts
