"""Polygons on a square of paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from tasks.figures.shapes import drawing_of

SIDE = 250.0


def wavy(west: float, east: float) -> tuple[Any, Any]:
    """Two tracts of a degree beside each other, whose border has 400 corners."""
    up = np.linspace(30, 31, 400)
    border = np.column_stack([(west + east) / 2 + 0.05 * np.sin(up * 60), up])
    left = shapely.Polygon([*border, (west, 31), (west, 30)])
    right = shapely.Polygon([*border, (east, 31), (east, 30)])
    return left, right


def outlines(*shapes: Any) -> tuple[bytes, ...]:
    return tuple(b"" if shape is None else shapely.to_geojson(shape).encode() for shape in shapes)


def test_neighbors_have_no_gap_after_their_border_is_made_simple() -> None:
    drawing = drawing_of(outlines(*wavy(-95, -94)), np.array([True, True]), SIDE)
    assert drawing is not None
    assert shapely.get_num_coordinates(drawing.shapes).max() < 200
    assert shapely.coverage_is_valid(drawing.shapes)
    rounded = shapely.transform(drawing.shapes, lambda at: np.round(at, 1))
    assert shapely.coverage_is_valid(rounded), "the corners of a border are rounded alike"
    assert len(shapely.union_all(rounded).interiors) == 0


def test_areas_are_true_to_each_other_and_north_is_up() -> None:
    south, north = shapely.box(-95, 30, -94, 31), shapely.box(-95, 44, -94, 45)
    drawing = drawing_of(outlines(south, north), np.array([True, True]), SIDE)
    assert drawing is not None
    # Of the sphere: the difference of the sines of the latitudes.
    true = np.diff(np.sin(np.radians([30, 31, 44, 45])))[[0, 2]]
    areas = shapely.area(drawing.shapes)
    np.testing.assert_allclose(areas[1] / areas[0], true[1] / true[0], rtol=1e-6)
    assert shapely.get_y(shapely.centroid(drawing.shapes)).argmax() == 1


def test_a_city_across_the_antimeridian_is_in_one_piece() -> None:
    west, east = shapely.box(179.5, 51, 180, 52), shapely.box(-180, 51, -179.5, 52)
    drawing = drawing_of(outlines(west, east), np.array([True, True]), SIDE)
    assert drawing is not None
    assert shapely.touches(*drawing.shapes)


def test_a_rock_far_away_and_a_tract_that_is_not_used_make_no_city_small() -> None:
    city, rock = shapely.box(-95, 30, -94, 31), shapely.box(-80, 30, -79.99, 30.01)
    lake = shapely.box(-94, 30, -60, 31)
    both = shapely.MultiPolygon([city, rock])
    shapes = outlines(both, None, lake, shapely.box(-50, 30, -49, 31))
    drawing = drawing_of(shapes, np.array([True, True, False, False]), SIDE)
    assert drawing is not None
    _, south, _, north = drawing.shapes[0].bounds
    assert north - south > SIDE * 0.9
    assert max(each.bounds[2] for each in drawing.shapes if each is not None) <= SIDE
    assert [each is None for each in drawing.shapes] == [False, True, False, True]
    assert drawing.outside.tolist() == [False, False, False, True]


def test_there_is_nothing_to_draw_without_a_polygon_that_is_used() -> None:
    assert drawing_of(outlines(None, shapely.box(0, 0, 1, 1)), np.array([True, False]), SIDE) is None
