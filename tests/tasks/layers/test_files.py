"""Which files are the layer: the Bureau's own names, several states, folders; and what is none."""

from __future__ import annotations

import os
import shutil
import zipfile
from itertools import permutations
from pathlib import Path

import pytest

from data.errors import InputError
from tasks.layers.files import find_layer, find_places, hash_of_all, is_layer, label_of
from tasks.layers.layer import check_layer, recognised
from tasks.layers.prepare import prepare_layer
from tests.tasks.layers.made import geoids, squares, written


def census(tmp_path: Path) -> Path:
    folder = tmp_path / "census"
    folder.mkdir(exist_ok=True)
    return folder


def layer_of(folder: Path) -> tuple[Path, ...]:
    return find_layer([path for path in folder.iterdir() if is_layer(path)])


def test_the_bureaus_names_are_recognised_and_said(tmp_path: Path):
    folder = census(tmp_path)
    written(squares(), folder / "tl_2019_08_tract.zip")
    written(squares("06", -119), folder / "tl_2019_06_tract.zip")
    found = layer_of(folder)
    assert [path.name for path in found] == ["tl_2019_06_tract.zip", "tl_2019_08_tract.zip"]
    assert [": ".join(each) for each in recognised(found)] == [
        "census/tl_2019_06_tract.zip: tracts of the Census Bureau's TIGER/Line 2019, California, 12 tracts",
        "census/tl_2019_08_tract.zip: tracts of the Census Bureau's TIGER/Line 2019, Colorado, 12 tracts",
    ]
    assert check_layer(found) == pytest.approx((-119.0, 39.7, -104.92, 39.76))


def test_the_name_inside_a_zip_file_counts_too(tmp_path: Path):
    path = written(squares(), census(tmp_path) / "tracts.zip", inside="cb_2019_us_tract_500k")
    assert recognised(path) == (
        (
            "census/tracts.zip",
            "tracts of the Census Bureau's cartographic boundaries 2019, 1:500,000, the United States, "
            "12 tracts",
        ),
    )


def test_a_zip_file_may_hold_the_tracts_of_several_states(tmp_path: Path):
    folder = census(tmp_path)
    written(squares(), folder / "a" / "tl_2019_08_tract.shp")
    written(squares("06", -119), folder / "a" / "tl_2019_06_tract.shp")
    with zipfile.ZipFile(folder / "tracts.zip", "w") as archive:
        for file in sorted((folder / "a").iterdir()):
            archive.write(file, f"states/{file.name}")
    assert prepare_layer(folder / "tracts.zip", tmp_path / "work").tracts == 24


@pytest.mark.long
def test_files_in_any_order_and_under_any_name_give_the_same_bytes(tmp_path: Path):
    folder = census(tmp_path)
    written(squares(), folder / "tl_2019_08_tract.zip")
    written(squares("06", -119).to_crs(3310), folder / "b.gpkg")
    written(squares("53", -121).to_crs(4326), folder / "c.geojson")
    kept = [
        prepare_layer(order, tmp_path / f"work{place}").path.read_bytes()
        for place, order in enumerate(permutations(layer_of(folder)))
    ]
    assert len(set(kept)) == 1
    before = hash_of_all(layer_of(folder))
    (folder / "b.gpkg").rename(folder / "z.gpkg")
    assert hash_of_all(layer_of(folder)).sha256 == before.sha256
    assert before.file == "census/b.gpkg and 2 others"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            ("tl_2019_08_tract", "cb_2019_08_tract_500k"),
            "census/cb_2019_08_tract_500k.zip and census/tl_2019_08_tract.zip: are two editions of one "
            "state; remove one of them, for example census/tl_2019_08_tract.zip "
            "(then census/cb_2019_08_tract_500k.zip is read)",
        ),
        (("tl_2018_08_tract", "tl_2019_08_tract"), "are two editions of one state; remove one of them"),
        (("tl_2019_08_tract", "tl_2019_08_tract (1)"), "are two editions of one state; remove one of them"),
        (
            ("cb_2019_us_tract_500k", "tl_2019_08_tract"),
            "are two editions that have a state in common; remove",
        ),
        (
            ("tl_2019_06_tract", "tl_2020_08_tract"),
            "are tracts of two censuses (2019, 2020); put the files of",
        ),
    ],
)
def test_the_same_tracts_twice_are_an_error_by_their_names(tmp_path: Path, names: tuple[str, str], said: str):
    folder = census(tmp_path)
    for name in names:
        written(squares(), folder / f"{name}.zip")
    with pytest.raises(InputError) as error:
        layer_of(folder)
    assert said in str(error.value)
    for name in names:
        assert f"census/{name}.zip" in str(error.value)


def test_the_same_tracts_twice_are_an_error_by_their_geoids(tmp_path: Path):
    folder = census(tmp_path)
    written(squares(), folder / "tracts-a.gpkg")
    written(squares(), folder / "tracts-b.geojson")
    with pytest.raises(InputError) as error:
        prepare_layer(layer_of(folder), tmp_path / "work")
    assert str(error.value) == (
        "census/tracts-a.gpkg and census/tracts-b.geojson: are two editions of one state: they have the same "
        f"tracts (12 tracts in both, as {geoids()[0]}); remove one of them, for example "
        "census/tracts-b.geojson (then census/tracts-a.gpkg is read)"
    )


def test_a_folder_of_shapefiles_is_a_layer(tmp_path: Path):
    folder = census(tmp_path)
    written(squares(), folder / "downloads" / "tl_2019_08_tract" / "tl_2019_08_tract.shp")
    written(squares("06", -119), folder / "downloads" / "tl_2019_06_tract" / "tl_2019_06_tract.shp")
    assert is_layer(folder / "downloads")
    found = layer_of(folder)
    assert len(found) == 2
    assert [label for label, _ in recognised(found)] == [
        "census/downloads/tl_2019_06_tract/tl_2019_06_tract.shp",
        "census/downloads/tl_2019_08_tract/tl_2019_08_tract.shp",
    ]
    assert prepare_layer(found, tmp_path / "work").tracts == 24


def test_side_files_are_found_whatever_the_case_of_their_names(tmp_path: Path):
    folder = census(tmp_path)
    written(squares(), folder / "TRACTS.shp")
    for suffix in (".shp", ".dbf", ".shx", ".prj"):
        (folder / f"TRACTS{suffix}").rename(folder / f"TRACTS{suffix.upper()}")
    (folder / "TRACTS.DBF").rename(folder / "tracts.DBF")
    assert prepare_layer(layer_of(folder), tmp_path / "work").tracts == 12


@pytest.mark.parametrize(
    ("name", "areas"),
    [
        ("tl_2019_08_bg", "block groups"),
        ("cb_2019_08_bg_500k", "block groups"),
        ("tl_2019_us_county", "counties"),
        ("tl_2020_08_tabblock20", "blocks"),
        ("gz_2010_08_150_00_500k", "block groups"),
    ],
)
def test_files_of_other_areas_are_an_error_that_says_so(tmp_path: Path, name: str, areas: str):
    folder = census(tmp_path)
    written(squares(), folder / f"{name}.zip")
    with pytest.raises(InputError, match=rf"census/{name}.zip: is a file of {areas}, not of Census tracts"):
        layer_of(folder)


def test_places_are_told_from_tracts(tmp_path: Path):
    folder = census(tmp_path)
    written(squares(), folder / "tracts.zip")
    written(squares(), folder / "tl_2019_08_place.zip")
    written(squares(), folder / "places.gpkg")
    paths = [path for path in folder.iterdir() if is_layer(path)]
    assert [path.name for path in find_layer(paths)] == ["tracts.zip"]
    assert [path.name for path in find_places(paths)] == ["places.gpkg", "tl_2019_08_place.zip"]


def test_tables_are_no_layers(tmp_path: Path):
    folder = census(tmp_path)
    (folder / "acs.csv").write_text("GEOID\n")
    (folder / "acs.json").write_text('[["GEO_ID"],["1"]]')
    (folder / "notes.json").write_text('{"release": {"name": "ACS 2019"}}')
    with zipfile.ZipFile(folder / "acs.zip", "w") as archive:
        archive.writestr("ACSDT5Y2019.B19013_data.csv", "x")
    (folder / "broken.zip").write_bytes(b"PK")
    (folder / "readme.txt").write_text("x")
    os.mkfifo(folder / "pipe.json")
    assert [path.name for path in folder.iterdir() if is_layer(path)] == []


def test_a_pipe_in_place_of_a_layer_is_said(tmp_path: Path):
    os.mkfifo(census(tmp_path) / "tracts.gpkg")
    (path,) = layer_of(census(tmp_path))
    with pytest.raises(InputError, match=r"census/tracts.gpkg: is not a regular file \(it is a pipe\)"):
        check_layer(path)


@pytest.mark.parametrize(
    "name", [b"tracts-\xff.gpkg", b"tracts!x.zip", b"tracts?x=1.gpkg", b"tracts{1}.zip", b"tr\x1b[31m.shp"]
)
def test_names_that_mean_something_to_a_library_are_names(tmp_path: Path, name: bytes):
    folder = census(tmp_path)
    given = Path(os.fsdecode(name))
    path = written(squares(), folder / f"plain{given.suffix}")
    for file in sorted(folder.glob(f"plain{'.*' if given.suffix == '.shp' else given.suffix}")):
        shutil.move(file, folder / given.with_suffix(file.suffix))
    path = folder / given
    assert prepare_layer(path, tmp_path / "work").tracts == 12
    assert label_of(path).isprintable()
