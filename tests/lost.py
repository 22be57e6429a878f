"""A disk that gives no more of some files: what is opened ends with an error of input and output."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest


class Lost:
    """An open file of which nothing can be read."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "Lost":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def lose(patch: pytest.MonkeyPatch, *paths: Path) -> None:
    """Let nothing be read of some files, until others are written in their place."""
    whole, lost = Path.open, {path: _state(path) for path in paths}

    def opened(path: Path, *given: Any, **more: Any) -> Any:
        file = whole(path, *given, **more)
        return Lost(file) if path in lost and _state(path) == lost[path] else file

    patch.setattr(Path, "open", opened)


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_ctime_ns
