"""What a piece costs by its size, fitted to what was recorded, and how it is kept as JSON.

Each amount (seconds of CPU, bytes read and written, calls that read, bytes of the piece and of its result
as they are sent, memory) is a sum: so much for a piece, and so much for each unit of each measure of its
kind. No share is negative.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.optimize import nnls

from benchmarks.simulation.kinds import measures

AMOUNTS: Final = ("cpu", "read", "written", "requests", "spec", "result", "memory")
GAPS: Final = ("cpu", "read")
END: Final = "end"
QUANTILES: Final = 20

Fit = dict[str, float]
"""Units of an amount by measure; those of the empty name are for the piece itself."""


@dataclass(frozen=True)
class Piece:
    """What a piece of a kind costs.

    Attributes:
        fits: By amount.
        spread: Seconds of CPU of pieces over what the fit says, at even quantiles; their mean is 1.
        waits: Which share of its calls that read waits for the disk, where the file is not in memory.
        overlap: Which share of its reading goes on while it computes.
    """

    fits: dict[str, Fit]
    spread: list[float]
    waits: float = 0.0
    overlap: float = 0.0

    def amount(self, name: str, sizes: Mapping[str, float]) -> float:
        """An amount, for a piece of these sizes."""
        return value(self.fits[name], sizes)


@dataclass(frozen=True)
class Overhead:
    """What it costs to have a piece done, whatever it is.

    Attributes:
        client: Seconds of CPU of the process that submits pieces, for each.
        program: Seconds that this program adds to that, with what it does for each and shows of it.
        scheduler: The same of the scheduler.
        worker: The same of the worker.
        byte: Seconds of both for each byte of a piece as it is sent.
        second: Seconds of CPU that both need in each second of a run, besides.
        memory: Bytes of the scheduler without workers.
        each: Bytes more for each worker.
    """

    client: float
    scheduler: float
    worker: float
    program: float = 0.0
    byte: float = 0.0
    second: float = 0.0
    memory: float = 0.0
    each: float = 0.0


@dataclass(frozen=True)
class Disk:
    """A shared disk.

    Attributes:
        all: Bytes a second for all readers together.
        one: Bytes a second for one.
        latency: Seconds until the first byte of a place that was not read before.
    """

    all: float
    one: float
    latency: float


@dataclass(frozen=True)
class Costs:
    """All that was measured.

    Attributes:
        order: The kinds of each phase, in the order of the program.
        pieces: By kind.
        gaps: What the run's own process does before the phase that begins with a kind, and at the end.
        overhead: Of a piece.
        disk: Of this machine.
        start: Seconds from the start of a run to its first piece.
        stop: Seconds at the end of a run, besides the work.
        own: Bytes of memory of the run's own process, besides the results that it holds.
        mail: Bytes and attachments of a message.
        cpus: Of this machine.
        measured: On what all this was measured, one line each.
    """

    order: list[list[str]]
    pieces: dict[str, Piece]
    gaps: dict[str, dict[str, Fit]]
    overhead: Overhead
    disk: Disk
    start: float
    stop: float
    own: float
    mail: dict[str, float]
    cpus: int
    measured: list[str] = field(default_factory=list)


def value(fit: Fit, sizes: Mapping[str, float]) -> float:
    """What a fit says of some sizes."""
    return fit[""] + sum(share * sizes.get(name, 0.0) for name, share in fit.items() if name)


def fitted(
    rows: Sequence[Mapping[str, float]], wanted: Sequence[float], names: Iterable[str], floor: float = 0.0
) -> Fit:
    """The shares that say best what was measured, in proportion: small pieces count as much as large ones.

    Args:
        rows: The sizes of each piece.
        wanted: What each cost.
        names: The measures.
        floor: What a piece without size would cost, for pieces that are all alike.

    Example:
        >>> fitted([{"messages": 10.0}], [5.0], ["messages"])
        {'': 0.0, 'messages': 0.5}
    """
    names = ["", *names]
    table = np.array([[row.get(name, 0.0) if name else 1.0 for name in names] for row in rows], dtype=float)
    target = np.array(wanted, dtype=float)
    if not target.any():
        return dict.fromkeys(names, 0.0)
    if len(names) > 1 and (table == table[0]).all() and table[0, -1]:
        # Where all pieces are alike, nothing tells what they have in common from what grows: all grows.
        grown = max(0.0, float(np.median(target)) - floor)
        return {**dict.fromkeys(names, 0.0), "": floor, names[-1]: grown / float(table[0, -1])}
    weight = 1 / np.maximum(target, 0.02 * target.max())
    scale = np.maximum(table.max(axis=0), 1e-12)
    shares, _ = nnls(table / scale * weight[:, None], target * weight)
    return {name: float(share) for name, share in zip(names, shares / scale, strict=True)}


def fit_pieces(
    records: Iterable[Mapping[str, Any]], kinds: Collection[str] | None = None
) -> dict[str, Piece]:
    """What pieces cost, by kind.

    Args:
        records: What was recorded.
        kinds: The kinds; None for all.
    """
    tasks: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        for phase in record["phases"]:
            for task in phase["tasks"]:
                if kinds is None or task["kind"] in kinds:
                    tasks[task["kind"]].append(task)
    usual = float(np.median([task["memory"] for mine in tasks.values() for task in mine]))
    pieces = {}
    for kind, mine in tasks.items():
        sizes = [task["sizes"] for task in mine]
        fits = {
            name: fitted(
                sizes,
                [task[name] for task in mine],
                measures(kind, name),
                usual if name == "memory" else 0.0,
            )
            for name in AMOUNTS
        }
        ratios = [task["cpu"] / max(value(fits["cpu"], task["sizes"]), 1e-9) for task in mine]
        spread = np.quantile(ratios, (np.arange(QUANTILES) + 0.5) / QUANTILES)
        pieces[kind] = Piece(fits, [float(each) for each in spread / max(spread.mean(), 1e-9)])
    return pieces


def order_of(record: Mapping[str, Any]) -> list[list[str]]:
    """The kinds of each phase of a run, in its order."""
    return [list(phase["kinds"]) for phase in record["phases"]]


def fit_gaps(
    records: Iterable[Mapping[str, Any]], runs: Iterable[Mapping[str, Any]]
) -> dict[str, dict[str, Fit]]:
    """What the run's own process does before each phase, and at the end.

    Args:
        records: All that was recorded; each has what the work grew with under ``sizes``.
        runs: Those of it that are whole runs.
    """
    found: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for record in records:
        for phase in record["phases"][1:]:
            found[phase["kinds"][0]].append((record["sizes"], phase["gap"]))
    for run in runs:
        found[END].append((run["sizes"], run["last"]))
    return {
        kind: {
            name: fitted([size for size, _ in rows], [gap[name] for _, gap in rows], ("agencies", "messages"))
            for name in GAPS
        }
        for kind, rows in found.items()
    }


def fit_overhead(runs: Iterable[Mapping[str, Any]], alone: Overhead) -> Overhead:
    """The overhead with what the program adds to it in the run's own process, which real runs tell.

    Args:
        runs: What was recorded of runs, in which one process is client and scheduler.
        alone: As it was measured with pieces of no work.
    """
    phases = [phase for run in runs for phase in run["phases"]]
    rows = [{"pieces": len(each["tasks"]), "seconds": each["end"] - each["begin"]} for each in phases]
    sent = [alone.byte * sum(task["spec"] for task in each["tasks"]) for each in phases]
    wanted = [each["own"]["cpu"] - bytes_ for each, bytes_ in zip(phases, sent, strict=True)]
    table = np.array([[row["pieces"], row["seconds"]] for row in rows])
    (piece, second), _ = nnls(table, np.maximum(wanted, 0.0))
    program = max(0.0, float(piece) - alone.scheduler - alone.client)
    return replace(alone, program=program, second=float(second))


def keep(costs: Costs, path: Path) -> None:
    """Write costs as JSON, with digits that mean something."""
    path.write_text(json.dumps(rounded(asdict(costs)), indent=1) + "\n", encoding="utf-8")


def kept(path: Path) -> Costs:
    """Costs as they were written."""
    found = json.loads(path.read_text(encoding="utf-8"))
    pieces = {kind: Piece(**piece) for kind, piece in found.pop("pieces").items()}
    overhead, disk = Overhead(**found.pop("overhead")), Disk(**found.pop("disk"))
    return Costs(**found, pieces=pieces, overhead=overhead, disk=disk)


def rounded(found: Any) -> Any:
    """The same with four significant digits in every number that is no count."""
    if isinstance(found, dict):
        return {name: rounded(each) for name, each in found.items()}
    if isinstance(found, list | tuple):
        return [rounded(each) for each in found]
    return float(f"{found:.4g}") if isinstance(found, float) else found
