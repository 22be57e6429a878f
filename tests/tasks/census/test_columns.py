"""The names under which the measures of the Census are known."""

from __future__ import annotations

import pytest

from data.errors import InputError
from tasks.census.columns import (
    MEASURES,
    bare,
    first_of,
    known_columns,
    likely,
    measure_of,
    measures_in,
    no_measure,
)


def test_every_row_of_the_list_is_found_by_its_own_name_and_no_two_are_the_same():
    known = known_columns()
    for row in known:
        assert measure_of(row.estimate) == row
        found = measures_in([row.estimate, row.margin], "a.csv")[row.measure]
        assert (found.estimate, found.margin) == (row.estimate, row.margin or None)
    assert len({bare(row.estimate) for row in known}) == len(known)
    for measure in MEASURES:
        years = [row.year for row in known if row.measure == measure and row.publisher == "NHGIS"]
        assert years == sorted(set(years), key=lambda year: year or 0)


def test_the_bureau_s_own_table_goes_before_tables_that_repeat_its_total():
    names = ["GEO_ID", "B03002_001E", "B01003_001E", "B01003_001M"]
    assert measures_in(names, "a.csv")["population"].estimate == "B01003_001E"
    assert measures_in(names[:2], "a.csv")["population"].estimate == "B03002_001E"


def test_two_columns_of_one_name_are_an_error():
    with pytest.raises(InputError, match="two columns are called B01003_001E"):
        measures_in(["B01003_001E", "b01003_001e"], "a.csv")
    with pytest.raises(InputError, match="two columns are called GEOID"):
        first_of(["GEOID", "GEOID"], ["GEOID"], "a.csv")
    assert first_of(["GEO_ID", "GEOID"], ["GEOID"], "a.csv") == "GEOID"


def test_a_column_of_the_owner_s_own_name_is_suggested_and_never_taken():
    names = ["GEOID", "NAME", "total_pop", "total_pop_moe", "median_hh_income"]
    assert measures_in(names, "a.csv") == {}
    assert likely("population", names) == "total_pop"
    assert likely("income", names) == "median_hh_income"
    assert str(no_measure("income", names, "census/a.csv")) == (
        "census/a.csv: no column B19013_001E (median household income); if 'median_hh_income' is meant, "
        "rename it to B19013_001E (there are GEOID, NAME, total_pop, total_pop_moe, median_hh_income)"
    )
    assert "download the table B19013 for the same tracts, or rename" in str(
        no_measure("income", ["GEOID", "rent"], "census/a.csv")
    )
    wide = [f"B25001_{at:03}E" for at in range(500)]
    assert len(str(no_measure("income", wide, "census/a.csv"))) < 300


def test_census_reporters_margin_in_a_shapefile_is_no_estimate():
    found = measures_in(["geoid", "name", "B19013001", "B19013001e"], "a.zip")
    assert (found["income"].estimate, found["income"].margin) == ("B19013001", "B19013001e")
    assert found["income"].known.publisher == "Census Reporter"
