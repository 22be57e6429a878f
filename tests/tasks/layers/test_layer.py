"""The layer among the files, and what is wrong with it, seen from its header."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from data.errors import InputError
from tasks.layers.layer import check_layer, files_of, find_layer, hash_of


def test_a_shapefiles_side_files_are_skipped():
    folder = Path("census")
    files = [folder / f"tracts{suffix}" for suffix in (".shp", ".dbf", ".shx", ".prj", ".cpg", ".shp.xml")]
    assert find_layer([*files, folder / ".tracts.zip"]) == (folder / "tracts.shp",)


def test_two_layers_are_reported():
    with pytest.raises(InputError, match=r"2 layers \(tracts.gpkg, tracts.zip\); leave one of them there"):
        find_layer([Path("census/tracts.zip"), Path("census/tracts.gpkg")])


def test_no_layer_is_reported():
    with pytest.raises(InputError, match=r"no tract layer; put one there, as tracts.zip"):
        find_layer([])
    with pytest.raises(InputError, match=r"no tract layer \(tracts.dbf belongs to a .shp that is missing\)"):
        find_layer([Path("census/tracts.dbf")])


def written(frame: gpd.GeoDataFrame, path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".zip":
        shape = written(frame, path.parent / "inside" / "layer.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for file in files_of(shape):
                archive.write(file, f"a folder/{file.name}")
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize(
    "name", ["tracts.shp", "tracts.gpkg", "tracts.geojson", "tracts.parquet", "tracts.zip"]
)
def test_a_good_layer_passes_and_has_an_extent(country: gpd.GeoDataFrame, tmp_path: Path, name: str):
    found = check_layer(written(country, tmp_path / "census" / name))
    assert found == pytest.approx((-118.0, 34.0, -115.0, 37.0))


@pytest.mark.parametrize(
    "name", ["tracts.shp", "tracts.gpkg", "tracts.geojson", "tracts.parquet", "tracts.zip"]
)
def test_a_layer_without_geoid_is_reported_with_its_columns(
    country: gpd.GeoDataFrame, tmp_path: Path, name: str
):
    path = written(country.rename(columns={"GEOID": "NAME"}), tmp_path / "census" / name)
    with pytest.raises(InputError) as error:
        check_layer(path)
    assert str(error.value).startswith(
        f"census/{name}: no column GEOID; rename the column that holds it (there are "
    )
    assert "NAME" in str(error.value)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("name", ["tracts.shp", "tracts.gpkg", "tracts.parquet", "tracts.zip"])
def test_a_layer_without_crs_is_reported(country: gpd.GeoDataFrame, tmp_path: Path, name: str):
    path = written(country.set_crs(None, allow_override=True), tmp_path / "census" / name)
    with pytest.raises(InputError, match=f"census/{name}: has no coordinate reference system"):
        check_layer(path)


@pytest.mark.parametrize("name", ["tracts.shp", "tracts.gpkg", "tracts.parquet"])
def test_a_layer_of_points_is_reported(country: gpd.GeoDataFrame, tmp_path: Path, name: str):
    path = written(country.set_geometry(shapely.centroid(country.geometry.array)), tmp_path / "census" / name)
    with pytest.raises(InputError, match=r"holds Point, not polygons"):
        check_layer(path)


@pytest.mark.parametrize(
    "name", ["tracts.shp", "tracts.gpkg", "tracts.geojson", "tracts.parquet", "tracts.zip"]
)
def test_a_file_that_is_not_a_layer_is_reported(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(b"this is not a layer, whatever its name says")
    with pytest.raises(InputError) as error:
        check_layer(path)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_parquet_without_geometry_is_reported(tmp_path: Path):
    path = tmp_path / "tracts.parquet"
    pq.write_table(pa.table({"GEOID": ["06037101110"]}), path)
    with pytest.raises(InputError, match="is Parquet without geometry; save it as GeoParquet"):
        check_layer(path)


def test_a_zip_file_with_two_layers_is_reported(tmp_path: Path):
    path = tmp_path / "tracts.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.shp", b"")
        archive.writestr("b.shp", b"")
        archive.writestr("__MACOSX/a.shp", b"")
    with pytest.raises(InputError, match=r"holds 2 layers \(a.shp, b.shp\); zip only one layer"):
        check_layer(path)


def test_a_geopackage_may_have_other_layers_beside_the_tracts(country: gpd.GeoDataFrame, tmp_path: Path):
    path = tmp_path / "tracts.gpkg"
    country.rename(columns={"GEOID": "name"}).to_file(path, layer="others")
    country.to_file(path, layer="tracts")
    assert check_layer(path) is not None
    country.to_file(path, layer="more")
    with pytest.raises(InputError, match=r"2 layers have a GEOID \(tracts, more\); keep only the tracts"):
        check_layer(path)


def test_the_hash_of_a_shapefile_is_of_all_its_files(country: gpd.GeoDataFrame, tmp_path: Path):
    path = written(country, tmp_path / "census" / "tracts.shp")
    before = hash_of(path)
    assert before.bytes == sum(file.stat().st_size for file in files_of(path))
    path.with_suffix(".dbf").write_bytes(path.with_suffix(".dbf").read_bytes() + b" ")
    assert hash_of(path) != before
