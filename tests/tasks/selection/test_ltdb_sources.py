"""Which downloads there are, whatever they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import InputError
from tasks.selection.ltdb_sources import (
    ACS,
    ACS_COLUMNS,
    FULL_COUNT,
    METRO_AREAS,
    NEEDS,
    SAMPLE,
    files_with,
    find_downloads,
    identify,
)
from tests.tasks.selection.ltdb_downloads import census_table, full_count, lay, list1, sample, survey_tables


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return lay(tmp_path)


def test_an_empty_folder_has_no_download(tmp_path: Path):
    found = find_downloads(tmp_path)
    assert (found.files, found.packed, found.others) == ((), (), ())
    assert found.missing() == tuple(NEEDS)


def test_every_download_is_known_by_its_header(folder: Path):
    found = find_downloads(folder)
    found.check()
    assert found.missing() == ()
    kinds = {file.path.name: file.kind for file in found.files}
    assert kinds == {
        "LTDB_Std_2000_fullcount.csv": FULL_COUNT,
        "ltdb_std_2000_sample.csv": SAMPLE,
        "list1_2020.csv": METRO_AREAS,
        **dict.fromkeys(survey_tables(), ACS),
    }
    assert found.the(SAMPLE).label == "census/sources/ltdb_std_all_sample/ltdb_std_2000_sample.csv"
    assert found.survey_years() == (2019,)


def test_names_play_no_part(folder: Path):
    for number, file in enumerate(find_downloads(folder).files):
        file.path.rename(folder / "census/sources" / f"{number}.CSV")
    assert find_downloads(folder).missing() == ()


@pytest.mark.parametrize(
    ("name", "need"),
    [
        ("LTDB_Std_2000_fullcount.csv", FULL_COUNT),
        ("ltdb_std_all_sample/ltdb_std_2000_sample.csv", SAMPLE),
        ("list1_2020.csv", METRO_AREAS),
        ("ACSDT5Y2019.B01003-Data.csv", "total_population"),
        ("ACSDT5Y2019.B15003-Data.csv", "educational_attainment"),
        ("ACSDT5Y2019.B19013-Data.csv", "median_income"),
        ("ACSDT5Y2019.B25077-Data.csv", "median_home_value"),
    ],
)
def test_the_one_that_is_missing_is_reported(folder: Path, name: str, need: str):
    (folder / "census/sources" / name).unlink()
    assert find_downloads(folder).missing() == (need,)


def test_what_is_not_needed_and_what_is_packed_is_listed(folder: Path):
    sources = folder / "census/sources"
    (sources / "LTDB_Std_2010_fullcount.csv").write_text("tractid,POP10\n1,2\n")
    (sources / "LTDB_Std_2000_other.csv").write_text("TRTID10,NHWHT00\n1,2\n")
    (sources / "ACSDT5Y2019.B01003-Column-Metadata.csv").write_text('"Column Name","Label"\n')
    (sources / "notes.txt").write_text("B01003_001E")
    (sources / "empty.csv").touch()
    (sources / ".DS_Store").touch()
    (sources / "LTDB_Std_All_Sample.ZIP").touch()
    (sources / "list1_2020.xls").touch()
    found = find_downloads(folder)
    assert found.others == tuple(
        f"census/sources/{name}"
        for name in (
            "ACSDT5Y2019.B01003-Column-Metadata.csv",
            "LTDB_Std_2000_other.csv",
            "LTDB_Std_2010_fullcount.csv",
            "empty.csv",
            "notes.txt",
        )
    )
    assert found.packed == (
        ("census/sources/LTDB_Std_All_Sample.ZIP", "unzip it there"),
        ("census/sources/list1_2020.xls", "save its first sheet as CSV there"),
    )


@pytest.mark.parametrize(
    ("content", "need"),
    [(full_count(), "LTDB 2000 full count"), (sample(), "sample"), (list1().encode(), "list")],
)
def test_two_of_a_kind_are_an_error_that_names_both(folder: Path, content: bytes, need: str):
    (folder / "census/sources/again.csv").write_bytes(content)
    with pytest.raises(
        InputError, match=rf"several files are .*{need}.*census/sources/again.csv.*; keep one"
    ):
        find_downloads(folder).check()


def test_two_surveys_are_an_error(folder: Path):
    (folder / "census/sources/ACSDT5Y2017.B01003-Data.csv").write_text(census_table(["B01003_001E"], {}))
    with pytest.raises(InputError, match=r"several years \(2017, 2019\)"):
        find_downloads(folder).check()


def test_another_table_of_education_does_as_well(folder: Path):
    (folder / "census/sources/ACSDT5Y2019.B15003-Data.csv").unlink()
    columns = ["B15002_001E", *ACS_COLUMNS["educational_attainment"][1]]
    path = folder / "census/sources/other.csv"
    path.write_text(census_table(columns[:-1], {}))
    assert find_downloads(folder).missing() == ("educational_attainment",)
    path.write_text(census_table(columns, {}))
    assert find_downloads(folder).missing() == ()
    assert files_with("educational_attainment", find_downloads(folder).acs)[0] == tuple(columns[1:])


def test_what_cannot_be_a_csv_is_reported(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes("TRTID10,POP00\n1,2\n".encode("utf-16"))
    with pytest.raises(InputError, match=r"^census/sources/a.csv: is not UTF-8 text; save it as"):
        identify(path, "census/sources/a.csv")
    path.write_text('TRTID10,"' + "x" * 200_000 + '"\n')
    with pytest.raises(InputError, match=r"^census/sources/a.csv: cannot be read as CSV"):
        identify(path, "census/sources/a.csv")
    with pytest.raises(InputError, match=r"cannot be read"):
        identify(tmp_path / "b.csv", "census/sources/b.csv")


def test_a_byte_order_mark_does_not_hide_the_first_column(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfTRTID10,POP00\n1,2\n")
    found = identify(path, "a.csv")
    assert (found.kind, found.header) == (FULL_COUNT, ("TRTID10", "POP00"))
