"""Tables of the American Community Survey in the layouts in which people have them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from tasks.census.acs import SCHEMA, read_acs, read_acs_files
from tests.tasks.census.downloads import (
    CODEBOOK,
    DATA,
    INCOMES,
    PEOPLE,
    TRACTS,
    api,
    download,
    table_of,
)

EXPECTED = [
    {"GEOID": "08001000100", "population": 1500, "income": 31000.0},
    {"GEOID": "08001000200", "population": 1637, "income": None},
    {"GEOID": "08001000301", "population": 1774, "income": 250001.0},
]
FIGURES = ["GEOID", "population", "income"]


def read(*paths: Path) -> tuple[pa.Table, str]:
    """The table, and what was recognised."""
    found = read_acs_files([(f"census/{path.name}", path) for path in paths])
    assert found.tracts.schema == SCHEMA
    return found.tracts, "; ".join(each.words for each in found.words)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def refused(*paths: Path) -> str:
    with pytest.raises(InputError) as error:
        read(*paths)
    said = str(error.value)
    assert said.startswith("census/")
    assert "\n" not in said
    return said


def test_two_downloads_of_the_bureau_are_put_together(tmp_path: Path):
    people = download(tmp_path / "ACSDT5Y2019.B01003_2024-05-01T101010.zip", "B01003", list(map(str, PEOPLE)))
    income = download(tmp_path / "ACSDT5Y2019.B19013_2024-05-01T101011.zip", "B19013", INCOMES)
    table, words = read(people, income)
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert table["population_moe"].to_pylist() == [211, 211, 211]
    assert table["income_moe"].to_pylist() == [211, 211, 211]
    assert table["income_top_coded"].to_pylist() == [False, False, True]
    assert (
        words == "data.census.gov table, 2019 5-year, 3 tracts; data.census.gov table, 2019 5-year, 3 tracts"
    )
    assert read(income, people)[0].equals(table)


def test_one_zip_with_both_tables_and_the_names_of_before_2022(tmp_path: Path):
    path = tmp_path / "productDownload_2021-10-16T122117.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for code, values in (("B01003", list(map(str, PEOPLE))), ("B19013", INCOMES)):
            name = f"ACSDT5Y2017.{code}"
            archive.writestr(f"{name}_data_with_overlays_2021-10-16T122109.csv", table_of(code, values, 2017))
            archive.writestr(f"{name}_metadata_2021-10-16T122109.csv", '"GEO_ID","id"\n')
            archive.writestr(f"{name}_table_title_2021-10-16T122109.txt", "")
    table, words = read(path)
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert words == "data.census.gov table, 2017 5-year, 3 tracts"


@pytest.mark.parametrize("year", range(2009, 2024))
def test_every_year_of_the_bureau_is_told_from_the_name_or_the_label(tmp_path: Path, year: int):
    people = download(tmp_path / "people.zip", "B01003", list(map(str, PEOPLE)), year)
    income = write(tmp_path / "income.csv", table_of("B19013", INCOMES, year))
    table, words = read(people, income)
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert words.count(f"{year} 5-year") == 2


def test_american_factfinder(tmp_path: Path):
    head = (
        "GEO.id,GEO.id2,GEO.display-label,HD01_VD01,HD02_VD01\nId,Id2,Geography,{},Margin of Error; Total\n"
    )
    for code, label, values in (
        ("B01003", "Estimate; Total", list(map(str, PEOPLE))),
        ("B19013", DATA.replace("!!", "; "), ["31,000", "-", "250,000+"]),
    ):
        rows = "".join(
            f'1400000US{geoid},{geoid},"Census Tract 1, Adams County, Colorado","{value}",211\n'
            for geoid, value in zip(TRACTS, values, strict=True)
        )
        with zipfile.ZipFile(tmp_path / f"{code}.zip", "w") as archive:
            archive.writestr(f"ACS_17_5YR_{code}_with_ann.csv", head.format(label) + rows)
            archive.writestr(f"ACS_17_5YR_{code}_metadata.csv", "GEO.id,Id\n")
            archive.writestr("aff_download_readme_ann.txt", "Read me")
    table, words = read(tmp_path / "B01003.zip", tmp_path / "B19013.zip")
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert table["income_moe"].to_pylist() == [211, 211, 211]
    assert words.startswith("American FactFinder table, 2017 5-year, 3 tracts")


def answer(folder: Path) -> Path:
    columns = ["NAME", "B01003_001E", "B01003_001M", "B19013_001E", "state", "county", "tract"]
    incomes = ["31000", "-666666666", "250001"]
    rows = [
        [
            f"Census Tract {geoid}, Adams County, Colorado",
            str(people),
            "-555555555",
            income,
            "08",
            "001",
            geoid[5:],
        ]
        for geoid, people, income in zip(TRACTS, PEOPLE, incomes, strict=True)
    ]
    return api(folder / "acs.json", columns, rows)


def test_an_answer_of_the_api_whatever_it_is_called(tmp_path: Path):
    path = answer(tmp_path)
    table, words = read(path)
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert table["population_moe"].null_count == 3
    assert words == "Census API table, JSON, 3 tracts"
    assert read(path.rename(tmp_path / "acs.csv"))[0].equals(table)
    numbers = [
        [int(cell) if cell.lstrip("-").isdecimal() else cell for cell in row]
        for row in json.loads((tmp_path / "acs.csv").read_text())
    ]
    (tmp_path / "numbers.json").write_text(json.dumps(numbers))
    assert read(tmp_path / "numbers.json")[0].equals(table)


def test_a_spreadsheet_s_csv_of_the_api_with_brackets_and_without_zeros(tmp_path: Path):
    path = write(tmp_path / "acs.csv", '"[[""B01003_001E""",B19013_001E,state,county,tract],\n'
                 "[1500,31000,8,1,100],\n[1637,-666666666,8,1,200],\n[1774,250001,8,1,301],\n")  # fmt: skip
    assert read(path)[0].select(FIGURES).to_pylist() == EXPECTED


def test_the_api_s_group_has_a_geo_id_beside_state_county_and_tract(tmp_path: Path):
    path = write(tmp_path / "acs.csv", "GEO_ID,NAME,B01003_001E,B19013_001E,state,county,tract\n" + "".join(
        f'1400000US{geoid},"Tract, Adams",{people},{income},08,001,{geoid[5:]}\n'
        for geoid, people, income in zip(TRACTS, PEOPLE, ["31000", "", "250001"], strict=True)))  # fmt: skip
    assert read(path)[0].select(FIGURES).to_pylist() == EXPECTED


REPORTER = 'geoid,name,B01003001,"B01003001, Error",B19013001,"B19013001, Error"\n'


def reporter(tmp_path: Path, *, first: bool) -> Path:
    rows = [
        f'14000US{geoid},"Census Tract {geoid}, Adams, CO",{people},211,{income},4120\n'
        for geoid, people, income in zip(TRACTS, PEOPLE, ["31000", "", "250001"], strict=True)
    ]
    more = ['05000US08001,"Adams County, CO",27042,0,71202,900\n', "04000US08,Colorado,5610349,0,72331,300\n"]
    return write(tmp_path / "acs2019_5yr_B01003_14000US08001000100.csv", REPORTER + "".join(
        [*more, *rows] if first else [*rows, *more]))  # fmt: skip


@pytest.mark.parametrize("first", [True, False])
def test_census_reporter_passes_over_the_rows_of_the_county_and_the_state(tmp_path: Path, first: bool):
    path = reporter(tmp_path, first=first)
    table, words = read(path)
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert table["income_moe"].to_pylist() == [4120, 4120, 4120]
    assert words == "Census Reporter table, 2019 5-year, 3 tracts, passed over: 1 county, 1 state"
    with zipfile.ZipFile(tmp_path / "acs.zip", "w") as archive:
        archive.writestr(f"{path.stem}/{path.name}", path.read_bytes())
        archive.writestr(f"{path.stem}/metadata.json", '{"release": {"name": "ACS 2019 5-year"}}')
    assert read(tmp_path / "acs.zip")[0].equals(table)


LONG = "GEOID,NAME,variable,estimate,moe\n"


def test_tidycensus_long_with_the_row_numbers_of_r(tmp_path: Path):
    lines = []
    for geoid, people, income in zip(TRACTS, PEOPLE, ["31000", "NA", "250001"], strict=True):
        lines += [f"{geoid},T,B01003_001,{people},211", f"{geoid},T,B19013_001,{income},NA",
                  f"{geoid},T,B19025_001,99999999999,3"]  # fmt: skip
    plain = write(tmp_path / "a.csv", LONG + "\n".join(lines) + "\n")
    table, words = read(plain)
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert table["population_moe"].to_pylist() == [211, 211, 211]
    assert words == "tidycensus table (long), 3 tracts"
    quoted = [f'"{at}",{line}' for at, line in enumerate(lines, 1)]
    numbered = write(tmp_path / "b.csv", f'"",{LONG}' + "\n".join(quoted) + "\n")
    assert read(numbered)[0].equals(table)
    lost = write(tmp_path / "c.csv", LONG + "\n".join(line.removeprefix("0") for line in lines) + "\n")
    assert read(lost)[0].equals(table)


def test_tidycensus_long_names_the_row_that_is_wrong_and_the_variables_that_are_there(tmp_path: Path):
    rows = f"{TRACTS[0]},T,B01003_001,1500,1\n{TRACTS[0]},T,B19013_001,about,1\n"
    assert "column estimate, row 2: 'about' is not a number" in refused(
        write(tmp_path / "a.csv", LONG + rows)
    )
    twice = f"{TRACTS[0]},T,B01003_001,1500,1\n" * 2
    assert "08001000100 appears twice" in refused(write(tmp_path / "a.csv", LONG + twice))
    own = f"{TRACTS[0]},T,population,1500,1\n{TRACTS[0]},T,income,3,1\n"
    assert refused(write(tmp_path / "a.csv", LONG + own)) == (
        "census/a.csv: column variable names neither B01003_001 (total population) nor B19013_001 (median "
        "household income); write these names into it (there are income, population)"
    )


def test_tidycensus_wide_with_the_bureau_s_names_and_with_one_s_own(tmp_path: Path):
    rows = "".join(
        f'"{at}","{geoid}","Census Tract 1, Adams",{people},211,{income},4120\n'
        for at, (geoid, people, income) in enumerate(
            zip(TRACTS, PEOPLE, ["31000", "NA", "250001"], strict=True), 1
        )
    )
    wide = '"","GEOID","NAME","B01003_001E","B01003_001M","B19013_001E","B19013_001M"\n'
    table, words = read(write(tmp_path / "acs.csv", wide + rows))
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert words == "tidycensus table (wide), 3 tracts"
    own = '"","GEOID","NAME","populationE","populationM","medincomeE","medincomeM"\n'
    assert refused(write(tmp_path / "acs.csv", own + rows)).startswith(
        "census/acs.csv: no column B01003_001E (total population); if 'populationE' is meant, rename it to "
        "B01003_001E (there are GEOID, NAME, populationE"
    )


NHGIS = "GISJOIN,YEAR,STATE,STATEA,COUNTYA,TRACTA,GEOID,NAME_E,{0}E001,{1}E001,NAME_M,{0}M001,{1}M001\n"
NHGIS_LABELS = (
    "GIS Join Match Code,Data File Year,State Name,State Code,County Code,Census Tract Code,"
    "Geographic Identifier,Area Name,Estimates: Total,Estimates: Median household income in the past 12 "
    "months (in 2019 inflation-adjusted dollars),Area Name,Margins of error: Total,"
    "Margins of error: Median household income\n"
)


def nhgis(codes: tuple[str, str], *, labels: bool, year: int = 2019) -> str:
    rows = "".join(
        f'G0800010{geoid[5:]},2015-2019,Colorado,08,001,{geoid[5:]},14000US{geoid},"Tract",{people},{income},"Tract",'
        "211,4120\n"
        for geoid, people, income in zip(TRACTS, PEOPLE, ["31000", "", "250001"], strict=True)
    )
    return NHGIS.format(*codes) + (NHGIS_LABELS.replace("2019", str(year)) if labels else "") + rows


KNOWN = [
    (2009, "RK9", "RNH"), (2010, "JMA", "JOI"), (2011, "MNT", "MP1"), (2012, "QSP", "QU1"),
    (2013, "UEP", "UHD"),
    (2014, "ABA1", "ABDP"), (2015, "ADKW", "ADNK"), (2016, "AF2L", "AF49"), (2017, "AHY1", "AH1P"),
    (2018, "AJWM", "AJZA"), (2019, "ALUB", "ALW1"), (2020, "AMPV", "AMR8"), (2021, "AON4", "AOQI"),
    (2022, "AQNF", "AQP6"), (2023, "ASN1", "ASQP"),
]  # fmt: skip


@pytest.mark.parametrize(("year", "people", "income"), KNOWN)
@pytest.mark.parametrize("labels", [True, False])
def test_nhgis_by_the_codes_that_are_known(tmp_path: Path, year: int, people: str, income: str, labels: bool):
    text = nhgis((people, income), labels=labels, year=year)
    table, words = read(write(tmp_path / "nhgis0001_csv.csv", text))
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert table["income_moe"].to_pylist() == [4120, 4120, 4120]
    assert words == f"NHGIS table, {year} 5-year, 3 tracts"


@pytest.mark.parametrize("labels", [True, False])
def test_nhgis_with_the_margins_in_a_table_of_their_own(tmp_path: Path, labels: bool):
    whole = list(csv.reader(io.StringIO(nhgis(("ALUB", "ALW1"), labels=labels))))
    cut = whole[0].index("NAME_M")
    parts = {
        "E": [row[:cut] for row in whole],
        "M": [row[:8] + row[cut:] for row in whole],
    }
    for part, rows in parts.items():
        with (tmp_path / f"nhgis0001_ds244_20195_tract_{part}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    paths = sorted(tmp_path.glob("*.csv"))
    table, words = read(*paths)
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert table["population_moe"].to_pylist() == [211, 211, 211]
    assert table["income_moe"].to_pylist() == [4120, 4120, 4120]
    assert words == "NHGIS table, 2019 5-year, 3 tracts; NHGIS table of margins of error"
    with zipfile.ZipFile(tmp_path / "nhgis0001_csv.zip", "w") as archive:
        for path in paths:
            archive.write(path, f"nhgis0001_csv/{path.name}")
    assert read(tmp_path / "nhgis0001_csv.zip")[0].equals(table)
    assert "none has total population" in refused(paths[1])


def test_a_zip_with_tables_of_counties_beside_those_of_tracts(tmp_path: Path):
    counties = "GISJOIN,YEAR,ALUBE001,ALW1E001\nG0800010,2015-2019,500000,70000\n"
    with zipfile.ZipFile(tmp_path / "nhgis0001_csv.zip", "w") as archive:
        archive.writestr("nhgis0001_csv/nhgis0001_ds244_20195_county.csv", counties)
        archive.writestr(
            "nhgis0001_csv/nhgis0001_ds244_20195_tract.csv", nhgis(("ALUB", "ALW1"), labels=True)
        )
    table, words = read(tmp_path / "nhgis0001_csv.zip")
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert words == "NHGIS table, 2019 5-year, 3 tracts, 1 other table not needed"
    with zipfile.ZipFile(tmp_path / "county.zip", "w") as archive:
        archive.writestr("nhgis0001_ds244_20195_county.csv", counties)
    assert "holds counties (1 row, the first is 'G0800010')" in refused(tmp_path / "county.zip")


def test_nhgis_by_the_codebook_in_its_zip_or_beside_it(tmp_path: Path):
    text = nhgis(("QQQ1", "QQQ2"), labels=False)
    with zipfile.ZipFile(tmp_path / "nhgis0001_csv.zip", "w") as archive:
        archive.writestr("nhgis0001_csv/nhgis0001_ds999_20305_tract.csv", text)
        archive.writestr("nhgis0001_csv/nhgis0001_ds999_20305_tract_codebook.txt", CODEBOOK)
        archive.writestr("nhgis0001_csv/nhgis0001_ds1_20305_other.csv", "GISJOIN,X1\nG08000100,1\n")
    table, words = read(tmp_path / "nhgis0001_csv.zip")
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert words.startswith("NHGIS table, 2030 5-year, 3 tracts")
    alone = write(tmp_path / "nhgis0001_ds999_20305_tract.csv", text)
    assert "whose codes the program does not know; put the codebook (…_codebook.txt)" in refused(alone)
    write(tmp_path / "nhgis0001_ds999_20305_tract_codebook.txt", CODEBOOK)
    assert read(alone)[0].equals(table)


SPELLED = [
    ("GEO_ID", "DP05_0001E", "DP03_0062E"),
    ("GEO_ID", "S0101_C01_001E", "S1901_C01_012E"),
    ("GEO_ID", "B01001_001E", "B19013_001E"),
    ("GEO_ID", "B01003_E001", "B19013_E001"),
    ("AFFGEOID", "B01003_001E", "B19013_001E"),
    ("geoid", "b01003_001e", "b19013_001e"),
    ("Geo_FIPS", "SE_A00001_001", "SE_A14006_001"),
    ("Geo_FIPS", "ACS19_5yr_B01003001", "ACS19_5yr_B19013001"),
]


@pytest.mark.parametrize("columns", SPELLED)
def test_profiles_subject_tables_summary_files_and_social_explorer(tmp_path: Path, columns: tuple[str, ...]):
    prefix = "" if columns[0] == "Geo_FIPS" else "1400000US"
    rows = "".join(
        f"{prefix}{geoid},{people},{income}\n"
        for geoid, people, income in zip(TRACTS, PEOPLE, ["31000", "", "250001"], strict=True)
    )
    path = write(tmp_path / "acs.csv", ",".join(columns) + "\n" + rows)
    assert read(path)[0].select(FIGURES).to_pylist() == EXPECTED
    pipes = write(tmp_path / "acsdt5y2021-b01003.dat", path.read_text().replace(",", "|"))
    assert read(pipes)[0].select(FIGURES).to_pylist() == EXPECTED


def test_a_second_header_that_calls_the_column_something_else_is_an_error(tmp_path: Path):
    text = table_of("B19013", INCOMES).replace("Median household income", "Mean household size")
    people = download(tmp_path / "b01003.zip", "B01003", list(map(str, PEOPLE)))
    assert "which is not median household income; download the table B19013" in refused(
        people, write(tmp_path / "b.csv", text)
    )


def test_files_that_disagree_are_an_error_that_names_both_and_files_that_agree_are_merged(tmp_path: Path):
    first = write(
        tmp_path / "a.csv", "GEOID,B01003_001E,B19013_001E\n08001000100,1500,31000\n08001000200,2,\n"
    )
    same = write(tmp_path / "b.csv", "GEOID,B01003_001E,B19013_001E\n08001000200,2,\n08001000301,3,5\n")
    table, _ = read(first, same)
    assert table["GEOID"].to_pylist() == TRACTS
    assert table["population"].to_pylist() == [1500, 2, 3]
    assert table["income"].to_pylist() == [31000, None, 5]
    other = write(tmp_path / "c.csv", "GEOID,B01003_001E,B19013_001E\n08001000100,1501,31000\n")
    assert refused(first, other) == (
        "census/a.csv and census/c.csv disagree: total population of 08001000100 is 1,500 and 1,501; "
        "leave one of the two there"
    )


def test_a_measure_that_no_file_has_is_named(tmp_path: Path):
    people = download(tmp_path / "b01003.zip", "B01003", list(map(str, PEOPLE)))
    more = write(tmp_path / "c.csv", "GEOID,B01003_001E\n08001000302,4\n")
    assert refused(people, more) == (
        "census/b01003.zip, census/c.csv: none has median household income (B19013_001E); download the table "
        "B19013 too, for the same tracts and years"
    )
    assert "no column B19013_001E" in refused(people)


GEOGRAPHIES = [
    ("080010001001,3,4\n080010001002,3,4\n", "holds block groups (2 rows, the first is '080010001001')"),
    ("1500000US080010001001,3,4\n", "holds block groups"),
    ("G08000100001001,3,4\n", "holds block groups"),
    ("08001,3,4\n08003,3,4\n", "holds counties or ZIP code areas (2 rows"),
    ("0500000US08001,3,4\n", "holds counties (1 row,"),
    ("8600000US80202,3,4\n", "holds ZIP code areas"),
    ("860Z200US80202,3,4\n", "holds ZIP code areas"),
    ("16000US0820000,3,4\n", "holds places"),
    ("08,3,4\n", "holds states"),
    ("8.001E+09,3,4\n", "'8.001E+09' is a GEOID that a spreadsheet has rounded; export it again"),
    ("Colorado,3,4\n08001000100,3,4\n", "row 1: 'Colorado' is not a GEOID"),
    (",3,4\n08001000100,3,4\n", "row 1: is missing"),
    ("", "has a header and no rows"),
]


@pytest.mark.parametrize(("rows", "said"), GEOGRAPHIES)
def test_other_geographies_are_an_error_that_says_which(tmp_path: Path, rows: str, said: str):
    assert said in refused(write(tmp_path / "acs.csv", "GEOID,B01003_001E,B19013_001E\n" + rows))


def test_block_groups_that_lost_their_zero_are_told_by_their_names(tmp_path: Path):
    text = 'GEOID,NAME,B01003_001E,B19013_001E\n80010001001,"Block Group 1, Census Tract 1, Adams",3,4\n'
    assert "holds block groups (the first is 'Block Group 1, Census Tract 1, Adams')" in refused(
        write(tmp_path / "acs.csv", text)
    )
    api_text = "B01003_001E,B19013_001E,state,county,tract,block group\n3,4,08,001,000100,1\n"
    assert "holds block groups" in refused(write(tmp_path / "acs.csv", api_text))
    counties = "B01003_001E,B19013_001E,state,county\n3,4,08,001\n"
    assert "holds counties" in refused(write(tmp_path / "acs.csv", counties))
    zips = "B01003_001E,B19013_001E,zip code tabulation area\n3,4,80202\n"
    assert "ZIP code areas" in refused(write(tmp_path / "acs.csv", zips))


FORMS: list[Callable[[str], str]] = [
    str, lambda geoid: f"1400000US{geoid}", lambda geoid: f"14000US{geoid}",
    lambda geoid: geoid.lstrip("0"), lambda geoid: f"{geoid.lstrip('0')}.0", lambda geoid: f" {geoid} ",
    lambda geoid: f"G{geoid[:2]}0{geoid[2:5]}0{geoid[5:]}",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_geoid_in_every_form(tmp_path: Path, form: Callable[[str], str]):
    rows = "".join(f"{form(geoid)},{people},\n" for geoid, people in zip(TRACTS, PEOPLE, strict=True))
    table, _ = read(write(tmp_path / "acs.csv", "GEOID,B01003_001E,B19013_001E\n" + rows))
    assert table["GEOID"].to_pylist() == TRACTS


def test_puerto_rico_and_rows_of_nothing_at_the_end(tmp_path: Path):
    text = "GEOID,B01003_001E,B19013_001E\n72001956300,4000,15000\n,,\n ,,\n"
    assert read(write(tmp_path / "acs.csv", text))[0]["GEOID"].to_pylist() == ["72001956300"]


def test_the_table_as_the_site_shows_it_is_an_error_that_says_what_to_choose(tmp_path: Path):
    text = (
        '"Label (Grouping)","Census Tract 1, Adams County, Colorado!!Estimate",'
        '"Census Tract 1, Adams County, Colorado!!Margin of Error"\n"Total","1,500","±211"\n'
    )
    assert "is the table as data.census.gov shows it" in refused(write(tmp_path / "acs.csv", text))


def test_parquet_of_any_types_and_only_its_columns_are_read(tmp_path: Path):
    path = tmp_path / "acs.parquet"
    table = pa.table(
        {
            "GEOID": pa.array([8001000100, 8001000200, 8001000301], pa.int64()),
            "B01003_001E": pa.array(PEOPLE, pa.int32()),
            "B19013_001E": pa.array(INCOMES),
            "nested": [[1], [2], [3]],
        }
    )
    pq.write_table(table, path)
    assert read(path)[0].select(FIGURES).to_pylist() == EXPECTED
    assert read_acs(path, "census/acs.parquet").equals(read(path)[0])


def both_tables() -> str:
    """Both tables of data.census.gov side by side."""
    people = table_of("B01003", list(map(str, PEOPLE))).splitlines()
    income = table_of("B19013", INCOMES).splitlines()
    head = people[0] + income[0].partition('"NAME",')[2]
    labels = people[1] + income[1].partition('Name",')[2]
    rows = [f'{one}"{value}","4120"' for one, value in zip(people[2:], INCOMES, strict=True)]
    return "\n".join([head.rstrip(","), labels.rstrip(","), *rows]) + "\n"


def in_long() -> str:
    lines = []
    for geoid, people, income in zip(TRACTS, PEOPLE, ["31000", "NA", "250001"], strict=True):
        lines += [
            f'{geoid},"T, Cañon",B01003_001,{people},211',
            f'{geoid},"T, Cañon",B19013_001,{income},4120',
        ]
    return LONG + "\n".join(lines) + "\n"


TEXTS = {
    "data.census.gov": both_tables,
    "NHGIS": lambda: nhgis(("ALUB", "ALW1"), labels=True),
    "tidycensus": in_long,
    "Census Reporter": lambda: REPORTER + "".join(
        f'14000US{geoid},"Census Tract, Adams, CO",{people},211,{income},4120\n'
        for geoid, people, income in zip(TRACTS, PEOPLE, ["31000", "", "250001"], strict=True)),
    "the API": lambda: "NAME,B01003_001E,B19013_001E,state,county,tract\n" + "".join(
        f'"Tract, Adams",{people},{income},8,1,{int(geoid[5:])}\n'
        for geoid, people, income in zip(TRACTS, PEOPLE, ["31000", "", "250001"], strict=True)),
}  # fmt: skip


def saved_as(form: str, path: Path, rows: list[list[str]]) -> Path:
    """A table in another form, as programs save it."""
    if form in {"semicolons", "tabs"}:
        mark, encoding = (";", "cp1252") if form == "semicolons" else ("\t", "utf-16")
        text = io.StringIO()
        csv.writer(text, delimiter=mark, lineterminator="\r\n").writerows(rows)
        path.write_bytes(text.getvalue().encode(encoding))
    elif form in {"gzip", "r"}:
        text = io.StringIO()
        numbered = [["" if not at else str(at), *row] for at, row in enumerate(rows)] if form == "r" else rows
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows(numbered)
        content = text.getvalue().encode()
        path.write_bytes(gzip.compress(content) if form == "gzip" else content)
    elif form == "parquet":
        pq.write_table(
            pa.table({name: [row[at] for row in rows[1:]] for at, name in enumerate(rows[0])}), path
        )
    else:
        path.write_text(json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]))
    return path


@pytest.mark.parametrize("form", ["semicolons", "tabs", "gzip", "r", "parquet", "json"])
@pytest.mark.parametrize("layout", TEXTS)
def test_every_layout_in_every_form(tmp_path: Path, layout: str, form: str):
    text = TEXTS[layout]().removeprefix("\ufeff")
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    table, _ = read(saved_as(form, tmp_path / f"acs.{form}", rows))
    assert table.select(FIGURES).to_pylist() == EXPECTED
    assert table["income_top_coded"].to_pylist() == [False, False, True]


CASES = {
    "acs-api.csv": "Census API table, 12 tracts",
    "acs-api.json": "Census API table, JSON, 12 tracts",
    "acs-data.census.gov.csv": "data.census.gov table, 2019 5-year, 12 tracts",
    "acs-censusreporter.csv": "Census Reporter table, 12 tracts, passed over: 1 county",
    "acs-tidycensus-long.csv": "tidycensus table (long), 12 tracts",
    "acs-nhgis.csv": "NHGIS table, 2019 5-year, 12 tracts",
    "acs-excel-semicolon.csv": "table of GEOIDs, CSV, semicolons, 12 tracts",
    "acs-excel-thousands.tsv": "table of GEOIDs, CSV, tabs, UTF-16, 12 tracts",
}
"""The files of the cases, each with what is said of it; all hold the same 12 tracts."""


@pytest.mark.parametrize(("name", "said"), CASES.items())
def test_the_files_of_the_cases(real: Path, name: str, said: str):
    path = real.parent / "cases" / "files" / name
    if not path.is_file():
        pytest.skip(f"no cases at {path.parent}")
    table, words = read(path)
    assert words == said
    tracts = ["000100", "000200", "000301", "000302", "000400", "000500", "000600", "000701", "000702",
              "000800", "000900", "001000"]  # fmt: skip
    assert table["GEOID"].to_pylist() == [f"08001{tract}" for tract in tracts]
    assert table["population"].to_pylist() == [1500 + 137 * at for at in range(12)]
    incomes = [31000.0 + 6300 * at for at in range(11)]
    assert table["income"].to_pylist() == [*incomes[:3], None, *incomes[4:], 250001.0]
    assert table["income_top_coded"].to_pylist() == [False] * 11 + [True]
