"""Where a crime happened, in whatever form it is given."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tasks.crime.locations import Degrees, NotANumberError, from_grid, in_one_column, is_grid, numbers_of

LON, LAT = -104.968, 39.711


@pytest.mark.parametrize(
    "text",
    [
        "POINT (-104.968 39.711)", "POINT(-104.968 39.711)", "point ( -104.968  39.711 )",
        "SRID=4326;POINT (-104.968 39.711)", "POINT Z (-104.968 39.711 1600)", "(39.711, -104.968)",
        "(39.711°, -104.968°)", "1600 MAIN ST\nDENVER, CO 80202\n(39.711, -104.968)", " 39.711, -104.968 ",
        '{"type": "Point", "coordinates": [-104.968, 39.711]}',
        "{'type':'Point','coordinates':[-104.968,39.711]}",
        "{'latitude': '39.711', 'human_address': '{}', 'longitude': '-104.968'}",
        '{"needs_recoding": false, "longitude": "-104.968", "latitude": "39.711"}',
    ],
)  # fmt: skip
def test_a_location_in_one_column_is_read(text: str):
    found = in_one_column(pa.array([None, text, "", "1600 MAIN ST"]))
    assert found.lon.to_pylist() == [None, LON, None, None]
    assert found.lat.to_pylist() == [None, LAT, None, None]


@pytest.mark.parametrize("text", ["POINT EMPTY", "(DENVER, CO)", "80202", "39.711", "1, 2, 3", "()", "{}"])
def test_what_holds_no_coordinates_is_no_location(text: str):
    assert in_one_column(pa.array([text])).lon.to_pylist() == [None]


def test_a_structure_is_read_as_the_json_that_it_was():
    point = {"type": "Point", "coordinates": [LON, LAT]}
    socrata = {"latitude": str(LAT), "longitude": str(LON)}
    assert in_one_column(pa.array([point, None])).lon.to_pylist() == [LON, None]
    assert in_one_column(pa.array([socrata])).lat.to_pylist() == [LAT]


def test_numbers_are_read_from_text_with_commas_and_with_what_stands_for_withheld_ones():
    texts = ["39.711", " 39,711 ", "REDACTED", "redacted", "-", "", None, "-1", "1e2"]
    assert numbers_of(pa.array(texts)).to_pylist() == [
        39.711,
        39.711,
        None,
        None,
        None,
        None,
        None,
        -1.0,
        100.0,
    ]
    assert numbers_of(pa.array([1, None])).to_pylist() == [1.0, None]
    assert numbers_of(pa.array(["3,178,210", "17"]), thousands=True).to_pylist() == [3178210.0, 17.0]


@pytest.mark.parametrize("text", ["north", "1,2,3", "39.711 N", "--1", "0x10"])
def test_what_is_no_number_is_named(text: str):
    with pytest.raises(NotANumberError) as error:
        numbers_of(pa.array(["1.5", None, text]))
    assert (error.value.index, error.value.text) == (2, text)


@pytest.mark.parametrize(
    ("crs", "x", "y", "lon", "lat"),
    [  # points that the portals of Denver and Chicago give in both ways, rounded
        ("EPSG:2232", 3142086.0, 1699093.0, -104.995, 39.752),
        ("EPSG:3435", 1165074.0, 1875917.0, -87.670, 41.815),
    ],
)
def test_feet_become_degrees(crs: str, x: float, y: float, lon: float, lat: float):
    found = from_grid(pa.array([x, 0.0, None, -1.0]), pa.array([y, 0.0, 1.0, -1.0]), crs)
    assert found.lon[0].as_py() == pytest.approx(lon, abs=0.002)
    assert found.lat[0].as_py() == pytest.approx(lat, abs=0.002)
    assert found.lon.to_pylist()[1:] == [None] * 3


def test_a_system_must_be_one_of_feet_or_metres():
    assert is_grid("EPSG:2263")
    assert is_grid("EPSG:3857")
    assert not any(map(is_grid, ["EPSG:4326", "EPSG:9999", "ESRI:0000"]))


def test_dummy_points_are_no_location():
    given = Degrees(pa.array([-1.0, -120.5, LON, -1.0]), pa.array([-1.0, 90.0, LAT, LAT]))
    assert given.without(None).lon.to_pylist() == [None, -120.5, LON, -1.0]
    assert given.without((-120.5, 90.0)).lat.to_pylist() == [None, None, LAT, LAT]
