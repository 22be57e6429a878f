"""Files of crime records as portals give them, each read as it is: the settings name the city alone."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client

from data.errors import InputError
from data.settings import Crime
from tasks.crime.gather import gather_crimes
from tasks.crime.look import check_crimes
from tasks.crime.results import GatheredCrimes
from tasks.crime.sections import sections

LON, LAT = -104.968, 39.711
DAYS = [(month, day) for day in (1, 13, 25) for month in range(1, 11)]
"""Of 30 crimes of 2019."""

Line = dict[str, object]


def angeles(number: int, month: int, day: int) -> Line:
    return {
        "DR_NO": f"19{number:07d}", "DATE OCC": f"{month:02d}/{day:02d}/2019 12:00:00 AM", "TIME OCC": "0005",
        "AREA ": "1", "Crm Cd Desc": "ARSON", "LOCATION": "100 N  ST", "LAT": LAT, "LON": LON,
    }  # fmt: skip


def angeles_since_2024(number: int, month: int, day: int) -> Line:
    name = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct")[month - 1]
    return angeles(number, month, day) | {"DATE OCC": f"2019 {name} {day:02d} 12:00:00 AM"}


def york(number: int, month: int, day: int) -> Line:
    return {
        "CMPLNT_NUM": number, "CMPLNT_FR_DT": f"{month:02d}/{day:02d}/2019", "CMPLNT_FR_TM": "23:00:00",
        "OFNS_DESC": "ARSON", "X_COORD_CD": "1,004,392", "Y_COORD_CD": "205,000", "Latitude": LAT,
        "Longitude": LON, "Lat_Lon": f"({LAT}, {LON})",
    }  # fmt: skip


def york_api(number: int, month: int, day: int) -> Line:
    return {
        ":id": f"row-{number}", "cmplnt_num": number,
        "cmplnt_fr_dt": f"2019-{month:02d}-{day:02d}T00:00:00.000",
        "ofns_desc": "ARSON", "latitude": LAT, "longitude": LON,
    }  # fmt: skip


def francisco(number: int, month: int, day: int) -> Line:
    return {
        "Incident Datetime": f"2019/{month:02d}/{day:02d} 11:31:00 PM",
        "Incident Date": f"2019/{month:02d}/{day:02d}",
        "Row ID": f"{number}07041", "Incident ID": number // 2, "Incident Number": number // 2,
        "Incident Code": "07041", "Incident Category": "Arson", "Latitude": LAT, "Longitude": LON,
        "Point": f"POINT ({LON} {LAT})",
    }  # fmt: skip


def francisco_before(number: int, month: int, day: int) -> Line:
    return {
        "PdId": number, "IncidntNum": number // 2, "Incident Code": "1", "Category": "ARSON", "Descript": "X",
        "DayOfWeek": "Friday", "Date": f"{month:02d}/{day:02d}/2019", "Time": "23:00",
        "PdDistrict": "SOUTHERN",
        "X": LON, "Y": LAT, "location": f"POINT ({LON} {LAT})",
    }  # fmt: skip


def denver(number: int, month: int, day: int) -> Line:
    return {
        "INCIDENT_ID": number // 2, "OFFENSE_ID": f"{number}0", "OFFENSE_CODE": 1, "OFFENSE_TYPE_ID": "arson",
        "OFFENSE_CATEGORY_ID": "arson", "FIRST_OCCURRENCE_DATE": f"{month}/{day}/2019 11:31:00 PM",
        "REPORTED_DATE": f"{month}/{day}/2019 11:31:00 PM", "GEO_X": 3142086, "GEO_Y": 1699093,
        "GEO_LON": LON,
        "GEO_LAT": LAT, "IS_CRIME": 1, "IS_TRAFFIC": 0,
    }  # fmt: skip


def denver_in_feet(number: int, month: int, day: int) -> Line:
    given = denver(number, month, day)
    return {name: value for name, value in given.items() if name not in {"GEO_LON", "GEO_LAT"}}


def denver_arcgis(number: int, month: int, day: int) -> Line:
    moment = 1546300800000 + ((month - 1) * 28 + day) * 86_400_000
    return {"OBJECTID": number} | denver(number, month, day) | {"FIRST_OCCURRENCE_DATE": moment}


def houston(number: int, month: int, day: int) -> Line:
    return {
        "Incident": number // 2, "RMSOccurrenceDate": f"{month}/{day}/2019", "RMSOccurrenceHour": 5,
        "NIBRSClass": "200",
        "NIBRSDescription": f"Arson {number % 2}", "OffenseCount": 1, "MapLongitude": LON, "MapLatitude": LAT,
    }  # fmt: skip


def seattle(number: int, month: int, day: int) -> Line:
    return {
        "Report Number": number // 2, "Offense ID": number, "Offense Date": f"2019 Jan {day:02d} 11:31:00 PM",
        "Offense Category": "ALL OTHER", "NIBRS Offense Code Description": "Arson", "Latitude": LAT,
        "Longitude": LON,
    }  # fmt: skip


def philadelphia(number: int, month: int, day: int) -> Line:
    return {
        "the_geom": "0101", "objectid": number, "dispatch_date_time": f"2019-{month:02d}-{day:02d} "
                                                                      "05:05:00+00",
        "dispatch_date": f"2019-{month:02d}-{day:02d}", "dc_key": number, "text_general_code": "Arson",
        "point_x": LON, "point_y": LAT, "lat": LAT, "lng": LON,
    }  # fmt: skip


def washington(number: int, month: int, day: int) -> Line:
    moment = f"2019/{month:02d}/{day:02d} 05:05:00+00"
    return {
        "X": -8574000.1, "Y": 4706000.2, "CCN": number, "REPORT_DAT": moment, "SHIFT": "DAY", "METHOD": "GUN",
        "OFFENSE": "ARSON", "XBLOCK": 398000, "YBLOCK": 137000, "LATITUDE": LAT, "LONGITUDE": LON,
        "START_DATE": moment, "OBJECTID": number,
    }  # fmt: skip


def boston(number: int, month: int, day: int) -> Line:
    return {
        "INCIDENT_NUMBER": f"I19{number // 2}", "OFFENSE_CODE": number,
        "OFFENSE_DESCRIPTION": f"ARSON {number % 2}",
        "OCCURRED_ON_DATE": f"2019-{month:02d}-{day:02d} 13:00:00", "Lat": LAT, "Long": LON,
        "Location": f"({LAT}, {LON})",
    }  # fmt: skip


def dallas(number: int, month: int, day: int) -> Line:
    return {
        "Incident Number w/year": f"{number // 2}-2019", "Service Number ID": f"{number}-2019-01",
        "Date1 of Occurrence": f"2019-{month:02d}-{day:02d} 00:00:00.0000000", "NIBRS Crime": "ARSON",
        "Location1": f"1 MAIN ST\nDALLAS, TX 75201\n({LAT}, {LON})",
    }  # fmt: skip


def of_no_layout(number: int, month: int, day: int) -> Line:
    return {
        "Case Number": number, "Occurred On": f"{day}-{'Jan' if day > 2 else 'Feb'}-19", "Offense": "Arson",
        "Category": "x", "geolocation": json.dumps({"type": "Point", "coordinates": [LON, LAT]}),
    }  # fmt: skip


MADE = [
    angeles, angeles_since_2024, york, york_api, francisco, francisco_before, denver, denver_arcgis, houston,
    seattle, philadelphia, washington, boston, dallas, of_no_layout,
]  # fmt: skip


def text_of(lines: Sequence[Mapping[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def thirty(make: Callable[[int, int, int], Line]) -> list[Line]:
    return [make(number, *DAYS[number]) for number in range(30)]


def gathered(path: Path, work: Path, client: Client, **given: object) -> GatheredCrimes:
    label = f"crime/a/{path.name}"
    settings = sections({"a": [(label, path)]}, {"a": Crime(city="A", **given)}, {"A"}, 2019)["a"]  # type: ignore[arg-type]
    check_crimes("a", [(label, path)], settings)
    return gather_crimes("a", [(label, path)], settings, work, client)


def located(found: GatheredCrimes) -> list[tuple[float, float]]:
    tables = [pq.read_table(batch) for batch in found.batches]
    return [(lon, lat) for table in tables for _, lon, lat in zip(*table.to_pydict().values(), strict=True)]


@pytest.mark.long(4)
@pytest.mark.parametrize("make", MADE)
def test_a_portal_s_file_is_read_as_it_is(
    threads: Client, tmp_path: Path, make: Callable[[int, int, int], Line]
):
    path = tmp_path / "crime.csv"
    path.write_text(text_of(thirty(make)))
    assert located(gathered(path, tmp_path / "work", threads)) == [(LON, LAT)] * 30


def as_lines(lines: list[Line]) -> bytes:
    return "\n".join(json.dumps(line) for line in lines).encode()


def as_features(lines: list[Line]) -> bytes:
    point = {"type": "Point", "coordinates": [LON, LAT]}
    features = [
        {
            "type": "Feature",
            "properties": {n: v for n, v in line.items() if v not in {LON, LAT}},
            "geometry": point,
        }
        for line in lines
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def as_parquet(lines: list[Line]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(lines), sink)
    return sink.getvalue().to_pybytes()


def with_commas_for_points(lines: list[Line]) -> bytes:
    text = text_of([line | {"Ort": "Zürich"} for line in lines]).replace(",", ";")
    return (
        text.replace(str(LON), str(LON).replace(".", ","))
        .replace(str(LAT), str(LAT).replace(".", ","))
        .encode("cp1252")
    )


@pytest.mark.long(4)
@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("a.csv", lambda lines: ("\ufeff" + text_of(lines)).encode()),
        ("a.tsv", lambda lines: text_of(lines).replace(",", "\t").encode("utf-16")),
        ("a.csv", with_commas_for_points),
        ("a.csv.gz", lambda lines: gzip.compress(text_of(lines).encode())),
        ("a.csv.zst", lambda lines: pa.compress(text_of(lines).encode(), "zstd", asbytes=True)),
        ("a.json", lambda lines: json.dumps(lines).encode()),
        ("a.jsonl", as_lines),
        ("a.jsonl.gz", lambda lines: gzip.compress(as_lines(lines))),
        ("a.geojson", as_features),
        ("a.parquet", as_parquet),
        ("A.TXT", lambda lines: text_of(lines).replace(",", "|").encode()),
    ],
)
def test_a_file_may_have_every_form_that_posts_may_have(
    threads: Client, tmp_path: Path, name: str, stored: Callable[[list[Line]], bytes]
):
    path = tmp_path / name
    for make in (angeles, york_api, denver_arcgis):
        path.write_bytes(stored(thirty(make)))
        assert located(gathered(path, tmp_path / "work", threads)) == [(LON, LAT)] * 30


def test_a_portal_s_json_has_the_location_in_an_object(threads: Client, tmp_path: Path):
    line = {"incidentnum": "1", "date1": "2019-03-04 00:00:00.0000000", "nibrs_crime": "ARSON",
            "geocoded_column": {"latitude": str(LAT), "longitude": str(LON)}}  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps([line, {key: value for key, value in line.items() if key != "geocoded_column"}])
    )
    found = gathered(path, tmp_path / "work", threads)
    assert (located(found), found.no_location) == ([(LON, LAT)], 1)


def test_feet_of_the_layout_become_degrees(threads: Client, tmp_path: Path):
    path = tmp_path / "crime.csv"
    path.write_text(text_of(thirty(denver_in_feet)))
    points = located(gathered(path, tmp_path / "work", threads))
    assert len(points) == 30
    assert points[0] == pytest.approx((-104.995, 39.752), abs=0.002)


def test_feet_of_no_layout_need_their_system(threads: Client, tmp_path: Path):
    lines = [{"date": "2019-03-04", "type": "ARSON", "x": "3,142,086", "y": "1,699,093"}] * 30
    path = tmp_path / "crime.csv"
    path.write_text(text_of(lines))
    with pytest.raises(InputError, match="no degrees: feet"):
        gathered(path, tmp_path / "work", threads)
    assert len(located(gathered(path, tmp_path / "work", threads, crs="EPSG:2232"))) == 30


def test_what_a_layout_marks_as_no_crime_is_none_unless_its_type_is_named(threads: Client, tmp_path: Path):
    lines = [*thirty(denver), denver(90, 1, 1) | {"IS_CRIME": 0, "OFFENSE_TYPE_ID": "traffic-accident"}]
    path = tmp_path / "crime.csv"
    path.write_text(text_of(lines))
    assert gathered(path, tmp_path / "work", threads).other_types == 1
    assert gathered(path, tmp_path / "work", threads, types=["traffic-accident"]).other_types == 30


def test_each_incident_counts_once_where_the_settings_say_so(threads: Client, tmp_path: Path):
    path = tmp_path / "crime.csv"
    path.write_text(text_of(thirty(denver)))
    assert gathered(path, tmp_path / "work", threads, rows="incident").duplicates == 15
    path.write_text(text_of(thirty(houston)))
    assert gathered(path, tmp_path / "work", threads, rows="incident").duplicates == 15
    types = ["Arson 0", "Arson 1"]
    assert gathered(path, tmp_path / "work", threads, rows="incident", types=types).duplicates == 0
    path.write_text(text_of([{"date": "2019-03-04", "type": "ARSON", "lat": LAT, "lon": LON}]))
    with pytest.raises(InputError, match=r'no column of incidents, but \[crime.a\] has rows = "incident"'):
        gathered(path, tmp_path / "work", threads, rows="incident")


def test_of_a_layout_with_a_row_per_person_each_crime_counts_once(threads: Client, tmp_path: Path):
    line = {"Report_No": "1", "From_Date": "03/04/2019", "Offense": "Arson", "IBRS": "200",
            "Description": "Arson", "Involvement": "VIC",
            "Location": f"1 MAIN ST\n({LAT}, {LON})"}  # fmt: skip
    path = tmp_path / "crime.csv"
    path.write_text(text_of([line, line | {"Involvement": "SUS"}, line | {"Description": "Murder"}]))
    found = gathered(path, tmp_path / "work", threads)
    assert (found.duplicates, len(located(found)), found.unlike) == (1, 2, 0)


def test_withheld_coordinates_are_no_location_wherever_they_stand(threads: Client, tmp_path: Path):
    lines = thirty(seattle)
    lines[7] |= {"Latitude": "REDACTED", "Longitude": "REDACTED"}
    lines[8] |= {"Latitude": -1, "Longitude": -1}
    path = tmp_path / "crime.csv"
    path.write_text(text_of(lines))
    found = gathered(path, tmp_path / "work", threads)
    assert (found.no_location, len(located(found))) == (2, 28)


def test_an_edition_without_coordinates_is_one_line(threads: Client, tmp_path: Path):
    line = {
        "INC NUMBER": "1",
        "OCCURRED ON": "03/04/2019  00:00",
        "UCR CRIME CATEGORY": "ARSON",
        "100 BLOCK ADDR": "X",
    }
    path = tmp_path / "crime.csv"
    path.write_text(text_of([line]))
    with pytest.raises(InputError, match="an edition of Phoenix' portal without coordinates"):
        gathered(path, tmp_path / "work", threads)
    path.write_text(text_of([line | {"lat": LAT, "Lng": LON}]))
    assert located(gathered(path, tmp_path / "work", threads)) == [(LON, LAT)]


@pytest.fixture
def cases(real: Path) -> Path:
    """The folder of cases beside the real data."""
    folder = real.parent / "cases"
    if not folder.is_dir():
        pytest.skip(f"no cases at {folder}")
    return folder


@pytest.mark.parametrize(
    "name", ["crime-chicago.csv", "crime-point.csv", "crime-two-digit-years.csv", "crime-la-2020-format.csv"]
)
def test_the_files_of_the_cases_are_read(threads: Client, cases: Path, tmp_path: Path, name: str):
    assert len(located(gathered(cases / "files" / name, tmp_path / "work", threads))) == 30


def test_the_case_of_dates_with_two_readings_is_asked_about(threads: Client, cases: Path, tmp_path: Path):
    with pytest.raises(InputError) as error:
        gathered(cases / "files" / "crime-ambiguous-dates.csv", tmp_path / "work", threads)
    assert str(error.value) == (
        "crime/a/crime-ambiguous-dates.csv: column date, row 1: '05/06/2019' is May 6, 2019 with the month "
        "first and "
        "June 5, 2019 with the day first, and no row shows which is meant; write in [crime.a] "
        'date_format = "%m/%d/%Y" or "%d/%m/%Y"'
    )


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("14-id-is-of-the-incident-not-the-row", 212),
        ("15-decimal-comma", 212),
        ("16-dates-as-San-Francisco-writes-them", 212),
    ],
)
def test_the_findings_count_every_row(threads: Client, cases: Path, tmp_path: Path, name: str, rows: int):
    found = gathered(cases / "findings" / name / "crime" / "grid" / "c.csv", tmp_path / "work", threads)
    assert len(located(found)) == rows
    assert (found.unlike, found.split) == ((39, True) if name.startswith("14") else (0, False))


def test_the_finding_of_a_date_that_no_row_explains_is_one_line(threads: Client, cases: Path, tmp_path: Path):
    path = cases / "findings" / "18-date-error-aborts" / "crime" / "grid" / "c.csv"
    with pytest.raises(InputError, match=r"row 1: '15-Jun-19' may begin with the day or the year"):
        gathered(path, tmp_path / "work", threads)
