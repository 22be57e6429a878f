"""The spatial error and lag models, beside spreg and the likelihood with dense matrices."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from tasks.statistics.spatial_models import (
    ErrorProfile,
    LagProfile,
    SpatialModel,
    Weights,
    spatial_error,
    spatial_lag,
)
from tests.second import sm, spreg, weights

Floats = npt.NDArray[np.float64]
SIDE = 9


def queen(side: int = SIDE) -> sparse.csr_array:
    at = np.array([(x, y) for y in range(side) for x in range(side)])
    apart = np.max(np.abs(at[:, None] - at[None, :]), axis=2)
    return sparse.csr_array((apart == 1).astype(float))


def rows_of(neighbors: sparse.csr_array) -> Floats:
    dense = neighbors.toarray()
    return dense / np.maximum(dense.sum(axis=1, keepdims=True), 1.0)


def drawn(neighbors: sparse.csr_array, seed: int) -> tuple[Floats, Floats]:
    """Incomes, and rates that resemble their neighbors'."""
    generator = np.random.default_rng(seed)
    n = neighbors.shape[0]
    income = 50_000 + 20_000 * generator.normal(size=n)
    own = 3.0 + 0.3 * income / 10_000 + generator.gamma(1.0, size=n)
    spatial = generator.uniform(-0.4, 0.8)
    return income, np.linalg.solve(np.eye(n) - spatial * rows_of(neighbors), own)


def made(found: SpatialModel | None) -> SpatialModel:
    assert found is not None
    return found


def second(kind: str, income: Floats, rate: Floats, neighbors: sparse.csr_array) -> Any:
    """The model of spreg."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        w = weights.WSP(neighbors).to_W(silence_warnings=True)
        w.transform = "r"
        x = ((income - income.mean()) / 10_000)[:, None]
        more: dict[str, Any] = {} if kind == "ML_Error" else {"spat_impacts": None}
        return getattr(spreg, kind)(rate[:, None], x, w=w, method="LU", epsilon=1e-10, **more)


@pytest.mark.parametrize("seed", range(3))
def test_the_error_model_is_spregs(seed: int):
    neighbors = queen()
    income, rate = drawn(neighbors, seed)
    found, other = (
        made(spatial_error(income, rate, Weights(neighbors))),
        second("ML_Error", income, rate, neighbors),
    )
    assert found.spatial == pytest.approx(float(other.lam), rel=1e-6)
    assert found.slope == pytest.approx(float(other.betas[1, 0]), rel=1e-6)
    assert found.error == pytest.approx(float(other.std_err[1]), rel=1e-6)
    assert found.p == pytest.approx(other.z_stat[1][1], rel=1e-6)
    assert found.log_likelihood == pytest.approx(float(other.logll), rel=1e-9)
    assert found.aic == pytest.approx(float(other.aic) + 4.0, rel=1e-9)  # spreg counts two parameters


@pytest.mark.parametrize("seed", range(3))
def test_the_lag_model_is_spregs(seed: int):
    neighbors = queen()
    income, rate = drawn(neighbors, seed)
    found, other = (
        made(spatial_lag(income, rate, Weights(neighbors))),
        second("ML_Lag", income, rate, neighbors),
    )
    assert found.spatial == pytest.approx(float(other.rho), rel=1e-6)
    assert found.slope == pytest.approx(float(other.betas[1, 0]), rel=1e-6)
    assert found.log_likelihood == pytest.approx(float(other.logll), rel=1e-9)
    assert found.aic == pytest.approx(float(other.aic) + 2.0, rel=1e-9)
    # spreg has the expected information, this the observed: they differ, and not by much.
    assert found.error == pytest.approx(float(other.std_err[1]), rel=0.05)
    assert found.total == pytest.approx(found.slope / (1.0 - found.spatial), rel=1e-12)


@pytest.mark.parametrize("spatial", [-0.7, 0.0, 0.35, 0.95])
def test_the_likelihoods_are_those_of_dense_matrices_also_with_an_island(spatial: float):
    neighbors = sparse.csr_array(sparse.block_diag([queen(6), np.zeros((1, 1))]))
    income, rate = drawn(neighbors, 5)
    n, own = len(rate), rows_of(neighbors)
    matrix = np.eye(n) - spatial * own
    x = np.column_stack([np.ones(n), income / 10_000])
    for profile, design in (
        (ErrorProfile(income, rate, Weights(neighbors)), matrix @ x),
        (LagProfile(income, rate, Weights(neighbors)), x),
    ):
        left = sm.OLS(matrix @ rate, design).fit().ssr
        likelihood = -n / 2 * (np.log(2 * np.pi * left / n) + 1) + np.linalg.slogdet(matrix)[1]
        assert profile.likelihood(spatial) == pytest.approx(likelihood, rel=1e-9)
    inverse = own @ np.linalg.inv(matrix)
    assert Weights(neighbors).curvature(spatial) == pytest.approx(np.trace(inverse @ inverse), rel=1e-6)


def test_the_error_of_the_lag_model_is_that_of_the_curvature_of_the_whole_likelihood():
    neighbors = queen(7)
    income, rate = drawn(neighbors, 8)
    n, own, x = len(rate), rows_of(neighbors), (income - income.mean()) / 10_000

    def likelihood(at: Floats) -> float:
        left = rate - at[2] * own @ rate - at[0] - at[1] * x
        determinant = np.linalg.slogdet(np.eye(n) - at[2] * own)[1]
        return float(-n / 2 * np.log(2 * np.pi * at[3]) + determinant - left @ left / (2 * at[3]))

    found = made(spatial_lag(income, rate, Weights(neighbors)))
    left = rate - found.spatial * own @ rate - found.slope * x
    at = np.array([left.mean(), found.slope, found.spatial, left.var()])
    assert likelihood(at) == pytest.approx(found.log_likelihood, rel=1e-12)
    from statsmodels.tools.numdiff import approx_hess

    covariance = np.linalg.inv(-approx_hess(at, likelihood))
    assert found.error == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-5)


def test_there_is_no_model_where_no_tracts_touch_or_the_line_explains_all():
    income = np.linspace(2e4, 9e4, 16)
    rate = np.random.default_rng(1).normal(size=16)
    alone, grid = Weights(sparse.csr_array((16, 16))), Weights(queen(4))
    for model in (spatial_error, spatial_lag):
        assert model(income, rate, alone) is None
        assert model(income, 1.0 + income / 1e4, grid) is None
        assert model(income, np.full(16, 2.0), grid) is None
