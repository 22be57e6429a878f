"""Population, income and the lists of cities, as people hand them in."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from tasks.census.read import read_acs, read_census, read_city_tracts
from tasks.rows.results import InputFile

ACS = "GEOID,NAME,B01003_001E,B19013_001E\n6037101110,A,4283,70677\n06037101122,B,0,-666666666\n"
LISTS = 'city,GEOID\n"Los Angeles city, California",6037101110\n"Burbank city, California",06037101110\n'

FIGURES = ["GEOID", "population", "income"]


@pytest.fixture
def acs(tmp_path: Path) -> Path:
    path = tmp_path / "acs.csv"
    path.write_text(ACS)
    return path


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    path = tmp_path / "city_tracts.csv"
    path.write_text(LISTS)
    return path


def test_the_sentinel_is_missing_and_lost_zeros_are_back(acs: Path):
    assert read_acs(acs, "census/acs.csv").select(FIGURES).to_pylist() == [
        {"GEOID": "06037101110", "population": 4283, "income": 70677.0},
        {"GEOID": "06037101122", "population": 0, "income": None},
    ]


def test_csv_with_a_byte_order_mark_and_parquet_say_the_same(acs: Path, tmp_path: Path):
    expected = read_acs(acs, "a")
    marked = tmp_path / "marked.csv"
    marked.write_bytes(codecs.BOM_UTF8 + ACS.encode())
    assert read_acs(marked, "a").equals(expected)
    for kind, ids in ((pa.int64(), [6037101110, 6037101122]), (pa.float64(), [6037101110.0, 6037101122.0])):
        path = tmp_path / "acs.parquet"
        table = pa.table(
            {
                "GEOID": pa.array(ids, kind),
                "B01003_001E": [4283, 0],
                "B19013_001E": [70677, -666666666],
            }
        )
        pq.write_table(table, path)
        assert read_acs(path, "a").equals(expected)


@pytest.mark.parametrize("written", ["-666666666", "-999999999", "-222222222", "-1", ""])
def test_every_sentinel_of_the_census_is_missing(tmp_path: Path, written: str):
    path = tmp_path / "acs.csv"
    path.write_text(f"GEOID,B01003_001E,B19013_001E\n06037101110,{written},{written}\n")
    assert read_acs(path, "a").select(FIGURES).to_pylist() == [
        {"GEOID": "06037101110", "population": None, "income": None}
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "place,B01003_001E,B19013_001E\n1,2,3\n",
            "no column GEOID; rename the column that holds it (there are place, B01003_001E, B19013_001E)",
        ),
        (
            "GEOID,B01003_001E\n06037101110,3\n",
            "no column B19013_001E; download the table B19013 for the same tracts, or rename the column that "
            "holds it (there are GEOID, B01003_001E)",
        ),
        ("GEOID,GEOID,B01003_001E,B19013_001E\n1,1,2,3\n", "two columns are called GEOID"),
        ("GEOID,B01003_001E,B19013_001E\n603710111,2,3\n", "column GEOID, row 1: '603710111' is not a GEOID"),
        (
            'GEOID,B01003_001E,B19013_001E\n06037101110,2,3\n06037101120,2,"over 250,000"\n',
            "column B19013_001E, row 2: 'over 250,000' is not a number; write plain digits with a decimal",
        ),
        ("GEOID,B01003_001E,B19013_001E\n06037101110,2.5,3\n", "column B01003_001E holds fractions"),
        (
            "GEOID,B01003_001E,B19013_001E\n06037101110,2,3\n6037101110,2,3\n",
            "column GEOID: 06037101110 appears twice; keep one row per tract",
        ),
        (
            "GEOID,B01003_001E,B19013_001E\n06037101110,2,3,4\n",
            "a row has 4 fields instead of 3; put quotes around",
        ),
        ("", "is empty"),
    ],
)
def test_what_is_wrong_in_the_census_is_one_line_with_the_fix(tmp_path: Path, text: str, said: str):
    path = tmp_path / "acs.csv"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_acs(path, "census/acs.csv")
    assert str(error.value).startswith("census/acs.csv: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str):
    path = tmp_path / "city_tracts.csv"
    path.write_bytes("city,GEOID\nLa Cañada,06037101110\n".encode(encoding))
    found = read_city_tracts(path, "census/city_tracts.csv")
    assert found.to_pylist() == [{"city": "La Cañada", "GEOID": "06037101110"}]


def test_the_content_counts_and_not_the_name(tmp_path: Path):
    for name in ("acs.csv", "acs.parquet"):
        (tmp_path / name).write_text(ACS)
    assert read_acs(tmp_path / "acs.parquet", "a").equals(read_acs(tmp_path / "acs.csv", "b"))


def test_a_column_of_another_type_is_reported(tmp_path: Path):
    path = tmp_path / "acs.parquet"
    pq.write_table(pa.table({"GEOID": ["06037101110"], "B01003_001E": [True], "B19013_001E": [1]}), path)
    with pytest.raises(InputError, match="column B01003_001E holds bool, not numbers"):
        read_acs(path, "census/acs.parquet")


def test_a_tract_may_be_in_two_cities_and_a_pair_counts_once(lists: Path):
    lists.write_text(LISTS + '"Los Angeles city, California",06037101110\n')
    assert read_city_tracts(lists, "a").to_pylist() == [
        {"city": "Burbank city, California", "GEOID": "06037101110"},
        {"city": "Los Angeles city, California", "GEOID": "06037101110"},
    ]


def test_a_row_without_a_city_is_reported(lists: Path):
    lists.write_text(LISTS + ",06037101110\n")
    with pytest.raises(InputError, match="column city, row 3: is empty"):
        read_city_tracts(lists, "census/city_tracts.csv")


def test_the_census_has_only_the_examined_cities_and_the_hashes_of_its_files(acs: Path, lists: Path):
    census = read_census(
        ("census/acs.csv", acs), ("census/city_tracts.csv", lists), ["Burbank city, California"]
    )
    assert census.cities["city"].to_pylist() == ["Burbank city, California"]
    assert census.tracts.num_rows == 2
    assert census.files == tuple(
        InputFile(f"census/{path.name}", hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
        for path in (acs, lists)
    )
    everything = read_census(("census/acs.csv", acs), ("census/city_tracts.csv", lists), None)
    assert everything.cities.num_rows == 2


def test_a_city_that_no_list_has_is_reported_with_the_nearest(acs: Path, lists: Path):
    with pytest.raises(InputError) as error:
        read_census(("census/acs.csv", acs), ("census/city_tracts.csv", lists), ["Los Angeles, California"])
    assert str(error.value) == (
        "investigation.toml: cities.include: no list has the city 'Los Angeles, California'; "
        "did you mean 'Los Angeles city, California'?"
    )
    with pytest.raises(InputError, match=r"'Zz'; add its tracts to census/city_tracts.csv"):
        read_census(("census/acs.csv", acs), ("census/city_tracts.csv", lists), ["Zz"])


def test_no_city_at_all_is_reported(acs: Path, lists: Path):
    with pytest.raises(InputError, match=r"cities.include: names no city"):
        read_census(("census/acs.csv", acs), ("census/city_tracts.csv", lists), [])


def test_the_real_census_and_lists_are_read_whole(real: Path):
    census = read_census(
        ("census/acs.parquet", real / "acs.parquet"),
        ("census/city_tracts.parquet", real / "city_tracts.parquet"),
        None,
    )
    assert census.tracts.num_rows == 73_056
    assert census.tracts["income"].null_count == 1_023
    assert census.tracts["income_top_coded"].to_pylist().count(True) == 113
    assert census.cities.num_rows == 13_115
    assert len(census.cities["city"].unique()) == 50
    assert len(census.cities["GEOID"].unique()) == 13_107
