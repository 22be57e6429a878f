"""A piece of work, measured on the worker that does it."""

from __future__ import annotations

import json
import os
import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.simulation.kinds import sizes_of_result


def used() -> dict[str, float]:
    """What this process has used until now: seconds of CPU, bytes read and written, calls that read."""
    rows = dict(line.split(": ") for line in Path("/proc/self/io").read_text(encoding="ascii").splitlines())
    return {
        "cpu": time.process_time(),
        "read": int(rows["rchar"]),
        "written": int(rows["wchar"]),
        "requests": int(rows["syscr"]),
    }


def since(before: dict[str, float]) -> dict[str, float]:
    """What it has used since then."""
    return {name: value - before[name] for name, value in used().items()}


def most_memory() -> int:
    """The most bytes that this process has had in memory, since it began or :func:`forget_memory`."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.split("VmHWM:")[1].split()[0]) * 1024


def forget_memory() -> None:
    """Begin to look for the most memory anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


@dataclass(frozen=True)
class Measured:
    """The function of a piece, measured on the worker; what it gives is that of the function.

    Attributes:
        function: The function.
        kind: The kind of work.
        key: The piece.
        folder: Where the worker writes what was measured.
    """

    function: Callable[..., Any]
    kind: str
    key: str
    folder: Path

    @property
    def __name__(self) -> str:
        """The name of the work on the dashboard."""
        return self.function.__name__

    def __call__(self, piece: Any) -> Any:
        """Do a piece."""
        forget_memory()
        start, before = time.time(), used()
        result = self.function(piece)
        found = {"key": self.key, "begin": start, "wall": time.time() - start, **since(before)}
        found |= {"memory": most_memory(), "sizes": sizes_of_result(self.kind, piece, result)}
        found["result"] = len(pickle.dumps(result))
        with (self.folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(found) + "\n")
        return result
