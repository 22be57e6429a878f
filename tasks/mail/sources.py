"""Which mailboxes there are: each file's SHA-256, what it is, and which names are the same file.

A file's hash is remembered with its size, time of change and inode, as version control does, so that a
second run does not read 33 GB to learn that nothing has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.catalog import RecordFile
from data.errors import InputError
from tasks.mail.layout import NotAMailboxError
from tasks.mail.plan import MailPlan, open_plan
from tasks.mail.read import LIBPFF_VERSION
from tasks.mail.settings import READER_VERSION
from tasks.mail.watchdog import Watchdog

_MEMO: Final = "hashes.json"
_PIECE: Final = 4 << 20
_LISTING_SECONDS: Final = 900.0
"""Listing takes a second; minutes only where a damaged file of many gigabytes is searched on a slow disk."""


@dataclass(frozen=True)
class Examined:
    """One file, looked at.

    Attributes:
        sha256: of all its bytes.
        bytes: its size.
        plan: what is in it; None where it is no mailbox.
        problem: why it is none, and what to do.
    """

    sha256: str
    bytes: int
    plan: MailPlan | None
    problem: str | None


@dataclass(frozen=True)
class Mailbox:
    """One mailbox of one agency, under all the names that it was given.

    Attributes:
        agency: the agency's folder.
        path: where to read it: the first of its names.
        files: its names inside the investigation folder, sorted.
        examined: what it is.
    """

    agency: str
    path: Path
    files: tuple[str, ...]
    examined: Examined

    @property
    def source(self) -> str:
        """The id used everywhere: the first 12 digits of the SHA-256."""
        return self.examined.sha256[:12]

    def parts(self, work: Path) -> Path:
        """Where its mail is kept: by file, reader and libpff, so that a change of any of them reads anew."""
        return work / "mail" / f"{self.source}-reader{READER_VERSION}-libpff{LIBPFF_VERSION}"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        buffer = memoryview(bytearray(_PIECE))
        while count := file.readinto(buffer):
            digest.update(buffer[:count])
    return digest.hexdigest()


def examine(path: Path, sha256: str | None, names: bool = True) -> Examined:
    """Hash a file and list its messages.

    Args:
        path: the file.
        sha256: its hash where that is known.
        names: whether libpff may be asked for the names of the folders; without them a folder is called by
            its id.

    Raises:
        OSError: the file cannot be read.
    """
    digest = sha256 or sha256_of(path)
    size = path.stat().st_size
    try:
        with Watchdog(_LISTING_SECONDS):
            return Examined(digest, size, open_plan(path, names=names), None)
    except NotAMailboxError as error:
        return Examined(digest, size, None, str(error))


def check_readable(files: Iterable[RecordFile]) -> None:
    """See that every file can be opened, before any work is done.

    Raises:
        InputError: names the first that cannot.
    """
    for file in files:
        try:
            with file.path.open("rb"):
                pass
        except OSError as error:
            raise InputError(
                f"{file.file}: cannot be read ({error.strerror or error}); "
                "make it readable, or take it out of records/"
            ) from error


def group(files: Sequence[RecordFile], examined: Mapping[Path, Examined]) -> list[Mailbox]:
    """One `Mailbox` an agency and hash, in that order; the names of equal files are joined (DESIGN 5.1)."""
    found: dict[tuple[str, str], list[RecordFile]] = {}
    for file in sorted(files, key=lambda file: file.file):
        found.setdefault((file.agency, examined[file.path].sha256), []).append(file)
    return [
        Mailbox(agency, names[0].path, tuple(name.file for name in names), examined[names[0].path])
        for (agency, _), names in sorted(found.items())
    ]


class HashMemo:
    """Hashes of files that have not changed since they were hashed."""

    def __init__(self, work: Path) -> None:
        """Read what is known from `work`; a memo that makes no sense is forgotten, it costs a hashing."""
        self._path = work / "mail" / _MEMO
        try:
            known = json.loads(self._path.read_text())
        except (OSError, ValueError):
            known = {}
        self._known: dict[str, Any] = known if isinstance(known, dict) else {}

    def get(self, file: RecordFile) -> str | None:
        """The file's SHA-256 if it is known and the file is as it was."""
        row = self._known.get(file.file)
        return str(row[-1]) if isinstance(row, list) and row[:-1] == state_of(file.path) else None

    def put(self, file: RecordFile, sha256: str, state: Sequence[int]) -> None:
        """Remember a hash, with the state that the file had before it was hashed."""
        self._known[file.file] = [*state, sha256]

    def save(self) -> None:
        """Write the memo beside and rename it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f".{_MEMO}.{os.getpid()}.partial")
        beside.write_text(json.dumps(self._known, indent=0, sort_keys=True))
        beside.replace(self._path)


def state_of(path: Path) -> list[int]:
    """Size, times of change in nanoseconds and inode: what must stay the same for a hash to stay true."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
