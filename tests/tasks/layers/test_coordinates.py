"""Which coordinate systems are degrees as they stand, and the way into others."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS, Transformer

from tasks.layers.coordinates import bounds_in_degrees, needs_transform, to_layer

ESRI = (
    'GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",'
    'SPHEROID["GRS_1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]]'
)


@pytest.mark.parametrize("crs", [4326, 4269, 4979, 6318, "OGC:CRS84", "OGC:CRS83", ESRI])
def test_wgs_84_and_nad_83_are_taken_as_one(crs: int | str):
    assert not needs_transform(CRS.from_user_input(crs))


@pytest.mark.parametrize("crs", [3857, 5070, 2229, 4267, 4807])
def test_every_other_system_is_transformed(crs: int):
    assert needs_transform(CRS.from_user_input(crs))


@pytest.mark.parametrize("code", [3857, 5070, 32611])
def test_points_go_to_the_layer_and_back(code: int):
    lon, lat = np.array([-118.25, -73.5]), np.array([34.125, 40.75])
    x, y = to_layer(lon, lat, CRS.from_epsg(code))
    back = Transformer.from_crs(code, CRS.from_epsg(code).geodetic_crs, always_xy=True)
    assert np.allclose(back.transform(x, y), (lon, lat), atol=1e-9)


def test_a_point_outside_a_system_is_not_finite():
    x, _ = to_layer(np.array([0.0]), np.array([90.0]), CRS.from_epsg(3395))
    y = to_layer(np.array([0.0]), np.array([91.0]), CRS.from_epsg(5070))[1]
    assert np.isfinite(x).all()
    assert not np.isfinite(y).any()


def test_an_extent_is_given_in_degrees_whatever_the_system():
    west, south, east, north = bounds_in_degrees((-13e6, 4e6, -12e6, 5e6), CRS.from_epsg(3857)) or (0,) * 4
    assert (round(west), round(south), round(east), round(north)) == (-117, 34, -108, 41)
