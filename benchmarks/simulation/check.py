"""Holds the simulation against runs: of mail with one worker and two, and of pieces that sleep with eight."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.simulation.costs import Costs, Disk, Overhead, Piece
from benchmarks.simulation.kinds import Sizes
from benchmarks.simulation.overhead import cluster_apart
from benchmarks.simulation.samples import CHECKED, record, tasks_of
from benchmarks.simulation.simulate import Cluster, Simulation
from benchmarks.simulation.site import Site, Work, boxes_recorded
from tasks.scatter import run_all

ROUNDS: Final = 3
WORKERS: Final = (1, 2)
SLEEPERS: Final = 8
SLEEP: Final = "doze"
WALL: Final = "a run of mail"
OWN: Final = "its memory, the run's own process"
WORKER: Final = "its memory, the largest worker"


@dataclass(frozen=True)
class Checked:
    """A prediction beside what was measured.

    Attributes:
        what: Of what.
        workers: With how many workers.
        predicted: Seconds, or MB of memory.
        measured: The same; the least seconds of some rounds, and the most memory.
        rounds: Those of each.
        unit: ``s`` or ``MB``.
    """

    what: str
    workers: int
    predicted: float
    measured: float
    rounds: list[float]
    unit: str = "s"


def check_runs(costs: Costs, folder: Path, say: Callable[[str], None]) -> tuple[list[Checked], list[Any]]:
    """Runs of a sample that no cost was measured on, with files in memory.

    Returns:
        The seconds of whole runs and their memory, and the mailboxes, as a list that JSON takes.
    """
    found: list[Checked] = []
    runs: dict[int, list[Mapping[str, Any]]] = {workers: [] for workers in WORKERS}
    for number in range(ROUNDS):
        for workers in WORKERS:
            say(f"run {CHECKED.name} with {workers} workers, {number + 1} of {ROUNDS}")
            runs[workers].append(record(CHECKED, folder, workers))
    boxes = boxes_recorded(runs[WORKERS[0]][0])
    for workers in WORKERS:
        cluster = Cluster(workers, cpus=costs.cpus, apart=False)
        walls = [run["wall"] for run in runs[workers]]
        predicted = Simulation(costs, Site(boxes, costs.order), cluster).run()
        found.append(Checked(WALL, workers, predicted.wall, min(walls), walls))
    own = [run["memory"] / 1e6 for run in runs[WORKERS[-1]]]
    most = [max(task["memory"] for task in tasks_of(run)) / 1e6 for run in runs[WORKERS[-1]]]
    for name, size, sizes in ((OWN, predicted.client, own), (WORKER, predicted.worker, most)):
        found.append(Checked(name, WORKERS[-1], size / 1e6, max(sizes), sizes, "MB"))
    return found, [[box.agency, box.messages, box.bytes, box.attachments, box.copy] for box in boxes]


def sleeps(name: str) -> list[float]:
    """Seconds of sleep of the pieces of a case, in order."""
    draw = random.Random(name)
    return {
        "even pieces of 0.2 s": lambda: [0.2] * 400,
        "uneven pieces, 0.2 s on average": lambda: [draw.lognormvariate(-2.1, 1.0) for _ in range(400)],
        "the same, and one of 15 s": lambda: [*(draw.lognormvariate(-2.1, 1.0) for _ in range(400)), 15.0],
        "pieces of 0.04 s": lambda: [0.04] * 2_000,
    }[name]()


CASES: Final = (
    "even pieces of 0.2 s",
    "uneven pieces, 0.2 s on average",
    "the same, and one of 15 s",
    "pieces of 0.04 s",
)


def doze(seconds: float) -> None:
    """A piece that takes its time and no CPU."""
    time.sleep(seconds)


class Sleepers:
    """Pieces that sleep, as a site."""

    def __init__(self, seconds: Sequence[float]) -> None:
        self._seconds = seconds

    @property
    def sizes(self) -> Sizes:
        """Nothing is done between phases."""
        return {}

    def first_pass(self) -> Iterator[tuple[int, Work]]:
        """No mailbox is new."""
        yield from ()

    def rest(self, _rank: int, _box: int) -> Iterator[Work]:
        """No piece follows on another."""
        yield from ()

    def works(self, kind: str) -> Iterator[Work]:
        """Its pieces."""
        for seconds in self._seconds:
            yield Work(kind, {"seconds": seconds})


def costs_of_sleep(overhead: Overhead) -> Costs:
    """What sleeping costs: nothing but time, which is what waiting for a disk is."""
    none = {name: {"": 0.0} for name in ("cpu", "read", "written", "spec", "result", "memory")}
    piece = Piece({**none, "requests": {"": 0.0, "seconds": 1.0}}, [1.0], waits=1.0)
    return Costs(
        order=[[SLEEP]],
        pieces={SLEEP: piece},
        gaps={},
        overhead=replace(overhead, program=0.0, second=0.0),
        disk=Disk(1.0, 1.0, 1.0),
        start=0.0,
        stop=0.0,
        own=0.0,
        mail={},
        cpus=0,
    )


def predicted_sleep(costs: Costs, seconds: Sequence[float], workers: int = SLEEPERS) -> float:
    """The wall seconds of pieces that sleep, with a scheduler of their own."""
    disk = Disk(float("inf"), float("inf"), 1.0)
    cluster = Cluster(workers, disk, cpus=costs.cpus)
    return Simulation(costs_of_sleep(costs.overhead), Sleepers(seconds), cluster, None).run().wall


def check_sleep(costs: Costs, say: Callable[[str], None]) -> list[Checked]:
    """Pieces that sleep, on eight real workers of Dask."""
    found = []
    with cluster_apart(SLEEPERS) as (client, _, _):
        run_all(client, [0.0] * 100, doze, doze, lambda _piece, _result: None)
        for name in CASES:
            seconds, walls = sleeps(name), []
            for number in range(ROUNDS):
                say(f"sleep: {name}, {number + 1} of {ROUNDS}")
                start = time.perf_counter()
                run_all(client, seconds, doze, doze, lambda _piece, _result: None)
                walls.append(time.perf_counter() - start)
            found.append(Checked(name, SLEEPERS, predicted_sleep(costs, seconds), min(walls), walls))
    return found
