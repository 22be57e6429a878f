"""Hashes of files that have not changed since they were hashed, so that nothing is read to find that out.

A file's hash is remembered with its size, its times of modification and change and its inode, as version
control does; that of an object on a store with its size, ETag and time of change.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from data.sealed import read_json, write_json
from data.storage import State

_VERSION: Final = "hashes 2"


class Hashes:
    """A memo of hashes, kept in a sealed file.

    Args:
        path: The file; a damaged one is ignored, and the files are hashed again.
        what: What is hashed again then, as "mailboxes".

    Attributes:
        rebuilt: A line that says so, if the memo was damaged.

    Example:
        >>> memo = Hashes(Path("no-such-folder/hashes.json"), "mailboxes")
        >>> memo.note("a.pst", [3, 1, 1, 7], "ab" * 32)
        >>> memo.hash_of("a.pst", [3, 1, 1, 7])[:4], memo.hash_of("a.pst", [4, 1, 1, 7])
        ('abab', None)
    """

    def __init__(self, path: Path, what: str) -> None:
        self._path = path
        kept = read_json(path, _VERSION)
        self._rows: dict[str, Any] = kept.value if isinstance(kept.value, dict) else {}
        place = f"work/{path.parent.name}/{path.name}"
        self.rebuilt: tuple[str, ...] = (
            (f"{place}: {kept.fault}; {what} were hashed again",) if kept.fault else ()
        )

    def hash_of(self, file: str, state: Sequence[Any]) -> str | None:
        """The SHA-256 of the file of that name, if it was hashed in this state."""
        row = self._rows.get(file)
        return str(row[-1]) if isinstance(row, list) and row and row[:-1] == list(state) else None

    def size_of(self, file: str) -> int | None:
        """The size that the file of that name had when it was hashed; None where it was not."""
        row = self._rows.get(file)
        return int(row[0]) if isinstance(row, list) and len(row) > 1 and isinstance(row[0], int) else None

    def sizes(self) -> frozenset[int]:
        """The sizes that files had when they were hashed, whatever they are called now."""
        return frozenset(size for file in self._rows if (size := self.size_of(file)) is not None)

    def note(self, file: str, state: State | Sequence[Any], sha256: str) -> None:
        """Remember a hash, with the state of the file before it was hashed."""
        self._rows[file] = [*state, sha256]

    def save(self) -> None:
        """Write the memo under another name and rename it."""
        write_json(self._path, self._rows, _VERSION)
