"""Which place a row of the Census is about."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest

from data.errors import InputError
from tasks.census.areas import areas, counted, id_columns, place_level

TRACTS = ["08001000100", "08001000200"]


def test_the_columns_that_name_the_place():
    assert id_columns(["NAME", "GEO_ID", "state", "county", "tract"], "a") == ("GEO_ID",)
    assert id_columns(["state", "county", "tract", "B01003_001E"], "a") == ("state", "county", "tract")
    assert id_columns(["state", "county", "tract", "block group"], "a")[-1] == "block group"
    assert id_columns(["GISJOIN", "STATEA", "COUNTYA", "TRACTA"], "a") == ("GISJOIN",)
    assert id_columns(["STATEFP", "COUNTYFP", "TRACTCE"], "a") == ("STATEFP", "COUNTYFP", "TRACTCE")
    assert id_columns(["zip code tabulation area"], "a") == ("zip code tabulation area",)
    assert id_columns(["name", "tract"], "a") == ()


def test_rows_of_other_levels_are_counted_and_the_tracts_keep_their_rows():
    table = pa.table({"geoid": ["05000US08001", f"14000US{TRACTS[0]}", f"14000US{TRACTS[1]}", "04000US08"]})
    found = areas(table, ["geoid"], "a")
    assert found.geoids.to_pylist() == TRACTS
    assert found.rows is not None
    assert found.rows.to_pylist() == [1, 2]
    assert found.others == Counter({"county": 1, "state": 1})
    assert counted(found.others) == "1 county, 1 state"
    plain = pa.table({"GEOID": ["8001000100", "08001", "8001000200.0"]})
    assert areas(plain, ["GEOID"], "a").geoids.to_pylist() == TRACTS


def test_codes_of_state_county_and_tract_get_their_zeros_back():
    table = pa.table(
        {"state": ["8", "08", "8.0"], "county": ["1", "001", "1"], "tract": ["100", "000200", "301"]}
    )
    found = areas(table, ["state", "county", "tract"], "a")
    assert found.geoids.to_pylist() == [*TRACTS, "08001000301"]
    numbers = pa.table({"state": [8], "county": [1], "tract": [100]})
    assert areas(numbers, ["state", "county", "tract"], "a").geoids.to_pylist() == TRACTS[:1]
    with pytest.raises(InputError, match="column county, row 2: 'x' is not a code of at most 3 digits"):
        areas(pa.table({"state": ["8", "8"], "county": ["1", "x"], "tract": ["1", "2"]}),
              ["state", "county", "tract"], "a")  # fmt: skip


def test_levels():
    assert place_level("1400000US08001000100") == place_level("G0800010000100") == "tract"
    assert place_level("G08000100001001") == "block group"
    assert [place_level(text) for text in ("", "Geography", "1e300", "GIS Join Match Code")] == [""] * 4
