"""Locks in an investigation's work folder; each is released when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.private import make_work
from data.writing import as_its_folder

LOOK_EVERY: Final = 1.0
"""Seconds between two checks whether another run has ended."""

_RUN: Final = ".lock"


@contextmanager
def one_run_at_a_time(
    work: Path, patience: float = 0.0, tell: Callable[[str], None] = lambda _: None
) -> Iterator[None]:
    """Hold an investigation folder for one run.

    Args:
        work: The work folder, created if need be.
        patience: Seconds to wait for another run to end.
        tell: Called with a line where there is another run to wait for.

    Raises:
        InputError: Another run still holds it, or the folder cannot be written.
    """
    with _opened(work, _RUN) as lock:
        end = time.monotonic() + patience
        if not _is_ours(work, lock) and patience:
            tell(f"another run is active in this investigation; waiting up to {patience:,.0f} s")
            while time.monotonic() < end and not _is_ours(work, lock):
                time.sleep(LOOK_EVERY)
        if not _is_ours(work, lock):
            raise InputError(
                f"{work.parent}: another run is active in this investigation; wait until it has ended"
            )
        yield


def check_free(work: Path) -> None:
    """Check that no run is active in an investigation folder, before another one is started.

    Raises:
        InputError: One is, or the folder cannot be written.
    """
    with one_run_at_a_time(work):
        pass


def at_work(work: Path) -> bool:
    """Whether a run holds an investigation folder.

    Args:
        work: The work folder; it is not created.

    Raises:
        InputError: The lock cannot be opened.
    """
    if not (work / _RUN).exists() or os.statvfs(work).f_flag & os.ST_RDONLY:
        return False  # no run works on a disk that nobody can write to, as an archive
    with _opened(work, _RUN) as lock:
        return not _is_ours(work, lock)


@contextmanager
def only_one(work: Path, kind: str) -> Iterator[bool]:
    """Hold an investigation folder for one process of a kind; those of other kinds are not affected.

    Args:
        work: The work folder, created if need be.
        kind: What there may be only one of, such as ``arrivals``.

    Yields:
        Whether it is held; if not, another one of its kind is active.

    Raises:
        InputError: The folder cannot be written.
    """
    with _opened(work, f".{kind}.lock") as lock:
        yield _is_ours(work, lock)


@contextmanager
def _opened(work: Path, name: str) -> Iterator[int]:
    try:
        make_work(work)
        lock = os.open(work / name, os.O_RDWR | os.O_CREAT, 0o600)
        as_its_folder(work / name)
    except OSError as error:
        raise InputError(f"{work}: cannot be written ({error.strerror}); check its permissions") from error
    try:
        yield lock
    finally:
        os.close(lock)


def _is_ours(work: Path, lock: int) -> bool:
    """Whether the lock is ours; a second call gives the same answer."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise InputError(
            f"{work}: cannot be locked ({error.strerror}); "
            "move the investigation to a disk that supports locks (NFS does, if its lock service runs)"
        ) from error
    return True
