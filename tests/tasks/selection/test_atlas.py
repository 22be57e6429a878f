"""The Atlas of Surveillance, in its edition of 2020-10-07 and in the forms that others may have."""

from __future__ import annotations

import codecs
import csv
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.errors import InputError
from tasks.rows.results import InputFile
from tasks.selection.atlas import is_ring, read_atlas

if TYPE_CHECKING:
    from tests.tasks.selection.conftest import AtlasRow, WriteAtlas


def test_the_edition_of_2020_is_read_whole(real: Path):
    path = real / "atlas_of_surveillance.csv"
    atlas = read_atlas([("atlas/atlas.csv", path)])
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ring = [
        (number, row)
        for number, row in enumerate(rows, 1)
        if row["Technology"] == "Ring/Neighbors Partnership"
    ]
    assert (atlas.rows, atlas.other, atlas.ring.num_rows) == (5784, 5784 - 1501, 1501)
    found = atlas.ring.select(["row", "atlas_id", "agency", "state"]).to_pylist()
    assert found == [
        {"row": number, "atlas_id": row["AOSNUMBER"], "agency": row["Agency"].strip(), "state": row["State"]}
        for number, row in ring
    ]
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert atlas.files == (InputFile("atlas/atlas.csv", sha256, path.stat().st_size),)
    assert set(atlas.ring["source"].to_pylist()) == {sha256[:12]}


@pytest.mark.parametrize(
    ("technology", "ring"),
    [
        ("Ring/Neighbors Partnership", True),
        (" ring / neighbors  PARTNERSHIP ", True),
        ("Camera Registry", False),
        ("Ring", False),
        ("", False),
        (None, False),
    ],
)
def test_letter_case_and_blanks_of_the_technology_do_not_matter(technology: str | None, ring: bool):
    assert is_ring(technology) is ring


def test_an_edition_with_the_needed_columns_alone_is_read(write_atlas: WriteAtlas):
    file = write_atlas(
        [
            ("Ring/Neighbors Partnership", "Ashford Police", "OH", ""),
            ("Drones", "Brill Police", "OH", "Brill"),
        ],
        header=("Technology", "Agency", "State", "City"),
    )
    atlas = read_atlas([file])
    assert (atlas.rows, atlas.other) == (2, 1)
    (row,) = atlas.ring.to_pylist()
    assert row | {"source": ""} == {
        **{"source": "", "row": 1, "atlas_id": None, "state": "OH", "atlas_city": None},
        **{"agency": "Ashford Police", "agency_type": None, "jurisdiction": None},
    }


def test_a_byte_order_mark_line_breaks_in_a_field_and_blank_lines_are_ignored(tmp_path: Path):
    path = tmp_path / "atlas.csv"
    path.write_bytes(
        codecs.BOM_UTF8
        + b"State ,City,Agency,Summary,Technology\r\n"
        + 'OH,Ashford,Añil Police,"one\r\ntwo, ""three""",Drones\r\n\r\n'.encode()
        + b"OH,Ashford,Ashford Police,,Ring/Neighbors Partnership\r\n"
    )
    atlas = read_atlas([("atlas/atlas.csv", path)])
    assert (atlas.rows, atlas.other, atlas.ring["row"].to_pylist()) == (2, 1, [2])


def test_the_rows_of_several_files_are_all_there_and_a_file_given_twice_is_read_once(
    write_atlas: WriteAtlas, atlas_row: AtlasRow
):
    rows = [atlas_row("Ashford Police"), atlas_row("Brill Police", technology="Drones")]
    files = [
        write_atlas(rows, "a.csv"),
        write_atlas(rows, "b.csv"),
        write_atlas([atlas_row("Brill Police", technology="Drones")], "c.csv"),
    ]
    atlas = read_atlas(files)
    assert (atlas.rows, atlas.other, atlas.ring.num_rows) == (3, 2, 1)
    assert [file.file for file in atlas.files] == ["atlas/a.csv", "atlas/b.csv", "atlas/c.csv"]


def test_an_edition_without_ring_rows_says_which_one_is_needed(write_atlas: WriteAtlas, atlas_row: AtlasRow):
    file = write_atlas([atlas_row("Ashford Police", technology="Drones")])
    with pytest.raises(InputError) as error:
        read_atlas([file])
    assert str(error.value) == (
        "atlas/atlas.csv: column Technology: no row is a 'Ring/Neighbors Partnership'; the Atlas dropped "
        "them in 2024: put an edition of 2023 or earlier there, as the one of 2020-10-07"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; hand in the file with its header and rows"),
        (
            "City,Agency,Technology\n",
            "no column State; rename the column that holds it (there are City, Agency",
        ),
        ("City,State,Technology\n", "no column Agency"),
        ("City,State,Agency\n", "no column Technology"),
        ("City,State,State,Agency,Technology\n", "two columns are called State; remove or rename one"),
        (
            "City,State,Agency,Technology\nA,OH,B\n",
            "row 1 has 3 fields instead of 4; put quotes around a field that holds a comma",
        ),
        (
            'City,State,Agency,Technology\nA,OH,B,C\nA,OH,B,"C\n',
            "row 2: cannot be read as CSV (unexpected end",
        ),
    ],
)
def test_a_file_that_is_wrong_is_named_with_the_fix(tmp_path: Path, text: str, said: str):
    path = tmp_path / "atlas.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_atlas([("atlas/atlas.csv", path)])
    assert str(error.value).startswith(f"atlas/atlas.csv: {said}")


def test_another_encoding_a_missing_file_and_none_are_named(tmp_path: Path):
    path = tmp_path / "atlas.csv"
    path.write_bytes("City,State,Agency\nCafé,OH,B\n".encode("cp1252"))
    with pytest.raises(InputError, match=r"^atlas/atlas.csv: no column Technology"):
        read_atlas([("atlas/atlas.csv", path)])
    with pytest.raises(InputError, match=r"^atlas/no.csv: cannot be read \(No such file or directory\)"):
        read_atlas([("atlas/no.csv", tmp_path / "no.csv")])
    with pytest.raises(InputError, match=r"^atlas/: no .csv in it; put the Atlas of Surveillance there"):
        read_atlas([])


EDITION = "AOSNUMBER,City,County,State,Agency,Type of LEA,Type of Juris,Technology,Vendor"
ROW = "AOS1,Cañon City,Fremont,CO,Cañon City Police,Police,Municipal,Ring/Neighbors Partnership,Amazon"


@pytest.mark.parametrize(
    ("encoding", "separator", "said"),
    [
        ("utf-8", ",", []),
        ("utf-8-sig", ",", []),
        ("cp1252", ",", ["atlas/a.csv: Atlas of Surveillance, CSV, Windows-1252"]),
        ("cp1252", ";", ["atlas/a.csv: Atlas of Surveillance, CSV, semicolons, Windows-1252"]),
        ("utf-16", "\t", ["atlas/a.csv: Atlas of Surveillance, CSV, tabs, UTF-16"]),
    ],
)
def test_an_atlas_that_a_spreadsheet_saved_is_read_and_said(
    tmp_path: Path, encoding: str, separator: str, said: list[str]
):
    path = tmp_path / "a.csv"
    path.write_bytes(f"{EDITION}\n{ROW}\n".replace(",", separator).encode(encoding))
    atlas = read_atlas([("atlas/a.csv", path)])
    assert atlas.ring["agency"].to_pylist() == ["Cañon City Police"]
    assert list(map(str, atlas.recognised)) == said


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (EDITION.replace("Vendor", "Vendors"), ["no column Vendor (is it Vendors?)"]),
        (EDITION.replace(",Vendor", ",x"), ["no column Vendor"]),
        (
            EDITION.replace("AOSNUMBER", "y").replace("Vendor", "x"),
            ["no column AOSNUMBER", "no column Vendor"],
        ),
        (EDITION.upper().replace(" ", "_"), []),
    ],
)
def test_a_column_that_every_edition_has_and_this_one_has_not_is_said(
    tmp_path: Path, header: str, said: list[str]
):
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n{ROW}\n", encoding="utf-8")
    atlas = read_atlas([("atlas/a.csv", path)])
    assert [each.words for each in atlas.recognised] == [", ".join(["Atlas of Surveillance", *said])] * bool(
        said
    )
    assert atlas.ring["jurisdiction"].to_pylist() == ["Municipal"]


def test_a_column_that_was_renamed_gets_a_guess(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(EDITION.replace("Technology", "Technologies") + "\n")
    with pytest.raises(InputError, match="no column Technology; did you mean Technologies\\?"):
        read_atlas([("atlas/a.csv", path)])
