"""The negative binomial model, beside statsmodels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tasks.statistics.negative_binomial import is_overdispersed, negative_binomial
from tests.second import sm

Floats = npt.NDArray[np.float64]


def drawn(seed: int, alpha: float, n: int = 150) -> tuple[Floats, Floats, Floats]:
    generator = np.random.default_rng(seed)
    income = generator.uniform(20_000, 120_000, n)
    population = generator.integers(500, 9_000, n).astype(float)
    mean = population * 0.002 * np.exp(generator.uniform(-0.3, 0.3) * (income - 60_000) / 10_000)
    if alpha:
        mean = mean * generator.gamma(1 / alpha, alpha, n)
    return generator.poisson(mean).astype(float), population, income


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("alpha", [0.1, 1.0, 5.0])
def test_it_is_that_of_statsmodels(seed: int, alpha: float):
    count, population, income = drawn(seed, alpha)
    found = negative_binomial(count, population, income)
    assert found is not None
    design = sm.add_constant((income - income.mean()) / 10_000)
    family = sm.families.NegativeBinomial(alpha=found.alpha)
    given = sm.GLM(count, design, family=family, offset=np.log(population)).fit(tol=1e-14)
    other = sm.NegativeBinomial(count, design, offset=np.log(population)).fit(
        [*given.params, found.alpha * 1.01], method="newton", tol=1e-14, maxiter=200, disp=0
    )
    assert found.slope == pytest.approx(other.params[1], rel=1e-6)
    assert found.alpha == pytest.approx(other.params[2], rel=1e-6)
    assert found.log_likelihood == pytest.approx(other.llf, rel=1e-9)
    assert found.aic == pytest.approx(other.aic, rel=1e-9)
    # The standard error of R's glm.nb: that of the generalized linear model with this alpha.
    assert found.error == pytest.approx(given.bse[1], rel=1e-6)
    assert found.p == pytest.approx(given.pvalues[1], rel=1e-6)


def test_counts_that_vary_less_than_poissons_have_no_such_model():
    income = np.linspace(20_000, 90_000, 40)
    even = np.tile([4.0, 5.0, 5.0, 6.0], 10)
    assert not is_overdispersed(even, np.full(40, 2000.0), income)
    assert negative_binomial(even, np.full(40, 2000.0), income) is None
    assert negative_binomial(np.zeros(40), np.full(40, 2000.0), income) is None


def test_counts_that_income_separates_have_no_such_model():
    count = np.zeros(30)
    count[-1] = 40.0
    assert negative_binomial(count, np.full(30, 2000.0), np.linspace(20_000, 90_000, 30)) is None
