"""LTDB and the American Community Survey, as they are downloaded."""

from __future__ import annotations

import codecs
from pathlib import Path

import pyarrow as pa
import pytest

from data.errors import InputError
from tasks.selection.ltdb_files import read_acs_tables, read_ltdb, to_numbers
from tasks.selection.ltdb_sources import ACS_COLUMNS, FULL_COUNT, SAMPLE, Download, identify
from tests.tasks.selection.ltdb_downloads import SURVEY, census_table, full_count, sample, survey_tables


def stored(folder: Path, content: bytes | str, name: str = "a.csv") -> Download:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return identify(path, f"census/sources/{name}")


def tables(folder: Path) -> list[Download]:
    return [stored(folder, text, name) for name, text in survey_tables().items()]


def test_the_full_count_gives_the_population_and_lost_zeros_are_back(tmp_path: Path):
    found = read_ltdb(stored(tmp_path, full_count()), FULL_COUNT)
    assert found.column_names == ["GEOID", "total_population"]
    assert dict(zip(*found.to_pydict().values(), strict=True)) == {
        "01001020100": 1920.974695,
        "06001400100": 3000.0,
        "06001400200": 400.0,
        "06001999900": 12.0,
        "06013300100": 2500.5,
        "06999000100": 700.0,
    }
    assert found["GEOID"].to_pylist() == sorted(found["GEOID"].to_pylist())


def test_the_sample_gives_the_rest_and_a_blank_is_missing(tmp_path: Path):
    rows = read_ltdb(stored(tmp_path, sample()), SAMPLE).to_pylist()
    assert rows[0] == {
        "GEOID": "01001020100",
        "total_population_25_over": 1226.983887,
        "educational_attainment": 191.997467,
        "median_income": 36685.0008,
        "median_home_value": 76600.00185,
    }
    assert set({row["GEOID"]: row for row in rows}["06001999900"].values()) == {"06001999900", None}


def test_columns_of_ltdb_are_known_in_any_case_and_order(tmp_path: Path):
    text = "pop00,county,trtid10\n5.5,Doña Ana County,1001020100\n-999,x,1001020200\n"
    found = read_ltdb(stored(tmp_path, codecs.BOM_UTF8 + text.encode("latin-1")), FULL_COUNT)
    assert found["total_population"].to_pylist() == [5.5, None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "TRTID10,AG25UP00,COL00,MHMVAL00\n1001020100,1,1,1\n",
            "no column HINC00; rename the column that holds it (there are TRTID10, AG25UP00, COL00, "
            "MHMVAL00)",
        ),
        (
            "TRTID10,AG25UP00,COL00,HINC00,MHMVAL00\n1001020100,1,1,1,1\n100102020,1,1,1,1\n",
            "column TRTID10, row 2: '100102020' is not a GEOID",
        ),
        (
            "TRTID10,AG25UP00,COL00,HINC00,MHMVAL00\n1001020100,1,1,1,1\n1001020200,1,many,1,1\n",
            "column COL00, row 2: 'many' is not a number; download the file again",
        ),
        (
            "TRTID10,AG25UP00,COL00,HINC00,MHMVAL00\n1001020100,1,1,1,1\n01001020100,1,1,1,1\n",
            "01001020100 appears twice with TRTID10; keep one row per tract",
        ),
        ("TRTID10,AG25UP00,COL00,HINC00,MHMVAL00\n1001020100,1,1\n", "a row has 3 fields instead of 5"),
        ("TRTID10,COL00,COL00,AG25UP00,HINC00,MHMVAL00\n1,1,1,1,1,1\n", "two columns are called COL00"),
    ],
)
def test_what_is_wrong_in_ltdb_is_one_line_with_the_fix(tmp_path: Path, text: str, said: str):
    with pytest.raises(InputError) as error:
        read_ltdb(stored(tmp_path, text), SAMPLE)
    assert str(error.value).startswith("census/sources/a.csv: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_the_survey_is_read_as_data_census_gov_gives_it(tmp_path: Path):
    found = read_acs_tables(tables(tmp_path))
    assert found.column_names == ["GEOID", *ACS_COLUMNS]
    rows = {row.pop("GEOID"): tuple(row.values()) for row in found.to_pylist()}
    assert list(rows) == sorted(SURVEY)
    assert rows == {
        "01001020100": (2000.0, 1300.0, 300.0, 41000.0, 120000.0),
        "06001400100": (3100.0, 2100.0, 1000.0, 250001.0, 2000001.0),
        "06001400200": (0.0, 0.0, 0.0, None, None),
        "06013300100": (2600.0, 1700.0, 10.0, 2499.0, None),
        "06013300200": (900.0, 600.0, 100.0, 52000.0, 310000.0),
        "06999000100": (710.0, 505.0, 53.0, 31000.0, 99000.0),
    }


def test_a_plain_file_with_geoids_says_the_same(tmp_path: Path):
    expected = read_acs_tables(tables(tmp_path))
    columns = ["B01003_001E", "B15002_001E", "B15011_001E", "B19013_001E", "B25077_001E"]
    lines = [",".join(["NAME", "GEOID", *columns])]
    for row in expected.to_pylist():
        geoid, *numbers = row.values()
        given = [-666666666 if number is None else int(number) for number in numbers]
        lines.append(",".join(map(str, ["x", int(geoid), *given])))
    assert read_acs_tables([stored(tmp_path, "\n".join(lines), "plain.csv")]).equals(expected)


def test_the_other_tables_of_education_say_the_same(tmp_path: Path):
    expected = read_acs_tables(tables(tmp_path))
    men_and_women = ["B15002_001E", *ACS_COLUMNS["educational_attainment"][1]]
    text = census_table(
        men_and_women, {tract: [row[1], *row[2], 0, 0, 0, 0] for tract, row in SURVEY.items()}
    )
    files = [file for file in tables(tmp_path) if "B15003" not in file.label]
    assert read_acs_tables([*files, stored(tmp_path, text, "men_and_women.csv")]).equals(expected)


def test_a_table_may_be_in_one_file_per_state_and_in_any_order(tmp_path: Path):
    expected = read_acs_tables(tables(tmp_path))
    files = []
    for state in ("06", "01"):
        of_state = {tract: row for tract, row in reversed(SURVEY.items()) if tract.startswith(state)}
        files += [stored(tmp_path, text, f"{state}-{name}") for name, text in survey_tables(of_state).items()]
    assert read_acs_tables(files).equals(expected)


def test_tables_of_different_tracts_are_an_error_with_the_first_tract(tmp_path: Path):
    files = tables(tmp_path)
    fewer = {tract: [1] for tract in sorted(SURVEY)[:4]}
    files[2] = stored(tmp_path, census_table(["B19013_001E"], fewer), "income.csv")
    with pytest.raises(InputError) as error:
        read_acs_tables(files)
    assert str(error.value) == (
        "census/sources/income.csv: B19013_001E has no row for 2 tracts that B01003_001E has, the first is "
        "06013300200; download both tables for the same tracts"
    )
    files.append(stored(tmp_path, census_table(["B19013_001E"], {"06013300200": [1]}), "more.csv"))
    with pytest.raises(
        InputError, match=r"^census/sources/income.csv and 1 more: B19013_001E has no row for 1 "
    ):
        read_acs_tables(files)
    files.pop()
    more = {tract: [1] for tract in [*SURVEY, "48201100000"]}
    files[2] = stored(tmp_path, census_table(["B19013_001E"], more), "income.csv")
    with pytest.raises(InputError, match=r"B01003-Data.csv: B01003_001E has no row for 1 tracts that B19013"):
        read_acs_tables(files)


def test_a_tract_given_twice_is_an_error(tmp_path: Path):
    again = stored(tmp_path, census_table(["B25077_001E"], {"06001400100": [1]}), "again.csv")
    with pytest.raises(InputError) as error:
        read_acs_tables([*tables(tmp_path), again])
    assert str(error.value) == (
        "census/sources/ACSDT5Y2019.B25077-Data.csv, census/sources/again.csv: tract 06001400100 appears "
        "twice with B25077_001E; keep one row per tract"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "id,B01003_001E\n1,2\n",
            "no column GEOID or GEO_ID; rename the column that holds it (there are id, B",
        ),
        ("GEO_ID,B01003_001E\n0500000US06037,2\n", "column GEO_ID, row 1: '0500000US06037' names a county"),
        ("GEOID,B01003_001E\n06001400100,x\n", "column B01003_001E, row 1: 'x' is not a number"),
    ],
)
def test_what_is_wrong_in_a_table_of_the_survey_is_one_line(tmp_path: Path, text: str, said: str):
    with pytest.raises(InputError) as error:
        read_acs_tables([stored(tmp_path, text), *tables(tmp_path)[1:]])
    assert str(error.value).startswith("census/sources/a.csv: ")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", 12.0), (" 12.5 ", 12.5), ("4.48E-04", 0.000448), ("1,234", 1234.0), ("1,234,567", 1234567.0),
        ("250,000+", 250001.0), ("10,000-", 9999.0), ("0", 0.0), ("-1", None), ("-666,666,666", None),
        ("", None), (" ", None), ("-", None), ("(X)", None), ("N", None), (".", None), ("nan", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_the_census_writes_them(written: str, number: float | None):
    assert to_numbers(pa.chunked_array([[written]]), "a", "b").to_pylist() == [number]


@pytest.mark.parametrize("written", ["12 people", "1,23", "12,3456", "+", "--", "$5"])
def test_what_is_not_a_number_is_never_guessed(written: str):
    with pytest.raises(InputError, match=r"a: column b, row 2: .* is not a number"):
        to_numbers(pa.chunked_array([["1", written]]), "a", "b")
