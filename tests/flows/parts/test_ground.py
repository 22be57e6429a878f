"""Which files a change of the tract layer is seen by."""

from pathlib import Path

import pytest

from flows.parts.ground import files_of_layer
from tasks.layers.files import hash_of

NAMES = ("tracts.shp", "TRACTS.DBF", "Tracts.prj", "tracts.SHX", "tracts.shp.xml", "tracts.cpg")


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    for name in (*NAMES, "other.dbf", "tracts2.shp"):
        (tmp_path / "census" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "census" / name).write_bytes(b"1")
    return tmp_path / "census" / "tracts.shp"


@pytest.mark.parametrize("name", NAMES)
def test_every_file_that_counts_for_the_hash_of_a_layer_is_watched(layer: Path, name: str):
    before = hash_of(layer).sha256
    (layer.parent / name).write_bytes(b"2")
    assert hash_of(layer).sha256 != before
    assert layer.parent / name in files_of_layer(layer)


def test_files_of_other_names_are_not(layer: Path):
    assert {path.name for path in files_of_layer(layer)} == set(NAMES)
