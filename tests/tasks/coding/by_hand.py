"""The tally once more, review by review and pair by pair, from the definitions and not from the program.

It shares no code with :mod:`tasks.coding` or :mod:`tasks.statistics`. Sources: Krippendorff, K. (2011),
Computing Krippendorff's alpha-reliability (alpha, from the coincidences); Särndal, C.-E., and others (1992),
Model Assisted Survey Sampling, 5.6 to 5.8 (ratio and its variance); statsmodels for Wilson's interval.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, permutations

from statsmodels.stats.proportion import proportion_confint

from tasks.coding.results import Review, Sample, Sampled

Answers = tuple[str, ...]
Units = Sequence[Sequence[Hashable]]


def alpha(units: Units) -> float | None:
    """Krippendorff's alpha of the answers to each thing."""
    coincidences: dict[tuple[Hashable, Hashable], Fraction] = defaultdict(Fraction)
    for unit in units:
        for one, other in permutations(unit, 2):
            coincidences[one, other] += Fraction(1, len(unit) - 1)
    return _alpha(coincidences)


def alpha_of_one(units: Sequence[tuple[Hashable, Sequence[Hashable]]]) -> float | None:
    """Alpha of the pairs of one reader's answer with each of the others."""
    coincidences: dict[tuple[Hashable, Hashable], Fraction] = defaultdict(Fraction)
    for own, others in units:
        for other in others:
            coincidences[own, other] += Fraction(1, len(others))
            coincidences[other, own] += Fraction(1, len(others))
    return _alpha(coincidences)


def _alpha(coincidences: dict[tuple[Hashable, Hashable], Fraction]) -> float | None:
    margins: dict[Hashable, Fraction] = defaultdict(Fraction)
    for (one, _), number in coincidences.items():
        margins[one] += number
    total = sum(margins.values())
    unlike = sum(number for (one, other), number in coincidences.items() if one != other)
    by_chance = sum(margins[one] * margins[other] for one, other in permutations(margins, 2))
    return float(1 - (total - 1) * unlike / by_chance) if by_chance else None


def mean(values: Iterable[bool]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None


@dataclass
class Counted:
    """What counts, by reader, alert and question."""

    sample: Sample
    questions: dict[str, tuple[Sequence[str], bool]]
    """By question its answers, and whether one may choose several."""
    good: dict[tuple[str, tuple[str, str]], dict[str, Answers]] = field(default_factory=dict)
    tried: set[tuple[str, tuple[str, str]]] = field(default_factory=set)
    back: set[str] = field(default_factory=set)

    def take(self, reviews: Sequence[Review]) -> None:
        """Take what came back; of answers that contradict each other nothing."""
        asked = {(reader, each.item.alert) for each in self.sample.alerts for reader in each.readers}
        said: dict[tuple[str, tuple[str, str]], dict[str, set[Answers]]] = {}
        for one in reviews:
            key = (one.reader, one.alert)
            if key not in asked:
                continue
            if one.sheet.endswith(".xlsx"):
                self.back.add(one.reader)
            for question, answers in one.answers.items():
                if question in self.questions:
                    self.tried.add(key)
                if self.is_good(question, answers):
                    said.setdefault(key, {}).setdefault(question, set()).add(tuple(sorted(answers)))
        for key, by in said.items():
            if all(len(answers) == 1 for answers in by.values()):
                self.good[key] = {question: next(iter(answers)) for question, answers in by.items()}
            else:
                self.tried.add(key)

    def is_good(self, question: str, answers: Answers) -> bool:
        if question not in self.questions:
            return True
        keys, several = self.questions[question]
        return set(answers) <= set(keys) and (several or len(answers) == 1)

    @property
    def given(self) -> int:
        return sum(any(key in self.questions for key in by) for by in self.good.values())

    @property
    def unusable(self) -> int:
        has = {key for key, by in self.good.items() if any(name in self.questions for name in by)}
        return len(self.tried - has)

    def of(self, each: Sampled, question: str) -> dict[str, Answers]:
        """The answers to a question about an alert, by reader."""
        by = {reader: self.good.get((reader, each.item.alert), {}) for reader in each.readers}
        return {reader: answers[question] for reader, answers in by.items() if question in answers}

    def vote(self, each: Sampled, question: str) -> Answers | str:
        """What counts; else ``open`` or ``tie``."""
        given = self.of(each, question)
        if not given or any(reader not in given and reader not in self.back for reader in each.readers):
            return "open"
        keys, several = self.questions[question]
        half, chosen = len(each.readers) / 2, []
        if not several:
            many = Counter(given.values())
            return next((answers for answers, number in many.items() if number > half), "tie")
        for key in keys:
            votes = sum(key in answers for answers in given.values())
            if votes > half:
                chosen.append(key)
            elif len(given) - votes <= half:
                return "tie"
        return tuple(chosen)

    def confusion(self, question: str) -> Counter[frozenset[Answers]]:
        pairs: Counter[frozenset[Answers]] = Counter()
        for each in self.sample.alerts:
            pairs.update(map(frozenset, combinations(self.of(each, question).values(), 2)))
        return pairs


def share(
    alerts: Sequence[Sampled],
    known: Callable[[Sampled], bool | None],
    counts: Callable[[Sampled], float],
) -> tuple[float, float, float] | None:
    """The share of all and its interval: of the alerts of which ``known`` says what they are.

    ``counts`` is how often each counts, 0 for alerts of another agency.
    """
    strata: dict[Hashable, list[Sampled]] = {}
    for each in alerts:
        strata.setdefault((each.stratum, each.weight), []).append(each)
    groups: list[tuple[float, list[tuple[float, bool]]]] = []
    for drawn in strata.values():
        decided = [each for each in drawn if known(each) is not None]
        size = sum(each.weight for each in drawn)
        if decided:
            own = [(size / len(decided) * counts(each), bool(known(each))) for each in decided]
            groups.append((size, own))
    total = sum(much for _, own in groups for much, _ in own)
    if not total:
        return None
    ratio = sum(much for _, own in groups for much, has in own if has) / total
    return (ratio, *_interval(groups, total, ratio))


def _interval(
    groups: Sequence[tuple[float, list[tuple[float, bool]]]], total: float, ratio: float
) -> tuple[float, float]:
    every = sum(size for size, _ in groups)
    unknown = sum((1 - len(own) / size) * much**2 for size, own in groups for much, _ in own)
    if unknown < 1e-9:
        return ratio, ratio
    variance = 0.0
    for size, own in _together(groups):
        residuals = [much * (has - ratio) / total for much, has in own]
        middle, few = sum(residuals) / len(own), len(own)
        if few > 1:
            squares = sum((one - middle) ** 2 for one in residuals)
            variance += (1 - few / size) * few / (few - 1) * squares
    as_many = total**2 / unknown
    counted = sum(much > 0 for _, own in groups for much, _ in own)
    if variance > 1e-30 and counted > 1:
        as_many = min(as_many, counted / (counted - 1) * ratio * (1 - ratio) / variance)
    as_many *= (every - 1) / every
    low, high = proportion_confint(ratio * as_many, as_many, method="wilson")
    return float(low), float(high)


def _together(
    groups: Sequence[tuple[float, list[tuple[float, bool]]]],
) -> list[tuple[float, list[tuple[float, bool]]]]:
    """Strata of one as one; a single one with the largest of the others."""
    alone = [each for each in groups if len(each[1]) == 1]
    others = [each for each in groups if len(each[1]) > 1]
    if len(alone) == 1 and others:
        largest = max(others, key=lambda each: each[0])
        others.remove(largest)
        alone.append(largest)
    joined = (math.fsum(size for size, _ in alone), [one for _, own in alone for one in own])
    return [*others, *([joined] if alone else [])]
