"""Shares of listed tracts from boundaries of places."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pytest
import shapely

from tasks.census.city_lists import SCHEMA
from tasks.census.city_shares import place_of, shares_of_lists
from tests.tasks.census.test_city_places import INSIDE, places
from tests.tasks.layers.made import geoids, squares, written

HALF = shapely.box(-105.0, 39.7, -104.95, 39.72)
"""The first two tracts of the first row, and half of the third."""


def layer(tmp_path: Path) -> Path:
    return written(squares(), tmp_path / "census" / "tracts.parquet")


def lists(*rows: tuple[str, str, float | None]) -> pa.Table:
    names = ("city", "GEOID", "share")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=SCHEMA)


def test_a_listed_tract_gets_the_share_that_is_in_the_place_of_its_city(tmp_path: Path):
    given = lists(*(("Brighton", geoid, None) for geoid in geoids()[:4]), ("Nowhere", geoids()[0], None))
    found = shares_of_lists(
        places(tmp_path, Brighton_city=HALF, Thornton_city=INSIDE), layer(tmp_path), given
    )
    assert found.warning == ""
    assert found.lists.schema == SCHEMA
    *shares, unknown = found.lists["share"].to_pylist()
    assert shares == pytest.approx([1, 1, 0.5, 0], abs=2e-4)
    assert unknown is None
    assert len(found.sha256) == 64


def test_of_a_tract_without_a_polygon_no_share_is_known(tmp_path: Path):
    given = lists(("Brighton", geoids()[0], None), ("Brighton", "08001999999", None))
    found = shares_of_lists(places(tmp_path, Brighton_city=INSIDE), layer(tmp_path), given)
    assert found.lists["share"].to_pylist() == [pytest.approx(1.0, abs=2e-4), None]


def test_a_share_that_a_list_states_is_kept(tmp_path: Path):
    given = lists(("Brighton city", geoids()[0], 0.25), ("Brighton city", geoids()[1], None))
    found = shares_of_lists(places(tmp_path, Brighton_city=INSIDE), layer(tmp_path), given)
    assert found.lists["share"].to_pylist() == pytest.approx([0.25, 1.0], abs=2e-4)


@pytest.mark.parametrize(
    ("city", "place"),
    [
        ("Denver city, Colorado", "Denver city, Colorado"),
        ("denver", "Denver city, Colorado"),
        ("Denver city", "Denver city, Colorado"),
        ("Denver, Colorado", "Denver city, Colorado"),
        ("Nashville-Davidson", None),
        ("Aurora", None),
        ("Aurora CDP", "Aurora CDP, Colorado"),
        ("Indianapolis", "Indianapolis city (balance), Colorado"),
    ],
)
def test_a_city_is_the_one_place_of_its_state_that_has_its_name(city: str, place: str | None):
    known = {
        "Denver city, Colorado": "08",
        "Denver city, Iowa": "19",
        "Aurora city, Colorado": "08",
        "Aurora CDP, Colorado": "08",
        "Nashville-Davidson metropolitan government (balance), Tennessee": "47",
        "Indianapolis city (balance), Colorado": "08",
    }
    assert place_of(city, "08", known) == place


def test_boundaries_that_cannot_be_used_are_a_warning_and_change_nothing(tmp_path: Path):
    frame = gpd.GeoDataFrame({"A": ["x"]}, geometry=[INSIDE], crs=4269)
    broken = (written(frame, tmp_path / "census" / "places.gpkg"),)
    given = lists(("Brighton", geoids()[0], None))
    found = shares_of_lists(broken, layer(tmp_path), given)
    assert found.lists == given
    assert "NAMELSAD" in found.warning
    assert "\n" not in found.warning
