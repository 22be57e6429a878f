"""A small made country of square tracts, points on every kind of place in it, and clients to run on."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

SIDE = 12
"""Tracts along each side of the country."""

WEST, SOUTH, STEP = -118.0, 34.0, 0.25  # exact in binary, so that corners and edges are met exactly


@pytest.fixture(scope="session")
def country() -> gpd.GeoDataFrame:
    """144 square tracts; one is made of two islands, one has a hole, and a strip of land belongs to none."""
    rows = []
    for row in range(SIDE):
        for column in range(SIDE):
            if column == 7 and row < 6:
                continue  # the strip: posts in it are outside
            x, y = WEST + column * STEP, SOUTH + row * STEP
            square = shapely.box(x, y, x + STEP, y + STEP)
            if (row, column) == (3, 3):
                square = square.difference(shapely.box(x + 0.0625, y + 0.0625, x + 0.125, y + 0.125))
            if (row, column) == (8, 2):
                square = shapely.union_all(
                    [
                        shapely.box(x, y, x + 0.0625, y + STEP),
                        shapely.box(x + 0.125, y, x + STEP, y + STEP),
                    ]
                )
            rows.append((f"06{row:03d}{column:06d}", square))
    return gpd.GeoDataFrame(rows, columns=["GEOID", "geometry"], geometry="geometry", crs="EPSG:4269")


@pytest.fixture(scope="session")
def people(country: gpd.GeoDataFrame) -> pa.Table:
    """Populations with many ties, some missing, some of 0, and some tracts without a row."""
    geoids = sorted(country["GEOID"])[5:]
    numbers = [None if place % 11 == 0 else place % 4 * 1000 for place in range(len(geoids))]
    return pa.table(
        {
            "GEOID": pa.array(geoids, pa.string()),
            "population": pa.array(numbers, pa.int64()),
            "income": pa.array([30_000.0 + 10 * place for place in range(len(geoids))], pa.float64()),
        }
    )


@pytest.fixture(scope="session")
def points(country: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes: anywhere, exactly on corners, on edges, in holes and gaps, and far away."""
    rng = np.random.default_rng(11)
    corners = shapely.get_coordinates(np.asarray(country.geometry.array))
    anywhere = rng.uniform((WEST - 0.5, SOUTH - 0.5), (WEST + 3.5, SOUTH + 3.5), (3000, 2))
    on_corners = corners[rng.integers(0, len(corners), 500)]
    steps = rng.integers(0, SIDE * 4, (500, 2)) / 16  # multiples of a quarter of a side: many are on edges
    on_edges = np.array([WEST, SOUTH]) + steps
    far = np.array([[0.5, 51.5], [179.99, -89.9], [-180.0, 90.0]])
    found = np.concatenate([anywhere, on_corners, on_edges, far])
    return found[:, 0].copy(), found[:, 1].copy()


@pytest.fixture
def batch(points: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> Path:
    """The points as a batch of posts."""
    path = tmp_path / "batch-0000.parquet"
    pq.write_table(batch_table(points), path)
    return path


def batch_table(points: tuple[np.ndarray, np.ndarray]) -> pa.Table:
    lon, lat = points
    return pa.table(
        {
            "post_id": [f"p{place:05d}" for place in range(len(lon))],
            "year": pa.array([2019 if place % 3 else 2018 for place in range(len(lon))], pa.int32()),
            "lon": lon,
            "lat": lat,
        }
    )
