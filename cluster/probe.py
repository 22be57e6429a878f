"""What runs here? Asked of every process of a cluster, and of each worker that comes later.

The text of this module is sent and carried out there, whatever is installed there: Python of another version
cannot read this one's pickled functions, and a worker that is sent a function of a package it lacks hangs. So
it imports nothing but the standard library and distributed, and holds no state of this program.
"""

import hashlib
import importlib.metadata
import importlib.util
import logging
import platform
import sys
import types
from pathlib import Path
from typing import Any

from distributed.core import Status
from distributed.diagnostics.plugin import SchedulerPlugin, WorkerPlugin

ROOMS = ("cluster", "data", "tasks")
"""The packages whose code scheduler and workers carry out."""

DISTRIBUTIONS = ("neighborhood-watch", "distributed", "pyarrow", "numpy", "pandas")

TOPIC = "nwatch-refused"
"""The scheduler's topic under which a refusal is told to the run."""

ABSENT = "absent"


def report() -> dict[str, str]:
    """What runs in this process, by name; ``absent`` where something is not installed.

    The first answer is kept: code that was replaced on disk since then is not what this process has loaded.
    """
    kept: Any = sys.modules.setdefault("_nwatch_report", types.ModuleType("_nwatch_report"))
    if not hasattr(kept, "found"):
        found = {"Python": platform.python_version(), "libpff": _libpff(), "code": _code()}
        for name in DISTRIBUTIONS:
            try:
                found[name] = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                found[name] = ABSENT
        kept.found = found
    return dict(kept.found)


def differences(there: dict[str, str], here: dict[str, str]) -> str:
    """In words what differs there, else an empty text.

    >>> differences({"Python": "3.11.7", "libpff": "absent"}, {"Python": "3.11.7", "libpff": "20260926"})
    'libpff is absent there and 20260926 here'
    """
    return ", ".join(
        f"{name} is {there.get(name, ABSENT)} there and {mine} here"
        for name, mine in here.items()
        if there.get(name, ABSENT) != mine
    )


class Refusal(WorkerPlugin):
    """Sends a worker away that differs from the run, before it has done any work.

    A worker reads its first task after its plugins are set up.

    Args:
        expected: The report of the run.
    """

    name = "nwatch-refusal"

    def __init__(self, expected: dict[str, str]) -> None:
        self.expected = expected

    async def setup(self, worker: Any) -> None:
        """Compare; a worker that differs takes no task, gives back what it was given, and ends."""
        wrong = differences(report(), self.expected)
        if not wrong:
            return
        line = f"the Dask worker {worker.address} is refused: {wrong}"
        logging.getLogger("distributed.worker").error("%s; start it from the run's own image", line)
        worker.status = Status.closing_gracefully
        await worker.scheduler.log_event(topic=TOPIC, msg=line)
        # What the scheduler has given it by now goes to others, and is not held against these tasks.
        await worker.scheduler.retire_workers(workers=[worker.address], remove=True, close_workers=False)
        # Its nanny answers only after it has started, that is, after this has returned.
        worker.loop.add_callback(worker.close, nanny=True, reason="nwatch-refused")


class Guard(SchedulerPlugin):
    """Gives every worker that registers the plugin above, until the run's client leaves.

    The scheduler holds it, so that nothing of a run that was killed turns workers away later.

    Args:
        client: The client's id.
        refusal: The pickled plugin for workers.
    """

    def __init__(self, client: str, refusal: bytes) -> None:
        self.client = client
        self.name = f"nwatch-guard-{client}"
        self.refusal = refusal

    async def start(self, scheduler: Any) -> None:
        """Begin with the next worker that registers."""
        scheduler.worker_plugins[self.name] = self.refusal

    def remove_client(self, scheduler: Any, client: str) -> None:
        """End with the run."""
        if client == self.client:
            scheduler.worker_plugins.pop(self.name, None)
            scheduler.remove_plugin(name=self.name)


def _libpff() -> str:
    try:
        import pypff
    except ImportError:
        return ABSENT
    return str(pypff.get_version())


def _code() -> str:
    """The first digits of a hash over the names and the text of all files of the rooms."""
    total = hashlib.sha256()
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        if spec is None or not spec.submodule_search_locations:
            return ABSENT
        for folder in map(Path, spec.submodule_search_locations):
            for path in sorted(folder.rglob("*")):
                if path.suffix in {".py", ".csv", ".toml"}:
                    total.update(f"{room}/{path.relative_to(folder).as_posix()}\0".encode())
                    total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]
