"""Governing's method: the measures, the thresholds and the two tests, each number by hand."""

from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from tasks.selection.method import (
    END,
    MEASURES,
    START,
    THRESHOLDS,
    eligible,
    gentrified,
    low_population,
    measures,
    thresholds,
)

AT: Final = pd.DataFrame(
    {
        "median_income": [30_000.0],
        "median_home_value": [90_000.0],
        "education_change": [5.0],
        "home_value_change": [0.2],
    },
    index=pd.Index(["M"], name="metro_area"),
)
GENTRIFIED: Final[dict[str, Any]] = {
    "metro_area": "M",
    "population_start": 500.0,
    "population_end": 500.0,
    "median_income": 29_999.0,
    "median_home_value": 89_999.0,
    "education_change": 5.1,
    "home_value_change": 0.21,
}
"""A tract that passes both tests, each comparison by little."""


def tract(**numbers: float | None) -> pd.DataFrame:
    """A tract as the Census describes it, of a thousand adults in each year."""
    given = {name + year: 1000.0 for name in MEASURES for year in (START, END)} | numbers
    return pd.DataFrame([{"metro_area": "M", **given}])


def measured(**numbers: Any) -> pd.DataFrame:
    return pd.DataFrame([GENTRIFIED | numbers])


def test_the_changes_are_percentage_points_and_shares_of_the_end_value():
    found = measures(
        tract(
            total_population_25_over_start=800.0,
            educational_attainment_start=200.0,  # 25 %
            total_population_25_over_end=1000.0,
            educational_attainment_end=375.0,  # 37.5 %
            median_home_value_start=100_000.0,
            median_home_value_end=180_000.0,  # (180,000 - 1.44 * 100,000) / 180,000 = 0.2
        ),
        inflation=1.44,
    ).iloc[0]
    assert found["education_change"] == 12.5
    assert found["home_value_change"] == pytest.approx(0.2, abs=1e-15)


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        ({"median_home_value_start": 0.0}, {"median_home_value", "home_value_change"}),
        ({"median_home_value_start": None}, {"median_home_value", "home_value_change"}),
        ({"median_home_value_end": 0.0}, {"home_value_change"}),
        ({"median_home_value_end": None}, {"home_value_change"}),
        ({"total_population_25_over_start": 0.0}, {"education_change"}),
        ({"total_population_25_over_end": 0.0, "educational_attainment_end": 0.0}, {"education_change"}),
        ({"educational_attainment_start": None}, {"education_change"}),
        ({"median_income_start": None}, {"median_income"}),
        ({"median_income_start": 0.0, "median_income_end": None}, set()),
    ],
)
def test_a_zero_or_a_missing_denominator_gives_no_number(numbers: dict[str, float | None], missing: set[str]):
    found = measures(tract(**numbers), inflation=1.5).iloc[0]
    assert {name for name in found.index if pd.isna(found[name])} == missing


def test_thresholds_are_of_one_metro_area_and_skip_what_is_missing():
    rows = pd.DataFrame(
        {
            "metro_area": ["B", "A", "B", "B", "A", "A"],
            **{name: [1.0, 10.0, 2.0, np.nan, 20.0, 40.0] for name in THRESHOLDS},
        }
    )
    found = thresholds(rows)
    assert found.index.tolist() == ["A", "B"]
    assert found["tracts"].tolist() == [3, 3]
    assert found[list(THRESHOLDS)].to_numpy() == pytest.approx(
        np.array([[18.0, 18.0, 80 / 3, 80 / 3], [1.4, 1.4, 5 / 3, 5 / 3]])
    )


def test_a_metro_area_without_numbers_has_no_threshold_and_no_tract_that_passes():
    row = measured(median_income=np.nan)
    at = thresholds(row)
    assert at["median_income"].isna().tolist() == [True]
    assert eligible(measured(), at).tolist() == [False]


@pytest.mark.parametrize(
    ("numbers", "low"),
    [
        ({}, False),
        ({"population_start": 499.9}, True),
        ({"population_end": 499.0}, True),
        ({"population_start": 0.0}, True),
        ({"population_start": np.nan, "population_end": np.nan}, False),
        ({"population_start": np.nan, "population_end": 499.0}, True),
    ],
)
def test_under_500_residents_in_either_year_is_low_and_a_missing_number_is_not_under(
    numbers: dict[str, float], low: bool
):
    assert low_population(measured(**numbers)).tolist() == [low]
    assert eligible(measured(**numbers), AT).tolist() == [not low]


@pytest.mark.parametrize("name", ["median_income", "median_home_value"])
@pytest.mark.parametrize("value", [None, 0.0])
def test_what_is_on_the_40th_percentile_or_missing_is_not_eligible(name: str, value: float | None):
    on = measured(**{name: AT[name].iloc[0] if value is not None else np.nan})
    assert eligible(measured(), AT).tolist() == [True]
    assert eligible(on, AT).tolist() == [False]
    assert gentrified(on, AT).tolist() == [False]


@pytest.mark.parametrize("name", ["education_change", "home_value_change"])
@pytest.mark.parametrize("value", [None, 0.0])
def test_what_is_on_the_66th_percentile_or_missing_has_not_gentrified(name: str, value: float | None):
    on = measured(**{name: AT[name].iloc[0] if value is not None else np.nan})
    assert gentrified(measured(), AT).tolist() == [True]
    assert eligible(on, AT).tolist() == [True]
    assert gentrified(on, AT).tolist() == [False]


@pytest.mark.parametrize(("change", "gentrifies"), [(0.01, True), (0.0, False), (-0.01, False)])
def test_a_home_value_that_did_not_rise_after_inflation_has_not_gentrified_even_in_the_top_third(
    change: float, gentrifies: bool
):
    falling = AT.assign(home_value_change=-0.5)
    assert gentrified(measured(home_value_change=change), falling).tolist() == [gentrifies]


def test_each_tract_is_compared_with_its_own_metro_area():
    at = pd.concat([AT, AT.assign(median_income=20_000.0).rename(index={"M": "N"})])
    rows = pd.DataFrame([GENTRIFIED | {"metro_area": name} for name in ("N", "M", "N")])
    assert eligible(rows, at).tolist() == [False, True, False]
