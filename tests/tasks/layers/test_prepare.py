"""The layer as it is kept: the same from every format and in every coordinate system, repaired, in order."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

import tasks.layers.prepare
from data.errors import InputError
from tasks.layers.prepare import prepare_layer


def kept(path: Path, work: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(prepare_layer(path, work).path)


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson", ".json", ".parquet"])
def test_every_format_gives_the_same_tracts(country: gpd.GeoDataFrame, tmp_path: Path, suffix: str):
    path = tmp_path / f"tracts{suffix}"
    if suffix == ".parquet":
        country.rename_geometry("shape").to_parquet(path)
    else:
        country.to_file(path, driver="GeoJSON" if suffix == ".json" else None)
    found = kept(path, tmp_path / "work").sort_values("GEOID", ignore_index=True)
    assert found["GEOID"].tolist() == sorted(country["GEOID"])
    expected = np.asarray(country.sort_values("GEOID").geometry.array)
    assert shapely.equals(np.asarray(found.geometry.array), expected).all()


def test_what_was_changed_in_a_geopackage_that_is_open_elsewhere_is_another_layer(
    country: gpd.GeoDataFrame, tmp_path: Path
):
    path = tmp_path / "tracts.gpkg"
    country.to_file(path)
    with closing(sqlite3.connect(path)) as editor:
        editor.execute("PRAGMA journal_mode=wal")
        before = prepare_layer(path, tmp_path / "work")
        whole = path.read_bytes()
        for (name,) in editor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            editor.execute(f'DROP TRIGGER "{name}"')  # they need functions that GDAL has
        editor.execute("DELETE FROM tracts WHERE fid = 1")
        editor.commit()
        assert path.read_bytes() == whole
        after = prepare_layer(path, tmp_path / "work")
    assert after.tracts == before.tracts - 1
    assert after.input.sha256 != before.input.sha256


@pytest.mark.parametrize(("code", "transform"), [(4326, False), (4269, False), (3857, True), (5070, True)])
def test_the_layer_stays_in_its_own_coordinates(
    country: gpd.GeoDataFrame, tmp_path: Path, code: int, transform: bool
):
    path = tmp_path / "tracts.gpkg"
    country.to_crs(code).to_file(path)
    layer = prepare_layer(path, tmp_path / "work")
    assert layer.transform is transform
    assert gpd.read_parquet(layer.path).crs.to_epsg() == code


def test_geoids_that_lost_their_zero_get_it_back_and_wrong_ones_are_reported(
    country: gpd.GeoDataFrame, tmp_path: Path
):
    path = tmp_path / "tracts.parquet"
    country.assign(GEOID=country["GEOID"].astype("int64")).to_parquet(path)
    assert set(kept(path, tmp_path / "work")["GEOID"]) == set(country["GEOID"])
    country.assign(GEOID="123").to_parquet(path)
    with pytest.raises(InputError, match=r"tracts.parquet: column GEOID, row 1: '123' is not a GEOID"):
        prepare_layer(path, tmp_path / "work")


def test_polygons_that_cross_themselves_are_repaired_and_counted(country: gpd.GeoDataFrame, tmp_path: Path):
    bow_tie = shapely.Polygon([(-118, 34), (-117.5, 34.5), (-117.5, 34), (-118, 34.5)])
    mixed = shapely.GeometryCollection([shapely.box(-105, 30, -104, 31), shapely.Point(-100, 30)])
    spike = shapely.from_wkt("POLYGON ((-110 30, -109 30, -109 31, -109 32, -109 31, -110 31, -110 30))")
    broken = country.copy()
    shapes = gpd.GeoSeries([bow_tie, spike, mixed], index=[0, 1, 2], crs=country.crs)
    broken.loc[[0, 1, 2], "geometry"] = shapes
    path = tmp_path / "tracts.parquet"
    broken.to_parquet(path)
    layer = prepare_layer(path, tmp_path / "work")
    found = gpd.read_parquet(layer.path).set_index("GEOID").geometry
    assert layer.repaired == 3
    assert layer.tracts == len(country)
    assert found.is_valid.all()
    assert set(found.geom_type) == {"Polygon", "MultiPolygon"}
    assert found[country["GEOID"][0]].area == pytest.approx(0.125)
    assert found[country["GEOID"][1]].area == pytest.approx(1.0)
    assert found[country["GEOID"][2]].equals(shapely.box(-105, 30, -104, 31))


def test_rows_of_one_tract_are_united(country: gpd.GeoDataFrame, tmp_path: Path):
    path = tmp_path / "tracts.gpkg"
    twice = country.copy()
    twice.loc[1, "GEOID"] = twice.loc[0, "GEOID"]
    twice.to_file(path)
    layer = prepare_layer(path, tmp_path / "work")
    found = gpd.read_parquet(layer.path).set_index("GEOID").geometry
    assert layer.tracts == len(country) - 1
    assert found[country["GEOID"][0]].equals(country.geometry[:2].union_all())


@pytest.mark.parametrize("empty", [None, shapely.Polygon()])
def test_a_tract_without_a_polygon_ends_the_run_with_its_name(
    country: gpd.GeoDataFrame, tmp_path: Path, empty: shapely.Polygon | None
):
    path = tmp_path / "tracts.parquet"
    bare = country.copy()
    bare.loc[3, "geometry"] = empty
    bare.to_parquet(path)
    with pytest.raises(InputError, match=f"tract {country['GEOID'][3]} has no polygon"):
        prepare_layer(path, tmp_path / "work")
    assert not list((tmp_path / "work").rglob("*.parquet"))


def test_a_layer_is_read_once(country: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "tracts.parquet"
    country.to_parquet(path)
    first = prepare_layer(path, tmp_path / "work")
    with monkeypatch.context() as patch:
        patch.setattr(tasks.layers.prepare, "tracts_of", lambda *_: pytest.fail("was read again"))
        assert prepare_layer(path, tmp_path / "work") == first
    (first.path.parent / "layer.json").unlink()
    assert prepare_layer(path, tmp_path / "work") == first
    country.iloc[1:].to_parquet(path)
    assert prepare_layer(path, tmp_path / "work").path != first.path


def test_what_was_half_written_is_not_used(country: gpd.GeoDataFrame, tmp_path: Path):
    path = tmp_path / "tracts.parquet"
    country.to_parquet(path)
    layer = prepare_layer(path, tmp_path / "work")
    layer.path.write_bytes(b"half")
    (layer.path.parent / "layer.json").unlink()
    assert len(kept(path, tmp_path / "work")) == len(country)
    assert sorted(path.name for path in layer.path.parent.iterdir()) == ["layer.json", "tracts.parquet"]


def test_rows_lie_in_spatial_order_with_a_box_each(
    country: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tasks.layers.prepare, "ROW_GROUP", 20)
    path = tmp_path / "tracts.parquet"
    country.sample(frac=1, random_state=1).to_parquet(path)
    layer = prepare_layer(path, tmp_path / "work")
    file = pq.ParquetFile(layer.path)
    assert file.num_row_groups == -(-len(country) // 20)
    assert "covering" in json.loads(file.schema_arrow.metadata[b"geo"])["columns"]["geometry"]
    assert file.metadata.row_group(0).column(0).compression == "UNCOMPRESSED"
    boxes = [
        np.ptp(np.array([(box["xmin"], box["ymin"]) for box in group]), axis=0).prod()
        for group in (file.read_row_group(place)["bbox"].to_pylist() for place in range(file.num_row_groups))
    ]
    # In the shuffled order of the input each group would span the whole country, of 3 by 3 degrees.
    assert max(boxes) < 4.5
    assert len(set(gpd.read_parquet(layer.path, bbox=(-118, 34, -117.9, 34.1))["GEOID"])) == 1


def test_the_kept_bytes_do_not_depend_on_the_order_of_rows(country: gpd.GeoDataFrame, tmp_path: Path):
    found = []
    for seed in (1, 2):
        path = tmp_path / f"{seed}.parquet"
        country.sample(frac=1, random_state=seed).to_parquet(path)
        kept = prepare_layer(path, tmp_path / "work").path.read_bytes()
        # The seal is over the name of the folder too, and so over the hash of the layer.
        found.append(re.subn(rb"nwatch seal 2 .{32}", b"", kept, flags=re.DOTALL))
    assert found[0] == found[1]
    assert found[0][1] == 1


@pytest.mark.slow
def test_the_real_national_layer_is_kept_whole(real: Path, tmp_path: Path):
    layer = prepare_layer(real / "cb_2019_us_tract_500k.zip", tmp_path)
    assert (layer.tracts, layer.repaired, layer.transform) == (72_945, 0, False)
    assert layer.input.sha256 == "2df9be01d9a72e78c1f7b780e1d536dc2e5c8763dd737b7c5f68e9440515da23"
    assert layer.input.source == "2df9be01d9a7"
