"""Lists of cities made from the boundaries of places."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from data.errors import InputError
from tasks.census import city_places
from tasks.census.city_lists import SCHEMA
from tasks.census.city_places import city_tracts_from_places, equal_area, lists_of_places
from tests.tasks.layers.made import geoids, squares, written

INSIDE = shapely.box(-105.0, 39.7, -104.96, 39.72)
"""The first two tracts of the first row, exactly."""


def layer(tmp_path: Path, code: int = 4269) -> tuple[Path, ...]:
    return (written(squares().to_crs(code), tmp_path / "census" / "tracts.gpkg"),)


def places(tmp_path: Path, name: str = "places.gpkg", **shapes: shapely.Polygon) -> tuple[Path, ...]:
    """Places of Colorado by their names; ``_`` stands for a blank."""
    names = [each.replace("_", " ") for each in shapes]
    codes = [f"08{number:05d}" for number in range(1, len(names) + 1)]
    frame = gpd.GeoDataFrame(
        {"GEOID": codes, "STATEFP": ["08"] * len(names), "NAMELSAD": names},
        geometry=list(shapes.values()),
        crs=4269,
    )
    return (written(frame, tmp_path / "census" / name),)


@pytest.mark.long(5)
@pytest.mark.parametrize("code", [4269, 4326, 5070, 3857])
@pytest.mark.parametrize("name", ["places.gpkg", "tl_2019_08_place.zip", "places.parquet", "places.geojson"])
def test_a_citys_tracts_and_shares_are_found(tmp_path: Path, code: int, name: str):
    half = shapely.box(-105.0, 39.7, -104.95, 39.72)
    given = places(tmp_path, name, Brighton_city=half, Thornton_city=INSIDE)
    found = city_tracts_from_places(given, layer(tmp_path, code), None)
    assert found.schema == SCHEMA
    rows = found.to_pylist()
    assert [(row["city"], row["GEOID"]) for row in rows] == [
        *(("Brighton city, Colorado", geoid) for geoid in geoids()[:3]),
        *(("Thornton city, Colorado", geoid) for geoid in geoids()[:2]),
    ]
    assert [row["share"] for row in rows] == pytest.approx([1, 1, 0.5, 1, 1], abs=2e-4)


@pytest.mark.parametrize(
    ("beyond", "tracts"), [(0.0001, 2), (0.0005, 3)], ids=["a sliver of 0.5 %", "a part of 2.5 %"]
)
def test_slivers_are_left_out(tmp_path: Path, beyond: float, tracts: int):
    given = places(tmp_path, Brighton_city=shapely.box(-105.0, 39.7, -104.96 + beyond, 39.72))
    found = city_tracts_from_places(given, layer(tmp_path), None)
    assert len(found) == tracts
    assert [path for path in found["share"].to_pylist() if path < 0.01] == []


def test_a_large_part_of_a_huge_tract_counts(tmp_path: Path):
    huge = gpd.GeoDataFrame({"GEOID": ["08001000100"]}, geometry=[shapely.box(-106, 39, -105, 40)], crs=4269)
    tracts = (written(huge, tmp_path / "census" / "tracts.gpkg"),)
    given = places(tmp_path, Brighton_city=shapely.box(-105.01, 39.7, -104.9, 39.72))
    (row,) = city_tracts_from_places(given, tracts, None).to_pylist()
    assert row["share"] == pytest.approx(0.0002, rel=0.02)


def test_only_the_examined_places_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    given = places(tmp_path, Brighton_city=INSIDE, Far_away_town=shapely.box(-100, 30, -99, 31))
    monkeypatch.setattr(city_places, "MOST_PLACES", 1)
    found = city_tracts_from_places(given, layer(tmp_path), ["Brighton city, Colorado"])
    assert found["city"].unique().to_pylist() == ["Brighton city, Colorado"]
    with pytest.raises(InputError) as error:
        city_tracts_from_places(given, layer(tmp_path), None)
    assert str(error.value) == (
        "census/places*: has 2 places; name the cities to examine in investigation.toml: [cities] include = "
        '["Brighton city, Colorado", "Far away town, Colorado", …]'
    )
    with pytest.raises(
        InputError, match=r"has no place 'Brighton'; did you mean 'Brighton city, Colorado'\?"
    ):
        city_tracts_from_places(given, layer(tmp_path), ["Brighton"])
    with pytest.raises(InputError, match="no tract of the layer lies in Far away town, Colorado"):
        city_tracts_from_places(given, layer(tmp_path), ["Far away town, Colorado"])


def test_names_without_namelsad_get_the_bureaus_word(tmp_path: Path):
    frame = gpd.GeoDataFrame(
        {"AFFGEOID": ["1600000US0800001"], "GEOID": ["0800001"], "NAME": ["Brighton"], "LSAD": ["25"]},
        geometry=[INSIDE],
        crs=4269,
    )
    given = (written(frame, tmp_path / "census" / "cb_2019_08_place_500k.zip"),)
    lists, files = lists_of_places(given, layer(tmp_path), None)
    assert lists.cities["city"].unique().to_pylist() == ["Brighton city, Colorado"]
    assert [str(each) for each in lists.words] == [
        "census/cb_2019_08_place_500k.zip: boundaries of places, from which the tracts of 1 city were taken"
    ]
    assert [file.file for file in files] == ["census/cb_2019_08_place_500k.zip"]


def test_places_without_names_or_geoids_are_said(tmp_path: Path):
    frame = gpd.GeoDataFrame({"NAME": ["x"]}, geometry=[INSIDE], crs=4269)
    path = written(frame, tmp_path / "census" / "places.gpkg")
    with pytest.raises(InputError, match=r"census/places.gpkg: no column NAMELSAD"):
        city_tracts_from_places((path,), layer(tmp_path), None)
    frame = gpd.GeoDataFrame({"NAMELSAD": ["x"], "GEOID": ["08001"]}, geometry=[INSIDE], crs=4269)
    path = written(frame, tmp_path / "census" / "places2.gpkg")
    with pytest.raises(InputError, match=r"row 1 of the places has no name, or no GEOID of 7 digits"):
        city_tracts_from_places((path,), layer(tmp_path), None)


def test_areas_are_kept_wherever_the_place_is():
    """A cell of a hundredth of a degree, by Snyder (1987): the integral over the ellipsoid GRS 80."""
    for lon, lat, area in (
        (-105.0, 39.7, 950_864.0),
        (-157.85, 21.3, 1_150_137.0),
        (-149.9, 61.2, 600_340.0),
    ):
        box = shapely.box(lon, lat, lon + 0.01, lat + 0.01)
        found = shapely.area(shapely.transform(box, equal_area(lon, lat), interleaved=False))
        assert found == pytest.approx(area, rel=0.02)


@pytest.mark.slow
def test_the_published_lists_of_fifty_cities_are_found_again(real: Path, tmp_path: Path):
    """98.8 % of the published rows, 0.5 % others (method 6.13)."""
    frame = gpd.read_parquet(real / "cities_50.parquet")
    frame = frame.rename(columns={"place_geoid": "GEOID"})[["GEOID", "NAMELSAD", "geometry"]]
    given = (written(frame, tmp_path / "census" / "places.gpkg"),)
    found = city_tracts_from_places(given, (real / "cb_2019_us_tract_500k.zip",), None).to_pandas()
    published = pd.read_parquet(real / "city_tracts.parquet")[["city", "GEOID", "share_in_city"]]
    both = found.merge(published, how="outer", indicator=True)
    assert both["_merge"].value_counts().to_dict() == {"both": 12_956, "right_only": 159, "left_only": 70}
    assert (both["share"] - both["share_in_city"]).abs().max() < 2e-5


@pytest.mark.parametrize(
    "columns",
    [
        {"GEO_ID": "1600000US0800001", "NAME": "Brighton", "LSAD": "city"},  # gz_2010_08_160_00_500k
        {"GEOID": "0800001", "BASENAME": "Brighton", "NAME": "Brighton city"},  # TIGERweb
        {"GEOID": "0800001", "NAME": "<at><openparen>Brighton<closeparen>", "LSAD": "25"},  # KML
    ],
)
def test_names_of_places_as_each_series_of_the_bureau_has_them(tmp_path: Path, columns: dict[str, str]):
    frame = gpd.GeoDataFrame({name: [value] for name, value in columns.items()}, geometry=[INSIDE], crs=4269)
    given = (written(frame, tmp_path / "census" / "places.gpkg"),)
    found = city_tracts_from_places(given, layer(tmp_path), None)
    assert set(found["city"].to_pylist()) == {"Brighton city, Colorado"}
