"""Broken and hostile layers: one line each, in bounded time and memory, and nothing leaves the machine."""

from __future__ import annotations

import http.server
import json
import random
import shutil
import struct
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from pyproj import CRS

from data.errors import InputError
from tasks.layers import archives, gdal, repair
from tasks.layers.axes import check_degrees
from tasks.layers.layer import check_layer, is_layer
from tasks.layers.prepare import prepare_layer
from tests.tasks.layers.made import geoids, squares, with_geo, written

GOOD = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Polygon"]}},
}


def refused(path: Path, work: Path) -> str:
    """The one line that a layer ends with."""
    line = outcome(path, work)
    assert line
    assert path.name in line
    return line


def outcome(path: Path, work: Path) -> str:
    """The one line that a layer ends with, as a run looks at it and then reads it; empty where it is read."""
    try:
        check_layer(path)
        assert prepare_layer(path, work).tracts
    except InputError as error:
        line = str(error)
    else:
        return ""
    assert line.isprintable()
    return line


def census(tmp_path: Path, name: str) -> Path:
    return written(squares(), tmp_path / "census" / name)


@pytest.mark.long(20)
@pytest.mark.parametrize(
    ("geo", "said"),
    [
        (b"{not json", "its metadata (geo) is not JSON"),
        (b"[" * 100_000, "its metadata (geo) is not JSON"),
        (b"\xff\xfe", "its metadata (geo) is not JSON"),
        ([1, 2], "does not say which column is the geometry"),
        ({}, "does not say which column is the geometry"),
        (None, "does not say which column is the geometry"),
        ({**GOOD, "columns": []}, "does not say which column is the geometry"),
        ({**GOOD, "primary_column": 7}, "does not say which column is the geometry"),
        ({**GOOD, "primary_column": "shape\x1b"}, "does not describe the column 'shape\\\\x1b'"),
        ({**GOOD, "columns": {"geometry": []}}, "does not describe the column 'geometry'"),
        (
            {"primary_column": "shape", "columns": {"shape": {"encoding": "WKB"}}},
            "names a column 'shape' that is not there",
        ),
        ({**GOOD, "columns": {"geometry": {"encoding": "WKT"}}}, "is stored in a way that is not known"),
        ({**GOOD, "columns": {"geometry": {"encoding": ["WKB"]}}}, "is stored in a way that is not known"),
        ({**GOOD, "columns": {"geometry": {"encoding": "polygon"}}}, "is stored in a way that is not known"),
        ({**GOOD, "columns": {"geometry": {"encoding": "point"}}}, "holds point, not polygons"),
        ({**GOOD, "columns": {"geometry": {"geometry_types": ["Point"]}}}, "holds Point, not polygons"),
        ({**GOOD, "columns": {"geometry": {"crs": "nonsense"}}}, "is unknown to PROJ"),
        ({**GOOD, "columns": {"geometry": {"crs": {"type": "x"}}}}, "is unknown to PROJ"),
        ({**GOOD, "columns": {"geometry": {"crs": [1]}}}, "is unknown to PROJ"),
        ({**GOOD, "columns": {"geometry": {"crs": None}}}, "has no coordinate reference system"),
    ],
)
def test_metadata_of_geoparquet_that_is_wrong_is_one_line(tmp_path: Path, geo: Any, said: str):
    assert said in refused(with_geo(census(tmp_path, "tracts.parquet"), geo), tmp_path / "work")


@pytest.mark.parametrize(
    "box", [None, "x", [1], [1, 2, 3, 4, 5], ["a", "b", "c", "d"], [10**400] * 4, [5, 5, 1, 1], {"x": 1}]
)
def test_an_extent_that_is_none_does_not_matter(tmp_path: Path, box: Any):
    geo = {**GOOD, "columns": {"geometry": {"encoding": "WKB", "bbox": box}}}
    path = with_geo(census(tmp_path, "tracts.parquet"), geo)
    assert check_layer(path) is None
    assert prepare_layer(path, tmp_path / "work").tracts == 12


@pytest.mark.parametrize(
    "shape", [b"", b"no WKB", b"\x01\x03\x00\x00\x00\xff\xff\xff\xff", b"\x01\x11\x00\x00\x00"]
)
def test_geometry_that_is_no_wkb_names_the_tract(tmp_path: Path, shape: bytes):
    path = census(tmp_path, "tracts.parquet")
    table = pq.read_table(path)
    shapes = table["geometry"].to_pylist()
    shapes[3] = shape
    place = table.schema.get_field_index("geometry")
    pq.write_table(table.set_column(place, table.schema.field(place), pa.array(shapes, pa.binary())), path)
    assert f"tract {geoids()[3]}: its geometry cannot be read" in refused(path, tmp_path / "work")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("suffix", [".parquet", ".gpkg"])
def test_a_coordinate_that_is_no_number_names_the_tract(tmp_path: Path, bad: float, suffix: str):
    frame = squares()
    ring = [(-105, 39.7), (-104.9, 39.7), (bad, 39.8), (-105, 39.7)]
    with np.errstate(invalid="ignore"):
        frame.loc[2, "geometry"] = shapely.Polygon(ring)
    path = written(frame, tmp_path / "census" / f"tracts{suffix}")
    line = refused(path, tmp_path / "work")
    assert f"tract {geoids()[2]} has a coordinate that is no number" in line


def star(points: int) -> shapely.Polygon:
    return shapely.Polygon(np.random.default_rng(3).uniform((-105, 39), (-104, 40), (points, 2)))


@pytest.mark.long
@pytest.mark.parametrize("points", [120, 20_000])
def test_a_tract_that_crosses_itself_thousands_of_times_is_named(tmp_path: Path, points: int):
    frame = squares()
    frame.loc[5, "geometry"] = star(points)
    path = written(frame, tmp_path / "census" / "tracts.gpkg")
    line = refused(path, tmp_path / "work")
    assert f"tract {geoids()[5]} crosses itself more than 1,000 times, which no boundary does" in line


@pytest.mark.long
def test_crossings_are_counted_over_the_whole_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(repair, "MOST_CROSSINGS_IN_ALL", 1_500)
    frame = squares()
    frame["geometry"] = [star(60)] * 12
    path = written(frame, tmp_path / "census" / "tracts.gpkg")
    assert "its polygons cross themselves more than 1,500 times" in refused(path, tmp_path / "work")


def test_vertices_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = census(tmp_path, "tracts.gpkg")
    monkeypatch.setattr(repair, "MOST_VERTICES", 4)
    assert f"tract {geoids()[0]} has 5 vertices; a tract may have 4" in refused(path, tmp_path / "work")
    monkeypatch.setattr(repair, "MOST_VERTICES", 5)
    monkeypatch.setattr(repair, "MOST_IN_ALL", 50)
    assert "the layer has more than 50 vertices" in refused(path, tmp_path / "work")


class _Web(http.server.BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815 - so the library calls it

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def web() -> Iterator[str]:
    """A web server of which nobody should ask anything."""
    _Web.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Web) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
    assert _Web.asked == []


@pytest.mark.parametrize("name", ["tracts.geojson", "tracts.json", "tracts.kml", "tracts.gpkg", "tracts.shp"])
@pytest.mark.parametrize(
    "content",
    [
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/{web}/a.geojson</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>",
        "<OGRWFSDataSource><URL>{web}/wfs</URL></OGRWFSDataSource>",
        '<GDAL_WMS><Service name="WMS"><ServerUrl>{web}</ServerUrl></Service></GDAL_WMS>',
        '{{"type": "gdal_streamed_alg", "command_line": "gdal vector read {web}/a.geojson"}}',
        '{{"type":"FeatureCollection","crs":{{"type":"link","properties":{{"href":"{web}/crs","type":"esriwkt"}}}},'
        '"features":[{{"type":"Feature","properties":{{"GEOID":"08001000100"}},"geometry":{{"type":"Polygon",'
        '"coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}}}]}}',
        '{{"layerDefinition": 1, "serviceUrl": "{web}/FeatureServer", "type": "Topology", "arcs": []}}',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Link><href>{web}/a.kml</href></Link>'
        "</NetworkLink></kml>",
        "{web}/a.geojson",
    ],
)
def test_nothing_that_a_layer_points_to_is_asked_for(tmp_path: Path, web: str, name: str, content: str):
    path = tmp_path / "census" / name
    path.parent.mkdir()
    path.write_text(content.format(web=web))
    for suffix in (".dbf", ".shx"):
        if name.endswith(".shp"):
            path.with_suffix(suffix).write_text(content.format(web=web))
    line = outcome(path, tmp_path / "work")
    assert not line or name in line


def test_only_the_named_drivers_are_left():
    gdal.hold()
    assert set(pyogrio.list_drivers()) <= set(gdal.DRIVERS)


def test_what_another_json_is_is_said(tmp_path: Path):
    path = tmp_path / "census" / "tracts.json"
    path.parent.mkdir()
    for content, what in (
        ('{"type": "Topology", "objects": {}, "arcs": []}', "is TopoJSON"),
        ('{"geometryType": "esriGeometryPolygon", "features": []}', "is Esri's own JSON"),
        ("<!DOCTYPE html><html>not found</html>", "is a web page"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "only a pointer of Git LFS"),
        ("", "is empty"),
    ):
        path.write_text(content)
        assert what in refused(path, tmp_path / "work")


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson", ".zip", ".parquet", ".kml"])
def test_a_pointer_of_git_lfs_is_said(tmp_path: Path, suffix: str):
    path = census(tmp_path, f"tracts{suffix}")
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    assert "is only a pointer of Git LFS to the file" in refused(path, tmp_path / "work")


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_shapefile_that_is_cut_off_says_so(tmp_path: Path, suffix: str, packed: bool):
    path = census(tmp_path, "tracts.shp")
    part = path.with_suffix(suffix)
    part.write_bytes(part.read_bytes()[:-40])
    line = refused(zipped(path) if packed else path, tmp_path / "work")
    assert f"tracts{suffix} is cut off (" in line
    assert line.endswith("download it anew")


@pytest.mark.parametrize(
    ("suffix", "said"),
    [
        (
            ".dbf",
            "tracts.dbf is not {where}; a shapefile needs tracts.shp, .shx, .dbf and .prj: copy them all",
        ),
        (".shx", "tracts.shx is not {where}; a shapefile needs"),
        (".prj", "has no coordinate reference system; copy the .prj file {prj} (the Census uses EPSG:4269)"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_part_of_a_shapefile_that_was_forgotten_is_named(
    tmp_path: Path, suffix: str, said: str, packed: bool
):
    path = census(tmp_path, "tracts.shp")
    path.with_suffix(suffix).unlink()
    where, prj = ("in the zip file", "into the zip file") if packed else ("beside it", "beside it")
    line = refused(zipped(path) if packed else path, tmp_path / "work")
    assert said.format(where=where, prj=prj) in line


def test_parts_of_two_shapefiles_are_said(tmp_path: Path):
    path = census(tmp_path, "tracts.shp")
    other = written(squares().iloc[:7], tmp_path / "other.shp")
    shutil.copy(other.with_suffix(".dbf"), path.with_suffix(".dbf"))
    assert "tracts.dbf has 7 rows, and tracts.shp 12 polygons" in refused(path, tmp_path / "work")


def zipped(shape: Path, target: str = "tracts.zip", **names: str) -> Path:
    path = shape.parent / target
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(shape.parent.glob(f"{shape.stem}.*")):
            if file != path:
                archive.writestr(zipfile.ZipInfo(names.get(file.suffix[1:], file.name)), file.read_bytes())
    return path


@pytest.mark.long
def test_a_zip_file_of_blanks_is_not_unpacked(tmp_path: Path):
    path = zipped(census(tmp_path, "tracts.shp"))
    blanks = tmp_path / "blanks"
    with blanks.open("wb") as file:
        file.truncate(80 << 20)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.write(blanks, "tracts.dbf")
    line = refused(path, tmp_path / "work")
    assert "tracts.dbf would unpack to" in line
    assert not list((tmp_path / "work").rglob("*.dbf"))


def test_a_zip_file_that_lies_about_its_sizes_is_damaged(tmp_path: Path):
    path = zipped(census(tmp_path, "tracts.shp"))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
    stated = struct.pack("<I", sizes["tracts.shp"])
    for place in range(len(content) - 4):
        if content[place : place + 4] == stated:
            content[place : place + 4] = struct.pack("<I", sizes["tracts.shp"] - 200)
    path.write_bytes(content)
    refused(path, tmp_path / "work")


def test_an_encrypted_zip_file_is_said(tmp_path: Path):
    path = zipped(census(tmp_path, "tracts.shp"))
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(mark, place + 4)
    path.write_bytes(content)
    assert "tracts.zip: is encrypted; unpack it with its password" in refused(path, tmp_path / "work")


@pytest.mark.parametrize("name", ["/etc/tracts.prj", "../../tracts.prj", "..\\tracts.prj", "C:/tracts.prj"])
def test_a_zip_file_whose_names_lead_out_of_it_is_said(tmp_path: Path, name: str):
    path = zipped(census(tmp_path, "tracts.shp"), prj=name)
    assert "holds a file whose name leads out of it" in refused(path, tmp_path / "work")
    assert not list(tmp_path.glob("*.prj"))


def nested(tmp_path: Path, *inner: str) -> Path:
    """A zip file of zip files, as NHGIS packs its boundaries."""
    given = zipped(census(tmp_path, "tracts.shp"), "inner.zip")
    path = tmp_path / "census" / "nhgis0001_shape.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in inner:
            archive.write(given, f"nhgis0001_shape/{name}")
    return path


def test_the_layer_in_a_zip_file_of_a_zip_file_is_read(tmp_path: Path):
    path = nested(tmp_path, "nhgis0001_shapefile_tl2019_us_tract_2019.zip")
    assert is_layer(path)
    assert prepare_layer(path, tmp_path / "work").tracts == 12


def test_two_layers_of_tracts_in_zip_files_of_one_are_said(tmp_path: Path):
    path = nested(tmp_path, "us_county_2019_shape.zip", "us_tract_2019_shape.zip")
    said = refused(path, tmp_path / "work")  # both hold a file called tracts.shp
    assert "holds zip files; unpack it, and put the zip file of tracts into census/" in said


def test_a_damaged_zip_file_in_a_zip_file_is_said(tmp_path: Path):
    path = tmp_path / "census" / "shape.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a_shape.zip", b"PK\x03\x04" + b"x" * 99)
    assert "damaged" in refused(path, tmp_path / "work") or "incomplete" in refused(path, tmp_path / "work")


def test_flipped_bytes_in_a_zip_file_are_found(tmp_path: Path):
    path = zipped(census(tmp_path, "tracts.shp"))
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("tracts.shp")
    content = bytearray(path.read_bytes())
    content[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0x10
    path.write_bytes(content)
    assert refused(path, tmp_path / "work").startswith("census/tracts.zip: ")


@pytest.mark.long
@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson", ".zip", ".parquet", ".kml"])
def test_flipped_bytes_end_in_one_line_or_in_tracts(tmp_path: Path, suffix: str):
    path = census(tmp_path, f"tracts{suffix}")
    whole, rng = path.read_bytes(), random.Random(12)
    for turn in range(25):
        content = bytearray(whole)
        for _ in range(rng.choice([1, 1, 4])):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        path.write_bytes(content)
        outcome(path, tmp_path / f"work{turn}")


def test_a_thousand_layers_in_one_file_are_not_all_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = census(tmp_path, "tracts.gpkg")
    monkeypatch.setattr(
        gdal, "layer_names", lambda opened, with_tables=False: [f"l{i}" for i in range(1_000)]
    )
    assert "holds 1,000 layers; keep only the tracts" in refused(path, tmp_path / "work")


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet", ".shp"])
def test_exchanged_axes_are_said(tmp_path: Path, suffix: str):
    frame = squares()
    frame["geometry"] = shapely.transform(frame.geometry.array, lambda x, y: (y, x), interleaved=False)
    path = written(frame, tmp_path / "census" / f"tracts{suffix}")
    line = refused(path, tmp_path / "work")
    assert "latitude and longitude are exchanged (x is 39.7 to 39.76, y -105 to -104.92)" in line


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_meters_that_say_they_are_degrees_are_said(tmp_path: Path, suffix: str):
    frame = squares().to_crs(3857).set_crs(4326, allow_override=True)
    path = written(frame, tmp_path / "census" / f"tracts{suffix}")
    assert "its coordinates are not degrees (x is -1.16885e+07" in refused(path, tmp_path / "work")


@pytest.mark.long
def test_a_parquet_that_promises_a_billion_rows_is_not_read(tmp_path: Path):
    path = tmp_path / "census" / "tracts.parquet"
    path.parent.mkdir()
    schema = pa.schema(
        [("GEOID", pa.string()), ("geometry", pa.binary())], metadata={"geo": json.dumps(GOOD)}
    )
    one = pa.table({"GEOID": ["08001000100"] * 1_000_000, "geometry": [b""] * 1_000_000}, schema=schema)
    with pq.ParquetWriter(path, schema) as writer:
        for _ in range(11):
            writer.write_table(one)
    assert "says that it has 11,000,000 rows; there are some 85,000 tracts" in refused(
        path, tmp_path / "work"
    )


def test_a_ratio_that_real_files_have_is_read(tmp_path: Path):
    """A national .dbf unpacks to some ten times its packed size."""
    assert archives.MOST_RATIO > 100
    frame: gpd.GeoDataFrame = squares(GEOID=geoids(), NOTE=[" " * 200] * 12)
    assert prepare_layer(written(frame, tmp_path / "tracts.zip"), tmp_path / "work").tracts == 12


@pytest.mark.parametrize("packed", [False, True])
def test_a_prj_that_is_cut_off_says_so(tmp_path: Path, packed: bool):
    path = census(tmp_path, "tracts.shp")
    part = path.with_suffix(".prj")
    part.write_bytes(part.read_bytes()[:-1])
    line = refused(zipped(path) if packed else path, tmp_path / "work")
    assert line.endswith(": tracts.prj is cut off; download it anew")


def test_a_pointer_of_git_lfs_in_a_zip_file_is_named(tmp_path: Path):
    path = census(tmp_path, "tracts.shp")
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    assert "tracts.zip: tracts.shp: is only a pointer" in refused(zipped(path), tmp_path / "work")


def test_axes_exchanged_in_some_tracts_are_said(tmp_path: Path):
    frame = squares(west=-88.0)  # the other way round it is still within 90 degrees
    frame.loc[4, "geometry"] = shapely.transform(frame.geometry[4], lambda x, y: (y, x), interleaved=False)
    line = refused(written(frame, tmp_path / "census" / "tracts.gpkg"), tmp_path / "work")
    assert (
        "latitude and longitude are exchanged in 1 of 12 tracts, as 08001000500 (x is 39.72, y -88)" in line
    )
    frame = squares()
    frame.loc[4, "geometry"] = shapely.transform(frame.geometry[4], lambda x, y: (y, x), interleaved=False)
    line = refused(written(frame, tmp_path / "census" / "others.gpkg"), tmp_path / "work")
    assert "latitude and longitude are exchanged in some of its polygons" in line


def test_longitudes_without_their_sign_are_said_and_islands_have_none(tmp_path: Path):
    line = refused(written(squares(west=104.92), tmp_path / "census" / "tracts.gpkg"), tmp_path / "work")
    assert "lies east of Greenwich (x is 104.92 to 105, y 39.7 to 39.76); its longitudes seem to have" in line
    for bounds in ((144.6, 13.2, 145.0, 13.7), (172.4, 51.0, 179.9, 53.0)):  # Guam; the Aleutians
        check_degrees(bounds, CRS.from_epsg(4269), "census/tracts.gpkg")
