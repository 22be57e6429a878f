"""What the columns of a file mean: the settings first, a layout, then accepted names."""

from __future__ import annotations

import pytest

from data.errors import InputError
from data.settings import CrimeColumns
from tasks.crime.recognise import Recognised, recognise


def found(header: str, **given: str) -> Recognised:
    return recognise("crime/a/a.csv", header.split(","), CrimeColumns(**given), "[crime.a]")


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("id,date,type,lat,lon", {"date": "date", "type": "type", "latitude": "lat",
         "longitude": "lon", "id": "id"}),
        ("Case Number,Occurred On,Report Date,Offense,Y,X", {"incident": "Case Number", "date": "Occurred On",
         "type": "Offense", "y": "Y", "x": "X"}),
        ("incident_date,incident_datetime,crime_type,category,Lat,LNG", {"date": "incident_date",
         "type": "crime_type",         "latitude": "Lat", "longitude": "LNG"}),
        ("incident_num,report_date,offense,location", {"incident": "incident_num", "date": "report_date",
         "type": "offense", "location": "location"}),
    ],
)  # fmt: skip
def test_accepted_names_are_taken_where_one_fits_best(header: str, columns: dict):
    assert dict(found(header).columns) == columns
    assert found(header).layout is None


def test_the_settings_go_first_and_may_name_a_part():
    assert found("id,date,when,type,lat,lon", date="when").columns["date"] == "when"
    given = found("DR_NO,DATE OCC,Date Rptd,Crm Cd Desc,LAT,LON", date=" Date Rptd ")
    assert given.columns["date"] == "Date Rptd"
    assert given.columns["id"] == "DR_NO"
    assert given.named == {"date"}
    assert "id" not in found("DR_NO,DATE OCC,Crm Cd Desc,LAT,LON", id="").columns


@pytest.mark.parametrize(
    ("header", "given", "place"),
    [
        ("date,type,x,y,lat,lon", {}, ("latitude", "longitude")),
        ("date,type,x,y,lat,lon", {"x": "x", "y": "y"}, ("x", "y")),
        ("date,type,location,x,y", {}, ("location",)),
        ("date,type,lat,point", {}, ("location",)),
        ("date,type,lat,lon,where", {"location": "where"}, ("location",)),
        ("date,type,lat", {}, ()),
    ],
)
def test_the_location_is_in_the_surest_columns(header: str, given: dict, place: tuple):
    assert found(header, **given).place == place


@pytest.mark.parametrize(
    ("header", "given", "said"),
    [
        (
            "id,type,lat,lon",
            {},
            "no known layout, and no column that must be the date; write in [crime.a] columns",
        ),
        (
            "id,date,lat,lon",
            {},
            "no known layout, and no column that must be the type; write in [crime.a] columns",
        ),
        (
            "date,offense_date,crime_date,type",
            {},
            "columns offense_date and crime_date could both be the date; write",
        ),
        (
            "date,type,lat,latitude,lon",
            {},
            "columns latitude and lat could both be the latitude; write in [crime.a]",
        ),
        ("date,type,lat,lon", {"type": "what"}, "no column what; "),
    ],
)
def test_what_is_not_certain_is_asked(header: str, given: dict, said: str):
    with pytest.raises(InputError) as error:
        found(header, **given)
    assert str(error.value).startswith(f"crime/a/a.csv: {said}")
    assert "\n" not in str(error.value)


def test_a_header_of_many_or_odd_columns_is_shown_in_part():
    with pytest.raises(InputError) as error:
        found(",".join(["a\x1b[31m", "b" * 1000, *(f"c{place}" for place in range(5000))]))
    assert len(str(error.value)) < 700
    assert "\x1b" not in str(error.value)
    assert "and 4,962 more" in str(error.value)
