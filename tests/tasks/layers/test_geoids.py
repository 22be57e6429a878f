"""GEOIDs in their one form."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from data.errors import InputError
from tasks.layers.geoids import to_geoids


@pytest.mark.parametrize(
    "values",
    [
        pa.array([6037101110, 48201100000]),
        pa.array([6037101110, 48201100000], pa.uint64()),
        pa.array([6037101110.0, 48201100000.0]),
        pa.array(["6037101110", "48201100000"]),
        pa.array(["06037101110", "48201100000"], pa.large_string()),
        pa.array(["6037101110.0", "48201100000.00"]),
        pa.array([" 06037101110", "48201100000 "]),
        pa.array(["06037101110", "48201100000"]).dictionary_encode(),
        pa.array(["1400000US06037101110", "1400000US48201100000"]),
        pa.array(["14000US06037101110", "14000US48201100000"]),
        pa.array(["G0600370101110", "G4802010100000"]),
        pa.array(["G0600370101110", "G48020101000"]),
        pa.array([Decimal("6037101110.00"), Decimal("48201100000.00")]),
    ],
    ids=str,
)
def test_every_way_of_writing_a_geoid_gives_the_same_text(values: pa.Array):
    found = to_geoids(values, "census/acs.csv")
    assert found.type == pa.string()
    assert found.to_pylist() == ["06037101110", "48201100000"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["603710111"], "row 1: '603710111' is not a GEOID"),
        (["06037101110", "0603710111x"], "row 2: '0603710111x' is not a GEOID"),
        (["06037101110", None], "row 2: is missing"),
        ([""], "row 1: is missing"),
        ([6.037e9 + 0.5], "row 1: 6037000000.5 is not a GEOID"),
        ([-6037101110], "row 1: -6037101110 is not a GEOID"),
        ([1400000], "row 1: 1400000 is not a GEOID"),
        (["9" * 9_999_999], f"row 1: '{'9' * 60}' is not a GEOID"),
    ],
)
def test_what_is_not_a_geoid_is_named_with_file_column_row_and_fix(values: list, said: str):
    with pytest.raises(InputError) as error:
        to_geoids(pa.array(values), "census/acs.csv")
    assert f"census/acs.csv: column GEOID, {said}; a tract's GEOID has 11 digits" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_column_that_cannot_hold_geoids_is_named():
    with pytest.raises(InputError, match="column GEOID holds bool"):
        to_geoids(pa.array([True]), "census/acs.parquet")


def test_no_rows_are_accepted():
    assert to_geoids(pa.array([], pa.string()), "a.csv").to_pylist() == []


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("060371011101", "block group"),
        ("1500000US060371011101", "block group"),
        ("15000US060371011101", "block group"),
        ("G06003701011101", "block group"),
        (60371011101001, "block"),
        ("060371011101001", "block"),
        ("06037", "county"),
        (6037.0, "county"),
        ("0500000US06037", "county"),
        ("16000US0644000", "place"),
        ("8600000US90012", "ZIP code area"),
        ("06", "state"),
    ],
)
def test_what_names_no_tract_is_called_by_its_level(value: str | float, level: str):
    with pytest.raises(InputError, match=rf"row 1: {value!r} names a {level}, not a tract; hand in the file"):
        to_geoids(pa.array([value]), "census/acs.csv")
