"""What is no regular file is not opened."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import InputError
from data.opening import regular
from tests.odd_places import bound, loop, pipe

KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (pipe, "a pipe"),
    "socket": (bound, "a socket"),
    "endless device": (lambda path: path.symlink_to("/dev/zero"), "a device"),
    "full device": (lambda path: path.symlink_to("/dev/full"), "a device"),
    "folder": (Path.mkdir, "a folder"),
    "link to itself": (lambda path: path.symlink_to(path), "a link that leads back to itself"),
    "loop of links": (loop, "a link that leads back to itself"),
    "link to nothing": (lambda path: path.symlink_to("gone"), "a link to a file that is not there"),
}


@pytest.mark.parametrize(("make", "called"), KINDS.values(), ids=KINDS)
def test_what_is_no_file_is_said_and_not_opened(tmp_path, make: Callable[[Path], None], called: str):
    path = tmp_path / "acs.csv"
    make(path)
    with pytest.raises(InputError) as error:
        regular(path, "census/acs.csv")
    assert str(error.value) == (
        f"census/acs.csv: is not a regular file (it is {called}); put the file itself there"
    )


def test_a_file_and_a_link_to_one_are_fine(tmp_path):
    path, link = tmp_path / "acs.csv", tmp_path / "link.csv"
    path.touch()
    link.symlink_to(path)
    assert regular(path, "acs.csv") == path
    assert regular(link, "link.csv") == link


@pytest.mark.parametrize("name", ["gone.csv", "x" * 300, "a\0b"])
def test_what_cannot_be_there_is_one_line(tmp_path, name: str):
    with pytest.raises(InputError, match=r"^posts/a\.csv: "):
        regular(tmp_path / name, "posts/a.csv")
