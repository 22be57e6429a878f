"""The settings of each folder of crime records, completed by what its files and its name say."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import InputError
from data.settings import Config, Crime, CrimeColumns
from tasks.crime.sections import section_lines, sections

ALDER, BIRCH = "Alder city, California", "Birch city, California"
FILES = [("crime/alder/a.csv", Path("a.csv"))]
Files = list[tuple[str, Path]]
ANGELES, DENVER = "Los Angeles city, California", "Denver city, Colorado"


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
def test_a_folder_without_a_section_is_shown_lines_that_can_be_written(key: str, unknown: Files):
    said = refused(sections, {key: unknown}, {}, {ALDER}, 2019)
    assert said.startswith(
        f"crime/{key}: nothing says which of the cities of census/city_tracts it is, and it has no section "
        "in "
        "investigation.toml; write there:\n"
    )
    lines = said.split("\n", 1)[1]
    assert lines == section_lines(key)
    for text in (lines, lines.replace("# types", "types")):
        config = Config.model_validate({"name": "a", **tomllib.loads(text)})
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
        ({"crs": "EPSG:4326"}, "crime.alder.crs: EPSG:4326 is no system of feet or metres; write the one of "
                               "x and y"),
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


@pytest.fixture
def unknown(tmp_path: Path, written: Callable) -> Files:
    """Files of no known layout."""
    return [
        ("crime/a/a.csv", written(tmp_path / "a.csv", [{"id": "1", "date": "2019-03-04", "type": "ARSON"}]))
    ]


@pytest.fixture
def denver(tmp_path: Path, written: Callable) -> Files:
    """Files as Denver gives them."""
    row = {
        "INCIDENT_ID": "1",
        "OFFENSE_ID": "2",
        "OFFENSE_TYPE_ID": "arson",
        "FIRST_OCCURRENCE_DATE": "3/4/2019",
    }
    return [("crime/a/d.csv", written(tmp_path / "d.csv", [row]))]


@pytest.fixture
def angeles(tmp_path: Path, crimes: Callable, written: Callable) -> Files:
    """Files as Los Angeles gives them."""
    return [("crime/a/l.csv", written(tmp_path / "l.csv", [crimes(1), crimes(2, Crm_Cd_Desc="ARSON")]))]


@pytest.mark.parametrize("city", [DENVER, "Denver", "denver, co", "Denver, Colorado"])
def test_the_layout_says_the_city_and_the_posts_the_year(denver: Files, city: str):
    found = sections({"a": denver}, {}, {city, ALDER, "Denver city, Iowa"}, 2019)["a"]
    assert (found.city, found.year, found.types) == (city, 2019, None)
    assert found.examined == ("all crimes",)


def test_what_a_section_says_goes_first(denver: Files):
    given = Crime(city=ALDER, year=2018, types=["arson"])
    assert sections({"a": denver}, {"a": given}, {DENVER, ALDER}, 2019) == {"a": given}
    assert sections({"a": denver}, {"a": Crime(year=2018)}, {DENVER, ALDER}, 2019)["a"].city == DENVER


def test_the_folder_says_the_city_where_no_layout_does(unknown: Files):
    for key in ("alder", "Alder", "ALDER city"):
        assert sections({key: unknown}, {}, {DENVER, ALDER}, 2019)[key].city == ALDER


def test_the_types_of_los_angeles_are_the_article_s_where_the_files_hold_them(angeles: Files):
    found = sections({"los-angeles": angeles}, {}, {ANGELES}, 2019)["los-angeles"]
    assert found.types == ["BATTERY - SIMPLE ASSAULT"]


def test_los_angeles_files_without_the_article_s_types_are_examined_together(
    tmp_path: Path, crimes: Callable, written: Callable
):
    files = [("crime/a/a.csv", written(tmp_path / "a.csv", [crimes(1, Crm_Cd_Desc="ARSON")]))]
    assert sections({"a": files}, {}, {ANGELES}, 2019)["a"].types is None


@pytest.mark.parametrize(
    ("given", "cities", "year", "said"),
    [
        ({}, {ALDER}, 2019, "crime/a: Denver is not among the cities of census/city_tracts, and it has no "
                            "section in"),
        ({}, {DENVER}, None, "crime/a: the year analysed is not known, and it has no section in "
                             "investigation.toml"),
        ({"a": Crime(city=DENVER)}, {DENVER}, None, "investigation.toml: crime.a: the year analysed is not "
                                                    "known; write "
         "year = 2019 there"),
        ({"a": Crime(year=2019)}, {ALDER}, None, "investigation.toml: crime.a: Denver is not among the "
                                                 "cities of "
         f'census/city_tracts; write city = "{ALDER}" there'),
    ],
)  # fmt: skip
def test_what_is_not_known_is_asked_for(denver: Files, given: dict, cities: set, year: int | None, said: str):
    assert refused(sections, {"a": denver}, given, cities, year).startswith(said)


def test_files_of_two_cities_in_one_folder_are_reported(denver: Files, angeles: Files):
    assert refused(sections, {"a": denver + angeles}, {}, {DENVER, ANGELES}, 2019) == (
        "crime/a: holds files of Denver and Los Angeles; put each city's into a folder of its own"
    )
