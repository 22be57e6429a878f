"""Polygons as GeoJSON."""

from __future__ import annotations

import json

import pytest
import shapely

from tasks.tracts.geojson import json_of

CORNER = shapely.Point(-99.9, 40.1)
LARGE = shapely.box(-100, 40, -99.9, 40.1)
TINY = shapely.box(-99.9, 40.2, -99.9 + 3e-7, 40.2 + 3e-7)
NEARLY_PINCHED = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.5, 2e-7), (0, 1)])
WITH_A_HOLE = LARGE.difference(shapely.box(-99.98, 40.02, -99.92, 40.08))


@pytest.mark.parametrize(
    "shape",
    [LARGE, TINY, shapely.MultiPolygon([LARGE, TINY]), NEARLY_PINCHED, WITH_A_HOLE, shapely.force_3d(LARGE)],
)
def test_what_is_written_is_valid_and_follows_the_right_hand_rule(shape: shapely.Geometry):
    found = shapely.geometry.shape(json.loads(json_of(shape)))
    assert shapely.is_valid(found)
    assert not found.has_z
    assert shapely.equals_exact(found.normalize(), shapely.force_2d(shape).normalize(), 1e-6)
    for part in shapely.get_parts(found):
        assert part.exterior.is_ccw
        assert not any(ring.is_ccw for ring in part.interiors)
