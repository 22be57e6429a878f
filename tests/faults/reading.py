"""The child of the fuzz test: reads one mutant after another and prints one line for each.

By hand, to see one seed again: ``python -m tests.faults.reading FOLDER SEED...``, where FOLDER holds
mailboxes (``FOLDER/*.pst``, as ``tests.faults.sources.written`` makes them, or the ``pst`` folder of the real
data).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tasks.mail.ndb import Bytes, LocalFile
from tasks.mail.settings import MailSettings
from tests.faults.anatomy import Anatomy, take_apart
from tests.faults.judge import InMemory, Taken, judge, partitions_agree, planned, read_all
from tests.faults.mutations import Mutant, mutate
from tests.faults.sources import Source, found, written

WATCHDOG_SECONDS = 10.0
MEMORY_BYTES = 600 << 20
_KILL, _HANG = "kill", "hang"


class Bench:
    """The sound mailboxes, taken apart and read once each."""

    def __init__(self, sources: list[Source], folder: Path) -> None:
        self.paths = {source.name: source.path for source in sources}
        self.weights = {source.name: source.weight for source in sources}
        self.anatomies = _Lazily(self.paths)
        self.folder = folder
        self._sound: dict[str, Taken] = {}

    def sound(self, name: str) -> Taken:
        """What is read from the undamaged mailbox."""
        if name not in self._sound:
            with LocalFile(self.paths[name]) as file:
                taken, plan = planned(file)
                assert plan is not None
                read_all(file, plan, taken, MailSettings(), self.folder)
            self._sound[name] = taken
        return self._sound[name]

    def mutant(self, seed: int) -> Mutant:
        """The mutant of a seed."""
        return mutate(seed, self.anatomies, self.weights)


class _Lazily(dict[str, Anatomy]):
    """Anatomies, made when first asked for."""

    def __init__(self, paths: dict[str, Path]) -> None:
        super().__init__()
        self.paths = paths

    def __missing__(self, name: str) -> Anatomy:
        self[name] = take_apart(self.paths[name], name)
        return self[name]


def try_mutant(bench: Bench, seed: int, say: Any) -> dict[str, Any]:
    """Make, plan, read and judge one mutant."""
    mutant = bench.mutant(seed)
    sound, anatomy = bench.sound(mutant.source), bench.anatomies[mutant.source]
    record: dict[str, Any] = {
        "seed": seed,
        "source": mutant.source,
        "kind": mutant.kind.name,
        "note": mutant.note,
    }
    begin = time.perf_counter()
    settings = MailSettings(watchdog_seconds=WATCHDOG_SECONDS)
    try:
        with ExitStack() as stack:
            file: Bytes = InMemory(mutant.data)
            if seed % 4 == 0:  # now and then through the file system, as a worker does
                path = bench.folder / "mutant.pst"
                path.write_bytes(mutant.data)
                file = stack.enter_context(LocalFile(path))
            taken, plan = planned(file)
            say({"seed": seed, "planned": True})
            if plan is not None:
                read_all(file, plan, taken, settings, bench.folder)
            record["seconds"] = time.perf_counter() - begin
            verdict = judge(mutant, anatomy, sound, taken)
            if plan is not None and seed % 5 == 0 and not verdict.faults:
                half = len(plan.nodes) // 2
                agree = partitions_agree(
                    file, plan, taken, MailSettings(extract=7), sorted({half // 3, half})
                )
                verdict.faults += [agree] if agree else []
        record |= asdict(verdict)
    except Exception as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(at.filename).name}:{at.lineno}"
        record |= {"verdict": "exception", "faults": [f"{type(error).__name__}: {error} ({where})"[:400]]}
    record["memory"] = _peak()
    return record


def _peak() -> int:
    """The most resident memory that this program held, in bytes.

    From ``/proc``, not from ``getrusage``: the kernel carries ``ru_maxrss`` over an exec, so that the child
    of a large test process would answer with the size of its parent.
    """
    with Path("/proc/self/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))


def _say(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Try the seeds given on standard input, or on the command line."""
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        sources = found(folder) if (folder / "pst").is_dir() else written(folder)
        order: dict[str, Any] = {"seeds": list(map(int, sys.argv[2:])), "folder": str(folder)}
    else:
        order = json.load(sys.stdin)
        sources = [Source(name, Path(path), weight) for name, path, weight in order["sources"]]
    bench = Bench(sources, Path(order["folder"]))
    _say({"ready": True})
    for seed in order["seeds"]:
        # To test that the parent notices a child that dies or hangs.
        if order.get(_KILL) == seed:
            os.kill(os.getpid(), signal.SIGSEGV)
        if order.get(_HANG) == seed:
            signal.pause()
        _say(try_mutant(bench, seed, _say))


if __name__ == "__main__":
    main()
