"""Points against polygons, and one tract a point, beside plain geopandas and plain loops."""

from __future__ import annotations

import dask
import dask_geopandas
import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
import shapely

from tasks.places.join import NOWHERE, in_strips, match, rank_tracts, resolve


@pytest.mark.long(5)
@pytest.mark.parametrize("height", [0.001, 0.03125, 0.25, 0.4, 100.0])
def test_the_pairs_are_those_of_a_plain_spatial_join(country: gpd.GeoDataFrame, points: tuple, height: float):
    lon, lat = points
    point, polygon = match(in_strips(lon, lat, height), np.asarray(country.geometry.array))
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=country.crs)
    joined = gpd.sjoin(frame, country, predicate="intersects")
    assert sorted(zip(point.tolist(), polygon.tolist(), strict=True)) == sorted(
        zip(joined.index.tolist(), joined["index_right"].tolist(), strict=True)
    )
    # The points are such that every case is there: in none, in one, on an edge, on a corner of four.
    assert set(np.bincount(point, minlength=len(lon))) == {0, 1, 2, 3, 4}


@pytest.mark.slow
def test_a_hundred_thousand_points_are_where_dask_geopandas_finds_them(country: gpd.GeoDataFrame):
    """Why it is not used is in docs/architecture.md; what it finds is the same."""
    rng = np.random.default_rng(12)
    anywhere = rng.uniform((-118.5, 33.5), (-114.5, 37.5), (90_000, 2))
    corners = shapely.get_coordinates(np.asarray(country.geometry.array))
    on_corners = corners[rng.integers(0, len(corners), 5_000)]
    on_edges = np.array([-118.0, 34.0]) + rng.integers(0, 48, (5_000, 2)) / 16
    lon, lat = np.concatenate([anywhere, on_corners, on_edges]).T.copy()
    point, polygon = match(in_strips(lon, lat, 0.03125), np.asarray(country.geometry.array))
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=country.crs)
    points = dask_geopandas.from_geopandas(frame, npartitions=4)
    polygons = dask_geopandas.from_geopandas(country, npartitions=1)
    with dask.config.set(scheduler="synchronous"):
        joined = dask_geopandas.sjoin(points, polygons, predicate="intersects").compute()
    found = np.lexsort((polygon, point))
    theirs = np.lexsort((joined["index_right"], joined.index))
    assert point[found].tolist() == joined.index.to_numpy()[theirs].tolist()
    assert polygon[found].tolist() == joined["index_right"].to_numpy()[theirs].tolist()
    # A point outside all tracts is counted here, and is in none of its rows: it joins inner alone.
    assert len(np.unique(point)) == joined.index.nunique() < len(lon)
    with pytest.raises(NotImplementedError, match="inner"):
        dask_geopandas.sjoin(points, polygons, how="left")


def test_every_border_match_is_found_on_corners_and_edges():
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for x in (0, 1) for y in (0, 1)])
    point, polygon = match(in_strips(np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.5, 0.0]), 0.3), squares)
    assert sorted(zip(point.tolist(), polygon.tolist(), strict=True)) == [
        (0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 2), (2, 0),
    ]  # fmt: skip


def test_a_point_in_a_hole_is_outside_and_one_on_its_rim_inside():
    ring = np.array([shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 3, 3))])
    point, _ = match(in_strips(np.array([2.0, 1.0, 0.5]), np.array([2.0, 1.0, 0.5]), 1.0), ring)
    assert sorted(point.tolist()) == [1, 2]


def test_points_that_are_not_finite_are_in_no_tract():
    x = np.array([np.nan, np.inf, -np.inf, 0.5, 0.5])
    y = np.array([0.5, 0.5, 0.5, np.nan, 0.5])
    square = np.array([shapely.box(0, 0, 1, 1)])
    assert match(in_strips(x, y, 0.1), square)[0].tolist() == [4]
    assert match(in_strips(x[:4], y[:4], 0.1), square)[0].tolist() == []


@pytest.mark.parametrize("number", [0, 3])
def test_no_points_and_no_polygons_give_no_pairs(number: int):
    squares = np.array([shapely.box(0, 0, 1, 1)] * number, dtype=object)
    point, polygon = match(in_strips(np.empty(0), np.empty(0), 1.0), squares)
    assert point.dtype == polygon.dtype == np.int32
    assert len(point) == len(polygon) == 0


def test_points_on_one_spot_inside_many_polygons_are_matched():
    spot = in_strips(np.full(3, 2.0), np.full(3, 5.0), 0.5)
    around = np.array(
        [shapely.box(x, y, x + 1, y + 1) for x in (0, 1, 2, 3) for y in (3, 4, 5, 6)]
        + [shapely.box(-9, -9, 9, 9)]
    )
    point, polygon = match(spot, around)
    assert np.bincount(point).tolist() == [5, 5, 5]
    assert set(polygon.tolist()) == {5, 6, 9, 10, 16}


def test_missing_population_and_a_missing_row_count_as_nobody():
    census = pa.table({"GEOID": ["a", "b", "c", "d"], "population": pa.array([None, 0, 7, 7], pa.int64())})
    ranking = rank_tracts(pa.array(["e", "d", "c", "b", "a"]), census)
    assert ranking.geoids.to_pylist() == ["c", "d", "a", "b", "e"]
    assert ranking.population.tolist() == [7, 7, 0, 0, 0]
    assert ranking.ranks_of(pa.array(["e", "c"])).tolist() == [4, 0]


def test_resolving_is_what_a_plain_loop_says_whatever_the_order_of_pairs():
    rng = np.random.default_rng(5)
    population = np.sort(rng.integers(0, 6, 40))[::-1].astype(np.int64)
    pairs = {
        (int(p), int(r)) for p, r in zip(rng.integers(0, 300, 400), rng.integers(0, 40, 400), strict=True)
    }
    shuffled = rng.permutation(sorted(pairs)).astype(np.int32)
    winner, matched, tied = resolve(320, shuffled[:, 0], shuffled[:, 1], population)
    for place in range(320):
        ranks = sorted(rank for point, rank in pairs if point == place)
        assert matched[place] == len(ranks)
        assert winner[place] == (ranks[0] if ranks else NOWHERE)
        assert tied[place] == (len(ranks) > 1 and population[ranks[0]] == population[ranks[1]])
    assert tied.any()
    assert (~tied[matched > 1]).any()


def test_two_tracts_without_people_tie():
    winner, matched, tied = resolve(1, np.array([0, 0]), np.array([2, 1]), np.array([5, 0, 0]))
    assert (winner.tolist(), matched.tolist(), tied.tolist()) == ([1], [2], [True])


def test_a_tie_of_the_less_populous_is_no_tie():
    tied = resolve(1, np.array([0, 0, 0]), np.array([0, 1, 2]), np.array([9, 5, 5]))[2]
    assert tied.tolist() == [False]
