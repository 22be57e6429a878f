"""Correlation and line, beside R, statsmodels and scipy."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tasks.income.deciles import decile_rows
from tasks.statistics.relation import (
    Relation,
    correlation_p,
    decile_relation,
    direction,
    is_constant,
    relate,
    residuals,
    tract_relation,
)
from tests.second import sm, stats

Floats = npt.NDArray[np.float64]


def related(x: Floats, y: Floats) -> Relation:
    found = relate(x, y)
    assert found is not None
    return found


def city(income: list[float], count: list[int], population: int = 1000) -> pd.DataFrame:
    frame = pd.DataFrame({"income": income, "count": count, "population": population})
    frame["rate"] = frame["count"] / frame["population"] * 1000
    return frame


def test_the_numbers_of_r_for_cars(cars: tuple[Floats, Floats]):
    found = related(*cars)
    # cor.test(cars$speed, cars$dist): t = 9.464, df = 48, p-value = 1.49e-12, cor 0.8068949
    assert found.r == pytest.approx(0.8068949, abs=5e-8)
    assert found.p == pytest.approx(1.49e-12, rel=5e-3)
    # summary(lm(dist ~ speed, cars)): -17.5791, 3.9324, Multiple R-squared 0.6511, p-value 1.49e-12
    assert found.intercept == pytest.approx(-17.5791, abs=5e-5)
    assert found.slope == pytest.approx(3.9324, abs=5e-5)
    assert found.r_squared == pytest.approx(0.6511, abs=5e-5)
    assert found.slope_p == pytest.approx(1.49e-12, rel=5e-3)


def test_the_numbers_of_r_for_mtcars(mtcars: tuple[Floats, Floats]):
    found = related(*mtcars)
    # R 4.2.2, options(digits = 15): cor.test(mtcars$wt, mtcars$mpg), estimate and p.value
    assert found.r == pytest.approx(-0.867659376517228, rel=1e-12)
    assert found.p == pytest.approx(1.29395870135052e-10, rel=1e-9)
    # m <- lm(mpg ~ wt, mtcars): coef(m), summary(m)$r.squared, summary(m)$coefficients[2, 4]
    line = (found.intercept, found.slope)
    assert line == pytest.approx((37.28512616734203, -5.34447157272268), rel=1e-12)
    assert found.r_squared == pytest.approx(0.752832793658264, rel=1e-12)
    assert found.slope_p == pytest.approx(1.29395870135052e-10, rel=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_statsmodels_and_scipy_find_the_same(seed: int):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(10, 400))
    x = np.round(rng.lognormal(11, 0.5, n))
    y = 2 + rng.normal(0, 2, n) + rng.uniform(-3, 3) * x / 1e5
    found = related(x, y)
    fit = sm.OLS(y, sm.add_constant(x)).fit()
    assert (found.intercept, found.slope) == pytest.approx(tuple(fit.params), rel=1e-9)
    assert found.slope_p == pytest.approx(fit.pvalues[1], rel=1e-9)
    assert found.r_squared == pytest.approx(fit.rsquared, rel=1e-9)
    expected = stats.pearsonr(x, y)
    assert (found.r, found.p) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9)
    assert np.allclose(residuals(x, y, found), fit.resid, rtol=0, atol=1e-9)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_perfect_line_has_a_p_of_zero_and_no_residuals(sign: int):
    x = np.linspace(20_000, 90_000, 14)
    y = 1 / 3 + sign * x / 7e4
    found = related(x, y)
    assert found.r == pytest.approx(sign, abs=1e-15)
    assert 0 <= found.p < 1e-12
    assert not residuals(x, y, found).any()


def test_a_p_is_never_missing_at_the_ends_of_r():
    assert correlation_p(1.0, 1) == correlation_p(-1.0, 0.01) == 0.0
    assert correlation_p(0.0, 1) == 1.0
    assert 0 < correlation_p(np.nextafter(1.0, 0.0), 1) < 1e-7


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1.0, 2.0], [1.0, 3.0]),
        ([5.0] * 12, list(range(12))),
        (list(range(12)), [0.0] * 12),
        (list(range(12)), [0.1 + 0.2] * 6 + [0.3] * 6),
        ([], []),
    ],
    ids=["two points", "one income", "no posts", "constant but for rounding", "nothing"],
)
def test_what_does_not_vary_is_not_testable(x: list[float], y: list[float]):
    assert relate(np.array(x, dtype=float), np.array(y, dtype=float)) is None


def test_equal_rates_of_different_tracts_are_constant():
    population = np.array([1_000, 3_000, 7_000, 41_000])
    assert is_constant(population // 1_000 / population * 1000)


def columns(tracts: pd.DataFrame) -> tuple[Floats, Floats]:
    return tracts["income"].to_numpy(float), tracts["rate"].to_numpy(float)


def test_fewer_than_ten_tracts_are_not_testable_at_either_level():
    nine = city([float(income) for income in range(9)], list(range(9)))
    assert tract_relation(*columns(nine)) is None
    assert decile_relation(nine, decile_rows(nine)) is None
    ten = city([float(income) for income in range(10)], list(range(10)))
    assert tract_relation(*columns(ten)) is not None
    assert decile_relation(ten, decile_rows(ten)) is not None


def test_tracts_may_be_testable_where_their_two_deciles_are_not():
    tracts = city([1.0] * 6 + [2.0] * 6, list(range(12)))
    assert tract_relation(*columns(tracts)) is not None
    assert decile_relation(tracts, decile_rows(tracts)) is None


def test_the_direction_is_the_sign_of_r_where_p_is_below_alpha():
    found = Relation(0.5, 0.01, 1.0, 0.0, 0.25, 0.01)
    assert direction(found, 0.02) == "positive"
    assert direction(found, 0.01) == "none"  # p < alpha, strictly
    assert direction(Relation(-0.5, 0.01, -1.0, 0.0, 0.25, 0.01), 0.02) == "negative"
    assert direction(None, 0.02) == "not testable"


values = hnp.arrays(np.float64, 15, elements=st.integers(-1000, 1000).map(float))


@pytest.mark.long
@given(values, values, st.floats(1e-3, 1e6))
def test_another_unit_of_income_changes_no_p(x: Floats, y: Floats, unit: float):
    assume(not is_constant(x) and not is_constant(y))
    plain, scaled = related(x, y), related(x * unit, y)
    assert scaled.p == pytest.approx(plain.p, rel=1e-6, abs=1e-9)
    assert scaled.r == pytest.approx(plain.r, abs=1e-9)
    assert scaled.slope * unit == pytest.approx(plain.slope, rel=1e-9, abs=1e-9)


@pytest.mark.long
@given(
    hnp.arrays(np.float64, st.integers(0, 14), elements=st.sampled_from([0.0, 1e-12, 1 / 3, 1.0, 250_001.0])),
    st.data(),
)
def test_no_number_is_missing_whatever_the_values(x: Floats, data: st.DataObject):
    y = data.draw(hnp.arrays(np.float64, len(x), elements=st.sampled_from([0.0, 0.1, 0.3, 0.1 + 0.2, 7e5])))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = relate(x, y)
    if found is not None:
        numbers = [found.r, found.p, found.slope, found.intercept, found.r_squared, found.slope_p]
        assert np.isfinite(numbers).all()
        assert -1 <= found.r <= 1
        assert 0 <= found.p <= 1
