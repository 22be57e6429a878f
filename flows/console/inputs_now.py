"""The files of input as they are now, under the names that the provenance has for them (method 12.7)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from data.catalog import Investigation
from data.codebook import read_codebook
from data.crosswalk import read_crosswalks
from data.errors import InputError
from data.hashes import Hashes
from data.kept import FOLDER
from data.opening import regular
from data.police import read_police
from data.record_names import as_label
from data.records import RecordFile
from data.storage import Location, state_of
from flows.parts.points import census_files
from tasks.audit.look import InputNow, sha256_of
from tasks.coding.look import FROZEN, decisions, entries_of
from tasks.coding.results import FOLDER as CODING
from tasks.layers.look import find_layer, find_places, hash_of, hash_of_all
from tasks.mail.look import read_accepted

MEMOS = {"mail": "mail/hashes.json", "posts": f"{FOLDER}/hashes.json", "crime": f"{FOLDER}/hashes.json"}
"""Where in the work folder hashes of the files of a part are remembered."""


@dataclass(frozen=True)
class ToHash:
    """A file of input that is to be hashed.

    Attributes:
        place: As in ``tasks.audit.verify.InputNow``.
        file: Its name for a person.
        location: Where it is; None where something else is hashed.
        made: Gives the hash, where it is not that of one file.
        needed: Whether a run reads it for certain.
        why: Why it cannot be read, where that is known before.
    """

    place: str
    file: str
    location: Location | None = None
    made: Callable[[], str] | None = None
    needed: bool = True
    why: str = ""

    @property
    def bytes(self) -> int:
        """Its size; 0 where it is not known."""
        try:
            return 0 if self.location is None else int(state_of(self.location)[0])
        except OSError:
            return 0


@dataclass
class Hasher:
    """Hashes files, each once, and says how far it is.

    Attributes:
        work: The work folder, whose memos are used; None for none.
        on_progress: Called with how many bytes are done, and of how many.
    """

    work: Path | None
    on_progress: Callable[[int, int], None]
    _done: int = 0
    _total: int = 0
    _known: dict[str, str] = field(default_factory=dict)

    def all(self, files: Sequence[ToHash]) -> list[InputNow]:
        """Hash files; one that cannot be read, or that is no file, has an empty hash."""
        self._total = sum(each.bytes for each in {each.file: each for each in files}.values())
        return [self._of(each) for each in files]

    def _of(self, each: ToHash) -> InputNow:
        sha256, why = "", each.why
        if each.made is not None:
            try:
                sha256 = each.made()
            except InputError as error:
                file, why = _named(str(error), each.file)
                return InputNow(each.place, file, "", each.needed, why)
        elif each.location is not None:
            why = _irregular(each)
            if not why:
                sha256 = self._hash(each, each.location)
        return InputNow(each.place, each.file, sha256, each.needed, why)

    def _hash(self, each: ToHash, location: Location) -> str:
        if each.file not in self._known:
            try:
                self._known[each.file] = self._remembered(each) or sha256_of(location, self._on_bytes)
            except OSError:
                return ""
        return self._known[each.file]

    def _remembered(self, each: ToHash) -> str | None:
        part = "mail" if each.place.startswith("sources") else each.place.split(" ", 1)[0]
        if self.work is None or part not in MEMOS or each.location is None:
            return None
        found = Hashes(self.work / MEMOS[part], part).hash_of(each.file, state_of(each.location))
        self._on_bytes(each.bytes if found else 0)
        return found

    def _on_bytes(self, count: int) -> None:
        self._done += count
        self.on_progress(self._done, self._total)


def _irregular(each: ToHash) -> str:
    """Why something may not be opened, as it is a pipe, say, of which one would wait for the end."""
    if not isinstance(each.location, Path):
        return ""
    try:
        regular(each.location, each.file)
    except InputError as error:
        return str(error).removeprefix(f"{each.file}: ")
    return ""


def inputs_now(
    investigation: Investigation,
    parts: Sequence[str],
    mailboxes: Sequence[RecordFile],
    faults: dict[str, str],
) -> list[ToHash]:
    """The files that a run of some parts reads.

    Args:
        investigation: The investigation.
        parts: The parts that have their input.
        mailboxes: Its mailboxes.
        faults: Where it cannot be said what the files of a part are, the reason is put here, by part.

    Returns:
        The files; among them what is there and is none, such as a pipe, with the reason.
    """
    found = [ToHash(f"sources {each.agency}", each.file, each.path) for each in mailboxes if "mail" in parts]
    for part in parts:
        try:
            found += _OF_PART[part](investigation) if part in _OF_PART else ()
        except InputError as error:  # the other parts are looked at
            faults[part] = str(error)
    return found


def _named(line: str, otherwise: str) -> tuple[str, str]:
    """The file that an error is about, and what it says of it."""
    file, colon, why = line.partition(": ")
    return (file, why) if colon else (otherwise, line)


def _odd(place: str, faults: Mapping[str, str]) -> Iterator[ToHash]:
    """What lies among the files of a place, and is none of them."""
    for label, line in faults.items():
        yield ToHash(place, label, why=line.removeprefix(f"{label}: "))


def _mail(investigation: Investigation) -> Iterator[ToHash]:
    label, path = own = investigation.subjects_file()
    if os.path.lexists(path):
        yield ToHash("crosswalk own", label, path)
    yield ToHash("crosswalk", "the rows on subjects", made=lambda: read_crosswalks(own).fingerprint)
    try:
        read_accepted(investigation.folder)
    except InputError as error:  # no run would go on; what is in it decides nothing of what there was
        file, why = _named(str(error), str(error))
        yield ToHash("crosswalk accepted", file, why=why)


def _posts(investigation: Investigation) -> Iterator[ToHash]:
    faults = dict[str, str]()
    for label, path in investigation.post_files(faults):
        yield ToHash("posts files", label, path)
    yield from _odd("posts files", faults)
    yield from _census("posts", investigation)


def _crime(investigation: Investigation) -> Iterator[ToHash]:
    faults = dict[str, str]()
    for files in investigation.crime_files(faults).values():
        for label, path in files:
            yield ToHash("crime files", label, path)
    yield from _odd("crime files", faults)
    yield from _census("crime", investigation)


def _census(part: str, investigation: Investigation) -> Iterator[ToHash]:
    found = census_files(investigation)
    yield ToHash(
        f"{part} tracts", "the layer of tracts", made=lambda: hash_of_all(find_layer(found.layers)).sha256
    )
    for label, path in [*found.acs, *found.cities]:
        yield ToHash(f"{part} census", label, path)
    for path in find_places(found.layers):
        # With lists of cities, boundaries are read only where the lists say no shares.
        made = partial(_sha256_of_layer, path)
        yield ToHash(f"{part} census", f"census/{path.name}", made=made, needed=not found.cities)


def _sha256_of_layer(path: Path) -> str:
    return hash_of(path).sha256


def _gentrification(investigation: Investigation) -> Iterator[ToHash]:
    yield ToHash("gentrification", *investigation.census_file("gentrification"))


def _selection(investigation: Investigation) -> Iterator[ToHash]:
    yield ToHash("selection gentrification", *investigation.census_file("gentrification"))
    faults = dict[str, str]()
    for label, path in investigation.atlas_files(faults):
        yield ToHash("selection atlas", label, path)
    yield from _odd("selection atlas", faults)
    yield ToHash("selection police", "the table of police", made=lambda: read_police().fingerprint)


def _requests(investigation: Investigation) -> Iterator[ToHash]:
    yield ToHash("requests", *investigation.requests_file())


def _coding(investigation: Investigation) -> Iterator[ToHash]:
    folder = investigation.folder / CODING
    yield ToHash("coding codebook", "the codebook", made=lambda: read_codebook(folder).sha256)
    for key, name in FROZEN.items():
        if os.path.lexists(folder / name):
            yield ToHash(f"coding {key}", f"{CODING}/{name}", folder / name)
    book = read_codebook(folder)
    yield ToHash("coding decisions", "coding/to_decide.csv", made=lambda: decisions(folder, book))
    for path in sorted(path for path in entries_of(folder) if not path.is_dir()):
        yield ToHash("coding returned", as_label(path, investigation.folder), path)


_OF_PART: dict[str, Callable[[Investigation], Iterator[ToHash]]] = {
    "mail": _mail,
    "posts": _posts,
    "crime": _crime,
    "gentrification": _gentrification,
    "selection": _selection,
    "requests": _requests,
    "coding": _coding,
}
