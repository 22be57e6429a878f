"""What names tell."""

import os
from pathlib import Path

import pytest

from data.errors import InputError
from data.record_names import as_label, as_text, is_mailbox, is_of_disk, is_other


def test_a_mailbox_is_one_by_its_suffix_in_any_case():
    assert all(is_mailbox(name) for name in ("a.pst", "A.PST", "b.Ost", "._a.pst", Path("x/y.pst")))
    assert not any(is_mailbox(name) for name in ("pst", ".pst", "a.pst.part", "a.pst@SynoEAStream", "a.zip"))


def test_what_a_person_put_there_beside_mailboxes_is_neither_hidden_nor_the_settings():
    assert [name for name in ("a.zip", "notes", "a.pst", ".DS_Store", "agency.toml") if is_other(name)] == [
        "a.zip",
        "notes",
    ]


@pytest.mark.parametrize(
    "name", ["lost+found", ".snapshot", "@eaDir", "#recycle", ".Trash-1000", "$Recycle.Bin"]
)
def test_folders_that_no_person_made_are_known(name: str):
    assert is_of_disk(name)


@pytest.mark.parametrize("name", ["lapd", ".lapd", "snapshot", "found", "Recycle", "trash"])
def test_other_folders_may_be_an_agency_s(name: str):
    assert not is_of_disk(name)


def test_a_name_that_is_no_text_can_be_written_but_is_no_agency_s():
    name = os.fsdecode(b"caf\xe9")
    assert as_label(Path("/records") / name, Path("/records")) == r"caf\xe9"
    with pytest.raises(InputError, match="not UTF-8; rename it"):
        as_text(name)
