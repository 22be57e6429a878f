"""Rounds in every odd state come to what another computation makes of them, to the ninth decimal."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.schema import TABLES
from data.settings import Coding
from data.tables import read_table
from tasks.coding.results import Review, Sample, Sampled
from tasks.coding.tally import tally
from tests.tasks.coding.by_hand import Counted, alpha, alpha_of_one, mean, share
from tests.tasks.coding.rounds import SUBJECTS, sample_of

NAMES = ("anna", "bob", "cleo", "dora", "emil")
CHOICES = {"act": ("yes", "no"), "about": SUBJECTS}
COUNTS = {"alerts": lambda one: 1, "e-mails": lambda one: one.emails, "officers": lambda one: one.recipients}
STRATA = ((("x",), 3.0), (("y",), 1.5), (("z",), 8.0))


def sample_by(chance: random.Random) -> Sample:
    """A sample of one to five readers, in strata of some weights, of which some readers may be taken away."""
    readers, weighted = NAMES[: chance.randint(1, 5)], chance.random() < 0.5
    found = sample_of(
        2 * chance.randint(1, 12),
        readers,
        reviews=chance.randint(1, 4),
        kind=chance.choice(("one", "several")),
        agencies=chance.choice((("ames", "bell"), ("ames",), ("all", "bell"))),
    )
    left = chance.choice((1.0, 0.8))
    alerts = []
    for each in found.alerts:
        stratum, weight = chance.choice(STRATA) if weighted else ((), each.weight)
        own = tuple(reader for reader in each.readers if chance.random() < left)
        alerts.append(replace(each, readers=own, stratum=stratum, weight=weight))
    return replace(found, alerts=tuple(alerts))


def answers_by(chance: random.Random, truth: str, *, several: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    if chance.random() < 0.95:
        yield "act", (chance.choice(("yes", "no", "no", "maybe" if chance.random() < 0.2 else "no")),)
    if chance.random() < 0.95:
        some = tuple(key for key in SUBJECTS if chance.random() < 0.4)
        one = truth if chance.random() < 0.6 else chance.choice(SUBJECTS)
        yield "about", some if several else (one,)
    if chance.random() < 0.2:
        yield "note", ("hm",)


def reviews_by(chance: random.Random, sample: Sample) -> Iterator[Review]:
    """Sheets and terminals, some not back; missing, double and odd reviews among them."""
    form = {name: chance.choice(("xlsx", "xlsx", "jsonl", "")) for name in NAMES}
    several = sample.codebook.questions[1].kind == "several"
    for each in sample.alerts:
        truth = chance.choice(SUBJECTS)
        for reader in each.readers:
            if not form[reader] or chance.random() < 0.05:
                continue
            given = dict(answers_by(chance, truth, several=several))
            one = Review(
                each.item.alert,
                reader,
                given,
                "1",
                f"coding/returned/{reader}.{form[reader]}",
                each.item.number,
            )
            yield one
            if chance.random() < 0.1:
                other = {**given, "act": (chance.choice(CHOICES["act"]),)} if "act" in given else given
                yield replace(one, answers=other, sheet=f"coding/returned/{reader}, again.xlsx")
    odd = Review(sample.alerts[0].item.alert, "zoe", {"act": ("yes",)}, "1", "coding/returned/odd.xlsx", 7)
    yield from (odd, replace(odd, reader="anna", alert=("ames", "f" * 32)))


def near(value: float | None) -> object:
    return None if value is None else pytest.approx(value, abs=1e-9)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(0, 30, 15))
def test_a_round_comes_to_what_is_found_by_hand(tmp_path: Path, hand_in: Callable, seed: int):
    for at in range(seed, seed + 15):
        chance, folder = random.Random(at), tmp_path / str(at)
        sample = sample_by(chance)
        reviews = list(reviews_by(chance, sample))
        several = sample.codebook.questions[1].kind == "several"
        known = Counted(sample, {"act": (CHOICES["act"], False), "about": (SUBJECTS, several)})
        known.take(reviews)
        hand_in(folder / "coding", reviews)
        found = tally(sample, Coding(), folder / "coding", folder / "out")
        votes = [{known.vote(each, question) for question in CHOICES} for each in sample.alerts]
        ties = sum("tie" in each for each in votes)
        left = sum("open" in each and "tie" not in each for each in votes)
        assert (found.to_decide, found.not_reviewed) == (ties, left)
        assert found.decided == len(votes) - ties - left
        assert (found.given, found.unusable) == (known.given, known.unusable)
        assert found.missing == sample.asked - known.given - known.unusable
        _agreement(known, folder / "out")
        _shares(known, folder / "out")


def _agreement(known: Counted, out: Path) -> None:
    for row in _rows("public/coding_agreement", out):
        units = [
            list(known.of(each, row["question"]).values())
            for each in known.sample.alerts
            if row["agency"] in {"all", _agency(each)}
        ]
        coded = [unit for unit in units if len(unit) > 1]
        pairs = [one == other for unit in coded for at, one in enumerate(unit) for other in unit[:at]]
        assert row["krippendorff_alpha"] == near(alpha(units))
        assert row["percent_agreement"] == near(mean(pairs))
        assert (row["alerts"], row["unanimous"]) == (
            len(coded),
            near(mean(len(set(unit)) == 1 for unit in coded)),
        )
    for row in _rows("private/coding_readers", out):
        reader = row["reader"]
        each = [known.of(one, row["question"]) for one in known.sample.alerts]
        without = [[said for name, said in by.items() if name != reader] for by in each]
        shared = [(by[reader], rest) for by, rest in zip(each, without, strict=True) if reader in by and rest]
        assert row["percent_agreement"] == near(mean(own == other for own, rest in shared for other in rest))
        assert row["krippendorff_alpha"] == near(alpha_of_one(shared))
        assert row["alpha_without"] == near(alpha(without))
    for question in CHOICES:
        found: Counter[frozenset[tuple[str, ...]]] = Counter()
        for row in _rows("public/coding_confusion", out):
            if row["question"] == question:
                pair = frozenset(_keys(row[name]) for name in ("answer", "other"))
                found[pair] += row["pairs"]
        assert found == known.confusion(question)


def _shares(known: Counted, out: Path) -> None:
    for row in _rows("public/coding_shares", out):

        def has(each: Sampled, row: dict = row) -> bool | None:
            answers = known.vote(each, row["question"])
            return None if isinstance(answers, str) else row["answer"] in answers

        def counts(each: Sampled, row: dict = row) -> float:
            return COUNTS[row["by"]](each) if row["agency"] in {"all", _agency(each)} else 0

        expected = share(known.sample.alerts, has, counts) or (None, None, None)
        assert (row["share"], row["ci_low"], row["ci_high"]) == tuple(map(near, expected))


def _agency(each: Sampled) -> str:
    return "all (agency)" if each.item.alert[0] == "all" else each.item.alert[0]


def _keys(written: str) -> tuple[str, ...]:
    return () if written == "none" else tuple(sorted(written.split("; ")))


def _rows(name: str, out: Path) -> list[dict]:
    return read_table(TABLES[name], out).to_pylist()
