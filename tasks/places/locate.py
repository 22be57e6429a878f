"""Points into tracts on a Dask cluster: the layer is spread over the workers, the points pass by it.

The layer is opened with dask-geopandas in spatial partitions, which stay on their workers, indexed once. One
task reads a batch of points, one task per partition matches them, and one more puts the pairs together and
writes them. Only a few batches are worked on at a time, so that the memory of a worker depends on the size of
a batch and not on the number of posts. A single batch is the same thing once, and the fastest that was
measured (docs/performance.md).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import dask_geopandas
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from distributed import Client, Future, KilledWorker, as_completed, futures_of
from pyproj import CRS

from data.writing import make_folder, replacing
from tasks.layers.coordinates import to_layer
from tasks.layers.results import Layer
from tasks.places.join import (
    NOWHERE,
    Ints,
    Ranking,
    Strips,
    in_strips,
    match,
    rank_tracts,
    resolve,
    strip_height,
)

OnProgress = Callable[[int, int], None]
"""Called with the number of batches that are done, and the number of all."""

PARTITIONS: Final = 8
"""Into how many partitions the layer is cut at least: each has some thousand tracts, and two workers have
equal work. More workers get two partitions each."""

_AT_A_TIME: Final = 2
"""Batches that are worked on at a time: one is matched while the other is read or written."""

_DEATHS: Final = 5
"""How often a worker may be lost before the run gives up."""

_REPEATED: Final = ["GEOID", "year", "tracts_matched"]
"""Columns of a result that hold few values; a dictionary would not make the others smaller."""

_POINT_COLUMNS: Final = ("lon", "lat")


@dataclass(frozen=True)
class Partition:
    """Some neighbouring tracts on a worker.

    Attributes:
        polygons: Their polygons, indexed for tests of points.
        geoids: Their GEOIDs (string).
    """

    polygons: npt.NDArray[Any]
    geoids: pa.Array

    def __sizeof__(self) -> int:
        """Its rough size in bytes, so that Dask sends points to it and never sends it to points."""
        return int(shapely.get_num_coordinates(self.polygons).sum()) * 64


@dataclass(frozen=True)
class Opened:
    """A layer on the cluster.

    Attributes:
        partitions: Futures of its :class:`Partition` objects.
        ranks: For each of them a future of the ranks (int32) of its tracts.
        ranking: Future of the whole layer's :class:`~tasks.places.join.Ranking`.
        crs: The system that points are transformed into; None where degrees are right.
        height: The height of the strips into which points are sorted.
        frames: What the partitions are made from, held as long as they are used (:func:`open_layer`).
    """

    partitions: Sequence[Future]
    ranks: Sequence[Future]
    ranking: Future
    crs: str | None
    height: float
    frames: tuple[object, ...]


def locate(
    client: Client,
    batches: Sequence[Path],
    layer: Layer,
    tracts: pa.Table,
    out: Path,
    *,
    on_progress: OnProgress | None = None,
) -> list[Path]:
    """Find the tract of every point.

    Args:
        client: Where to run; its workers must see the files under the same paths.
        batches: Parquet files with the columns lon and lat (float64, degrees, none missing) and any others.
            Their names must differ.
        layer: The tract layer.
        tracts: GEOID (string) and population (int64, may be missing) of the Census.
        out: The folder for the results; made if absent.
        on_progress: Called with the number of batches that are done and the number of all.

    Returns:
        A Parquet file for each batch, of the same name: its other columns, row by row, and GEOID (string,
        missing outside all tracts), tracts_matched (int32) and tied (bool: on a border whose two most
        populous tracts have equally many people).

    Raises:
        KilledWorker: Workers kept dying.
        ValueError: Two batches share a name.
    """
    targets = {batch: out / batch.name for batch in batches}
    if len(set(targets.values())) != len(batches):
        raise ValueError("two batches share a name")
    make_folder(out)
    left = dict(targets)
    deaths = 0
    while left:
        try:
            for batch in _located(client, left, layer, tracts):
                del left[batch]
                if on_progress is not None:
                    on_progress(len(targets) - len(left), len(targets))
        except KilledWorker:
            # Whatever was lost with the worker is done again, from the files; what is written stays.
            deaths += 1
            if deaths > _DEATHS:
                raise
    for half in out.glob(".*"):  # what a worker had half written when it died
        half.unlink(missing_ok=True)
    return list(targets.values())


def _located(client: Client, targets: dict[Path, Path], layer: Layer, tracts: pa.Table) -> Iterator[Path]:
    """Do the batches, a few at a time; gives each once its file is written."""
    waiting = list(targets.items())
    opened = open_layer(client, layer, tracts)
    running: dict[str, Path] = {}

    def begin() -> Future:
        batch, target = waiting.pop(0)
        future = _submit(client, batch, target, opened)
        running[future.key] = batch
        return future

    futures = as_completed([begin() for _ in range(min(_AT_A_TIME, len(waiting)))])
    try:
        for future in futures:
            future.result()
            yield running.pop(future.key)
            if waiting:
                futures.add(begin())
    finally:
        if running:
            client.cancel([Future(key, client) for key in running], force=True)


def _submit(client: Client, batch: Path, target: Path, opened: Opened) -> Future:
    """Submit the tasks of one batch; gives the future of the last."""
    run = uuid.uuid4().hex
    points = client.submit(
        read_points, batch, opened.crs, opened.height, key=f"read-points-{run}", pure=False
    )
    pairs = [
        client.submit(match_partition, points, partition, key=f"match-{run}-{index}", pure=False)
        for index, partition in enumerate(opened.partitions)
    ]
    # What ends a batch comes before what begins another, so that its arrays are freed soon.
    return client.submit(
        write_located,
        batch,
        target,
        pairs,
        opened.ranks,
        opened.ranking,
        key=f"write-{run}",
        pure=False,
        priority=1,
    )


def open_layer(client: Client, layer: Layer, tracts: pa.Table) -> Opened:
    """Spread a layer over the workers: spatial partitions, each with its polygons indexed.

    Args:
        client: Where to spread it.
        layer: The layer, in spatial order.
        tracts: GEOID and population of the Census.
    """
    groups = pq.read_metadata(layer.path).num_row_groups
    number = max(PARTITIONS, 2 * len(client.nthreads()))
    frame = dask_geopandas.read_parquet(
        layer.path, columns=["GEOID", "geometry"], split_row_groups=-(-groups // number)
    )
    # A task, not a scattered object: what a dead worker held can then be computed again. Only the last task
    # of a batch needs it, so reading and matching come before it.
    ranking = client.submit(
        ranking_of, layer.path, tracts, key=f"ranking-{uuid.uuid4().hex}", pure=False, priority=-1
    )
    # One task reads a partition and indexes it: with two, polygons would be sent from worker to worker, and a
    # prepared polygon loses its index on the way.
    prepared = frame.map_partitions(prepare_partition, meta=("tracts", object), enforce_metadata=False)
    # Of equal expressions Dask keeps one, by a weak reference. A scheduler that is a thread of this process
    # would look it up just as this function's end drops it, and fail (Dask 2026.8): so it is not dropped.
    optimized = prepared.optimize()
    partitions = futures_of(client.persist(optimized))
    ranks = [
        client.submit(ranks_of, partition, ranking, key=f"ranks-{uuid.uuid4().hex}", pure=False, priority=-1)
        for partition in partitions
    ]
    crs = layer_crs(layer.path) if layer.transform else None
    height = strip_height(tract_heights(layer.path))
    return Opened(partitions, ranks, ranking, crs, height, (prepared, optimized))


def ranking_of(path: Path, tracts: pa.Table) -> Ranking:
    """The ranking of the tracts of a kept layer."""
    geoids = pq.read_table(path, columns=["GEOID"], use_threads=False)["GEOID"]
    return rank_tracts(geoids.cast(pa.string()).combine_chunks(), tracts)


def prepare_partition(frame: gpd.GeoDataFrame) -> Partition:
    """The tracts of a partition, indexed."""
    polygons = np.asarray(frame.geometry.array)
    shapely.prepare(polygons)
    return Partition(polygons, pa.array(frame["GEOID"], pa.string()))


def ranks_of(partition: Partition, ranking: Ranking) -> Ints:
    """The ranks of a partition's tracts."""
    return ranking.ranks_of(partition.geoids)


def layer_crs(path: Path) -> str:
    """The coordinate reference system of a kept layer, as PROJ's JSON, which can be sent to workers."""
    geo = json.loads((pq.read_schema(path).metadata or {})[b"geo"])
    return json.dumps(geo["columns"][geo["primary_column"]]["crs"])


def tract_heights(path: Path) -> npt.NDArray[np.float64]:
    """Heights of the tracts of a kept layer, from their bounding boxes in the file."""
    with pq.ParquetFile(path) as file:
        box = file.read(columns=["bbox.ymin", "bbox.ymax"], use_threads=False)["bbox"].combine_chunks()
    return np.asarray(pc.subtract(pc.struct_field(box, "ymax"), pc.struct_field(box, "ymin")))


def read_points(batch: Path, crs: str | None, height: float) -> Strips:
    """The points of a batch in the layer's coordinates, sorted.

    Args:
        batch: Parquet with lon and lat.
        crs: The system to transform them into; None where degrees are right.
        height: The height of a strip.
    """
    table = pq.read_table(batch, columns=list(_POINT_COLUMNS), use_threads=False)
    lon, lat = (table[name].to_numpy() for name in _POINT_COLUMNS)
    x, y = (lon, lat) if crs is None else to_layer(lon, lat, CRS.from_json(crs))
    return in_strips(x, y, height)


def match_partition(points: Strips, partition: Partition) -> tuple[Ints, Ints]:
    """The pairs of points and tracts of one partition, as positions in the two."""
    return match(points, partition.polygons)


def write_located(
    batch: Path, target: Path, pairs: Sequence[tuple[Ints, Ints]], ranks: Sequence[Ints], ranking: Ranking
) -> None:
    """Decide each point of a batch and write the batch: whole or not at all.

    Args:
        batch: The batch.
        target: What to write.
        pairs: The pairs of each partition.
        ranks: The ranks of each partition's tracts.
        ranking: The ranking of all.
    """
    table = pq.read_table(batch, use_threads=False).drop_columns(list(_POINT_COLUMNS))
    point = np.concatenate([points for points, _ in pairs])
    rank = np.concatenate([found[tracts] for (_, tracts), found in zip(pairs, ranks, strict=True)])
    winner, matched, tied = resolve(len(table), point, rank, ranking.population)
    tract = pa.array(winner, mask=winner == NOWHERE)
    table = table.append_column("GEOID", pc.take(ranking.geoids, tract))
    table = table.append_column("tracts_matched", pa.array(matched))
    table = table.append_column("tied", pa.array(tied))
    with replacing(target, own=True) as beside:
        pq.write_table(table, beside, compression="lz4", use_dictionary=_REPEATED, write_statistics=False)
