"""The truth against a second computation, which reads the files as anyone would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats

from data.synthetic.country import Line, figures

Written = tuple[Path, tuple[Line, ...]]
Truth = Callable[[str], list[dict[str, Any]]]
FILES = ("2019-a.csv.gz", "2019-b.csv", "late.parquet")
EXCLUDED = [int(account) for account, _ in figures.EXCLUDED]


def _read(path: Path) -> pd.DataFrame:
    columns = ["id", "user_id", "created_at", "latitude", "longitude"]
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)[columns]
        return frame.assign(created_at=frame["created_at"].dt.as_unit("us"))
    frame = pd.read_csv(path, dtype={"created_at": str})[columns]
    times = pd.to_datetime(frame["created_at"].str.replace(" UTC", "Z"), format="ISO8601", utc=True)
    return frame.assign(created_at=times.dt.as_unit("us"))


@pytest.fixture(scope="module")
def rows(written: Written) -> pd.DataFrame:
    folder, _ = written
    whole = pd.concat([_read(folder / "posts" / name) for name in FILES], ignore_index=True)
    return whole.assign(year=whole["created_at"].dt.year)


@pytest.fixture(scope="module")
def kept(rows: pd.DataFrame) -> pd.DataFrame:
    first = rows.drop_duplicates("id", keep="first")
    return first[~first["user_id"].isin(EXCLUDED)]


@pytest.fixture(scope="module")
def located(kept: pd.DataFrame) -> pd.DataFrame:
    here = kept["latitude"].between(-90, 90) & kept["longitude"].between(-180, 180)
    return kept[here & ~((kept["latitude"] == 0) & (kept["longitude"] == 0))].reset_index(drop=True)


@pytest.fixture(scope="module")
def people(written: Written) -> pd.DataFrame:
    acs = pd.read_csv(written[0] / "census" / "acs.csv")
    acs["GEOID"] = acs["GEOID"].astype(str).str.zfill(11)
    acs["income"] = acs["B19013_001E"].where(acs["B19013_001E"] >= 0)
    return acs.set_index("GEOID")


@pytest.fixture(scope="module")
def pairs(written: Written, located: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Every pair of a post and a tract that it intersects, each polygon asked for each point."""
    layer = pd.read_parquet(written[0] / "census" / "tracts.parquet")
    polygons = shapely.make_valid(shapely.from_wkb(layer["geometry"].to_numpy()))
    shapely.prepare(polygons)
    x, y = located["longitude"].to_numpy(), located["latitude"].to_numpy()
    found = [np.flatnonzero(shapely.intersects_xy(polygon, x, y)) for polygon in polygons]
    tract = np.repeat(np.arange(len(found)), [len(each) for each in found])
    frame = pd.DataFrame({"post": np.concatenate(found), "GEOID": layer["GEOID"].to_numpy()[tract]})
    frame["people"] = people["B01003_001E"].reindex(frame["GEOID"]).fillna(0).to_numpy()
    return frame.sort_values(["post", "people", "GEOID"], ascending=[True, False, True])


@pytest.fixture(scope="module")
def assigned(pairs: pd.DataFrame, located: pd.DataFrame) -> pd.DataFrame:
    """The most populous tract of each post, the first of equal ones, and whether there are any."""
    first = pairs.drop_duplicates("post").set_index("post")
    second = pairs[pairs["post"].duplicated()].drop_duplicates("post").set_index("post")
    return first.assign(
        matched=pairs.groupby("post").size(),
        tied=second["people"].reindex(first.index) == first["people"],
        id=located["id"].reindex(first.index),
        year=located["year"].reindex(first.index),
    ).reset_index(drop=True)


@pytest.fixture(scope="module")
def lists(written: Written) -> pd.DataFrame:
    return pd.read_csv(written[0] / "census" / "city_tracts.csv", dtype=str)


def test_every_post_lies_in_the_tract_that_the_truth_says(
    truth: Truth, assigned: pd.DataFrame, lists: pd.DataFrame
) -> None:
    merged = assigned.merge(lists, on="GEOID", how="left")
    merged["id"] = merged["id"].astype(str)
    columns = [merged[name].astype(object) for name in ("id", "city", "GEOID", "year", "matched")]
    expected = set(zip(*(column.where(column.notna(), None) for column in columns), strict=True))
    rows = truth("private/posts_in_tracts")
    assert {tuple(row.values()) for row in rows} == expected
    assert len(rows) == len(expected) > len(assigned)


@pytest.fixture(scope="module")
def usable(assigned: pd.DataFrame, people: pd.DataFrame) -> int:
    """Posts in tracts with population and income."""
    tracts = people.reindex(assigned["GEOID"])
    return int(((tracts["B01003_001E"] > 0) & tracts["income"].notna()).sum())


def test_the_posts_ledger_is_what_the_files_hold(
    written: Written, rows: pd.DataFrame, kept: pd.DataFrame, located: pd.DataFrame, usable: int
) -> None:
    lines = {line: count for part, source, line, count in written[1] if part == "posts" and not source}
    in_tracts = lines["posts in tracts"]
    assert lines == {
        "posts in the files": len(rows),
        "duplicates": int(rows["id"].duplicated().sum()),
        "excluded accounts": int(rows["id"].nunique() - len(kept)),
        "no location": len(kept) - len(located),
        "outside": len(located) - in_tracts,
        "in one tract": in_tracts - lines["on borders"],
        "on borders": lines["on borders"],
        "posts in tracts": in_tracts,
        "in tracts with population and income": usable,
        "in tracts without": in_tracts - usable,
        "tracts in the layer": 400,
        "polygons repaired": 3,
    }
    assert all(lines.values())


def test_the_ledger_counts_the_tracts_that_posts_touch(written: Written, assigned: pd.DataFrame) -> None:
    lines = {line: count for part, source, line, count in written[1] if part == "posts" and not source}
    assert lines["in one tract"] == (assigned["matched"] == 1).sum()
    assert lines["on borders"] == (assigned["matched"] > 1).sum()
    assert lines["posts in tracts"] == len(assigned)


def test_the_identities_of_the_method_hold(written: Written) -> None:
    lines = {(part, line): count for part, source, line, count in written[1] if not source}
    sorts = ("duplicates", "excluded accounts", "no location", "outside", "in one tract", "on borders")
    assert lines["posts", "posts in the files"] == sum(lines["posts", sort] for sort in sorts)
    income = ("in tracts with population and income", "in tracts without")
    assert lines["posts", "posts in tracts"] == sum(lines["posts", line] for line in income)
    kinds = ("positive", "negative", "none", "not testable")
    assert lines["cities", "cities examined"] == sum(lines["cities", kind] for kind in kinds) == 8
    per_file = [count for part, source, line, count in written[1] if source]
    assert len(per_file) == 3
    assert sum(per_file) == lines["posts", "posts in the files"]


def test_a_wrong_choice_among_repeats_would_show(rows: pd.DataFrame, written: Written, truth: Truth) -> None:
    repeated = rows[rows["id"].duplicated(keep=False)]
    for _, group in repeated.groupby("id"):
        assert group["longitude"].nunique(dropna=False) > 1 or group["latitude"].nunique(dropna=False) > 1
        assert group["user_id"].nunique() > 1


def test_a_year_read_without_its_offset_would_be_wrong(written: Written, kept: pd.DataFrame) -> None:
    raw = pd.read_csv(written[0] / "posts" / FILES[0], dtype=str).drop_duplicates("id")
    wrong = raw["created_at"].str[:4]
    right = raw["id"].astype(int).map(kept.set_index("id")["year"])
    differ = right.notna() & wrong.notna() & (wrong.astype(float) != right)
    assert differ.sum() >= 3


def test_the_posts_on_borders_are_counted_by_scope_and_year(
    truth: Truth, assigned: pd.DataFrame, lists: pd.DataFrame
) -> None:
    expected = {}
    scopes = {"nation": set(assigned["GEOID"])} | lists.groupby("city")["GEOID"].agg(set).to_dict()
    for scope, tracts in scopes.items():
        for year in ("all", "2019"):
            here = assigned[assigned["GEOID"].isin(tracts)]
            here = here if year == "all" else here[here["year"] == 2019]
            more = here["matched"] - 1
            expected[scope, year] = (
                len(here),
                int((more > 0).sum()),
                int(more.sum()),
                int(here["tied"].sum()),
            )
    found = truth("public/border_posts")
    assert {(row["scope"], row["year"]): tuple(row.values())[2:] for row in found} == expected
    assert expected["nation", "all"][3] > expected["nation", "2019"][3] > 0


@pytest.fixture(scope="module")
def cities(assigned: pd.DataFrame, lists: pd.DataFrame, people: pd.DataFrame) -> dict[str, pd.DataFrame]:
    counts = assigned[assigned["year"] == 2019].groupby("GEOID").size()
    frame = lists.assign(
        posts=counts.reindex(lists["GEOID"]).fillna(0).to_numpy(),
        people=people["B01003_001E"].reindex(lists["GEOID"]).to_numpy(),
        income=people["income"].reindex(lists["GEOID"]).to_numpy(),
    )
    usable = frame[(frame["people"] > 0) & frame["income"].notna()]
    return {city: usable[usable["city"] == city] for city in lists["city"].unique()}


def test_deciles_are_those_of_numpy_and_pandas(truth: Truth, cities: dict[str, pd.DataFrame]) -> None:
    found = pd.DataFrame(truth("public/city_deciles"))
    for city, tracts in cities.items():
        mine = found[found["city"] == city]
        if tracts.empty:
            assert mine.empty
            continue
        cuts = np.percentile(tracts["income"], range(0, 101, 10))
        decile = np.digitize(tracts["income"], cuts[1:10]) + 1
        groups = tracts.groupby(decile)
        assert mine["decile"].tolist() == list(groups.groups)
        assert mine["tracts"].tolist() == groups.size().tolist()
        assert mine["population"].tolist() == groups["people"].sum().tolist()
        assert mine["posts"].tolist() == groups["posts"].sum().tolist()
        rates = groups["posts"].sum() / groups["people"].sum() * 1000
        assert mine["posts_per_1000"].tolist() == pytest.approx(rates.tolist(), rel=1e-12)
        assert mine["income_low"].tolist() == pytest.approx(cuts[mine["decile"] - 1].tolist(), rel=1e-12)
        assert mine["income_high"].tolist() == pytest.approx(cuts[mine["decile"]].tolist(), rel=1e-12)


def test_tests_are_those_of_scipy(truth: Truth, cities: dict[str, pd.DataFrame]) -> None:
    found = {(row["city"], row["level"]): row for row in truth("public/city_tests")}
    assert set(found) == {(city, level) for city in cities for level in ("tract", "decile")}
    for city, tracts in cities.items():
        row = found[city, "tract"]
        assert (row["n"], row["posts"]) == (len(tracts), tracts["posts"].sum())
        assert row["alpha"] == 0.05 / 8
        if row["direction"] == "not testable":
            assert len(tracts) < 10
            assert row["pearson_r"] is row["slope_p"] is found[city, "decile"]["pearson_p"] is None
            continue
        decile = np.digitize(tracts["income"], np.percentile(tracts["income"], range(10, 100, 10)))
        sums = tracts.groupby(decile)[["posts", "people"]].sum()
        pairs = {
            "tract": (tracts["income"], tracts["posts"] / tracts["people"] * 1000),
            "decile": (tracts.groupby(decile)["income"].mean(), sums["posts"] / sums["people"] * 1000),
        }
        for level, (x, y) in pairs.items():
            line = stats.linregress(x, y)
            row = found[city, level]
            assert row["n"] == len(x)
            names = ("pearson_r", "pearson_p", "slope", "intercept", "slope_p", "r_squared")
            expected = (line.rvalue, line.pvalue, line.slope, line.intercept, line.pvalue, line.rvalue**2)
            assert [row[name] for name in names] == pytest.approx(expected, rel=1e-9)
            significant = line.pvalue < row["alpha"]
            assert row["direction"] == (
                "none" if not significant else "positive" if line.slope > 0 else "negative"
            )


def test_each_city_has_the_verdict_that_it_was_made_for(truth: Truth) -> None:
    verdicts = {
        row["city"]: row["direction"] for row in truth("public/city_tests") if row["level"] == "tract"
    }
    assert verdicts == {city.name: city.kind for city in figures.CITIES if city.few}
