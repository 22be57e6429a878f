"""Points into tracts on a Dask client, beside a computation in plain geopandas and pandas."""

from __future__ import annotations

import gc
import os
import signal
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from dask.dataframe.dask_expr._expr import MapPartitions
from distributed import Client, KilledWorker

import tasks.layers.prepare
import tasks.places.locate
from tasks.census.read import read_acs
from tasks.layers.prepare import prepare_layer
from tasks.layers.results import Layer
from tasks.places.locate import locate, open_layer

# Dask 2026.8 resets an index in a way that pandas 4 will drop.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")


@pytest.fixture(scope="module")
def layer(country: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory) -> Layer:
    """The country, kept in row groups of 20 tracts: eight partitions."""
    folder = tmp_path_factory.mktemp("layer")
    country.to_parquet(folder / "tracts.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.layers.prepare, "ROW_GROUP", 20)
        return prepare_layer(folder / "tracts.parquet", folder)


def plainly(points: tuple, country: gpd.GeoDataFrame, people: pa.Table) -> pd.DataFrame:
    """GEOID, tracts_matched and tied of each point, by geopandas and pandas alone."""
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points), crs=country.crs)
    pairs = gpd.sjoin(frame, country, predicate="intersects").reset_index(names="point")
    pairs = pairs.merge(people.to_pandas(), on="GEOID", how="left").fillna({"population": 0})
    pairs = pairs.sort_values(["point", "population", "GEOID"], ascending=[True, False, True])
    groups = pairs.groupby("point")
    found = pd.DataFrame({"GEOID": groups["GEOID"].first(), "tracts_matched": groups.size()})
    found["tied"] = groups["population"].apply(lambda most: len(most) > 1 and most.iloc[0] == most.iloc[1])
    found = found.reindex(range(len(frame)))
    return found.fillna({"tracts_matched": 0, "tied": False})


@pytest.mark.long
def test_a_plain_spatial_join_and_groups_give_the_same(  # noqa: PLR0917 - fixtures
    threads: Client, batch: Path, layer: Layer, people: pa.Table, points: tuple, country: gpd.GeoDataFrame,
    tmp_path: Path,
):  # fmt: skip
    [path] = locate(threads, [batch], layer, people, tmp_path / "located")
    found = pq.read_table(path)
    expected = plainly(points, country, people)
    assert found.schema.names == ["post_id", "year", "GEOID", "tracts_matched", "tied"]
    assert found["GEOID"].to_pylist() == [None if pd.isna(x) else x for x in expected["GEOID"]]
    assert found["tracts_matched"].to_pylist() == expected["tracts_matched"].astype(int).tolist()
    assert found["tied"].to_pylist() == expected["tied"].astype(bool).tolist()
    assert found["GEOID"].null_count > 100
    assert sum(found["tied"].to_pylist()) > 20


def test_the_expressions_of_a_layer_are_held_as_long_as_it_is_used(
    threads: Client, layer: Layer, people: pa.Table
):
    opened = open_layer(threads, layer, people)
    gc.collect()
    # Else the scheduler, a thread of this process, could meet them as they go.
    assert opened.partitions[0].key[0] in MapPartitions._instances


def test_rows_and_the_other_columns_stay_as_they_were(
    threads: Client, batch: Path, layer: Layer, people: pa.Table, tmp_path: Path
):
    [path] = locate(threads, [batch], layer, people, tmp_path / "located")
    found, given = pq.read_table(path), pq.read_table(batch)
    assert path == tmp_path / "located" / batch.name
    for name in ("post_id", "year"):
        assert found[name].equals(given[name])
    assert found.schema.field("tracts_matched").type == pa.int32()
    assert found.schema.field("tied").type == pa.bool_()


def cut(batch: Path, pieces: int, folder: Path) -> list[Path]:
    """The rows of a batch as several."""
    table = pq.read_table(batch)
    ends = np.linspace(0, len(table), pieces + 1).astype(int)
    folder.mkdir(exist_ok=True)
    paths = [folder / f"batch-{place:04d}.parquet" for place in range(pieces)]
    for path, start, end in zip(paths, ends[:-1], ends[1:], strict=True):
        pq.write_table(table.slice(start, end - start), path)
    return paths


def together(paths: list[Path]) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in paths]).combine_chunks()


@pytest.mark.long
@pytest.mark.parametrize("pieces", [4, 16])
def test_the_number_of_batches_changes_nothing_and_progress_is_reported(  # noqa: PLR0917 - fixtures
    threads: Client, batch: Path, layer: Layer, people: pa.Table, tmp_path: Path, pieces: int
):
    whole = together(locate(threads, [batch], layer, people, tmp_path / "whole"))
    reports: list[tuple[int, int]] = []
    batches = cut(batch, pieces, tmp_path / "cut")
    found = locate(
        threads, batches, layer, people, tmp_path / "out", on_progress=lambda *now: reports.append(now)
    )
    assert [path.name for path in found] == [path.name for path in batches]
    assert together(found).equals(whole)
    assert reports == [(done, pieces) for done in range(1, pieces + 1)]


@pytest.mark.long
@pytest.mark.parametrize("partitions", [1, 6, 100])
def test_the_number_of_partitions_changes_nothing(  # noqa: PLR0917 - fixtures
    threads: Client, batch: Path, layer: Layer, people: pa.Table, tmp_path: Path, partitions: int,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    whole = together(locate(threads, [batch], layer, people, tmp_path / "whole"))
    monkeypatch.setattr(tasks.places.locate, "PARTITIONS", partitions)
    assert together(locate(threads, [batch], layer, people, tmp_path / "out")).equals(whole)


@pytest.mark.parametrize("code", [3857, 5070])
def test_points_are_transformed_into_the_layers_coordinates(
    threads: Client, country: gpd.GeoDataFrame, people: pa.Table, tmp_path: Path, code: int
):
    path = tmp_path / "tracts.gpkg"
    country.to_crs(code).to_file(path)
    layer = prepare_layer(path, tmp_path)
    inside = country.geometry.array.representative_point()
    pq.write_table(pa.table({"lon": inside.x, "lat": inside.y}), tmp_path / "batch.parquet")
    [found] = locate(threads, [tmp_path / "batch.parquet"], layer, people, tmp_path / "located")
    assert pq.read_table(found)["GEOID"].to_pylist() == country["GEOID"].tolist()


def test_an_empty_batch_and_no_batch_are_accepted(
    threads: Client, batch: Path, layer: Layer, people: pa.Table, tmp_path: Path
):
    pq.write_table(pq.read_table(batch).slice(0, 0), batch)
    [path] = locate(threads, [batch], layer, people, tmp_path / "located")
    assert pq.read_table(path).num_rows == 0
    assert pq.read_schema(path).field("GEOID").type == pa.string()
    assert locate(threads, [], layer, people, tmp_path / "located") == []


def test_batches_of_one_name_would_overwrite_each_other(
    threads: Client, batch: Path, layer: Layer, people: pa.Table, tmp_path: Path
):
    with pytest.raises(ValueError, match="two batches share a name"):
        locate(threads, [batch, tmp_path / "other" / batch.name], layer, people, tmp_path / "located")


@pytest.mark.long
def test_an_error_of_a_batch_is_raised_and_leaves_no_file(
    threads: Client, batch: Path, layer: Layer, people: pa.Table, tmp_path: Path
):
    pq.write_table(pa.table({"post_id": ["a"], "lon": [1.0]}), batch)
    with pytest.raises(pa.ArrowInvalid):
        locate(threads, [batch], layer, people, tmp_path / "located")
    assert list((tmp_path / "located").iterdir()) == []


def test_workers_that_keep_dying_end_the_run(  # noqa: PLR0917 - fixtures
    threads: Client, batch: Path, layer: Layer, people: pa.Table, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    tries = []

    def dies(*_: object) -> list[Path]:
        tries.append(1)
        raise KilledWorker("match", threads.cluster.workers[0], 0)

    monkeypatch.setattr(tasks.places.locate, "_located", dies)
    with pytest.raises(KilledWorker):
        locate(threads, [batch], layer, people, tmp_path / "located")
    assert len(tries) == 6


@pytest.mark.slow
def test_a_worker_killed_in_mid_join_changes_nothing(  # noqa: PLR0917 - fixtures
    processes: Client, threads: Client, batch: Path, layer: Layer, people: pa.Table, tmp_path: Path
):
    whole = together(locate(threads, [batch], layer, people, tmp_path / "whole"))
    killed = []

    def kill_one(done: int, total: int) -> None:
        if done in (2, 9):
            pids = processes.run(os.getpid)
            victim = pids[sorted(pids)[0]]
            killed.append(victim)
            os.kill(victim, signal.SIGKILL)

    batches = cut(batch, 12, tmp_path / "cut")
    found = locate(processes, batches, layer, people, tmp_path / "out", on_progress=kill_one)
    assert len(killed) == 2
    assert together(found).equals(whole)
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def indianapolis(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two tracts of the article's tie and those around them, from the real layer."""
    folder = tmp_path_factory.mktemp("indianapolis")
    whole = gpd.read_file(
        real / "cb_2019_us_tract_500k.zip", bbox=(-86.4, 39.6, -85.9, 40.0), columns=["GEOID"]
    )
    whole.to_file(folder / "tracts.shp")
    return folder / "tracts.shp"


@pytest.mark.long
def test_a_post_on_the_border_of_two_equal_tracts_of_indianapolis_goes_to_the_first_geoid(
    threads: Client, indianapolis: Path, real: Path, tmp_path: Path
):
    first, second = "18097310305", "18097310306"
    census = read_acs(real / "acs.parquet", "census/acs.parquet")
    people = dict(zip(census["GEOID"].to_pylist(), census["population"].to_pylist(), strict=True))
    assert people[first] == people[second] == 5_956
    layer = prepare_layer(indianapolis, tmp_path)
    tracts = gpd.read_parquet(layer.path).set_index("GEOID").geometry
    border = shapely.get_coordinates(tracts[first].intersection(tracts[second]))
    assert len(border) > 5
    pq.write_table(pa.table({"lon": border[:, 0], "lat": border[:, 1]}), tmp_path / "batch.parquet")
    [path] = locate(threads, [tmp_path / "batch.parquet"], layer, census, tmp_path / "located")
    rows = pq.read_table(path).to_pylist()
    pairs = [row for row in rows if row["tracts_matched"] == 2]
    assert len(pairs) > 3
    assert {row["GEOID"] for row in pairs} == {first}
    assert all(row["tied"] for row in pairs)
    # At the border's ends a third tract takes part, which may have more people.
    for row in rows:
        assert row["tracts_matched"] >= 2
        assert row["GEOID"] == first or people[row["GEOID"]] > 5_956


@pytest.mark.long
def test_a_layer_in_degrees_and_one_taken_as_wgs_84_give_the_same(  # noqa: PLR0917 - fixtures
    threads: Client, batch: Path, layer: Layer, people: pa.Table, country: gpd.GeoDataFrame, tmp_path: Path
):
    country.set_crs(4326, allow_override=True).to_parquet(tmp_path / "tracts.parquet")
    other = prepare_layer(tmp_path / "tracts.parquet", tmp_path)
    assert not other.transform
    assert replace(other, path=layer.path).tracts == layer.tracts
    first = together(locate(threads, [batch], layer, people, tmp_path / "a"))
    assert together(locate(threads, [batch], other, people, tmp_path / "b")).equals(first)
