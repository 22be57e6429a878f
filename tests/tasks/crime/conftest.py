"""Crime records as rows, the settings for them, and a country to count them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from data.settings import Crime
from tasks.census.results import Census

BATTERY, CAR, ARSON = "BATTERY - SIMPLE ASSAULT", "BURGLARY FROM VEHICLE", "ARSON"

Row = dict[str, Any]


def crime(number: int, **given: Any) -> Row:
    """A battery of 2019 in Los Angeles; what is given replaces its part (underscores stand for blanks)."""
    row = {
        "DR_NO": str(190_000_000 + number),
        "Date Rptd": "8/1/2019 0:00",
        "DATE OCC": f"{number % 12 + 1:02d}/15/2019 12:00:00 AM",
        "AREA ": "17",
        "Crm Cd Desc": BATTERY,
        "LOCATION": "100 N  MADE UP                      ST",
        "LAT": f"{34 + number % 1000 / 1000:.4f}",
        "LON": f"{-118 - number % 1000 / 1000:.4f}",
    }
    return row | {name.replace("_", " ") if name != "DR_NO" else name: value for name, value in given.items()}


@pytest.fixture
def crimes() -> Callable[..., Row]:
    """Makes a crime."""
    return crime


@pytest.fixture
def settings() -> Crime:
    return Crime(city="Alder city, California", year=2019, types=[CAR, BATTERY])


@pytest.fixture(scope="session")
def geoids() -> list[str]:
    """64 tracts, eight by eight."""
    return [f"06{row:03d}{column:06d}" for row in range(8) for column in range(8)]


@pytest.fixture(scope="session")
def census(geoids: list[str]) -> Census:
    """Every third tract has no people, every seventeenth no income, the last two no row; two cities."""
    tracts = pa.table(
        {
            "GEOID": geoids[:62],
            "population": pa.array([place % 3 * 1000 for place in range(62)], pa.int64()),
            "income": pa.array([None if place % 17 == 0 else 1e4 + place for place in range(62)]),
        }
    )
    city = ["Alder city, California"] * 44 + ["Birch city, California"] * 30
    return Census(tracts, pa.table({"city": city, "GEOID": geoids[20:] + geoids[:30]}), ())
