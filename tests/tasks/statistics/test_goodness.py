"""Whether a sample is like its population, against distributions that are known."""

import numpy as np
import pytest
from scipy import stats

from tasks.statistics.goodness import goodness


def test_the_statistic_is_that_of_scipy():
    everything, drawn = np.array([[400, 300, 200, 100]]), np.array([[35, 34, 25, 6]])
    found = goodness(everything, drawn)
    expected = 100 * everything[0] / 1000
    assert found.expected == pytest.approx(expected, abs=1e-9)
    assert found.statistic == pytest.approx(stats.chisquare(drawn[0], expected).statistic, abs=1e-9)


def test_p_of_two_values_is_that_of_the_hypergeometric_distribution():
    everything, drawn = np.array([[30, 10]]), np.array([[18, 2]])
    numbers = np.arange(21)
    chance = stats.hypergeom(40, 30, 20).pmf(numbers)
    exact = chance[np.abs(numbers - 15) >= 3 - 1e-9].sum()
    # 9,999 draws: a standard error of 0.002
    assert goodness(everything, drawn).p == pytest.approx(exact, abs=0.01)


def test_p_of_a_small_share_of_many_is_near_that_of_chi_squared():
    everything, drawn = np.array([[4000, 3000, 2000, 1000]]) * 10, np.array([[360, 330, 210, 100]])
    asymptotic = stats.chisquare(drawn[0], everything[0] / 100).pvalue
    assert goodness(everything, drawn).p == pytest.approx(asymptotic, abs=0.02)


def test_p_allows_for_drawing_without_replacement():
    # With replacement, 290 of 400 and 110 of 200 would be nothing odd; of 500 and 250 nearly all are drawn.
    drawn = np.array([[390, 210]])
    assert stats.chisquare(drawn[0], [400, 200]).pvalue > 0.3
    assert goodness(np.array([[500, 250]]), drawn).p == pytest.approx(0.05, abs=0.04)


def test_of_samples_at_random_one_in_twenty_has_a_p_below_a_twentieth():
    generator = np.random.default_rng(1)
    months = np.array([[90, 60, 30, 12, 5, 2, 1]])
    drawn = generator.multivariate_hypergeometric(months[0], 60, 300)
    found = [goodness(months, each[None, :], seed=at, draws=199).p for at, each in enumerate(drawn)]
    assert (
        5 <= sum(p is not None and p <= 0.05 for p in found) <= 27
    )  # 15 on average, with a standard deviation of 3.8


def test_strata_are_drawn_by_themselves():
    # By agency the numbers are fixed; by kind each agency has chance of its own.
    by_agency = np.array([[50, 0], [0, 200]])
    fixed = goodness(by_agency, np.array([[25, 0], [0, 25]]))
    assert fixed.p is None
    assert fixed.expected.tolist() == [25, 25]
    by_kind = goodness(np.array([[25, 25], [200, 0]]), np.array([[20, 5], [25, 0]]))
    assert by_kind.expected.tolist() == [37.5, 12.5]
    assert by_kind.p is not None
    assert by_kind.p < 0.05


def test_a_sample_of_nothing_or_of_everything_has_no_p():
    everything = np.array([[3, 4]])
    assert goodness(everything, everything).p is None
    assert goodness(everything, np.zeros_like(everything)).p is None


def test_the_same_seed_gives_the_same_p():
    case = np.array([[30, 10, 5]]), np.array([[12, 2, 1]])
    assert goodness(*case, seed=4).p == goodness(*case, seed=4).p
