"""Which coordinates are a location, and which are swapped."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from tasks.places.points import locations, swapped

COUNTRY = (-179.2, -14.6, 179.8, 71.4)
"""The extent of the real national layer, which reaches over the date line."""


@pytest.mark.parametrize(
    ("lon", "lat", "location"),
    [
        (-118.0, 34.0, True), (180.0, 90.0, True), (-180.0, -90.0, True), (0.0, 51.5, True), (9.0, 0.0, True),
        (0.0, 0.0, False), (-0.0, 0.0, False), (180.1, 0.0, False), (0.0, -90.1, False),
        (None, 34.0, False), (-118.0, None, False), (math.nan, 34.0, False), (-118.0, math.inf, False),
    ],
)  # fmt: skip
def test_what_is_a_location(lon: float | None, lat: float | None, location: bool):
    x, y = locations(pa.array([lon], pa.float64()), pa.array([lat], pa.float64()))
    assert (x.to_pylist(), y.to_pylist()) == (([lon], [lat]) if location else ([None], [None]))


@pytest.mark.parametrize("bounds", [COUNTRY, (-119.0, 33.0, -117.0, 35.0), None])
def test_swapped_coordinates_are_found_among_missing_ones(bounds: tuple | None):
    right, wrong = pa.array([34.1, None, 0.0, 34.0]), pa.array([-118.2, None, 0.0, -118.0])
    assert swapped(wrong, right, bounds)
    assert not swapped(right, wrong, bounds)


def test_a_few_strange_points_are_not_swapped():
    assert not swapped(pa.array([34.0, 34.1, -118.2]), pa.array([-118.2, -118.0, 34.0]), COUNTRY)
    assert not swapped(pa.array([51.5] * 3), pa.array([-0.1] * 3), (-125.0, 24.0, -66.0, 50.0))
    assert not swapped(pa.array([0.0, math.nan]), pa.array([0.0, 5.0]), COUNTRY)
    assert not swapped(pa.array([], pa.float64()), pa.array([], pa.float64()), COUNTRY)
