"""The truth about gentrification against a second computation, with pandas on the file."""

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
Lines = Callable[[str, str], dict[str, int]]


@pytest.fixture(scope="module")
def rows(public_records: Written) -> pd.DataFrame:
    """The rows of the file with what the rules look at; what is not known is NaN."""
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


def test_flags_are_those_of_pandas(truth: Truth, judged: pd.DataFrame) -> None:
    names = ["GEOID", "metro_area", "city", "low_population", "eligible", "gentrified"]
    found = pd.DataFrame(truth("public/gentrification_tracts"))
    expected = judged[names].sort_values(["GEOID", "city"]).reset_index(drop=True)
    assert found[names].equals(expected.astype(found[names].dtypes))
    assert found["gentrified"].sum() >= 10


def test_thresholds_are_those_of_pandas(truth: Truth, rows: pd.DataFrame) -> None:
    once = rows.drop_duplicates("GEOID").groupby("metro_area")
    found = pd.DataFrame(truth("public/gentrification_thresholds")).set_index("metro_area")
    assert found["tracts"].to_dict() == once.size().to_dict()
    for column, (name, share) in {
        "median_income": ("median_income_00", 0.4),
        "median_home_value": ("value", 0.4),
        "education_change": ("education", 2 / 3),
        "home_value_change": ("rise", 2 / 3),
    }.items():
        assert found[column].to_dict() == pytest.approx(once[name].quantile(share).to_dict(), rel=1e-12)


def test_cities_and_their_ranks_follow_from_the_flags(truth: Truth, judged: pd.DataFrame) -> None:
    groups = judged[judged["city"].notna()].groupby("city")
    found = pd.DataFrame(truth("public/gentrification")).set_index("city")
    assert found["tracts"].to_dict() == groups.size().to_dict()
    for name in ("low_population", "eligible", "gentrified"):
        assert found[name].to_dict() == groups[name].sum().to_dict()
    assert found["gentrified_share"].to_dict() == groups["gentrified"].mean().to_dict()
    selection = pd.DataFrame(truth("public/city_selection"))
    order = found.reset_index().sort_values(["gentrified_share", "city"], ascending=[False, True])
    assert selection["city"].tolist() == order["city"].tolist()
    assert selection["rank"].tolist() == list(range(1, 9))
    assert selection["gentrified_share"].tolist() == order["gentrified_share"].tolist()
    assert (
        selection["selected"].tolist()
        == (selection["partnership"] & (selection["partnership"].cumsum() <= 3)).tolist()
    )
    assert selection["partnership"].sum() == 5
    assert set(selection["reason"]) == {""}


def test_the_ledger_follows_from_the_tables(lines: Lines, judged: pd.DataFrame, truth: Truth) -> None:
    inside = judged[judged["city"].notna()]
    assert lines("gentrification", "") == {
        "rows of tracts": len(judged),
        "in cities": len(inside),
        "in no city": int(judged["city"].isna().sum()),
        "low population": int(inside["low_population"].sum()),
        "not eligible": int((~inside["low_population"] & ~inside["eligible"]).sum()),
        "eligible, not gentrified": int((inside["eligible"] & ~inside["gentrified"]).sum()),
        "gentrified": int(inside["gentrified"].sum()),
    }
    chosen = lines("selection", "")
    assert chosen["cities ranked"] == 8
    assert chosen["selected"] == 3
    assert chosen["with a partnership, below the last selected"] == 2
    assert chosen["without a partnership"] == 3


def test_every_case_would_show_if_its_rule_were_forgotten(judged: pd.DataFrame) -> None:
    """Of a value that is 0, one that is missing and a number of people at the limit, some decide."""
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
