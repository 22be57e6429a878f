"""What Git LFS leaves in place of a large file that was not fetched: a few lines of text that point to it."""

from __future__ import annotations

from typing import Final

from data.errors import InputError

POINTER: Final = b"version https://git-lfs.github.com/"
"""How it begins (Git LFS specification, version 1)."""

NAME: Final = "only a pointer of Git LFS to the file"
FIX: Final = "run 'git lfs pull' where it comes from, or download the file itself"


def is_lfs_pointer(head: bytes) -> bool:
    """Whether a file begins as such a pointer."""
    return head.startswith(POINTER)


def lfs_pointer(label: str) -> InputError:
    """The error for such a file.

    Args:
        label: How the file is named to its owner.

    Example:
        >>> str(lfs_pointer("posts/a.csv")).partition(";")[0]
        'posts/a.csv: is only a pointer of Git LFS to the file'
    """
    return InputError(f"{label}: is {NAME}; {FIX}")
