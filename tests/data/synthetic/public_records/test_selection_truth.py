"""Whether the tracts hold the cases that the rules of gentrification must get right.

That the tables of truth are right is proven elsewhere: ``tests/whole/test_truth.py`` compares each with the
program's own, row by row.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.synthetic.public_records import PublicRecords
from data.synthetic.public_records.selection_truth import quantile

Written = tuple[Path, PublicRecords]
Truth = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def rows(public_records: Written) -> pd.DataFrame:
    """The rows of the file with the measures that the rules need; NaN if not known."""
    frame = pd.read_parquet(public_records[0] / "census" / "gentrification.parquet")
    numbers = frame.columns[3:]
    frame[numbers] = frame[numbers].astype("float64").where(lambda values: values >= 0)
    frame["value"] = frame["median_home_value_00"].replace(0, np.nan)
    end = frame["median_home_value_19"].replace(0, np.nan)
    frame["rise"] = (end - 1.49 * frame["value"]) / end
    share = {
        year: frame[f"educational_attainment{year}"]
        / frame[f"total_population_25_over{year}"].replace(0, np.nan)
        for year in ("_00", "_19")
    }
    frame["education"] = 100 * (share["_19"] - share["_00"])
    return frame


@pytest.fixture(scope="module")
def judged(rows: pd.DataFrame) -> pd.DataFrame:
    once = rows.drop_duplicates("GEOID").groupby("metro_area")
    cuts = pd.DataFrame(
        {
            "income": once["median_income_00"].quantile(0.4),
            "value": once["value"].quantile(0.4),
            "education": once["education"].quantile(2 / 3),
            "rise": once["rise"].quantile(2 / 3),
        }
    ).loc[rows["metro_area"]]
    low = (rows["total_population_00"] < 500) | (rows["total_population_19"] < 500)
    poor = (rows["median_income_00"].to_numpy() < cuts["income"].to_numpy()) & (
        rows["value"].to_numpy() < cuts["value"].to_numpy()
    )
    changed = (rows["education"].to_numpy() > cuts["education"].to_numpy()) & (
        rows["rise"].to_numpy() > np.maximum(cuts["rise"].to_numpy(), 0)
    )
    eligible = ~low & poor
    return rows.assign(low_population=low, eligible=eligible, gentrified=eligible & changed)


def test_some_tracts_gentrified_and_some_cities_with_a_partnership_are_not_chosen(truth: Truth) -> None:
    assert sum(row["gentrified"] for row in truth("public/gentrification_tracts")) >= 10
    rows = truth("public/city_selection")
    assert (len(rows), sum(row["partnership"] for row in rows), sum(row["selected"] for row in rows)) == (
        8,
        5,
        3,
    )
    assert {row["reason"] for row in rows} == {""}


def test_forgetting_a_rule_would_show(judged: pd.DataFrame) -> None:
    """Values that are 0, missing values and populations at the limit decide some tracts."""
    inside = judged[judged["city"].notna()]
    low_by_missing = inside["total_population_00"].isna() | inside["total_population_19"].isna()
    assert (low_by_missing & ~inside["low_population"]).sum() >= 2
    assert ((inside["total_population_00"] == 500) & ~inside["low_population"]).any()
    assert (inside["median_home_value_00"] == 0).sum() >= 2
    assert not inside["eligible"][inside["value"].isna()].any()
    cut = judged.drop_duplicates("GEOID").groupby("metro_area")["value"].quantile(0.4)
    zero = judged.drop_duplicates("GEOID").groupby("metro_area")["median_home_value_00"].quantile(0.4)
    assert (cut != zero).any()


@given(st.lists(st.integers(0, 10**6), min_size=1), st.sampled_from([(2, 5), (2, 3), (1, 2)]))
def test_a_quantile_is_that_of_numpy(values: list[int], fraction: tuple[int, int]) -> None:
    expected = np.quantile(values, fraction[0] / fraction[1])
    assert quantile([*values, None], fraction) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_a_quantile_that_falls_on_a_value_is_that_value() -> None:
    assert quantile([0.1, 0.3, 0.7, 1.1], (2, 3)) == 0.7
    assert quantile([], (2, 5)) is None
