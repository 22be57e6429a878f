"""Which mailboxes an investigation folder holds, and whose they are."""

import os
from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError

AGENCY = '\n[agencies.{}]\nname = "Police"\ntimezone = "UTC"\n'


def make(folder: Path, *files: str, agencies: tuple[str, ...] = ("lapd",)) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "investigation.toml").write_text(
        'name = "test"\n' + "".join(AGENCY.format(name) for name in agencies)
    )
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(b"mail")
    return folder


def names(folder: Path) -> list[str]:
    return [record.file for record in Investigation.open(folder).records()]


def test_mailboxes_are_found_in_any_letter_case_at_any_depth_in_order(tmp_path: Path):
    make(
        tmp_path,
        "records/lapd/b.pst",
        "records/lapd/2019/deep/A.PST",
        "records/lapd/c.Ost",
        "records/lapd/notes.txt",
    )
    assert names(tmp_path) == ["records/lapd/2019/deep/A.PST", "records/lapd/b.pst", "records/lapd/c.Ost"]


def test_a_record_knows_its_agency_and_its_name_inside_the_folder(tmp_path: Path):
    make(tmp_path, "records/lapd/x/a.pst", "records/sdpd/b.pst", agencies=("lapd", "sdpd"))
    first, second = Investigation.open(tmp_path).records()
    assert (first.agency, first.file, second.agency) == ("lapd", "records/lapd/x/a.pst", "sdpd")
    assert isinstance(first.path, Path)
    assert first.path.read_bytes() == b"mail"


def test_hidden_files_are_records_too(tmp_path: Path):
    make(tmp_path, "records/lapd/._inbox.pst", "records/lapd/.hidden/b.pst")
    assert names(tmp_path) == ["records/lapd/._inbox.pst", "records/lapd/.hidden/b.pst"]


def test_symbolic_links_are_followed_but_not_around_in_a_circle(tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "far.pst").write_bytes(b"mail")
    folder = make(tmp_path / "case", "records/lapd/near.pst")
    (folder / "records/lapd/disk").symlink_to(disk)
    (folder / "records/lapd/circle").symlink_to(folder / "records")
    (folder / "records/lapd/gone.pst").symlink_to(tmp_path / "nowhere")
    assert names(folder) == ["records/lapd/disk/far.pst", "records/lapd/gone.pst", "records/lapd/near.pst"]


def test_a_name_that_is_not_utf_8_is_written_in_a_way_that_tables_can_hold(tmp_path: Path):
    make(tmp_path, "records/lapd/a.pst")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/records/lapd/\xff.pst")).write_bytes(b"mail")
    assert names(tmp_path) == ["records/lapd/\\xff.pst", "records/lapd/a.pst"]


def test_an_agency_with_settings_in_neither_place_is_told_the_lines_to_write(tmp_path: Path):
    make(tmp_path, "records/sdpd/a.pst")
    with pytest.raises(InputError) as caught:
        Investigation.open(tmp_path)
    assert "unknown agency 'sdpd'" in str(caught.value)
    assert '[agencies.sdpd]\nname = "…"' in str(caught.value)


def test_an_agency_whose_name_is_nearly_a_configured_one_is_told_which(tmp_path: Path):
    make(tmp_path, "records/LAPD/a.pst")
    with pytest.raises(InputError, match="did you mean the folder to be 'lapd'"):
        Investigation.open(tmp_path)


def test_an_agency_may_bring_its_settings_with_it(tmp_path: Path):
    make(tmp_path, "records/new/a.pst", agencies=())
    (tmp_path / "records/new/agency.toml").write_text('name = "New"\ntimezone = "America/Denver"\n')
    assert Investigation.open(tmp_path).timezones == {"new": "America/Denver"}


def test_settings_in_two_places_are_one_too_many(tmp_path: Path):
    make(tmp_path, "records/lapd/a.pst")
    (tmp_path / "records/lapd/agency.toml").write_text('name = "New"\ntimezone = "UTC"\n')
    with pytest.raises(InputError, match="keep one of the two"):
        Investigation.open(tmp_path)


def test_a_mailbox_outside_of_every_agency_is_not_passed_over(tmp_path: Path):
    make(tmp_path, "records/lapd/a.pst", "records/stray.pst")
    with pytest.raises(InputError, match=r"records/stray\.pst: belongs to no agency"):
        Investigation.open(tmp_path).records()


@pytest.mark.parametrize("files", [(), ("records/lapd/readme.txt",)])
def test_an_investigation_without_a_mailbox_is_an_error(tmp_path: Path, files):
    make(tmp_path, *files)
    with pytest.raises(InputError, match=r"no mailbox \(\*\.pst, \*\.ost\) in it"):
        Investigation.open(tmp_path).records()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="no such folder; make an investigation with: nwatch new"):
        Investigation.open(tmp_path / "nowhere")


def test_a_file_in_the_folder_s_place_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file"):
        Investigation.open(tmp_path / "file")


def test_the_notes_name_agencies_without_mailboxes_and_files_that_are_not_read(tmp_path: Path):
    make(
        tmp_path, "records/lapd/a.pst", "records/lapd/2019/b.PST.zip", "records/lapd/letter.pdf",
        "records/all.ZIP", "records/lapd/.DS_Store", agencies=("lapd", "later"),
    )  # fmt: skip
    assert Investigation.open(tmp_path).notes_on_records() == [
        "agency 'later' is configured but has no mailbox in records/later; none of its mail is in this run",
        "not read (neither *.pst nor *.ost): 3 files (2 .zip, 1 .pdf), as records/all.ZIP; unpack archives",
    ]


def test_records_that_are_packed_are_told_to_be_unpacked(tmp_path: Path):
    make(tmp_path, "records/lapd/a.zip")
    with pytest.raises(InputError, match=r"in it \(but 1 file \(1 \.zip\), as records/lapd/a\.zip; unpack"):
        Investigation.open(tmp_path).records()


def test_the_files_of_posts_are_named_in_order_and_hidden_ones_are_none(tmp_path: Path):
    make(tmp_path, "posts/b.csv", "posts/a.parquet", "posts/.DS_Store")
    assert [name for name, _ in Investigation.open(tmp_path).post_files()] == [
        "posts/a.parquet",
        "posts/b.csv",
    ]


def test_two_tables_of_one_kind_in_the_census_are_an_error(tmp_path: Path):
    make(tmp_path, "census/acs.csv", "census/acs.parquet", "census/city_tracts.csv")
    found = Investigation.open(tmp_path)
    assert found.census_file("city_tracts")[0] == "census/city_tracts.csv"
    with pytest.raises(InputError, match=r"acs\.csv or acs\.parquet, but there is acs\.csv, acs\.parquet"):
        found.census_file("acs")
