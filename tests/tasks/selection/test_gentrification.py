"""The tracts of census/gentrification: read, judged and counted; the published flags of 2,799 real ones."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from data.errors import InputError
from data.settings import Selection
from tasks.rows.results import InputFile
from tasks.selection.gentrification import judge_tracts, read_gentrification
from tasks.selection.method import MEASURES
from tasks.selection.results import Judged

if TYPE_CHECKING:
    from tests.tasks.selection.conftest import Tract, WriteTracts

A, B, C, D = (f"39001000{number}00" for number in range(1, 5))


@pytest.fixture(scope="module")
def five(five_metros: tuple[str, Path]) -> Judged:
    settings = Selection(start="_00", end="_17", inflation=1.44)
    return judge_tracts(read_gentrification(five_metros, settings), settings)


def published(real: Path) -> pd.DataFrame:
    rows = pd.read_parquet(real / "gentrification_5metros.parquet")
    return rows[rows["in_city"]].set_index("GEOID").sort_index()


@pytest.mark.parametrize(
    ("ours", "theirs", "total"),
    [
        ("low_population", "expected_low_population", None),
        ("eligible", "expected_eligible_for_gentrification", 882),
        ("gentrified", "expected_gentrified", 289),
    ],
)
def test_every_published_flag_of_the_five_cities_is_reproduced(
    real: Path, five: Judged, ours: str, theirs: str, total: int | None
):
    expected = published(real)[theirs]
    found = five.tracts.to_pandas().dropna(subset="city").set_index("GEOID").sort_index()[ours]
    assert len(found) == 2799
    assert found.index.equals(expected.index)
    assert found[found != expected].index.tolist() == []
    if total is not None:
        assert found.sum() == total


def test_the_counts_by_city_are_those_of_the_published_flags(real: Path, five: Judged):
    by_city = published(real).groupby("city")
    flags = ["low_population", "eligible_for_gentrification", "gentrified"]
    expected = by_city[[f"expected_{name}" for name in flags]].sum()
    found = five.cities.to_pandas().set_index("city")
    assert found["tracts"].to_dict() == by_city.size().to_dict()
    assert (
        found[["low_population", "eligible", "gentrified"]].to_numpy().tolist()
        == expected.to_numpy().tolist()
    )
    assert found["gentrified_share"].to_numpy() == pytest.approx(found["gentrified"] / found["tracts"])


def test_the_thresholds_of_the_five_metro_areas_are_those_of_a_second_implementation(
    real: Path, five: Judged
):
    rows = pd.read_parquet(real / "gentrification_5metros.parquet")
    value = rows["median_home_value_00"].replace(0, np.nan)
    degrees = {
        year: rows[f"educational_attainment_{year}"]
        / rows[f"total_population_25_over_{year}"].replace(0, np.nan)
        for year in ("00", "17")
    }
    rows = rows.assign(
        median_income=rows["median_income_00"],
        median_home_value=value,
        education_change=(degrees["17"] - degrees["00"]) * 100,
        home_value_change=1 - value * 1.44 / rows["median_home_value_17"].replace(0, np.nan),
    )
    by_metro = rows.groupby("metro_area")
    found = five.thresholds.to_pandas().set_index("metro_area")
    assert found["tracts"].to_dict() == by_metro.size().to_dict()
    for name, share in (
        ("median_income", 0.4),
        ("median_home_value", 0.4),
        ("education_change", 2 / 3),
        ("home_value_change", 2 / 3),
    ):
        expected = by_metro[name].quantile(share)
        assert found[name].to_dict() == pytest.approx(expected.to_dict(), rel=1e-9), name


@pytest.mark.long
def test_a_csv_says_what_the_parquet_says(five_metros: tuple[str, Path], tmp_path: Path):
    settings = Selection(start="_00", end="_17", inflation=1.44)
    path = tmp_path / "gentrification.csv"
    # A spreadsheet would have lost the zeros before the states 01 to 09.
    frame = pd.read_parquet(five_metros[1])
    frame.assign(GEOID=frame["GEOID"].astype("int64")).to_csv(path, index=False)
    assert (
        read_gentrification(("a", path), settings).tracts == read_gentrification(five_metros, settings).tracts
    )


def test_negative_numbers_are_missing_and_both_years_have_their_names(
    tract: Tract, write_tracts: WriteTracts, settings: Selection
):
    file = write_tracts(
        [
            tract(A, "Ashford", median_income_00=-666666666, total_population_17=-1),
            tract(B, None, median_home_value_00=12.5, median_home_value_17=None),
        ]
    )
    given = read_gentrification(file, settings)
    rows = given.tracts.to_pylist()
    assert given.tracts.column_names[3:] == [name + year for name in MEASURES for year in ("_start", "_end")]
    assert (rows[0]["median_income_start"], rows[0]["total_population_end"]) == (None, None)
    assert (rows[1]["median_home_value_start"], rows[1]["median_home_value_end"]) == (12.5, None)
    assert (rows[0]["city"], rows[1]["city"], given.rows) == ("Ashford", None, 2)
    sha256 = hashlib.sha256(file[1].read_bytes()).hexdigest()
    assert given.files == (InputFile("census/gentrification.csv", sha256, file[1].stat().st_size),)


def two_cities(tract: Tract, **numbers: Any) -> list[dict[str, Any]]:
    """Three tracts of one metro area, the second in two cities; in the second row of it the given numbers."""
    incomes = {A: 10, B: 20, C: 90}
    rows = [
        tract(geoid, city, median_income_00=incomes[geoid])
        for geoid, city in ((A, "Ashford"), (B, "Ashford"), (B, "Brill"), (C, "Brill"))
    ]
    rows[2] |= numbers
    return rows


def test_a_tract_in_two_cities_is_one_of_each_and_one_in_the_thresholds(
    tract: Tract, write_tracts: WriteTracts, settings: Selection
):
    judged = judge_tracts(read_gentrification(write_tracts(two_cities(tract)), settings), settings)
    thresholds = judged.thresholds.to_pylist()
    assert thresholds[0]["tracts"] == 3
    # Of 10, 20 and 90 the 40th percentile is at place 0.8; of 10, 20, 20 and 90 it would be 20.
    assert thresholds[0]["median_income"] == 18.0
    assert [(row["city"], row["tracts"]) for row in judged.cities.to_pylist()] == [
        ("Ashford", 2),
        ("Brill", 2),
    ]
    assert [(row["GEOID"], row["city"]) for row in judged.tracts.to_pylist()] == [
        (A, "Ashford"),
        (B, "Ashford"),
        (B, "Brill"),
        (C, "Brill"),
    ]


def test_the_order_of_the_rows_changes_nothing(tract: Tract, write_tracts: WriteTracts, settings: Selection):
    rows = two_cities(tract)
    first, second = (
        judge_tracts(read_gentrification(write_tracts(order), settings), settings)
        for order in (rows, rows[::-1])
    )
    assert first.tracts.equals(second.tracts)
    assert first.thresholds.equals(second.thresholds)
    assert first.cities.equals(second.cities)


def test_tracts_in_no_city_count_in_the_thresholds_and_in_no_city(
    tract: Tract, write_tracts: WriteTracts, settings: Selection
):
    rows = [tract(A, "Ashford", median_income_00=10), tract(B, " ", median_income_00=20)]
    judged = judge_tracts(read_gentrification(write_tracts(rows), settings), settings)
    assert judged.thresholds["median_income"].to_pylist() == [14.0]
    assert judged.cities["tracts"].to_pylist() == [1]
    assert judged.tracts["city"].to_pylist() == ["Ashford", None]


def test_a_metro_area_without_a_number_has_no_threshold(
    tract: Tract, write_tracts: WriteTracts, settings: Selection
):
    rows = [tract(A, "Ashford", "N", median_home_value_00=0), tract(B, "Brill")]
    judged = judge_tracts(read_gentrification(write_tracts(rows), settings), settings)
    found = {row["metro_area"]: row for row in judged.thresholds.to_pylist()}
    assert [name for name, value in found["N"].items() if value is None] == [
        "median_home_value",
        "home_value_change",
    ]
    assert None not in found["M"].values()
    assert judged.cities["eligible"].to_pylist() == [0, 0]


def test_a_city_s_name_is_kept_as_it_is_spelled(tract: Tract, write_tracts: WriteTracts, settings: Selection):
    rows = [tract(A, "Años, O’Brien city (balance), Ohio")]
    judged = judge_tracts(read_gentrification(write_tracts(rows), settings), settings)
    assert judged.cities["city"].to_pylist() == ["Años, O’Brien city (balance), Ohio"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda rows: [row | {"metro_area": None if row["GEOID"] == C else "M"} for row in rows],
            f"column metro_area, row 4 (tract {C}): is empty; name the metro area, whose",
        ),
        (
            lambda rows: [row | {"city": None} for row in rows[:1]],
            "column city: names no city; write it for the tracts that are in one",
        ),
        (lambda rows: [*rows, rows[2]], f"column GEOID: {B} appears twice for Brill; keep one row"),
        (
            lambda rows: [*rows, rows[0] | {"GEOID": D, "city": None}, rows[0] | {"GEOID": D, "city": None}],
            f"column GEOID: {D} appears twice without a city; keep one row",
        ),
        (
            lambda rows: [*rows, rows[0] | {"city": None}],
            f"column city: {A} appears with a city and without one; remove the row without",
        ),
        (
            lambda rows: [{key: value for key, value in row.items() if key != "city"} for row in rows],
            "no column city; rename the column that holds it",
        ),
        (lambda rows: [row | {"GEOID": "1"} for row in rows], "column GEOID, row 1: '1' is not a GEOID"),
        (
            lambda rows: [row | {"median_income_00": "12k"} for row in rows],
            "column median_income_00, row 1: '12k' is not a number; write plain digits",
        ),
    ],
)
def test_bad_input_is_named_with_file_column_and_fix(
    tract: Tract, write_tracts: WriteTracts, settings: Selection, change: Any, said: str
):
    with pytest.raises(InputError) as error:
        read_gentrification(write_tracts(change(two_cities(tract))), settings)
    assert str(error.value).startswith(f"census/gentrification.csv: {said}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("numbers", "column"),
    [
        ({"median_income_17": 999}, "median_income_17"),
        ({"total_population_25_over_00": None}, "total_population_25_over_00"),
        ({"metro_area": "N"}, "metro_area"),
    ],
)
def test_two_rows_of_a_tract_that_differ_are_named(
    tract: Tract, write_tracts: WriteTracts, settings: Selection, numbers: dict[str, Any], column: str
):
    with pytest.raises(InputError, match=f"column {column}: the rows of tract {B} differ; a tract in two"):
        read_gentrification(write_tracts(two_cities(tract, **numbers)), settings)


@pytest.mark.parametrize("name", ["gentrification.csv", "gentrification.parquet"])
@pytest.mark.parametrize(("setting", "suffix"), [("start", "_99"), ("end", "_19")])
def test_a_missing_column_names_the_setting_and_the_suffixes_that_are_there(
    tract: Tract, write_tracts: WriteTracts, name: str, setting: str, suffix: str
):
    years = {"start": "_00", "end": "_17"} | {setting: suffix}
    with pytest.raises(InputError) as error:
        read_gentrification(write_tracts([tract(A, "Ashford")], name), Selection.model_validate(years))
    assert str(error.value) == (
        f"census/{name}: no column total_population{suffix}; add it, or correct selection.{setting} in "
        f"investigation.toml, which is '{suffix}' (the suffixes in the file are _00, _17)"
    )


def test_a_file_of_other_columns_and_one_year_twice_are_named(
    tract: Tract, write_tracts: WriteTracts, settings: Selection
):
    other = [{"GEOID": A, "metro_area": "M", "city": "Ashford", "income": 3}]
    with pytest.raises(
        InputError, match="no column of the file begins with total_population or another measure"
    ):
        read_gentrification(write_tracts(other), settings)
    with pytest.raises(
        InputError, match=r"^investigation.toml: selection.start and selection.end are both '_00'"
    ):
        read_gentrification(write_tracts([tract(A, "Ashford")]), settings.model_copy(update={"end": "_00"}))


def test_tables_are_in_the_schema_s_form(tract: Tract, write_tracts: WriteTracts, settings: Selection):
    judged = judge_tracts(read_gentrification(write_tracts(two_cities(tract)), settings), settings)
    assert judged.tracts.schema.field("eligible").type == pa.bool_()
    assert judged.cities.schema.field("gentrified").type == pa.int64()
    assert judged.thresholds.column_names[0] == "metro_area"
