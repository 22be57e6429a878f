"""Many incomes at once: the same as one after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tasks.statistics.distances import distance_classes
from tasks.statistics.drawn import modified_ts, pearsons, rate_models, spearmans
from tasks.statistics.ranks import spearman
from tasks.statistics.rates import rate_model
from tasks.statistics.relation import correlation_p, pearson
from tasks.statistics.spatial import modified_t

Floats = npt.NDArray[np.float64]
EXACT = 1e-12


@pytest.fixture(scope="module")
def city() -> tuple[Floats, Floats, Floats, Floats]:
    """Sixty-five rows of incomes (more than are summed together), population, counts, places of 80 tracts."""
    generator = np.random.default_rng(9)
    places = generator.uniform(0, 20, (80, 2))
    smooth = np.sin(places[:, 0] / 4) + np.cos(places[:, 1] / 5)
    income = np.round(60_000 + 15_000 * smooth + generator.normal(0, 8_000, (65, 80)), -3)
    population = generator.integers(600, 8_000, 80).astype(float)
    count = generator.poisson(population * 0.003 * np.exp(0.3 * smooth)).astype(float)
    return income, population, count, places


def test_correlations_and_ranks_are_those_of_each_row(city: tuple[Floats, Floats, Floats, Floats]):
    income, population, count, _ = city
    rate = count / population * 1000
    plain, ranks = pearsons(income, rate), spearmans(income, rate)
    for row, own in enumerate(income):
        r, rho = pearson(own, rate), spearman(own, rate)
        assert (plain.r[row], plain.p[row]) == pytest.approx((r, correlation_p(r, 78)), rel=EXACT)
        assert (ranks.r[row], ranks.p[row]) == pytest.approx((rho.rho, rho.p), rel=EXACT)


def test_rate_models_are_those_of_each_row(city: tuple[Floats, Floats, Floats, Floats]):
    income, population, count, _ = city
    found = rate_models(count, population, income)
    for row, own in enumerate(income):
        single = rate_model(count, population, own)
        assert single is not None
        given = (np.exp(found.slope[row]), found.p[row], found.dispersion[row])
        assert given == pytest.approx((single.ratio, single.p, single.dispersion), rel=EXACT)


def test_modified_t_tests_are_those_of_each_row(city: tuple[Floats, Floats, Floats, Floats]):
    income, population, count, places = city
    rate = count / population * 1000
    found = modified_ts(income, rate, distance_classes(places))
    for row, own in enumerate(income):
        single = modified_t(own, rate, places)
        assert single is not None
        if single.effective_n <= len(rate):
            given = (found.effective_n[row], found.p[row])
            assert given == pytest.approx((single.effective_n, single.p), rel=EXACT)


def test_effective_n_is_at_most_n():
    """Neighbors that are unlike in both: the formula would give more than there are."""
    places = np.column_stack([np.arange(40.0), np.zeros(40)])
    checker = np.tile([1.0, -1.0], 20)
    rate = checker * 2 + np.linspace(0, 0.1, 40)
    found = modified_ts(np.stack([checker, np.linspace(0, 1, 40)]), rate, distance_classes(places))
    assert np.all((found.effective_n <= 40.0) | np.isnan(found.effective_n))


def test_a_row_without_a_model_does_not_disturb_the_others():
    """The richest tract has all the posts: the best slope is infinite."""
    income = np.stack([np.linspace(2e4, 9e4, 12), np.r_[9e4, 1e4, np.linspace(2e4, 9e4, 10)]])
    count = np.zeros(12)
    count[-1] = 30.0
    count[0] = 0.0
    single = [rate_model(count, np.full(12, 1000.0), own) for own in income]
    found = rate_models(count, np.full(12, 1000.0), income)
    for row, one in enumerate(single):
        assert np.isnan(found.p[row]) == (one is None)
    assert np.all(np.isnan(rate_models(np.zeros(12), np.full(12, 1000.0), income).p))
