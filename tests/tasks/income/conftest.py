"""A made-up country on a grid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from tasks.census.results import Census
from tasks.layers.results import Layer
from tasks.rows.results import InputFile

SIDE = 12
"""Tracts along an edge of a made-up city."""


def geoid(city: int, tract: int) -> str:
    return f"{city + 1:02d}{tract:09d}"


def squares(city: int, tracts: int = SIDE * SIDE) -> list[shapely.Polygon]:
    """A block of tracts, 0.02 degrees wide each, far from the other cities'."""
    west, south = -120.0 + 2 * city, 34.0
    return [
        shapely.box(west + 0.02 * x, south + 0.02 * y, west + 0.02 * (x + 1), south + 0.02 * (y + 1))
        for y, x in (divmod(tract, SIDE) for tract in range(tracts))
    ]


CITIES = ("Rising", "Falling", "Level", "Tiny", "Deserted", "Even")
SIZES = (SIDE * SIDE, SIDE * SIDE, SIDE * SIDE, 9, 3, 12)


@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Layer:
    """The tracts of all made-up cities, in WGS 84."""
    path = tmp_path_factory.mktemp("layer") / "tracts.parquet"
    write_layer(path)
    return Layer(path, InputFile("census/tracts.zip", "0" * 64, 1), sum(SIZES), 0, False)


def write_layer(path: Path, crs: str = "EPSG:4326", without: frozenset[str] = frozenset()) -> None:
    tracts = [
        (geoid(city, tract), polygon)
        for city, size in enumerate(SIZES)
        for tract, polygon in enumerate(squares(city, size))
        if geoid(city, tract) not in without
    ]
    frame = geopandas.GeoDataFrame(
        {"GEOID": [one for one, _ in tracts]}, geometry=[one for _, one in tracts], crs="EPSG:4326"
    )
    frame.to_crs(crs).to_parquet(path, row_group_size=100, write_covering_bbox=True, index=False)


@pytest.fixture(scope="session")
def country() -> tuple[Census, pa.Table]:
    """Census and counts: rates rise, fall or do not change with income, by city."""
    rng = np.random.default_rng(20191)
    parts = []
    for city, (name, size) in enumerate(zip(CITIES, SIZES, strict=True)):
        # Incomes in dollars. Those of one city rise from west to east, so that few of its tracts are
        # independent of each other.
        rising = 5_000 * (np.arange(size) % SIDE) + rng.normal(0, 4_000, size)
        scattered = rng.uniform(0, 60_000, size)
        income = np.round(30_000 + (rising if name == "Falling" else scattered))
        population = rng.integers(1_000, 8_000, size)
        slope = {"Rising": 0.3, "Falling": -0.3}.get(name, 0.0)
        count = rng.poisson(population * 0.002 * np.exp(slope * (income - 55_000) / 10_000))
        if name == "Deserted":
            population[:] = 0
        if name == "Even":
            count = population // 100
            population = count * 100
        parts.append(
            pd.DataFrame(
                {
                    "city": name,
                    "GEOID": [geoid(city, tract) for tract in range(size)],
                    "population": population,
                    "income": income,
                    "count": count,
                }
            )
        )
    tracts = pd.concat(parts, ignore_index=True)
    tracts.loc[5, "income"] = np.nan
    census = Census(
        tracts=pa.table(
            {
                "GEOID": tracts["GEOID"].tolist(),
                "population": pa.array(tracts["population"], pa.int64()),
                "income": pa.array(tracts["income"], pa.float64(), from_pandas=True),
            }
        ),
        cities=pa.table({"city": tracts["city"].tolist(), "GEOID": tracts["GEOID"].tolist()}),
        files=(),
    )
    counted = tracts[tracts["count"] > 0]
    counts = pa.table({"GEOID": counted["GEOID"].tolist(), "count": pa.array(counted["count"], pa.int64())})
    return census, counts


@pytest.fixture(scope="session")
def lay() -> Callable[..., None]:
    """Writes the layer of the made-up country elsewhere, in other coordinates or with holes."""
    return write_layer
