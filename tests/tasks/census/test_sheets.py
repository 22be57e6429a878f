"""Files of the Census that are broken or hostile end with one line; zips give their tables."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from tasks.census.acs import read_acs
from tasks.census.sheets import MOST_ROWS, check_rows, is_beside, sheets

HEADER = "GEOID,B01003_001E,B19013_001E\n"
ROW = "08001000100,1,2\n"


def refused(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_acs(path, f"census/{path.name}")
    said = str(error.value)
    assert said.startswith(f"census/{path.name}")
    assert said.isprintable()
    return said


HOSTILE = [
    (b"", "is empty"),
    (b"\n \n", "is empty"),
    (HEADER.encode(), "has a header and no rows"),
    (b"\0" * 1000, "holds NUL bytes"),
    (HEADER.encode() + b"08001000100,1\0,2\n", r"row 1: '1\x00' is not a number"),
    (HEADER.encode() + b"08001000100,1e300,2\n", "row 1: 1e+300 is not below 10,000,000"),
    (HEADER.encode() + b"08001000100,9223372036854775807,2\n", "is not below 10,000,000"),
    (HEADER.encode() + b"08001000100,1.5,2\n", "column B01003_001E holds fractions of people"),
    (HEADER.encode() + b"1e300,1,2\n", "row 1: '1e300' is not a GEOID"),
    (
        HEADER.encode() + b'08001000100,1,"2\n' + ROW.encode() * 9,
        "a quotation mark is opened and never closed",
    ),
    (
        b",".join(b"c%d" % at for at in range(100_000)) + b"\n",
        "has 100,000 columns, and at most 10,000 are read",
    ),
    (b"[" * 100_000, "nested too deeply"),
    (b'[["B01003_001E"],' + b"[" * 100_000 + b"]" * 100_000 + b"]", "nested too deeply"),
    (b'{"a":' * 100_000, "nested too deeply"),
    (b"error: unknown variable 'B01003_001X'", "no column GEOID"),
    (b"<html><head><title>Invalid Key</title></head></html>", "is a web page"),
    (b"GE\x1bOID,B01003_001E\n1,2\n", r"GE\x1bOID"),
    (b"PK\x03\x04 and no more", "is not a zip file, or a damaged one"),
    (b"PAR1 and no more", "Parquet"),
]


@pytest.mark.parametrize(("content", "said"), HOSTILE)
def test_a_broken_file_is_one_line(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "acs.csv"
    path.write_bytes(content)
    assert said in refused(path)


def test_devices_pipes_and_links_that_lead_nowhere_are_not_opened(tmp_path: Path):
    path = tmp_path / "acs.csv"
    path.symlink_to("/dev/zero")
    assert "is not a regular file (it is a device)" in refused(path)
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert "a link that leads back to itself" in refused(tmp_path / "loop.csv")


def packed(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_DOT_", "."), content)
    return path


@pytest.mark.long
def test_a_zip_that_holds_no_table_or_too_many_or_grows_beyond_reason(tmp_path: Path):
    assert "2 files (a.doc, b.doc), not with one table" in refused(
        packed(tmp_path / "a.zip", a_DOT_doc=b"x", b_DOT_doc=b"y")
    )
    many = {f"t{at}_DOT_csv": b"a,b\n" for at in range(501)}
    assert "holds 501 tables; put only those of one survey there" in refused(
        packed(tmp_path / "b.zip", **many)
    )
    equal = HEADER.encode() + ROW.encode() * 5_000_000
    assert "which no table does" in refused(packed(tmp_path / "c.zip", a_DOT_csv=equal))
    book = {"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}
    assert "is an Excel workbook" in refused(packed(tmp_path / "acs.csv", **book))


def test_an_encrypted_zip_is_said_to_be_one(tmp_path: Path):
    path = packed(tmp_path / "acs.zip", a_DOT_csv=(HEADER + ROW).encode())
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "is encrypted" in refused(path)


def test_a_name_that_is_not_utf8_is_read(tmp_path: Path):
    path = Path(str(tmp_path) + "/\udcff\x1b.csv")
    path.write_text(HEADER + ROW)
    assert read_acs(path, "census/a.csv").num_rows == 1
    assert sheets(path, "census/a.csv")[0].file == r"\xff\x1b.csv"


def test_a_table_of_more_rows_than_the_census_has_is_one_line(tmp_path: Path):
    check_rows(MOST_ROWS, "census/acs.csv")
    with pytest.raises(InputError, match="has 5,000,001 rows, and there are about 85,000 census tracts"):
        check_rows(MOST_ROWS + 1, "census/acs.csv")
    path = tmp_path / "acs.parquet"
    ids = pa.DictionaryArray.from_arrays(pa.array([0] * 20, pa.int8()), ["08001000100"])
    pq.write_table(pa.table({"GEOID": ids, "B01003_001E": [1] * 20, "B19013_001E": [1] * 20}), path)
    assert "08001000100 appears twice" in refused(path)


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("ACSDT5Y2019.B01003-Column-Metadata.csv", True),
        ("ACSDT5Y2019.B01003-Table-Notes.txt", True),
        ("ACSDT5Y2019.B01003_metadata_2021-10-16T122109.csv", True),
        ("ACSDT5Y2019.B01003_table_title_2021-10-16T122109.txt", True),
        ("nhgis0001_ds244_20195_tract_codebook.txt", True),
        ("ACS_17_5YR_B01003_metadata.csv", True),
        ("aff_download_readme_ann.txt", True),
        ("metadata.json", True),
        ("ACSDT5Y2019.B01003-Data.csv", False),
        ("ACSDT5Y2019.B01003_data_with_overlays_2021-10-16T122109.csv", False),
        ("nhgis0001_ds244_20195_tract.csv", False),
        ("acs2019_5yr_B01003_14000US06037.csv", False),
    ],
)
def test_what_only_belongs_to_a_download_is_known_by_its_name(name: str, beside: bool):
    assert is_beside(name) == beside


def test_of_a_large_csv_the_beginning_is_enough_to_know_it(tmp_path: Path):
    path = tmp_path / "acs.csv"
    rows = "".join(f'08001{at:06},{at},"1\n2"\n' for at in range(80_000))
    path.write_text(HEADER + rows)
    (brief,), (whole,) = sheets(path, "a", brief=True), sheets(path, "a")
    assert brief.names == whole.names
    found, every = brief.load(["GEOID", "B19013_001E"]), whole.load(["GEOID", "B19013_001E"])
    assert every.num_rows == 80_000
    assert 20_000 < found.num_rows < 80_000
    assert found.slice(0, 1_000).equals(every.slice(0, 1_000))
    small = tmp_path / "small.csv"
    small.write_text(HEADER + "08001000100,1,2")
    assert sheets(small, "a", brief=True)[0].load(["GEOID"]).num_rows == 1
