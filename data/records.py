"""The mailboxes of an investigation, by agency: below a folder, or below a prefix of an object store.

Both kinds answer alike, and what lies in them bears the same names (``records/lapd/inbox.pst``), so that the
tables of a run have the same bytes wherever its records lie.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from data.errors import InputError
from data.places import Found, Place, State, list_objects, read_object, state_of
from data.settings import AGENCY_FILE, FILE

MAILBOX_SUFFIXES: Final = frozenset({".pst", ".ost"})
RECORDS: Final = "records"
"""What stands before the agency in the name of every mailbox, wherever the records lie."""


@dataclass(frozen=True)
class RecordFile:
    r"""One mailbox as it was handed over.

    Attributes:
        agency: The folder under ``records/`` in which it lies.
        path: Where to open it.
        file: Its path inside the investigation folder with forward slashes, as
            ``records/lapd/2019/inbox.pst``; bytes of a name that are not UTF-8 are written as ``\\xNN``.
    """

    agency: str
    path: Place
    file: str


@dataclass(frozen=True)
class Seen:
    """A file of the records as one look found it, a mailbox or not.

    Attributes:
        agency: The folder in which it lies.
        file: Its name, as :attr:`RecordFile.file`.
        state: As :func:`data.places.state_of`.
    """

    agency: str
    file: str
    state: State

    @property
    def mailbox(self) -> bool:
        """Whether its suffix is a mailbox's."""
        return _is_mailbox(self.file)

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self.state[0])


class Records(Protocol):
    """Where the mailboxes of an investigation lie."""

    def agencies(self) -> list[str]:
        """The agencies with a folder here, sorted. A hidden folder is one, if a mailbox lies in it.

        Raises:
            InputError: A mailbox belongs to no agency, or something cannot be listed.
        """

    def mailboxes(self, agency: str) -> list[RecordFile]:
        """The mailboxes of one agency; none where it has no folder.

        Raises:
            InputError: Something cannot be listed.
        """

    def settings(self, agency: str) -> bytes | None:
        """What stands in the agency's ``agency.toml``; None where there is none.

        Raises:
            InputError: It cannot be read.
        """

    def others(self) -> list[str]:
        """The names of the files that are no mailboxes, beside the agencies' folders too, sorted.

        An archive may hold what was meant to be read. Hidden files and ``agency.toml`` are left out.

        Raises:
            InputError: Something cannot be listed.
        """

    def look(self) -> list[Seen]:
        """Every file of every agency, mailboxes and others, in order of agency and name.

        A file that goes away while this looks is not in it: the next look settles the matter.

        Raises:
            InputError: Something cannot be listed.
        """


@dataclass(frozen=True)
class FolderRecords:
    """Records below a folder of a disk, NFS too.

    Attributes:
        folder: The folder that holds the agencies'.
        elsewhere: Whether the configuration names it; it must be there then, as a disk that is not mounted
            must not look like one without records.
    """

    folder: Path
    elsewhere: bool = False

    def __str__(self) -> str:
        return str(self.folder)

    def agencies(self) -> list[str]:
        """See :meth:`Records.agencies`."""
        if not self.folder.is_dir():
            if self.elsewhere:
                raise InputError(f"{FILE}: records = {self.folder}: no such folder; is its disk mounted?")
            return []
        agencies = []
        for entry in self._entries():
            if entry.is_dir():
                if not entry.name.startswith(".") or any(map(_is_mailbox, self._files(entry))):
                    agencies.append(_as_text(entry.name))
            elif _is_mailbox(entry):
                raise _stray(entry.name)
        return agencies

    def mailboxes(self, agency: str) -> list[RecordFile]:
        """See :meth:`Records.mailboxes`."""
        folder = self.folder / agency
        if not folder.is_dir():
            return []
        found = [path for path in self._files(folder) if _is_mailbox(path)]
        return [RecordFile(agency, path, self._name(path)) for path in found]

    def settings(self, agency: str) -> bytes | None:
        """See :meth:`Records.settings`."""
        path = self.folder / agency / AGENCY_FILE
        try:
            return path.read_bytes() if path.is_file() else None
        except OSError as error:
            label = f"{RECORDS}/{agency}/{AGENCY_FILE}"
            raise InputError(f"{label}: cannot be read ({error.strerror}); check its permissions") from error

    def others(self) -> list[str]:
        """See :meth:`Records.others`."""
        if not self.folder.is_dir():
            return []
        files = [path for agency in self.agencies() for path in self._files(self.folder / agency)]
        files += [entry for entry in self._entries() if not entry.is_dir()]
        return sorted(self._name(path) for path in files if _is_other(path.name))

    def look(self) -> list[Seen]:
        """See :meth:`Records.look`."""
        found = []
        for agency in self.agencies():
            for path in self._files(self.folder / agency):
                with contextlib.suppress(FileNotFoundError):
                    found.append(Seen(agency, self._name(path), state_of(path)))
        return sorted(found, key=lambda seen: (seen.agency, seen.file))

    def _entries(self) -> list[Path]:
        """What lies in the folder itself, sorted."""
        try:
            return sorted(self.folder.iterdir())
        except OSError as error:
            raise self._not_listed(error) from error

    def _not_listed(self, error: OSError) -> InputError:
        where = Path(error.filename) if error.filename else self.folder
        label = str(where) if where == self.folder else self._name(where)
        return InputError(f"{label}: cannot be listed ({error.strerror}); check its permissions")

    def _files(self, folder: Path) -> Iterator[Path]:
        """The files below a folder, behind symbolic links too, but not around in a circle."""

        def refuse(error: OSError) -> None:
            raise self._not_listed(error) from error

        for place, folders, files in os.walk(folder, followlinks=True, onerror=refuse):
            above = {os.path.realpath(place), *map(str, Path(os.path.realpath(place)).parents)}
            folders[:] = sorted(name for name in folders if os.path.realpath(Path(place, name)) not in above)
            yield from (Path(place, name) for name in sorted(files))

    def _name(self, path: Path) -> str:
        return f"{RECORDS}/{as_label(path, self.folder)}"


@dataclass(frozen=True)
class StoreRecords:
    """Records below a prefix of an object store, whose first part behind the prefix is the agency.

    Attributes:
        url: As ``s3://bucket/records``.
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def agencies(self) -> list[str]:
        """See :meth:`Records.agencies`."""
        agencies = set()
        for found in self._objects():
            agency, below, _ = found.key.partition("/")
            if not below and _is_mailbox(agency):
                raise _stray(agency)
            if below and (not agency.startswith(".") or _is_mailbox(found.key)):
                agencies.add(agency)
        return sorted(agencies)

    def mailboxes(self, agency: str) -> list[RecordFile]:
        """See :meth:`Records.mailboxes`."""
        return [
            RecordFile(agency, found.place, f"{RECORDS}/{agency}/{found.key}")
            for found in self._objects(agency)
            if _is_mailbox(found.key)
        ]

    def settings(self, agency: str) -> bytes | None:
        """See :meth:`Records.settings`."""
        for found in self._objects(agency):
            if found.key == AGENCY_FILE:
                return read_object(found.place)
        return None

    def others(self) -> list[str]:
        """See :meth:`Records.others`."""
        return sorted(
            f"{RECORDS}/{found.key}" for found in self._objects() if _is_other(PurePosixPath(found.key).name)
        )

    def look(self) -> list[Seen]:
        """See :meth:`Records.look`."""
        agencies = set(self.agencies())
        rows = [(found.key.partition("/")[0], found) for found in self._objects()]
        found = [
            Seen(agency, f"{RECORDS}/{one.key}", one.state)
            for agency, one in rows
            if agency in agencies and "/" in one.key
        ]
        return sorted(found, key=lambda seen: (seen.agency, seen.file))

    def _objects(self, agency: str | None = None) -> list[Found]:
        return list_objects(self.url if agency is None else f"{self.url.rstrip('/')}/{agency}")


def as_label(path: Path, base: Path) -> str:
    """The path below ``base`` as text that any table can hold."""
    with contextlib.suppress(ValueError):
        path = path.relative_to(base)
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _is_mailbox(path: Path | str) -> bool:
    name = path if isinstance(path, str) else path.name
    return Path(name).suffix.lower() in MAILBOX_SUFFIXES


def _is_other(name: str) -> bool:
    return not (_is_mailbox(name) or name.startswith(".") or name == AGENCY_FILE)


def _stray(name: str) -> InputError:
    return InputError(
        f"{RECORDS}/{name}: belongs to no agency; move it into a folder, as {RECORDS}/<agency>/{name}"
    )


def _as_text(name: str) -> str:
    """An agency's name, which goes into every table and must therefore be text."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{RECORDS}/{name!a}: the folder's name is not UTF-8; rename it") from error
    return name
