"""Who may read what a run leaves behind."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE = {("folder", "0o700"), ("file", "0o600")}
"""The kinds and permissions of what only its owner may read."""


@contextmanager
def masked(umask: int) -> Iterator[None]:
    """Let this process, whose threads workers may be, have a umask."""
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> set[tuple[str, str]]:
    """The kinds and permissions of a folder and all below it."""
    found = [folder, *folder.rglob("*")]
    return {
        ("folder" if path.is_dir() else "file", oct(stat.S_IMODE(path.lstat().st_mode)))
        for path in found
        if path.is_dir() or path.is_file()
    }


def assert_private_but_what_is_public(investigation: Path, umask: int) -> None:
    """What is not public of a whole run stays with its owner; the rest is as the umask says."""
    assert modes(investigation / "work") == PRIVATE
    assert modes(investigation / "out/private") == PRIVATE
    public = {("folder", oct(0o777 & ~umask)), ("file", oct(0o666 & ~umask))}
    assert modes(investigation / "out/public") == public
    assert stat.S_IMODE((investigation / "out/provenance.json").stat().st_mode) == 0o666 & ~umask
    assert stat.S_IMODE((investigation / "out").stat().st_mode) == 0o777 & ~umask
