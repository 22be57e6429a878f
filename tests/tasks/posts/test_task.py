"""The steps of posts and places together: from files of posts to tables, on workers as a run has them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pytest
import shapely

from cluster import ClusterSettings, connect
from data.settings import Posts
from tasks.census.results import Census
from tasks.layers.task import prepare
from tasks.places.task import locate_posts
from tasks.posts.results import PostsTables
from tasks.posts.task import gather, tabulate

# Dask 2026.8 resets an index in a way that pandas 4 will drop.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")

NAMES = ("private/posts_in_tracts.parquet", "public/border_posts.parquet", "public/border_posts.csv")


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight by eight square tracts of an eighth of a degree."""
    squares = [
        (f"06{row:03d}{column:06d}", shapely.box(-118 + x, 34 + y, -118 + x + 0.125, 34 + y + 0.125))
        for row in range(8)
        for column in range(8)
        for x, y in [(column / 8, row / 8)]
    ]
    frame = gpd.GeoDataFrame(squares, columns=["GEOID", "geometry"], geometry="geometry", crs=4269)
    path = tmp_path_factory.mktemp("census") / "tracts.gpkg"
    frame.to_file(path)
    return path


@pytest.fixture(scope="module")
def census() -> Census:
    geoids = [f"06{row:03d}{column:06d}" for row in range(8) for column in range(8)]
    tracts = pa.table(
        {
            "GEOID": geoids,
            "population": pa.array([place % 3 * 1000 for place in range(64)], pa.int64()),
            "income": pa.array([None if place % 17 == 0 else 1e4 + place for place in range(64)]),
        }
    )
    cities = pa.table({"city": ["A"] * 30 + ["B"] * 30, "GEOID": geoids[:30] + geoids[20:50]})
    return Census(tracts, cities, ())


@pytest.fixture
def files(tmp_path: Path, posts: Callable, written: Callable) -> list[tuple[str, Path]]:
    """Some thousand posts, a third of them on edges and corners, with duplicates and bad places."""
    rng = random.Random(6)
    rows = []
    for number in range(3000):
        row = posts(
            number if number % 11 else number // 2,
            latitude=34 - 0.05 + rng.random() * 1.1,
            longitude=-118 - 0.05 + rng.random() * 1.1,
            created_at=rng.choice(["2019-06-01T00:00:00Z", "2018-06-01", "2020-01-01T00:30:00+02:00"]),
        )
        if number % 3 == 0:
            row |= {"latitude": 34 + rng.randrange(17) / 16, "longitude": -118 + rng.randrange(17) / 16}
        if number % 29 == 0:
            row["latitude"] = None
        rows.append(row)
    names = ("posts/a.csv", "posts/b.csv.gz", "posts/c.parquet")
    return [(name, written(tmp_path / name, rows[place::3])) for place, name in enumerate(names)]


@pytest.mark.slow
def test_buckets_and_workers_change_no_byte_and_every_post_is_accounted_for(
    layer: Path, census: Census, files: list, settings: Posts, tmp_path: Path
):
    found: dict[tuple[int, int], tuple[PostsTables, list[bytes]]] = {}
    for workers, cases in ((1, (1, 4)), (2, (1, 16))):
        with connect(ClusterSettings(workers=workers)) as client:
            for buckets in cases:
                work, out = tmp_path / "work", tmp_path / f"out-{workers}-{buckets}"
                tracts = prepare.function(layer, work)
                gathered = gather.function(files, settings, work, client, buckets=buckets)
                located = locate_posts.function(
                    client, gathered.batches, tracts, census.tracts, work / "posts" / "located"
                )
                assert {path.parent for path in located} == {work / "posts" / "located"}
                tables = tabulate.function(located, census, settings.year, out)
                assert sum(file.rows for file in gathered.files) == 3000 == (
                    gathered.duplicates + gathered.excluded + gathered.no_location
                    + tables.outside + tables.in_one_tract + tables.on_borders
                )  # fmt: skip
                assert tables.in_one_tract + tables.on_borders == tables.with_income + tables.without
                found[workers, buckets] = (tables, [(out / name).read_bytes() for name in NAMES])
    first, written = found[1, 1]
    assert min(first.outside, first.in_one_tract, first.on_borders, first.without) > 50
    for tables, same in found.values():
        assert same == written
        assert tables.counts.equals(first.counts)
        assert (tables.outside, tables.on_borders) == (first.outside, first.on_borders)
