"""The files of the Census under the names under which they were downloaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError
from flows.parts import points
from flows.run.inputs import Inputs
from flows.run.preflight import notes, parts_to_run, skipped

FILES = ("tl_2019_08_tract.zip", "acs-nhgis.csv", "city-tracts-wide.csv")


@pytest.fixture
def given(real: Path, tmp_path: Path) -> Inputs:
    cases = real.parent / "cases" / "files"
    (tmp_path / "census").mkdir()
    (tmp_path / "investigation.toml").write_text('name = "test"\n')
    for name in FILES:
        if not (cases / name).is_file():
            pytest.skip(f"no cases at {cases}")
        shutil.copy(cases / name, tmp_path / "census" / name)
    return Inputs(Investigation.open(tmp_path))


def test_downloads_under_their_own_names_are_all_that_the_parts_need(given: Inputs):
    for pattern in points.CENSUS:
        assert points.found_otherwise(given.investigation, pattern)
    assert [path.name for path in given.once(points.layer)] == [FILES[0]]
    assert given.once(points.bounds) is not None
    census = given.once(points.census)
    assert census.tracts.num_rows == census.cities.num_rows == 12
    assert points.cities(census) == {"Brighton city, Colorado", "Thornton city, Colorado"}
    assert given.once(points.census_of_examined).cities.num_rows == 12
    said = [str(each) for each in points.recognised(given)]
    assert said[0].startswith("census/tl_2019_08_tract.zip: ")
    assert said[1:] == [
        "census/acs-nhgis.csv: NHGIS table, 2019 5-year, 12 tracts",
        "census/city-tracts-wide.csv: list of cities (a column per city), 2 cities, 12 rows",
    ]
    assert points.unknown(given.investigation) == []


def test_without_a_list_of_cities_the_error_says_what_is_needed(given: Inputs):
    (given.investigation.folder / "census" / FILES[2]).unlink()
    with pytest.raises(InputError, match="census/city_tracts: one file is needed"):
        given.once(points.census)


def make(folder: Path, **files: str) -> Investigation:
    """An investigation with posts and some files of the Census, by stem of which ``.`` is ``_DOT_``."""
    (folder / "investigation.toml").write_text('name = "test"\n')
    for name in ("posts", "census"):
        (folder / name).mkdir()
    (folder / "posts/a.csv").write_text("id\n1\n")
    for name, text in files.items():
        (folder / "census" / name.replace("_DOT_", ".")).write_text(text)
    return Investigation.open(folder)


def test_files_of_the_census_may_have_names_of_their_own(tmp_path: Path):
    found = make(tmp_path, tl_2019_08_tract_DOT_shp="")
    assert skipped(found)["posts"] == "no census/acs.*, census/city_tracts.*"
    (tmp_path / "census/income.csv").write_text("GEOID,B01003_001E,B19013_001E\n08001000100,1,2\n")
    (tmp_path / "census/cities.csv").write_text("Brighton city,Thornton city\n08001000100,08001000200\n")
    assert parts_to_run(found, ["posts"]) == ("posts",)
    assert not [note for note in notes(found, ["posts"]) if "census" in note]


def test_a_file_of_the_census_that_is_nothing_of_use_is_named_with_what_is_expected(tmp_path: Path):
    found = make(tmp_path, tracts_DOT_zip="", city_tracts_DOT_csv="", prices_DOT_csv="street,price\nA,1\n")
    why = "census/prices.csv: is not recognised by its columns (street, price); expected a tract layer"
    assert skipped(found)["posts"].startswith(f"no census/acs.* ({why}")
    (tmp_path / "census/acs.csv").write_bytes(b"")
    assert [note for note in notes(found, ["posts"]) if note.startswith(why)]
