"""What the name of a file or folder below ``records/`` tells, and how it is written in tables and errors."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.settings import AGENCY_FILE

MAILBOX_SUFFIXES: Final = frozenset({".pst", ".ost"})
RECORDS: Final = "records"
"""What stands before the agency in the name of every mailbox, wherever the records lie."""

_OF_DISKS: Final = frozenset(
    {
        "lost+found",  # ext and XFS; nobody but root may list it
        ".snapshot", ".snapshots", ".zfs", "~snapshot", "#snapshot",  # older states of what lies beside them
        "#recycle", "@recycle", "$recycle.bin", ".trashes",  # what somebody has deleted
        "@eadir", "@tmp", "system volume information", ".spotlight-v100", ".fseventsd", ".temporaryitems",
        ".documentrevisions-v100",
    }
)  # fmt: skip
"""Folders that file systems and servers make for themselves, in small letters."""


def is_mailbox(path: Path | str) -> bool:
    """Whether the suffix is a mailbox's, in any case."""
    name = path if isinstance(path, str) else path.name
    return Path(name).suffix.lower() in MAILBOX_SUFFIXES


def is_other(name: str) -> bool:
    """Whether a file that is not hidden is neither a mailbox nor an agency's settings."""
    return not (is_mailbox(name) or name.startswith(".") or name == AGENCY_FILE)


def is_of_disk(folder: str) -> bool:
    """Whether a file system or its server makes a folder of that name for itself.

    Example:
        >>> [is_of_disk(name) for name in ("lost+found", "$RECYCLE.BIN", ".Trash-1000", "lapd")]
        [True, True, True, False]
    """
    return folder.lower() in _OF_DISKS or folder.lower().startswith(".trash-")


def disk_of(key: str) -> str:
    """The part of a key that is a folder of a disk's own; empty where there is none.

    Example:
        >>> disk_of("lapd/@eaDir/inbox.pst"), disk_of("lapd/inbox.pst")
        ('lapd/@eaDir', '')
    """
    parts = key.split("/")[:-1]
    places = [place for place, part in enumerate(parts) if is_of_disk(part)]
    return "/".join(parts[: places[0] + 1]) if places else ""


def as_label(path: Path, base: Path) -> str:
    """The path below ``base`` as text that any table can hold."""
    with contextlib.suppress(ValueError):
        path = path.relative_to(base)
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def as_text(name: str) -> str:
    """An agency's name, which goes into every table and must therefore be text.

    Raises:
        InputError: It is none.
    """
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{RECORDS}/{name!a}: the folder's name is not UTF-8; rename it") from error
    return name


def stray(name: str) -> InputError:
    """The error of a mailbox that lies in no agency's folder."""
    return InputError(
        f"{RECORDS}/{name}: belongs to no agency; move it into a folder, as {RECORDS}/<agency>/{name}"
    )
