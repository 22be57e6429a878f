"""Readers who are right so often, and what their answers must come to: alpha and shares with known truth.

What an alert is about in truth is decided by its title, whose patterns are those of
:mod:`data.synthetic.words`. :mod:`data.synthetic.handed_in` fills in their sheets.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from types import MappingProxyType
from typing import Final, Literal

from data.codebook import Codebook

ACT: Final = "criminal_act"
SUBJECT: Final = "subject_area"

Form = Literal["xlsx", "csv", "json", "jsonl"]
Answers = Mapping[str, str]
"""By question the key of the one answer."""

_ABOUT: Final = (
    ("robbery", "violence_or_threat", "yes"),
    ("hit and run", "traffic", "yes"),
    ("smashed|vandalism|graffiti|keyed", "damage", "yes"),
    ("trespasser", "trespass_or_disturbance", "yes"),
    ("checking car|tried my|prowler|looking into|this person", "suspicious_behavior", "no"),
    ("stolen|taken|theft|gone|pirate|siphoned|break in|broken into|burglary", "theft", "yes"),
    ("lost dog", "lost_person_or_pet", "no"),
    ("speeding", "traffic", "no"),
    ("bangs|smoke|smell|helicopter", "confusing_event", "no"),
    ("power line|water main|lights out|fire engines|fallen tree|coyote", "safety_or_service", "no"),
)
"""The first that is in a title tells what the alert is about, and whether it is of a crime."""


@dataclass(frozen=True)
class Reader:
    """Somebody who reads.

    Attributes:
        name: As with ``nwatch sample --reader``.
        accuracy: How often an answer is right, by chance and for each question apart.
        form: What is handed in: the workbook, a CSV of it, an export of Label Studio, or the terminal's file.
        bias: By question the answer that is given instead of the right one; else any of the others is.
    """

    name: str
    accuracy: float
    form: Form = "xlsx"
    bias: Answers = field(default_factory=dict)

    def chance(self, question: str, truth: str, answers: Sequence[str]) -> dict[str, float]:
        """How likely each answer is.

        Args:
            question: The question's key.
            truth: The right answer.
            answers: All answers.

        Example:
            >>> Reader("anna", 0.8).chance("q", "a", ["a", "b", "c"])
            {'a': 0.8, 'b': 0.1, 'c': 0.1}
        """
        others = [key for key in answers if key != truth]
        if (wrong := self.bias.get(question)) in others:
            others = [wrong]
        left = round((1 - self.accuracy) / len(others), 12)
        return {key: self.accuracy if key == truth else left if key in others else 0.0 for key in answers}

    def answer(self, question: str, truth: str, answers: Sequence[str], rng: random.Random) -> str:
        """An answer by chance."""
        return rng.choices(answers, list(self.chance(question, truth, answers).values()))[0]


READERS: Final = (
    Reader("anna", 0.92, "xlsx"),
    Reader("ben", 0.85, "csv"),
    Reader("carla", 0.78, "jsonl", MappingProxyType({ACT: "yes", SUBJECT: "suspicious_behavior"})),
)
"""One who is careful, one who is not, and one to whom everything is suspicious."""


def truth_of(title: str) -> dict[str, str]:
    """The right answers to the questions of the program's own codebook.

    Args:
        title: The alert's title.

    Example:
        >>> truth_of("Bike taken from garage")
        {'criminal_act': 'yes', 'subject_area': 'theft'}
    """
    for pattern, subject, act in _ABOUT:
        if re.search(pattern, title, re.IGNORECASE):
            return {ACT: act, SUBJECT: subject}
    return {ACT: "unclear", SUBJECT: "other"}


@dataclass(frozen=True)
class Expected:
    """What the answers to one question come to on average.

    Attributes:
        alpha: Krippendorff's alpha.
        truth: By answer, the share of alerts of which it is right.
        shares: By answer, the share of the alerts with a majority of which it is the majority's: what a tally
            finds, since readers who share a bias carry it into the majority.
        decided: The share of alerts with a majority.
    """

    alpha: float
    truth: Mapping[str, float]
    shares: Mapping[str, float]
    decided: float


def expected(truths: Sequence[Answers], readers: Sequence[Reader], codebook: Codebook) -> dict[str, Expected]:
    """What the answers come to on average, if each reader reads each alert.

    Args:
        truths: The right answers to each alert.
        readers: Who reads: two or more.
        codebook: What is asked; questions of which ``truths`` has no answer are left out.

    Returns:
        By question.

    Source:
        Alpha: Krippendorff, K. (2019): Content Analysis, 4th edition, 12.3, with the expected coincidences in
        the place of those that were counted.
    """
    found = {}
    for question in codebook.questions:
        right = [truth[question.key] for truth in truths if question.key in truth]
        if right:
            found[question.key] = _expected(question.key, right, readers, question.answer_keys)
    return found


def _expected(
    question: str, right: Sequence[str], readers: Sequence[Reader], keys: Sequence[str]
) -> Expected:
    weights = {key: right.count(key) / len(right) for key in keys}
    unlike, margins = 0.0, dict.fromkeys(keys, 0.0)
    majority = dict.fromkeys(keys, 0.0)
    for truth, weight in weights.items():
        if not weight:
            continue
        chances = [reader.chance(question, truth, keys) for reader in readers]
        pairs = list(combinations(chances, 2))
        alike = sum(one[key] * other[key] for one, other in pairs for key in keys) / len(pairs)
        unlike += weight * (1 - alike)
        for key in keys:
            margins[key] += weight * sum(chance[key] for chance in chances) / len(readers)
        for key, share in _majority(chances, keys).items():
            majority[key] += weight * share
    values = len(right) * len(readers)
    by_chance = (1 - sum(share * share for share in margins.values())) * values / (values - 1)
    decided = sum(majority.values())
    shares = {key: share / decided for key, share in majority.items()}
    return Expected(1 - unlike / by_chance, weights, shares, decided)


def _majority(chances: Sequence[Mapping[str, float]], keys: Sequence[str]) -> dict[str, float]:
    """How likely each answer is that of more than half of the readers."""
    found = dict.fromkeys(keys, 0.0)
    for key in keys:
        for said in product((True, False), repeat=len(chances)):
            if sum(said) * 2 > len(chances):
                likely = 1.0
                for yes, chance in zip(said, chances, strict=True):
                    likely *= chance[key] if yes else 1 - chance[key]
                found[key] += likely
    return found
