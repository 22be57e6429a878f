"""Moran's I and the modified t test, beside slow implementations that loop over pairs."""

from __future__ import annotations

import math
import warnings

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from scipy import sparse

from tasks.income.polygons import touching
from tasks.statistics import distances
from tasks.statistics.distances import CLASSES, distance_classes
from tasks.statistics.spatial import (
    Clustering,
    ModifiedTest,
    effective_n,
    modified_t,
    morans_i,
    seed_of,
)
from tests.second import moran, stats, weights

Floats = npt.NDArray[np.float64]


def grid(side: int) -> npt.NDArray[np.object_]:
    return np.array([shapely.box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)])


def places_of(side: int) -> Floats:
    return np.array([(x, y) for y in range(side) for x in range(side)], dtype=float)


def smooth(side: int, seed: int) -> Floats:
    """A surface of wide hills: neighbours are alike."""
    noise = np.random.default_rng(seed).normal(size=(side * 3, side * 3))
    hills = np.array(
        [noise[y : y + side, x : x + side].mean() for y in range(2 * side) for x in range(2 * side)]
    ).reshape(2 * side, 2 * side)
    return np.ascontiguousarray(hills[:side, :side]).ravel()


def made(x: Floats, y: Floats, places: Floats) -> ModifiedTest:
    found = modified_t(x, y, places)
    assert found is not None
    return found


def clustering(values: Floats, neighbors: sparse.csr_array, seed: int = 0) -> Clustering:
    found = morans_i(values, neighbors, seed)
    assert found is not None
    return found


def looped_moran(values: Floats, polygons: npt.NDArray[np.object_]) -> float:
    n = len(values)
    mean = sum(values) / n
    total = weight = 0.0
    for i in range(n):
        beside = [j for j in range(n) if j != i and polygons[i].touches(polygons[j])]
        for j in beside:
            total += (values[i] - mean) * (values[j] - mean) / len(beside)
            weight += 1 / len(beside)
    return n / weight * total / sum((value - mean) ** 2 for value in values)


def looped_modified_t(x: Floats, y: Floats, places: Floats) -> tuple[float, float]:
    """Dutilleul's test by its definition, with whole matrices."""
    n = len(x)
    distance = [[math.dist(one, other) for other in places] for one in places]
    bounds = [max(map(max, distance)) * k / CLASSES for k in range(1, CLASSES + 1)]

    def kind(i: int, j: int) -> int:
        return next(k for k in range(CLASSES) if distance[i][j] <= bounds[k] or k == CLASSES - 1)

    matrices = []
    for values in (x, y):
        z = [value - sum(values) / n for value in values]
        sums, pairs = [0.0] * CLASSES, [0] * CLASSES
        for i in range(n):
            for j in range(i):
                sums[kind(i, j)] += z[i] * z[j]
                pairs[kind(i, j)] += 1
        variance = sum(value * value for value in z) / n
        matrix = np.eye(n)
        for i in range(n):
            for j in range(n):
                if i != j:
                    matrix[i, j] = sums[kind(i, j)] / pairs[kind(i, j)] / variance
        matrices.append(matrix)
    centered = np.eye(n) - np.ones((n, n)) / n
    rx, ry = matrices
    effective = 1 + np.trace(centered @ rx) * np.trace(centered @ ry) / np.trace(
        centered @ rx @ centered @ ry
    )
    r = np.corrcoef(x, y)[0, 1]
    f = (effective - 2) * r * r / (1 - r * r)
    return float(effective), float(stats.f.sf(f, 1, effective - 2))


@pytest.mark.parametrize("seed", range(3))
def test_morans_i_is_that_of_the_loop_and_of_esda(seed: int):
    polygons = grid(7)[np.random.default_rng(seed).permutation(49)[:35]]  # holes, and perhaps islands
    values = np.random.default_rng(seed + 10).normal(size=35)
    found = clustering(values, touching(polygons), seed)
    assert found.i == pytest.approx(looped_moran(values, polygons), abs=1e-9)
    neighbors = touching(polygons)
    touch = weights.W(
        {tract: neighbors[[tract]].indices.tolist() for tract in range(35)}, silence_warnings=True
    )
    expected = moran.Moran(values, touch, permutations=999)
    assert found.i == expected.I, "to the last bit"
    # Two draws of 999; esda takes the smaller tail.
    assert min(found.p, found.p_unlike) == pytest.approx(expected.p_sim, abs=0.06)


@pytest.mark.long
def test_the_p_of_morans_i_counts_permutations_that_a_loop_finds():
    polygons, values = grid(4), np.random.default_rng(5).normal(size=16)
    found = clustering(values, touching(polygons), 77)
    generator = np.random.Generator(np.random.PCG64(77))
    drawn = generator.permuted(np.tile(values - values.mean(), (999, 1)), axis=1)
    simulated = [looped_moran(one, polygons) for one in drawn]
    above = sum(one >= found.i for one in simulated)
    assert found.p == (above + 1) / 1000
    assert found.p_unlike == (999 - above + 1) / 1000


def test_neighbours_that_are_alike_have_a_high_i_and_a_small_p():
    found = clustering(smooth(12, 1), touching(grid(12)))
    assert found.i > 0.6
    assert found.p == 0.001
    assert found.words(0.05) == "neighbors are alike"


def test_neighbours_that_are_unlike_have_a_large_p_and_words_that_say_so():
    checkered = np.add.outer(np.arange(12), np.arange(12)).ravel() % 2 + smooth(12, 1) / 100
    path, own = np.eye(12, k=1) + np.eye(12, k=-1), np.eye(12)
    rooks = sparse.csr_array(np.kron(own, path) + np.kron(path, own))  # no touching at corners
    found = clustering(checkered, rooks)
    assert found.i < -0.6
    assert found.p > 0.99
    assert found.words(0.05) == "neighbors are unlike"


def test_the_same_seed_gives_the_same_p_and_leaves_numpy_s_own_generator_alone():
    weights, values = touching(grid(6)), np.random.default_rng(2).normal(size=36)
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)
    assert clustering(values, weights, 3) == clustering(values, weights, 3)
    assert np.random.random() == expected
    assert len({clustering(values, weights, seed).p for seed in range(8)}) > 1


def test_cities_have_seeds_of_their_own_that_no_run_changes():
    assert seed_of("Los Angeles city, California") == seed_of("Los Angeles city, California")
    assert seed_of("Los Angeles city, California") != seed_of("Phoenix city, Arizona")


def test_where_no_two_tracts_touch_or_nothing_is_left_over_there_is_no_i():
    apart = np.array([shapely.box(3 * x, 0, 3 * x + 1, 1) for x in range(12)])
    assert morans_i(np.arange(12.0), touching(apart), 0) is None
    assert morans_i(np.zeros(16), touching(grid(4)), 0) is None


def test_where_all_tracts_touch_each_other_every_permutation_is_alike():
    pie = sparse.csr_array(np.ones((12, 12)) - np.eye(12))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = clustering(np.random.default_rng(0).normal(size=12), pie)
    assert found.i == pytest.approx(-1 / 11)
    assert found.p == 1.0
    assert found.words(0.05) == "no pattern"


def test_islands_give_no_warning(capsys: pytest.CaptureFixture[str]):
    polygons = np.array([*grid(4), shapely.box(20, 20, 21, 21), None])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = clustering(np.random.default_rng(0).normal(size=18), touching(polygons))
    assert -1 < found.i < 1
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("seed", range(4))
def test_the_modified_t_test_is_that_of_the_loop(seed: int):
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 30, (60, 2))
    x = np.sin(places[:, 0] / 6) + rng.normal(0, 0.5, 60)
    y = np.cos(places[:, 1] / 8) + 0.3 * x + rng.normal(0, 0.5, 60)
    found = made(x, y, places)
    assert effective_n(x, y, distance_classes(places)) == pytest.approx(
        looped_modified_t(x, y, places)[0], abs=1e-9
    )
    assert (found.effective_n, found.p) == pytest.approx(looped_modified_t(x, y, places), abs=1e-9)


def test_tracts_whose_neighbors_are_unlike_count_no_more_than_once():
    x, y = smooth(10, 51), np.random.default_rng(51).normal(size=100)
    assert looped_modified_t(x, y, places_of(10))[0] > 400
    found = made(x, y, places_of(10))
    assert found.effective_n == 100
    assert found.p == pytest.approx(stats.pearsonr(x, y).pvalue, rel=1e-9)


def test_the_modified_t_test_is_that_of_the_loop_on_a_grid_with_its_many_equal_distances():
    x, y = smooth(7, 1), smooth(7, 2)
    found = made(x, y, places_of(7))
    assert (found.effective_n, found.p) == pytest.approx(looped_modified_t(x, y, places_of(7)), abs=1e-9)


def test_the_size_of_the_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(9)
    x, y, places = rng.normal(size=300), rng.normal(size=300), rng.uniform(0, 9, (300, 2))
    expected = made(x, y, places)
    monkeypatch.setattr(distances, "_ROWS", 7)
    found = made(x, y, places)
    assert (found.effective_n, found.p) == pytest.approx((expected.effective_n, expected.p), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_independent_tracts_count_in_full(seed: int):
    rng = np.random.default_rng(seed)
    x, y, places = rng.normal(size=400), rng.normal(size=400), rng.uniform(0, 20, (400, 2))
    assert made(x, y, places).effective_n == pytest.approx(400, rel=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_tracts_that_are_like_their_neighbours_count_for_far_less(seed: int):
    x, y = smooth(16, seed), smooth(16, seed + 100)
    found = made(x, y, places_of(16))
    assert found.effective_n < 256 / 3
    assert found.p > stats.pearsonr(x, y).pvalue


@pytest.mark.long
def test_unrelated_surfaces_are_rarely_significant_where_the_plain_test_often_errs():
    surfaces = [(smooth(10, seed), smooth(10, seed + 1000)) for seed in range(60)]
    plain = sum(stats.pearsonr(x, y).pvalue < 0.05 for x, y in surfaces)
    found = [modified_t(x, y, places_of(10)) for x, y in surfaces]
    modified = sum(one is not None and one.p < 0.05 for one in found)
    assert plain > 20
    assert modified < 10


def test_a_unit_of_distance_or_income_changes_no_p():
    rng = np.random.default_rng(3)
    x, y, places = smooth(9, 3), rng.normal(size=81), rng.uniform(0, 9, (81, 2))
    expected = made(x, y, places)
    for found in (made(x * 1e4, y, places), made(x, y + 7, places * 1.609344)):
        assert (found.effective_n, found.p) == pytest.approx((expected.effective_n, expected.p), rel=1e-6)


def test_a_perfect_correlation_has_a_p_of_zero():
    x = np.random.default_rng(3).normal(size=50)
    places = np.random.default_rng(4).uniform(0, 9, (50, 2))
    assert made(x, 2 * x, places).p < 1e-12


def test_where_nothing_independent_is_left_there_is_no_p():
    # Two plateaus far apart: the tracts of each count as one, and all of them as two.
    places = np.concatenate([places_of(3), places_of(3) + 1000])
    x = np.repeat([20_000.0, 70_000.0], 9)
    assert modified_t(x, 3 - x / 30_000, places) is None


def test_tracts_in_one_place_are_one_class():
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = modified_t(rng.normal(size=12), rng.normal(size=12), np.zeros((12, 2)))
    assert found is None or math.isfinite(found.effective_n)
