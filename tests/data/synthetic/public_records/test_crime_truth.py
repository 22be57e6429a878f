"""The truth about crimes against a second computation, which reads the files as anyone would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats

from data.synthetic.public_records import PublicRecords
from data.synthetic.public_records.figures import ALDERFALL, THORNQUILL, CrimeCity

Written = tuple[Path, PublicRecords]
Truth = Callable[[str], list[dict[str, Any]]]
Lines = Callable[[str, str], dict[str, int]]
CITIES = {"alderfall": ALDERFALL, "thornquill": THORNQUILL}
COLUMNS = {
    "alderfall": {"DR_NO": "id", "DATE OCC": "date", "Crm Cd Desc": "type", "LAT": "lat", "LON": "lon"},
    "thornquill": {"Offense": "type", "Occurred On": "date", "Y": "lat", "X": "lon"},
}


def _read(folder: Path, name: str) -> pd.DataFrame:
    files = sorted((folder / "crime" / name).iterdir())
    frame = pd.concat([pd.read_csv(file) for file in files], ignore_index=True)
    frame = frame.rename(columns=str.strip).rename(columns=COLUMNS[name])
    form = "%m/%d/%Y %I:%M:%S %p" if name == "alderfall" else "ISO8601"
    return frame.assign(
        year=pd.to_datetime(frame["date"], format=form).dt.year,
        type=frame["type"].str.split().str.join(" "),
    )


@pytest.fixture(scope="module")
def people(public_records: Written) -> pd.DataFrame:
    acs = pd.read_csv(public_records[0] / "census" / "acs.csv")
    acs["GEOID"] = acs["GEOID"].astype(str).str.zfill(11)
    acs["income"] = acs["B19013_001E"].where(acs["B19013_001E"] >= 0)
    return acs.set_index("GEOID").rename(columns={"B01003_001E": "people"})


@pytest.fixture(scope="module", params=list(CITIES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def rows(public_records: Written, name: str) -> pd.DataFrame:
    return _read(public_records[0], name)


@pytest.fixture(scope="module")
def fates(rows: pd.DataFrame, name: str, public_records: Written, people: pd.DataFrame) -> pd.DataFrame:
    """Every row with its fate: the first reason that fits; and the tract of those that are in one."""
    city: CrimeCity = CITIES[name]
    types = [each.name for each in city.examined]
    located = rows["lat"].between(-90, 90) & rows["lon"].between(-180, 180)
    located &= (rows["lat"] != 0) | (rows["lon"] != 0)
    fate = pd.Series("counted", index=rows.index)
    fate[~located] = "no location"
    fate[~rows["type"].isin(types)] = "other types"
    fate[rows["year"] != 2019] = "other years"
    if "id" in rows:
        fate[rows["id"].duplicated()] = "duplicates"
    here = fate == "counted"
    tract = _tracts(public_records[0], rows[here], people)
    lists = pd.read_csv(public_records[0] / "census" / "city_tracts.csv", dtype=str)
    own = set(lists["GEOID"][lists["city"] == city.city])
    frame = rows.assign(fate=fate, GEOID=tract)
    frame.loc[here & ~frame["GEOID"].isin(own), "fate"] = "outside"
    return frame


def _tracts(folder: Path, rows: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """The most populous tract that each place intersects, the first of equal ones; each polygon is asked."""
    layer = pd.read_parquet(folder / "census" / "tracts.parquet")
    polygons = shapely.make_valid(shapely.from_wkb(layer["geometry"].to_numpy()))
    shapely.prepare(polygons)
    x, y = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    pairs = [
        (int(rows.index[int(place)]), geoid)
        for geoid, polygon in zip(layer["GEOID"], polygons, strict=True)
        for place in np.flatnonzero(shapely.intersects_xy(polygon, x, y))
    ]
    frame = pd.DataFrame(pairs, columns=["row", "GEOID"])
    frame["people"] = people["people"].reindex(frame["GEOID"]).fillna(0).to_numpy()
    ordered = frame.sort_values(["row", "people", "GEOID"], ascending=[True, False, True])
    assert ordered["row"].duplicated().sum() > 10
    return ordered.drop_duplicates("row").set_index("row")["GEOID"]


def test_the_ledger_is_what_the_files_hold(
    fates: pd.DataFrame, name: str, lines: Lines, people: pd.DataFrame
) -> None:
    counted = fates[fates["fate"] == "counted"]
    tracts = people.reindex(counted["GEOID"])
    usable = int(((tracts["people"] > 0) & tracts["income"].notna()).sum())
    sorts = ("duplicates", "other years", "other types", "no location", "outside", "counted")
    expected = {"crimes in the files": len(fates)}
    expected |= {sort: int((fates["fate"] == sort).sum()) for sort in sorts}
    expected |= {
        "in tracts with population and income": usable,
        "in tracts without": len(counted) - usable,
    }
    expected |= {each.name: int((counted["type"] == each.name).sum()) for each in CITIES[name].examined}
    assert lines("crime", name) == expected
    assert expected["in tracts without"] > 0
    assert min(expected[sort] for sort in sorts[name == "thornquill" :]) >= 18


def test_the_identities_of_the_method_hold(lines: Lines, name: str) -> None:
    found = lines("crime", name)
    sorts = ("duplicates", "other years", "other types", "no location", "outside", "counted")
    assert found["crimes in the files"] == sum(found[sort] for sort in sorts)
    assert found["counted"] == sum(found[each.name] for each in CITIES[name].examined)
    income = ("in tracts with population and income", "in tracts without")
    assert found["counted"] == sum(found[line] for line in income)


def test_the_files_are_counted_one_by_one(public_records: Written, truth: Truth, lines: Lines) -> None:
    rows = truth("private/crime_files")
    assert [row["file"] for row in rows] == sorted(
        path.relative_to(public_records[0]).as_posix() for path in (public_records[0] / "crime").glob("*/*")
    )
    for row in rows:
        assert row["bytes"] == (public_records[0] / row["file"]).stat().st_size
        assert lines("crime", row["source"]) == {"crimes in the file": row["crimes"]}
    assert sum(row["crimes"] for row in rows) == sum(
        lines("crime", city)["crimes in the files"] for city in CITIES
    )


@pytest.fixture(scope="module")
def usable(
    public_records: Written, name: str, people: pd.DataFrame, fates: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The usable tracts of the city by type of crime."""
    lists = pd.read_csv(public_records[0] / "census" / "city_tracts.csv", dtype=str)
    own = people.reindex(lists["GEOID"][lists["city"] == CITIES[name].city])
    own = own[(own["people"] > 0) & own["income"].notna()]
    counted = fates[fates["fate"] == "counted"]
    return {
        each.name: own.assign(
            crimes=counted[counted["type"] == each.name]
            .groupby("GEOID")
            .size()
            .reindex(own.index, fill_value=0)
        )
        for each in CITIES[name].examined
    }


def test_deciles_are_those_of_numpy_and_pandas(
    truth: Truth, name: str, usable: dict[str, pd.DataFrame]
) -> None:
    found = pd.DataFrame(truth("public/crime_deciles"))
    for crime, tracts in usable.items():
        mine = found[(found["city"] == CITIES[name].city) & (found["crime"] == crime)]
        decile = np.digitize(tracts["income"], np.percentile(tracts["income"], range(10, 100, 10))) + 1
        groups = tracts.groupby(decile)
        assert mine["decile"].tolist() == list(groups.groups)
        assert mine["tracts"].tolist() == groups.size().tolist()
        assert mine["population"].tolist() == groups["people"].sum().tolist()
        assert mine["crimes"].tolist() == groups["crimes"].sum().tolist()
        rates = groups["crimes"].sum() / groups["people"].sum() * 1000
        assert mine["crimes_per_1000"].tolist() == pytest.approx(rates.tolist(), rel=1e-12)


def test_tests_are_those_of_scipy(truth: Truth, name: str, usable: dict[str, pd.DataFrame]) -> None:
    found = {(row["city"], row["crime"], row["level"]): row for row in truth("public/crime_tests")}
    kinds = {each.name: each.kind for each in CITIES[name].examined}
    for crime, tracts in usable.items():
        row = found[CITIES[name].city, crime, "tract"]
        assert (row["n"], row["crimes"], row["alpha"]) == (len(tracts), tracts["crimes"].sum(), 0.05 / 8)
        assert row["direction"] == (kinds[crime] or "not testable")
        over = found[CITIES[name].city, crime, "decile"]
        if kinds[crime] is None:
            assert row["crimes"] == over["crimes"] == 0
            assert row["pearson_r"] is over["slope_p"] is None
            continue
        decile = np.digitize(tracts["income"], np.percentile(tracts["income"], range(10, 100, 10)))
        sums = tracts.groupby(decile)[["crimes", "people"]].sum()
        line = stats.linregress(tracts["income"], tracts["crimes"] / tracts["people"] * 1000)
        mean = tracts.groupby(decile)["income"].mean()
        line_over = stats.linregress(mean, sums["crimes"] / sums["people"] * 1000)
        names = ("pearson_r", "pearson_p", "slope", "intercept", "slope_p", "r_squared")
        for one, its in ((row, line), (over, line_over)):
            expected = (its.rvalue, its.pvalue, its.slope, its.intercept, its.pvalue, its.rvalue**2)
            assert [one[column] for column in names] == pytest.approx(expected, rel=1e-9)


def test_a_last_row_of_a_record_taken_for_the_first_would_show(public_records: Written) -> None:
    rows = _read(public_records[0], "alderfall")
    types = [each.name for each in ALDERFALL.examined]

    def analysed(keep: Literal["first", "last"]) -> int:
        kept = rows.drop_duplicates("id", keep=keep)
        return int(((kept["year"] == 2019) & kept["type"].isin(types)).sum())

    assert analysed("first") != analysed("last")
