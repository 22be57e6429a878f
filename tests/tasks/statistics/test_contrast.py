"""The ratio of rich and poor, beside statsmodels and the definition of power."""

import numpy as np
import pytest

from tasks.statistics.contrast import Asked, contrast
from tasks.statistics.rates import RateModel, rate_model
from tests.second import sm, stats

LOG = float(np.log(1.2))
PLAIN = [Asked(0.002, 100.0)]


def test_the_interval_of_independent_tracts_is_that_of_the_sandwich():
    # The definition of R's sandwich::vcovHC(type = "HC3") for a Poisson glm, with whole matrices.
    rng = np.random.default_rng(7)
    income, population = rng.uniform(2e4, 9e4, 80), rng.integers(500, 8_000, 80).astype(float)
    count = rng.negative_binomial(2, 2 / (2 + population * 0.004)).astype(float)
    model = rate_model(count, population, income)
    assert model is not None
    design = sm.add_constant(income / 5e4)
    fit = sm.GLM(count, design, family=sm.families.Poisson(), offset=np.log(population)).fit(tol=1e-14)
    mu = fit.mu
    bread = np.linalg.inv(design.T @ (mu[:, None] * design))
    leverage = mu * np.sum((design @ bread) * design, axis=1)
    scores = design * ((count - mu) / (1 - leverage))[:, None]
    error = np.sqrt((bread @ scores.T @ scores @ bread)[1, 1])
    assert model.hc3_error * 5 == pytest.approx(error, rel=1e-9)
    assert model.error * 5 == pytest.approx(fit.bse[1] * np.sqrt(fit.pearson_chi2 / 78), rel=1e-9)
    found = contrast(model, 5e4, 80, 80.0, [Asked(0.05, 78.0)])
    assert found is not None
    half = stats.t.ppf(0.975, 78) * 1.10 * error
    expected = np.exp(fit.params[1] + np.array([0.0, -half, half]))
    assert (found.ratio, found.low, found.high) == pytest.approx(tuple(expected), rel=1e-8)


def test_neighbors_that_are_alike_make_it_wider_by_the_factor_of_the_modified_t_test_and_with_caution():
    model = RateModel(1.2, 0.01, 3.0, LOG, 0.09)
    all_count, few_count = contrast(model, 1e4, 102, 102.0, PLAIN), contrast(model, 1e4, 102, 27.0, PLAIN)
    assert all_count
    assert few_count
    assert all_count.high
    assert few_count.high
    widened = np.log(few_count.high / 1.2) / np.log(all_count.high / 1.2)
    cautious = (1.10 + 0.35 * (1 - 27 / 102)) / 1.10
    expected = 2 * cautious * stats.t.ppf(0.975, 25) / stats.t.ppf(0.975, 100)
    assert widened == pytest.approx(expected, rel=1e-9)


def test_few_counts_are_not_taken_for_more_certain_than_chance_leaves_them():
    exact = contrast(RateModel(1.2, 0.0, 0.0, LOG, 0.0, poisson_error=0.05), 1e4, 102, 102.0, PLAIN)
    assert exact == contrast(RateModel(1.2, 0.0, 1.0, LOG, 0.05), 1e4, 102, 102.0, PLAIN)


@pytest.mark.parametrize("threshold", [0.05, 0.002])
def test_the_smallest_ratio_is_shown_eight_times_in_ten(threshold: float):
    found = contrast(RateModel(1.0, 1.0, 1.0, 0.0, 0.1), 3e4, 62, 62.0, [Asked(threshold, 60.0)])
    assert found is not None
    assert found.smallest is not None
    shift = np.log(found.smallest) / 0.3  # in standard errors
    power = stats.nct.sf(stats.t.ppf(1 - threshold / 2, 60), 60, shift)
    assert power == pytest.approx(0.8, abs=0.01)


def test_the_test_that_needs_most_decides_what_could_have_been_shown():
    model, asked = RateModel(1.0, 1.0, 1.0, 0.0, 0.1), [Asked(0.002, 60.0), Asked(0.05, 20.0, factor=3.0)]
    alone = [contrast(model, 1e4, 62, 22.0, [each]) for each in asked]
    together = contrast(model, 1e4, 62, 22.0, asked)
    assert together is not None
    assert together.smallest == max(each.smallest for each in alone if each and each.smallest)
    assert together.smallest == pytest.approx(
        np.exp(0.3 * (stats.t.ppf(0.975, 20) + stats.t.ppf(0.8, 20))), rel=1e-9
    )


def test_what_cannot_be_told_is_missing():
    model = RateModel(1.2, 0.01, 3.0, LOG, 0.09)
    assert contrast(model, 0.0, 50, 50.0, PLAIN) is None
    without = contrast(model, 1e4, 50, None, PLAIN)
    assert without is not None
    assert (without.low, without.high, without.smallest) == (None, None, None)
    assert not without.within(1.25)
    hardly = contrast(model, 1e4, 50, 2.01, PLAIN)
    assert hardly is not None
    assert (hardly.low, hardly.smallest) == (None, None)
