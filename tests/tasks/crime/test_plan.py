"""How one file is read: decided from its header, its first rows and its column of dates."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from data.errors import InputError
from data.settings import Crime
from tasks.crime.plan import FilePlan, plan_of


def planned(path: Path, text: str, **given: object) -> FilePlan:
    path.write_text(text)
    return plan_of("a", "crime/a/a.csv", path, Crime(**given))  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


def test_the_order_of_a_layout_needs_no_look_at_the_dates(path: Path):
    text = "DR_NO,DATE OCC,Crm Cd Desc,LAT,LON\n1,5/6/2019,THEFT,34,-118\n"
    assert planned(path, text).dates.order == "month first"
    assert planned(path, text, columns={"date": "DATE OCC"}).dates.order == "month first"
    assert planned(path, text, date_format="%d/%m/%Y").dates.format == "%d/%m/%Y"


def test_another_column_of_a_layout_is_looked_at(path: Path):
    text = "DR_NO,DATE OCC,Rptd,Crm Cd Desc,LAT,LON\n1,5/6/2019,{},THEFT,34,-118\n"
    own = {"columns": {"date": "Rptd"}}
    assert planned(path, text.format("13/6/2019"), **own).dates.order == "day first"
    with pytest.raises(
        InputError, match="column Rptd, row 1: '5/6/2019' is May 6, 2019 with the month first and"
    ):
        planned(path, text.format("5/6/2019"), **own)


def test_the_whole_column_decides_beyond_the_first_block(path: Path):
    rows = [f"{number},05/06/2019,THEFT,34,-118,{'x' * 40}" for number in range(60_000)]
    text = "id,date,type,lat,lon,more\n" + "\n".join([*rows, "z,06/13/2019,THEFT,34,-118,x"])
    dates = planned(path, text).dates
    assert (dates.order, dates.shown_by) == ("month first", (60_001, "06/13/2019"))


@pytest.mark.parametrize(
    ("text", "given", "crs"),
    [
        ("date,type,x,y\n2019-03-04,A,-118,34\n", {}, ""),
        ("date,type,x,y\n2019-03-04,A,-118,34\n", {"crs": "EPSG:2232"}, ""),
        ("date,type,x,y\n2019-03-04,A,3178210,1700715\n", {"crs": "EPSG:2232"}, "EPSG:2232"),
        ("date,type,lat,lon\n2019-03-04,A,1700715,3178210\n", {"crs": "EPSG:2232"}, "EPSG:2232"),
        ("date,type,x,y\n2019-03-04,A,,\n2019-03-04,A,0,0\n", {"crs": "EPSG:2232"}, "EPSG:2232"),
        ("date,type,x,y\n2019-03-04,A,,\n", {}, ""),
        (
            "OFFENSE_ID,REPORTED_DATE,OFFENSE_TYPE_ID,GEO_X,GEO_Y\n1,3/4/2019,a,3178210,1700715\n",
            {},
            "EPSG:2232",
        ),
    ],
)
def test_feet_are_known_by_their_size(path: Path, text: str, given: dict, crs: str):
    assert planned(path, text, **given).crs == crs


def test_a_file_with_only_a_header_has_a_plan_that_goes_to_workers(path: Path):
    plan = planned(path, "DR_NO,DATE OCC,Crm Cd Desc,LAT,LON\n")
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert plan.wanted.names == ("DR_NO", "DATE OCC", "Crm Cd Desc", "LON", "LAT")


@pytest.mark.parametrize(
    ("header", "given", "key", "is_row"),
    [
        ("INCIDENT_ID,OFFENSE_ID,REPORTED_DATE,OFFENSE_TYPE_ID,GEO_LAT,GEO_LON", {}, "OFFENSE_ID", True),
        ("INCIDENT_ID,OFFENSE_ID,REPORTED_DATE,OFFENSE_TYPE_ID,GEO_LAT,GEO_LON", {"rows": "incident"},
         "INCIDENT_ID", False),
        ("INCIDENT_NUMBER,OCCURRED_ON_DATE,OFFENSE_DESCRIPTION,Lat,Long", {}, "INCIDENT_NUMBER", False),
        ("id,date,type,lat,lon", {"rows": "incident"}, "id", False),
        ("date,type,lat,lon", {}, None, False),
    ],
)  # fmt: skip
def test_rows_are_told_apart_by_their_own_id_or_by_the_incident_s(
    path: Path, header: str, given: dict, key: str | None, is_row: bool
):
    plan = planned(path, header + "\n", **given)
    assert (plan.key, plan.is_row) == (key, is_row)
