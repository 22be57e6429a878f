"""How fast posts are assigned to tracts, compared with other spatial joins on the same files in one run.

The tracts are the real national layer, converted once to the GeoParquet that the program keeps. The points
are drawn by population: a tract, then a place in its bounding box (so that some are outside the tract), and
some exactly on corners of its boundary. Each contender is a process of its own that reads both; each must
find the same number of pairs of a point and a tract.

Measured inside the contender: wall and CPU seconds (of it and all its children) from reading to the pairs,
without imports and the start of workers. Measured from outside: wall seconds of the whole process and the
peak memory of its largest process. The project's join is ``tasks.places.locate.locate``; it also decides
every border and writes the result. Quote ratios: the machine may be noisy.

    .venv/bin/python benchmarks/join.py --real ../shared/real --points 873592 --peers-python .peers/bin/python

The other joins run with the interpreter named by ``--peers-python`` (geopandas, dask-geopandas, sedonadb with
geoarrow-pyarrow, duckdb with duckdb-extension-spatial, polars-st). One that cannot be imported is reported.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

# Before this folder, in which cluster.py would hide the program's package of that name.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from memory import watched

SEED = 3
ON_CORNERS = 0.006
"""Share of the points that are exactly on a corner: 5,000 of 870,000."""

BATCH = 1_000_000
LIMIT = 3_600.0
"""Seconds after which a contender is stopped and reported to have taken longer."""

PEERS = ("shapely", "geopandas swapped", "geopandas", "dask_geopandas", "sedonadb", "polars-st", "duckdb")


@dataclass
class Figure:
    """The measurements of one contender."""

    contender: str
    points: int
    pairs: int
    wall: float
    cpu: float
    whole: float
    peak_mb: float
    note: str = ""


# --- the contenders: each returns a function that does the work, after everything that is not measured


def nwatch(points: list[Path], tracts: Path, out: Path, workers: int) -> tuple[Callable[[], int], Any]:
    """The project's join, on workers that have imported what they need."""
    from cluster import ClusterSettings, connect
    from tasks.layers.results import Layer
    from tasks.places.locate import locate
    from tasks.rows.results import InputFile

    cluster = connect(ClusterSettings(workers=workers))
    client = cluster.__enter__()
    client.run(_imports)
    census = pq.read_table(tracts.with_name("census.parquet"))
    layer = Layer(tracts, InputFile("", "", 0), 0, 0, False)

    def work() -> int:
        found = locate(client, points, layer, census, out)
        return _pairs_in(found)

    return work, lambda: cluster.__exit__(None, None, None)


def _imports() -> None:
    import tasks.places.locate  # noqa: F401 - a worker keeps what it has imported


def _pairs_in(located: list[Path]) -> int:
    import pyarrow.compute as pc

    return sum(int(pc.sum(pq.read_table(path, columns=["tracts_matched"])[0]).as_py()) for path in located)


def shapely_alone(points: list[Path], tracts: Path) -> Callable[[], int]:
    """The fastest way found with plain shapely: a tree on the points, prepared polygons.

    See docs/performance.md.
    """
    import geopandas as gpd
    import shapely

    def work() -> int:
        polygons = np.asarray(gpd.read_parquet(tracts, columns=["GEOID", "geometry"]).geometry.array)
        x, y = _coordinates(points)
        polygon, point = shapely.STRtree(shapely.points(x, y)).query(polygons)
        shapely.prepare(polygons)
        return int(shapely.intersects_xy(polygons[polygon], x[point], y[point]).sum())

    return work


def geopandas_join(points: list[Path], tracts: Path, swapped: bool) -> Callable[[], int]:
    """``geopandas.sjoin``, as it is or with its sides exchanged."""
    import geopandas as gpd

    def work() -> int:
        polygons = gpd.read_parquet(tracts, columns=["GEOID", "geometry"])
        places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*_coordinates(points)), crs=polygons.crs)
        sides = (polygons, places) if swapped else (places, polygons)
        return len(gpd.sjoin(*sides, predicate="intersects"))

    return work


def dask_join(points: list[Path], tracts: Path) -> tuple[Callable[[], int], Any]:
    """``dask_geopandas.sjoin`` on two workers: points in four partitions, polygons in one."""
    import dask_geopandas
    import geopandas as gpd
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0")
    client = Client(cluster)
    client.run(_geo_imports)

    def work() -> int:
        polygons = dask_geopandas.read_parquet(tracts, columns=["GEOID", "geometry"])
        places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*_coordinates(points)), crs=polygons.crs)
        joined = dask_geopandas.sjoin(
            dask_geopandas.from_geopandas(places, npartitions=4), polygons, predicate="intersects"
        )
        return len(joined)

    return work, lambda: (client.close(), cluster.close())


def _geo_imports() -> None:
    import dask_geopandas  # noqa: F401 - a worker keeps what it has imported


def sedona(points: list[Path], tracts: Path) -> Callable[[], int]:
    """SedonaDB, in SQL."""
    import sedonadb

    def work() -> int:
        db = sedonadb.connect()
        db.read_parquet(str(tracts)).to_view("tracts")
        db.read_parquet([str(path) for path in points]).to_view("points")
        found = db.sql(
            "SELECT count(*) AS pairs FROM points JOIN tracts "
            "ON ST_Intersects(tracts.geometry, ST_SetSRID(ST_Point(points.lon, points.lat), 4269))"
        )
        return int(found.to_pandas()["pairs"][0])

    return work


def duckdb_join(points: list[Path], tracts: Path) -> Callable[[], int]:
    """DuckDB with its spatial extension, in SQL."""
    import duckdb
    import duckdb_extension_spatial

    db = duckdb.connect()
    extension = next(Path(duckdb_extension_spatial.__file__).parent.rglob("spatial.duckdb_extension"))
    db.execute(f"LOAD '{extension}'")

    def work() -> int:
        names = ", ".join(f"'{path}'" for path in points)
        found = db.sql(
            f"SELECT count(*) FROM read_parquet([{names}]) p JOIN read_parquet('{tracts}') t "
            "ON ST_Intersects(t.geometry, ST_Point(p.lon, p.lat))"
        ).fetchone()
        return int(found[0]) if found else 0

    return work


def polars_join(points: list[Path], tracts: Path) -> Callable[[], int]:
    """polars-st's ``sjoin``."""
    import polars as pl
    import polars_st as st

    def work() -> int:
        polygons = pl.read_parquet(tracts, columns=["GEOID", "geometry"])
        places = pl.read_parquet(points).select("id", geometry=st.point(pl.concat_arr("lon", "lat")))
        joined: Any = places.st  # type: ignore[attr-defined]
        return len(joined.sjoin(polygons, on="geometry", predicate="intersects"))

    return work


def _coordinates(points: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    table = (
        pq.read_table(points[0], columns=["lon", "lat"])
        if len(points) == 1
        else pa.concat_tables([pq.read_table(path, columns=["lon", "lat"]) for path in points])
    )
    return table["lon"].to_numpy(), table["lat"].to_numpy()


def run_one(what: str, folder: Path, out: Path) -> None:
    """Do a contender's work and print its measurements as one line of JSON."""
    points, tracts = sorted(folder.glob("points-*.parquet")), folder / "tracts.parquet"
    end: Any = None
    made: Any
    if what.startswith("nwatch"):
        made, end = nwatch(points, tracts, out, int(what.split()[1]))
    elif what == "dask_geopandas":
        made, end = dask_join(points, tracts)
    elif what.startswith("geopandas"):
        made = geopandas_join(points, tracts, "swapped" in what)
    else:
        made = {
            "shapely": shapely_alone, "sedonadb": sedona, "duckdb": duckdb_join, "polars-st": polars_join,
        }[what](points, tracts)  # fmt: skip
    before, start = _cpu(), time.perf_counter()
    pairs = made()
    wall, cpu = time.perf_counter() - start, _cpu() - before
    if end is not None:
        end()
    print(json.dumps({"pairs": pairs, "wall": wall, "cpu": cpu}))


def _cpu() -> float:
    """CPU seconds of this process and its living descendants."""
    this = psutil.Process()
    times = [process.cpu_times() for process in [this, *this.children(recursive=True)]]
    return sum(found.user + found.system for found in times)


# --- the points -------------------------------------------------------------------------------------


def make_input(real: Path, folder: Path) -> None:
    """The layer as the program keeps it, and the Census."""
    from tasks.census.read import read_acs
    from tasks.layers.prepare import prepare_layer

    layer = prepare_layer(real / "cb_2019_us_tract_500k.zip", folder)
    layer.path.rename(folder / "tracts.parquet")
    pq.write_table(read_acs(real / "acs.parquet", "acs.parquet"), folder / "census.parquet")


def make_points(folder: Path, number: int) -> None:
    """Points drawn by population, in files of at most a million (one file up to two)."""
    import geopandas as gpd
    import shapely

    for path in folder.glob("points-*.parquet"):
        path.unlink()
    tracts = gpd.read_parquet(folder / "tracts.parquet", columns=["GEOID", "geometry"])
    census = pq.read_table(folder / "census.parquet")
    people = dict(zip(census["GEOID"].to_pylist(), census["population"].to_pylist(), strict=True))
    weights = np.array([people.get(geoid) or 0 for geoid in tracts["GEOID"]], dtype=np.float64)
    polygons = np.asarray(tracts.geometry.array)
    boxes = shapely.bounds(polygons)
    corners, owner = shapely.get_coordinates(polygons, return_index=True)
    first = np.searchsorted(owner, np.arange(len(polygons) + 1))
    pieces = 1 if number <= 2 * BATCH else -(-number // BATCH)
    ends = np.linspace(0, number, pieces + 1).astype(int)
    for piece, (start, end) in enumerate(pairwise(ends)):
        rng = np.random.default_rng((SEED, piece))
        drawn = rng.choice(len(polygons), end - start, p=weights / weights.sum())
        places = boxes[drawn, :2] + rng.random((len(drawn), 2)) * (boxes[drawn, 2:] - boxes[drawn, :2])
        places = places.round(6)  # as an app gives them; the layer's corners have as many digits
        on = np.flatnonzero(rng.random(len(drawn)) < ON_CORNERS)
        chosen = first[drawn[on]] + rng.integers(0, 1 << 30, len(on)) % np.diff(first)[drawn[on]]
        places[on] = corners[chosen]
        table = pa.table(
            {"id": np.arange(start, end), "lon": places[:, 0].copy(), "lat": places[:, 1].copy()}
        )
        pq.write_table(
            table,
            folder / f"points-{piece:04d}.parquet",
            compression="zstd",
            use_dictionary=False,
            # Half the disk; a single file has the plain form, which every reader is quickest with.
            use_byte_stream_split=["lon", "lat"] if pieces > 1 else False,
        )


# --- the measuring ----------------------------------------------------------------------------------


def measured(what: str, folder: Path, python: str, points: int) -> Figure:
    """Run a contender in a process of its own and measure its memory."""
    with tempfile.TemporaryDirectory(dir=folder) as out:
        command = [
            python,
            str(Path(__file__).resolve()),
            "--one",
            what,
            "--folder",
            str(folder),
            "--out",
            out,
        ]
        root = str(Path(__file__).resolve().parents[1])
        start = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": root}
        )
        with watched(child.pid) as peak:
            try:
                said, errors = child.communicate(timeout=LIMIT)
                note = "" if child.returncode == 0 else errors.decode(errors="replace").strip()[-160:]
            except subprocess.TimeoutExpired:
                child.kill()
                said, note = b"", f"ended after {LIMIT:g} s"
                child.communicate()
            whole = time.perf_counter() - start
    if note:
        return Figure(what, points, 0, whole, 0, whole, peak.megabytes, note.replace("\n", " "))
    found = json.loads(said.decode().strip().splitlines()[-1])
    return Figure(what, points, found["pairs"], found["wall"], found["cpu"], whole, peak.megabytes)


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table; ratios are to the project's join with two workers."""
    lines = [
        "| points | join | pairs | wall s | CPU s | peak MB of a process | whole process s | times wall "
        "| times CPU |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    base = {found.points: found for found in figures if found.contender == "nwatch 2 workers"}
    for found in figures:
        name = found.contender.replace("shapely", "shapely, one process").replace("nwatch", "**nwatch**")
        if found.note:
            lines.append(f"| {found.points:,} | {name} | {found.note} | | | | | | |")
            continue
        own = base.get(found.points, found)
        lines.append(
            f"| {found.points:,} | {name} | {found.pairs:,} | {found.wall:.1f} | {found.cpu:.1f} "
            f"| {found.peak_mb:,.0f} | {found.whole:.1f} | {found.wall / own.wall:.2f} "
            f"| {found.cpu / own.cpu:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--real", type=Path, help="the folder of real data")
    parser.add_argument("--points", type=int, nargs="*", default=[873_592])
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds with each contender in turn; the fastest counts"
    )
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    parser.add_argument(
        "--peers-up-to", type=int, default=1_000_000, help="with more points, only the project's join runs"
    )
    parser.add_argument(
        "--peers-python", default=sys.executable, help="the Python interpreter for the other joins"
    )
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="folder for temporary files, which are removed")
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        run_one(asked.one, asked.folder, asked.out)
        return
    if asked.real is None:
        parser.error("--real: name the folder of real data")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        make_input(asked.real, folder)
        for number in asked.points:
            make_points(folder, number)
            peers = asked.peers if number <= asked.peers_up_to else []
            contenders = ["nwatch 2 workers", "nwatch 1 worker", *peers]
            best: dict[str, Figure] = {}
            for _ in range(asked.rounds if number <= asked.peers_up_to else 1):
                for what in contenders:
                    python = sys.executable if what.startswith("nwatch") else asked.peers_python
                    found = measured(what, folder, python, number)
                    print(f"  {what}: {found.wall:.2f} s, {found.cpu:.2f} s CPU, {found.pairs:,} pairs "
                          f"{found.note}", flush=True)  # fmt: skip
                    if what not in best or found.wall < best[what].wall:
                        best[what] = found
            figures += [best[what] for what in contenders]
            pairs = {found.pairs for found in best.values() if not found.note}
            print(
                f"{number:,} points: {'the same pairs everywhere' if len(pairs) == 1 else pairs}", flush=True
            )
    print(table(figures))


if __name__ == "__main__":
    main()
