"""Which file of ``census/`` is what, under whatever name it was downloaded."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from data.errors import InputError
from tasks.census.folder import CensusFolder, sort_folder
from tests.tasks.census.downloads import CODEBOOK, INCOMES, PEOPLE, TRACTS, api, download

ACS = f"GEOID,B01003_001E,B19013_001E\n{TRACTS[0]},1,2\n"
LIST = f"city,GEOID\nA,{TRACTS[0]}\n"


@pytest.fixture
def census(tmp_path: Path) -> Path:
    folder = tmp_path / "census"
    folder.mkdir()
    return folder


def put(census: Path, **files: str) -> None:
    for name, text in files.items():
        path = census / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def look(census: Path) -> CensusFolder:
    return sort_folder(census, census.parent)


def labels(files: list[tuple[str, Path]]) -> list[str]:
    return [label.removeprefix("census/") for label, _ in files]


def test_the_names_that_the_program_gives_need_no_content(census: Path):
    for name in ("tracts.zip", "acs.csv", "city_tracts.parquet", "places.zip"):
        (census / name).write_bytes(b"x")
    found = look(census)
    assert labels(found.acs) == ["acs.csv"]
    assert labels(found.cities) == ["city_tracts.parquet"]
    assert [path.name for path in found.layers] == ["places.zip", "tracts.zip"]
    assert not found.unknown


def test_downloads_under_their_own_names(census: Path):
    download(census / "ACSDT5Y2019.B01003_2024-05-01T101010.zip", "B01003", list(map(str, PEOPLE)))
    unpacked = census / "ACSDT5Y2019.B19013_2024-05-01T101011"
    unpacked.mkdir()
    with zipfile.ZipFile(download(unpacked / "a.zip", "B19013", INCOMES)) as archive:
        archive.extractall(unpacked)
    (unpacked / "a.zip").unlink()
    put(census, tracts_in_cities_DOT_csv=LIST)
    for name in ("tl_2019_08_tract.zip", "cb_2019_08_place_500k.zip"):
        with zipfile.ZipFile(census / name, "w") as archive:
            archive.writestr(name.replace(".zip", ".shp"), b"")
    (census / "Thumbs.db").write_bytes(b"x")
    found = look(census)
    assert labels(found.acs) == [
        "ACSDT5Y2019.B01003_2024-05-01T101010.zip",
        "ACSDT5Y2019.B19013_2024-05-01T101011/ACSDT5Y2019.B19013-Data.csv",
    ]
    assert labels(found.cities) == ["tracts_in_cities.csv"]
    assert [path.name for path in found.layers] == ["cb_2019_08_place_500k.zip", "tl_2019_08_tract.zip"]
    assert found.has("places")
    assert [name for name, _ in found.unknown] == []


def test_an_answer_of_the_api_nhgis_with_its_codebook_and_files_beside_them(census: Path):
    api(census / "answer.json", ["B01003_001E", "state", "county", "tract"], [["1", "08", "001", "000100"]])
    put(
        census,
        nhgis0001_ds999_20305_tract_DOT_csv=f"GISJOIN,QQQ1E001,QQQ2E001\nG0800010{TRACTS[0][5:]},1,2\n",
        nhgis0001_ds999_20305_tract_codebook_DOT_txt=CODEBOOK,
        metadata_DOT_json="{}",
        README_DOT_txt="Read me",
    )
    found = look(census)
    assert labels(found.acs) == ["answer.json", "nhgis0001_ds999_20305_tract.csv"]
    assert not found.unknown


def test_a_download_of_census_reporter_is_a_table_and_a_list_where_there_is_no_other(census: Path):
    text = f'geoid,name,B19013001\n14000US{TRACTS[0]},Tract,1\n16000US0808675,"Brighton, CO",2\n'
    put(census, acs2019_5yr_B19013_DOT_csv=text)
    assert labels(look(census).acs) == labels(look(census).cities) == ["acs2019_5yr_B19013.csv"]
    put(census, city_tracts_DOT_csv=LIST)
    assert labels(look(census).cities) == ["city_tracts.csv"]


def test_a_folder_of_lists_is_one_list_per_file(census: Path):
    text = f"geoid,name\n14000US{TRACTS[0]},Tract\n"
    put(census, city_tracts__Brighton_DOT_csv=text, city_tracts__Thornton_DOT_csv=text, acs__b_DOT_csv=ACS)
    found = look(census)
    assert labels(found.cities) == ["city_tracts/Brighton.csv", "city_tracts/Thornton.csv"]
    assert labels(found.acs) == ["acs/b.csv"]


def test_two_candidates_are_an_error_that_names_both(census: Path):
    put(census, acs_DOT_csv=ACS, acs_DOT_parquet="x", city_tracts_DOT_csv=LIST, mine_DOT_csv=LIST)
    with pytest.raises(InputError, match=r"but there are acs\.csv, acs\.parquet; leave one of them there"):
        _ = look(census).acs
    with pytest.raises(InputError, match=r"2 lists of cities \(city_tracts\.csv, mine\.csv\); leave one"):
        _ = look(census).cities


def test_what_is_none_of_these_is_named_with_the_reason(census: Path):
    put(census, prices_DOT_csv="street,price\nA,1\n", shown_DOT_csv='"Label (Grouping)","x"\n"Total","1"\n',
        empty_DOT_csv="", nhgis_DOT_csv=f"GISJOIN,QQQ1E001\nG0800010{TRACTS[0][5:]},1\n")  # fmt: skip
    (census / "broken.zip").write_bytes(b"PK\x03\x04 not a zip")
    (census / "report.pdf").write_bytes(b"%PDF-1.4")
    (census / "answer.json").write_text("[" * 100_000)
    os.mkfifo(census / "pipe.csv")
    (census / "loop.csv").symlink_to(census / "loop.csv")
    found = dict(look(census).unknown)
    assert sorted(found) == [
        f"census/{name}" for name in ("answer.json", "broken.zip", "empty.csv", "loop.csv", "nhgis.csv",
                                      "pipe.csv", "prices.csv", "shown.csv")
    ]  # fmt: skip
    assert (
        "is not recognised by its columns (street, price); expected a tract layer"
        in found["census/prices.csv"]
    )
    assert "is the table as data.census.gov shows it" in found["census/shown.csv"]
    assert "put the codebook" in found["census/nhgis.csv"]
    assert not any("\n" in why for why in found.values())
    with pytest.raises(InputError, match=r"census/acs: one file is needed, acs\.csv or acs\.parquet"):
        _ = look(census).acs


def test_a_text_file_is_a_table_or_somebody_s_notes(census: Path):
    put(census, mine_DOT_txt=ACS.replace(",", "\t"), notes_DOT_txt="Downloaded on Monday.\nBy Jane.\n",
        other_DOT_txt="street\tprice\nA\t1\n")  # fmt: skip
    found = look(census)
    assert labels(found.acs) == ["mine.txt"]
    assert [label for label, _ in found.unknown] == ["census/other.txt"]


def test_what_other_parts_read_and_what_systems_write_is_passed_over(census: Path):
    put(census, gentrification_DOT_csv="GEOID\n", sources__a_DOT_csv="a,b\n1,2\n")
    (census / ".DS_Store").write_bytes(b"x")
    (census / "desktop.ini").write_bytes(b"x")
    found = look(census)
    assert not found.unknown
    assert not found.has("acs")
    assert sort_folder(census / "absent", census.parent) == CensusFolder()


def test_a_folder_is_sorted_again_only_where_a_file_changed(census: Path):
    put(census, mine_DOT_csv=ACS)
    first = look(census)
    assert look(census) is first
    put(census, mine_DOT_csv=LIST + f"B,{TRACTS[0]}\n")
    assert not look(census).has("acs")
    assert labels(look(census).cities) == ["mine.csv"]
