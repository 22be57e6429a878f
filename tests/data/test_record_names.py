"""What the names of files and folders mean."""

import os
from pathlib import Path

import pytest

from data.errors import InputError
from data.record_names import as_label, as_text, is_mailbox, is_of_disk, is_other, stray


def test_mailboxes_are_recognised_by_suffix_in_any_letter_case():
    assert all(is_mailbox(name) for name in ("a.pst", "A.PST", "b.Ost", "._a.pst", Path("x/y.pst")))
    assert not any(is_mailbox(name) for name in ("pst", ".pst", "a.pst.part", "a.pst@SynoEAStream", "a.zip"))


def test_other_files_are_neither_mailboxes_nor_hidden_nor_the_settings():
    assert [name for name in ("a.zip", "notes", "a.pst", ".DS_Store", "agency.toml") if is_other(name)] == [
        "a.zip",
        "notes",
    ]


@pytest.mark.parametrize(
    "name", ["lost+found", ".snapshot", "@eaDir", "#recycle", ".Trash-1000", "$Recycle.Bin"]
)
def test_folders_that_disks_make_are_recognised(name: str):
    assert is_of_disk(name)


@pytest.mark.parametrize("name", ["lapd", ".lapd", "snapshot", "found", "Recycle", "trash"])
def test_other_folders_can_be_agencies(name: str):
    assert not is_of_disk(name)


def test_a_name_that_is_not_utf_8_can_be_a_label_but_not_an_agency():
    name = os.fsdecode(b"caf\xe9")
    assert as_label(Path("/records") / name, Path("/records")) == r"caf\xe9"
    with pytest.raises(InputError, match="not UTF-8; rename it"):
        as_text(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("in\x1b[31mbox.pst", r"in\x1b[31mbox.pst"),
        ("two\nlines.pst", r"two\nlines.pst"),
        ("back\u202ewards.pst", r"back\u202ewards.pst"),
        ("osc\x1b]0;title\x07.pst", r"osc\x1b]0;title\x07.pst"),
        ("Año 2021 – 日本\u3000x\u00a0y.pst", "Año 2021 – 日本\u3000x\u00a0y.pst"),
    ],
)
def test_what_could_control_a_terminal_is_written_out(name: str, shown: str):
    assert as_label(Path("/records") / name, Path("/records")) == shown


@pytest.mark.parametrize("name", ["la\x1bpd", "la\npd", "\u202elapd"])
def test_an_agency_s_folder_that_cannot_be_shown_is_to_be_renamed(name: str):
    with pytest.raises(InputError, match="control characters; rename it") as error:
        as_text(name)
    assert str(error.value).isprintable()
    assert str(stray(f"{name}.pst")).isprintable()
