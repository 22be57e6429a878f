"""The data as the article describes them, each file under the name and in the layout of its download."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
from distributed import Client

# Dask 2026.8 resets an index in a way that pandas 4 will drop.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The inplace keyword")]

ARTICLE = ["type", "id", "title", "description", "category", "created_at", "lat", "lng"]
"""The columns that the article lists."""
ACS = "ACSDT5Y2019.{table}"
LABELS = {
    "B01003": "Total",
    "B19013": "Median household income in the past 12 months (in 2019 inflation-adjusted dollars)",
}
OWN, REAL = "Alderfall city, California", "Los Angeles city, California"
"""The one city whose portal is known has its true name: nothing else says of which city a download is."""
PARTS = ["posts", "crime", "selection"]


@pytest.fixture(scope="module")
def described(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up investigation as it is, all settings written; its one known city has its true name."""
    folder = shutil.copytree(
        synthetic,
        tmp_path_factory.mktemp("as-it-is") / "case",
        ignore=shutil.ignore_patterns("truth", "work", "out", "records", "thornquill"),
    )
    settings = (folder / "investigation.toml").read_text().replace(OWN, REAL)
    settings = settings[: settings.index("[crime.")] + (
        f'[crime.alderfall]\ncity = "{REAL}"\nyear = 2019\n'
        'types = ["BATTERY - SIMPLE ASSAULT", "BURGLARY FROM VEHICLE"]\n[selection]\ncities = 3\n'
        "[report]\nmake = false\n"
    )
    # The columns that the article lists say nothing of accounts.
    start, end = settings.index("exclude_users"), settings.index("]", settings.index("exclude_users")) + 1
    (folder / "investigation.toml").write_text(settings[:start] + settings[end:])
    lists = folder / "census/city_tracts.csv"
    lists.write_text(lists.read_text().replace(OWN, REAL))
    return folder


@pytest.fixture(scope="module")
def downloaded(described: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same data as they are downloaded; the settings say the agency and the year."""
    folder = tmp_path_factory.mktemp("as-downloaded") / "case"
    for name in ("posts", "census", "crime/los-angeles", "atlas"):
        (folder / name).mkdir(parents=True)
    write_posts(described / "posts", folder / "posts/neighbors_posts.csv")
    acs = pd.read_csv(described / "census/acs.csv", dtype=str)
    acs["GEOID"] = acs["GEOID"].str.zfill(11)
    for variable in ("B01003", "B19013"):
        write_acs(acs, variable, folder / f"census/{ACS.format(table=variable)}_2026-11-29T051000.zip")
    tracts = gpd.read_parquet(described / "census/tracts.parquet")
    tracts["GEOID"] = tracts["GEOID"].str.zfill(11)
    for state, rows in tracts.groupby(tracts["GEOID"].str[:2]):
        write_layer(tract_columns(rows), folder / f"census/tl_2019_{state}_tract.zip")
    write_places(described, tracts, folder / "census/cb_2019_us_place_500k.zip")
    for number, path in enumerate(sorted((described / "crime/alderfall").iterdir())):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame.to_csv(folder / f"crime/los-angeles/Crime_Data_from_2010_to_2019 ({number}).csv", index=False)
    shutil.copy(described / "atlas/atlas.csv", folder / "atlas/Atlas of Surveillance-20201007.csv")
    shutil.copy(described / "census/gentrification.parquet", folder / "census")
    (folder / "investigation.toml").write_text(
        'name = "as downloaded"\n[agencies.pd]\nname = "PD"\ntimezone = "America/Los_Angeles"\n'
        '[posts]\nyear = 2019\nsame_id = "first"\n[selection]\ncities = 3\n'
    )
    return folder


def write_posts(folder: Path, to: Path) -> None:
    """All posts in one file with the article's columns."""
    frames = [
        pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
        for path in sorted(folder.iterdir())
    ]
    for frame in frames:
        frame["created_at"] = frame["created_at"].astype(str)
    posts = pd.concat(frames, ignore_index=True)
    posts = posts.rename(columns={"latitude": "lat", "longitude": "lng"}).assign(type="text_alert")
    posts[ARTICLE].to_csv(to, index=False)


def write_acs(acs: pd.DataFrame, table: str, to: Path) -> None:
    """A download of data.census.gov: a zip with data, column metadata and notes."""
    column = f"{table}_001"
    values = acs[f"{column}E"].replace({"-666666666": "-"}).fillna("-")
    rows = pd.DataFrame(
        {
            "GEO_ID": "1400000US" + acs["GEOID"],
            "NAME": "Census Tract, Example County",
            f"{column}E": values,
            f"{column}M": "11",
        }
    )
    what = LABELS[table]
    labels = ["Geography", "Geographic Area Name", f"Estimate!!{what}", f"Margin of Error!!{what}"]
    text = ",".join(f'"{name}"' for name in rows.columns) + "\n"
    text += ",".join(f'"{label}"' for label in labels) + "\n" + rows.to_csv(index=False, header=False)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{ACS.format(table=table)}-Data.csv", "\ufeff" + text)
        archive.writestr(
            f"{ACS.format(table=table)}-Column-Metadata.csv",
            "\ufeff" + '"Column Name","Label"\n"GEO_ID","Geography"\n',
        )
        archive.writestr(f"{ACS.format(table=table)}-Table-Notes.txt", "Note\n")


def tract_columns(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    geoid = rows["GEOID"]
    return gpd.GeoDataFrame(
        {
            "STATEFP": geoid.str[:2],
            "COUNTYFP": geoid.str[2:5],
            "TRACTCE": geoid.str[5:],
            "GEOID": geoid,
            "NAME": "1",
            "NAMELSAD": "Census Tract 1",
            "MTFCC": "G5020",
        },
        geometry=rows.geometry,
        crs=rows.crs,
    )


def write_places(folder: Path, tracts: gpd.GeoDataFrame, to: Path) -> None:
    """The cities as the Bureau's place polygons: each the union of its tracts."""
    lists = pd.read_csv(folder / "census/city_tracts.csv", dtype=str)
    lists["GEOID"] = lists["GEOID"].str.zfill(11)
    whole = tracts[["GEOID", "geometry"]].merge(lists, on="GEOID")
    places = gpd.GeoDataFrame(whole, crs=tracts.crs).dissolve("city").reset_index()
    state = places["GEOID"].str[:2]
    code = pd.Series([f"{number:05d}" for number in range(1, len(places) + 1)])
    named = gpd.GeoDataFrame(
        {
            "STATEFP": state,
            "PLACEFP": code,
            "GEOID": state + code,
            "NAME": places["city"].str.split(" city,").str[0],
            "NAMELSAD": places["city"].str.split(",").str[0],
            "LSAD": "25",
        },
        geometry=places.geometry,
        crs=places.crs,
    )
    write_layer(named, to)


def write_layer(frame: gpd.GeoDataFrame, to: Path) -> None:
    folder = to.with_suffix("")
    folder.mkdir()
    frame.to_file(folder / f"{to.stem}.shp")
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def outs(described: Path, downloaded: Path, threads: Client) -> Mapping[str, Path]:
    from flows.investigate import investigate

    return {
        "described": investigate(described, only=PARTS).out,
        "downloaded": investigate(downloaded, only=PARTS).out,
    }


@pytest.mark.parametrize(
    "table",
    ["posts_in_tracts", "city_deciles", "city_tests", "city_tests_robust", "city_selection",
     "crime_deciles", "crime_tests", "crime_tests_robust"],
)  # fmt: skip
def test_the_downloads_give_the_tables_of_the_plain_files(outs: Mapping[str, Path], table: str):
    found = {name: rows_of(out, table) for name, out in outs.items()}
    assert found["downloaded"]
    assert len(found["downloaded"]) == len(found["described"])
    # A shapefile turns its rings the other way, so that the last digits of a centroid are others.
    for mine, expected in zip(found["downloaded"], found["described"], strict=True):
        assert mine == {
            name: pytest.approx(value, rel=1e-5) if value and name.startswith(OF_CENTROIDS) else value
            for name, value in expected.items()
        }


OF_CENTROIDS = ("error_", "smallest_ratio")
"""Columns of the spatial error model, whose trend is over the centroids."""


def rows_of(out: Path, table: str) -> list[dict[str, Any]]:
    (path,) = out.rglob(f"{table}.parquet")
    return pq.read_table(path).to_pylist()


def test_what_each_file_was_recognised_as_is_kept(outs: Mapping[str, Path]):
    said = json.loads((outs["downloaded"] / "provenance.json").read_text())["recognised"]
    assert "the article's columns, 1,787 posts" in said["posts"]
    assert said["posts"].count("data.census.gov table, 2019 5-year, 397 tracts") == 2
    assert "tracts of the Census Bureau's TIGER/Line 2019, Texas, 125 tracts" in said["posts"]
    assert "Los Angeles' portal, one row per report, 1,320 crimes" in said["crime"]
