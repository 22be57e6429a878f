"""What needs all cities: families of tests, and the effects with their summary, beside statsmodels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from distributed import Client
from scipy import sparse

from data.settings import Tests
from tasks.census.results import Census
from tasks.income import effects
from tasks.income.effects import effect_row
from tasks.income.judge import judge
from tasks.income.sample import Sample
from tasks.income.tabulate import examine_posts
from tasks.income.together import TOO_FEW, Family, adjusted, forest, together
from tasks.layers.results import Layer
from tasks.statistics.contrast import error_among_neighbors
from tasks.statistics.families import bonferroni, family_of_crimes
from tasks.statistics.rates import rate_model
from tasks.statistics.relation import direction, relate
from tests.second import adjusted_p, meta, sm, stats

Country = tuple[Census, pa.Table]
Row = dict[str, Any]


def sample(seed: int, slope: float = 0.1, side: int = 8, scale: float = 0.004) -> Sample:
    """A city of square tracts."""
    rng = np.random.default_rng(seed)
    n = side * side
    income = np.round(rng.uniform(20_000, 120_000, n))
    population = rng.integers(1_000, 6_000, n).astype(float)
    count = rng.poisson(population * scale * np.exp(slope * (income - 70_000) / 10_000)).astype(float)
    places = np.stack(np.divmod(np.arange(n), side), axis=1).astype(float)
    step = np.abs(places[:, None, :] - places[None, :, :]).max(axis=2)
    touching = sparse.csr_array((step == 1).astype(float))
    geoids = tuple(f"{tract:011d}" for tract in range(n))
    return Sample(geoids, income, population, count, places, touching, seed)


def row_of(city: str, given: Sample, crime: str | None = None, **judged: Any) -> Row:
    key = {"city": city} if crime is None else {"city": city, "crime": crime}
    counted = "posts" if crime is None else "crimes"
    return effect_row(key, counted, given, replace(judge(given, 0.002, Tests()), **judged))


def test_the_effect_of_a_city_is_that_of_statsmodels_widened_for_neighbors():
    given = sample(1)
    row = row_of("A", given)
    fit = sm.GLM(
        given.count,
        sm.add_constant(given.income / 10_000),
        family=sm.families.Poisson(),
        offset=np.log(given.population),
    ).fit(scale="X2", tol=1e-14)
    modified = judge(given, 0.002, Tests()).modified
    assert modified is not None
    df = min(modified.effective_n, 64) - 2
    model = rate_model(given.count, given.population, given.income)
    assert model is not None
    error = error_among_neighbors(model, 64, df + 2)
    assert (row["log_ratio"], row["error"], row["df"]) == pytest.approx((fit.params[1], error, df), rel=1e-9)
    ends = fit.params[1] + np.array([-1, 1]) * stats.t.ppf(0.975, df) * error
    assert [row["ratio_10000_low"], row["ratio_10000_high"]] == pytest.approx(np.exp(ends), rel=1e-9)
    low, high = np.percentile(given.income, [10, 90])
    assert (row["income_10"], row["income_90"]) == pytest.approx((low, high), rel=1e-12)
    steps = (high - low) / 10_000
    assert row["ratio_90_10"] == pytest.approx(np.exp(fit.params[1] * steps), rel=1e-9)
    assert [row["ratio_90_10_low"], row["ratio_90_10_high"]] == pytest.approx(np.exp(ends * steps), rel=1e-9)
    assert (row["n"], row["posts"], row["why"]) == (64, given.count.sum(), "")


FEW = "fewer than 10 tracts to test"
NOTHING = "nothing was counted in any tract"


@pytest.mark.parametrize(
    ("given", "judged", "why", "known"),
    [
        (sample(2).only(np.arange(64) < 9), {}, FEW, {"income_10", "income_90"}),
        (sample(2).only(np.arange(64) < 0), {}, FEW, set()),
        (
            replace(sample(2), count=np.zeros(64)),
            {},
            "nothing was counted in any tract",
            {"income_10", "income_90"},
        ),
        (
            replace(sample(2), count=sample(2).population),
            {},
            "all tracts have the same rate",
            {"income_10", "income_90"},
        ),
        (
            replace(sample(2), count=1.0 * (sample(2).income == sample(2).income.max())),
            {},
            effects.NO_MODEL,
            {"income_10", "income_90"},
        ),
        (
            sample(2),
            {"modified": None},
            effects.NO_NEIGHBORS,
            {"income_10", "income_90", "ratio_10000", "ratio_90_10", "log_ratio"},
        ),
    ],
)
def test_what_cannot_be_modelled_is_a_row_with_its_reason(
    given: Sample, judged: Row, why: str, known: set[str]
):
    row = row_of("A", given, **judged)
    assert row["why"] == why
    assert set(row) == {"city", "scope", "n", "posts", "why"} | known


@pytest.mark.long
def test_the_rows_are_those_of_a_forest_plot():
    rows = [row_of(city, sample(seed)) for seed, city in enumerate("CABED")]
    rows[1] = row_of("A", sample(1).only(np.arange(64) < 9))
    rows[4] = row_of("D", sample(4), modified=None)
    found = forest(rows, "posts")
    inside = found[:3]
    assert {row["city"] for row in inside} == {"B", "C", "E"}
    ratios = [row["ratio_10000"] for row in inside]
    assert ratios == sorted(ratios, reverse=True)
    assert [row["city"] for row in found[3:]] == ["A", "D", "all cities"]
    assert [row["position"] for row in found] == [1, 2, 3, 4, 5, 6]
    assert [row["scope"] for row in found] == ["city"] * 5 + ["all cities"]
    summary = found[-1]
    logs, errors = (np.array([row[name] for row in inside]) for name in ("log_ratio", "error"))
    fit = meta.combine_effects(logs, errors**2, method_re="pm", use_t=True, atol=1e-9)
    assert [row["weight"] for row in inside] == pytest.approx(fit.weights_rel_re, rel=1e-9)
    assert not {"weight"} & {*found[3], *found[4]}
    low, high = np.exp(fit.conf_int(use_t=True)[1])
    assert [
        summary[name] for name in ("ratio_10000", "ratio_10000_low", "ratio_10000_high")
    ] == pytest.approx([np.exp(fit.mean_effect_re), low, high], rel=1e-9)
    assert (summary["q"], summary["tau2"]) == pytest.approx((fit.q, fit.tau2), rel=1e-9, abs=1e-12)
    assert (summary["cities"], summary["df"], summary["n"]) == (3, 2, 192)
    assert summary["posts"] == sum(row["posts"] for row in inside)
    assert summary["predicted_low"] < low < high < summary["predicted_high"]
    assert "ratio_90_10" not in summary
    # In whatever order the cities come
    assert forest(rows[::-1], "posts") == found


def test_a_summary_needs_two_cities():
    assert [row["scope"] for row in forest([row_of("A", sample(1))], "posts")] == ["city"]
    alone, none, summary = forest([row_of("A", sample(1)), row_of("B", sample(2), modified=None)], "posts")
    assert (alone["city"], none["city"]) == ("A", "B")
    assert (summary["scope"], summary["why"], summary["cities"]) == ("all cities", TOO_FEW, 1)
    assert not {"ratio_10000", "weight", "tau2"} & set(summary)
    two = forest([row_of("A", sample(1)), row_of("B", sample(2))], "posts")[-1]
    assert "ratio_10000" in two
    assert "predicted_low" not in two


def test_each_type_of_crime_has_its_own_summary():
    rows = [
        row_of("A", sample(1), "THEFT"),
        row_of("A", sample(2), "ARSON"),
        row_of("B", sample(3), "THEFT"),
    ]
    found = [(row["crime"], row["position"], row["city"]) for row in forest(rows, "crimes")]
    assert [each for each in found if each[0] == "ARSON"] == [("ARSON", 1, "A")]
    assert [each[1] for each in found if each[0] == "THEFT"] == [1, 2, 3]
    assert found[-1] == ("THEFT", 3, "all cities")


def test_p_is_adjusted_for_every_test_of_the_family_and_deciles_are_no_tests():
    p = [0.0004, 0.03, 0.2]
    rows: list[Row] = [{"use": "test", "pearson_p": each} for each in p]
    rows += [{"use": "description", "pearson_p": 1e-9}, {"use": "test"}]
    found = adjusted(rows, 10)
    whole = [*p, *[1.0] * 7]
    for name, method in (("holm_p", "holm"), ("q", "fdr_bh")):
        expected = adjusted_p(whole, method)[:3]
        assert [row[name] for row in found[:3]] == pytest.approx(expected, rel=1e-12)
    assert found[3] == rows[3]
    assert found[4] == {"use": "test", "tests": 10}


def test_a_family_of_no_city_is_no_fault():
    nothing: dict[str, list[Row]] = {"tests": [], "effects": [], "robust": [], "deciles": []}
    assert together(nothing, Family("posts", 0)) == nothing


def test_one_of_thirty_types_is_not_positive_by_chance():
    """The case of 30 types in one city: a p of 0.03 is what chance gives one of them."""
    city = sample(0)
    rng = np.random.default_rng(24)
    types = [replace(city, count=rng.poisson(city.population * 5e-4).astype(float)) for _ in range(30)]
    threshold = bonferroni(0.05, family_of_crimes(len(types), 1))
    lines = [relate(each.income, each.rate) for each in types]
    assert min(line.p for line in lines if line) < 0.05
    assert {direction(line, threshold) for line in lines} == {"none"}
    rows = adjusted([{"use": "test", "pearson_p": line.p} for line in lines if line], 30)
    assert min(row["holm_p"] for row in rows) > 0.05


@pytest.mark.long
def test_the_cities_of_a_country_have_effects_and_a_summary(country: Country, layer: Layer, threads: Client):
    found = examine_posts(*country, layer, Tests(), threads).effects.to_pylist()
    assert [row["city"] for row in found] == [
        "Rising", "Level", "Falling", "Deserted", "Even", "Tiny", "all cities",
    ]  # fmt: skip
    # They were made to rise and to fall by exp(0.3) per 10,000 dollars.
    assert found[0]["ratio_10000_low"] < np.exp(0.3) < found[0]["ratio_10000_high"]
    assert found[2]["ratio_10000_low"] < np.exp(-0.3) < found[2]["ratio_10000_high"]
    assert [row["why"] for row in found[3:6]] == [
        FEW, "all tracts have the same rate", FEW,
    ]  # fmt: skip
    assert (found[-1]["cities"], found[-1]["i2"] > 0.5) == (3, True)


def test_where_both_incomes_are_the_same_no_table_has_a_ratio_between_them():
    given = sample(3)
    income = np.where(np.argsort(np.argsort(given.income)) > 59, given.income, 60_000.0)
    found = judge(given.having(income=income), 0.002, Tests())
    row = effect_row({"city": "Alder"}, "posts", given.having(income=income), found)
    assert row["ratio_10000"] > 0
    assert found.contrast is None
    assert not {"ratio_90_10", "ratio_90_10_low", "ratio_90_10_high"} & row.keys()
