"""Crime records and their settings are checked before any work is done."""

from __future__ import annotations

import gzip
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import InputError
from data.settings import LOS_ANGELES, Config, Crime, CrimeColumns
from tasks.crime.look import check_crimes, section_lines, sections

ALDER, BIRCH = "Alder city, California", "Birch city, California"
FILES = [("crime/alder/a.csv", Path("a.csv"))]


def section(**given: object) -> Crime:
    values = {"city": ALDER, "year": 2019, "types": ["ARSON", "THEFT"]}
    return Crime(**(values | given))  # type: ignore[arg-type]


def refused(call: Callable, *given: object) -> str:
    with pytest.raises(InputError) as error:
        call(*given)
    return str(error.value)


def test_each_folder_has_its_section_in_order_of_the_folders():
    crime = {"birch": section(city=BIRCH), "alder": section(date_format="%d.%m.%Y")}
    found = sections({"alder": FILES, "birch": FILES}, crime, {ALDER, BIRCH})
    assert list(found) == ["alder", "birch"]
    assert found == crime
    assert sections({}, {}, set()) == {}


@pytest.mark.parametrize("key", ["los-angeles", "saint louis", "été", 'a"b', "2019"])
def test_a_folder_without_a_section_is_shown_lines_that_can_be_written(key: str):
    said = refused(sections, {key: FILES}, {}, {ALDER})
    assert said.startswith(f"crime/{key}: no section for it in investigation.toml; write its settings")
    lines = said.split("\n", 1)[1]
    assert lines == section_lines(key)
    for text in (lines, lines.replace("# columns", "columns")):
        config = Config.model_validate({"name": "a", **tomllib.loads(text)})
        assert config.crime[key].columns == LOS_ANGELES
        assert config.crime[key].year == 2019


def test_a_mistyped_folder_or_section_is_reported_with_the_other():
    said = refused(sections, {"los-angels": FILES}, {"los-angeles": section()}, {ALDER})
    assert said.startswith(
        "crime/los-angels: no section for it in investigation.toml (did you mean the folder to be "
        "'los-angeles'?); write its settings there:\n"
    )
    said = refused(sections, {"alder": FILES}, {"alder": section(), "birch": section()}, {ALDER})
    assert said == (
        "investigation.toml: crime.birch: no file in crime/birch; put the city's records there, "
        "or remove the section"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"city": "Alder, California"}, f"crime.alder.city: no list of census/city_tracts has the city "
         f"'Alder, California'; did you mean '{ALDER}'?"),
        ({"city": "Paris"}, "has the city 'Paris'; add its tracts there"),
        ({"types": ["ARSON", " "]}, "crime.alder.types: ' ' is not a type; write it as the files do"),
        ({"types": ["HIT  RUN", "HIT RUN "]}, "crime.alder.types: 'HIT RUN' is named twice; remove one"),
        ({"types": ["outside"]}, "crime.alder.types: 'outside' is a line of the ledger"),
        ({"columns": CrimeColumns(date="d", type="t", latitude="y", longitude=" y")},
         "crime.alder.columns: latitude and longitude are both 'y'; name a column for each"),
        ({"columns": CrimeColumns(date="d", type=" ", latitude="y", longitude="x")},
         "crime.alder.columns.type: is blank"),
        ({"date_format": "DD.MM.YYYY"},
         "crime.alder.date_format: 'DD.MM.YYYY' is not a strptime format with a year"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_reported(given: dict, said: str):
    found = refused(sections, {"alder": FILES}, {"alder": section(**given)}, {ALDER, BIRCH})
    assert found.startswith("investigation.toml: crime.alder")
    assert said in found
    assert "\n" not in found


def test_one_type_of_one_city_is_examined_once():
    crime = {"a": section(types=["THEFT", "ARSON"]), "b": section(types=["ARSON "], year=2018)}
    files = {"a": FILES, "b": FILES}
    assert refused(sections, files, crime, {ALDER}) == (
        f"investigation.toml: crime.a and crime.b both examine 'ARSON' in '{ALDER}'; put the files into one "
        "folder, or remove the type from one"
    )
    crime["b"] = section(types=["ARSON"], city=BIRCH)
    assert sections(files, crime, {ALDER, BIRCH}) == crime


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
            b"DR_NO,DATE OCC,Crm Cd Desc,LAT ,LONG\n",
            "no column LON; did you mean LONG? rename the column that holds it, or name it in columns of "
            "[crime.alder] (there are DR_NO, DATE OCC, Crm Cd Desc, LAT , LONG)",
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
    assert said.startswith("crime/alder/a.parquet: is not a Parquet file, or a damaged one; copy")
    assert refused(check_crimes, "alder", [], settings).startswith("crime/alder: no file in it; put")
