"""Where each dataset lies in an investigation folder (DESIGN 3), and which mailboxes are in it.

Nothing here opens a mailbox. What lies in ``records/`` is listed whole: hidden files, files behind symbolic
links and links that lead nowhere too, because an item that is passed over in silence is what this program
exists to prevent; what then proves to be no mailbox is told in the quarantine.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.settings import AGENCY_FILE, FILE, Config, agency_lines, nearest, read_agency, read_config

MAILBOX_SUFFIXES: Final = frozenset({".pst", ".ost"})

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "posts": ("posts/*", "census/tracts*", "census/acs.*", "census/city_tracts.*"),
    "crime": ("crime/*/*.csv*", "census/tracts*", "census/acs.*", "census/city_tracts.*"),
    "gentrification": ("census/gentrification.*",),
    "selection": ("census/gentrification.*", "atlas/*.csv"),
    "requests": ("requests.csv",),
    "coding": ("coding/*/*.csv",),
}
"""The parts beside the mail, and the files that each cannot do without (DESIGN 3)."""

BUILT: Final = ("mail", "posts", "crime", "gentrification", "selection", "requests")
"""The parts that this version carries out, in the order in which a run does."""


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
    path: Path
    file: str


@dataclass(frozen=True)
class Investigation:
    """An investigation folder whose configuration was found right.

    Attributes:
        folder: The folder, absolute.
        config: Its configuration, with the agencies of ``agency.toml`` files.
    """

    folder: Path
    config: Config

    @classmethod
    def open(cls, folder: Path) -> Investigation:
        """Read the configuration of an investigation folder and check that every agency has its settings.

        Args:
            folder: The investigation folder.

        Raises:
            InputError: The folder or its configuration is missing or wrong, an agency's folder has settings
                in no place or in two, or a file lies in ``records/`` beside the agencies' folders.
        """
        if not folder.exists():
            raise InputError(f"{folder}: no such folder; make an investigation with: nwatch new {folder}")
        if not folder.is_dir():
            raise InputError(f"{folder}: is a file; name the investigation folder that holds {FILE}")
        folder = folder.absolute()
        config = read_config(folder)
        found = cls(folder, config)
        agencies = dict(config.agencies)
        for agency in found.agencies_with_records():
            own = found.records_folder / agency / AGENCY_FILE
            label = f"records/{agency}/{AGENCY_FILE}"
            if own.is_file():
                if agency in agencies:
                    raise InputError(
                        f"agency {agency!r} has settings in {label} and in {FILE}; keep one of the two"
                    )
                agencies[agency] = read_agency(own, label)
            elif agency not in agencies:
                near = nearest(agency, list(config.agencies))
                hint = f" (did you mean the folder to be {near!r}?)" if near else ""
                raise InputError(
                    f"records/{agency}: unknown agency {agency!r}{hint}; write its settings into {FILE}, "
                    f"or without the first line into {label}:\n{agency_lines(agency)}"
                )
        return cls(folder, config.model_copy(update={"agencies": dict(sorted(agencies.items()))}))

    @property
    def records_folder(self) -> Path:
        """``records/``: the mailboxes, never written to."""
        return self.folder / "records"

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

    def agencies_with_records(self) -> list[str]:
        """The folders of ``records/``, sorted: each is an agency. A hidden one is, if a mailbox lies in it.

        Raises:
            InputError: A mailbox lies in ``records/`` itself, where it belongs to no agency, or a folder
                cannot be listed.
        """
        if not self.records_folder.is_dir():
            return []
        agencies = []
        for entry in sorted(self.records_folder.iterdir()):
            if entry.is_dir():
                if not entry.name.startswith(".") or any(True for _ in _mailboxes(entry, self.folder)):
                    agencies.append(_as_text(entry.name))
            elif entry.suffix.lower() in MAILBOX_SUFFIXES:
                raise InputError(
                    f"records/{entry.name}: belongs to no agency; move it into a folder, "
                    f"as records/<agency>/{entry.name}"
                )
        return agencies

    def parts(self, only: Sequence[str] | None = None) -> tuple[str, ...]:
        """The parts that a run carries out: all that have their input, or those that are asked for.

        Args:
            only: The parts asked for; None for all.

        Raises:
            InputError: A part that is asked for has no input, or none has. Mail that is not asked for need
                not be there.
        """
        if only is None:
            self.records()
        asked = BUILT if only is None else only
        skipped = self.skipped()
        for part in only or ():
            if part in skipped:
                raise InputError(
                    f"{self.folder}: --only {part}: {skipped[part]}; put it there, or leave --only out"
                )
            if part == "mail":
                self.records()
        return tuple(part for part in BUILT if part in asked and part not in skipped)

    def post_files(self) -> list[tuple[str, Path]]:
        """Every file in ``posts/`` that is not hidden, with its path inside the folder, in order of that."""
        files = (path for path in (self.folder / "posts").glob("*") if not path.name.startswith("."))
        return sorted((_name(path, self.folder), path) for path in files if path.is_file())

    def crime_files(self) -> dict[str, list[tuple[str, Path]]]:
        """The files of crime records of each folder of ``crime/``, by its name, as :meth:`post_files`.

        Raises:
            InputError: A file lies in ``crime/`` itself, where it belongs to no city, or a folder holds a
                file that is neither ``.csv`` nor ``.csv.gz``.
        """
        found: dict[str, list[tuple[str, Path]]] = {}
        for path in sorted((self.folder / "crime").glob("*")):
            if path.name.startswith("."):
                continue
            if not path.is_dir():
                raise InputError(
                    f"crime/{path.name}: belongs to no city; move it into a folder, "
                    f"as crime/<city>/{path.name}"
                )
            files = [file for file in path.glob("*") if file.is_file() and not file.name.startswith(".")]
            for file in files:
                if not file.name.lower().endswith((".csv", ".csv.gz")):
                    raise InputError(
                        f"{_name(file, self.folder)}: is neither .csv nor .csv.gz; save it as one of them, "
                        "or move it elsewhere"
                    )
            if files:
                found[path.name] = sorted((_name(file, self.folder), file) for file in files)
        return found

    def atlas_files(self) -> list[tuple[str, Path]]:
        """The files ``atlas/*.csv``, as :meth:`post_files`."""
        files = (self.folder / "atlas").glob("*.csv")
        return sorted((_name(path, self.folder), path) for path in files if not path.name.startswith("."))

    def requests_file(self) -> tuple[str, Path]:
        """``requests.csv``: its path inside the folder, and where to open it."""
        return "requests.csv", self.folder / "requests.csv"

    def mailboxes_of(self, agency: str) -> list[Path]:
        """The mailboxes below ``records/<agency>``; none where there is no such folder."""
        folder = self.records_folder / agency
        return list(_mailboxes(folder, self.folder)) if folder.is_dir() else []

    def census_file(self, stem: str) -> tuple[str, Path]:
        """The one table of the Census folder with this stem, as ``acs``, and its path inside the folder.

        Raises:
            InputError: There is none, or more than one.
        """
        found = sorted((self.folder / "census").glob(f"{stem}.*"))
        found = [path for path in found if path.suffix in (".csv", ".parquet")]
        if len(found) != 1:
            names = ", ".join(path.name for path in found) or "none"
            raise InputError(
                f"census/{stem}: one file is wanted, {stem}.csv or {stem}.parquet, and there is {names}"
            )
        return _name(found[0], self.folder), found[0]

    def layer_files(self) -> list[Path]:
        """The files ``census/tracts*``: the tract layer, with the side files that a shapefile has."""
        return sorted((self.folder / "census").glob("tracts*"))

    def records(self) -> list[RecordFile]:
        """Every mailbox of every agency, whatever the case of its suffix, in order of agency and file.

        Raises:
            InputError: There is none, or a folder cannot be listed.
        """
        files = [
            RecordFile(agency, path, _name(path, self.folder))
            for agency in self.agencies_with_records()
            for path in _mailboxes(self.records_folder / agency, self.folder)
        ]
        if not files:
            raise InputError(
                f"{self.records_folder}: no mailbox (*.pst, *.ost) in it; "
                "put them into one folder an agency, as records/lapd/inbox.pst; "
                "or run another part alone, as with --only posts"
            )
        return sorted(files, key=lambda record: (record.agency, record.file))

    def notes(self, only: Sequence[str] | None = None) -> list[str]:
        """What a person should know before the run: agencies without a mailbox, parts that are left out.

        Args:
            only: The parts asked for; None for all.
        """
        rest = [part for part in BUILT if only and part not in only]
        left_out = [f"left out: {', '.join(rest)} (--only {' --only '.join(only or ())})"] if rest else []
        if only is not None and "mail" not in only:
            return left_out
        with_mail = {record.agency for record in self.records()}
        notes = [
            f"agency {agency!r} is configured but has no mailbox in records/{agency}; "
            "nothing of it is in this run"
            for agency in self.config.agencies
            if agency not in with_mail
        ]
        skipped = {part: why for part, why in self.skipped().items() if only is None}
        return notes + left_out + [f"skipped: {part} ({reason})" for part, reason in skipped.items()]

    def skipped(self) -> dict[str, str]:
        """The parts whose input is not there, or that are not built yet, each with its reason."""
        reasons = {part: self._reason(part, patterns) for part, patterns in PARTS.items()}
        return {part: reason for part, reason in reasons.items() if reason}

    def _reason(self, part: str, patterns: tuple[str, ...]) -> str | None:
        missing = [pattern for pattern in patterns if not any(True for _ in self.folder.glob(pattern))]
        if missing:
            return f"no {', '.join(missing)}"
        return None if part in BUILT else f"this version does not analyse {part} yet"


def _mailboxes(folder: Path, base: Path) -> Iterator[Path]:
    """The mailboxes below a folder, behind symbolic links too, but not around in a circle."""

    def refuse(error: OSError) -> None:
        where = _name(Path(error.filename), base) if error.filename else str(folder)
        raise InputError(f"{where}: cannot be listed ({error.strerror}); check its permissions") from error

    for place, folders, files in os.walk(folder, followlinks=True, onerror=refuse):
        above = {os.path.realpath(place), *map(str, Path(os.path.realpath(place)).parents)}
        folders[:] = sorted(name for name in folders if os.path.realpath(Path(place, name)) not in above)
        yield from (
            Path(place, name) for name in sorted(files) if Path(name).suffix.lower() in MAILBOX_SUFFIXES
        )


def _as_text(name: str) -> str:
    """An agency's name, which goes into every table and must therefore be text."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"records/{name!a}: the folder's name is not UTF-8; rename it") from error
    return name


def _name(path: Path, base: Path) -> str:
    """The path below ``base`` as text that any table can hold."""
    with contextlib.suppress(ValueError):
        path = path.relative_to(base)
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
