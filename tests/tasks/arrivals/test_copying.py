"""Which files are part of a copy under way."""

import pytest

from data.records import Seen
from tasks.arrivals.copying import is_copying


def seen(name: str, size: int = 10) -> Seen:
    return Seen("lapd", f"records/lapd/2019/{name}", [size, 0, 0, 0])


@pytest.mark.parametrize(
    "name",
    [
        "inbox.pst.part", "inbox.pst.PART", "inbox.pst.partial", "inbox.pst.filepart", "inbox.tmp",
        "inbox.pst.crdownload", "~inbox.pst", "~$inbox.pst", ".inbox.pst.x7Yz9q", ".goutputstream-ABC123",
    ],
)  # fmt: skip
def test_names_that_copying_programs_give_are_copies(name: str):
    assert is_copying(seen(name))


@pytest.mark.parametrize(
    "name", ["inbox.pst", "agency.toml", ".inbox.pst", "._inbox.pst", "part.pst", "notes.txt", ".DS_Store"]
)
def test_other_names_are_not_copies(name: str):
    assert not is_copying(seen(name))


def test_an_empty_mailbox_is_a_copy_that_has_just_begun_but_another_empty_file_is_not():
    assert is_copying(seen("inbox.PST", 0))
    assert not is_copying(seen(".gitkeep", 0))
