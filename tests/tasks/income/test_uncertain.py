"""Incomes drawn within their margins of error, beside each draw examined by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from data.settings import Tests
from tasks.income.deciles import cut_points, decile_of
from tasks.income.judge import judge
from tasks.income.sample import Sample
from tasks.income.uncertain import Exactness, drawn_incomes, income_error_row, same_decile
from tasks.statistics.relation import relate

Floats = npt.NDArray[np.float64]
THRESHOLD = 0.002
SIDE = 9
N = SIDE * SIDE


def city(slope: float = 0.0, seed: int = 1) -> Sample:
    """Tracts on a grid, whose counts rise with income."""
    generator = np.random.default_rng(seed)
    at = np.array([(x, y) for y in range(SIDE) for x in range(SIDE)], dtype=float)
    near = np.max(np.abs(at[:, None] - at[None, :]), axis=2) == 1
    income = np.round(generator.uniform(30_000, 120_000, N))
    population = generator.integers(1_000, 8_000, N).astype(float)
    mean = population * 0.004 * np.exp(slope * (income - 75_000) / 10_000)
    count = generator.poisson(mean).astype(float)
    geoids = tuple(f"{tract:011d}" for tract in range(N))
    return Sample(geoids, income, population, count, at, sparse.csr_array(near.astype(float)), 17)


def exact(margin: Floats | float, top: tuple[int, ...] = (), bottom: tuple[int, ...] = ()) -> Exactness:
    flags = np.zeros((2, N), bool)
    flags[0, list(top)], flags[1, list(bottom)] = True, True
    return Exactness(np.broadcast_to(np.asarray(margin, float), N).copy(), flags[0], flags[1])


@pytest.mark.long
@pytest.mark.parametrize("slope", [0.0, 0.06, -0.25])
def test_the_row_is_what_each_draw_gives_by_itself(slope: float):
    sample, exactness, tests = city(slope), exact(20_000.0), Tests(draws=30)
    judged = judge(sample, THRESHOLD, tests)
    row = income_error_row(sample, judged, exactness, THRESHOLD, tests)
    draws = drawn_incomes(sample.income, exactness, 30, sample.seed)
    each = [judge(replace(sample, income=own), THRESHOLD, tests) for own in draws]
    assert row["same_direction"] == np.mean([one.direction == judged.direction for one in each])
    assert row["same_verdict"] == np.mean([one.verdict == judged.verdict for one in each])
    r = [found.r for own in draws if (found := relate(own, sample.rate))]
    assert (row["r_low"], row["r_high"]) == pytest.approx(tuple(np.quantile(r, [0.025, 0.975])), rel=1e-12)
    own = decile_of(sample.income, cut_points(sample.income))
    stays = np.mean([decile_of(drawn, cut_points(drawn)) == own for drawn in draws])
    assert row["same_decile"] == same_decile(sample.income, draws) == pytest.approx(stays, rel=1e-12)
    assert row["relative_margin"] == pytest.approx(np.median(20_000.0 / sample.income), rel=1e-12)


def test_drawing_adds_error_a_second_time_so_that_r_is_nearer_to_zero():
    sample, tests = city(0.25), Tests()
    judged = judge(sample, THRESHOLD, tests)
    row = income_error_row(sample, judged, exact(40_000.0), THRESHOLD, tests)
    assert 0 < row["r_low"] < row["r_high"] < row["pearson_r"]
    assert row["reliability"] == pytest.approx(
        1 - (40_000 / 1.645) ** 2 / np.var(sample.income, ddof=1), rel=1e-12
    )


def test_the_standard_error_is_the_margin_by_1645_and_the_seed_is_the_citys():
    income = np.full(4_000, 100_000.0)
    none = np.zeros(4_000, bool)
    given = Exactness(np.full(4_000, 16_450.0), none, none)
    found = drawn_incomes(income, given, 5, 3)
    assert np.std(found - income) == pytest.approx(10_000, rel=0.02)
    assert np.array_equal(found, drawn_incomes(income, given, 5, 3))
    assert not np.array_equal(found, drawn_incomes(income, given, 5, 4))


def test_incomes_without_a_margin_or_beyond_the_scale_stay_and_no_draw_leaves_the_scale():
    income = np.array([250_001.0, 2_499.0, 60_000.0, 240_000.0, 4_000.0, 50_000.0])
    top, bottom = np.zeros(6, bool), np.zeros(6, bool)
    top[0] = bottom[1] = True
    given = Exactness(np.array([9_000.0, 9_000.0, np.nan, 90_000.0, 90_000.0, 0.0]), top, bottom)
    assert given.known.tolist() == [False, False, False, True, True, False]
    found = drawn_incomes(income, given, 400, 9)
    assert np.all(found[:, [0, 1, 2, 5]] == income[[0, 1, 2, 5]])
    assert found.min() == 2_499.0
    assert found.max() == 250_001.0
    assert found[:, 3].max() == 250_001.0


@pytest.mark.parametrize(
    ("margin", "tests", "words"),
    [
        (np.nan, Tests(), "the tables of the Census give no margin of error"),
        (9_000.0, Tests(draws=0), "no draws are wanted ([tests] draws = 0)"),
    ],
)
def test_where_nothing_is_drawn_the_row_says_why(margin: float, tests: Tests, words: str):
    sample = city()
    row = income_error_row(
        sample, judge(sample, THRESHOLD, tests), exact(margin, (1, 2), (3,)), THRESHOLD, tests
    )
    assert row["words"].startswith(words)
    assert (row["draws"], row["n"], row["top_coded"], row["bottom_coded"]) == (0, N, 2, 1)
    assert "r_low" not in row


def test_a_city_with_few_tracts_is_not_drawn():
    few = city().only(np.arange(N) < 9)
    given = Exactness(np.full(9, 9_000.0), np.zeros(9, bool), np.zeros(9, bool))
    row = income_error_row(few, judge(few, THRESHOLD, Tests()), given, THRESHOLD, Tests())
    assert (row["words"], row["tracts_with_margin"], row["draws"]) == ("not testable", 9, 0)


def test_the_rank_test_does_not_see_how_far_above_the_end_of_the_scale_an_income_is():
    sample = city(0.1)
    richest = sample.income >= np.sort(sample.income)[-5]
    found = [
        judge(replace(sample, income=np.where(richest, end, sample.income)), THRESHOLD, Tests())
        for end in (250_001.0, 400_000.0)
    ]
    assert found[0].ranks == found[1].ranks
    assert found[0].relation != found[1].relation
