"""What counts for an alert: the answer of most readers, or what a person decided (method 5.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from data.codebook import Question
from tasks.coding.cross_check import Checked, Sheet
from tasks.coding.results import Sample, Sampled
from tasks.coding.sample.draw import Alert

Answers = tuple[str, ...]
Place = tuple[Alert, str]
"""An alert and a question."""

How = Literal["unanimous", "majority", "decided", "to decide", "not yet reviewed"]
TIE: Final[How] = "to decide"
OPEN: Final[How] = "not yet reviewed"


@dataclass(frozen=True)
class Vote:
    """What counts for an alert and a question.

    Attributes:
        answers: The answers that count: one, or of a question with several choices any number; None where
            nothing counts yet.
        how: Why.
        given: What the readers answered, in the order in which they were named.
    """

    answers: Answers | None
    how: How
    given: tuple[Answers, ...]

    @property
    def votes(self) -> int:
        """Reviews for what counts; where nothing does yet, for what is most often given."""
        if self.answers is not None:
            return self.given.count(self.answers)
        return max(Counter(self.given).values(), default=0)


def vote(question: Question, given: Sequence[Answers], asked: int, *, complete: bool) -> Vote:
    """What counts by the votes alone.

    What counts has more than half of the reviews that were asked for, so that none that is missing could
    change it. Of a question with several choices each answer is voted on for itself.

    Args:
        question: The question.
        given: What the readers answered.
        asked: Of how many it was asked.
        complete: Whether no more reviews are to come. Until then nothing counts: alerts on which readers
            agree would be decided first, and shares in mid-work would be those of easy alerts.

    Example:
        >>> from data.codebook import Answer
        >>> sides = [Answer(key=key, text=key) for key in ("left", "right")]
        >>> which = Question(key="side", text="Which?", answers=sides)
        >>> vote(which, [("left",), ("right",)], 2, complete=True).how
        'to decide'
    """
    kept = tuple(given)
    if not complete or not kept:
        return Vote(None, OPEN, kept)
    answers = _several(question, kept, asked) if question.kind == "several" else _one(kept, asked)
    if answers is None:
        return Vote(None, TIE, kept)
    return Vote(answers, "unanimous" if len(set(kept)) == 1 else "majority", kept)


def _one(given: Sequence[Answers], asked: int) -> Answers | None:
    answer, votes = Counter(given).most_common(1)[0]
    return answer if 2 * votes > asked else None


def _several(question: Question, given: Sequence[Answers], asked: int) -> Answers | None:
    chosen = []
    for key in question.answer_keys:
        votes = sum(key in answers for answers in given)
        if 2 * votes > asked:
            chosen.append(key)
        elif 2 * (len(given) - votes) <= asked:
            return None
    return tuple(chosen)


def votes_of(sample: Sample, checked: Checked, questions: Iterable[Question]) -> dict[Place, Vote]:
    """The votes on every alert and question with a choice, in the order of the sample.

    Args:
        sample: The sample.
        checked: The reviews that count.
        questions: The questions with a choice.
    """
    by_alert: dict[Alert, dict[str, Mapping[str, Answers]]] = {}
    for review in checked.reviews:
        by_alert.setdefault(review.alert, {})[review.reader] = review.answers
    wanted = list(questions)
    found: dict[Place, Vote] = {}
    for each in sample.alerts:
        reviews = by_alert.get(each.item.alert, {})
        for question in wanted:
            given = [reviews[r][question.key] for r in each.readers if question.key in reviews.get(r, {})]
            complete = _complete(each, reviews, question.key, checked.back)
            found[each.item.alert, question.key] = vote(question, given, len(each.readers), complete=complete)
    return found


def _complete(
    each: Sampled,
    reviews: Mapping[str, Mapping[str, Answers]],
    question: str,
    back: Collection[Sheet],
) -> bool:
    return all((reader, each.draw) in back or question in reviews.get(reader, {}) for reader in each.readers)
