"""Lists of cities in the layouts in which people have them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from tasks.census.city_lists import SCHEMA, read_city_lists
from tests.tasks.census.downloads import TRACTS

BRIGHTON = "Brighton city, Colorado"
THORNTON = "Thornton city, Colorado"


def read(*paths: Path) -> pa.Table:
    found = read_city_lists([(f"census/{path.name}", path) for path in paths]).cities
    assert found.schema == SCHEMA
    return found


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def pairs(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(table["city"].to_pylist(), table["GEOID"].to_pylist(), strict=True))


def refused(*paths: Path) -> str:
    with pytest.raises(InputError) as error:
        read(*paths)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("share", ["Share", "share_in_city"])
def test_a_row_per_city_and_tract_in_any_case_with_a_share(tmp_path: Path, share: str):
    text = f'City,geoid,{share}\n"{BRIGHTON}",1400000US{TRACTS[0]},0.25\n"{BRIGHTON}",{TRACTS[1]},\n'
    table = read(write(tmp_path / "city_tracts.csv", text))
    assert pairs(table) == [(BRIGHTON, TRACTS[0]), (BRIGHTON, TRACTS[1])]
    assert table["share"].to_pylist() == [0.25, None]
    path = tmp_path / "city_tracts.parquet"
    city = pa.array([BRIGHTON, BRIGHTON]).dictionary_encode()
    pq.write_table(pa.table({"city": city, "GEOID": pa.array([8001000100, 8001000200])}), path)
    assert pairs(read(path)) == pairs(table)


@pytest.mark.parametrize("wrong", ["1.5", "-0.1", "nan"])
def test_a_share_that_is_none_is_an_error(tmp_path: Path, wrong: str):
    path = write(tmp_path / "city_tracts.csv", f"city,GEOID,share\nA,{TRACTS[0]},{wrong}\n")
    assert "column share, row 1" in refused(path) or "is no number" in refused(path)


def test_a_column_of_geoids_per_city_of_any_length(tmp_path: Path):
    text = f'"{BRIGHTON}","{THORNTON}"\n1400000US{TRACTS[0]},8001000301\n{TRACTS[1]},\n,\n'
    found = read_city_lists([("census/wide.csv", write(tmp_path / "wide.csv", text))])
    assert pairs(found.cities) == [(BRIGHTON, TRACTS[0]), (BRIGHTON, TRACTS[1]), (THORNTON, TRACTS[2])]
    assert [str(words) for words in found.words] == [
        "census/wide.csv: list of cities (a column per city), 2 cities, 3 rows"
    ]
    numbered = f'"","{BRIGHTON}"\n"1",{TRACTS[0]}\n"2",{TRACTS[1]}\n'
    assert pairs(read(write(tmp_path / "r.csv", numbered))) == [(BRIGHTON, TRACTS[0]), (BRIGHTON, TRACTS[1])]


REPORTER = 'geoid,name,B19013001,"B19013001, Error"\n'


def reporter(place: str) -> str:
    rows = "".join(f'14000US{geoid},"Census Tract, Adams, CO",31000,4120\n' for geoid in TRACTS[:2])
    return REPORTER + rows + place


def test_census_reporter_names_the_city_in_its_row_or_the_file_does(tmp_path: Path):
    named = write(
        tmp_path / "acs2019_5yr_B19013_14000US08.csv", reporter('16000US0808675,"Brighton, CO",60000,9\n')
    )
    assert pairs(read(named)) == [("Brighton, CO", TRACTS[0]), ("Brighton, CO", TRACTS[1])]
    by_file = write(tmp_path / f"{THORNTON}.csv", reporter('05000US08001,"Adams County, CO",60000,9\n'))
    assert pairs(read(by_file)) == [(THORNTON, TRACTS[0]), (THORNTON, TRACTS[1])]
    assert len(read(named, by_file)) == 4


def test_tracts_of_which_no_city_is_named_are_an_error_that_says_how_to_name_it(tmp_path: Path):
    path = write(tmp_path / "acs2019_5yr_B19013_14000US08.csv", reporter(""))
    assert "does not say which city's tracts these are; name the file after the city" in refused(path)
    two = '16000US0808675,"Brighton, CO",60000,9\n16000US0877290,"Thornton, CO",70000,9\n'
    assert "names 2 cities (Brighton, CO, Thornton, CO) and does not say whose tract is whose" in refused(
        write(tmp_path / "two.csv", reporter(two))
    )


def test_what_is_no_list_is_one_line(tmp_path: Path):
    assert "no column city" in refused(write(tmp_path / "a.csv", "name,tract\nA,1\n"))
    assert "no column GEOID" in refused(write(tmp_path / "a.csv", "city,tract_name\nA,1\n"))
    assert "column city, row 2: is empty" in refused(
        write(tmp_path / "a.csv", f"city,GEOID\nA,{TRACTS[0]}\n ,{TRACTS[0]}\n")
    )
    assert "names a block group, not a tract" in refused(
        write(tmp_path / "a.csv", "city,GEOID\nA,080010001001\n")
    )
    assert "column A, row 1: '080010001001' names a block group" in refused(
        write(tmp_path / "a.csv", "A,B\n080010001001,080010001002\n")
    )
    text = f"city,GEOID,share\nA,{TRACTS[0]},0.5\nA,{TRACTS[0]},0.7\n"
    assert "08001000100 appears twice in 'A', with two shares; keep one row" in refused(
        write(tmp_path / "a.csv", text)
    )


def test_codes_of_state_county_and_tract_beside_the_city(tmp_path: Path):
    path = write(tmp_path / "a.csv", "city,state,county,tract\nA,8,1,100\nA,08,001,000200\n")
    assert pairs(read(path)) == [("A", TRACTS[0]), ("A", TRACTS[1])]


def test_every_form_of_a_file(tmp_path: Path):
    expected = [("Cañon City", TRACTS[0])]
    text = f"city;GEOID\nCañon City;{TRACTS[0]}\n"
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "cp1252", "utf-16")):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(text.encode(encoding))
        assert pairs(read(path)) == expected, encoding
    path = tmp_path / "a.json"
    path.write_text(f'[{{"city": "Cañon City", "GEOID": "{TRACTS[0]}"}}]', encoding="utf-8")
    assert pairs(read(path)) == expected


def test_the_file_of_the_cases(real: Path):
    path = real.parent / "cases" / "files" / "city-tracts-wide.csv"
    if not path.is_file():
        pytest.skip(f"no cases at {path.parent}")
    tracts = ["000100", "000200", "000301", "000302", "000400", "000500", "000600", "000701", "000702",
              "000800", "000900", "001000"]  # fmt: skip
    cities = [BRIGHTON] * 6 + [THORNTON] * 6
    assert pairs(read(path)) == [(city, f"08001{tract}") for city, tract in zip(cities, tracts, strict=True)]
