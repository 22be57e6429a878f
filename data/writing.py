"""How a file of the program is written: beside its place, then renamed; and who may read it (method 12.4).

Whoever may open a folder of ``work/`` decides who may open what is written there. So no step needs to know
the setting: it is a property of the folder, which workers on other hosts see as well.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_OTHERS: Final = 0o007
_NOT_RUN: Final = 0o666
"""Files are never programs."""
_OWNER: Final = 0o600


@contextmanager
def replacing(path: Path, *, own: bool = False) -> Iterator[Path]:
    """Give a temporary path beside ``path`` to write to, and rename it to ``path`` when the block succeeds.

    The temporary name holds the process id, so that two writers of one file do not collide. On an error the
    temporary file is removed. In a private folder the file is as private as the folder.

    Args:
        path: The file.
        own: Whether the place is the program's own, in ``work/``: a folder in its place is taken away then.

    Yields:
        The temporary path.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield beside
        as_its_folder(beside)
        if own:
            is_file(path)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def is_file(path: Path) -> bool:
    """Whether there is a file in a place that is the program's own.

    Whatever else is there, a folder, a pipe or a link to itself, is taken away: nothing can be written in its
    place, and a pipe would be read for ever.

    Raises:
        OSError: It cannot be asked or taken away.
    """
    if path.is_file():
        return True
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return False


def as_its_folder(path: Path) -> None:
    """Make a file or a folder as private as the folder that it is in; elsewhere the umask has decided.

    Args:
        path: It exists, and belongs to this user: another user's stays as it is, and so does what a link
            leads to.
    """
    if path.is_symlink():
        return
    wanted = mode_in(path.parent.stat().st_mode, folder=path.is_dir())
    if wanted is None or stat.S_IMODE(path.stat().st_mode) == wanted:
        return
    try:
        path.chmod(wanted)
    except OSError:
        return  # a disk without permissions: `data.private` has said so


def make_folder(path: Path) -> Path:
    """Make a folder, and those above it that are missing, each as private as the one that it is in.

    Args:
        path: The folder; it may exist.

    Raises:
        OSError: It cannot be made.
    """
    if not path.is_dir():
        missing = [path, *(above for above in path.parents if not above.exists())]
        path.mkdir(parents=True, exist_ok=True)
        for each in reversed(missing):
            as_its_folder(each)
    return path


def emptied(path: Path) -> Path:
    """Make a folder of the program's own anew: what is in its place, folder or not, is taken away.

    Args:
        path: The folder.

    Raises:
        OSError: It cannot be taken away or made.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return make_folder(path)


def mode_in(folder_mode: int, *, folder: bool) -> int | None:
    """The permissions of what is in a folder.

    Args:
        folder_mode: The mode of the folder.
        folder: Whether what is in it is a folder itself.

    Returns:
        The permissions; None in a folder that is not private, where the umask decides. A folder is private
        where others have no rights in it. A group has rights in it only where the folder hands its group on
        (setgid), as :mod:`data.private` sets it.

    Example:
        >>> [oct(mode_in(0o40700, folder=False)), oct(mode_in(0o42750, folder=False))]
        ['0o600', '0o640']
        >>> oct(mode_in(0o42770, folder=True)), mode_in(0o40755, folder=True)
        ('0o2770', None)
    """
    if folder_mode & _OTHERS:
        return None
    shared = bool(folder_mode & stat.S_ISGID)
    mode = stat.S_IMODE(folder_mode) if shared else 0o700
    return mode if folder else (mode & _NOT_RUN & 0o770) | _OWNER
