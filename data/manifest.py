"""One file that says what the footers of many say: what is known of the files of an agency (method 12.4).

A footer tells how many rows a file has, and which. To ask 200,000 of them takes minutes; a manifest is read
at once. What it says of a file counts as long as the file has the size, the times and the inode that it had.
The content is verified elsewhere, by the file's own checksum (:mod:`data.sealed`): a manifest only spares the
question, and where it is missing or damaged the footers are asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from data.sealed import read_json, write_json
from data.values import fingerprint

_VERSION: Final = "manifest 1"


class Manifest:
    """What is known of some files.

    Args:
        path: Where the manifest is, in ``work/``.

    Example:
        >>> manifest = Manifest(Path("no-such-folder/files.json"))
        >>> manifest.of(Path(__file__), lambda path: path.name)
        'manifest.py'
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        kept = read_json(path, _VERSION).value
        self._before: dict[str, Any] = kept if isinstance(kept, dict) else {}
        self._now: dict[str, Any] = {}

    @staticmethod
    def of_agency(folder: Path, agency: str) -> Manifest:
        """The manifest of an agency, which may have any name, in a folder."""
        return Manifest(folder / f"files-{fingerprint(agency)[:16]}.json")

    def of(self, file: Path, read: Callable[[Path], Any]) -> Any:
        """What is known of a file.

        Args:
            file: The file.
            read: Asks the file itself; what it returns, JSON can hold.

        Raises:
            OSError: The file is gone, or cannot be read.
        """
        found = file.stat()
        state = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
        name = "/".join(file.parts[-2:])
        row = self._before.get(name)
        is_known = isinstance(row, list) and len(row) == 2 and row[0] == state
        self._now[name] = row if is_known else [state, read(file)]
        return self._now[name][1]

    def save(self) -> None:
        """Keep what is known of the files that were asked for, and of no others.

        Raises:
            OSError: It cannot be written.
        """
        if self._now != self._before:
            write_json(self._path, self._now, _VERSION)
            self._before = dict(self._now)
