"""Map layers that carry population or income: Census Reporter's, and tidycensus with geometry."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from tasks.census.acs import read_acs_files
from tasks.census.folder import CensusFolder, sort_folder
from tasks.census.maps import map_tables
from tasks.layers.layer import find_layer, recognised
from tasks.layers.prepare import prepare_layer
from tests.tasks.layers.made import geoids, squares, written

PEOPLE = [1000.0 + number for number in range(12)]
INCOMES: list[float | None] = [40_000.0 + number for number in range(11)] + [None]


@pytest.fixture
def census(tmp_path: Path) -> Path:
    folder = tmp_path / "census"
    folder.mkdir()
    return folder


def look(census: Path) -> CensusFolder:
    return sort_folder(census, census.parent)


def reporters(census: Path, table: str, values: list[float | None], suffix: str, error: str) -> Path:
    """A download of Census Reporter: a zip with a folder; the county of all tracts is the last row."""
    name = f"acs2019_5yr_{table}_14000US08001000100"
    frame = squares(geoid=[f"14000US{geoid}" for geoid in geoids()], name="Census Tract, CO")
    frame[f"{table}001"], frame[f"{table}001{error}"] = values, 7.0
    county = frame.tail(1).assign(geoid="05000US08001", name="Adams County, CO", **{f"{table}001": 99.0})
    whole = gpd.GeoDataFrame(
        {each: [*frame[each], *county[each]] for each in frame.columns if each != "geometry"},
        geometry=[*frame.geometry, frame.union_all()],
        crs=frame.crs,
    )
    folder = census.parent / "unpacked" / name
    written(whole.to_crs(4326), folder / f"{name}{suffix}")
    (folder / "metadata.json").write_text(json.dumps({"release": {"name": "ACS 2019 5-year"}}))
    path = census / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{name}/{file.name}")
    return path


def tidycensus(**columns: Any) -> gpd.GeoDataFrame:
    return squares(GEOID=geoids(), NAME="Census Tract, CO", **columns)


@pytest.mark.parametrize(("suffix", "error"), [(".geojson", ", Error"), (".shp", "e")])
def test_two_downloads_of_census_reporter_are_tables_and_the_first_is_the_layer(
    census: Path, suffix: str, error: str
):
    people = reporters(census, "B01003", list(PEOPLE), suffix, error)
    incomes = reporters(census, "B19013", INCOMES, suffix, error)
    found = look(census)
    assert [path for _, path in found.acs] == [people, incomes]
    assert find_layer(found.layers) == (people,)
    acs = read_acs_files(found.acs)
    assert acs.tracts["GEOID"].to_pylist() == geoids()
    assert acs.tracts["population"].to_pylist() == PEOPLE
    assert acs.tracts["income"].to_pylist() == INCOMES
    assert acs.tracts["population_moe"].to_pylist() == [7.0] * 12
    said = "Census Reporter table, 2019 5-year, map layer, 12 tracts, passed over: 1 county"
    assert [each.words for each in acs.words] == [said, said]


def test_the_county_among_the_tracts_is_no_tract_and_is_said(census: Path, tmp_path: Path):
    path = reporters(census, "B19013", INCOMES, ".geojson", ", Error")
    assert prepare_layer(path, tmp_path / "work").tracts == 12
    words = "a layer of tracts, by geoid, 12 tracts, passed over: 1 of larger areas"
    assert recognised(path) == ((f"census/{path.name}", words),)


@pytest.mark.parametrize("name", ["acs wide.gpkg", "acs.geojson", "mine.shp", "mine.zip", "mine.parquet"])
def test_one_file_of_tidycensus_is_the_layer_and_the_table(census: Path, name: str):
    short = name.endswith((".shp", ".zip"))  # names in a shapefile have ten characters
    columns = ("B01003_001", "B19013_001") if short else ("B01003_001E", "B19013_001E")
    written(tidycensus(**dict(zip(columns, (PEOPLE, INCOMES), strict=True))), census / name)
    found = look(census)
    assert [path.name for _, path in found.acs] == [name]
    assert [path.name for path in find_layer(found.layers)] == [name]
    assert found.has("acs")
    assert found.has("tracts")
    acs = read_acs_files(found.acs).tracts
    assert acs["population"].to_pylist() == PEOPLE
    assert acs["income"].to_pylist() == INCOMES


def test_beside_boundaries_such_a_file_is_a_table_alone(census: Path):
    written(tidycensus(B01003_001E=PEOPLE, B19013_001E=INCOMES), census / "joined.gpkg")
    written(squares(), census / "tl_2019_08_tract.zip")
    found = look(census)
    assert [path.name for _, path in found.acs] == ["joined.gpkg"]
    assert [path.name for path in find_layer(found.layers)] == ["tl_2019_08_tract.zip"]


def test_columns_of_a_layer_are_used_only_for_what_no_table_has(census: Path):
    written(tidycensus(B19013_001E=INCOMES), census / "incomes.gpkg")
    rows = "".join(f"{geoid},{people:.0f}\n" for geoid, people in zip(geoids(), PEOPLE, strict=True))
    (census / "people.csv").write_text(f"GEOID,B01003_001E\n{rows}")
    assert [path.name for _, path in look(census).acs] == ["people.csv", "incomes.gpkg"]
    (census / "incomes.csv").write_text(f"GEOID,B19013_001E\n{geoids()[0]},5\n")
    assert [path.name for _, path in look(census).acs] == ["incomes.csv", "people.csv"]


def test_the_bureaus_own_boundaries_and_damaged_layers_are_no_tables(census: Path):
    named = written(tidycensus(B19013_001E=INCOMES), census / "tl_2019_08_tract.geojson")
    (census / "broken.gpkg").write_bytes(b"SQLite format 3\x00")
    assert map_tables(named, "census/a") == []
    assert map_tables(census / "broken.gpkg", "census/a") == []
