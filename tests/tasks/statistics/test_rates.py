"""Spearman's rho and the rate model, beside R, scipy, pandas and statsmodels."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tasks.statistics.ranks import spearman
from tasks.statistics.rates import RateModel, rate_model
from tests.second import optimize, sm, stats

Floats = npt.NDArray[np.float64]


def made(count: Floats, population: Floats, income: Floats) -> RateModel:
    found = rate_model(count, population, income)
    assert found is not None
    return found


def test_the_ranks_of_r_for_mtcars(mtcars: tuple[Floats, Floats]):
    # R 4.2.2: cor.test(~ mpg + wt, mtcars, method = "spearman", exact = FALSE), estimate and p.value
    found = spearman(*mtcars)
    assert found.rho == pytest.approx(-0.886422033270298, rel=1e-12)
    assert found.p == pytest.approx(1.48759485812743e-11, rel=1e-9)


def test_the_rate_model_of_r_for_mtcars():
    """The carburettors of 32 cars by horsepower, with displacement as exposure: counts as good as any."""
    carb = "4,4,1,1,2,1,4,2,2,4,4,3,3,3,4,4,4,1,2,1,1,2,2,4,2,1,2,2,4,6,8,2"
    disp = (
        "160,160,108,258,360,225,360,146.7,140.8,167.6,167.6,275.8,275.8,275.8,472,460,440,78.7,75.7,71.1,120.1,"
        "318,304,350,400,79,120.3,95.1,351,145,301,121"
    )
    power = (
        "110,110,93,110,175,105,245,62,95,123,123,180,180,180,205,215,230,66,52,65,97,150,150,245,175,66,91,113,"
        "264,175,335,109"
    )
    count, exposure, hp = (np.array(column.split(","), float) for column in (carb, disp, power))
    # R 4.2.2: q <- glm(carb ~ I(hp / 100) + offset(log(disp)), family = quasipoisson, data = mtcars)
    found = made(count, exposure, hp * 100)
    # exp(coef(q)[2]), summary(q)$coefficients[2, 4], summary(q)$dispersion; R stops its steps at 1e-8
    assert found.ratio == pytest.approx(1.00905169527167, rel=1e-7)
    assert found.p == pytest.approx(0.959097332935226, rel=1e-6)
    assert found.dispersion == pytest.approx(1.1554254988269, rel=1e-6)


def test_the_ranks_of_r_for_cars(cars: tuple[Floats, Floats]):
    # cor(cars$speed, cars$dist, method = "spearman"): 0.8303568
    assert spearman(*cars).rho == pytest.approx(0.8303568, abs=5e-8)


@pytest.mark.parametrize("seed", range(10))
def test_scipy_and_pandas_find_the_same_ranks(seed: int):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 40, (2, 150)).astype(float)  # many ties
    found, expected = spearman(x, y), stats.spearmanr(x, y)
    assert (found.rho, found.p) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9)
    assert found.rho == pytest.approx(pd.Series(x).corr(pd.Series(y), method="spearman"), rel=1e-9)


def test_ranks_in_perfect_order_have_a_p_of_zero():
    x = np.arange(12.0)
    assert (spearman(x, x**3).rho, spearman(x, x**3).p) == (1.0, 0.0)
    assert (spearman(x, -np.exp(x)).rho, spearman(x, -np.exp(x)).p) == (-1.0, 0.0)


@pytest.mark.long(7)
@pytest.mark.parametrize("seed", range(20))
def test_statsmodels_makes_the_same_rate_model(seed: int):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(10, 500))
    income = np.round(rng.lognormal(11, 0.5, n))
    population = rng.integers(200, 9_000, n).astype(float)
    mean = population * rng.uniform(1e-4, 5e-3) * np.exp(rng.uniform(-0.3, 0.3) * (income / 1e4 - 6))
    count = rng.negative_binomial(2, 2 / (2 + mean)).astype(float)
    found = made(count, population, income)
    fit = sm.GLM(
        count, sm.add_constant(income / 10_000), family=sm.families.Poisson(), offset=np.log(population)
    ).fit(scale="X2", use_t=True, tol=1e-14, maxiter=200)
    assert found.ratio == pytest.approx(np.exp(fit.params[1]), rel=1e-9)
    assert found.p == pytest.approx(fit.pvalues[1], rel=1e-6, abs=1e-9)
    assert found.dispersion == pytest.approx(fit.scale, rel=1e-9)


def test_the_rate_model_recovers_what_it_was_made_from():
    rng = np.random.default_rng(4)
    income = rng.uniform(20_000, 150_000, 2_000)
    population = rng.integers(500, 8_000, 2_000).astype(float)
    count = rng.poisson(population * 0.001 * 1.2 ** (income / 10_000)).astype(float)
    found = made(count, population, income)
    assert found.ratio == pytest.approx(1.2, abs=0.01)
    assert found.dispersion == pytest.approx(1.0, abs=0.1)
    assert found.p < 1e-10


def test_a_perfect_fit_has_a_p_of_zero():
    income = np.arange(10.0) * 10_000
    found = made(np.array([2.0**step for step in range(10)]), np.full(10, 5_000.0), income)
    assert found.ratio == pytest.approx(2.0, rel=1e-12)
    assert found.p < 1e-12


def test_one_crowded_tract_does_not_break_the_steps():
    income = np.linspace(20_000, 120_000, 40)
    count = np.zeros(40)
    count[[3, 39]] = 1, 50_000
    population = np.linspace(1_000, 4_000, 40)
    x = income / 10_000

    def score(slope: float) -> float:
        """How far a slope is from the greatest likelihood, with the best intercept for it."""
        weight = population * np.exp(slope * (x - x.max()))
        return float(np.sum(count * x) - count.sum() * np.sum(weight * x) / np.sum(weight))

    # statsmodels itself gives up here, its weights overflow.
    expected = np.exp(optimize.brentq(score, 0, 100, xtol=1e-14))
    assert made(count, population, income).ratio == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("place", [0, -1])
def test_counts_that_income_separates_make_no_model(place: int):
    count = np.zeros(12)
    count[place] = 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rate_model(count, np.full(12, 1_000.0), np.linspace(0, 55_000, 12)) is None


def test_no_posts_make_no_model():
    assert rate_model(np.zeros(12), np.full(12, 1_000.0), np.arange(12.0)) is None


@pytest.mark.long
@given(
    hnp.arrays(np.float64, 12, elements=st.sampled_from([0.0, 1.0, 2.0, 40.0, 9_000.0])),
    hnp.arrays(np.float64, 12, elements=st.sampled_from([1.0, 700.0, 40_000.0])),
    st.sampled_from([1e-3, 1.0, 5e3, 1e5]),
)
def test_a_rate_model_is_whole_or_none(count: Floats, population: Floats, unit: float):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = rate_model(count, population, np.arange(12.0) % 5 * unit)
    if found is not None:
        assert np.isfinite([found.ratio, found.p, found.dispersion]).all()
        assert 0 <= found.p <= 1
        assert found.ratio >= 0
