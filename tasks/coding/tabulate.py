"""The tables of what was decided: counts, and shares of all alerts, e-mails and officers (method 5.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import numpy as np

from data.codebook import Question
from tasks.coding.cross_check import Checked
from tasks.coding.results import Sample, Sampled
from tasks.coding.to_decide import JOINT
from tasks.coding.vote import Place, Vote
from tasks.statistics.shares import wilson
from tasks.statistics.stratified import strata_of, weighted_share

ALL: Final = "all"
"""In the place of an agency: all of them."""

Row = dict[str, Any]

_SIZES: Final[Mapping[str, Callable[[Sampled], int]]] = {
    "alerts": lambda each: 1,
    "e-mails": lambda each: each.emails,
    "officers": lambda each: each.recipients,
}
"""What a share is of, and how much an alert counts for."""


@dataclass(frozen=True)
class Scope:
    """Alerts of the sample that one row is about.

    Attributes:
        agency: The agency, or ``all``.
        alerts: The alerts.
        population: How many alerts of today there are, of which these were drawn.
    """

    agency: str
    alerts: tuple[Sampled, ...]
    population: int


def scopes(sample: Sample) -> list[Scope]:
    """All alerts of the sample, and those of each agency.

    Args:
        sample: The sample.
    """
    of_agency: Callable[[Sampled], str] = lambda each: each.item.alert[0]  # noqa: E731
    ordered = sorted(sample.alerts, key=of_agency)
    found = [
        Scope(f"{agency} (agency)" if agency == ALL else agency, tuple(alerts), sample.sizes[agency])
        for agency, alerts in groupby(ordered, of_agency)
    ]
    return [Scope(ALL, sample.alerts, sum(sample.sizes.values())), *found]


def review_rows(checked: Checked) -> Iterator[Row]:
    """Rows of ``private/coding_reviews``."""
    for review in checked.reviews:
        agency, alert_id = review.alert
        for question, answers in review.answers.items():
            for answer in answers or ("",):
                yield {
                    "agency": agency,
                    "alert_id": alert_id,
                    "reader": review.reader,
                    "question": question,
                    "answer": answer,
                    "codebook": review.codebook,
                    "sheet": review.sheet,
                    "row": review.row,
                }


def decided_rows(votes: Mapping[Place, Vote]) -> Iterator[Row]:
    """Rows of ``private/coding_decided``."""
    for ((agency, alert_id), question), vote in votes.items():
        yield {
            "agency": agency,
            "alert_id": alert_id,
            "question": question,
            "answer": None if vote.answers is None else JOINT.join(vote.answers),
            "how": vote.how,
            "reviews": len(vote.given),
            "votes": vote.votes,
        }


def question_rows(questions: Sequence[Question]) -> Iterator[Row]:
    """Rows of ``public/coding_questions``: the words of the codebook as it is now.

    Args:
        questions: The questions with a choice.
    """
    for question in questions:
        for answer in question.answers:
            yield {
                "question": question.key,
                "answer": answer.key,
                "question_text": question.text,
                "answer_text": answer.text,
            }


def tally_rows(
    sample: Sample, votes: Mapping[Place, Vote], questions: Sequence[Question], *, finite: bool
) -> Iterator[Row]:
    """Rows of ``public/coding_tally``: counts of the sample, each with Wilson's interval.

    Args:
        sample: The sample.
        votes: What counts for each alert and question.
        questions: The questions with a choice.
        finite: Whether intervals allow for the sample being a known part of all alerts.
    """
    for scope in scopes(sample):
        for question in questions:
            decided = _decided(scope.alerts, question, votes)
            given = [answers for _, answers in decided]
            for key in question.answer_keys:
                alerts = sum(key in answers for answers in given)
                row: Row = {"agency": scope.agency, "question": question.key, "answer": key, "alerts": alerts}
                row |= {"decided": len(given), "share": None, "ci_low": None, "ci_high": None}
                if given:
                    found = wilson(alerts, len(given), scope.population if finite else None)
                    row |= {"share": found.share, "ci_low": found.low, "ci_high": found.high}
                yield row


def share_rows(
    sample: Sample, votes: Mapping[Place, Vote], questions: Sequence[Question], *, finite: bool
) -> Iterator[Row]:
    """Rows of ``public/coding_shares``: of all alerts, of e-mails sent and of officers reached.

    The sample is taken as a whole for each agency, too: an agency is a part of it whose size was not chosen.

    Args:
        sample: The sample.
        votes: What counts for each alert and question.
        questions: The questions with a choice.
        finite: Whether intervals allow for the sample being a known part of all alerts.
    """
    for question in questions:
        decided = _decided(sample.alerts, question, votes)
        known = {each.item.alert for each, _ in decided}
        strata = strata_of(
            [(each.stratum, each.weight) for each in sample.alerts],
            [each.weight for each in sample.alerts],
            [each.item.alert in known for each in sample.alerts],
        )
        for scope in scopes(sample):
            own = {each.item.alert for each in scope.alerts}
            inside = np.array([each.item.alert in own for each, _ in decided], dtype=np.float64)
            for by, size_of in _SIZES.items():
                size = np.array([size_of(each) for each, _ in decided], dtype=np.float64) * inside
                for key in question.answer_keys:
                    has = np.array([key in answers for _, answers in decided], dtype=np.float64)
                    found = weighted_share(strata, has, size, finite=finite) if decided else None
                    yield {
                        "agency": scope.agency,
                        "question": question.key,
                        "answer": key,
                        "by": by,
                        "share": None if found is None else found.share,
                        "ci_low": None if found is None else found.low,
                        "ci_high": None if found is None else found.high,
                    }


def _decided(
    alerts: Sequence[Sampled], question: Question, votes: Mapping[Place, Vote]
) -> list[tuple[Sampled, tuple[str, ...]]]:
    found = ((each, votes[each.item.alert, question.key].answers) for each in alerts)
    return [(each, answers) for each, answers in found if answers is not None]
