"""Records what each piece of a real run costs: on the worker that does it, and in the run's own process.

    python -m benchmarks.simulation.record RESULT run FOLDER --workers 2
    python -m benchmarks.simulation.record RESULT alerts FOLDER --agencies 4 --messages 60000 --workers 2

is a process of its own, so that the memory it peaks at is that of one run. ``run`` is the command ``nwatch
run --only mail``; ``alerts`` makes the tables of parsed messages alone, of which there can be many more.
"""

from __future__ import annotations

import argparse
import json
import pickle
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.simulation.kinds import Sizer, Sizes, agency_of
from benchmarks.simulation.measured import Measured, most_memory, since, used

STARTED = time.time()
_CALL = re.compile("[0-9a-f]{32}")
"""What is the same in the keys of all pieces of one call of :func:`tasks.scatter.run_all`."""


@dataclass
class Phase:
    """The pieces of one call of ``run_all``; the next begins when all of them are done.

    Attributes:
        kinds: The kinds of its pieces, in the order in which each came first.
        begin: Seconds of the run at its first piece.
        end: At its last result.
        gap: What the run's own process used since the phase before.
        own: What it used during the phase.
        keys: The pieces.
    """

    begin: float
    gap: dict[str, float]
    kinds: list[str] = field(default_factory=list)
    end: float = 0.0
    own: dict[str, float] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)


class Recorder:
    """Wraps what is submitted to workers while a run lasts.

    Args:
        folder: Where workers write what they measured; they must see it under the same path.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.phases: list[Phase] = []
        self.tasks: dict[str, dict[str, Any]] = {}
        self._sizer, self._called = Sizer(), ""
        self._open: set[str] = set()
        self._mark = self._before = dict.fromkeys(used(), 0.0)

    def submit(
        self, plain: Callable[..., Any], function: Callable[..., Any], piece: Any, key: str, **how: Any
    ) -> Any:
        """Submit a piece as it is, measured."""
        kind, sizes = self._sizer(function, piece)
        spec = len(pickle.dumps((function, piece)))
        called = _CALL.findall(key)[-1]
        if called != self._called:
            self._called = called
            self.phases.append(Phase(time.time() - STARTED, since(self._mark)))
            self._mark = used()
        phase = self.phases[-1]
        phase.keys.append(key)
        if kind not in phase.kinds:
            phase.kinds.append(kind)
        self.tasks[key] = {"kind": kind, "agency": agency_of(kind, piece), "spec": spec, "sizes": sizes}
        measured = Measured(function, kind, key, self.folder)
        future = plain(measured, piece, key=key, **how)
        release = future.release

        def released() -> None:
            # The caller has taken the result, in the thread that submits.
            release()
            if key in self._open:
                self._open.remove(key)
                phase.end, phase.own = time.time() - STARTED, since(self._before)
                self._mark = used()

        future.release = released
        if len(phase.keys) == 1:
            self._before = self._mark
        self._open.add(key)
        return future

    def result(self) -> dict[str, Any]:
        """All that was recorded, as JSON writes it."""
        last = since(self._mark)
        for path in self.folder.glob("*.jsonl"):
            for line in path.read_text(encoding="utf-8").splitlines():
                found = json.loads(line)
                task = self.tasks[found.pop("key")]
                sizes: Sizes = {**task["sizes"], **found.pop("sizes")}
                task |= {**found, "begin": found["begin"] - STARTED, "sizes": sizes}
        phases = [
            {
                "kinds": each.kinds,
                "begin": each.begin,
                "end": each.end,
                "gap": each.gap,
                "own": each.own,
                "tasks": [self.tasks[key] for key in each.keys],
            }
            for each in self.phases
        ]
        return {"phases": phases, "last": last, "wall": time.time() - STARTED, "memory": most_memory()}


@contextmanager
def recording() -> Iterator[Recorder]:
    """Record what every client of this process submits within the block."""
    from distributed import Client

    plain = Client.submit
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))

        def submit(self: Client, function: Callable[..., Any], *args: Any, **how: Any) -> Any:
            if not _CALL.search(str(how.get("key", ""))):
                return plain(self, function, *args, **how)  # not of tasks.scatter: the start of the workers
            return recorder.submit(plain.__get__(self), function, *args, **how)

        Client.submit = submit
        try:
            yield recorder
        finally:
            Client.submit = plain


def one_run(folder: Path, workers: int) -> None:
    """``nwatch run --only mail``."""
    from flows.console.run import run

    run(folder, workers=workers, only=["mail"], show=lambda *_: None)


def one_tabulation(folder: Path, workers: int, agencies: int, messages: int) -> None:
    """The unique alerts of messages that are parsed, as :mod:`benchmarks.alerts` makes them up."""
    from benchmarks.alerts import write
    from cluster import ClusterSettings, connect
    from tasks.alerts.tabulate import tabulate_sources

    sources = write(folder, messages, agencies)
    with connect(ClusterSettings(workers=workers)) as client:
        tabulate_sources(sources, folder / "out", client=client)


def main() -> None:
    """Record one run, and write what was recorded."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("result", type=Path)
    asked.add_argument("what", choices=("run", "alerts"))
    asked.add_argument("folder", type=Path)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--agencies", type=int, default=1)
    asked.add_argument("--messages", type=int, default=0)
    asked.add_argument("--plain", action="store_true", help="nothing is measured but the whole")
    given = asked.parse_args()

    def work() -> None:
        if given.what == "run":
            one_run(given.folder, given.workers)
        else:
            one_tabulation(given.folder, given.workers, given.agencies, given.messages)

    if given.plain:
        work()
        found: dict[str, Any] = {"wall": time.time() - STARTED, "memory": most_memory()}
    else:
        with recording() as recorder:
            work()
            found = recorder.result()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    found["children"] = children.ru_utime + children.ru_stime
    given.result.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
