"""The weighted line is that of statsmodels."""

import numpy as np
import pytest

from tasks.statistics.weighted import Floats, weighted
from tests.second import sm


def test_the_weighted_line_and_its_p_are_those_of_wls(mtcars: tuple[Floats, Floats]):
    weight, miles = mtcars
    people = np.random.default_rng(3).integers(200, 8_000, len(weight)).astype(float)
    fit = sm.WLS(miles, sm.add_constant(weight), weights=people).fit()
    found = weighted(weight, miles, people)
    assert found is not None
    expected = [fit.params[1], fit.params[0], fit.pvalues[1], -np.sqrt(fit.rsquared)]
    assert [found.slope, found.intercept, found.p, found.r] == pytest.approx(expected, rel=1e-9)


def test_equal_weights_give_the_plain_line_of_r(cars: tuple[Floats, Floats]):
    # R 4.3, summary(lm(dist ~ speed, cars)): -17.5791, 3.9324, 1.49e-12; cor 0.8068949
    found = weighted(*cars, np.full(50, 7.0))
    assert found is not None
    assert (round(found.intercept, 4), round(found.slope, 4)) == (-17.5791, 3.9324)
    assert (f"{found.p:.3g}", round(found.r, 7)) == ("1.49e-12", 0.8068949)


def test_where_nothing_varies_there_is_no_line():
    assert weighted(np.ones(5), np.arange(5.0), np.ones(5)) is None
    assert weighted(np.arange(5.0), np.ones(5), np.ones(5)) is None
