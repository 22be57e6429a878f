"""The steps of gentrification and of the choice of cities: from the files to the tables on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.schema import selection
from data.settings import Selection
from data.tables import read_table
from tasks.selection.atlas import read_atlas
from tasks.selection.gentrification import read_gentrification
from tasks.selection.task import choose_cities, judge, write

if TYPE_CHECKING:
    from tests.tasks.selection.conftest import AtlasRow, Tract, WriteAtlas, WriteTracts

WRITTEN = (*selection.OF_TRACTS, *selection.PRIVATE, *selection.PUBLIC)
"""The tables of both parts."""


@pytest.fixture
def given(
    tract: Tract, write_tracts: WriteTracts, write_atlas: WriteAtlas, atlas_row: AtlasRow
) -> tuple[tuple[str, Path], tuple[str, Path]]:
    """Ten tracts of two cities and the country around; one gentrified. The police of one is a partner."""
    tracts = [
        tract(
            f"3900100{number:02d}00",
            {0: "Ashford", 1: "Ashford", 2: "Brill city, Ohio"}.get(number),
            median_income_00=20_000 + 1000 * number,
            median_home_value_00=50_000 + 1000 * number,
            median_home_value_17=400_000 if number == 0 else 90_000,
            educational_attainment_17=1000 if number else 1500,
        )
        for number in range(10)
    ]
    rows = [
        atlas_row("Ashford Police Department"),
        atlas_row("Dorn County Sheriff's Office", "Brill", type_="Sheriff", jurisdiction="County"),
        atlas_row("Ashford Police Department", technology="Drones"),
    ]
    return write_tracts(tracts), write_atlas(rows)


def run(given: tuple[tuple[str, Path], tuple[str, Path]], out: Path, settings: Selection) -> dict[str, str]:
    """Run all steps but the ledger's; the hash of each file that they wrote."""
    judged = judge.function(read_gentrification(given[0], settings), settings)
    write.function(judged, out)
    choose_cities.function(judged, read_atlas([given[1]]), settings, out)
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def test_the_tables_are_written_and_no_other(
    given: tuple[tuple[str, Path], tuple[str, Path]], tmp_path: Path, settings: Selection
):
    out = tmp_path / "out"
    names = {table.name for table in WRITTEN}
    files = {f"{name}.parquet" for name in names} | {
        f"{name}.csv" for name in names if name.startswith("public/")
    }
    assert set(run(given, out, settings)) == files


def test_what_is_on_disk_is_what_was_found(
    given: tuple[tuple[str, Path], tuple[str, Path]], tmp_path: Path, settings: Selection
):
    run(given, tmp_path / "out", settings)
    tables = {table.name: read_table(table, tmp_path / "out").to_pylist() for table in WRITTEN}
    # Ten incomes from 20,000 in steps of 1,000: the 40th percentile is at place 3.6.
    (thresholds,) = tables["public/gentrification_thresholds"]
    assert (thresholds["tracts"], thresholds["median_income"]) == (10, 23_600.0)
    assert tables["public/gentrification"] == [
        {
            **{"city": "Ashford", "tracts": 2, "low_population": 0, "eligible": 2, "gentrified": 1},
            "gentrified_share": 0.5,
        },
        {
            **{"city": "Brill city, Ohio", "tracts": 1, "low_population": 0, "eligible": 1, "gentrified": 0},
            "gentrified_share": 0.0,
        },
    ]
    assert [row["own_police"] for row in tables["private/partnerships"]] == [True, False]
    assert [(row["city"], row["selected"]) for row in tables["public/city_selection"]] == [
        ("Ashford", True),
        ("Brill city, Ohio", False),
    ]


def test_the_same_input_gives_the_same_bytes(
    given: tuple[tuple[str, Path], tuple[str, Path]], tmp_path: Path, settings: Selection
):
    assert run(given, tmp_path / "one", settings) == run(given, tmp_path / "two", settings)
