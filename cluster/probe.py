"""Which versions run in this process? Every process of a cluster is asked, and each worker that joins later.

The text of this module is sent to the process and executed there, whatever is installed there: another
version of Python cannot read this one's pickled functions, and a worker hangs that is sent a function of a
package which it lacks. So this module imports nothing but the standard library and distributed, and holds no
state.
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
"""The packages whose code scheduler and workers execute."""

DISTRIBUTIONS = ("neighborhood-watch", "distributed", "pyarrow", "numpy", "pandas")

TOPIC = "nwatch-refused"
"""The scheduler's topic under which the run is notified of a refusal."""

ABSENT = "absent"


def report() -> dict[str, str]:
    """The versions in this process, by name; ``absent`` where something is not installed.

    The first answer is kept: code that is replaced on disk later is not what this process has loaded.
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
    """What differs there, in words; an empty text if nothing does.

    Args:
        there: The report of another process.
        here: The report of this one.

    Example:
        >>> differences({"Python": "3.11.7", "libpff": "absent"}, {"Python": "3.11.7", "libpff": "20260926"})
        'libpff is absent there and 20260926 here'
    """
    return ", ".join(
        f"{name} is {there.get(name, ABSENT)} there and {mine} here"
        for name, mine in here.items()
        if there.get(name, ABSENT) != mine
    )


class Refusal(WorkerPlugin):
    """Sends away a worker that differs from the run, before it has done any work.

    A worker begins its first task only after its plugins are set up.

    Args:
        expected: The report of the run.
    """

    name = "nwatch-refusal"

    def __init__(self, expected: dict[str, str]) -> None:
        self.expected = expected

    async def setup(self, worker: Any) -> None:
        """Compare; a worker that differs takes no task, returns those that it was given, and ends."""
        wrong = differences(report(), self.expected)
        if not wrong:
            return
        line = f"the Dask worker {worker.address} is refused: {wrong}"
        logging.getLogger("distributed.worker").error("%s; start it from the run's own image", line)
        worker.status = Status.closing_gracefully
        await worker.scheduler.log_event(topic=TOPIC, msg=line)
        # Tasks that the scheduler has given it by now go to other workers, and do not count as failed.
        await worker.scheduler.retire_workers(workers=[worker.address], remove=True, close_workers=False)
        # Its nanny answers only after the worker has started, that is, after this method has returned.
        worker.loop.add_callback(worker.close, nanny=True, reason="nwatch-refused")


class Guard(SchedulerPlugin):
    """Gives every worker that registers the plugin above, until the run's client leaves.

    It belongs to the scheduler, which sees the client leave: after a run was killed, nothing sends workers
    away.

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
    """The first digits of a hash over the names and contents of all files of the packages."""
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
