"""What the name of a file or folder below ``records/`` means, and how it is written in tables and errors."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.printable import escaped, is_shown
from data.settings import AGENCY_FILE

__all__ = [
    "MAILBOX_SUFFIXES",
    "RECORDS",
    "as_label",
    "as_text",
    "disk_of",
    "escaped",
    "is_mailbox",
    "is_of_disk",
    "is_other",
    "shown_path",
    "stray",
]

MAILBOX_SUFFIXES: Final = frozenset({".pst", ".ost"})
RECORDS: Final = "records"
"""The first part of every mailbox's name, wherever the records are stored."""

_OF_DISKS: Final = frozenset(
    {
        "lost+found",  # ext and XFS; only root may list it
        ".snapshot", ".snapshots", ".zfs", "~snapshot", "#snapshot",  # older states of the files beside them
        "#recycle", "@recycle", "$recycle.bin", ".trashes",  # deleted files
        "@eadir", "@tmp", "system volume information", ".spotlight-v100", ".fseventsd", ".temporaryitems",
        ".documentrevisions-v100",
    }
)  # fmt: skip
"""Folders that file systems and servers make for themselves, in lower case."""


def is_mailbox(path: Path | str) -> bool:
    """Whether the suffix is a mailbox's, in upper or lower case."""
    name = path if isinstance(path, str) else path.name
    return Path(name).suffix.lower() in MAILBOX_SUFFIXES


def is_other(name: str) -> bool:
    """Whether a file is neither hidden, nor a mailbox, nor an agency's settings."""
    return not (is_mailbox(name) or name.startswith(".") or name == AGENCY_FILE)


def is_of_disk(folder: str) -> bool:
    """Whether a folder of this name belongs to a file system or file server itself.

    Example:
        >>> [is_of_disk(name) for name in ("lost+found", "$RECYCLE.BIN", ".Trash-1000", "lapd")]
        [True, True, True, False]
    """
    return folder.lower() in _OF_DISKS or folder.lower().startswith(".trash-")


def disk_of(key: str) -> str:
    """The path of the first folder in a key that belongs to a disk itself; empty if there is none.

    Example:
        >>> disk_of("lapd/@eaDir/inbox.pst"), disk_of("lapd/inbox.pst")
        ('lapd/@eaDir', '')
    """
    folders = key.split("/")[:-1]
    found = next((depth for depth, name in enumerate(folders, 1) if is_of_disk(name)), 0)
    return "/".join(folders[:found])


def as_label(path: Path, base: Path) -> str:
    r"""The path below ``base`` as text that every table can hold and that can be shown, whatever its name is.

    Bytes that are not UTF-8, and characters that could control a terminal or end a line, are written as
    ``\xNN`` or ``\uNNNN``.

    Example:
        >>> as_label(Path("case/records/in\x1bbox.pst"), Path("case"))
        'records/in\\x1bbox.pst'
    """
    with contextlib.suppress(ValueError):
        path = path.relative_to(base)
    return shown_path(path)


def shown_path(path: Path) -> str:
    r"""A whole path as text that can be shown, as :func:`as_label` does for one inside a folder.

    Example:
        >>> print(shown_path(Path("/data/a\ncase")))
        /data/a\ncase
    """
    return escaped(os.fsencode(path).decode("utf-8", "backslashreplace"))


def as_text(name: str) -> str:
    """An agency's name, checked to be text that can be shown, because it goes into every table and line.

    Raises:
        InputError: It is not UTF-8, or holds control characters.
    """
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{RECORDS}/{name!a}: the folder's name is not UTF-8; rename it") from error
    if not all(map(is_shown, name)):
        raise InputError(f"{RECORDS}/{name!a}: the folder's name holds control characters; rename it")
    return name


def stray(name: str) -> InputError:
    """The error for a mailbox outside every agency's folder."""
    return InputError(
        f"{RECORDS}/{escaped(name)}: belongs to no agency; "
        f"move it into a folder, as {RECORDS}/<agency>/{escaped(name)}"
    )
