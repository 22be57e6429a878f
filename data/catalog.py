"""Where each dataset is in an investigation folder (README.md), and which mailboxes are in it.

Nothing here opens a mailbox. Everything in ``records/`` is listed, including hidden files, files behind
symbolic links and links that lead nowhere, because this program exists so that no item is skipped silently. A
file that turns out not to be a mailbox goes to quarantine.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from data.configuration import agency_lines, read_agency, read_by_agency, read_config
from data.errors import InputError, NoMailboxError
from data.hidden_agencies import WithoutAgencies
from data.opening import check_folder, regular
from data.printable import quoted
from data.record_names import as_folder, as_label, escaped, shown_path
from data.records import FolderRecords, RecordFile, Records, StoreRecords
from data.settings import AGENCY_FILE, FILE, Agency, Config
from data.text import nearest

__all__ = ["NO_INPUTS", "PROVENANCE", "Investigation", "RecordFile"]

PROVENANCE: Final = "provenance.json"
"""The file of ``out/`` that names the others by their hashes; it is published last."""

NO_INPUTS: Final = frozenset({
    "accepted", "configuration", "investigation", "kept", "outputs", "recognised", "tables", "versions",
    "warnings",
})  # fmt: skip
"""Its keys that name no input."""

FOLDERS: Final = ("records", "posts", "crime", "census", "atlas")
"""The folders of an investigation into which people put files."""

_ARCHIVES: Final = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst"})
"""Suffixes of files that may hold mailboxes."""


@dataclass(frozen=True)
class Investigation:
    """An investigation folder whose configuration has been checked.

    Attributes:
        folder: The folder, absolute.
        config: Its configuration, with the agencies of ``agency.toml`` files.
        faults: Agencies whose sections in ``investigation.toml`` are wrong, each with what is wrong.
        hidden: Names below ``records/`` that this run leaves out.
    """

    folder: Path
    config: Config
    faults: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    @classmethod
    def unchecked(cls, folder: Path) -> Investigation:
        """Read the configuration of an investigation folder, without looking at its records.

        Args:
            folder: The investigation folder.

        Raises:
            InputError: The folder or its configuration is missing or wrong. What is wrong in the section of
                one agency is no error, and stands in ``faults``.
        """
        folder = checked_path(folder)
        if not os.path.lexists(folder):
            raise InputError(
                f"{folder}: no such folder; make an investigation with: nwatch new {quoted(str(folder))}"
            )
        if folder.is_file():
            raise InputError(f"{folder}: is a file; name the investigation folder that holds {FILE}")
        check_folder(folder, str(folder))
        config, faults = read_by_agency(folder)
        for name in FOLDERS:
            check_folder(folder / name, name)
        return cls(folder, config, faults)

    @classmethod
    def open(
        cls, folder: Path, agencies: Collection[str] | None = None, hidden: Collection[str] = ()
    ) -> Investigation:
        """Read the configuration of an investigation folder and check that every agency has its settings.

        Args:
            folder: The investigation folder.
            agencies: The agencies that the run is about; others need not have settings yet, such as one
                whose folder is just being copied. None for all.
            hidden: Names below ``records/`` that the run leaves out: nothing of them is listed.

        Raises:
            InputError: The folder or its configuration is missing or wrong, an agency's folder has settings
                in no place or in two, or a file is in ``records/`` beside the agencies' folders. What is
                wrong with agencies that the run is not about is no error.
        """
        found = replace(cls.unchecked(folder), hidden=frozenset(hidden))
        if agencies is None and found.faults:
            read_config(found.folder)  # says all that is wrong
        known, troubles = dict(found.config.agencies), dict[str, str]()
        for agency in found.place.agencies(None if agencies is None else troubles):
            try:
                known[agency] = found.settings_of(agency)
            except InputError:
                if agencies is None or agency in agencies:
                    raise
        for agency in agencies or ():
            if agency in troubles:
                raise InputError(troubles[agency])
        config = found.config.model_copy(update={"agencies": dict(sorted(known.items()))})
        return replace(found, config=config)

    def settings_of(self, agency: str) -> Agency:
        """The settings of an agency, from ``investigation.toml`` or from its own file.

        Raises:
            InputError: They are in no place or in two, or are wrong.
        """
        label = f"records/{agency}/{AGENCY_FILE}"
        here, own = self.config.agencies.get(agency), self.place.settings(agency)
        if own is not None:
            if here is not None:
                raise InputError(
                    f"agency {agency!r} has settings in {label} and in {FILE}; keep one of the two"
                )
            return read_agency(own, label)
        if here is not None:
            return here
        if agency in self.faults:
            raise InputError(self.faults[agency])
        near = nearest(agency, list(self.config.agencies))
        hint = f" (did you mean the folder to be {near!r}?)" if near else ""
        raise InputError(
            f"records/{agency}: unknown agency {agency!r}{hint}; write its settings into {FILE}, "
            f"or without the first line into {label}:\n{agency_lines(agency)}"
        )

    @property
    def place(self) -> Records:
        """Where the mailboxes lie: ``records/``, or what ``records`` of the configuration says."""
        return WithoutAgencies(self._place, self.hidden) if self.hidden else self._place

    @property
    def _place(self) -> Records:
        given = self.config.records
        if given is None:
            return FolderRecords(self.folder / "records")
        if given.startswith("file://"):
            return FolderRecords(Path(unquote(given.removeprefix("file://"))), elsewhere=True)
        if "://" in given:
            return StoreRecords(given.rstrip("/"))
        return FolderRecords(Path(given), elsewhere=True)

    @property
    def work(self) -> Path:
        """``work/``: what can be deleted and is rebuilt."""
        return self.folder / "work"

    @property
    def out(self) -> Path:
        """``out/``: what a run publishes."""
        return self.folder / "out"

    @property
    def timezones(self) -> dict[str, str]:
        """The time zone of each agency."""
        return {name: agency.timezone for name, agency in self.config.agencies.items()}

    @property
    def code_pages(self) -> dict[str, str]:
        """The codec of each agency that has the setting ``code_page``."""
        return {
            name: agency.code_page
            for name, agency in self.config.agencies.items()
            if agency.code_page is not None
        }

    def agencies_with_records(self) -> list[str]:
        """The folders of ``records/``, sorted: each is an agency. A hidden one is, if a mailbox lies in it.

        Raises:
            InputError: A mailbox lies in ``records/`` itself, where it belongs to no agency, or a folder
                cannot be listed.
        """
        return self.place.agencies()

    def post_files(self, faults: dict[str, str] | None = None) -> list[tuple[str, Path]]:
        """Every file in ``posts/`` that is not hidden, with its path inside the folder, in order of that.

        Args:
            faults: Where given, what is no regular file is left out, and what is wrong with it is put here by
                its path inside the folder, as one line.

        Raises:
            InputError: One is no regular file, but a pipe, say. Folders are passed over.
        """
        files = (path for path in (self.folder / "posts").glob("*") if not path.name.startswith("."))
        return self._regular((path for path in files if not path.is_dir()), faults)

    def crime_files(self, faults: dict[str, str] | None = None) -> dict[str, list[tuple[str, Path]]]:
        """The files of crime records of each folder of ``crime/``, by its name, as :meth:`post_files`.

        Args:
            faults: As there; a file that belongs to no city is put there too.

        Raises:
            InputError: A file lies in ``crime/`` itself, where it belongs to no city, or is no regular file.
        """
        found: dict[str, list[tuple[str, Path]]] = {}
        for path in sorted((self.folder / "crime").glob("*")):
            if path.name.startswith("."):
                continue
            try:
                if files := self._files_of_city(path):
                    found[as_folder(path.name, "crime")] = self._regular(files, faults)
            except InputError as error:
                if faults is None:
                    raise
                faults[as_label(path, self.folder)] = str(error)
        return found

    def _files_of_city(self, path: Path) -> list[Path]:
        """What lies in a folder of ``crime/``.

        Raises:
            InputError: It is no folder.
        """
        if not path.is_dir():
            raise InputError(
                f"{as_label(path, self.folder)}: belongs to no city; move it into a folder, "
                f"as crime/<city>/{escaped(path.name)}"
            )
        return [file for file in path.glob("*") if not (file.name.startswith(".") or file.is_dir())]

    def atlas_files(self, faults: dict[str, str] | None = None) -> list[tuple[str, Path]]:
        """The files ``atlas/*.csv``, as :meth:`post_files`.

        Args:
            faults: As there.

        Raises:
            InputError: One is no regular file.
        """
        files = (self.folder / "atlas").glob("*.csv")
        return self._regular((path for path in files if not path.name.startswith(".")), faults)

    def _regular(self, files: Iterable[Path], faults: dict[str, str] | None) -> list[tuple[str, Path]]:
        """Files with their paths inside the folder, in order of those."""
        found: list[tuple[str, Path]] = []
        for label, path in sorted((as_label(path, self.folder), path) for path in files):
            try:
                found.append((label, regular(path, label)))
            except InputError as error:
                if faults is None:
                    raise
                faults[label] = str(error)
        return found

    def requests_file(self) -> tuple[str, Path]:
        """``requests.csv``: its path inside the folder, and where to open it."""
        return "requests.csv", self.folder / "requests.csv"

    def subjects_file(self) -> tuple[str, Path]:
        """``subjects.csv``, the investigation's own rows of the crosswalk, as :meth:`requests_file`."""
        return "subjects.csv", self.folder / "subjects.csv"

    def census_file(self, stem: str) -> tuple[str, Path]:
        """The one table of the Census folder with this stem, as ``acs``, and its path inside the folder.

        Raises:
            InputError: There is none, or more than one.
        """
        found = sorted((self.folder / "census").glob(f"{stem}.*"))
        found = [path for path in found if path.suffix in (".csv", ".parquet")]
        if len(found) != 1:
            names = ", ".join(escaped(path.name) for path in found) or "none"
            raise InputError(
                f"census/{stem}: one file is needed, {stem}.csv or {stem}.parquet, but there is {names}"
            )
        return as_label(found[0], self.folder), found[0]

    def records(self, agencies: Collection[str] | None = None) -> list[RecordFile]:
        """Every mailbox of every agency, whatever the case of its suffix, in order of agency and file.

        Args:
            agencies: The agencies; no other's folder is listed. None for all.

        Raises:
            NoMailboxError: There is none.
            InputError: A folder cannot be listed.
        """
        place = self.place
        wanted = place.agencies() if agencies is None else agencies
        files = [file for agency in wanted for file in place.mailboxes(agency)]
        if not files:
            others = place.others() if agencies is None else []
            there = f" (but {_counted(others)})" if others else ""
            raise NoMailboxError(
                f"{place}: no mailbox (*.pst, *.ost) in it{there}; "
                "put them into one folder per agency, such as records/lapd/inbox.pst; "
                "or run another part alone, for example with --only posts"
            )
        return sorted(files, key=lambda record: (record.agency, record.file))

    def notes_on_records(self) -> list[str]:
        """What a person should know of the records: agencies without mailboxes, files that are not read."""
        with_mail = {record.agency for record in self.records()}
        notes = [
            f"agency {agency!r} is configured but has no mailbox in records/{agency}; "
            "none of its mail is in this run"
            for agency in self.config.agencies
            if agency not in with_mail and agency not in self.hidden
        ]
        others = self.place.others()
        if others:
            notes.append(f"not read (neither *.pst nor *.ost): {_counted(others)}")
        return notes + [
            f"{name}: belongs to the disk itself, and is left out" for name in self.place.scan().passed_over
        ]


def checked_path(folder: Path) -> Path:
    """The absolute path of an investigation folder, whose every name can be shown.

    It is in every message, in commands to copy, and in the database of Prefect, which holds no other text.

    Raises:
        InputError: A name in it is not UTF-8, or holds control characters.
    """
    folder = folder.absolute()
    if shown_path(folder) != str(folder):
        raise InputError(
            f"{shown_path(folder)}: a folder's name is not UTF-8 or holds control characters; rename it"
        )
    return folder


def _counted(files: Sequence[str]) -> str:
    """Files in a few words: how many of each kind, the first by name, and what to do with archives.

    Example:
        >>> _counted(["records/lapd/a.zip", "records/lapd/b.pdf", "records/lapd/c.zip"])
        '3 files (2 .zip, 1 .pdf), as records/lapd/a.zip; unpack archives'
    """
    kinds = Counter(Path(file).suffix.lower() or "without a suffix" for file in files)
    packed = sum(count for kind, count in kinds.items() if kind in _ARCHIVES)
    first = next((file for file in files if Path(file).suffix.lower() in _ARCHIVES), files[0])
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    named = f"{len(files):,} file{'s' * (len(files) > 1)} ({counted}), as {first}"
    return f"{named}; unpack archives" if packed else named
