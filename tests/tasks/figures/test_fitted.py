"""The line and its band, against statsmodels and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from tasks.figures.fitted import Fitted

RNG = np.random.default_rng(5)
INCOME = RNG.uniform(12_000, 250_001, 60).round()
RATE = np.maximum(0, 6 - INCOME / 50_000 + RNG.normal(0, 2, 60))
ACROSS = np.linspace(INCOME.min(), INCOME.max(), 25)


def test_the_line_and_its_band_are_those_of_statsmodels() -> None:
    line = Fitted.through(INCOME, RATE)
    assert line is not None
    known = sm.OLS(RATE, sm.add_constant(INCOME)).fit()
    told = known.get_prediction(sm.add_constant(ACROSS)).summary_frame(alpha=0.05)
    low, high = line.band(ACROSS)
    np.testing.assert_allclose(line.at(ACROSS), told["mean"], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(low, told["mean_ci_lower"], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(high, told["mean_ci_upper"], rtol=1e-9, atol=1e-9)


def test_the_line_is_told_from_the_row_of_the_tests_alone() -> None:
    found = stats.linregress(INCOME, RATE)
    row = {"n": 60, "slope": found.slope, "intercept": found.intercept, "r_squared": found.rvalue**2}
    told, line = Fitted.told(INCOME, row), Fitted.through(INCOME, RATE)
    assert told is not None
    assert line is not None
    np.testing.assert_allclose(told.band(ACROSS), line.band(ACROSS), rtol=1e-9, atol=1e-9)
    assert Fitted.told(INCOME[1:], row) is None


@pytest.mark.parametrize("income", [[1.0, 2.0], [3.0, 3.0, 3.0, 3.0]])
def test_there_is_no_line_through_two_points_or_one_income(income: list[float]) -> None:
    assert Fitted.through(np.array(income), np.ones(len(income))) is None
