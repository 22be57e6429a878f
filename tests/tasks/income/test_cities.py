"""Which tracts of a city take part."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tasks.census.results import Census
from tasks.income.cities import used_tracts
from tasks.tracts.status import statuses

TRACTS = pa.table(
    {
        "GEOID": ["01", "02", "03", "04", "05"],
        "population": pa.array([3000, 0, None, 500, 2000], pa.int64()),
        "income": pa.array([40_000.0, 50_000.0, 60_000.0, None, 20_000.0], pa.float64()),
    }
)
CITIES = pa.table(
    {"city": ["Yew", "Yew", "Ash", "Ash", "Oak", "Oak"], "GEOID": ["05", "01", "02", "01", "03", "99"]}
)
COUNTS = pa.table({"GEOID": ["01", "02", "04", "77"], "count": pa.array([6, 9, 9, 9], pa.int64())})


def used(tracts: pa.Table, cities: pa.Table, counts: pa.Table) -> dict[str, pd.DataFrame]:
    """The used tracts, whatever their population, of a layer that has them all."""
    return used_tracts(statuses(Census(tracts, cities, ()), None, 0), counts)


def test_only_tracts_with_people_and_an_income_are_usable():
    found = used(TRACTS, CITIES, COUNTS)
    assert {city: frame["GEOID"].tolist() for city, frame in found.items()} == {
        "Ash": ["01"],
        "Oak": [],
        "Yew": ["01", "05"],
    }


def test_a_tract_in_two_cities_is_in_both():
    found = used(TRACTS, CITIES, COUNTS)
    assert found["Ash"]["count"].tolist() == [6]
    assert found["Yew"]["count"].tolist() == [6, 0]


def test_a_tract_without_a_count_has_a_count_and_a_rate_of_zero():
    row = used(TRACTS, CITIES, COUNTS)["Yew"].iloc[1]
    assert (row["GEOID"], row["count"], row["rate"]) == ("05", 0, 0.0)


def test_the_rate_is_the_count_per_1_000_residents():
    assert used(TRACTS, CITIES, COUNTS)["Ash"].loc[0, "rate"] == 2.0


def test_the_columns_have_their_types_even_where_there_is_no_row():
    for frame in used(TRACTS, CITIES, COUNTS).values():
        assert frame.columns.tolist() == ["GEOID", "population", "income", "count", "rate"]
        assert [str(frame[name].dtype) for name in frame.columns[1:]] == [
            "int64",
            "float64",
            "int64",
            "float64",
        ]


def test_the_order_of_the_input_changes_nothing():
    rng = np.random.default_rng(3)
    shuffled = [table.take(pa.array(rng.permutation(len(table)))) for table in (TRACTS, CITIES, COUNTS)]
    expected = used(TRACTS, CITIES, COUNTS)
    found = used(*shuffled)
    assert list(found) == list(expected)
    for city, frame in found.items():
        pd.testing.assert_frame_equal(frame, expected[city])


def test_two_counts_of_one_tract_are_an_error_and_no_choice():
    twice = pa.concat_tables([COUNTS, COUNTS])
    with pytest.raises(ValueError, match="unique"):
        used(TRACTS, CITIES, twice)
