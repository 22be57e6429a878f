"""The spatial error model is that of R and of dense matrices; its cautious p is never below its own."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyogrio
import pytest
from scipy import sparse

from tasks.statistics.error_model import ErrorModel, error_model
from tests.second import libpysal, optimize, stats

Floats = npt.NDArray[np.float64]


def grid(side: int) -> tuple[sparse.csr_array, Floats]:
    """Square tracts that touch at a side or a corner, and their centroids."""
    at = np.array([(x, y) for x in range(side) for y in range(side)], dtype=np.float64)
    apart = np.abs(at[:, None, :] - at[None, :, :]).max(axis=2)
    return sparse.csr_array((apart == 1).astype(np.float64)), at


def dense(x: Floats, y: Floats, neighbors: sparse.csr_array, centroids: Floats) -> tuple[float, float, float]:
    """Slope, its maximum-likelihood standard error and lambda, by scipy's search over n × n matrices."""
    weights = neighbors.toarray() / neighbors.sum(axis=1)[:, None]
    columns = np.column_stack([np.ones(len(x)), centroids, x])

    def fitted(alike: float) -> tuple[float, Floats, Floats]:
        change = np.eye(len(x)) - alike * weights
        given, wanted = change @ columns, change @ y
        beta = np.linalg.lstsq(given, wanted)[0]
        left = float(np.sum((wanted - given @ beta) ** 2))
        errors = np.sqrt(np.diag(np.linalg.inv(given.T @ given)) * left / len(x))
        return len(x) / 2 * np.log(left) - np.linalg.slogdet(change)[1], beta, errors

    best = optimize.minimize_scalar(
        lambda alike: fitted(alike)[0], bounds=(-0.99, 0.999), method="bounded", options={"xatol": 1e-10}
    )
    _, beta, errors = fitted(best.x)
    return float(beta[-1]), float(errors[-1]), float(best.x)


@pytest.mark.parametrize("seed", range(4))
def test_slope_error_and_lambda_are_those_of_dense_matrices(seed: int):
    generator = np.random.default_rng(seed)
    neighbors, at = grid(9)
    weights = neighbors.toarray() / neighbors.sum(axis=1)[:, None]
    shared = np.linalg.solve(np.eye(81) - 0.25 * seed * weights, generator.normal(size=81))
    x = 50_000 + 3_000 * at[:, 0] + generator.normal(0, 9_000, 81)
    y = 5 + x / 20_000 + 0.3 * at[:, 1] + shared
    found = error_model(x, y, neighbors, at)
    assert found is not None
    slope, error, alike = dense(x, y, neighbors, at)
    assert found.alike == pytest.approx(alike, abs=2e-7)  # the likelihood is flat at its highest point
    assert found.slope == pytest.approx(slope, rel=1e-6)
    assert found.error == pytest.approx(error * np.sqrt(81 / 77), rel=1e-6)
    known = error_model(x, y, neighbors, at, alike=found.alike)
    assert known == found
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.slope / found.error), 77), rel=1e-9)


def test_it_is_the_model_of_r():
    # R, spatialreg: errorsarlm(CRIME ~ INC + HOVAL, data = columbus, listw = nb2listw(col.gal.nb)) prints
    # INC -0.957305 (0.334231), HOVAL -0.304559 (0.092047), Lambda 0.54675. HOVAL is where a trend would be.
    folder = Path(libpysal.examples.get_path("columbus.shp")).parent
    tracts = pyogrio.read_dataframe(folder / "columbus.shp", read_geometry=False)
    file = libpysal.io.open(str(folder / "columbus.gal"))
    given = file.read()
    file.close()
    place = {str(int(name)): at for at, name in enumerate(tracts["POLYID"])}
    tracts = tracts.iloc[[place[str(int(name))] for name in given.id_order]]
    neighbors = sparse.csr_array(given.sparse)
    crime, income, value = (tracts[name].to_numpy(np.float64) for name in ("CRIME", "INC", "HOVAL"))
    for x, other, slope, error in (
        (income, value, -0.957305, 0.334231),
        (value, income, -0.304559, 0.092047),
    ):
        found = error_model(x, crime, neighbors, np.column_stack([other, other]))
        assert found is not None
        assert found.slope == pytest.approx(slope, abs=5e-7)
        assert found.error * np.sqrt(45 / 49) == pytest.approx(error, abs=5e-7)
        assert found.alike == pytest.approx(0.54675, abs=5e-6)


def test_a_gradient_over_the_city_is_no_relation():
    generator = np.random.default_rng(1)
    neighbors, at = grid(10)
    income = 30_000 + 4_000 * at[:, 0] + generator.normal(0, 8_000, 100)
    rate = 2 + at[:, 0] + generator.normal(0, 1, 100)
    found = error_model(income, rate, neighbors, at)
    assert np.corrcoef(income, rate)[0, 1] > 0.6
    assert found is not None
    assert found.p > 0.05


def test_the_cautious_p_is_larger_the_fewer_independent_tracts_there_are():
    model = ErrorModel(slope=-2.0, error=0.5, alike=0.3, p=1e-4)
    found = [model.cautious_p(100, effective) for effective in (100.0, 50.0, 10.0, 2.5)]
    assert found == sorted(found)
    assert found[0] == pytest.approx(2 * stats.t.sf(4 / 1.1, 98), rel=1e-9)
    assert found[2] == pytest.approx(2 * stats.t.sf(4 / (1.1 + 0.35 * 0.9), 8), rel=1e-9)


def test_there_is_no_model_where_nothing_can_be_fitted():
    neighbors, at = grid(4)
    x = np.random.default_rng(0).normal(size=16)
    assert error_model(x, np.ones(16), neighbors, at) is None
    assert error_model(np.ones(16), x, neighbors, at) is None
    assert error_model(x, x * x, sparse.csr_array((16, 16)), at) is None
    assert error_model(x, 3 * x + 1, neighbors, at) is None, "no residual is left"
    assert error_model(at[:, 0], x, neighbors, at) is None, "income is the trend itself"
    assert error_model(x[:5], x[:5] ** 2, neighbors[:5][:, :5], at[:5]) is None


def test_tracts_on_a_line_and_tracts_without_neighbors_have_a_model():
    generator = np.random.default_rng(3)
    x, noise = generator.normal(size=(2, 30))
    chain = sparse.csr_array(np.eye(30, k=1) + np.eye(30, k=-1))
    line = np.column_stack([np.arange(30.0), np.zeros(30)])
    assert error_model(x, 2 * x + noise, chain, line) is not None
    islands = chain.toarray()
    islands[:5] = 0.0
    islands[:, :5] = 0.0
    found = error_model(x, 2 * x + noise, sparse.csr_array(islands), generator.normal(size=(30, 2)))
    assert found is not None
    assert found.p < 0.001
