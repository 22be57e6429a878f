"""What a site's run would take, what limits it, and which input moves that the most."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from benchmarks.simulation.costs import Costs, Fit, Piece, rounded
from benchmarks.simulation.kinds import HASHED, READING
from benchmarks.simulation.simulate import Cluster, Run, Simulation, Took
from benchmarks.simulation.site import Asked, Site, boxes_of

WORKERS: Final = (1, 4, 16, 64)
DISK: Final = "the disk's bandwidth"
WAITING: Final = "workers waiting for the disk, each for its own reads"
CLIENT: Final = "the run's own process"
SCHEDULER: Final = "the scheduler"
PIECE: Final = "the longest piece"
CPU: Final = "the workers' processors"
FULL: Final = 0.9
"""How busy something is that limits a phase."""


def used(took: Took, cluster: Cluster) -> dict[str, float]:
    """How busy each resource is in a phase, as a share of it.

    Args:
        took: The phase.
        cluster: Where it ran.
    """
    seconds = max(took.end - took.first, 1e-9)
    return {
        DISK: took.bytes / cluster.disk.all / seconds,
        CLIENT: took.client / seconds,
        SCHEDULER: took.scheduler / seconds,
        PIECE: took.longest / seconds,
        WAITING: max(0.0, took.held - took.cpu) / cluster.workers / seconds,
        CPU: took.cpu / cluster.workers / seconds,
    }


def limit_of(took: Took, cluster: Cluster) -> str:
    """What limits a phase: what is busy all the time, else what takes most of the workers' time.

    Args:
        took: The phase.
        cluster: Where it ran.
    """
    shares = used(took, cluster)
    shared = max((DISK, CLIENT, SCHEDULER), key=lambda name: shares[name])
    workers = max((WAITING, CPU), key=lambda name: shares[name])
    if shares[shared] >= FULL:
        return shared
    if shares[WAITING] + shares[CPU] >= FULL:
        return workers
    return max((PIECE, shared, workers), key=lambda name: shares[name])


@dataclass(frozen=True)
class Predicted:
    """A prediction, as it is kept.

    Attributes:
        workers: With how many.
        wall: Seconds.
        alone: Seconds in which the run's own process works by itself.
        busy: The share of the wall time in which each resource is busy.
        memory: Bytes at most: of the run's own process, the scheduler, a worker.
        largest: The kind of work that takes a worker the most memory.
        phases: Of each its kinds, seconds (with what comes before it), pieces, and what limits it.
        limits: Seconds by what limits them.
    """

    workers: int
    wall: float
    alone: float
    busy: dict[str, float]
    memory: dict[str, float]
    largest: str
    phases: list[dict[str, Any]]
    limits: dict[str, float]


def predict(costs: Costs, asked: Asked, cluster: Cluster) -> Predicted:
    """Simulate a run of a site.

    Args:
        costs: What was measured.
        asked: The site.
        cluster: Where it runs.
    """
    site = Site(boxes_of(asked, costs.mail), costs.order)
    return summed_up(Simulation(costs, site, cluster, asked.seed).run(), cluster)


def summed_up(run: Run, cluster: Cluster) -> Predicted:
    """A run, as it is kept.

    Args:
        run: The run.
        cluster: Where it ran.
    """
    phases, limits = list[dict[str, Any]](), {CLIENT: run.alone}
    busy = dict.fromkeys((CPU, WAITING, DISK, CLIENT, SCHEDULER), 0.0)
    busy[CLIENT] = run.alone
    for took in run.phases:
        limit = limit_of(took, cluster)
        seconds = took.end - took.first
        limits[limit] = limits.get(limit, 0.0) + seconds
        shares = used(took, cluster)
        for name in busy:
            busy[name] += shares[name] * seconds
        phases.append(
            {
                "kinds": list(took.kinds),
                "seconds": seconds,
                "before": took.first - took.begin,
                "pieces": took.pieces,
                "limit": limit,
                "busy": {name: share for name, share in shares.items() if name in {*busy, PIECE}},
                "longest": took.name,
            }
        )
    return Predicted(
        cluster.workers,
        run.wall,
        run.alone,
        {name: seconds / run.wall for name, seconds in busy.items()},
        {CLIENT: run.client, SCHEDULER: run.scheduler, "a worker": run.worker},
        run.largest,
        phases,
        dict(sorted(limits.items(), key=lambda item: -item[1])),
    )


Change = Callable[[Costs, Asked, float], tuple[Costs, Asked]]


def _scaled(fit: Fit, factor: float) -> Fit:
    return {name: share * factor for name, share in fit.items()}


def _with_cpu(costs: Costs, kinds: Collection[str], factor: float) -> Costs:
    def one(piece: Piece) -> Piece:
        return replace(piece, fits={**piece.fits, "cpu": _scaled(piece.fits["cpu"], factor)})

    changed = {kind: one(piece) for kind, piece in costs.pieces.items() if kind in kinds}
    return replace(costs, pieces={**costs.pieces, **changed})


def _with_disk(costs: Costs, **factors: float) -> Costs:
    old = asdict(costs.disk)
    return replace(
        costs, disk=replace(costs.disk, **{name: old[name] * factor for name, factor in factors.items()})
    )


def _with_dask(costs: Costs, factor: float) -> Costs:
    old = asdict(costs.overhead)
    names = ("client", "program", "scheduler", "worker", "byte")
    return replace(costs, overhead=replace(costs.overhead, **{name: old[name] * factor for name in names}))


def _with_gaps(costs: Costs, factor: float) -> Costs:
    return replace(
        costs,
        gaps={kind: {**fits, "cpu": _scaled(fits["cpu"], factor)} for kind, fits in costs.gaps.items()},
    )


CHANGES: Final[Mapping[str, Change]] = {
    "the disk's bandwidth": lambda costs, asked, by: (_with_disk(costs, all=by, one=by), asked),
    "the disk's latency": lambda costs, asked, by: (_with_disk(costs, latency=by), asked),
    "seconds of CPU of all pieces": lambda costs, asked, by: (_with_cpu(costs, costs.pieces, by), asked),
    "seconds of CPU of hashing": lambda costs, asked, by: (_with_cpu(costs, HASHED, by), asked),
    "seconds of CPU of reading": lambda costs, asked, by: (_with_cpu(costs, READING, by), asked),
    "Dask's and the program's overhead of a piece": lambda costs, asked, by: (_with_dask(costs, by), asked),
    "the run's own work between the phases": lambda costs, asked, by: (_with_gaps(costs, by), asked),
    "bytes of a message (and so fewer messages)": lambda costs, asked, by: (
        replace(costs, mail={**costs.mail, "bytes": costs.mail["bytes"] * by}),
        asked,
    ),
    "bytes of all mailboxes": lambda costs, asked, by: (costs, replace(asked, bytes=asked.bytes * by)),
    "agencies, with the same bytes": lambda costs, asked, by: (
        costs,
        replace(asked, agencies=round(asked.agencies * by)),
    ),
    "the largest mailbox": lambda costs, asked, by: (costs, replace(asked, largest=asked.largest * by)),
}
"""The inputs that are halved and doubled."""
BY: Final = (0.5, 2.0)


def _one(given: tuple[Costs, Asked, int]) -> Predicted:
    costs, asked, workers = given
    return predict(costs, asked, Cluster(workers, costs.disk))


def predictions(
    costs: Costs, asked: Asked, workers: Sequence[int] = WORKERS, processes: int = 2
) -> dict[str, Any]:
    """Predict a site with some numbers of workers, and what each input moves at the largest.

    Args:
        costs: What was measured.
        asked: The site.
        workers: The numbers of workers.
        processes: How many predictions are made at a time.

    Returns:
        What is kept, as JSON takes it.
    """
    most = max(workers)
    changed = [(*change(costs, asked, by), most) for change in CHANGES.values() for by in BY]
    works = [*((costs, asked, each) for each in workers), *changed]
    with ProcessPoolExecutor(processes) as pool:
        found = list(pool.map(_one, works))
    runs, moved = found[: len(workers)], iter(found[len(workers) :])
    base = runs[list(workers).index(most)].wall
    boxes = boxes_of(asked, costs.mail)
    kept: dict[str, Any] = rounded(
        {
            "asked": asdict(asked),
            "disk": asdict(costs.disk),
            "mailboxes": len(boxes),
            "messages": sum(box.messages for box in boxes),
            "largest": max(box.bytes for box in boxes),
            "runs": [asdict(run) for run in runs],
            "moved": {name: [next(moved).wall / base - 1 for _ in BY] for name in CHANGES},
        }
    )
    return kept
