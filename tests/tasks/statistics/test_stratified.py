"""Shares of a stratified sample, against a computation of their own and what repeated drawing shows."""

import math

import numpy as np
import pytest

from tasks.statistics.shares import wilson
from tasks.statistics.stratified import Strata, strata_of, weighted_share


def slowly(strata: Strata, has: np.ndarray, size: np.ndarray) -> tuple[float, float]:
    """The share and its standard error by the textbook's sums over strata, thing by thing."""
    things = list(zip(strata.of.tolist(), has.tolist(), size.tolist(), strict=True))
    above = below = 0.0
    for stratum, large in enumerate(strata.sizes.tolist()):
        own = [(y, x) for of, y, x in things if of == stratum]
        above += large / len(own) * sum(x * y for y, x in own)
        below += large / len(own) * sum(x for _, x in own)
    ratio = above / below
    variance = 0.0
    for stratum, large in enumerate(strata.sizes.tolist()):
        residuals = [x * (y - ratio) for of, y, x in things if of == stratum]
        few, mean = len(residuals), sum(residuals) / len(residuals)
        square = sum((each - mean) ** 2 for each in residuals) / (few - 1)
        variance += large**2 * (1 - few / large) * square / few
    return ratio, math.sqrt(variance) / below


def test_share_and_error_are_those_of_the_textbook():
    generator = np.random.default_rng(3)
    of = generator.integers(0, 4, 200)
    strata = Strata(of, np.array([300.0, 90.0, 1000.0, 250.0]))
    has = generator.integers(0, 2, 200).astype(np.float64)
    size = generator.poisson(3, 200).astype(np.float64)
    found = weighted_share(strata, has, size)
    assert found is not None
    assert (found.share, found.error) == pytest.approx(slowly(strata, has, size), abs=1e-12)
    assert found.low < found.share < found.high


@pytest.mark.parametrize(("successes", "drawn"), [(0, 12), (1, 12), (5, 40), (12, 12)])
@pytest.mark.parametrize("population", [None, 90])
def test_of_a_simple_sample_the_interval_is_wilsons(successes: int, drawn: int, population: int | None):
    strata = Strata(np.zeros(drawn, dtype=np.int64), np.array([90.0]))
    has = (np.arange(drawn) < successes).astype(np.float64)
    found = weighted_share(strata, has, np.ones(drawn), finite=population is not None)
    plain = wilson(successes, drawn, population)
    assert found is not None
    assert (found.share, found.low, found.high) == pytest.approx(
        (plain.share, plain.low, plain.high), abs=1e-12
    )


def test_a_sample_of_all_is_certain_and_one_of_half_is_not():
    of = np.repeat([0, 1], 10)
    has = (np.arange(20) % 3 == 0) * 1.0
    whole = weighted_share(Strata(of, np.array([10.0, 10.0])), has, np.ones(20))
    assert whole is not None
    assert whole.low == whole.high == whole.share == 0.35
    part = weighted_share(Strata(of, np.array([20.0, 20.0])), has, np.ones(20))
    assert part is not None
    assert part.low < 0.35 < part.high


def test_of_a_group_that_is_a_whole_stratum_all_is_known_if_all_of_it_is_drawn():
    # Five of five, alike; the fifty others are another group.
    strata = Strata(np.repeat([0, 1], [5, 10]), np.array([5.0, 50.0]))
    group = np.repeat([1.0, 0.0], [5, 10])
    found = weighted_share(strata, np.zeros(15), group)
    assert found is not None
    assert (found.low, found.high) == (0.0, 0.0)
    others = weighted_share(strata, np.zeros(15), 1 - group)
    assert others is not None
    # As many as tell as much: 10 of 50, of 55 in all.
    assert others.high == pytest.approx(wilson(0, 10 / 0.8 * 54 / 55).high, abs=1e-12)


def test_a_stratum_of_which_all_is_known_makes_nothing_of_the_others_sure():
    # The one with the property is in the stratum of which all is drawn; of 28 of 140 others, none has it.
    strata = Strata(np.repeat([0, 1], [12, 28]), np.array([12.0, 140.0]))
    found = weighted_share(strata, np.array([1.0, *[0.0] * 39]), np.ones(40))
    assert found is not None
    assert found.share == pytest.approx(1 / 152)
    as_many = 152**2 / (0.8 * 28 * 5**2) * 151 / 152
    plain = wilson(as_many / 152, as_many)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=1e-12)
    assert found.high > 0.09


def test_strata_of_one_thing_are_taken_together():
    strata = Strata(np.array([0, 0, 0, 1, 2]), np.array([30.0, 10.0, 12.0]))
    has = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    found = weighted_share(strata, has, np.ones(5))
    assert found is not None
    assert found.share == pytest.approx((10 + 10) / 52)
    # By hand: residuals by their weights, strata 1 and 2 as one of 2 things of 22.
    share = 20 / 52
    first = (1 - 3 / 30) * 3 * np.var([10 * (1 - share), -10 * share, -10 * share], ddof=1)
    rest = (1 - 2 / 22) * 2 * np.var([10 * (1 - share), -12 * share], ddof=1)
    assert found.error == pytest.approx(math.sqrt(first + rest) / 52, abs=1e-12)


def test_what_is_not_decided_is_stood_for_by_its_stratum():
    strata = strata_of(["b", "a", "b", "c"], [5.0, 2.0, 5.0, 9.0], [True, True, False, False])
    assert strata.of.tolist() == [1, 0]
    assert strata.sizes.tolist() == [2.0, 10.0]
    assert weighted_share(strata, np.ones(2), np.zeros(2)) is None


@pytest.mark.long
def test_intervals_hold_the_truth_as_often_as_they_say():
    # 3,000 alerts in three strata; how often one was sent has a long tail, and goes with what it is about.
    generator = np.random.default_rng(8)
    of = np.repeat([0, 1, 2], [1500, 1000, 500])
    has = (generator.random(3000) < np.array([0.1, 0.3, 0.6])[of]) * 1.0
    size = np.ceil(generator.lognormal(1 + 0.4 * has, 0.8))
    group = (generator.random(3000) < 0.4) * 1.0
    covered = dict.fromkeys(("things", "sent", "group"), 0)
    for _ in range(400):
        chosen = np.concatenate(
            [
                generator.choice(np.flatnonzero(of == h), n, replace=False)
                for h, n in ((0, 100), (1, 100), (2, 50))
            ]
        )
        strata = Strata(of[chosen], np.array([1500.0, 1000.0, 500.0]))
        for name, by in (("things", np.ones(3000)), ("sent", size), ("group", size * group)):
            truth = float((by * has).sum() / by.sum())
            found = weighted_share(strata, has[chosen], by[chosen])
            assert found is not None
            covered[name] += found.low <= truth <= found.high
    # Of 400 at 95 %: fewer than 367 would be seen once in 200 times.
    assert min(covered.values()) >= 367, covered
