"""The determinant of the error model, and the search that seldom computes it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy import sparse

from tasks.income.polygons import touching
from tasks.statistics.determinant import HIGHEST, LOWEST, Determinant
from tasks.statistics.error_model import LAMBDAS, Moments, error_model

GOLDEN = (5.0**0.5 - 1.0) / 2.0


def square_city(side: int) -> tuple[np.ndarray, sparse.csr_array]:
    """Centroids and neighbors of square tracts."""
    x, y = (each.ravel().astype(float) for each in np.meshgrid(np.arange(side), np.arange(side)))
    return np.column_stack([x, y]), touching(shapely.box(x, y, x + 1, y + 1))


def by_computing_all(x: np.ndarray, y: np.ndarray, places: np.ndarray, determinant: Determinant) -> float:
    """Lambda by grid and golden sections, each determinant computed."""
    moments, n = Moments(x, y, determinant._neighbors, places), len(x)

    def likelihood(alike: float) -> float:
        return determinant(alike) - n / 2 * np.log(float(moments(alike)[2][0]))

    best = int(np.argmax([likelihood(float(alike)) for alike in LAMBDAS]))
    ends = [LOWEST, *map(float, LAMBDAS), HIGHEST]
    low, high = ends[best], ends[best + 2]
    lower, upper = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    for _ in range(30):
        if likelihood(lower) < likelihood(upper):
            low, lower = lower, upper
            upper = low + GOLDEN * (high - low)
        else:
            high, upper = upper, lower
            lower = high - GOLDEN * (high - low)
    return float((low + high) / 2)


def test_it_is_the_determinant_of_numpy() -> None:
    _, neighbors = square_city(5)
    rows = neighbors.toarray() / neighbors.toarray().sum(axis=1, keepdims=True)
    determinant = Determinant(neighbors)
    for alike in (-0.9, 0.0, 0.5, 0.999):
        expected = np.linalg.slogdet(np.eye(25) - alike * rows)[1]
        assert determinant(alike) == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert abs(float(determinant.curve(np.arctanh(alike))) - expected) < determinant.slack


@pytest.mark.parametrize("alike", [-0.5, 0.0, 0.4, 0.9])
def test_lambda_is_the_same_to_the_last_digit_as_if_each_determinant_were_computed(alike: float) -> None:
    places, neighbors = square_city(9)
    rows = neighbors.toarray() / neighbors.toarray().sum(axis=1, keepdims=True)
    generator, determinant = np.random.default_rng(5), Determinant(neighbors)
    for _ in range(3):
        x = generator.normal(size=81)
        y = np.linalg.solve(np.eye(81) - alike * rows, generator.normal(size=81)) + 0.2 * x
        found = error_model(x, y, neighbors, places, determinant=determinant)
        assert found is not None
        assert found.alike == by_computing_all(x, y, places, Determinant(neighbors))
