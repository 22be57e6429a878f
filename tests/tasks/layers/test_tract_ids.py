"""The GEOIDs of a layer without its polygons, in every format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.layers.layer import open_layers
from tasks.layers.prepare import prepare_layer
from tasks.layers.tract_ids import kept_ids, stated_year, tract_ids
from tests.tasks.layers.made import geoids, squares, written

KINDS = ("tracts.zip", "tracts.shp", "tracts.gpkg", "tracts.geojson", "tracts.parquet", "tracts.kml")


def layer(folder: Path, name: str, column: str = "GEOID") -> Path:
    (folder / "census").mkdir(exist_ok=True)
    return written(squares().rename(columns={"GEOID": column}), folder / "census" / name)


@pytest.mark.parametrize("name", KINDS)
def test_every_format_gives_its_tracts(name: str, tmp_path: Path):
    assert tract_ids(open_layers(layer(tmp_path, name))) == frozenset(geoids())


def test_the_kept_layer_gives_the_same_and_one_that_is_not_kept_or_not_whole_gives_none(tmp_path: Path):
    path = layer(tmp_path, "tracts.geojson")
    assert kept_ids(tmp_path / "work", "0" * 64) is None
    found = prepare_layer(path, tmp_path / "work")
    assert kept_ids(tmp_path / "work", found.input.sha256) == frozenset(geoids())
    found.path.write_bytes(found.path.read_bytes()[:200])
    assert kept_ids(tmp_path / "work", found.input.sha256) is None


@pytest.mark.parametrize(
    ("name", "column", "said"),
    [
        ("tl_2019_08_tract.geojson", "GEOID", (2019, "its name")),
        ("tracts.geojson", "GEOID20", (2020, "column GEOID20")),
        ("tracts.geojson", "GEOID10", (2010, "column GEOID10")),
        ("US_tract_2019.geojson", "GEOID", (2019, "its name")),
        ("tracts.geojson", "GEOID", None),
        ("tracts_2010_to_2019.geojson", "GEOID", None),
    ],
)
def test_a_layer_may_state_its_year(name: str, column: str, said: tuple[int, str] | None, tmp_path: Path):
    assert stated_year(open_layers(layer(tmp_path, name, column))) == said
