"""The posts' part on the real tracts, incomes and cities, beside plain geopandas, pandas and statsmodels."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from distributed import Client

from tests.second import sm

pytestmark = pytest.mark.slow

CITIES = [
    "Indianapolis city (balance), Indiana",
    "Los Angeles city, California",
    "Arlington city, Texas",
    "Fort Worth city, Texas",
]
"""The last two share tracts."""
POSTS = 40_000
TWINS = ("18097310305", "18097310306")
"""Neighbouring tracts in Indianapolis, each with 5,956 people."""


@pytest.fixture(scope="module")
def tracts(real: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(real / "cb_2019_us_tract_500k.zip", columns=["GEOID"])


@pytest.fixture(scope="module")
def acs(real: Path) -> pd.DataFrame:
    table = pd.read_parquet(real / "acs.parquet", columns=["GEOID", "B01003_001E", "B19013_001E"])
    table.columns = ["GEOID", "population", "income"]
    return table.assign(income=table["income"].where(table["income"] > 0))


@pytest.fixture(scope="module")
def lists(real: Path) -> pd.DataFrame:
    table = pd.read_parquet(real / "city_tracts.parquet", columns=["city", "GEOID"]).drop_duplicates()
    return table[table["city"].isin(CITIES)]


@pytest.fixture(scope="module")
def posts(tracts: gpd.GeoDataFrame, lists: pd.DataFrame) -> pd.DataFrame:
    """Posts in and around four cities: anywhere, on vertices, on the border of two equals, and nowhere."""
    chance = np.random.default_rng(5)
    shapes = tracts[tracts["GEOID"].isin(lists["GEOID"])].geometry.to_numpy()
    at = chance.integers(0, len(shapes), POSTS)
    low = shapely.bounds(shapes)[at]
    lon, lat = chance.uniform(low[:, 0], low[:, 2]), chance.uniform(low[:, 1], low[:, 3])
    for row in range(0, POSTS, 20):
        corners = shapely.get_coordinates(shapes[at[row]])
        lon[row], lat[row] = corners[chance.integers(len(corners))]
    first, second = (tracts.set_index("GEOID").geometry[geoid] for geoid in TWINS)
    shared = shapely.get_coordinates(shapely.intersection(first, second))
    lon[1 : 2 * len(shared) : 2], lat[1 : 2 * len(shared) : 2] = shared.T
    days = pd.to_timedelta(chance.integers(0, 400 * 24 * 60, POSTS), unit="min")
    table = pd.DataFrame(
        {
            "id": np.arange(POSTS) + 10_000_000,
            "user_id": chance.integers(1, 500, POSTS),
            "created_at": (pd.Timestamp("2018-12-20") + days).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "latitude": lat,
            "longitude": lon,
        }
    )
    table.loc[7::1000, ["latitude", "longitude"]] = 0.0
    table.loc[9::1000, "latitude"] = np.nan
    return pd.concat([table, table.iloc[:300].assign(latitude=34.0)], ignore_index=True)


@pytest.fixture(scope="module")
def out(posts: pd.DataFrame, real: Path, processes: Client, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from flows.investigate import investigate

    folder = tmp_path_factory.mktemp("real") / "case"
    for name in ("posts", "census"):
        (folder / name).mkdir(parents=True)
    for name, source in (
        ("tracts.zip", "cb_2019_us_tract_500k.zip"),
        ("acs.parquet", "acs.parquet"),
        ("city_tracts.parquet", "city_tracts.parquet"),
    ):
        (folder / "census" / name).symlink_to(real / source)
    third = len(posts) // 3
    posts[:third].to_csv(folder / "posts/1.csv.gz", index=False)
    posts[third : 2 * third].to_csv(folder / "posts/2.csv", index=False)
    posts[2 * third :].to_parquet(folder / "posts/3.parquet", index=False)
    include = ", ".join(f'"{city}"' for city in CITIES)
    (folder / "investigation.toml").write_text(
        f'name = "real"\n[posts]\nyear = 2019\nexclude_users = ["77"]\n[cities]\ninclude = [{include}]\n'
    )
    return investigate(folder, only=["posts"]).out


@pytest.fixture(scope="module")
def assigned(posts: pd.DataFrame, tracts: gpd.GeoDataFrame, acs: pd.DataFrame) -> pd.DataFrame:
    """Each post with its tract, computed in the plain way."""
    kept = posts.drop_duplicates("id")
    kept = kept[kept["user_id"] != 77]
    kept = kept[kept["latitude"].notna() & ((kept["latitude"] != 0) | (kept["longitude"] != 0))]
    points = gpd.GeoDataFrame(
        kept, geometry=gpd.points_from_xy(kept["longitude"], kept["latitude"]), crs=tracts.crs
    )
    pairs = gpd.sjoin(points, tracts, predicate="intersects").merge(acs, on="GEOID", how="left")
    pairs = pairs.assign(
        population=pairs["population"].fillna(0),
        year=pd.to_datetime(pairs["created_at"], utc=True).dt.year,
        matched=pairs.groupby("id")["GEOID"].transform("size"),
    )
    best = pairs.sort_values(["population", "GEOID"], ascending=[False, True])
    return best.drop_duplicates("id").sort_values("id").reset_index(drop=True)


def read(out: Path, name: str) -> pd.DataFrame:
    return pq.read_table(out / f"{name}.parquet").to_pandas()


def test_every_post_is_in_the_tract_where_the_plain_join_has_it(out: Path, assigned: pd.DataFrame):
    found = read(out, "private/posts_in_tracts").drop_duplicates("post_id")
    expected = assigned.assign(post_id=assigned["id"].astype(str)).sort_values("post_id")
    for mine, theirs in (("post_id", "post_id"), ("GEOID", "GEOID"), ("year", "year")):
        assert found[mine].tolist() == expected[theirs].tolist()
    assert found["tracts_matched"].tolist() == expected["matched"].tolist()
    assert (expected["matched"] > 1).sum() > 1000


def test_a_post_between_two_equals_goes_to_the_first_geoid(out: Path, assigned: pd.DataFrame):
    of_twins = assigned[assigned["GEOID"].isin(TWINS) & (assigned["matched"] == 2)]
    found = read(out, "private/posts_in_tracts").set_index("post_id")["GEOID"]
    assert set(of_twins["population"]) == {5956.0}
    assert {found[str(post)] for post in of_twins["id"]} == {TWINS[0]}


def test_the_cities_of_a_post_are_those_that_list_its_tract(
    out: Path, assigned: pd.DataFrame, lists: pd.DataFrame
):
    found = read(out, "private/posts_in_tracts")
    expected = assigned.merge(lists, on="GEOID", how="left")
    pairs = zip(expected["id"].astype(str), expected["city"].fillna(""), strict=True)
    assert sorted(zip(found["post_id"], found["city"].fillna(""), strict=True)) == sorted(pairs)
    assert (expected.groupby("id").size() > 1).any()


@pytest.fixture(scope="module")
def by_tract(assigned: pd.DataFrame, acs: pd.DataFrame, lists: pd.DataFrame) -> pd.DataFrame:
    """The tested tracts of each city, with their posts of the year."""
    counts = assigned[assigned["year"] == 2019].groupby("GEOID").size().rename("posts").reset_index()
    table = lists.merge(acs, on="GEOID").merge(counts, on="GEOID", how="left").fillna({"posts": 0})
    table = table[(table["population"] >= 500) & table["income"].notna()]
    return table.assign(rate=1000 * table["posts"] / table["population"])


def line(income: pd.Series, rate: pd.Series) -> dict[str, float]:
    model = sm.OLS(rate.to_numpy(), sm.add_constant(income.to_numpy())).fit()
    return {
        "pearson_r": float(np.corrcoef(income, rate)[0, 1]),
        "pearson_p": float(model.pvalues[1]),
        "slope": float(model.params[1]),
        "intercept": float(model.params[0]),
        "r_squared": float(model.rsquared),
        "slope_p": float(model.pvalues[1]),
    }


def test_the_tests_of_each_city_are_those_of_statsmodels(out: Path, by_tract: pd.DataFrame):
    found = read(out, "public/city_tests").set_index(["city", "level"])
    for city, rows in by_tract.groupby("city"):
        mine = found.xs((str(city), "tract"))
        assert (mine["n"], mine["posts"]) == (len(rows), rows["posts"].sum())
        for name, value in line(rows["income"], rows["rate"]).items():
            assert mine[name] == pytest.approx(value, rel=1e-9), (city, name)
        assert mine["alpha"] == 0.05 / 4
    assert len(found) == 2 * len(CITIES)


def test_the_deciles_are_those_of_pandas(out: Path, by_tract: pd.DataFrame):
    found = read(out, "public/city_deciles").set_index(["city", "decile"])
    tests = read(out, "public/city_tests").set_index(["city", "level"])
    for city, rows in by_tract.groupby("city"):
        cuts = rows["income"].quantile([step / 10 for step in range(11)]).tolist()
        cuts[-1] = np.inf
        tenth = pd.cut(rows["income"], cuts, right=False, labels=range(1, 11)).astype(int)
        groups = rows.groupby(tenth)
        sums = groups[["posts", "population"]].sum()
        mine = found.loc[city]
        assert mine.index.tolist() == sums.index.tolist()
        assert mine["tracts"].tolist() == groups.size().tolist()
        assert mine["posts"].tolist() == sums["posts"].tolist()
        rate = 1000 * sums["posts"] / sums["population"]
        assert mine["posts_per_1000"].tolist() == pytest.approx(rate.tolist(), rel=1e-12)
        assert mine["income_low"].tolist() == pytest.approx(cuts[:10], rel=1e-12)
        for name, value in line(groups["income"].mean(), rate).items():
            assert tests.xs((str(city), "decile"))[name] == pytest.approx(value, rel=1e-9), (city, name)


def test_the_ledger_accounts_for_every_row(out: Path, posts: pd.DataFrame, assigned: pd.DataFrame):
    rows = read(out, "public/ledger")
    count = rows[rows["source"] == ""].set_index("line")["count"]
    left_out = count["duplicates"] + count["excluded accounts"] + count["no location"] + count["outside"]
    assert count["posts in the files"] == len(posts) == left_out + len(assigned)
    assert count["duplicates"] == 300
    assert (
        count["no location"]
        == 80
        - (
            posts.iloc[:POSTS]["user_id"][posts["latitude"].isin([0.0]) | posts["latitude"].isna()] == 77
        ).sum()
    )
    assert count["on borders"] == (assigned["matched"] > 1).sum()
    usable = assigned["income"].notna() & (assigned["population"] > 0)
    assert count["in tracts with population and income"] == usable.sum()
