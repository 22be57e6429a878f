"""The findings of a made-up country, beside a second computation with statsmodels, scipy and esda."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from distributed import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster import ClusterSettings, connect
from data.schema import TABLES
from data.settings import Tests
from tasks.census.results import Census
from tasks.income.cities import used_tracts
from tasks.income.deciles import decile_rows
from tasks.income.examine import City, _decile_table_rows, _relation_rows, examine
from tasks.income.judge import Judged
from tasks.income.results import CityCrime, Findings
from tasks.income.tabulate import examine_crimes, examine_posts
from tasks.layers.results import Layer
from tasks.statistics.relation import direction, tract_relation
from tasks.tracts.status import statuses
from tests.second import libpysal, moran, sm, stats

Country = tuple[Census, pa.Table]
Rows = dict[str, dict[str, Any]]
ALPHA = 0.05
TESTS = Tests()


@pytest.fixture(scope="module")
def findings(country: Country, layer: Layer, threads: Client) -> Findings:
    return examine_posts(*country, layer, TESTS, threads)


@pytest.fixture(scope="module")
def tracts(country: Country) -> pd.DataFrame:
    """The usable tracts of all cities, joined a second time and otherwise."""
    census, counts = country
    joined = census.cities.to_pandas().merge(census.tracts.to_pandas(), on="GEOID")
    joined = joined.merge(counts.to_pandas(), on="GEOID", how="left").fillna({"count": 0})
    joined = joined[(joined["population"] > 0) & joined["income"].notna()].sort_values("GEOID")
    return joined.assign(rate=joined["count"] * 1000 / joined["population"])


def by_city(table: pa.Table, **wanted: Any) -> Rows:
    rows = [row for row in table.to_pylist() if all(row[key] == value for key, value in wanted.items())]
    return {row["city"]: row for row in rows}


@pytest.mark.long
def test_rising_falling_and_level_rates_are_recognized(findings: Findings):
    found = {city: row["direction"] for city, row in by_city(findings.tests, level="tract").items()}
    assert found == {
        "Deserted": "not testable",
        "Even": "not testable",
        "Falling": "negative",
        "Level": "none",
        "Rising": "positive",
        "Tiny": "not testable",
    }


@pytest.mark.long
def test_every_city_examined_has_a_verdict_and_they_add_up(findings: Findings):
    assert findings.directions == {"positive": 1, "negative": 1, "none": 1, "not testable": 3}


def test_alpha_is_divided_by_all_cities_examined_testable_or_not(findings: Findings):
    assert set(findings.tests.column("alpha").to_pylist()) == {ALPHA / 6}


def test_each_city_has_two_rows_of_tests_and_one_of_robust_ones(findings: Findings):
    assert len(findings.tests) == 12
    assert len(findings.robust) == 6
    assert findings.tests.column("level").to_pylist() == ["decile", "tract"] * 6


def test_the_tables_have_their_schemas_form(findings: Findings):
    for table, name in (
        (findings.deciles, "public/city_deciles"),
        (findings.tests, "public/city_tests"),
        (findings.robust, "public/city_tests_robust"),
    ):
        assert table.schema.equals(TABLES[name].arrow)


def test_an_untestable_city_keeps_its_deciles_and_has_no_number_that_was_not_computed(findings: Findings):
    deciles = findings.deciles.to_pandas()
    assert sorted(set(deciles["city"])) == ["Even", "Falling", "Level", "Rising", "Tiny"]
    row = by_city(findings.tests, level="tract")["Tiny"]
    assert row["n"] == 9
    assert row["posts"] == deciles.loc[deciles["city"] == "Tiny", "posts"].sum()
    assert [
        row[name] for name in ("pearson_r", "pearson_p", "slope", "intercept", "r_squared", "slope_p")
    ] == ([None] * 6)
    robust = by_city(findings.robust)["Tiny"]
    assert robust.pop("city") == "Tiny"
    assert (robust.pop("n"), robust.pop("direction"), robust.pop("verdict")) == (
        9,
        "not testable",
        "not testable",
    )
    assert robust.pop("why") == "fewer than 10 tracts to test"
    assert robust.pop("alpha") == ALPHA / 6
    assert set(robust.values()) == {None}


def test_posts_and_tracts_of_a_city_are_those_of_its_usable_tracts(findings: Findings, tracts: pd.DataFrame):
    for city, row in by_city(findings.tests, level="tract").items():
        mine = tracts[tracts["city"] == city]
        assert (row["n"], row["posts"]) == (len(mine), mine["count"].sum())
    assert by_city(findings.tests, level="tract")["Rising"]["n"] == 143  # one has no income


def test_deciles_are_those_of_a_second_computation(findings: Findings, tracts: pd.DataFrame):
    found = findings.deciles.to_pandas().set_index(["city", "decile"])
    for city in ("Rising", "Falling", "Level"):
        mine = tracts[tracts["city"] == city]
        cuts = np.percentile(mine["income"], range(0, 101, 10))
        for decile in range(1, 11):
            below = mine["income"] <= cuts[10] if decile == 10 else mine["income"] < cuts[decile]
            inside = mine[(mine["income"] >= cuts[decile - 1]) & below]
            row = found.loc[(city, decile)]
            expected = [cuts[decile - 1], cuts[decile], len(inside), inside["population"].sum()]
            expected += [inside["count"].sum(), inside["count"].sum() / inside["population"].sum() * 1000]
            assert row.tolist() == pytest.approx(expected, rel=1e-9)


@pytest.mark.long(6)
@pytest.mark.parametrize("level", ["tract", "decile"])
@pytest.mark.parametrize("city", ["Rising", "Falling", "Level"])
def test_correlation_and_line_are_those_of_statsmodels(
    city: str, level: str, findings: Findings, tracts: pd.DataFrame
):
    mine = tracts[tracts["city"] == city]
    if level == "decile":
        inner = np.percentile(mine["income"], range(10, 91, 10))
        groups = mine.groupby(np.digitize(mine["income"], inner))
        mine = groups.agg(income=("income", "mean"), count=("count", "sum"), population=("population", "sum"))
        mine = mine.assign(rate=mine["count"] * 1000 / mine["population"])
    fit = sm.OLS(mine["rate"].to_numpy(), sm.add_constant(mine["income"].to_numpy())).fit()
    r, p = stats.pearsonr(mine["income"], mine["rate"])
    row = by_city(findings.tests, level=level)[city]
    assert row["n"] == len(mine)
    names = ("pearson_r", "pearson_p", "slope", "intercept", "r_squared", "slope_p")
    expected = [r, p, fit.params[1], fit.params[0], fit.rsquared, fit.pvalues[1]]
    assert [row[name] for name in names] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.long
@pytest.mark.parametrize("city", ["Rising", "Falling", "Level"])
def test_the_robust_tests_are_those_of_the_libraries(
    city: str, findings: Findings, tracts: pd.DataFrame, layer: Layer
):
    row = by_city(findings.robust)[city]
    mine = tracts[tracts["city"] == city]
    income, rate = mine["income"].to_numpy(), mine["rate"].to_numpy()
    rho = stats.spearmanr(income, rate)
    assert (row["spearman_rho"], row["spearman_p"]) == pytest.approx((rho.statistic, rho.pvalue), rel=1e-9)
    fit = sm.GLM(
        mine["count"].to_numpy(),
        sm.add_constant(income / 10_000),
        family=sm.families.Poisson(),
        offset=np.log(mine["population"].to_numpy(dtype=float)),
    ).fit(scale="X2", use_t=True, tol=1e-14)
    assert [row["rate_ratio"], row["rate_p"], row["dispersion"]] == pytest.approx(
        [np.exp(fit.params[1]), fit.pvalues[1], fit.scale], rel=1e-9, abs=1e-9
    )
    shapes = geopandas.read_parquet(layer.path).set_index("GEOID").loc[mine["GEOID"]]
    queen = libpysal.weights.Queen.from_dataframe(shapes, use_index=False, silence_warnings=True)
    left = sm.OLS(rate, sm.add_constant(income)).fit().resid
    assert row["moran_i"] == pytest.approx(moran.Moran(left, queen, permutations=0).I, abs=1e-9)
    r = by_city(findings.tests, level="tract")[city]["pearson_r"]
    degrees = row["effective_n"] - 2
    f = degrees * r * r / (1 - r * r)
    assert row["modified_t_p"] == pytest.approx(stats.f.sf(f, 1, degrees), rel=1e-9)


def test_a_clear_finding_is_robust_but_not_where_few_tracts_are_independent(findings: Findings):
    verdicts = {city: row["verdict"] for city, row in by_city(findings.robust).items()}
    assert verdicts == {
        "Deserted": "not testable",
        "Even": "not testable",
        "Falling": "negative, not robust",
        "Level": "no clear relation",
        "Rising": "positive, robust",
        "Tiny": "not testable",
    }
    falling, rising = by_city(findings.robust)["Falling"], by_city(findings.robust)["Rising"]
    assert falling["effective_n"] < 20
    assert rising["effective_n"] > 100
    # All the others agree that rates fall.
    assert max(falling["spearman_p"], falling["rate_p"]) < ALPHA / 6 < falling["modified_t_p"]
    assert falling["spearman_rho"] < 0 < 1 - falling["rate_ratio"]


@pytest.mark.slow
def test_workers_and_the_order_of_rows_change_nothing(country: Country, layer: Layer, findings: Findings):
    census, counts = country
    rng = np.random.default_rng(8)

    def shuffled(table: pa.Table) -> pa.Table:
        return table.take(pa.array(rng.permutation(len(table))))

    census = replace(census, tracts=shuffled(census.tracts), cities=shuffled(census.cities))
    seen: list[tuple[int, int]] = []
    with connect(ClusterSettings(workers=1)) as one:
        again = examine_posts(
            census, shuffled(counts), layer, TESTS, one, on_progress=lambda *each: seen.append(each)
        )
    cities = len(set(again.tests.column("city").to_pylist()))
    assert seen == [(done + 1, cities) for done in range(cities)]
    assert again.deciles.equals(findings.deciles)
    assert again.tests.equals(findings.tests)
    assert again.robust.equals(findings.robust)
    assert again.effects.equals(findings.effects)
    assert again.verdicts == findings.verdicts


@pytest.mark.long
def test_a_crime_is_examined_as_the_posts_are(
    country: Country, layer: Layer, findings: Findings, threads: Client
):
    census, counts = country
    half = counts.slice(0, len(counts) // 2)
    crimes = [
        CityCrime(city, crime, each)
        for city in ("Rising", "Falling", "Tiny")
        for crime, each in (("THEFT", counts), ("ARSON", half))
    ]
    found = examine_crimes(census, crimes, layer, TESTS, threads, family=6)
    for mine, posts in (
        (found.deciles, findings.deciles),
        (found.tests, findings.tests),
        (found.robust, findings.robust),
    ):
        thefts = mine.filter(pc.equal(mine["crime"], "THEFT")).drop_columns(["crime"])
        same = posts.filter(pc.is_in(posts["city"], pa.array(["Rising", "Falling", "Tiny"])))
        names = [name.replace("posts", "crimes") for name in same.column_names]
        same = same.rename_columns(names).select(thefts.column_names)
        if "holm_p" in thefts.column_names:  # another family
            thefts, same = (table.drop_columns(["holm_p", "q"]) for table in (thefts, same))
        assert thefts.to_pylist() == same.to_pylist()
    assert set(found.tests["crime"].to_pylist()) == {"THEFT", "ARSON"}
    assert sum(found.verdicts.values()) == len(crimes)


def test_alpha_is_divided_by_the_family_of_crimes_whatever_has_a_count(
    country: Country, layer: Layer, threads: Client
):
    census, _ = country
    nothing = pa.table({"GEOID": pa.array([], pa.string()), "count": pa.array([], pa.int64())})
    found = examine_crimes(census, [CityCrime("Rising", "ARSON", nothing)], layer, TESTS, threads, family=25)
    assert found.tests["alpha"].to_pylist() == [0.002, 0.002]
    assert found.tests["tests"].to_pylist() == [None, 25]
    assert found.tests["crimes"].to_pylist() == [0, 0]
    assert found.directions["not testable"] == 1


@pytest.mark.long
def test_the_workers_find_what_this_process_finds(country: Country, layer: Layer, findings: Findings):
    census, counts = country
    tracts = used_tracts(statuses(census, None, TESTS.least_population), counts)
    for name, rows in tracts.items():
        found = examine((City(name, rows, ALPHA / 6), layer.path, TESTS)).rows["robust"][0]
        expected = by_city(findings.robust)[name]
        assert found == {column: expected[column] for column in found}


@pytest.mark.long
def test_a_tract_without_a_polygon_is_not_observed(
    country: Country, lay: Callable[..., None], tmp_path: Path, layer: Layer, threads: Client
):
    path = tmp_path / "tracts.parquet"
    lay(path, without=frozenset({"01000000100"}))
    found = examine_posts(*country, replace(layer, path=path), TESTS, threads)
    rising = by_city(found.robust)["Rising"]
    assert rising["n"] == 142
    assert rising["effective_n"] is not None
    assert rising["verdict"] == "positive, robust"


@pytest.mark.long
def test_the_result_with_tracts_of_few_people_is_beside_the_published_one(
    country: Country, layer: Layer, threads: Client, findings: Findings, tracts: pd.DataFrame
):
    found = examine_posts(*country, layer, Tests(least_population=3_000), threads)
    mine = tracts[tracts["city"] == "Rising"]
    variants = by_city(found.tables["variants"], variant="published")["Rising"]
    everyone = by_city(found.tables["variants"], variant="every tract with people")["Rising"]
    assert (variants["n"], everyone["n"]) == ((mine["population"] >= 3_000).sum(), 143)
    few = mine[mine["population"] >= 3_000]
    assert variants["posts"] == few["count"].sum()
    assert variants["pearson_r"] == pytest.approx(
        stats.pearsonr(few["income"], few["rate"]).statistic, rel=1e-9
    )
    row = by_city(findings.robust)["Rising"]
    assert (everyone["verdict"], everyone["ratio_90_10"]) == (row["verdict"], row["ratio_90_10"])
    assert by_city(found.robust)["Rising"]["n"] == len(few)


@pytest.mark.parametrize("city", ["Rising", "Falling", "Level"])
def test_weights_influence_and_ratio_are_in_the_table(city: str, findings: Findings, tracts: pd.DataFrame):
    row = by_city(findings.robust)[city]
    mine = tracts[tracts["city"] == city]
    income, rate = mine["income"].to_numpy(), mine["rate"].to_numpy()
    fit = sm.WLS(rate, sm.add_constant(income), weights=mine["population"].to_numpy()).fit()
    assert (row["weighted_slope"], row["weighted_p"]) == pytest.approx((fit.params[1], fit.pvalues[1]))
    left_out = [stats.pearsonr(np.delete(income, at), np.delete(rate, at)) for at in range(len(mine))]
    r = [one.statistic for one in left_out]
    assert (row["r_lowest"], row["r_highest"]) == pytest.approx((min(r), max(r)), rel=1e-9)
    significant = [one.pvalue < ALPHA / 6 for one in left_out]
    assert row["influential_tracts"] == sum(each != (city != "Level") for each in significant)
    assert row["ratio_90_10"] == pytest.approx(
        row["rate_ratio"] ** (np.subtract(*np.percentile(income, [90, 10])) / 10_000), rel=1e-9
    )
    assert row["ratio_low"] < row["ratio_90_10"] < row["ratio_high"]
    assert row["alpha"] == ALPHA / 6
    assert row["effective_n"] <= len(mine)
    assert row["moran_words"] in ("neighbors are alike", "neighbors are unlike", "no pattern")


@pytest.mark.long
def test_cities_without_a_count_are_not_testable(country: Country, layer: Layer, threads: Client):
    census, _ = country
    nothing = pa.table({"GEOID": pa.array([], pa.string()), "count": pa.array([], pa.int64())})
    found = examine_posts(census, nothing, layer, TESTS, threads)
    assert found.directions == {"positive": 0, "negative": 0, "none": 0, "not testable": 6}
    assert set(found.tests.column("posts").to_pylist()) == {0}


tract = st.tuples(
    st.sampled_from([1, 999, 1_000, 4_000]),
    st.sampled_from([2_499.0, 50_000.0, 50_001.0, 250_001.0]),
    st.sampled_from([0, 1, 2, 400]),
)


@pytest.mark.long
@settings(max_examples=60)
@given(st.lists(tract, max_size=30))
def test_no_missing_number_is_hidden_in_a_table_as_nan(values: list[tuple[int, float, int]]):
    columns = ["population", "income", "count"]
    frame = pd.DataFrame(values, columns=columns).astype({"income": "float64"})
    frame["GEOID"] = [f"{place:011d}" for place in range(len(frame))]
    frame["rate"] = frame["count"] / frame["population"] * 1000
    city = City("Any", frame, ALPHA)
    deciles = decile_rows(frame)
    line = tract_relation(frame["income"].to_numpy(float), frame["rate"].to_numpy(float))
    judged = Judged(len(frame), line, direction(line, ALPHA), ALPHA)
    rows = [*_relation_rows(city, judged, deciles), *_decile_table_rows(city, deciles)]
    numbers = [value for row in rows for value in row.values() if isinstance(value, float)]
    assert not [value for value in numbers if not math.isfinite(value)]
    assert sum(row["tracts"] for row in rows[2:]) == len(values)
    assert sum(row["posts"] for row in rows[2:]) == rows[0]["posts"] == frame["count"].sum()
