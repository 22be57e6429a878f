"""What `nwatch open` and `nwatch verify` do."""

from __future__ import annotations

import os
import sys
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.catalog import PROVENANCE, Investigation
from data.errors import InputError
from data.schema import TABLES
from data.tables import read_table
from flows import parts as registry
from flows.console.agencies_now import Mailboxes, faults_now, mailboxes_now
from flows.console.inputs_now import Hasher, inputs_now
from flows.console.printing import command, console, shown
from flows.run.left import previous
from flows.run.locks import at_work
from flows.run.preflight import skipped
from flows.run.progress import speaking
from flows.run.provenance import versions
from flows.run.publish import is_cut
from tasks.audit.look import Now, Verdict, agencies_of, hashes_below, verdict

REPORT = "report.html"


def open_report(folder: Path) -> None:
    """Open the report of an investigation in the browser; where there is none, print where it is.

    Args:
        folder: The investigation folder.

    Raises:
        InputError: There is no report.
    """
    investigation = Investigation.unchecked(folder)
    path = investigation.out / REPORT
    if not path.is_file():
        ran = (investigation.out / PROVENANCE).is_file()
        off = ran and not investigation.config.report.make
        fix = "write make = true into the section [report] of investigation.toml and run" if off else "run"
        raise InputError(f"{path}: there is no report yet; {fix}: {command('nwatch run', folder)}")
    if not (_has_screen() and webbrowser.open(path.as_uri())):
        console().print(shown(path), markup=False)


def _has_screen() -> bool:
    """Whether a browser would have where to show something: else a text browser might take the terminal."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def verify(folder: Path, *, trust: bool = False) -> int:
    """Say whether the outputs of a folder are what its inputs, settings and versions give.

    Args:
        folder: The investigation folder.
        trust: Whether the hash of a file that has the size and times of the last run is taken as it was
            remembered; else every file is read.

    Returns:
        The exit code: 0 yes, 1 no, 2 nobody can tell.

    Raises:
        InputError: There was no run yet, or a run goes on.
    """
    unchecked = Investigation.unchecked(folder)
    investigation = Investigation.open(folder, agencies=())  # one agency's fault is a line of the answer
    if at_work(investigation.work):
        raise InputError(f"{shown(folder)}: a run is active here; wait until it has ended, and ask again")
    if is_cut(investigation.work):
        raise InputError(
            f"{shown(folder)}: the last run was cut off while it published; "
            f"finish it: {command('nwatch run', folder)}"
        )
    then = previous(investigation.out)
    if not then:
        raise InputError(
            f"{investigation.out / PROVENANCE}: is not there, and nothing else says what the outputs were "
            f"made from; run: {command('nwatch run', folder)}"
        )
    there = mailboxes_now(investigation)
    faults = faults_now(unchecked, there, agencies_of(then))
    now = replace(_now(investigation, there, trust), faults=faults, unlisted=there.unlisted)
    found = verdict(then, now)
    to = console()
    to.print(found.line, markup=False)
    for line in _details(found):
        to.print(f"  {line}", markup=False)
    return found.code


def _details(found: Verdict) -> tuple[str, ...]:
    return (*found.differs, *found.unknown)


def _now(investigation: Investigation, there: Mailboxes, trust: bool) -> Now:
    """The folder as it is; the progress goes to stderr, and the verdict alone to stdout."""
    why = skipped(investigation)
    parts = [part for part in registry.load() if part.name not in why]
    reporter = speaking(console(error=True)) if sys.stderr.isatty() else None
    with _stage(reporter, "hash the inputs") as on_progress:
        hasher = Hasher(investigation.work if trust else None, on_progress)
        inputs = hasher.all(inputs_now(investigation, [part.name for part in parts], there.files, why))
    out, config = investigation.out, investigation.config
    there_now = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if not path.is_dir()}
    files = sorted(file for file, path in there_now.items() if file != PROVENANCE and path.is_file())
    with _stage(reporter, "hash the outputs") as on_progress:
        outputs = hashes_below(out, files, on_progress)
    odd = there_now.keys() - {*files, PROVENANCE}  # pipes and the like: not opened, and no run wrote them
    return Now(
        inputs=inputs,
        outputs={**outputs, **dict.fromkeys(odd, "")},
        versions=versions(),
        configuration=config.sha256,
        shared=config.shared_sha256,
        earlier=config.earlier_sha256,
        agencies=config.agency_hashes,
        parts={part.name: part.provenance_keys for part in registry.load()},
        runnable=[part.name for part in parts],
        lacks=why,
        names=_names(out),
    )


def _stage(reporter: Any, name: str) -> Any:
    from flows.run.progress import Reporter

    return (reporter or Reporter()).stage(name, "bytes")


def _names(out: Path) -> dict[str, str]:
    """The names that files had in the last run, with source ids; those of damaged tables are not known."""
    found: dict[str, str] = {}
    for name in ("private/sources", "private/post_files", "private/crime_files"):
        try:
            rows = read_table(TABLES[name], out, ["source", "file"] if name == "private/sources" else None)
        except (FileNotFoundError, ValueError):
            continue
        found |= {row["file"]: row["source"] for row in rows.select(["source", "file"]).to_pylist()}
    return found
