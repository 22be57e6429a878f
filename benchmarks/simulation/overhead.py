"""Measures what is no piece's own: what Dask takes for a piece, and how fast the disk is."""

from __future__ import annotations

import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psutil

from benchmarks.simulation.costs import Disk, Overhead, Piece
from benchmarks.simulation.kinds import HASHED, READING
from tasks.scatter import run_all

if TYPE_CHECKING:
    from distributed import Client

WORKERS: Final = (1, 2, 4, 8)
PIECES: Final = 1_500
"""Pieces of no work, for each number of workers."""
HEAVY: Final = 200
"""Pieces of no work that are large to send."""
WEIGHT: Final = 300_000
"""Bytes of each of these."""
STREAMS: Final = (1, 2, 4, 8)
ROUNDS: Final = 3
TURNS: Final = 6
PLACES: Final = 300


def nothing(_piece: object) -> None:
    """A piece that takes no time."""


@contextmanager
def cluster_apart(workers: int) -> Iterator[tuple[Client, psutil.Process, list[psutil.Process]]]:
    """A scheduler and workers in processes of their own, as at a site; gives a client and the processes."""
    from distributed import Client

    from cluster.config import environment

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder) / "scheduler.json"
        variables = {**os.environ, **environment(), "PYTHONPATH": str(Path(__file__).resolve().parents[2])}

        def start(*words: str) -> psutil.Process:
            child = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--scheduler-file", str(file), "--no-dashboard"],
                env=variables,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(child.wait)
            stack.callback(child.terminate)
            return psutil.Process(child.pid)

        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0")
        started = [start("worker", "--nthreads", "1", "--no-nanny") for _ in range(workers)]
        client = stack.enter_context(Client(scheduler_file=str(file), timeout=120))
        client.wait_for_workers(workers)
        yield client, scheduler, started


def seconds_of(process: psutil.Process) -> float:
    """CPU seconds that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def measure_overhead() -> Overhead:
    """What Dask takes for a piece in each process, and the scheduler's memory."""
    found: list[tuple[float, ...]] = []
    memory: dict[int, int] = {}
    for workers in WORKERS:
        with cluster_apart(workers) as (client, scheduler, others):
            spend(client, scheduler, others, range(100))
            found.append(spend(client, scheduler, others, range(PIECES)))
            memory[workers] = scheduler.memory_info().rss
            large = [random.Random(number).randbytes(WEIGHT) for number in range(HEAVY)]
            heavy = spend(client, scheduler, others, large)
    middle = [statistics.median(row[place] for row in found) for place in range(3)]
    byte = max(0.0, (heavy[0] + heavy[1] - middle[0] - middle[1]) / WEIGHT)
    each = max(0.0, (memory[WORKERS[-1]] - memory[WORKERS[0]]) / (WORKERS[-1] - WORKERS[0]))
    least = memory[WORKERS[0]] - each * WORKERS[0]
    return Overhead(middle[0], middle[1], middle[2], byte=byte, memory=least, each=each)


def spend(
    client: Client, scheduler: psutil.Process, workers: Sequence[psutil.Process], pieces: Sequence[object]
) -> tuple[float, float, float]:
    """Seconds of CPU for a piece: of this process, the scheduler, and the workers."""

    def seconds() -> tuple[float, float, float]:
        return time.process_time(), seconds_of(scheduler), sum(map(seconds_of, workers))

    before = seconds()
    run_all(client, pieces, nothing, nothing, lambda _piece, _result: None)
    first, second, third = ((b - a) / len(pieces) for a, b in zip(before, seconds(), strict=True))
    return first, second, third


def forget(path: Path) -> None:
    """Take a file out of the memory of the system, so that it comes from the disk again."""
    file = os.open(path, os.O_RDONLY)
    os.fdatasync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)


def measure_disk(path: Path) -> Disk:
    """How fast a file comes from the disk: to one reader, to several at once, and in single blocks."""
    rates = {streams: max(_rate(path, streams) for _ in range(ROUNDS)) for streams in STREAMS}
    return Disk(max(rates.values()), rates[1], min(_latency(path, seed) for seed in range(ROUNDS)))


def _rate(path: Path, streams: int) -> float:
    forget(path)
    size = path.stat().st_size
    cuts = [size * number // streams for number in range(streams + 1)]
    threads = [
        threading.Thread(target=_read, args=(path, *cuts[place : place + 2])) for place in range(streams)
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return size / (time.perf_counter() - start)


def _read(path: Path, start: int, stop: int) -> None:
    buffer, file = bytearray(4 << 20), os.open(path, os.O_RDONLY)
    while start < stop and (count := os.preadv(file, [buffer], start)):
        start += count
    os.close(file)


def _latency(path: Path, seed: int) -> float:
    forget(path)
    draw, size, file = random.Random(seed), path.stat().st_size, os.open(path, os.O_RDONLY)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_RANDOM)
    start = time.perf_counter()
    for _ in range(PLACES):
        os.pread(file, 8192, draw.randrange(size - 8192))
    took = (time.perf_counter() - start) / PLACES
    os.close(file)
    return took


def measure_waits(path: Path, pieces: dict[str, Piece]) -> dict[str, Piece]:
    """How hashing and reading wait for a disk, by doing both with the file in memory and without.

    Args:
        path: A mailbox.
        pieces: The costs without this.

    Returns:
        The costs with it.
    """
    hashed, read = _both(path, _examined(path)), _both(path, _spans(path))
    saved = hashed["warm"] + hashed["alone"] - hashed["cold"]
    overlap = min(1.0, max(0.0, saved / min(hashed["warm"], hashed["alone"])))
    # A process that waits for the disk gives its CPU away, which is counted; on a busy machine, seconds lie.
    waits = min(1.0, max(0.0, (read["cold waits"] - read["warm waits"]) / read["requests"]))
    return {
        kind: replace(
            piece, overlap=overlap if kind in HASHED else 0.0, waits=waits if kind in READING else 0.0
        )
        for kind, piece in pieces.items()
    }


def _both(path: Path, work: Any) -> dict[str, float]:
    """The least wall seconds of some work with a file in memory, without it, and of its reading alone.

    The three are measured in turn, since a disk is not always as fast as it can be. Beside them: how often
    the work waited, what it read, and in how many calls.
    """
    from benchmarks.simulation.measured import since, used

    found = {name: float("inf") for name in ("alone", "warm", "cold", "warm waits", "cold waits")}
    for _ in range(TURNS):
        found["alone"] = min(found["alone"], path.stat().st_size / _rate(path, 1))
        for how in ("cold", "warm"):
            if how == "cold":
                forget(path)
            waited = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
            start, before = time.perf_counter(), used()
            work()
            found[how] = min(found[how], time.perf_counter() - start)
            waited = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - waited
            found[f"{how} waits"] = min(found[f"{how} waits"], waited)
            spent = since(before)
            found |= {"bytes": spent["read"], "requests": spent["requests"]}
    return found


def _examined(path: Path) -> Any:
    from tasks.mail.sources import examine

    return lambda: examine(path, None)


def _spans(path: Path) -> Any:
    from tasks.mail.plan import open_plan
    from tasks.mail.settings import MailSettings
    from tasks.mail.spans import read_span, span_of

    plan, folder = open_plan(path), Path(tempfile.mkdtemp())
    span = span_of(plan, path, (0, min(1000, len(plan.nodes))), folder, MailSettings())

    def work() -> None:
        with tempfile.TemporaryDirectory() as place:
            read_span(replace(span, mail_folder=Path(place) / "mail"))

    folder.rmdir()
    return work
