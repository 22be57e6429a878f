"""Locks in an investigation's work folder: each is let go by its holder's end, whatever that is."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from data.errors import InputError

RUN: Final = "lock"
"""What a run holds while it is at work (:func:`flows.publish.one_run_at_a_time`)."""


@contextmanager
def only_one(work: Path, kind: str) -> Iterator[bool]:
    """Hold an investigation folder for the only one of its kind, which is in no other one's way.

    Args:
        work: The work folder, made if need be.
        kind: What there shall be one of.

    Yields:
        Whether it is held; if not, another one of its kind is at work.

    Raises:
        InputError: The folder cannot be written.
    """
    try:
        work.mkdir(parents=True, exist_ok=True)
        lock = os.open(work / f".{kind}", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise InputError(f"{work}: cannot be written ({error.strerror}); check its permissions") from error
    try:
        yield _is_ours(lock)
    finally:
        os.close(lock)


def at_work(work: Path) -> bool:
    """Whether a run holds an investigation folder.

    Args:
        work: The work folder.

    Raises:
        InputError: That cannot be asked.
    """
    if not (work / f".{RUN}").exists():
        return False
    with only_one(work, RUN) as free:
        return not free


def _is_ours(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
