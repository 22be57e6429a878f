"""The tally of a round, from the files that came back to the tables, with readers of known accuracy."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from data.schema import TABLES
from data.settings import Coding
from data.tables import read_table
from tasks.coding.results import Sample, Tally
from tasks.coding.tally import tally
from tests.tasks.coding.rounds import READERS, SUBJECTS, review, round_of, sample_of, truths

HandIn = Callable[..., None]
NAMES = (
    *("private/coding_reviews", "private/coding_decided", "private/coding_readers", "public/coding_tally"),
    *("public/coding_shares", "public/coding_agreement", "public/coding_confusion"),
)


def rows(out: Path, name: str, **wanted: str) -> list[dict]:
    found = read_table(TABLES[name], out).to_pylist()
    return [row for row in found if all(row[key] == value for key, value in wanted.items())]


def adds_up(found: Tally, sample: Sample) -> bool:
    alerts = found.decided + found.to_decide + found.not_reviewed
    return (alerts, found.given + found.missing + found.unusable) == (len(sample.alerts), sample.asked)


def test_of_nothing_there_are_all_tables_and_nothing_is_decided(tmp_path: Path):
    sample = sample_of(4)
    found = tally(sample, Coding(), tmp_path / "coding", tmp_path / "out")
    assert found == Tally.nothing(sample)
    assert {row["how"] for row in rows(tmp_path / "out", "private/coding_decided")} == {"not yet reviewed"}
    assert not (tmp_path / "coding").exists()
    assert all(row["share"] is None for row in rows(tmp_path / "out", "public/coding_shares"))


@pytest.mark.long
def test_shares_are_those_of_the_truth_and_alpha_is_what_the_accuracy_gives(tmp_path: Path, hand_in: HandIn):
    sample, accuracy = sample_of(1200), dict.fromkeys(READERS, 0.9)
    hand_in(tmp_path / "coding", round_of(sample, accuracy))
    found = tally(sample, Coding(finite=False), tmp_path / "coding", tmp_path / "out")
    assert adds_up(found, sample)
    assert (found.given, found.missing, found.faults, found.waiting) == (3600, 0, (), ())
    out, truth = tmp_path / "out", Counter(truths(1200))
    # Two readers are equal where both are right, or both wrong in the same way: what chance gives is alike.
    same, chance = 0.81 + 0.01 / 3, 0.0
    for key in SUBJECTS:
        share = truth[key] / 1200
        chance += (share * 0.9 + (1 - share) * 0.1 / 3) ** 2
    (agreed,) = rows(out, "public/coding_agreement", agency="all", question="about")
    expected = 1 - (1 - same) / (1 - chance)
    assert agreed["alpha_low"] < expected < agreed["alpha_high"]
    assert agreed["krippendorff_alpha"] == pytest.approx(expected, abs=0.04)
    (perfect,) = rows(out, "public/coding_agreement", agency="bell", question="act")
    assert (perfect["unanimous"], perfect["krippendorff_alpha"]) == (1.0, 1.0)
    for row in rows(out, "public/coding_tally", agency="all", question="act"):
        low, high = proportion_confint(row["alerts"], row["decided"], method="wilson")
        assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-9)
        assert row["alerts"] == (truth["theft"] if row["answer"] == "yes" else 1200 - truth["theft"])
    # By e-mails: each alert as often as it was sent.
    emails = np.array([each.emails for each in sample.alerts])
    theft = np.array([each == "theft" for each in truths(1200)])
    (sent,) = rows(out, "public/coding_shares", agency="all", question="act", answer="yes", by="e-mails")
    assert sent["share"] == pytest.approx((emails * theft).sum() / emails.sum(), abs=1e-12)
    assert sent["ci_low"] < sent["share"] < sent["ci_high"]


@pytest.mark.long
def test_a_careless_reader_stands_out(tmp_path: Path, hand_in: HandIn):
    sample = sample_of(400)
    hand_in(tmp_path / "coding", round_of(sample, {"anna": 0.97, "bob": 0.6, "cleo": 0.97}))
    tally(sample, Coding(), tmp_path / "coding", tmp_path / "out")
    found = {row["reader"]: row for row in rows(tmp_path / "out", "private/coding_readers", question="about")}
    assert (
        found["bob"]["krippendorff_alpha"]
        < min(found[r]["krippendorff_alpha"] for r in ("anna", "cleo")) - 0.1
    )
    assert found["bob"]["alpha_without"] > max(found[r]["alpha_without"] for r in ("anna", "cleo")) + 0.3
    confused = rows(tmp_path / "out", "public/coding_confusion", question="about")
    assert sum(row["pairs"] for row in confused) == 1200
    assert all(SUBJECTS.index(row["answer"]) <= SUBJECTS.index(row["other"]) for row in confused)


@pytest.mark.long
def test_the_same_bytes_whatever_the_order_in_which_files_came(tmp_path: Path, hand_in: HandIn):
    sample = sample_of(30, (*READERS, "dora"), reviews=2)
    reviews = round_of(sample, {**dict.fromkeys(READERS, 0.8), "dora": 0.5})
    seen = set()
    for place, order in enumerate(permutations((*READERS, "dora"))):
        if place % 5:
            continue
        folder = tmp_path / str(place)
        for reader in order:
            hand_in(folder / "coding", [one for one in reviews if one.reader == reader][:: (-1) ** place])
        found = tally(sample, Coding(), folder / "coding", folder / "out")
        assert adds_up(found, sample)
        paths = [folder / "coding/to_decide.csv", *(folder / f"out/{name}.parquet" for name in NAMES)]
        seen.add((hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest(), str(found)))
    assert len(seen) == 1


def test_an_agency_of_which_not_all_are_drawn_is_not_certain(tmp_path: Path, hand_in: HandIn):
    # 5 of 6 alerts of bell: by the weights there are 5.3 of it. An agency may have the name of all of them.
    sample = replace(sample_of(10, weight=1.06, agencies=("all", "bell")), sizes={"all": 5, "bell": 6})
    hand_in(tmp_path / "coding", round_of(sample, dict.fromkeys(READERS, 1.0)))
    tally(sample, Coding(), tmp_path / "coding", tmp_path / "out")
    found = {row["agency"]: row for row in rows(tmp_path / "out", "public/coding_tally", answer="yes")}
    assert {name: row["decided"] for name, row in found.items()} == {
        "all": 10,
        "all (agency)": 5,
        "bell": 5,
    }
    assert found["bell"]["ci_low"] < found["bell"]["share"] < found["bell"]["ci_high"]
    own = found["all (agency)"]
    assert own["ci_low"] == own["share"] == own["ci_high"]


def test_several_answers_are_counted_one_by_one(tmp_path: Path, hand_in: HandIn):
    sample = sample_of(2, kind="several")
    said = [("theft+pet", "theft", "theft+pet"), ("", "", "noise")]
    hand_in(
        tmp_path / "coding",
        [
            review(sample, number, reader, act="no", about=about)
            for number, given in enumerate(said, 1)
            for reader, about in zip(READERS, given, strict=True)
        ],
    )
    found = tally(sample, Coding(), tmp_path / "coding", tmp_path / "out")
    assert (found.decided, found.faults) == (2, ())
    counted = rows(tmp_path / "out", "public/coding_tally", agency="all", question="about")
    assert {row["answer"]: row["alerts"] for row in counted} == {"theft": 1, "pet": 1, "noise": 0, "other": 0}
    decided = rows(tmp_path / "out", "private/coding_decided", question="about")
    assert [
        (row["answer"], row["how"], row["votes"]) for row in sorted(decided, key=lambda r: r["alert_id"])
    ] == [
        ("theft; pet", "majority", 2),
        ("", "majority", 2),
    ]
