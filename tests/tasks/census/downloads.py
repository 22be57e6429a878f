"""Tables of the Census in the layouts of their publishers, with invented numbers, as tests write them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

TRACTS = ["08001000100", "08001000200", "08001000301"]
PEOPLE = [1500, 1637, 1774]
INCOMES = ["31000", "-", "250,000+"]

DATA = "Estimate!!Median household income in the past 12 months (in 2019 inflation-adjusted dollars)"


def table_of(code: str, values: list[str], year: int = 2019, margin: str = "211") -> str:
    """A table of data.census.gov as its zip has it: a second header, and a comma too many in every row."""
    label = "Estimate!!Total" if code == "B01003" else DATA.replace("2019", str(year))
    rows = [
        f'"GEO_ID","NAME","{code}_001E","{code}_001M",',
        f'"Geography","Geographic Area Name","{label}","Margin of Error!!Total",',
    ]
    rows += [
        f'"1400000US{geoid}","Census Tract {at}, Adams County, Colorado","{value}","{margin}",'
        for at, (geoid, value) in enumerate(zip(TRACTS, values, strict=True), 1)
    ]
    return "\ufeff" + "\n".join(rows) + "\n"


def download(path: Path, code: str, values: list[str], year: int = 2019) -> Path:
    """A zip of data.census.gov, as it is downloaded since 2022."""
    name = f"ACSDT5Y{year}.{code}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}-Column-Metadata.csv", '"Column Name","Label"\n"GEO_ID","Geography"\n')
        archive.writestr(f"{name}-Data.csv", table_of(code, values, year))
        archive.writestr(f"{name}-Table-Notes.txt", f"{code}\nTotal\n")
    return path


def api(path: Path, columns: list[str], rows: list[list[str]]) -> Path:
    """An answer of the Census API as it is saved: one row per line, brackets and all."""
    lines = [json.dumps(row, separators=(",", ":")) for row in [columns, *rows]]
    path.write_text("[" + ",\n".join(lines) + "]")
    return path


CODEBOOK = """
Codebook for NHGIS data file 'nhgis0001_ds999_20305_tract'

Data Type (E):
Estimates

Table 1:     Total Population
Universe:    Total population
Source code: B01003
NHGIS code:  QQQ1
    QQQ1E001:    Total

Table 2:     Median Household Income in the Past 12 Months (in 2030 Inflation-Adjusted Dollars)
Universe:    Households
Source code: B19013
NHGIS code:  QQQ2
    QQQ2E001:    Median household income in the past 12 months (in 2030 inflation-adjusted dollars)
"""
