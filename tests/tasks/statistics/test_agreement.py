"""Krippendorff's alpha, against published examples and a computation pair by pair."""

from itertools import permutations

import numpy as np
import pytest

from tasks.statistics.agreement import against_others, agreement


def counts_of(*readers: str) -> np.ndarray:
    """Counts of answers, from a line of answers for each reader; a blank is missing."""
    answers = sorted({answer for line in readers for answer in line} - {" "})
    units = [[line[unit] for line in readers] for unit in range(len(readers[0]))]
    return np.array([[unit.count(answer) for answer in answers] for unit in units])


def test_the_example_of_four_readers_with_missing_answers():
    # Krippendorff, K. (2011): Computing Krippendorff's alpha-reliability, example D: nominal alpha 0.743.
    readers = ("123321412   ", "1233224125 3", " 3332342251 ", "12332441251 ")
    found = agreement(counts_of(*readers), draws=0)
    assert found.alpha == pytest.approx(0.743421052631579, abs=1e-9)
    assert (found.units, found.values) == (11, 40)


def test_the_example_of_two_readers_and_two_answers():
    # The same, example A: alpha 0.095.
    found = agreement(counts_of("0100000000", "1110010100"), draws=0)
    assert found.alpha == pytest.approx(1 - 19 * 8 / (2 * 14 * 6), abs=1e-12)
    assert found.alpha == pytest.approx(0.095, abs=5e-4)
    assert found.percent == pytest.approx(0.6)


def test_the_value_of_another_program():
    # By the package krippendorff 0.9.0 (Castro, S.), nominal, of the same answers.
    found = agreement(counts_of("123321412 ", "1233224125", " 333234225", "1233244125"), draws=0)
    assert found.alpha == pytest.approx(0.728937728937729, abs=1e-12)


def by_pairs(counts: np.ndarray) -> float:
    """Alpha from the matrix of coincidences, pair by pair."""
    size = counts.shape[1]
    coincidences = np.zeros((size, size))
    for row in counts:
        answers = [answer for answer in range(size) for _ in range(row[answer])]
        if len(answers) > 1:
            for one, other in permutations(range(len(answers)), 2):
                coincidences[answers[one], answers[other]] += 1 / (len(answers) - 1)
    margins = coincidences.sum(axis=0)
    unlike = coincidences.sum() - np.trace(coincidences)
    chance = (margins.sum() ** 2 - (margins**2).sum()) / (margins.sum() - 1)
    return float(1 - unlike / chance)


def test_alpha_is_that_of_the_coincidences():
    generator = np.random.default_rng(5)
    counts = generator.multinomial(3, [0.5, 0.3, 0.2], size=60)
    counts[:7] = 0
    counts[7:20, 0] += 1
    found = agreement(counts)
    assert found.alpha == pytest.approx(by_pairs(counts), abs=1e-12)
    assert found.low is not None
    assert found.high is not None
    assert found.low < by_pairs(counts) < found.high
    assert found == agreement(counts)
    assert found != agreement(counts, seed=1)


def test_the_bootstrap_covers_the_truth_as_often_as_it_says():
    # Readers who answer right in 8 of 10 cases, else by chance: alpha of the whole population is known.
    generator = np.random.default_rng(11)
    truth = generator.integers(0, 3, size=200_000)
    answers = np.where(
        generator.random((200_000, 3)) < 0.8, truth[:, None], generator.integers(0, 3, (200_000, 3))
    )
    counts = np.stack([(answers == answer).sum(axis=1) for answer in range(3)], axis=1)
    whole = agreement(counts, draws=0).alpha
    assert whole is not None
    covered = 0
    for sample in range(100):
        found = agreement(counts[sample * 150 : (sample + 1) * 150], draws=200)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= whole <= found.high
    assert covered >= 88  # of 100 at 95 %: fewer than 88 would be seen once in 300 times


@pytest.mark.parametrize(
    ("counts", "percent"), [([[1, 0], [0, 1]], None), ([[3, 0], [2, 0]], 1.0), ([], None)], ids=str
)
def test_where_alpha_is_not_defined_it_is_missing(counts: list, percent: float | None):
    found = agreement(np.array(counts, dtype=np.int64).reshape(-1, 2))
    assert (found.alpha, found.low, found.high, found.percent) == (None, None, None, percent)


def test_where_all_agree_alpha_is_1_and_no_interval_says_that_it_is_sure():
    found = agreement(np.array([[3, 0], [3, 0], [0, 2]]))
    assert (found.alpha, found.low, found.high) == (1.0, None, None)


def test_one_reader_against_the_others_is_alpha_of_the_pairs_with_that_reader():
    generator = np.random.default_rng(9)
    answers = generator.integers(0, 3, size=(50, 4))
    counts = np.stack([(answers == answer).sum(axis=1) for answer in range(3)], axis=1)
    own = np.stack([answers[:, 0] == answer for answer in range(3)], axis=1).astype(np.int64)
    coincidences = np.zeros((3, 3))
    for first, *rest in answers.tolist():
        for other in rest:
            coincidences[first, other] += 1 / 3
            coincidences[other, first] += 1 / 3
    margins, total = coincidences.sum(axis=0), 100
    chance = (total**2 - (margins**2).sum()) / (total - 1)
    found = against_others(own, counts - own)
    assert found.alpha == pytest.approx(1 - (total - np.trace(coincidences)) / chance, abs=1e-12)
    assert found.percent == pytest.approx((answers[:, :1] == answers[:, 1:]).mean(), abs=1e-12)
    assert against_others(own[:0], own[:0]).percent is None
