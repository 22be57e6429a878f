"""From the staging folder to `out/`: an interrupted run leaves the last one's tables as they were."""

from __future__ import annotations

import errno
import filecmp
import json
import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from data.catalog import PROVENANCE
from data.errors import InputError
from data.full_tables import FULL
from data.private import like_work, usual_mode
from data.schema import TABLES
from data.schema.left_out import LEFT_OUT
from data.writing import make_folder, mode_in
from flows import parts as registry
from flows.run.signals import handling
from tasks.rows.results import InputFile

PRIVATE: Final = "private"
"""The folder in `out/` for tables that nobody else may read."""

REMOVED: Final = "removed"
"""The folder in `work/` for tables of an earlier run that a run of all parts does not make again."""

_DECIDED: Final = "publishing"
"""The folder in `work/` with results that are complete and are to be moved to `out/`."""

_OLD: Final = ".old"
"""The file in it that names the tables which are to be moved away."""

_BEFORE: Final = ".before"
"""The provenance of the run before, kept there while `out/` holds tables of both runs."""


def ours() -> frozenset[Path]:
    """The tables below ``out/``; with the provenance and what it names, all that is not the user's."""
    tables = [TABLES["public/ledger"], LEFT_OUT]
    tables += [table for part in registry.load() for table in part.tables]
    return frozenset(Path(file) for table in tables for file in table.files) | _whole_tables()


def _whole_tables() -> frozenset[Path]:
    """The tables from which small counts are left out, as they were before: made anew by any run."""
    small = [table for table in TABLES.values() if table.small is not None]
    return frozenset(Path(FULL, file) for table in small for file in table.files)


@contextmanager
def staging(work: Path, out: Path, *, whole: bool = False) -> Iterator[Path]:
    """Give an empty folder to write a run's results to, and publish them in `out/` when the block succeeds.

    Args:
        work: The work folder, on the same disk as `out`.
        out: Where the results go; other files there stay.
        whole: Whether the results are all that there are: tables of an earlier run that are not among them
            are then moved to `work/removed`. The report and what is made with it are always of all tables, so
            that those which are not made again are moved there by any run.

    Yields:
        The folder to write to.

    Raises:
        InputError: `out` cannot be written; raised before any work is done.
    """
    check_writable(out)
    finish_cut(work, out)
    stage = work / "staging"
    shutil.rmtree(stage, ignore_errors=True)
    make_folder(stage)
    yield stage
    with _uninterrupted():
        old = (_lying(out) if whole else _outputs(out)) - _files(stage)
        _leave_known(stage, out)
        _decide(work, stage, old)
        finish(work, out)


def _leave_known(stage: Path, out: Path) -> None:
    """Leave the figures that `out/` has already where they are: to write hundreds to disk takes a second."""
    for file in _outputs(out) & _files(stage):
        if file.parts[0] != PRIVATE and filecmp.cmp(stage / file, out / file, shallow=False):
            (stage / file).unlink()


def _decide(work: Path, stage: Path, old: Collection[Path]) -> None:
    """Decide, in one step, that a run's results are published; after it, not even a power cut loses them."""
    (stage / _OLD).write_text("".join(f"{file}\n" for file in sorted(old)), encoding="utf-8")
    for path in stage.rglob("*"):
        _on_disk(path)
    _on_disk(stage)
    stage.rename(work / _DECIDED)
    _on_disk(work)


def finish_cut(work: Path, out: Path) -> str:
    """Publish the rest of a run that was cut off while it published, if it is still what that run wrote.

    Args:
        work: The work folder.
        out: Where the results go.

    Returns:
        A note about it; empty where there was nothing to publish. Results that were damaged since are thrown
        away: `out/` is then without a provenance until a run has published all of them anew.

    Raises:
        OSError: As :func:`finish`.
    """
    decided = work / _DECIDED
    if not decided.is_dir():
        return ""
    if damaged := _damaged(decided):
        shutil.rmtree(decided)
        return (
            f"the last run was cut off while it published, and work/{_DECIDED}/{damaged} was damaged since; "
            "its tables are made anew by a run of all parts"
        )
    finish(work, out)
    return "the last run was cut off while it published; its tables are all in out/ now"


def _damaged(decided: Path) -> str:
    """The name of a result that is not what its provenance says; empty where there is none."""
    made, provenance = _files(decided), Path(PROVENANCE)
    if provenance not in made:
        return ""  # it is moved last: all else is published
    try:
        named = json.loads((decided / provenance).read_bytes())
        hashes = {**named["tables"], **named.get("outputs", {})}
        for file in sorted(made - {provenance}):
            if hashes[file.as_posix()] != InputFile.of("", decided / file).sha256:
                return file.as_posix()
    except (ValueError, KeyError, TypeError):
        return PROVENANCE
    return ""


def finish(work: Path, out: Path) -> bool:
    """Publish the results of a run, or the rest of them where that run was cut off while it published.

    `out/` cannot be exchanged whole: it may be a mount or a link, have rights of its own, and hold files of
    the user's. So each file is moved by itself, in one step, and a reader finds the old table or the new one.
    `provenance.json`, which holds the hashes of all, is taken away before the first and put back after the
    last: where it exists, `out/` holds what it names, even after a power cut.

    Args:
        work: The work folder.
        out: Where the results go.

    Returns:
        Whether there was anything to publish.

    Raises:
        OSError: A file cannot be moved, as where `out` is on another disk; the next call goes on from there.
    """
    decided, provenance = work / _DECIDED, Path(PROVENANCE)
    if not decided.is_dir():
        return False
    with _uninterrupted():
        made = _files(decided)
        if provenance in made and (out / provenance).exists():
            (out / provenance).replace(decided / _BEFORE)
            _on_disk(out)
        _make_folders(made, work, out)
        _move(made - {provenance}, decided, out)
        old = (decided / _OLD).read_text(encoding="utf-8") if (decided / _OLD).exists() else ""
        _move({Path(file) for file in old.splitlines() if (out / file).is_file()}, out, work / REMOVED)
        _move(made & {provenance}, decided, out)
        shutil.rmtree(decided)
    return True


def is_cut(work: Path) -> bool:
    """Whether a run was cut off while it published, so that the next one publishes the rest first."""
    return (work / _DECIDED).is_dir()


def check_writable(out: Path) -> None:
    """Check that results can be moved to a folder and the folders in it.

    Raises:
        InputError: They cannot; the message names the place.
    """
    for folder in (out, out / "public", out / "private"):
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder}: is a file, but the tables go there; move it away")
        asked = folder if folder.exists() else out.parent if folder == out else out
        if asked.exists() and not os.access(asked, os.W_OK):
            raise InputError(f"{folder}: cannot be written; check its permissions")


def published_at(out: Path) -> int | None:
    """When the provenance of `out/` was written, nanoseconds since 1970; None where there is none.

    It is written after all tables.
    """
    try:
        return (out / PROVENANCE).stat().st_mtime_ns
    except FileNotFoundError:
        return None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until the block has ended, which is soon.

    If it were interrupted, some tables would be old and some new.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread alone
        return
    received: list[int] = []
    with handling((signal.SIGINT, signal.SIGTERM), lambda number, _: received.append(number)):
        yield
    for number in received:
        signal.raise_signal(number)


def _make_folders(files: Collection[Path], work: Path, out: Path) -> None:
    """Make the folders of the results: the private ones as private as the work folder (method 12.4)."""
    for folder in sorted({out, *(out / above for file in files for above in file.parents)}):
        if folder == out / PRIVATE:
            like_work(folder, work)
        elif out / PRIVATE in folder.parents:
            make_folder(folder)
        elif not folder.exists():
            folder.mkdir(parents=True)
            with suppress(OSError):
                folder.chmod(usual_mode(folder=True))


def _move(files: Collection[Path], source: Path, target: Path) -> None:
    """Move files from one folder to the same place below another, so that a power cut does not undo it."""
    for file in sorted(files):
        make_folder((target / file).parent)
        private = mode_in((target / file).parent.stat().st_mode, folder=False)
        with suppress(OSError):  # a disk without permissions: the run has said so
            (source / file).chmod(usual_mode(folder=False) if private is None else private)
        (source / file).replace(target / file)
    for folder in {target / above for file in files for above in file.parents}:
        _on_disk(folder)


def _on_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # a file system that has no fsync for it
            raise
    finally:
        os.close(descriptor)


def _files(folder: Path) -> set[Path]:
    """The results in a folder."""
    found = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return found - {Path(_OLD), Path(_BEFORE)}


def _lying(out: Path) -> set[Path]:
    """The program's files in `out/`."""
    return {file for file in ours() if (out / file).is_file()} | _outputs(out)


def _outputs(out: Path) -> set[Path]:
    """What any run makes anew of all tables, or moves away.

    The report and what was made with it, as far as the provenance in `out/` says so; the whole tables beside
    those without small counts, and the table that says how many these are.
    """
    whole = {file for file in (*_whole_tables(), *map(Path, LEFT_OUT.files)) if (out / file).is_file()}
    return whole | _named_outputs(out)


def _named_outputs(out: Path) -> set[Path]:
    if not (out / PROVENANCE).is_file():  # a pipe would be waited for without end
        return set()
    try:
        named = json.loads((out / PROVENANCE).read_bytes())["outputs"]
        files = [Path(file) for file, sha256 in named.items() if isinstance(sha256, str)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
    # Another's file may be named there, but never one outside.
    inside = [file for file in files if not file.is_absolute() and ".." not in file.parts]
    return {file for file in inside if (out / file).is_file() and file != Path(PROVENANCE)}


def superseded(out: Path, parts: Collection[str]) -> list[str]:
    """The parts that have tables in `out/` which a run of all parts will not make again.

    Args:
        out: The folder of the last run's tables, if there was one.
        parts: The parts of the run.

    Example:
        >>> superseded(Path("no-such-folder"), ["mail"])
        []
    """
    lying = {file.with_suffix("").as_posix() for file in _lying(out)}
    # A table that parts share says of none of them that it ran.
    parts_of = Counter(name for part in registry.load() for name in part.table_names)
    lying -= {name for name, number in parts_of.items() if number > 1}
    return [part.name for part in registry.load() if part.name not in parts and lying & set(part.table_names)]
