"""Which mailboxes there are: each file's SHA-256, what it is, and which names are the same file.

A file's hash is remembered with its state (:mod:`data.hashes`), so that a second run does not read 33 GB to
find out that nothing has changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.catalog import RecordFile
from data.errors import UnreadableError
from data.hashes import Hashes
from data.opening import regular
from data.printable import printable
from data.sealed import read_json, write_json
from data.storage import Location, Remote, State, changed, state_of, stream, vanished
from tasks.bodies.detect import DETECTOR_VERSION
from tasks.mail.child import Died, in_child
from tasks.mail.layout import NotAMailboxError
from tasks.mail.plan import FolderFacts, MailPlan, facts_at, open_plan
from tasks.mail.read import LIBPFF_VERSION
from tasks.mail.settings import READER_VERSION, MailSettings
from tasks.mail.watchdog import Watchdog

__all__ = [
    "Examined",
    "HashMemo",
    "Mailbox",
    "check_readable",
    "check_unchanged",
    "examine",
    "examine_apart",
    "group",
    "reader_name",
    "sha256_of",
    "state_of",
]

_MEMO: Final = "hashes.json"
_SURVEYED: Final = "surveyed.json"
_PIECE: Final = 16 << 20
_AHEAD: Final = 16 << 20
_BEHIND: Final = 1 << 30
"""Bytes of a file that stay in the system's memory behind the place to which it is hashed: for those who read
its messages meanwhile. A disk of mailboxes would else push all that other programs have there out of it; and
the system fills memory that was free for long at half the speed of such that it has just had back."""

_LISTING_SECONDS: Final = 900.0
"""Listing takes a second; minutes only if a damaged file of many gigabytes is searched on a slow disk."""


@dataclass(frozen=True)
class Examined:
    """One file, hashed and listed.

    Attributes:
        sha256: Of all its bytes.
        bytes: Its size.
        plan: What is in it; None if it is not a mailbox.
        problem: Why it is not one, and what to do.
        state: What ``state_of`` said before it was hashed.
        named: Whether libpff was asked for the names of its folders.
    """

    sha256: str
    bytes: int
    plan: MailPlan | None
    problem: str | None
    state: State
    named: bool = True


@dataclass(frozen=True)
class Mailbox:
    """One mailbox of one agency, under all the names that it was given.

    Attributes:
        agency: The agency's folder.
        path: Where to read it: the first of its names.
        files: Its names inside the investigation folder, sorted.
        examined: What it is.
        code_page: The codec of the agency's setting ``code_page``; None where it has none.
    """

    agency: str
    path: Location
    files: tuple[str, ...]
    examined: Examined
    code_page: str | None = None

    @property
    def source(self) -> str:
        """The id used everywhere: the first 12 digits of the SHA-256."""
        return self.examined.sha256[:12]

    @property
    def reading(self) -> str:
        """What its mail depends on besides the reader: two agencies may read one file in two code pages."""
        return self.source if self.code_page is None else f"{self.source}-{self.code_page}"

    def mail_folder(self, work: Path) -> Path:
        """Folder of its partitions, named by file, code page and reader: a change of any reads again."""
        return work / "mail" / f"{self.reading}-{reader_name()}"


def reader_name() -> str:
    """What reads the mail: this reader, libpff, and what guesses code pages, each with its version."""
    return f"reader{READER_VERSION}-libpff{LIBPFF_VERSION}-guess{DETECTOR_VERSION}"


def sha256_of(path: Location) -> str:
    """SHA-256 of a file, in hexadecimal digits; an object on a store is streamed, once.

    Raises:
        OSError: The file cannot be read.
        InputError: Its store cannot be reached or refuses.
    """
    digest = hashlib.sha256()
    if isinstance(path, Remote):
        for piece in stream(path):
            digest.update(piece)
        return digest.hexdigest()
    with path.open("rb", buffering=0) as file:
        buffer, at = memoryview(bytearray(_PIECE)), 0
        while count := file.readinto(buffer):
            at += count
            _move_window(file.fileno(), at - count, at)
            digest.update(buffer[:count])
    return digest.hexdigest()


def _move_window(file: int, start: int, at: int) -> None:
    """Ask the disk for what is hashed next, so that it works meanwhile; and let what is far behind go."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file, at, _AHEAD, os.POSIX_FADV_WILLNEED)
        if at > _BEHIND:
            behind = max(0, start - _BEHIND)
            os.posix_fadvise(file, behind, at - _BEHIND - behind, os.POSIX_FADV_DONTNEED)


def examine(
    path: Location,
    sha256: str | None,
    names: bool = True,
    plan: MailPlan | None = None,
    facts: FolderFacts | None = None,
) -> Examined:
    """Hash a file and list its messages.

    Args:
        path: The file.
        sha256: Its hash if that is known, or if it is found out elsewhere, empty.
        names: Whether libpff may be asked for the names of the folders; without them a folder is called by
            its id.
        plan: What is in a file of this hash, if that is known: then nothing of it is read.
        facts: The names, if they are known: then libpff is not asked.

    Raises:
        OSError: The file cannot be read.
        InputError: Its store cannot be reached or refuses, or it was replaced meanwhile.
    """
    state = state_of(path)
    if plan is not None and sha256 is not None:
        return Examined(sha256, plan.size, plan, None, state, names)
    digest = sha256_of(path) if sha256 is None else sha256
    size, known = int(state_of(path)[0]), facts if names else {}
    try:
        with Watchdog(_LISTING_SECONDS):
            return Examined(digest, size, open_plan(path, facts=known, state=state), None, state, names)
    except NotAMailboxError as error:
        return Examined(digest, size, None, str(error), state, names)


def examine_apart(path: Location, sha256: str | None) -> Examined:
    """The same where the worker that did it has died: libpff reads the names in a child process.

    A worker may have been killed by something else, and then the names are as they would have been. Only
    where the child dies as well, each time, are the folders called by their ids.

    Raises:
        OSError, InputError: As in ``examine``.
    """
    for _ in range(MailSettings().deaths):
        facts = in_child(_facts_of, (path, state_of(path)), path, seconds=_LISTING_SECONDS)
        if not isinstance(facts, Died):
            return examine(path, sha256, facts=facts)
    return examine(path, sha256, names=False)


def _facts_of(place: tuple[Location, State]) -> FolderFacts:
    with Watchdog(_LISTING_SECONDS):
        return facts_at(*place)


def check_readable(files: Iterable[RecordFile]) -> None:
    """Check that every file can be opened, before any work is done.

    Raises:
        InputError: One cannot, or a store cannot be reached; the message names it.
    """
    for file in files:
        try:
            if isinstance(file.path, Path):
                with regular(file.path, file.file).open("rb"):
                    pass
            else:
                state_of(file.path)
        except OSError as error:
            raise _unreadable(file.path, file.file, error) from error


def _unreadable(path: Location, name: str, error: OSError) -> UnreadableError:
    return UnreadableError(
        f"{printable(name)}: cannot be read ({error.strerror or error}); "
        "make it readable, or take it out of records/",
        str(path),
    )


def check_unchanged(path: Location, state: Sequence[int | str]) -> None:
    """Check that a file is the one that was hashed.

    Args:
        path: The file.
        state: What ``state_of`` said of it then.

    Raises:
        InputError: It was replaced or deleted.
    """
    try:
        same = state_of(path) == list(state)
    except FileNotFoundError as error:
        raise vanished(path) from error
    except OSError as error:
        raise _unreadable(path, str(path), error) from error
    if not same:
        raise changed(path)


def group(
    files: Sequence[RecordFile], examined: Mapping[Any, Examined], code_pages: Mapping[str, str] | None = None
) -> list[Mailbox]:
    """One ``Mailbox`` per agency and hash, in that order; equal files are one mailbox (method 1.2).

    Args:
        files: The files.
        examined: What each is, by its path.
        code_pages: The codec of the setting ``code_page`` of each agency that has one.
    """
    pages = code_pages or {}
    found: dict[tuple[str, str], list[RecordFile]] = {}
    for file in sorted(files, key=lambda file: file.file):
        found.setdefault((file.agency, examined[file.path].sha256), []).append(file)
    return [
        Mailbox(
            agency,
            names[0].path,
            tuple(name.file for name in names),
            examined[names[0].path],
            pages.get(agency),
        )
        for (agency, _), names in sorted(found.items())
    ]


class SurveyMemo:
    """Files that a worker has listed without harm, and so may be listed in this process, without workers.

    Args:
        work: The investigation's work folder.

    Attributes:
        rebuilt: A line that says so, if the memo was damaged.
    """

    def __init__(self, work: Path) -> None:
        self._path = work / "mail" / _SURVEYED
        kept = read_json(self._path, reader_name())
        self._rows: dict[str, Any] = dict(kept.value) if isinstance(kept.value, dict) else {}
        self.rebuilt: tuple[str, ...] = (
            (f"work/mail/{_SURVEYED}: {kept.fault}; begun anew",) if kept.fault else ()
        )

    def get(self, sha256: str | None) -> bool | None:
        """Whether a file of this hash was listed with the names of its folders; None if it was not listed."""
        return self._rows.get(sha256 or "")

    def save(self, examined: Iterable[Examined]) -> None:
        """Remember the files of a run, and those of other runs."""
        rows = {**self._rows, **{each.sha256: each.named for each in examined}}
        if rows != self._rows or self.rebuilt:
            write_json(self._path, rows, reader_name())


class HashMemo(Hashes):
    """Hashes of mailboxes that have not changed since they were hashed (:mod:`data.hashes`).

    Args:
        work: The investigation's work folder.
    """

    def __init__(self, work: Path) -> None:
        super().__init__(work / "mail" / _MEMO, "mailboxes")

    def get(self, file: RecordFile) -> str | None:
        """The file's SHA-256 if it is known and the file is as it was."""
        return None if self.size_of(file.file) is None else self.hash_of(file.file, state_of(file.path))

    def put(self, file: RecordFile, sha256: str, state: Sequence[int | str]) -> None:
        """Remember a hash, with the state of the file before it was hashed."""
        self.note(file.file, state, sha256)
