"""The command that builds census/gentrification, and says what to download for it."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.catalog import Investigation
from data.errors import InputError
from flows.console.gentrification import build
from tests.tasks.selection.ltdb_downloads import lay


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return lay(tmp_path / "case")


def refused(folder: Path, replace: bool = False) -> str:
    with pytest.raises(InputError) as error:
        build(folder, replace)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_without_downloads_it_says_which_from_where_and_where_to_put_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "investigation.toml").write_text('name = "a"\n')
    message = refused(tmp_path)
    assert message.startswith(
        "census/sources: 7 of 7 downloads are missing: LTDB 2000 full count (LTDB_Std_2000_"
    )
    printed = capsys.readouterr().out
    for word in (
        "LTDB_Std_2000_fullcount.csv",
        "LTDB_Std_2000_Sample.csv",
        "https://s4.ad.brown.edu/Projects/Diversity/Researcher/LTBDDload/Default.aspx",
        "B01003",
        "B15003",
        "B19013",
        "B25077",
        "https://data.census.gov",
        "list1_2020",
        "delineation-files.html",
        f"Put the files into {tmp_path}/census/sources/, under any name.",
    ):
        assert word in printed
    assert len([line for line in printed.splitlines() if line.endswith(" missing")]) == 8


def test_what_is_there_is_listed_and_only_the_rest_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    sources = folder / "census/sources"
    (sources / "LTDB_Std_2000_fullcount.csv").rename(sources / "LTDB_Std_2000_fullcount.zip")
    assert refused(folder).startswith("census/sources: 1 of 7 downloads are missing: LTDB 2000 full count")
    printed = capsys.readouterr().out
    assert "not read: census/sources/LTDB_Std_2000_fullcount.zip; unzip it there" in printed
    assert "census/sources/ltdb_std_all_sample/ltdb_std_2000_sample.csv" in printed
    assert "s4.ad.brown.edu" in printed
    assert "data.census.gov" not in printed


def test_with_all_of_them_the_file_is_written_and_every_tract_accounted_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    build(folder)
    found = Investigation.open(folder).census_file("gentrification")
    assert found[0] == "census/gentrification.parquet"
    assert pq.read_metadata(found[1]).num_rows == 6
    printed = capsys.readouterr().out
    lines = [line.split() for line in printed.splitlines()]
    assert ["tracts", "of", "the", "ACS", "6"] in lines
    assert ["in", "no", "metropolitan", "area", "(left", "out)", "1"] in lines
    assert "WARNING: tracts of census/city_tracts are missing from the table" in printed
    assert printed.splitlines()[-1] == f"census/gentrification.parquet is written. Then: nwatch run {folder}"


def test_an_existing_file_is_not_overwritten_unasked(folder: Path):
    path = folder / "census/gentrification.parquet"
    build(folder)
    content = path.read_bytes()
    path.write_bytes(b"of value")
    assert refused(folder) == (
        "census/gentrification.parquet: already exists; move it away, or replace it with: "
        f"nwatch gentrification {folder} --replace"
    )
    assert path.read_bytes() == b"of value"
    build(folder, replace=True)
    assert path.read_bytes() == content


def test_no_second_file_of_the_kind_is_written(folder: Path):
    (folder / "census/gentrification.csv").write_text("GEOID\n")
    for replace in (False, True):
        assert refused(folder, replace).startswith("census/gentrification.csv: already exists, and the")
    assert not (folder / "census/gentrification.parquet").exists()


def test_each_mistake_is_a_line_and_nothing_is_written(folder: Path, capsys: pytest.CaptureFixture[str]):
    sources = folder / "census/sources"
    (sources / "LTDB_Std_2000_fullcount.csv").write_text("TRTID10,POP00\n06001400100,many\n")
    (sources / "ACSDT5Y2019.B25077-Data.csv").write_text("GEOID,B25077_001E\n06001400100,1\n")
    message = refused(folder)
    assert message.startswith(
        "census/sources/ACSDT5Y2019.B25077-Data.csv: B25077_001E has no row for 5 tracts"
    )
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "nwatch: census/sources/LTDB_Std_2000_fullcount.csv: column POP00, row 1: 'many' is not a number; "
        "download the file again"
    )
    assert not (folder / "census/gentrification.parquet").exists()


def test_lists_of_cities_are_needed_too(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "census/city_tracts.csv").unlink()
    assert refused(folder).startswith("census/city_tracts: one file is needed")
    assert "missing" in capsys.readouterr().out


def test_the_suffixes_come_from_the_settings(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "investigation.toml").write_text('name = "a"\n[selection]\nstart = "_a"\nend = "_17"\n')
    build(folder)
    names = pq.read_schema(folder / "census/gentrification.parquet").names
    assert "median_income_a" in names
    assert "median_income_17" in names
    assert "WARNING: the names of the ACS files say 2019" in capsys.readouterr().out
