"""Whether what a person put somewhere is a file, asked before it is opened.

A pipe is waited for without end, and a device such as ``/dev/zero`` is read without end.
"""

from __future__ import annotations

import errno
import stat
from pathlib import Path
from typing import Final

from data import file_faults
from data.errors import InputError

_KINDS: Final = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}
"""What can have a name and be no file, by the type in its mode (POSIX ``sys/stat.h``)."""


def regular(path: Path, label: str) -> Path:
    """Check that a path leads to a regular file, before anything is opened. Links are followed.

    Args:
        path: The path, as a person gave it or as it was found in the folder.
        label: How the file is named in an error, fit to be shown (:func:`data.record_names.as_label`).

    Returns:
        The path, unchanged.

    Raises:
        InputError: There is a pipe, a socket, a device, a folder, a link to nothing or a link that leads back
            to itself; or there is nothing, or its folder may not be looked into.

    Example:
        >>> regular(Path("/dev/null"), "acs.csv")
        Traceback (most recent call last):
        data.errors.InputError: acs.csv: is not a regular file (it is a device); put the file itself there
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        link = _broken_link(path, error)
        raise _irregular(label, link) if link else file_faults.unreadable(label, error) from error
    except ValueError as error:  # a NUL in the path, which comes from a setting
        raise InputError(f"{label}: is not the name of a file; correct it") from error
    if not stat.S_ISREG(mode):
        raise _irregular(label, _KINDS.get(stat.S_IFMT(mode), "of another kind"))
    return path


def _irregular(label: str, kind: str) -> InputError:
    return InputError(f"{label}: is not a regular file (it is {kind}); put the file itself there")


def _broken_link(path: Path, error: OSError) -> str:
    """What a link is that cannot be followed; empty if the path is no such link."""
    if error.errno == errno.ELOOP:
        return "a link that leads back to itself"
    if error.errno == errno.ENOENT and path.is_symlink():
        return "a link to a file that is not there"
    return ""
