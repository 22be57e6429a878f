"""Cut points and deciles, beside NumPy, pandas and R."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tasks.census.results import Census
from tasks.income.cities import used_tracts
from tasks.income.deciles import cut_points, decile_of, decile_rows
from tasks.tracts.status import statuses

Floats = npt.NDArray[np.float64]

# Few distinct values, so that ties are common; whole dollars, as the Census has them.
incomes = hnp.arrays(
    np.float64,
    st.integers(1, 120),
    elements=st.one_of(st.integers(1, 6), st.integers(2_500, 250_001)).map(float),
)


def frame(income: Floats) -> pd.DataFrame:
    population = np.arange(1, len(income) + 1) * 100
    count = np.arange(len(income)) % 7
    return pd.DataFrame(
        {"population": population, "income": income, "count": count, "rate": count / population * 1000}
    )


def test_cut_points_are_those_of_r(mtcars: tuple[Floats, Floats]):
    # R 4.2.2: quantile(mtcars$mpg, seq(0, 1, 0.1))
    expected = [10.40, 14.34, 15.20, 15.98, 17.92, 19.20, 21.00, 21.47, 24.08, 30.09, 33.90]
    assert cut_points(mtcars[1]).tolist() == pytest.approx(expected, abs=5e-3)


@pytest.mark.long
@given(incomes)
def test_cut_points_are_those_of_numpy_and_pandas(income: Floats):
    cuts = cut_points(income)
    assert np.allclose(cuts, np.percentile(income, np.arange(0, 101, 10)), rtol=1e-12, atol=0)
    assert np.allclose(cuts, pd.Series(income).quantile(np.arange(11) / 10), rtol=1e-12, atol=0)


def test_a_cut_point_that_is_a_tract_s_own_income_is_that_to_the_last_bit():
    # 0.7 * 90 is 62.99999999999999: NumPy interpolates just under the 64th value.
    income = np.arange(91.0) ** 2
    assert cut_points(income).tolist() == [float((9 * d) ** 2) for d in range(11)]


@pytest.mark.long
@given(incomes)
def test_every_tract_is_in_the_one_decile_whose_bounds_hold_it(income: Floats):
    cuts = cut_points(income)
    for value, found in zip(income, decile_of(income, cuts), strict=True):
        holding = [d for d in range(1, 10) if cuts[d - 1] <= value < cuts[d]]
        if cuts[9] <= value <= cuts[10]:
            holding.append(10)
        assert holding == [found]


@pytest.mark.slow
@given(incomes)
def test_deciles_partition_the_tracts(income: Floats):
    tracts = frame(income)
    rows = decile_rows(tracts)
    assert rows["tracts"].sum() == len(tracts)
    assert rows["population"].sum() == tracts["population"].sum()
    assert rows["count"].sum() == tracts["count"].sum()
    assert rows["decile"].is_monotonic_increasing
    assert rows["decile"].is_unique
    assert rows["decile"].between(1, 10).all()
    assert (rows["tracts"] > 0).all()
    assert not rows.isna().any().any()
    assert (rows["income_low"] <= rows["income"] * (1 + 1e-12)).all()
    assert (rows["income"] * (1 - 1e-12) <= rows["income_high"]).all()


def test_a_tract_at_a_cut_point_belongs_above_it_and_the_richest_to_the_top():
    income = np.arange(11.0)
    assert decile_of(income, cut_points(income)).tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]


def test_equal_cut_points_leave_deciles_without_a_row():
    rows = decile_rows(frame(np.array([1.0] * 5 + [2.0] * 5)))
    assert rows["decile"].tolist() == [5, 10]
    assert rows["tracts"].tolist() == [5, 5]
    assert decile_rows(frame(np.full(12, 7.0)))["decile"].tolist() == [10]


def test_the_ends_are_the_lowest_and_the_highest_income():
    rows = decile_rows(frame(np.arange(100.0) + 3))
    assert rows["income_low"].iloc[0] == 3.0
    assert rows["income_high"].iloc[-1] == 102.0
    assert rows["income_high"].iloc[:-1].tolist() == rows["income_low"].iloc[1:].tolist()


def test_income_is_the_plain_mean_and_the_rate_that_of_all_people_together():
    tracts = frame(np.array([1.0, 2.0, 2.0, 2.0, 9.0]))
    middle = decile_rows(tracts).set_index("decile").loc[8]
    inside = tracts.iloc[1:4]
    assert middle["income"] == pytest.approx(inside["income"].mean(), rel=1e-12)
    assert middle["rate"] == pytest.approx(
        inside["count"].sum() / inside["population"].sum() * 1000, rel=1e-12
    )


def test_no_usable_tract_makes_no_row():
    rows = decile_rows(frame(np.empty(0)))
    assert len(rows) == 0
    assert rows.columns.tolist() == [
        "decile",
        "income_low",
        "income_high",
        "income",
        "tracts",
        "population",
        "count",
        "rate",
    ]


@pytest.mark.long
def test_the_deciles_of_every_real_city_add_up(real: Path):
    columns = ["GEOID", "B01003_001E", "B19013_001E"]
    acs = pq.read_table(real / "acs.parquet", columns=columns).rename_columns(
        ["GEOID", "population", "income"]
    )
    known = acs.to_pandas()
    tracts = acs.set_column(2, "income", [known["income"].where(known["income"] >= 0).astype("float64")])
    cities = pq.read_table(real / "city_tracts.parquet", columns=["city", "GEOID"])
    counts = acs.select(["GEOID"]).append_column("count", [known.index.to_numpy() % 11])
    found = used_tracts(statuses(Census(tracts, cities, ()), None, 0), counts)
    assert len(found) == 50
    lists = cities.to_pandas().merge(known, on="GEOID")
    usable = lists[(lists["population"] > 0) & (lists["income"] >= 0)]
    for city, rows in found.items():
        deciles = decile_rows(rows)
        expected = usable[usable["city"] == city]
        assert deciles["decile"].tolist() == list(range(1, 11)), city
        assert deciles["tracts"].sum() == len(expected)
        assert deciles["population"].sum() == expected["population"].sum()
        assert deciles["count"].sum() == rows["count"].sum()
        # Each holds a tenth of the tracts, but for ties.
        assert deciles["tracts"].max() - deciles["tracts"].min() <= 3, city
