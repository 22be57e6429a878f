"""The columns that name a tract, as downloads have them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pytest

from data.errors import InputError
from tasks.layers.files import find_layer
from tasks.layers.layer import check_layer
from tasks.layers.prepare import prepare_layer
from tests.tasks.layers.made import geoids, kml, squares, written

FULL = geoids()
PARTS = {
    "STATEFP": [geoid[:2] for geoid in FULL],
    "COUNTYFP": [geoid[2:5] for geoid in FULL],
    "TRACTCE": [geoid[5:] for geoid in FULL],
}


@pytest.mark.long(9)
@pytest.mark.parametrize(
    "columns",
    [
        {"GEOID10": FULL},
        {"geoid20": FULL},
        {"GEO_ID": [f"1400000US{geoid}" for geoid in FULL]},
        {"AFFGEOID": [f"1400000US{geoid}" for geoid in FULL], "GEOID": FULL},
        {"GEOIDFQ": [f"1400000US{geoid}" for geoid in FULL]},
        {"geoid": [f"14000US{geoid}" for geoid in FULL]},
        {"GISJOIN": [f"G{geoid[:2]}0{geoid[2:5]}0{geoid[5:]}" for geoid in FULL], "GEOID10": FULL},
        {"GEOID": [int(geoid) for geoid in FULL]},
        {"GEOID": [float(geoid) for geoid in FULL]},
        PARTS,
        {name: [int(value) for value in values] for name, values in PARTS.items()},
        {"STATE": PARTS["STATEFP"], "COUNTY": PARTS["COUNTYFP"], "TRACT": PARTS["TRACTCE"]},
        {f"{name}10": values for name, values in PARTS.items()},
        {"FIPS": FULL},
    ],
    ids="-".join,
)
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet", ".shp", ".kml"])
def test_every_usual_column_gives_the_same_tracts(tmp_path: Path, columns: dict[str, list], suffix: str):
    path = written(squares(**columns), tmp_path / "census" / f"tracts{suffix}")
    check_layer(path)
    kept = gpd.read_parquet(prepare_layer(path, tmp_path / "work").path)
    assert sorted(kept["GEOID"]) == FULL


@pytest.mark.parametrize("suffix", [".geojsonl", ".kmz", ".gdb", ".zip", ".json"])
def test_every_other_format_is_read(tmp_path: Path, suffix: str):
    path = written(squares(), tmp_path / "census" / f"tracts{suffix}")
    assert find_layer([path]) == (path,)
    check_layer(path)
    assert prepare_layer(path, tmp_path / "work").tracts == 12


def test_a_geodatabase_in_a_zip_file_is_read(tmp_path: Path):
    folder = written(squares(), tmp_path / "a" / "tracts.gdb")
    path = tmp_path / "tracts.gdb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"tracts.gdb/{file.name}")
    assert prepare_layer(path, tmp_path / "work").tracts == 12


def test_the_ids_of_kml_may_be_in_a_table_of_the_description(tmp_path: Path):
    path = tmp_path / "tracts.kml"
    path.write_text(kml(squares(NAME=["x"] * 12, GEOID=FULL), described=True))
    kept = gpd.read_parquet(prepare_layer(path, tmp_path / "work").path)
    assert sorted(kept["GEOID"]) == FULL


def test_two_columns_that_disagree_are_an_error(tmp_path: Path):
    other = [*FULL[:3], "08001999900", *FULL[4:]]
    path = written(squares(GEOID10=FULL, GEOID20=other), tmp_path / "census" / "tracts.gpkg")
    with pytest.raises(InputError) as error:
        prepare_layer(path, tmp_path / "work")
    assert str(error.value) == (
        "census/tracts.gpkg: columns GEOID10 and GEOID20 disagree, first where they are 08001000400 and "
        "08001999900; remove the one that is not of these tracts"
    )


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"GEOID": [f"{geoid}1" for geoid in FULL]}, "names a block group, not a tract"),
        ({"GEO_ID": [f"1500000US{geoid}1" for geoid in FULL]}, "names a block group, not a tract"),
        ({"GEOID": [f"{geoid}1001" for geoid in FULL]}, "names a block, not a tract"),
        ({"GEOID": [geoid[:5] for geoid in FULL]}, "names a county, not a tract"),
        ({"GEOID": FULL, "BLKGRPCE": ["1"] * 12}, "is a layer of block groups, not of Census tracts"),
        ({"GEOID20": FULL, "BLOCKCE20": ["1001"] * 12}, "is a layer of blocks, not of Census tracts"),
        ({"GEOID": FULL, "PLACEFP": ["20000"] * 12}, "is a layer of places, not of Census tracts"),
    ],
)
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet", ".shp"])
def test_other_areas_are_an_error_before_any_work(tmp_path: Path, columns: dict, said: str, suffix: str):
    path = written(squares(**columns), tmp_path / "census" / f"tracts{suffix}")
    with pytest.raises(InputError, match=said) as error:
        check_layer(path)
    assert str(error.value).startswith(f"census/tracts{suffix}: ")
