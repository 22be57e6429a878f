"""Each tract left out, beside scipy over the others."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.statistics.influence import Floats, is_steady, leave_one_out
from tasks.statistics.relation import relate
from tests.second import stats


def test_r_and_p_are_those_of_scipy_over_the_others(mtcars: tuple[Floats, Floats]):
    x, y = mtcars
    found = leave_one_out(x, y)
    for at in range(len(x)):
        others = stats.pearsonr(np.delete(x, at), np.delete(y, at))
        assert (found.r[at], found.p[at]) == pytest.approx(tuple(others), rel=1e-9)


def test_a_point_that_makes_the_relation_is_exact_too():
    rng = np.random.default_rng(5)
    x, y = np.append(rng.normal(size=99), 1e7), np.append(rng.normal(size=99), 1e7)
    found = leave_one_out(x, y)
    assert (found.r[-1], found.p[-1]) == pytest.approx(tuple(stats.pearsonr(x[:-1], y[:-1])), rel=1e-9)
    assert found.changing("positive", 0.002) == [99]


def test_points_that_decide_come_with_the_largest_change_first():
    x = np.array([*range(20), 60.0, 80.0])
    y = np.array([1.0, 2.0] * 10 + [6.0, 9.0])
    found = leave_one_out(x, y)
    alone = [at for at in range(22) if not found.p[at] < 1e-6]
    changing = found.changing("positive", 1e-6)
    assert set(changing) == set(alone)
    assert changing[0] == 21


def test_without_the_only_point_that_varies_nothing_is_testable():
    x, y = np.arange(12.0), np.zeros(12)
    y[3] = 5.0
    found = leave_one_out(x, y)
    assert np.flatnonzero(np.isnan(found.r)).tolist() == [3]
    assert found.directions(0.05)[3] == "not testable"
    assert found.changing("none", 0.05) == [3]


values = st.lists(st.sampled_from([0.0, 0.1, 1.0, 2.5, 1e4]), min_size=10, max_size=10)


@settings(max_examples=50)
@given(values, values)
def test_ties_and_extremes_are_as_if_computed_again(x: list[float], y: list[float]):
    one, other = np.array(x) + np.arange(10) / 7, np.array(y) + np.arange(10) ** 2 / 11
    found = leave_one_out(one, other)
    for at in range(10):
        line = relate(np.delete(one, at), np.delete(other, at))
        assert line is not None
        assert (found.r[at], found.p[at]) == pytest.approx((line.r, line.p), abs=1e-9)


def test_what_is_plainly_steady_is_changed_by_no_point():
    generator, seen = np.random.default_rng(3), set()
    for slope in np.linspace(-0.8, 0.8, 60):
        x = generator.normal(size=40)
        y = slope * x + generator.normal(size=40)
        finding = "positive" if slope > 0 else "negative"
        steady = is_steady(x, y, finding, 0.002)
        assert steady == (leave_one_out(x, y).changing(finding, 0.002) == [])
        seen.add(steady)
    assert seen == {True, False}
