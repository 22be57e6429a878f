"""Wilson's interval, against statsmodels and what must hold at its ends."""

import numpy as np
import pytest
from scipy.stats import hypergeom
from statsmodels.stats.proportion import proportion_confint

from tasks.statistics.shares import wilson


@pytest.mark.parametrize(("successes", "drawn"), [(0, 7), (7, 7), (1, 3), (304, 1000), (13, 997)])
def test_the_interval_is_that_of_statsmodels(successes: int, drawn: int):
    found = wilson(successes, drawn)
    low, high = proportion_confint(successes, drawn, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert found.share == successes / drawn


@pytest.mark.parametrize("drawn", range(1, 60))
def test_a_limit_at_0_and_1_is_the_share_itself(drawn: int):
    for population in (None, drawn + 1, 5000):
        assert wilson(0, drawn, population).low == 0.0
        assert wilson(drawn, drawn, population).high == 1.0


def test_a_sample_of_half_of_all_tells_as_much_as_twice_as_many_of_endlessly_many():
    # n (N - 1) / (N - n) of 500 of 1,000 is 999.
    assert (wilson(100, 500, 1000).low, wilson(100, 500, 1000).high) == pytest.approx(
        (wilson(199.8, 999).low, wilson(199.8, 999).high), abs=1e-12
    )


def test_a_sample_of_all_has_no_uncertainty_and_one_of_few_that_of_an_endless_population():
    assert wilson(3, 4, 4).low == wilson(3, 4, 4).high == 0.75
    assert wilson(3, 4, 10**12).low == pytest.approx(wilson(3, 4).low, abs=1e-9)


@pytest.mark.long
@pytest.mark.parametrize(("drawn", "population"), [(75, 150), (100, 1000), (300, 1000)])
def test_intervals_of_finite_populations_hold_the_truth_as_often_as_they_say(drawn: int, population: int):
    # Exactly, by the hypergeometric distribution, for each share of which five are drawn on average.
    found = [wilson(at, drawn, population) for at in range(drawn + 1)]
    low, high = (np.array([getattr(each, end) for each in found]) for end in ("low", "high"))
    least = -(-5 * population // drawn)
    held = []
    for have in range(least, population // 2, max(1, population // 100)):
        chance = hypergeom(population, have, drawn).pmf(np.arange(drawn + 1))
        truth = have / population
        held.append(float(chance[(low <= truth) & (truth <= high)].sum()))
    assert min(held) > 0.92
    assert np.mean(held) == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize(("drawn", "population"), [(0, None), (5, 4)])
def test_nothing_drawn_or_more_than_there_is_has_no_share(drawn: int, population: int | None):
    with pytest.raises(ValueError, match="drawn of"):
        wilson(0, drawn, population)
