"""The crimes of Los Angeles on its real tracts and incomes, beside plain geopandas, pandas and scipy."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from distributed import Client, LocalCluster

from cluster import ClusterSettings, connect
from tests.outputs import contents
from tests.second import stats

pytestmark = pytest.mark.slow

CITY = "Los Angeles city, California"
BATTERY, CAR = "BATTERY - SIMPLE ASSAULT", "BURGLARY FROM VEHICLE"
WHOLE_YEAR = 21.8
"""The sample has 10,000 of about 218,000 crimes of 2019."""
CITIES = 25
"""The cities that the article examines; alpha is divided by their number."""


@pytest.fixture(scope="module")
def crimes(real: Path) -> pd.DataFrame:
    table = pd.read_csv(real / "la_crime_2019_sample.csv", dtype=str, keep_default_na=False)
    assert len(table) == 10_000
    assert len(table.columns) == 28
    return table


@pytest.fixture(scope="module")
def outs(
    crimes: pd.DataFrame, real: Path, worker_processes: LocalCluster, tmp_path_factory: pytest.TempPathFactory
) -> dict:
    """The out folder of a run for each number of workers; its crimes are in as many pieces or more."""
    from flows.investigate import investigate

    cities = pq.read_table(real / "cities_50.parquet", columns=["city"])["city"].to_pylist()[:CITIES]
    include = ", ".join(f'"{city}"' for city in cities)
    found = {}
    one, two = (lambda: connect(ClusterSettings(workers=1))), (lambda: Client(worker_processes))
    for workers, opened, buckets in ((1, one, 1), (2, two, 5)):
        folder = tmp_path_factory.mktemp("crime") / "case"
        for name in ("crime/los-angeles", "census"):
            (folder / name).mkdir(parents=True)
        for name, source in (
            ("tracts.zip", "cb_2019_us_tract_500k.zip"),
            ("acs.parquet", "acs.parquet"),
            ("city_tracts.parquet", "city_tracts.parquet"),
        ):
            (folder / "census" / name).symlink_to(real / source)
        (folder / "crime/los-angeles/2019.csv").symlink_to(real / "la_crime_2019_sample.csv")
        (folder / "investigation.toml").write_text(
            f'name = "real"\n[cities]\ninclude = [{include}]\n'
            f'[crime.los-angeles]\ncity = "{CITY}"\nyear = 2019\ntypes = ["{BATTERY}", "{CAR}"]\n'
        )
        with opened():
            found[workers] = investigate(folder, only=["crime"], buckets=buckets).out
    return found


@pytest.fixture(scope="module")
def out(outs: dict) -> Path:
    return outs[1]


@pytest.fixture(scope="module")
def every_tract(crimes: pd.DataFrame, real: Path) -> pd.DataFrame:
    """The crimes of the two types by tract of the city, the plain way."""
    tracts = gpd.read_file(real / "cb_2019_us_tract_500k.zip", columns=["GEOID"])
    acs = pd.read_parquet(real / "acs.parquet", columns=["GEOID", "B01003_001E", "B19013_001E"])
    acs.columns = ["GEOID", "population", "income"]
    lists = pd.read_parquet(real / "city_tracts.parquet", columns=["city", "GEOID"])
    mine = set(lists.loc[lists["city"] == CITY, "GEOID"])
    kept = crimes[crimes["Crm Cd Desc"].isin([BATTERY, CAR])].reset_index(drop=True)
    points = gpd.GeoDataFrame(
        kept[["DR_NO", "Crm Cd Desc"]].set_axis(["id", "crime"], axis=1),
        geometry=gpd.points_from_xy(kept["LON"].astype(float), kept["LAT"].astype(float)),
        crs=tracts.crs,
    )
    pairs = gpd.sjoin(points, tracts, predicate="intersects").merge(acs, on="GEOID", how="left")
    pairs = pairs.assign(population=pairs["population"].fillna(0))
    best = pairs.sort_values(["population", "GEOID"], ascending=[False, True]).drop_duplicates("id")
    best = best[best["GEOID"].isin(mine)]
    usable = acs[acs["GEOID"].isin(mine) & (acs["population"] > 0) & (acs["income"] > 0)]
    counts = best.groupby(["GEOID", "crime"]).size().unstack(fill_value=0)
    return usable.set_index("GEOID").join(counts).fillna({BATTERY: 0, CAR: 0}).sort_index()


@pytest.fixture(scope="module")
def expected(every_tract: pd.DataFrame) -> pd.DataFrame:
    """Those of them that are tested."""
    return every_tract[every_tract["population"] >= 500]


def read(out: Path, name: str) -> pd.DataFrame:
    return pq.read_table(out / f"{name}.parquet").to_pandas()


def row_of(out: Path, crime: str, level: str) -> dict[str, Any]:
    rows = pq.read_table(out / "public/crime_tests.parquet").to_pylist()
    (row,) = (row for row in rows if (row["crime"], row["level"]) == (crime, level))
    return row


@pytest.mark.parametrize("crime", [BATTERY, CAR])
def test_rates_by_decile_and_the_tests_are_those_of_a_second_computation(out, expected, crime: str):
    cuts = np.percentile(expected["income"], range(10, 91, 10))
    deciles = expected.groupby(np.digitize(expected["income"], cuts) + 1)
    rows = read(out, "public/crime_deciles")
    rows = rows[rows["crime"] == crime].set_index("decile")
    assert rows["tracts"].tolist() == deciles.size().tolist()
    assert rows["population"].tolist() == deciles["population"].sum().tolist()
    assert rows["crimes"].tolist() == deciles[crime].sum().tolist()
    rates = (deciles[crime].sum() / deciles["population"].sum() * 1000).tolist()
    assert rows["crimes_per_1000"].tolist() == pytest.approx(rates)
    for level, x, y in (
        ("tract", expected["income"], expected[crime] / expected["population"] * 1000),
        ("decile", deciles["income"].mean(), pd.Series(rates)),
    ):
        row = row_of(out, crime, level)
        r, p = stats.pearsonr(x, y)
        line = stats.linregress(x, y)
        assert (row["n"], row["crimes"]) == (len(x), expected[crime].sum())
        assert [row["pearson_r"], row["pearson_p"]] == pytest.approx([r, p])
        assert [row["slope"], row["intercept"]] == pytest.approx([line.slope, line.intercept])


def test_battery_falls_from_the_poorest_to_the_richest_as_published(out):
    """The article: 8.7 per 1,000 residents in the poorest decile and 2.4 in the richest, significant.

    The sample has 164 batteries among the 372,710 people of the poorest decile and 44 among the 386,018 of
    the richest, 9.59 and 2.48 per 1,000 when scaled to the year. Such counts scatter by 8 and 16 % (one
    standard deviation of Poisson's law); twice that is the tolerance against the published numbers. The
    numbers that the program itself must give are tested to half of their last digit.
    """
    rows = read(out, "public/crime_deciles")
    rates = rows[rows["crime"] == BATTERY].set_index("decile")["crimes_per_1000"] * WHOLE_YEAR
    assert rates[1] == pytest.approx(9.59, abs=0.005)
    assert rates[10] == pytest.approx(2.48, abs=0.005)
    assert rates[1] == pytest.approx(8.7, rel=0.16)
    assert rates[10] == pytest.approx(2.4, rel=0.32)
    verdict, over_deciles = (row_of(out, BATTERY, level) for level in ("tract", "decile"))
    assert verdict["alpha"] == over_deciles["alpha"] == pytest.approx(0.002)
    assert verdict["direction"] == "negative"
    # The finding is that of the tracts. Ten points of so few crimes fall as steeply, but miss that threshold.
    assert over_deciles["pearson_r"] < -0.7
    assert 0.002 < over_deciles["pearson_p"] < 0.05


def test_burglary_from_vehicle_has_no_clear_relation_but_for_four_tracts_of_few_people(out, every_tract):
    """The article saw none either."""
    row = row_of(out, CAR, "tract")
    assert (row["n"], round(row["pearson_r"], 2), round(row["pearson_p"], 2)) == (988, 0.03, 0.38)
    rows = pq.read_table(out / "public/crime_variants.parquet").to_pylist()
    published, everyone = (
        next(row for row in rows if (row["crime"], row["variant"]) == (CAR, variant))
        for variant in ("published", "every tract with people")
    )
    assert (published["direction"], published["verdict"]) == ("none", "no clear relation")
    assert everyone["n"] == len(every_tract) == 992
    rates = every_tract[CAR] / every_tract["population"]
    assert everyone["pearson_r"] == pytest.approx(stats.pearsonr(every_tract["income"], rates).statistic)
    assert round(everyone["pearson_r"], 2) == 0.12
    assert (everyone["direction"], everyone["verdict"]) == ("positive", "positive, not robust")
    assert everyone["why"].endswith("one tract of 992 decides (06037980019)")


def test_every_crime_of_the_file_is_in_the_ledger(out, crimes: pd.DataFrame, every_tract: pd.DataFrame):
    rows = read(out, "public/ledger")
    lines = rows[(rows["part"] == "crime") & (rows["source"] == "los-angeles")].set_index("line")["count"]
    asked = crimes["Crm Cd Desc"].isin([BATTERY, CAR])
    assert lines["crimes in the files"] == 10_000
    assert lines["duplicates"] == lines["other years"] == lines["no location"] == 0
    assert lines["other types"] == (~asked).sum()
    assert lines["outside"] + lines["counted"] == asked.sum()
    assert lines["counted"] == lines[BATTERY] + lines[CAR]
    assert lines["in tracts with population and income"] == every_tract[[BATTERY, CAR]].to_numpy().sum()
    assert 0 < lines["outside"] < 20


def test_workers_and_pieces_change_no_byte(outs: dict):
    first, other = (contents(out) for out in outs.values())
    assert first == other
