"""Coordinates that are no degrees, read as what they are: each kind, and what must not be taken for one."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from pyproj import Transformer

from tasks.places.odd_points import NO_DEGREES, likeliest, odd_points
from tasks.rows.reader import OddRows, added

DENVER = (-105.2, 39.5, -104.6, 40.0)
COUNTRY = (-179.2, -14.6, 179.9, 71.4)
LAT, LON = 39.7392, -104.9903


def kinds(lat: float, lon: float, bounds: tuple[float, float, float, float] | None) -> set[str]:
    odd = odd_points(pa.array([lat]), pa.array([lon]), bounds, 0)
    return {each.kind for each in odd} - {"placed", "no decimal", "1 decimal", "2 decimals", "away"}


MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(LON, LAT)
FEET = Transformer.from_crs("EPSG:4269", "EPSG:2232", always_xy=True).transform(LON, LAT)
METERS = Transformer.from_crs("EPSG:4269", "EPSG:26913", always_xy=True).transform(LON, LAT)


@pytest.mark.parametrize("bounds", [DENVER, COUNTRY])
@pytest.mark.parametrize(
    ("lat", "lon", "kind"),
    [
        (FEET[1], FEET[0], "feet"),
        (METERS[1], METERS[0], "feet"),
        (MERCATOR[1], MERCATOR[0], "mercator"),
        (39_739_200.0, -104_990_300.0, "millionths"),
        (397_392_000.0, -1_049_903_000.0, "ten-millionths"),
        (394_421.12, -1_045_925.08, "sexagesimal"),  # 39°44'21.12", 104°59'25.08"
        (3_944.352, -10_459.418, "minutes"),  # 39°44.352', 104°59.418'
        (LAT, -LON, "sign"),
        (-LAT, LON, "sign"),
        (math.radians(LAT), math.radians(LON), "radians"),
        (200.0, 200.0, "beyond"),
        (39_739_200.0, 104_990_300.0, "millionths"),  # and the sign lost
        (397_392.0, -1_049_903.0, "point"),
        (-LON, LAT, "turned"),
    ],
)
def test_each_kind_is_known(lat: float, lon: float, kind: str, bounds: tuple[float, float, float, float]):
    assert kinds(lat, lon, bounds) == {kind}


@pytest.mark.parametrize("bounds", [DENVER, COUNTRY, None])
@pytest.mark.parametrize(
    ("lat", "lon"), [(LAT, LON), (0.0, 0.0), (math.nan, LON), (51.5, -0.1), (39.9, -104.7)]
)
def test_degrees_and_nothing_are_no_such_kind(lat: float, lon: float, bounds: tuple | None):
    assert kinds(lat, lon, bounds) == set()


def test_without_an_extent_feet_are_still_known():
    assert kinds(1_700_000.0, 3_140_000.0, None) == {"feet"}


def test_the_first_row_and_how_many_decimals_there_are_do_not_depend_on_where_blocks_end():
    rng = np.random.default_rng(3)
    lat = [round(39.5 + place / 2, digits % 5 + 1) for digits, place in enumerate(rng.random(300).tolist())]
    lon = np.round(-105.1 + rng.random(300) / 2, 1).tolist()
    lat[7:9], lon[200] = [1.7e6, 1.8e6], 3.1e6
    lon[0], lat[0] = 0.0, 0.0

    def whole(size: int) -> tuple[OddRows, ...]:
        blocks = (
            odd_points(pa.array(lat[at : at + size]), pa.array(lon[at : at + size]), DENVER, at)
            for at in range(0, 300, size)
        )
        return tuple(sorted(added(each for block in blocks for each in block), key=lambda each: each.kind))

    assert whole(300) == whole(7) == whole(1)
    found = {each.kind: each for each in whole(300)}
    assert (found["feet"].rows, found["feet"].first) == (3, 8)
    assert found["feet"].value.startswith("1700000, -10")
    assert found["placed"].rows == 296
    assert found["1 decimal"].rows < found["2 decimals"].rows < 296


def test_numbers_that_were_stored_in_32_bits_have_their_decimals():
    lat = pa.array(np.array([39.7, 40.1], np.float32).astype(np.float64))
    lon = pa.array(np.array([-104.99, -105.1], np.float32).astype(np.float64))
    found = {each.kind: each.rows for each in odd_points(lat, lon, None, 0)}
    assert (found["2 decimals"], found["1 decimal"]) == (2, 1)


def test_of_several_files_the_kind_with_most_rows_is_the_likeliest():
    odd = {"a.csv": [OddRows("feet", 3, 2, "1, 2")], "b.csv": [OddRows("millionths", 5, 9, "3, 4")]}
    cause = likeliest(odd, NO_DEGREES)
    assert cause is not None
    assert cause.words("Y and X") == (
        "Y and X hold 3, 4 (b.csv, row 9): are these millionths of degrees? divide them by 1,000,000."
    )


def test_a_lost_decimal_point_may_have_been_anywhere():
    assert kinds(397_392.0, -104_990_331.0, DENVER) == {"point"}


def test_exchanged_coordinates_without_their_sign_are_known_within_90_degrees_too():
    chicago = (-88.0, 41.6, -87.5, 42.1)
    assert kinds(87.6, 41.9, chicago) == {"turned near"}
    # People live at 60 degrees north, whatever a layer of the country reaches to.
    assert kinds(60.17, 24.94, COUNTRY) == set()


@pytest.mark.parametrize(("lat", "lon"), [(52.9, 173.2), (13.45, 144.8), (15.2, 145.7)])
def test_islands_beyond_the_date_line_have_not_lost_their_sign(lat: float, lon: float):
    assert kinds(lat, lon, COUNTRY) == set()


def test_degrees_beyond_the_layer_are_noted_with_the_first():
    (away, *_) = odd_points(pa.array([39.7, 34.1]), pa.array([-104.9, -118.2]), DENVER, 0)
    assert (away.kind, away.rows, away.first, away.value) == ("away", 1, 2, "34.1, -118.2")
