"""What a run has made is kept, and taken where nothing that it depends on has changed since.

A stage of a part is kept under a key: a fingerprint of the content of its input files, of its settings, and
of the code and libraries that made it. In ``work/kept/`` is one sealed file of JSON for each stage, with the
key, the result, and the SHA-256 of every file that belongs to it. These are checked when they are used, as
they are read: a file that nobody needs costs nothing.
"""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from data.hashes import Hashes
from data.sealed import DAMAGED, UNREADABLE, LostError, pieces_of, read_json, write_json
from data.storage import state_of
from data.time_zones import edition
from data.values import decode, encode, fingerprint
from data.writing import is_file, make_folder, replacing

FOLDER: Final = "kept"
"""The folder in ``work/``."""

_VERSION: Final = "kept 1"
_GONE: Final = "is gone"
_LONGEST: Final = 100
"""Letters of a file's name."""
_ROOT: Final = Path(__file__).resolve().parents[1]
_KINDS: Final = (".py", ".csv", ".html", ".css", ".js", ".md", ".toml")
"""Suffixes of what decides a result: code, tables of reference, templates."""
_PACKAGES: Final = ("dask-geopandas", "geopandas", "libpysal", "lxml", "matplotlib", "numpy", "pandas",
                    "pyarrow", "pyogrio", "pyproj", "scipy", "shapely", "statsmodels", "tzdata",
                    "xlsxwriter", "jinja2", "markdown-it-py")  # fmt: skip
"""What can change a byte of a result."""

T = TypeVar("T")


def code_of(*folders: str) -> str:
    """Fingerprint of the code and of the libraries, so that nobody has to remember to raise a number.

    Args:
        folders: Folders of the program whose modules make the result, as "tasks/posts"; not those below. The
            tables of reference count too, and the rules of time zones.
    """
    digest = hashlib.sha256()
    for folder in ("data", "data/schema", "data/reference", *folders):
        own = _ROOT / folder
        for path in sorted(path for kind in _KINDS for path in own.glob(f"*{kind}")):
            digest.update(f"{folder}/{path.name}".encode() + b"\0" + path.read_bytes())
    versions = {name: _version(name) for name in _PACKAGES}
    # Python itself says what a letter is and how a date is read.
    return fingerprint(digest.hexdigest(), versions, platform.python_version(), edition())


@cache
def _version(package: str) -> str:
    """The version of a library, which is looked for in every folder of the path: once per process."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


class InputHashes:
    """The SHA-256 of input files, known without reading those that have not changed.

    Args:
        work: The investigation's work folder.

    Attributes:
        rebuilt: A line where the memo was damaged.
    """

    def __init__(self, work: Path) -> None:
        self._memo = Hashes(work / FOLDER / "hashes.json", "posts, crimes and tracts")
        self.rebuilt = self._memo.rebuilt

    def of(self, files: Sequence[tuple[str, Path]]) -> dict[str, str] | None:
        """The hashes of some files, by name; None where they would have to be read for nothing.

        A file of the same name and size, of which only the times have changed, may be the same: it is hashed,
        and so are all where the memo was damaged. One that is new, or has another size, is not: whoever reads
        it hashes it as it is read.

        Args:
            files: Name inside the investigation folder, and where to open each.
        """
        found: dict[str, str] = {}
        for label, path in files:
            state = state_of(path)
            known = self._memo.hash_of(label, state)
            if known is None and (self.rebuilt or self._memo.size_of(label) == state[0]):
                known = _sha256(path)
                self.note({label: state}, {label: known})
            if known is None:
                return None
            found[label] = known
        return found

    def of_layer(self, label: str, files: Sequence[Path]) -> str | None:
        """The hash of a layer of several files, where none of them has changed; None where it is not known.

        Args:
            label: What it is called.
            files: All its files.
        """
        return self._memo.hash_of(label, _states(files))

    def note(self, states: Mapping[str, Any], hashes: Mapping[str, str]) -> None:
        """Remember hashes that were computed as the files were read.

        Args:
            states: From :meth:`states`, before the reading.
            hashes: By the same names.
        """
        for label, sha256 in hashes.items():
            if label in states:
                self._memo.note(label, states[label], sha256)
        self._memo.save()

    @staticmethod
    def states(files: Sequence[tuple[str, Path]]) -> dict[str, Any]:
        """The states of files, by name."""
        return {label: state_of(path) for label, path in files}

    @staticmethod
    def states_of_layer(label: str, files: Sequence[Path]) -> dict[str, Any]:
        """The states of all files of a layer, under its name."""
        return {label: _states(files)}


def _states(files: Sequence[Path]) -> list[Any]:
    # A folder's name may say of which year its layer is, and to rename it changes no file.
    return [[f"{path.parent.name}/{path.name}", *state_of(path)] for path in sorted(files)]


@dataclass
class Keeper:
    """The stages of a part, for one run.

    Attributes:
        work: The investigation's work folder.
        part: The part's name.
        code: From :func:`code_of`.
        rebuilt: What was damaged and made again, one line each.
        taken: The stages that were taken as they were kept.
        made: The stages that were made.
        before: Whether an earlier run had kept anything.
    """

    work: Path
    part: str
    code: str
    rebuilt: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    before: bool = False

    def folder(self, name: str) -> Path:
        """A folder of this part for what a stage keeps by itself, piece by piece.

        Args:
            name: What is in it.
        """
        return self.work / FOLDER / f"{self.part}-{name}"

    def notes(self) -> tuple[str, ...]:
        """What a person should know: what was damaged, and what was taken or made again."""
        lines = list(self.rebuilt)
        if self.taken and not self.made:
            lines.append(f"{self.part}: nothing has changed since the last run; its results are kept")
        elif self.taken:
            again, kept = ", ".join(self.made), ", ".join(self.taken)
            lines.append(f"{self.part}: done again: {again}; kept from the last run: {kept}")
        elif self.before:
            lines.append(f"{self.part}: files, settings or this program have changed; all is done again")
        return tuple(lines)

    def stage(
        self,
        name: str,
        key: object,
        make: Callable[[], T],
        files: Callable[[T], Iterable[Path]] = lambda _: (),
        *,
        copies: Path | None = None,
        key_after: Callable[[T], object] | None = None,
        clears: Sequence[str] = (),
    ) -> Stage[T]:
        """A stage of this part; see :class:`Stage`.

        Args:
            name: As there.
            key: Everything that its result depends on, besides the code; None where that is not known yet.
            make: As there.
            files: As there.
            copies: As there.
            key_after: The same as ``key``, from the result.
            clears: As there.
        """
        after = None if key_after is None else lambda value: fingerprint(key_after(value))
        known = None if key is None else fingerprint(key)
        return Stage(self, name, known, make, files, copies, after, clears)


@dataclass
class Stage(Generic[T]):
    """A stage of a part: its result is taken as it was kept, or made.

    Attributes:
        keeper: The part's.
        name: What is done, as a person reads it: "put posts into tracts".
        key: What it depends on; None where that is known only when it has been made.
        make: Makes it.
        files: The files of its result, below the work folder.
        copies: Whether these are in another place, where they are published: copies are kept, and put back.
        key_after: What it depends on, from the result.
        clears: Stages whose files are gone when this one is made.
    """

    keeper: Keeper
    name: str
    key: str | None
    make: Callable[[], T]
    files: Callable[[T], Iterable[Path]] = lambda _: ()
    copies: Path | None = None
    key_after: Callable[[T], str] | None = None
    clears: Sequence[str] = ()
    _value: list[T] = field(default_factory=list)
    _looked: bool = False
    _whole: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the result is there, without making it."""
        if not self._looked:
            self._looked = True
            found = self._kept()
            if found is not None:
                self._value.append(found)
                self.keeper.taken.append(self.name)
        return bool(self._value)

    @property
    def value(self) -> T:
        """The result; its files may be damaged."""
        return self._value[0] if self.is_known else self._made()

    @property
    def whole(self) -> T:
        """The result, with files that are as they were written."""
        value = self.value
        if not self._whole:
            if fault := self._fault_of_files():
                self._say(fault)
                self.keeper.taken.remove(self.name)
                return self._made()
            self._whole = True
        return value

    @property
    def full_key(self) -> str:
        """The key with the code that made the result; it is made where only then its key is known."""
        if self.key is None:
            _ = self.value
        return fingerprint(self.keeper.part, self.name, self.keeper.code, self.key)

    @property
    def _path(self) -> Path:
        return self.keeper.work / FOLDER / f"{file_name(self.keeper.part, self.name)}.json"

    @property
    def _folder(self) -> Path:
        return self._path.with_suffix("")

    def _kept(self) -> T | None:
        kept = read_json(self._path, _VERSION)
        self.keeper.before |= bool(kept.value or kept.fault)
        if kept.fault:
            self._say(f"{self._path.name}: {kept.fault}")
        if kept.value is None or self.key is None or kept.value["key"] != self.full_key:
            return None
        try:
            value: T = decode(kept.value["result"], self.keeper.work)
        except ValueError:
            return None  # the code that made it was another
        if self.copies is not None and (fault := self._put_back(kept.value["files"], self.copies)):
            self._say(fault)
            return None
        return value

    def _made(self) -> T:
        """Make it and keep it; one that is interrupted leaves nothing that could be taken for it."""
        names = (self._path.stem, *(file_name(self.keeper.part, name) for name in self.clears))
        for name in names:
            (self.keeper.work / FOLDER / f"{name}.json").unlink(missing_ok=True)
        value = self.make()
        if self.key_after is not None:
            self.key = self.key_after(value)
        if self.copies is None:
            files = {_below(path, self.keeper.work): _sha256(path) for path in self.files(value)}
        else:
            files = self._copy_from(self.copies, self.files(value))
        result = encode(value, self.keeper.work)
        write_json(self._path, {"key": self.full_key, "result": result, "files": files}, _VERSION)
        self.keeper.made.append(self.name)
        self._value[:], self._whole = [value], True
        return value

    def _copy_from(self, place: Path, files: Iterable[Path]) -> dict[str, str]:
        """Keep copies of files that are published."""
        found = {}
        for path in files:
            target = self._folder / _below(path, place)
            make_folder(target.parent)
            found[_below(path, place)] = _copy(path, target)
        return found

    def _put_back(self, files: dict[str, str], place: Path) -> str:
        """Copy the files to where they are published; says what is wrong with one, if anything."""
        for name, sha256 in files.items():
            source = self._folder / name
            make_folder((place / name).parent)
            if fault := _fault_of(source, sha256, place / name):
                return f"{self._folder.name}/{name}: {fault}"
        return ""

    def _fault_of_files(self) -> str:
        if self.copies is not None:
            return ""
        for name, sha256 in read_json(self._path, _VERSION).value["files"].items():
            if fault := _fault_of(self.keeper.work / name, sha256):
                return f"../{name}: {fault}"
        return ""

    def _say(self, fault: str) -> None:
        place = f"work/{FOLDER}/{fault}".replace(f"{FOLDER}/../", "")
        self.keeper.rebuilt.append(f"{place}; done again: {self.name}")


def file_name(part: str, stage: str) -> str:
    """What a stage is called in ``work/kept``.

    Example:
        >>> file_name("posts", "put posts into tracts")
        'posts-put-posts-into-tracts'
    """
    name = f"{part}-{stage}"
    plain = re.sub(r"[^a-z0-9-]+", "-", name.lower())[:_LONGEST]
    # Names of cities have other letters, and may be long: then a hash tells them apart.
    return plain if plain == name.replace(" ", "-") else f"{plain}-{fingerprint(name)[:8]}"


def _below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for piece in pieces_of(path):
        digest.update(piece)
    return digest.hexdigest()


def _copy(source: Path, target: Path) -> str:
    """Copy a file, and give the SHA-256 of what was copied: it is read once."""
    digest = hashlib.sha256()
    with replacing(target, own=True) as beside, beside.open("wb") as written:
        for piece in pieces_of(source):
            digest.update(piece)
            written.write(piece)
    return digest.hexdigest()


def _fault_of(path: Path, sha256: str, target: Path | None = None) -> str:
    """What is wrong with a file that was kept; it is copied on the way where there is a target."""
    if not is_file(path):
        return _GONE
    try:
        found = _sha256(path) if target is None else _copy(path, target)
    except LostError:
        return UNREADABLE
    return "" if found == sha256 else DAMAGED
