"""The memory of a contender, measured from outside; shared by all benchmarks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

EVERY = 0.05
"""Seconds between two measurements."""


@dataclass
class Peak:
    """The largest memory of a single process.

    Attributes:
        megabytes: Resident memory, in millions of bytes.
    """

    megabytes: float = 0.0


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Watch the resident memory of a process and its descendants while the block lasts."""
    peak, done = Peak(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(pid, peak, done))
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def _watch(pid: int, peak: Peak, done: threading.Event) -> None:
    while not done.wait(EVERY):
        try:
            root = psutil.Process(pid)
            for process in [root, *root.children(recursive=True)]:
                peak.megabytes = max(peak.megabytes, process.memory_info().rss / 1e6)
        except psutil.Error:
            continue
