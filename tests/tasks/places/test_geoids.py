"""GEOIDs in their one form."""

from __future__ import annotations

import pyarrow as pa
import pytest

from data.errors import InputError
from tasks.places.geoids import to_geoids


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
        (["06037101110", "060371011101"], "row 2: '060371011101' is not a GEOID"),
        (["06037101110", "0603710111x"], "row 2: '0603710111x' is not a GEOID"),
        (["06037101110", None], "row 2: is missing"),
        ([""], "row 1: is missing"),
        ([6.037e9 + 0.5], "row 1: 6037000000.5 is not a GEOID"),
        ([-6037101110], "row 1: -6037101110 is not a GEOID"),
        ([1400000], "row 1: 1400000 is not a GEOID"),
        (["1400000US06037101110"], "row 1: '1400000US06037101110' is not a GEOID"),
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
