"""Counties and their metropolitan areas."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import InputError
from tasks.selection.ltdb_metros import read_metro_areas
from tasks.selection.ltdb_sources import METRO_AREAS, identify
from tests.tasks.selection.ltdb_downloads import AREAS, METRO, list1

EXPECTED = {
    "06001": "Bayside-Northport, CA",
    "06013": "Bayside-Northport, CA",
    "01001": "Cotton Mill, AL-GA",
}
NBER = (
    "cbsacode,metropolitandivisioncode,csacode,cbsatitle,metropolitanmicropolitanstatis,countycountyequivalent,"
    "statename,fipsstatecode,fipscountycode,centraloutlyingcounty\n"
)
BEA = "metro_area_code, metro_area_name, county_code, county_name\n"


def read(folder: Path, content: str | bytes) -> dict[str, str]:
    path = folder / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    file = identify(path, "census/sources/list.csv")
    assert file.kind == METRO_AREAS
    return read_metro_areas(file)


def refused(folder: Path, content: str) -> str:
    with pytest.raises(InputError) as error:
        read(folder, content)
    assert str(error.value).startswith("census/sources/list.csv: ")
    assert "\n" not in str(error.value)
    return str(error.value)


def test_the_bureau_s_list_is_read_between_its_titles_and_its_notes(tmp_path: Path):
    assert read(tmp_path, list1()) == EXPECTED


def test_zeros_that_a_spreadsheet_lost_are_back(tmp_path: Path):
    lost = [(area, kind, str(int(state)), str(int(county))) for area, kind, state, county in AREAS]
    assert read(tmp_path, list1(lost)) == EXPECTED


def test_the_list_of_the_research_bureau_says_the_same(tmp_path: Path):
    rows = "".join(
        f'10000,,,"{area}",{kind},A,S,{state},{county},Central\n' for area, kind, state, county in AREAS
    )
    assert read(tmp_path, NBER + rows + ",,,,,,,,,\n") == EXPECTED


def test_the_list_of_the_analysis_bureau_says_the_same(tmp_path: Path):
    rows = "".join(
        f'10000,"{area} ({kind})",{state}{county},"A, S"\n' for area, kind, state, county in AREAS[:3]
    )
    assert read(tmp_path, BEA + rows) == EXPECTED


def test_a_list_saved_by_a_spreadsheet_keeps_its_accents(tmp_path: Path):
    text = list1([("Peñasco, NM", METRO, "35", "001")])
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        assert read(tmp_path, text.encode(encoding)) == {"35001": "Peñasco, NM"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (list1([AREAS[3]]), "names no metropolitan area; save the publisher's list again"),
        (list1([*AREAS, ("Elsewhere, CA", METRO, "06", "001")]), "line 8: county 06001 is in Bayside-North"),
        (list1([("", METRO, "06", "001")]), "line 4: names no area and county ('', '06001')"),
        (list1([("A, CA", METRO, "06", "x1")]), "line 4: names no area and county ('A, CA', '060x1')"),
        (
            "CBSA Title,FIPS County Code\nA,001\n",
            "no column FIPS State Code; rename the column that holds it",
        ),
        ("CBSA Title,FIPS State Code\nA,06\n", "no column FIPS County Code; rename the column that holds it"),
    ],
)
def test_what_is_wrong_in_a_list_is_one_line(tmp_path: Path, content: str, said: str):
    assert said in refused(tmp_path, content)
