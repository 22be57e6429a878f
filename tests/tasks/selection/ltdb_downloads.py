"""Made-up downloads in the forms that LTDB, data.census.gov and the federal bureaus give."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Row = Sequence[object]

PLACE = ("TRTID10", "state", "county", "tract", "placefp10", "cbsa10", "metdiv10", "ccflag10")
FULL_HEADER = (*PLACE, "POP00", "NHWHT00")
SAMPLE_HEADER = (*PLACE, "POP00SF3", "AG25UP00", "HS00", "COL00", "HINC00", "HINCW00", "MHMVAL00", "MRENT00")
LIST1_HEADER = (
    "CBSA Code",
    "Metropolitan Division Code",
    "CSA Code",
    "CBSA Title",
    "Metropolitan/Micropolitan Statistical Area",
    "Metropolitan Division Title",
    "CSA Title",
    "County/County Equivalent",
    "State Name",
    "FIPS State Code",
    "FIPS County Code",
    "Central/Outlying County",
)
METRO, MICRO = "Metropolitan Statistical Area", "Micropolitan Statistical Area"

FULL = {
    "01001020100": 1920.974695,
    "06001400100": 3000,
    "06001400200": 400,
    "06013300100": 2500.5,
    "06999000100": 700,
    "06001999900": 12,
}
"""POP00. The last but one is in a micropolitan area; the last is in no survey."""

SAMPLE = {
    "01001020100": (1226.983887, 191.997467, 36685.0008, 76600.00185),
    "06001400100": (2000, 500, 40000, 200000),
    "06001400200": (300, 30, 25000, 0),
    "06999000100": (500, 50, 30000, 90000),
    "06001999900": (" ", " ", " ", " "),
    "06001888800": (10, 1, 20000, 50000),
}
"""AG25UP00, COL00, HINC00, MHMVAL00. 06013300100 has no sample, 06001888800 no full count."""

SURVEY = {
    "01001020100": (2000, 1300, (200, 80, 15, 5), "41,000", "120,000"),
    "06001400100": (3100, 2100, (600, 300, 60, 40), "250,000+", "2,000,000+"),
    "06001400200": (0, 0, (0, 0, 0, 0), "-", "-"),
    "06013300100": (2600, 1700, (1, 2, 3, 4), "2,500-", "-666666666"),
    "06013300200": (900, 600, (10, 20, 30, 40), "52000", "310000"),
    "06999000100": (710, 505, (40, 10, 2, 1), "31000", "99000"),
}
"""Population, people of 25 and over, bachelor's to doctorate, income, home value; LTDB lacks 06013300200."""

AREAS = (
    ("Bayside-Northport, CA", METRO, "06", "001"),
    ("Bayside-Northport, CA", METRO, "06", "013"),
    ("Cotton Mill, AL-GA", METRO, "01", "001"),
    ("Smallton, CA", MICRO, "06", "999"),
)

CITIES = (
    ("Bayside city, California", "6001400100"),
    ("Northport city, California", "06001400100"),
    ("Northport city, California", "06013300100"),
    ("Northport city, California", "06999000100"),
    ("Northport city, California", "06001999900"),
)
"""A tract of two cities; one of a micropolitan area; one that is in no survey."""


def csv_text(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def full_count(tracts: Mapping[str, float] = FULL) -> bytes:
    """As LTDB gives it: Latin-1, leading zeros lost."""
    rows = [(int(tract), "NM", "Doña Ana County", "Census Tract 1", "", "", 99999, 0, pop, 1.5)
            for tract, pop in tracts.items()]  # fmt: skip
    return csv_text([FULL_HEADER, *rows]).encode("latin-1")


def sample(tracts: Mapping[str, Row] = SAMPLE) -> bytes:
    rows = [
        (
            tract,
            "NM",
            "Doña Ana County",
            "Census Tract 1",
            "",
            "",
            99999,
            0,
            1,
            adults,
            7,
            college,
            income,
            8,
            home,
            9,
        )
        for tract, (adults, college, income, home) in tracts.items()
    ]
    return csv_text([SAMPLE_HEADER, *rows]).encode("latin-1")


def census_table(columns: Sequence[str], tracts: Mapping[str, Row]) -> str:
    """As data.census.gov gives a table: all in quotes, labels below the header, a comma at the end."""
    names = [name for column in columns for name in (column, column[:-1] + "M")]
    lines = [
        ["GEO_ID", "NAME", *names],
        ["Geography", "Geographic Area Name", *["Estimate!!Total"] * len(names)],
    ]
    for tract, values in tracts.items():
        cells = [cell for value in values for cell in (value, "***")]
        lines.append([f"1400000US{tract}", "Census Tract 1, Doña Ana County", *map(str, cells)])
    return "".join(",".join(f'"{cell}"' for cell in line) + ",\n" for line in lines)


def survey_tables(survey: Mapping[str, Sequence] = SURVEY) -> dict[str, str]:
    """The four tables by name."""
    parts: dict[str, tuple[Sequence[str], Mapping[str, Row]]] = {
        "B01003": (["B01003_001E"], {tract: [row[0]] for tract, row in survey.items()}),
        "B15003": (
            ["B15003_001E", "B15003_021E", *(f"B15003_{line:03}E" for line in range(22, 26))],
            {tract: [row[1], 77, *row[2]] for tract, row in survey.items()},
        ),
        "B19013": (["B19013_001E"], {tract: [row[3]] for tract, row in survey.items()}),
        "B25077": (["B25077_001E"], {tract: [row[4]] for tract, row in survey.items()}),
    }
    return {
        f"ACSDT5Y2019.{table}-Data.csv": census_table(columns, tracts)
        for table, (columns, tracts) in parts.items()
    }


def list1(areas: Iterable[tuple[str, str, str, str]] = AREAS) -> str:
    """The Census Bureau's list 1, its sheet saved as CSV: titles above, notes below."""
    width = len(LIST1_HEADER)
    title = ["List 1. CORE BASED STATISTICAL AREAS (CBSAs), March 2020", *[""] * (width - 1)]
    rows = [
        ("10000", "", "", area, kind, "", "", "A County", "A State", state, county, "Central")
        for area, kind, state, county in areas
    ]
    notes = [["Note: The 2010 OMB standards are found in a notice, of June 28, 2010.", *[""] * (width - 1)]]
    return csv_text([title, [""] * width, LIST1_HEADER, *rows, [""] * width, *notes])


def city_tracts(cities: Iterable[Row] = CITIES) -> str:
    return csv_text([("city", "GEOID"), *cities])


def lay(folder: Path) -> Path:
    """All of it in an investigation folder, as unpacked."""
    sources = folder / "census/sources"
    (sources / "ltdb_std_all_sample").mkdir(parents=True)
    (folder / "investigation.toml").write_text('name = "made up"\n')
    (folder / "census/city_tracts.csv").write_text(city_tracts())
    (sources / "LTDB_Std_2000_fullcount.csv").write_bytes(full_count())
    (sources / "ltdb_std_all_sample/ltdb_std_2000_sample.csv").write_bytes(sample())
    (sources / "list1_2020.csv").write_text(list1())
    for name, text in survey_tables().items():
        (sources / name).write_text(text, encoding="utf-8")
    return folder
