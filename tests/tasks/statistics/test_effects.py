"""The effect of one city, beside statsmodels."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.statistics.contrast import error_among_neighbors
from tasks.statistics.effects import effect_of, interval_of
from tasks.statistics.rates import RateModel, rate_model
from tasks.statistics.spatial import modified_t
from tests.second import sm, stats


@pytest.mark.parametrize("seed", range(3))
def test_the_interval_is_that_of_the_ratio_of_rich_and_poor(seed: int):
    rng = np.random.default_rng(seed)
    income = np.round(rng.lognormal(11, 0.5, 120))
    population = rng.integers(200, 9_000, 120).astype(float)
    mean = population * 2e-3 * np.exp(0.05 * (income / 1e4 - 6))
    count = rng.negative_binomial(2, 2 / (2 + mean)).astype(float)
    model = rate_model(count, population, income)
    assert model is not None
    fit = sm.GLM(
        count, sm.add_constant(income / 10_000), family=sm.families.Poisson(), offset=np.log(population)
    ).fit(scale="X2", use_t=True, tol=1e-14, maxiter=200)
    assert (model.slope, model.error) == pytest.approx((fit.params[1], fit.bse[1]), rel=1e-9)
    effect = effect_of(model, 120, 400.0)
    assert effect is not None
    assert effect.ratio == model.ratio
    half = stats.t.ppf(0.975, 118) * error_among_neighbors(model, 120, 120.0)
    ends = np.array([model.slope - half, model.slope + half])
    assert effect.interval == pytest.approx(tuple(np.exp(ends)), rel=1e-9)
    assert effect.over(25_000.0).interval == pytest.approx(tuple(np.exp(2.5 * ends)), rel=1e-9)


MODEL = RateModel(ratio=np.exp(0.1), p=0.01, dispersion=2.0, slope=0.1, error=0.03)


def test_neighbors_that_are_alike_widen_the_interval():
    effect = effect_of(MODEL, 102, 27.0)
    assert effect is not None
    # A quarter of the information: twice the error, with caution, and t of 25 degrees of freedom
    half = 2 * 0.03 * (1.10 + 0.35 * (1 - 27 / 102)) * stats.t.ppf(0.975, 25)
    assert np.log(effect.interval) == pytest.approx([0.1 - half, 0.1 + half], rel=1e-12)


@pytest.mark.long
def test_the_widened_interval_holds_the_truth_where_neighbors_are_alike():
    """Cities of 144 tracts, income and rate alike over some tracts, no relation: 95 of 100 hold 1."""
    rng = np.random.default_rng(1)
    places = np.stack(np.divmod(np.arange(144), 12), axis=1).astype(float)
    distance = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    root = np.linalg.cholesky(np.exp(-distance / 3) + 1e-9 * np.eye(144))
    plain = widened = 0
    for _ in range(200):
        field = root @ rng.normal(size=(144, 2)) * [0.35, 0.5]
        income, population = 60_000 * np.exp(field[:, 0]), rng.integers(1_000, 7_000, 144).astype(float)
        count = rng.poisson(population * 0.002 * np.exp(field[:, 1])).astype(float)
        model, modified = (
            rate_model(count, population, income),
            modified_t(income, count / population, places),
        )
        assert model is not None
        assert modified is not None
        effect = effect_of(model, 144, modified.effective_n)
        assert effect is not None
        low, high = effect.interval
        widened += low < 1 < high
        low, high = interval_of(model.slope, model.error, 142.0)
        plain += low < 1 < high
    assert plain < 160
    assert 180 < widened < 199


def test_without_information_there_is_no_effect():
    assert effect_of(MODEL, 102, 2.9) is None
    assert effect_of(RateModel(2.0, 0.0, 0.0, 0.7, 1e-17), 102, 102.0) is None


@pytest.mark.parametrize("error", [0.2, 1e6])
def test_an_interval_is_finite_however_little_is_known(error: float):
    low, high = interval_of(0.1, error, 1.0)
    assert 0 < low < 1 < high < np.inf
