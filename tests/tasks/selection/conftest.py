"""What the tests of this room ask for: tracts of made-up cities, and an Atlas of their police."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.settings import Selection
from tasks.selection.method import MEASURES

HEADER = ("AOSNUMBER", "City", "County", "State", "Agency", "Type of LEA", "Type of Juris", "Technology")
RING = "Ring/Neighbors Partnership"

Tract = Callable[..., dict[str, Any]]
WriteTracts = Callable[..., tuple[str, Path]]
AtlasRow = Callable[..., tuple[str, ...]]
WriteAtlas = Callable[..., tuple[str, Path]]


@pytest.fixture
def settings() -> Selection:
    """The settings of the five metro areas, with two cities to choose."""
    return Selection(start="_00", end="_17", inflation=1.44, cities=2)


@pytest.fixture
def tract() -> Tract:
    """Makes a row of census/gentrification: the numbers given, and a thousand of all others."""

    def make(geoid: str, city: str | None, metro_area: str | None = "M", **numbers: Any) -> dict[str, Any]:
        years = {name + year: 1000 for name in MEASURES for year in ("_00", "_17")}
        return {"GEOID": geoid, "metro_area": metro_area, "city": city, **years, **numbers}

    return make


@pytest.fixture
def write_tracts(tmp_path: Path) -> WriteTracts:
    """Writes rows as census/gentrification; gives how a run knows the file."""

    def write(rows: Sequence[dict[str, Any]], name: str = "gentrification.csv") -> tuple[str, Path]:
        path = tmp_path / name
        frame = pd.DataFrame(rows)
        if path.suffix == ".csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_parquet(path)
        return f"census/{name}", path

    return write


@pytest.fixture
def atlas_row() -> AtlasRow:
    """Makes a row of the Atlas: a Ring partnership of a police department of Ashford, Ohio."""

    def make(  # noqa: PLR0917
        agency: str,
        city: str = "Ashford",
        state: str = "OH",
        type_: str = "Police",
        jurisdiction: str = "Municipal",
        technology: str = RING,
    ) -> tuple[str, ...]:
        return ("AOS1", city, "", state, agency, type_, jurisdiction, technology)

    return make


@pytest.fixture
def write_atlas(tmp_path: Path) -> WriteAtlas:
    """Writes rows as a file of the Atlas; gives how a run knows the file."""

    def write(
        rows: Sequence[Sequence[str]], name: str = "atlas.csv", header: Sequence[str] = HEADER
    ) -> tuple[str, Path]:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([header, *rows])
        return f"atlas/{name}", path

    return write


@pytest.fixture(scope="session")
def five_metros(real: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The real tracts of five metro areas in our format: no city where a tract is in none."""
    rows = pd.read_parquet(real / "gentrification_5metros.parquet")
    rows["city"] = rows["city"].where(rows["in_city"])
    path = tmp_path_factory.mktemp("five") / "gentrification.parquet"
    rows.drop(columns=rows.filter(like="expected_").columns).to_parquet(path)
    return "census/gentrification.parquet", path
