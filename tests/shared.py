"""What is started once for all workers of pytest-xdist: each of them would take seconds to start its own."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

Words = dict[str, str]


@contextmanager
def one_for_all(
    folders: pytest.TempPathFactory, name: str, start: Callable[[], AbstractContextManager[Words]]
) -> Iterator[Words]:
    """Use what another worker has started, or start it for all.

    Args:
        folders: The folders of this session.
        name: Of what is started.
        start: Starts it, says how it is reached, and stops it.

    Yields:
        How it is reached. Who started it stops it, once no other worker uses it any more.
    """
    place = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    known = place / f"{name}.json"
    with ExitStack() as stack:
        with _locked(place / f"{name}.lock"):
            if known.is_file():
                users, words = json.loads(known.read_text())
                stack.enter_context(_locked(Path(users), fcntl.LOCK_SH))
            else:
                users = place / f"{name}-{os.getpid()}-{time.monotonic_ns()}.users"
                words = stack.enter_context(start())
                known.write_text(json.dumps([str(users), words]))
                stack.callback(_alone, known, place / f"{name}.lock", users)
        yield words


def _alone(known: Path, lock: Path, users: Path) -> None:
    """Wait until nobody else uses it; who comes meanwhile starts another."""
    with _locked(lock):
        known.unlink()
    with _locked(users):
        pass


@contextmanager
def _locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold a lock; by default, alone."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, how)
        yield
    finally:
        os.close(file)
