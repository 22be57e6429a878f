"""The command ``benchmarks/cluster.py``."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.simulation.check import check_runs, check_sleep
from benchmarks.simulation.costs import Costs, keep, kept, rounded
from benchmarks.simulation.measure import measure
from benchmarks.simulation.page import FIGURE, lines, picture, written
from benchmarks.simulation.predict import WORKERS, predictions
from benchmarks.simulation.samples import ROOT
from benchmarks.simulation.site import Asked

RESULTS: Final = ROOT / "benchmarks/results"
COSTS: Final = "cluster-costs.json"
FOUND: Final = "cluster.json"
STEPS: Final = ("measure", "check", "predict", "write", "show")
PAGE: Final = ROOT / "docs/performance.md"


def parser(about: str) -> argparse.ArgumentParser:
    """The arguments of the command."""
    asked = argparse.ArgumentParser(
        prog="benchmarks/cluster.py",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = Asked()
    asked.add_argument("steps", nargs="+", choices=STEPS)
    asked.add_argument("--results", type=Path, default=RESULTS, help="where the two files are")
    asked.add_argument("--folder", type=Path, help="for synthetic investigations; a folder that stays")
    asked.add_argument("--agencies", type=int, default=usual.agencies)
    asked.add_argument("--terabytes", type=float, default=usual.bytes / 1e12)
    asked.add_argument("--mailboxes", type=float, default=usual.mailboxes, help="of an agency, on average")
    asked.add_argument("--largest", type=float, default=usual.largest / 1e9, help="GB of the largest mailbox")
    asked.add_argument("--workers", type=int, nargs="+", default=list(WORKERS))
    asked.add_argument("--bandwidth", type=float, help="MB a second of the shared disk, else as measured")
    asked.add_argument("--processes", type=int, default=2, help="predictions that are made at a time")
    return asked


def main(about: str, words: Sequence[str] | None = None) -> None:
    """Do the steps that are asked for.

    Args:
        about: What the command says of itself.
        words: The arguments; None for those of this process.
    """
    given = parser(about).parse_args(words)
    given.results.mkdir(parents=True, exist_ok=True)
    costs, found = given.results / COSTS, given.results / FOUND
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        if "measure" in given.steps:
            keep(measure(folder, _say), costs)
        if "check" in given.steps:
            checks, boxes = check_runs(kept(costs), folder, _say)
            checks += check_sleep(kept(costs), _say)
            _add(found, rounded({"checks": [asdict(each) for each in checks], "boxes": boxes}))
    if "predict" in given.steps:
        _add(
            found, predictions(_asked_disk(kept(costs), given), _asked(given), given.workers, given.processes)
        )
    if {"write", "show"} & set(given.steps):
        _show(given.steps, kept(costs), json.loads(found.read_text(encoding="utf-8")))


def _show(steps: Sequence[str], costs: Costs, found: dict[str, Any]) -> None:
    if "show" in steps:
        print("\n".join(lines(costs, found)))
    if "write" in steps:
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(written(text, lines(costs, found)), encoding="utf-8")
        (ROOT / "docs" / FIGURE).write_bytes(picture(found))


def _asked(given: argparse.Namespace) -> Asked:
    return Asked(
        agencies=given.agencies,
        bytes=given.terabytes * 1e12,
        mailboxes=given.mailboxes,
        largest=given.largest * 1e9,
    )


def _asked_disk(costs: Costs, given: argparse.Namespace) -> Costs:
    if given.bandwidth is None:
        return costs
    every = given.bandwidth * 1e6
    return replace(costs, disk=replace(costs.disk, all=every, one=min(costs.disk.one, every)))


def _add(path: Path, more: dict[str, Any]) -> None:
    """Keep what was found with what was found before."""
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**before, **more}, indent=1) + "\n", encoding="utf-8")


def _say(line: str) -> None:
    print(line, flush=True)
