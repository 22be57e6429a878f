"""Rounded coordinates: are they too coarse for tracts?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import CRS

from tasks.layers.kept import write_layer
from tasks.layers.results import Layer
from tasks.places.coarse import CoarseFile, coarse_lines, coarse_of, decimals_of, misplaced, tract_width
from tasks.places.odd_points import odd_points
from tasks.rows.results import FileOfRows, InputFile


def file_of(lat: np.ndarray, lon: np.ndarray) -> FileOfRows:
    odd = odd_points(pa.array(lat), pa.array(lon), None, 0)
    return FileOfRows("posts/a.csv", "1" * 64, 9, len(lat), (), tuple(odd))


def points(decimals: int, rows: int = 900) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return np.round(40 + rng.random(rows) / 5, decimals), np.round(-100 + rng.random(rows) / 5, decimals)


@pytest.mark.parametrize(("decimals", "found"), [(0, 0), (1, 1), (2, 2), (3, None), (6, None)])
def test_rounded_coordinates_show_their_decimals(decimals: int, found: int | None):
    assert decimals_of(file_of(*points(decimals)).odd) == found


def test_one_row_in_a_hundred_may_have_more_decimals_and_few_rows_show_nothing():
    lat, lon = points(1)
    lat[:9] += 0.01234
    assert decimals_of(file_of(lat, lon).odd) == 1
    lat[:20] += 0.01234
    assert decimals_of(file_of(lat, lon).odd) is None
    assert decimals_of(file_of(*points(1, 49)).odd) is None


def test_few_places_with_all_their_decimals_are_no_coarse_coordinates():
    """As of an app that moves posts to street corners."""
    lat, lon = points(6, 20)
    assert decimals_of(file_of(np.tile(lat, 50), np.tile(lon, 50)).odd) is None


def test_places_are_counted_once_whatever_the_blocks():
    lat, lon = points(1)
    arrays = pa.array(lon), pa.array(lat)
    blocks = [(arrays[0][at : at + 100], arrays[1][at : at + 100]) for at in range(0, 900, 100)]
    one, many = coarse_of(file_of(lat, lon), [arrays]), coarse_of(file_of(lat, lon), blocks)
    assert one == many
    assert (one.rows, one.places) == (900, len(set(zip(lat.tolist(), lon.tolist(), strict=True))))


def test_the_share_that_is_misplaced_is_that_of_points_drawn_at_random():
    rng = np.random.default_rng(11)
    spacing, width = 0.37, 1.0
    where = rng.random((200_000, 2)) * 50
    origin = rng.random(2)  # the grid of the coordinates and that of the tracts do not fit
    rounded = np.round((where - origin) / spacing) * spacing + origin
    moved = (np.floor(where / width) != np.floor(rounded / width)).any(axis=1).mean()
    assert moved == pytest.approx(misplaced(spacing, width), abs=0.005)


@pytest.mark.parametrize(
    ("decimals", "width", "said"),
    [(1, 1.9, "coarser than"), (2, 0.5, "coarser than"), (2, 1.2, "about as coarse as"), (2, 1.95, ""),
     (2, 9.0, "")],
)  # fmt: skip
def test_a_warning_depends_on_the_width_of_the_tracts(decimals: int, width: float, said: str):
    found = list(coarse_lines([CoarseFile("posts/a.csv", decimals, 844, 9, 40.1)], width, "posts"))
    assert bool(found) == bool(said)
    assert all(line.startswith("posts/a.csv: 9 distinct places for 844 posts: the") for line in found)
    assert all(said in line for line in found)


@pytest.mark.parametrize("code", [4269, 5070])
def test_the_width_of_a_tract_is_in_kilometers_whatever_the_layer_is_in(tmp_path: Path, code: int):
    """Squares of 0.02 degrees at 40 degrees north: 2.22 by 1.70 km; one is far larger."""
    from tasks.layers.coordinates import needs_transform, to_layer

    crs = CRS.from_epsg(code)
    boxes = np.array(
        [[-96.02, 40.0, -96.0, 40.02], [-96.0, 40.0, -95.98, 40.02], [-95.98, 40.0, -95.0, 41.0]]
    )
    if needs_transform(crs):
        west, south = to_layer(boxes[:, 0], boxes[:, 1], crs)
        east, north = to_layer(boxes[:, 2], boxes[:, 3], crs)
        boxes = np.column_stack([west, south, east, north])
    path = tmp_path / "layer.parquet"
    geoids = np.array(["01", "02", "03"])
    write_layer(path, geoids, shapely.to_wkb(shapely.box(*boxes.T)), boxes, crs=crs, rows=2)
    layer = Layer(path, InputFile("a", "1" * 64, 1), 3, 0, needs_transform(crs))
    assert tract_width(layer, ["01", "02"]) == pytest.approx(1.946, rel=0.01)
    assert tract_width(layer, ["03"]) > 50
