"""Polygons of the layer: which, in which order, who touches whom, how far apart."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from tasks.income.polygons import centroids_km, pulled_in, read_polygons, touching
from tasks.layers.results import Layer
from tasks.statistics.spatial import modified_t


def test_polygons_come_in_the_order_asked_for_and_none_where_there_is_none(layer: Layer):
    wanted = ["02000000003", "99000000000", "01000000001"]
    polygons, crs = read_polygons(layer.path, wanted)
    assert crs == "EPSG:4326"
    assert polygons[1] is None
    assert polygons[0].centroid.x == pytest.approx(-118 + 0.07)
    assert polygons[2].centroid.x == pytest.approx(-120 + 0.03)


def test_a_city_that_the_layer_does_not_know_has_no_polygons(layer: Layer):
    polygons, _ = read_polygons(layer.path, ["99000000000", "99000000001"])
    assert polygons.tolist() == [None, None]
    assert touching(polygons).nnz == 0


def test_tracts_touch_over_edges_and_at_corners_and_not_themselves():
    grid = np.array([shapely.box(x, y, x + 1, y + 1) for y in range(3) for x in range(3)])
    found = touching(grid)
    assert found[[4]].indices.tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert found[[0]].indices.tolist() == [1, 3, 4]
    assert (found != found.T).nnz == 0
    assert set(found.data) == {1.0}


def test_neighbours_need_not_share_a_vertex_and_may_overlap_a_little():
    # A long tract beside two short ones; and one that an imprecise seam pushed over the border.
    tracts = np.array([shapely.box(0, 0, 1, 2), shapely.box(1, 0.5, 2, 1.5), shapely.box(1.999, 0, 3, 1)])
    assert touching(tracts).toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


def test_islands_are_accepted_without_a_warning(capsys: pytest.CaptureFixture[str]):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = touching(np.array([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6), None]))
    assert (found.shape, found.nnz) == ((3, 3), 0)
    assert capsys.readouterr() == ("", "")


def test_distances_in_a_city_are_those_on_the_ellipsoid_within_one_in_a_hundred():
    polygons = np.array([shapely.box(-118 - x, 34 + y, -117.99 - x, 34.01 + y) for x, y in
                         [(0.0, 0.0), (0.5, 0.1), (0.2, 0.4)]])  # fmt: skip
    places = centroids_km(polygons, pyproj.CRS("EPSG:4269"))
    geod = pyproj.Geod(ellps="GRS80")
    for one, other in ((0, 1), (0, 2), (1, 2)):
        points = [polygons[one].centroid, polygons[other].centroid]
        true = geod.inv(points[0].x, points[0].y, points[1].x, points[1].y)[2] / 1000
        assert np.hypot(*(places[one] - places[other])) == pytest.approx(true, rel=0.01)


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:5070", "EPSG:4269"])
def test_a_layer_in_other_coordinates_gives_the_same_positions(
    crs: str, layer: Layer, lay: Callable[..., None], tmp_path: Path
):
    lay(tmp_path / "other.parquet", crs)
    wanted = [f"01{tract:09d}" for tract in range(60)]
    expected = centroids_km(*read_polygons(layer.path, wanted))
    polygons, found_crs = read_polygons(tmp_path / "other.parquet", wanted)
    assert found_crs == crs
    # A centroid of a projected polygon is not quite that of the same polygon in degrees.
    assert np.abs(centroids_km(polygons, found_crs) - expected).max() < 0.01


def test_an_exclave_far_away_does_not_take_the_tests_for_neighbors_away():
    east, north = (axis.ravel().astype(float) for axis in np.meshgrid(np.arange(10), np.arange(10)))
    places = np.column_stack([east, north])
    rng = np.random.default_rng(1)
    income, rate = (east + rng.normal(0, 1, 100) for _ in range(2))
    assert pulled_in(places) is places
    own = modified_t(income, rate, places)
    places[99] = 3_000.0
    far, near = modified_t(income, rate, places), modified_t(income, rate, pulled_in(places))
    assert own is not None and far is not None and near is not None  # noqa: PT018
    assert own.effective_n < 20 and near.effective_n < 30 and far.effective_n > 99  # noqa: PT018
