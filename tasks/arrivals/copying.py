"""Files that are part of a copy under way, by their names and sizes.

- ``.part``, ``.partial``, ``.filepart``, ``.tmp``, ``.temp``, ``.crdownload``, ``.download``, ``.opdownload``
  at the end: browsers, curl, WinSCP, and other programs that rename a file when it is complete;
- ``~`` at the beginning: Office and Windows;
- ``.name.pst.x7Yz9q``: rsync, which renames it when it is complete;
- ``.goutputstream-…``: GNOME;
- a mailbox of 0 bytes: the name has been created, the content has not; no mailbox is that small.
"""

from __future__ import annotations

import re
from typing import Final

from data.records import Seen

SUFFIXES: Final = (
    ".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".opdownload",
)  # fmt: skip
_BEGINS: Final = ("~", ".goutputstream-")
_RSYNC: Final = re.compile(r"\..+\.[A-Za-z0-9]{6}")


def is_copying(seen: Seen) -> bool:
    """Whether a file is part of a copy under way.

    Example:
        >>> is_copying(Seen("lapd", "records/lapd/inbox.pst.part", [5, 0, 0, 0]))
        True
        >>> is_copying(Seen("lapd", "records/lapd/notes.txt", [0, 0, 0, 0]))
        False
    """
    name = seen.file.rsplit("/", 1)[-1]
    return (
        name.lower().endswith(SUFFIXES)
        or name.startswith(_BEGINS)
        or (not seen.mailbox and _RSYNC.fullmatch(name) is not None and _of_mailbox(name))
        or (seen.mailbox and seen.size == 0)
    )


def _of_mailbox(name: str) -> bool:
    """Whether the name without its last part is a mailbox's."""
    return Seen("", name.rpartition(".")[0], [0]).mailbox
