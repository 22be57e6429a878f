"""The invented city of ../shared/cases/findings, with the right result of each case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas
import pandas as pd
import pyarrow as pa
import pytest

from data.settings import Tests
from tasks.census.results import Census
from tasks.income.cities import used_tracts
from tasks.income.examine import City, Examined, examine
from tasks.tracts.status import FEW_PEOPLE, statuses

CITY = "Gridville city, Nowhere"


@pytest.fixture
def cases(real: Path) -> Path:
    """The folder of the cases, which are beside the real data."""
    folder = real.parent / "cases" / "findings"
    if not folder.is_dir():
        pytest.skip(f"no cases at {folder}")
    return folder


def points(case: Path) -> Iterator[tuple[str | None, pd.DataFrame]]:
    """The posts, or the crimes of each type, with x and y in degrees."""
    for path in case.glob("posts/*.csv"):
        yield None, pd.read_csv(path).rename(columns={"longitude": "x", "latitude": "y"})
    for path in case.glob("crime/*/*.csv"):
        rows = pd.read_csv(path).rename(columns={"LON": "x", "LAT": "y"})
        yield from ((str(name), own) for name, own in rows.groupby("Crm Cd Desc"))


def examined(case: Path, folder: Path, without: str | None = None) -> dict[str | None, Examined]:
    """What is found of a case by the plain way of geopandas, perhaps with one polygon left out."""
    census = case / "census"
    layer = geopandas.read_file(census / "tracts.geojson")[["GEOID", "geometry"]].to_crs(4326)
    layer = layer[layer["GEOID"] != without].reset_index(drop=True)
    layer.to_parquet(folder / "tracts.parquet", index=False, write_covering_bbox=True)
    acs, lists = (pd.read_csv(census / name, dtype={"GEOID": str}) for name in ("acs.csv", "city_tracts.csv"))
    acs = acs.rename(columns={"B01003_001E": "population", "B19013_001E": "income"})
    acs["income"] = acs["income"].where(acs["income"] > 0).astype(float)
    tracts_table, lists_table = (
        pa.Table.from_pandas(table, preserve_index=False)
        for table in (acs[["GEOID", "population", "income"]], lists[["city", "GEOID"]])
    )
    listed = statuses(Census(tracts_table, lists_table, ()), set(layer["GEOID"]), Tests().least_population)
    kinds = list(points(case))
    found = {}
    for kind, rows in kinds:
        places = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(rows["x"], rows["y"]), crs=4326)
        count = geopandas.sjoin(places, layer)["GEOID"].value_counts()
        counts = pa.table({"GEOID": count.index.tolist(), "count": count.tolist()})
        (tracts,), (small,) = (
            used_tracts(listed, counts, status).values() for status in ("used", FEW_PEOPLE)
        )
        city = City(CITY, tracts, Tests().alpha / len(kinds), kind, small)
        found[kind] = examine((city, folder / "tracts.parquet", Tests()))
    return found


@pytest.mark.long
def test_the_healthy_city_is_robust_also_without_a_polygon_that_no_post_lies_in(cases: Path, tmp_path: Path):
    (whole,) = examined(cases / "00-base", tmp_path).values()
    row = whole.rows["robust"][0]
    assert (row["n"], whole.direction, whole.verdict) == (100, "positive", "positive, robust")
    assert round(whole.rows["tests"][0]["pearson_r"], 2) == 0.76
    tracts = geopandas.read_file(cases / "00-base/census/tracts.geojson")["GEOID"]
    for geoid in (tracts.iloc[0], tracts.iloc[57]):
        (less,) = examined(cases / "00-base", tmp_path, without=geoid).values()
        assert (less.rows["robust"][0]["n"], less.verdict) == (99, "positive, robust")


@pytest.mark.long
def test_two_tiny_tracts_make_no_finding_and_the_result_with_them_is_beside_it(cases: Path, tmp_path: Path):
    (found,) = examined(cases / "03a-two-tiny-tracts", tmp_path).values()
    by_name = {row["variant"]: row for row in found.rows["variants"]}
    published, everyone = by_name["published"], by_name["every tract with people"]
    assert (found.direction, found.verdict) == ("none", "no clear relation")
    assert (published["n"], round(published["pearson_r"], 2)) == (98, -0.05)
    assert (everyone["n"], round(everyone["pearson_r"], 2)) == (100, 0.56)
    assert (everyone["direction"], everyone["verdict"]) == ("positive", "positive, not robust")
    assert everyone["why"].startswith("the rank test does not agree: rho = +0.02, p = 0.88")
    (without,) = examined(cases / "03b-without-them", tmp_path).values()
    assert without.rows["robust"] == found.rows["robust"]


@pytest.mark.slow
def test_of_thirty_types_without_a_relation_none_has_a_finding(cases: Path, tmp_path: Path):
    found = examined(cases / "11-thirty-types-no-relation", tmp_path)
    assert len(found) == 30
    assert {each.direction for each in found.values()} == {"none"}
    assert {each.verdict for each in found.values()} <= {"none", "no clear relation"}


def test_three_crimes_are_too_few_to_tell(cases: Path, tmp_path: Path):
    (found,) = examined(cases / "12-three-crimes", tmp_path).values()
    assert (found.direction, found.verdict) == ("none", "too few to tell")
    assert found.rows["robust"][0]["why"] == "3 counted in all tracts together, fewer than 20"
