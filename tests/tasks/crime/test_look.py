"""Crime records and their settings are checked before any work is done."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import InputError
from data.settings import Crime
from tasks.crime.look import check_crimes
from tasks.crime.plan import plan_of


def refused(call: Callable, *given: object) -> str:
    with pytest.raises(InputError) as error:
        call(*given)
    return str(error.value)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "A.CSV"])
def test_good_files_pass(tmp_path: Path, crimes: Callable, written: Callable, settings: Crime, name: str):
    path = written(tmp_path / name.lower(), [crimes(number) for number in range(20)])
    check_crimes("alder", [(f"crime/alder/{name}", path)], settings, (-119.0, 33.0, -117.0, 36.0))
    check_crimes("alder", [(f"crime/alder/{name}", path)], settings)


def test_a_file_with_only_a_header_passes(tmp_path: Path, settings: Crime):
    path = tmp_path / "a.csv"
    path.write_text("DR_NO,DATE OCC,Crm Cd Desc,LAT,LON\n")
    check_crimes("alder", [("crime/alder/a.csv", path)], settings)


@pytest.mark.parametrize("bounds", [None, (-119.0, 33.0, -117.0, 36.0)])
def test_swapped_coordinates_are_reported(
    tmp_path: Path, crimes: Callable, written: Callable, settings: Crime, bounds: tuple | None
):
    rows = [crimes(number, LAT="-118.2", LON="34.1") for number in range(20)]
    rows[:5] = [crimes(number, LAT="0", LON="0") for number in range(5)]
    path = written(tmp_path / "a.csv", rows)
    assert refused(check_crimes, "alder", [("crime/alder/a.csv", path)], settings, bounds) == (
        "crime/alder/a.csv: columns LAT and LON are swapped (most crimes would lie in the tract layer the "
        "other way round); rename each to the other, or swap them in columns of [crime.alder]"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty; hand in the file with its header and rows"),
        (
            b"DR_NO,DATE OCC,Crm Cd Desc,LAT ,LOM\n",
            "an edition of Los Angeles' portal without coordinates, so that no crime can be put into a "
            "tract; add "
            "columns latitude and longitude (geocode the addresses), or name in [crime.alder] columns",
        ),
        (
            b"when,what,LAT,LON\n",
            "no known layout, and no column that must be the date; write in [crime.alder] "
            'columns = { date = "…" } (there are when, what, LAT, LON)',
        ),
        (
            b"date,offense,crime,LAT,LON\n",
            "columns offense and crime could both be the type; write in [crime.alder] "
            'columns = { type = "offense" }, or the other',
        ),
        (b"DR_NO,DR_NO,DATE OCC,Crm Cd Desc,LAT,LON\n", "two columns are called DR_NO"),
        (
            b"DR_NO,DATE OCC,Crm Cd Desc,LAT,LON\n1,7/29/2019,THEFT,north,-118\n",
            "column LAT, row 1: 'north' is not a number; write degrees as digits with a decimal point",
        ),
        (
            b"DR_NO,DATE OCC,Crm Cd Desc,LAT,LON\n1,7/29/2019,THEFT,34,-118\n2,soon,THEFT,34,-118\n",
            "column DATE OCC, row 2: 'soon' is not a date; ",
        ),
        (
            b"DR_NO,DATE OCC,Crm Cd Desc,LAT,LON\n,7/29/2019,THEFT,34,-118\n",
            "column DR_NO, row 1: is empty; a crime without an id",
        ),
        (
            b"DR_NO,DATE OCC,Crm Cd Desc,LAT,LON\n1,7/29/2019,THEFT,1700715,3178210\n",
            "columns LON and LAT hold 3178210 and 1700715, and no degrees: feet of a state's plane, or "
            "metres? write "
            'their system in [crime.alder], as crs = "EPSG:2232", or name columns with degrees',
        ),
        (
            b"date,type,place\n2019-03-04,THEFT,POINT (-118 34)\n",
            "without coordinates, so that no crime can be put into a tract",
        ),
        (
            b"date,type,location\n2019-03-04,THEFT,\n2019-03-04,THEFT,1 MAIN ST\n",
            "column location, row 2: '1 MAIN ST' holds no coordinates, as POINT (-118.2 34.1) or (34.1, "
            "-118.2); name",
        ),
        (
            b"date,type,lat,lon\n5/6/2019,THEFT,34,-118\n",
            "column date, row 1: '5/6/2019' is May 6, 2019 with the",
        ),
    ],
)
def test_what_is_wrong_in_any_file_is_reported_before_the_work(  # noqa: PLR0917 - fixtures
    tmp_path: Path, crimes: Callable, written: Callable, settings: Crime, data: bytes, said: str
):
    good = written(tmp_path / "good.csv", [crimes(1)])
    for name, stored in (("bad.csv", data), ("bad.csv.gz", gzip.compress(data))):
        (tmp_path / name).write_bytes(stored)
        files = [("crime/alder/a.csv", good), (f"crime/alder/{name}", tmp_path / name)]
        found = refused(check_crimes, "alder", files, settings, None)
        assert found.startswith(f"crime/alder/{name}: {said}")
        assert "\n" not in found


def test_a_latin_1_column_that_is_not_read_is_accepted(tmp_path: Path, settings: Crime):
    path = tmp_path / "a.csv"
    path.write_bytes(
        "DR_NO,DATE OCC,Crm Cd Desc,LOCATION,LAT,LON\n1,7/29/2019,THEFT,Peña,34,-118\n".encode("latin-1")
    )
    check_crimes("alder", [("crime/alder/a.csv", path)], settings)


def test_another_kind_of_file_and_no_file_are_reported(tmp_path: Path, settings: Crime):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    said = refused(check_crimes, "alder", [("crime/alder/a.parquet", path)], settings)
    assert said.startswith("crime/alder/a.parquet: ")
    assert "Parquet" in said
    assert refused(check_crimes, "alder", [], settings).startswith("crime/alder: no file in it; put")


def recognised(path: Path, text: str, **given: object) -> list[str]:
    path.write_text(text)
    settings = Crime(city="Alder city, California", year=2019, **given)  # type: ignore[arg-type]
    return [str(each) for each in check_crimes("alder", [("crime/alder/a.csv", path)], settings)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("DR_NO,DATE OCC,Crm Cd Desc,LAT,LON\n1,7/9/2019,THEFT,34,-118\n", "Los Angeles' portal, one row "
                                                                           "per report, "
         "1 crimes"),
        ("when,offense,y,x\n13/7/2019,THEFT,34,-118\n", None),
        ("occurred_on,offense,y,x\n13/7/2019,THEFT,34,-118\n", "no known layout: date from occurred_on, "
                                                               "type from "
         "offense, location from y and x, dates with the day first, 1 crimes"),
        ("CCN,START_DATE,OFFENSE,SHIFT,XBLOCK,YBLOCK\n1,2019/03/04 05:05:00+00,THEFT,DAY,398000,137000\n",
         "Washington's portal, one row per report, coordinates in EPSG:26985, 1 crimes"),
    ],
)  # fmt: skip
def test_what_was_recognised_is_said(tmp_path: Path, text: str, said: str | None):
    if said is None:
        with pytest.raises(InputError):
            recognised(tmp_path / "a.csv", text)
        return
    first, about = recognised(tmp_path / "a.csv", text)
    assert first == f"crime/alder/a.csv: {said}"
    assert about == (
        "crime/alder: Alder city, California, 2019: all crimes together, as no types are named; the "
        "commonest in the "
        "first rows are 'THEFT'"
    )
    assert recognised(tmp_path / "a.csv", text, types=["THEFT"]) == [
        first, "crime/alder: Alder city, California, 2019: 'THEFT'"
    ]  # fmt: skip


def test_swapped_values_in_one_column_are_put_right_where_they_can_be_told(tmp_path: Path):
    text = 'date,type,location\n2019-03-04,THEFT,"(-118.2, 34.1)"\n'
    path = tmp_path / "a.csv"
    path.write_text(text)
    plan = plan_of("alder", "a.csv", path, Crime())
    assert plan.turned
    text = 'date,type,location\n2019-03-04,THEFT,"(-77.0, 38.9)"\n'
    path.write_text(text)
    said = refused(
        check_crimes, "alder", [("a.csv", path)], Crime(city="A", year=2019), (-78.0, 38.0, -76.0, 40.0)
    )
    assert said.startswith("a.csv: column location gives latitude and longitude in the other order")
