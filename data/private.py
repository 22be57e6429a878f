"""Who may read what holds mail: its owner, or a group that the settings name (method 12.4).

``work/``, ``out/private`` and ``coding/`` hold mail, names and addresses. Their folders are 0700 and their
files 0600, whatever the umask; with ``[private] group`` they are 2750 and 0640, or 2770 and 0660 where the
group may write. ``out/public`` is as the umask says.
"""

from __future__ import annotations

import grp
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.printable import printable
from data.settings import FILE, Private
from data.writing import mode_in

_ALL: Final = 0o777
_LAST_GROUP: Final = 2**32 - 2
"""The largest id that a group can have; the one after it means "as it is"."""
_usual: list[int] = []
"""The umask outside of the outermost :func:`privately`, while there is one."""


@dataclass(frozen=True)
class Access:
    """Who may read, beside the owner.

    Attributes:
        group: The id of a group; None for nobody.
        name: The group's name, as the settings have it.
        writes: Whether the group may write, too.
    """

    group: int | None = None
    name: str = ""
    writes: bool = False

    @property
    def folders(self) -> int:
        """The mode of a folder."""
        return 0o700 if self.group is None else 0o2770 if self.writes else 0o2750

    @property
    def umask(self) -> int:
        """What no file that is made may allow."""
        return 0o077 if self.group is None else 0o007 if self.writes else 0o027


def access_of(settings: Private) -> Access:
    """Who may read, by the section ``[private]``.

    Raises:
        InputError: There is no such group here, or this user is not in it.

    Example:
        >>> oct(access_of(Private()).folders)
        '0o700'
    """
    name = settings.group
    if name is None:
        return Access()
    try:
        group = int(name) if name.isdecimal() else grp.getgrnam(name).gr_gid
        if group > _LAST_GROUP:
            raise KeyError(name)
    except (KeyError, ValueError, OverflowError):
        raise InputError(
            f"{FILE}: private.group: there is no group {name!r} on this machine; write one of yours: {_own()}"
        ) from None
    if os.geteuid() and group not in {*os.getgroups(), os.getegid()}:
        raise InputError(
            f"{FILE}: private.group: you are not in the group {name!r}; write one of yours: {_own()}"
        )
    return Access(group, name, settings.group_writes)


def _own() -> str:
    """The names of the groups of this user."""
    names = set()
    for number in {*os.getgroups(), os.getegid()}:
        try:
            names.add(grp.getgrgid(number).gr_name)
        except KeyError:
            names.add(str(number))
    return ", ".join(sorted(names))


@contextmanager
def privately(access: Access) -> Iterator[None]:
    """Let every file that this process and its children make be private, until the block ends."""
    before = os.umask(access.umask)
    _usual.append(_usual[0] if _usual else before)
    try:
        yield
    finally:
        _usual.pop()
        os.umask(before)


@contextmanager
def kept_private(work: Path, out: Path, settings: Private) -> Iterator[Tightened]:
    """Keep an investigation private while something works in it: what is there, and what is made.

    Args:
        work: The work folder; made if need be.
        out: The folder of the tables.
        settings: The section ``[private]``.

    Yields:
        What was open to others, and what still is.

    Raises:
        InputError: The settings name a group of which this user is no member, or the work folder cannot be
            made.
    """
    access = access_of(settings)
    with privately(access):
        try:
            found = tighten(work, out, access)
        except OSError as error:
            raise InputError(
                f"{work}: cannot be written ({error.strerror}); check its permissions"
            ) from error
        try:
            yield found
        finally:
            with suppress(OSError):
                tighten(work, out, access)  # what another process has made meanwhile


def usual_mode(*, folder: bool) -> int:
    """The permissions that the user's own umask gives, for what is public."""
    if _usual:
        umask = _usual[0]
    else:
        umask = os.umask(0o077)
        os.umask(umask)
    return (_ALL if folder else 0o666) & ~umask


def make_work(work: Path) -> None:
    """Make a work folder that only its owner may open; one that exists stays as it is.

    Raises:
        OSError: It cannot be made.
    """
    if not work.is_dir():
        work.parent.mkdir(parents=True, exist_ok=True)
        work.mkdir(mode=0o700, exist_ok=True)


def like_work(folder: Path, work: Path) -> None:
    """Make a folder, ``out/private``, as private as a work folder; it is made if need be.

    Raises:
        OSError: It cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    of_work = work.stat()
    if not of_work.st_mode & 0o007:
        _set(
            folder, stat.S_IMODE(of_work.st_mode), of_work.st_gid if of_work.st_mode & stat.S_ISGID else None
        )


@dataclass(frozen=True)
class Tightened:
    """What became of the permissions of what was there.

    Attributes:
        notes: A line where files of an earlier version, or of another program, were open to others.
        warnings: A line where the disk keeps no permissions, or files are another user's.
    """

    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def tighten(work: Path, out: Path, access: Access) -> Tightened:
    """Make all that is in ``work/``, ``out/private`` and ``coding/`` private.

    Args:
        work: The work folder; made if need be. ``coding/`` is beside it.
        out: The folder of the tables.
        access: Who may read.

    Returns:
        What was open, and what still is.

    Raises:
        OSError: The work folder cannot be made or listed.
    """
    make_work(work)
    notes, warnings = [], []
    coding = work.parent / "coding"
    for name, folder in (("work/", work), ("out/private/", out / "private"), ("coding/", coding)):
        if not folder.is_dir():
            continue
        opened, left = _tighten(folder, access)
        by = f"by the group {access.name!r} and you" if access.group is not None else "by you"
        if opened:
            notes.append(f"{name}: {opened:,} files and folders were open to other users; now only {by}")
        if left:
            more = f" (and {len(left) - 1:,} more)" if len(left) > 1 else ""
            warnings.append(
                f"{name}: {printable(left[0])}{more} is open to other users and cannot be closed: it is "
                "another user's, or on a disk without permissions; move the investigation to another disk"
            )
    return Tightened(tuple(notes), tuple(warnings))


def _tighten(folder: Path, access: Access) -> tuple[int, list[str]]:
    """How much was open to others, and the names of what still is."""
    opened, left = 0, []
    for path in _all_in(folder):
        try:
            before = path.lstat()
            is_folder = stat.S_ISDIR(before.st_mode)
            if not is_folder and not stat.S_ISREG(before.st_mode):
                continue
            # Where the group may write, what its other members have made is theirs, and closed to others.
            wanted = access.folders if is_folder else mode_in(access.folders, folder=False)
            if wanted is None or _is(before, wanted, access.group):
                continue
            _set(path, wanted, access.group)
            beyond = stat.S_IMODE(before.st_mode) & _ALL & ~wanted
            if not beyond:
                continue
            if stat.S_IMODE(path.lstat().st_mode) & _ALL & ~wanted:
                left.append(path.name)
            else:
                opened += 1
        except FileNotFoundError:
            continue  # a file that another process has just renamed
    return opened, left


def _is(found: os.stat_result, mode: int, group: int | None) -> bool:
    return stat.S_IMODE(found.st_mode) == mode and group in {None, found.st_gid}


def _set(path: Path, mode: int, group: int | None) -> None:
    """Set permissions and group, as far as this user and this disk can."""
    try:
        if group is not None and path.stat().st_gid != group:
            os.chown(path, -1, group)
        path.chmod(mode)
    except OSError:
        return  # another user's, or a disk without permissions: the caller looks again


def _all_in(folder: Path) -> Iterator[Path]:
    """A folder and all that is below it; links are not followed."""
    yield folder
    for above, folders, files in os.walk(folder):
        yield from (Path(above, name) for name in (*folders, *files))
