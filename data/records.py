"""The mailboxes of an investigation, by agency: below a folder, or below a prefix of an object store.

Both kinds have the same methods and give files the same names (``records/lapd/inbox.pst``), so that a run's
tables have the same bytes wherever its records are stored.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from data.configuration import check_size, read_settings
from data.errors import InputError
from data.record_names import (
    RECORDS,
    as_label,
    as_text,
    disk_of,
    escaped,
    is_mailbox,
    is_of_disk,
    is_other,
    stray,
)
from data.settings import AGENCY_FILE, FILE
from data.storage import (
    Found,
    Location,
    Remote,
    State,
    is_prefix,
    list_objects,
    read_object,
    state_of,
    state_of_link,
)


@dataclass(frozen=True)
class RecordFile:
    r"""One mailbox, or another file, as it was handed over.

    Attributes:
        agency: Its folder under ``records/``; empty for a file that is in none.
        path: Where to open it.
        file: Its path inside the investigation folder with forward slashes, such as
            ``records/lapd/2019/inbox.pst``; bytes of a name that are not UTF-8 are written as ``\\xNN``.
    """

    agency: str
    path: Location
    file: str


@dataclass(frozen=True)
class Seen:
    """A file of the records as one scan found it, a mailbox or not.

    Attributes:
        agency: Its agency's folder.
        file: Its name, as in :attr:`RecordFile.file`.
        state: From :func:`data.storage.state_of`.
    """

    agency: str
    file: str
    state: State

    @property
    def mailbox(self) -> bool:
        """Whether its suffix is a mailbox's."""
        return is_mailbox(self.file)

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self.state[0])


@dataclass(frozen=True)
class Scan:
    """What one scan found of all agencies. A fault of one agency does not hide the others.

    Attributes:
        seen: Every file of every agency that could be listed, in order of agency and name.
        troubles: What could not be listed and why, by its name below ``records/``.
        passed_over: Folders that belong to the disk itself (``lost+found``, ``.snapshot`` …); nothing in them
            is read.
    """

    seen: tuple[Seen, ...] = ()
    troubles: Mapping[str, str] = field(default_factory=dict)
    passed_over: tuple[str, ...] = ()


class Records(Protocol):
    """Where the mailboxes of an investigation are stored.

    Folders that disks and file servers make for themselves are passed over, at any depth.
    """

    def agencies(self, troubles: dict[str, str] | None = None) -> list[str]:
        """The agencies with a folder here, sorted. A hidden folder is an agency only if it holds a mailbox.

        Args:
            troubles: If given, faults are collected here by name instead of being raised.

        Raises:
            InputError: A mailbox belongs to no agency, or a folder cannot be listed.
        """

    def mailboxes(self, agency: str) -> list[RecordFile]:
        """The mailboxes of an agency, or of a folder inside its folder, such as ``lapd/2019``; may be empty.

        Raises:
            InputError: A folder cannot be listed.
        """

    def is_folder(self, name: str) -> bool:
        """Whether there is a folder of this name here, such as ``lapd/2019``.

        Raises:
            InputError: The disk or store does not answer.
        """

    def settings(self, agency: str) -> bytes | None:
        """The content of the agency's ``agency.toml``; None if there is none.

        Raises:
            InputError: It cannot be read.
        """

    def others(self) -> list[str]:
        """The names of all files that are no mailboxes, sorted, including those outside any agency's folder.

        They are reported because an archive may hold what was meant to be read. Hidden files and
        ``agency.toml`` are left out.

        Raises:
            InputError: A folder cannot be listed.
        """

    def other_files(self, agencies: Collection[str] | None = None) -> list[RecordFile]:
        """The files of :meth:`others`, in order of their names.

        Args:
            agencies: The agencies whose folders are listed; None for all, and for files outside of them.

        Raises:
            InputError: A folder cannot be listed.
        """

    def scan(self) -> Scan:
        """Every file of every agency, mailboxes and others. An agency that cannot be listed is skipped.

        A file that disappears during the scan is left out; the next scan will show what became of it. A
        broken link is included, because a run would fail on it.

        Raises:
            InputError: Nothing can be listed at all.
        """


@dataclass(frozen=True)
class FolderRecords:
    """Records below a folder on a disk, NFS included.

    Attributes:
        folder: The folder that holds the agencies' folders.
        elsewhere: Whether the configuration names this folder. Then it must exist: a disk that is not mounted
            must not pass for one without records.
    """

    folder: Path
    elsewhere: bool = False

    def __str__(self) -> str:
        return str(self.folder)

    def agencies(self, troubles: dict[str, str] | None = None) -> list[str]:
        """See :meth:`Records.agencies`."""
        agencies: list[str] = []
        for entry in self._entries():
            if is_of_disk(entry.name):
                continue
            try:
                if self._is_agency(entry):
                    agencies.append(as_text(entry.name))
            except InputError as error:
                if troubles is None:
                    raise
                troubles[as_label(entry, self.folder)] = str(error)
        return agencies

    def mailboxes(self, agency: str) -> list[RecordFile]:
        """See :meth:`Records.mailboxes`."""
        if not self.is_folder(agency):
            return []
        found = [path for path in self._files(self.folder / agency) if is_mailbox(path)]
        return [RecordFile(agency, path, self._name(path)) for path in found]

    def is_folder(self, name: str) -> bool:
        """See :meth:`Records.is_folder`."""
        with self._disk_errors(self.folder / name):
            return (self.folder / name).is_dir()

    def settings(self, agency: str) -> bytes | None:
        """See :meth:`Records.settings`."""
        path = self.folder / agency / AGENCY_FILE
        with contextlib.suppress(FileNotFoundError), self._disk_errors(path, "read"):
            path.lstat()
            return read_settings(path, self._name(path))
        return None

    def others(self) -> list[str]:
        """See :meth:`Records.others`."""
        return [other.file for other in self.other_files()]

    def other_files(self, agencies: Collection[str] | None = None) -> list[RecordFile]:
        """See :meth:`Records.other_files`."""
        wanted = self.agencies() if agencies is None else agencies
        files = [(agency, path) for agency in wanted for path in self._files(self.folder / agency)]
        if agencies is None:
            files += [("", entry) for entry in self._entries() if not entry.is_dir()]
        found = [RecordFile(agency, path, self._name(path)) for agency, path in files if is_other(path.name)]
        return sorted(found, key=lambda other: other.file)

    def scan(self) -> Scan:
        """See :meth:`Records.scan`."""
        troubles: dict[str, str] = {}
        seen: list[Seen] = []
        passed = [self._name(entry) for entry in self._entries() if is_of_disk(entry.name)]
        for agency in self.agencies(troubles):
            try:
                seen += self._seen(agency, passed)
            except InputError as error:
                troubles[agency] = str(error)
        return Scan(_in_order(seen), troubles, tuple(sorted(passed)))

    def _entries(self) -> list[Path]:
        with self._disk_errors(self.folder):
            if self.folder.is_dir():
                return sorted(self.folder.iterdir())
        if self.elsewhere:
            raise InputError(f"{FILE}: records = {self.folder}: no such folder; is its disk mounted?")
        return []

    def _is_agency(self, entry: Path) -> bool:
        with self._disk_errors(entry):
            folder = entry.is_dir()
        if not folder and is_mailbox(entry):
            raise stray(entry.name)
        return folder and (not entry.name.startswith(".") or any(map(is_mailbox, self._files(entry))))

    def _seen(self, agency: str, passed: list[str]) -> Iterator[Seen]:
        for path in self._files(self.folder / agency, passed):
            with contextlib.suppress(FileNotFoundError), self._disk_errors(path, "read"):
                yield Seen(agency, self._name(path), state_of_link(path))

    def _files(self, folder: Path, passed: list[str] | None = None) -> Iterator[Path]:
        """The files below a folder. Symbolic links are followed, except back into a folder above.

        The names of folders that are passed over are added to ``passed``.
        """

        def refuse(error: OSError) -> None:
            with contextlib.suppress(FileNotFoundError), self._disk_errors(Path(error.filename or folder)):
                raise error

        for parent, folders, files in os.walk(folder, followlinks=True, onerror=refuse):
            above = {os.path.realpath(parent), *map(str, Path(os.path.realpath(parent)).parents)}
            if passed is not None:
                passed += [self._name(Path(parent, name)) for name in folders if is_of_disk(name)]
            # Changed in place: ``os.walk`` goes into what is left in this list, in this order.
            folders[:] = sorted(
                name
                for name in folders
                if not is_of_disk(name) and os.path.realpath(Path(parent, name)) not in above
            )
            yield from (Path(parent, name) for name in sorted(files))

    @contextlib.contextmanager
    def _disk_errors(self, path: Path, what: str = "listed") -> Iterator[None]:
        """Turn a disk's error into one line that names the file; FileNotFoundError is passed on as it is."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            where = str(path) if path == self.folder else self._name(path)
            fix = "check its permissions" if isinstance(error, PermissionError) else "is its disk mounted?"
            raise InputError(f"{where}: cannot be {what} ({error.strerror}); {fix}") from error

    def _name(self, path: Path) -> str:
        return f"{RECORDS}/{as_label(path, self.folder)}"


@dataclass(frozen=True)
class StoreRecords:
    """Records below a prefix of an object store. The first name after the prefix is the agency.

    Attributes:
        url: Such as ``s3://bucket/records``.
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def agencies(self, troubles: dict[str, str] | None = None) -> list[str]:
        """See :meth:`Records.agencies`."""
        return _agencies_of(self._objects(), troubles)

    def mailboxes(self, agency: str) -> list[RecordFile]:
        """See :meth:`Records.mailboxes`."""
        return [
            RecordFile(agency, found.location, escaped(f"{RECORDS}/{agency}/{found.key}"))
            for found in self._objects(agency)
            if is_mailbox(found.key)
        ]

    def is_folder(self, name: str) -> bool:
        """See :meth:`Records.is_folder`."""
        return is_prefix(f"{self.url.rstrip('/')}/{name}")

    def settings(self, agency: str) -> bytes | None:
        """See :meth:`Records.settings`."""
        location = Remote(f"{self.url.rstrip('/')}/{agency}/{AGENCY_FILE}")
        try:
            size = int(state_of(location)[0])
        except FileNotFoundError:
            return None
        check_size(size, escaped(f"{RECORDS}/{agency}/{AGENCY_FILE}"))
        return read_object(location)

    def others(self) -> list[str]:
        """See :meth:`Records.others`."""
        return [other.file for other in self.other_files()]

    def other_files(self, agencies: Collection[str] | None = None) -> list[RecordFile]:
        """See :meth:`Records.other_files`."""
        found = [
            RecordFile(
                one.key.rpartition("/")[0].partition("/")[0], one.location, escaped(f"{RECORDS}/{one.key}")
            )
            for one in self._objects()
            if is_other(PurePosixPath(one.key).name)
        ]
        wanted = [other for other in found if agencies is None or other.agency in agencies]
        return sorted(wanted, key=lambda other: other.file)

    def scan(self) -> Scan:
        """See :meth:`Records.scan`."""
        found, troubles = list_objects(self.url), dict[str, str]()
        agencies = set(_agencies_of(_outside(found), troubles))
        seen = [
            Seen(agency, escaped(f"{RECORDS}/{one.key}"), one.state)
            for one in _outside(found)
            if (agency := one.key.partition("/")[0]) in agencies and "/" in one.key
        ]
        passed = {disk_of(one.key) for one in found} - {""}
        return Scan(_in_order(seen), troubles, tuple(f"{RECORDS}/{name}" for name in sorted(passed)))

    def _objects(self, agency: str | None = None) -> list[Found]:
        return _outside(list_objects(self.url if agency is None else f"{self.url.rstrip('/')}/{agency}"))


def _agencies_of(objects: Iterable[Found], troubles: dict[str, str] | None) -> list[str]:
    """The agencies in a listing; see :meth:`Records.agencies`."""
    agencies = set()
    for found in objects:
        agency, below, _ = found.key.partition("/")
        if not below and is_mailbox(agency):
            if troubles is None:
                raise stray(agency)
            troubles[agency] = str(stray(agency))
        if below and (not agency.startswith(".") or is_mailbox(found.key)):
            agencies.add(agency)
    return sorted(agencies)


def _outside(objects: Iterable[Found]) -> list[Found]:
    """The objects outside folders that belong to a disk (they may have been copied from one)."""
    return [found for found in objects if not disk_of(found.key)]


def _in_order(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    return tuple(sorted(seen, key=lambda one: (one.agency, one.file)))
