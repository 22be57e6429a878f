"""From the staging folder to `out/`: an interrupted run leaves the last one's tables as they were."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from data.catalog import PROVENANCE
from data.errors import InputError
from data.schema import TABLES, TABLES_OF

REMOVED: Final = "removed"
"""Where in `work/` the tables go that an earlier run made and a whole run does not make anew."""

OURS: Final = frozenset(
    Path(file) for table in TABLES.values() if table.visibility != "work" for file in table.files
)
"""The program's files below `out/`, but the provenance; whatever else lies there is the user's."""


@contextmanager
def staging(work: Path, out: Path, *, whole: bool = False) -> Iterator[Path]:
    """Give an empty folder to write a run's results to, and move them into `out/` when the block ends well.

    Every file is moved by itself in one step, so that a reader finds the old table or the new one, and
    `provenance.json`, which holds the hashes of all, last: with it `out/` holds what it names.

    Args:
        work: The work folder, on the same disk as `out`.
        out: Where the results go; what else lies there stays.
        whole: Whether the results are all that there are: tables of an earlier run that are not among them
            are then moved to `work/removed`.

    Yields:
        The folder to write to.

    Raises:
        InputError: `out` cannot be written; said before any work is done.
    """
    check_writable(out)
    stage = work / "staging"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    yield stage
    made = {path.relative_to(stage) for path in stage.rglob("*") if path.is_file()}
    provenance = made & {Path(PROVENANCE)}
    with _uninterrupted():
        _move(made - provenance, stage, out)
        if whole:
            _move(_lying(out) - made, out, work / REMOVED)
        _move(provenance, stage, out)
    shutil.rmtree(stage)


def check_writable(out: Path) -> None:
    """See that results can be moved to a folder and the folders in it.

    Raises:
        InputError: They cannot; the message names the place.
    """
    for folder in (out, out / "public", out / "private"):
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder}: is a file; move it away, for the tables go there")
        asked = folder if folder.exists() else out.parent if folder == out else out
        if asked.exists() and not os.access(asked, os.W_OK):
            raise InputError(f"{folder}: cannot be written; check its permissions")


def published_at(out: Path) -> int | None:
    """When the last provenance of `out/` was written, nanoseconds since 1970; None where there is none.

    It is moved there when all tables are.
    """
    try:
        return (out / PROVENANCE).stat().st_mtime_ns
    except FileNotFoundError:
        return None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until the block has ended, which takes no time.

    Half of it would be neither old nor new.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread alone
        return
    heard: list[int] = []
    before = {
        stop: signal.signal(stop, lambda number, _: heard.append(number))
        for stop in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for stop, handler in before.items():
            signal.signal(stop, handler)
    for number in heard:
        signal.raise_signal(number)


def _move(files: Iterable[Path], source: Path, target: Path) -> None:
    """Move files from one folder to the same place below another."""
    for file in sorted(files):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        (source / file).replace(target / file)


def _lying(out: Path) -> set[Path]:
    """The program's files that lie in `out/`."""
    return {file for file in OURS if (out / file).is_file()}


def superseded(out: Path, parts: Collection[str]) -> list[str]:
    """The parts of which tables lie in `out/` that a whole run will not make anew.

    Args:
        out: Where the last run's tables lie, if there was one.
        parts: The parts that the run carries out.

    Example:
        >>> superseded(Path("no-such-folder"), ["mail"])
        []
    """
    lying = {file.with_suffix("").as_posix() for file in _lying(out)}
    return [part for part, tables in TABLES_OF.items() if part not in parts and lying & set(tables)]
