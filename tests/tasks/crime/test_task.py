"""The steps of crimes and places together: from crime records to counts and ledger, on workers."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from cluster import ClusterSettings, connect
from data.schema import TABLES
from data.settings import Crime
from data.tables import read_table
from tasks.census.read import read_census
from tasks.census.results import Census
from tasks.crime.ledger import COUNTED, CRIMES
from tasks.crime.results import CrimeCounts
from tasks.crime.task import close, count, gather
from tasks.income.results import Findings
from tasks.layers.task import prepare
from tasks.places.task import locate_crimes

# Dask 2026.8 resets an index in a way that pandas 4 will drop.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")

BATTERY, CAR = "BATTERY - SIMPLE ASSAULT", "BURGLARY FROM VEHICLE"
NAMES = ("public/ledger.parquet", "public/ledger.csv", "private/crime_files.parquet")


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory, geoids: list[str]) -> Path:
    """Eight by eight square tracts of an eighth of a degree."""
    squares = [
        shapely.box(-118 + x, 34 + y, -118 + x + 0.125, 34 + y + 0.125)
        for x, y in ((place % 8 / 8, place // 8 / 8) for place in range(64))
    ]
    frame = gpd.GeoDataFrame({"GEOID": geoids}, geometry=squares, crs=4269)
    path = tmp_path_factory.mktemp("census") / "tracts.gpkg"
    frame.to_file(path)
    return path


@pytest.fixture
def files(tmp_path: Path, crimes: Callable, written: Callable) -> dict[str, list[tuple[str, Path]]]:
    """Crimes of two cities, a third of them on edges and corners, with duplicates and bad places."""
    rng = random.Random(6)
    found: dict[str, list[tuple[str, Path]]] = {}
    for key in ("alder", "birch"):
        rows = []
        for number in range(1500):
            lat, lon = 34 - 0.05 + rng.random() * 1.1, -118 - 0.05 + rng.random() * 1.1
            if number % 3 == 0:
                lat, lon = 34 + rng.randrange(17) / 16, -118 + rng.randrange(17) / 16
            if number % 29 == 0:
                lat = lon = 0.0
            row = crimes(number if number % 11 else number // 2, LAT=str(lat), LON=str(lon))
            row["DATE OCC"] = rng.choice([row["DATE OCC"], row["DATE OCC"], "1/1/2018"])
            row["Crm Cd Desc"] = rng.choice([BATTERY, CAR, "ARSON"])
            rows.append(row)
        names = ("a.csv", "b.csv.gz")
        found[key] = [
            (f"crime/{key}/{name}", written(tmp_path / key / name, rows[place::2]))
            for place, name in enumerate(names)
        ]
    return found


def findings_of(counts: list[CrimeCounts]) -> Findings:
    """What tests of as many types would find if they found nothing."""
    made = sum(len(each.counts) for each in counts)
    return Findings({}, {"none": made}, {"no clear relation": made})


@pytest.mark.slow
def test_buckets_and_workers_change_nothing_and_every_crime_is_accounted_for(
    layer: Path, census: Census, files: dict, settings: Crime, tmp_path: Path
):
    own = {"alder": settings, "birch": settings.model_copy(update={"city": "Birch city, California"})}
    found: dict[tuple[int, int], tuple[list[CrimeCounts], list[bytes]]] = {}
    for workers, cases in ((1, (1, 4)), (2, (1, 16))):
        with connect(ClusterSettings(workers=workers)) as client:
            for buckets in cases:
                work, out = tmp_path / f"work-{workers}-{buckets}", tmp_path / f"out-{workers}-{buckets}"
                tracts = prepare.function(layer, work)
                gathered = gather.function(files, own, work, client, buckets)
                batches = [batch for each in gathered for batch in each.batches]
                located = locate_crimes.function(
                    client, batches, tracts, census.tracts, work / "crime" / "located"
                )
                counts = count.function(located, own, census)
                closed = close.function(gathered, counts, findings_of(counts), out=out)
                assert closed.total(CRIMES) == 3000
                assert closed.total(COUNTED) == sum(sum(each.counted.values()) for each in counts)
                found[workers, buckets] = (counts, [(out / name).read_bytes() for name in NAMES])
    first, written = found[1, 1]
    for each in first:
        assert min(each.outside, each.with_income, each.without, *each.counted.values()) > 50
    for counts, same in found.values():
        assert same == written
        assert counts == first


@pytest.mark.slow
def test_the_real_samples_are_counted_as_plain_geopandas_has_it(real: Path, tmp_path: Path):
    city = "Los Angeles city, California"
    settings = Crime(city=city, year=2019, types=[BATTERY, CAR])
    names = ("la_crime_2019_sample.csv", "la_crime_sample_2014_2019.csv")
    files = [(f"crime/los-angeles/{name}", real / name) for name in names]
    key = "los-angeles"
    census = read_census(
        ("census/acs.parquet", real / "acs.parquet"),
        ("census/city_tracts.parquet", real / "city_tracts.parquet"),
        None,
    )
    (tmp_path / "tracts.zip").symlink_to(real / "cb_2019_us_tract_500k.zip")
    with connect(ClusterSettings(workers=2)) as client:
        tracts = prepare.function(tmp_path / "tracts.zip", tmp_path / "work")
        [gathered] = gather.function({key: files}, {key: settings}, tmp_path / "work", client, 2)
        located = locate_crimes.function(
            client, gathered.batches, tracts, census.tracts, tmp_path / "located"
        )
        [counts] = count.function(located, {key: settings}, census)
        closed = close.function([gathered], [counts], findings_of([counts]), out=tmp_path / "out")

    rows = pd.concat([pd.read_csv(path) for _, path in files], ignore_index=True).drop_duplicates("DR_NO")
    rows = rows[pd.to_datetime(rows["DATE OCC"], format="mixed").dt.year == 2019]
    rows = rows[rows["Crm Cd Desc"].isin(settings.examined) & ((rows["LAT"] != 0) | (rows["LON"] != 0))]
    shapes = gpd.read_file(real / "cb_2019_us_tract_500k.zip", columns=["GEOID"])
    points = gpd.GeoDataFrame(
        rows[["DR_NO", "Crm Cd Desc"]], geometry=gpd.points_from_xy(rows["LON"], rows["LAT"]), crs=shapes.crs
    )
    pairs = gpd.sjoin(points, shapes, predicate="intersects")
    people = pd.read_parquet(real / "acs.parquet").set_index("GEOID")
    pairs["people"] = pairs["GEOID"].map(people["B01003_001E"]).fillna(-1)
    pairs = pairs.sort_values(["people", "GEOID"], ascending=[False, True]).drop_duplicates("DR_NO")
    lists = pd.read_parquet(real / "city_tracts.parquet")
    inside = pairs[pairs["GEOID"].isin(lists.loc[lists["city"] == city, "GEOID"])]
    expected = inside.groupby(["Crm Cd Desc", "GEOID"]).size()
    for name in settings.examined:
        table = counts.counts[name]
        assert dict(zip(table["GEOID"].to_pylist(), table["count"].to_pylist(), strict=True)) == dict(
            expected[name]
        )
    assert counts.outside == len(rows) - len(inside)
    income = inside["GEOID"].map(people["B19013_001E"])
    assert counts.with_income == ((inside["people"] > 0) & (income > 0)).sum()
    ledger = read_table(TABLES["public/ledger"], tmp_path / "out").to_pylist()
    found = {row["line"]: row["count"] for row in ledger if row["source"] == key}
    assert found[CRIMES] == 22_000 == closed.total(CRIMES)
    assert found[COUNTED] == len(inside) == closed.total(COUNTED)
    assert len(inside) > 1000
    assert closed.warnings == (
        "crime/los-angeles: 2 rows have the DR_NO of an earlier row and another day, type or location, as "
        "190127714 (crime/los-angeles/la_crime_2019_sample.csv, row 3,745, and "
        "crime/los-angeles/la_crime_sample_2014_2019.csv, row 10,489); the earlier row is counted",
    )  # their type is called otherwise in the later download
    assert sum(pq.read_metadata(path).num_rows for path in located) == len(rows)
