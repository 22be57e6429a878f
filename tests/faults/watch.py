"""The parent of the fuzz test: gives seeds to a child, and goes on if the child dies or hangs."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.faults.sources import Source

CHECKOUT: Final = Path(__file__).resolve().parents[2]
STARTUP_SECONDS: Final = 120.0
"""Seconds that a child may take to start and to analyse its mailboxes, on a busy machine."""
LIMIT_SECONDS: Final = 30.0
"""Seconds that a mutant may take to list, and again to read, before it counts as hanging."""


@dataclass
class _Child:
    """A running child, and its lines as they arrive."""

    process: subprocess.Popen[str]
    lines: queue.Queue[str | None]
    errors: Any

    def next(self, seconds: float) -> dict[str, Any] | None:
        """Its next line; None if it has ended.

        Raises:
            queue.Empty: No line in time.
        """
        line = self.lines.get(timeout=seconds)
        return None if line is None else json.loads(line)

    def end(self) -> tuple[int, str]:
        """Kill it if it is alive; returns its exit code and its last output."""
        self.process.kill()
        code = self.process.wait()
        self.errors.seek(0)
        said = self.errors.read()[-1500:]
        self.errors.close()
        return code, said


def _start(order: dict[str, Any]) -> _Child:
    errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 -- closed in `end`
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.reading"],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    lines: queue.Queue[str | None] = queue.Queue()
    assert process.stdin is not None
    out = process.stdout
    assert out is not None

    def listen() -> None:
        with out:
            for line in out:
                # A child that dies may leave half a line.
                if line.endswith("\n"):
                    lines.put(line)
        lines.put(None)

    threading.Thread(target=listen, daemon=True).start()
    with process.stdin as pipe:
        json.dump(order, pipe)
    return _Child(process, lines, errors)


def watch(
    seeds: Sequence[int],
    sources: Sequence[Source],
    folder: Path,
    *,
    limit: float = LIMIT_SECONDS,
    **tricks: int,
) -> list[dict[str, Any]]:
    """Try the mutants of these seeds in children.

    Args:
        seeds: Which.
        sources: The sound mailboxes.
        folder: Where children may write.
        limit: Seconds per mutant.
        tricks: ``kill`` or ``hang``, each with the seed at which the child does so to itself.

    Returns:
        One record per seed. That of a seed at which its child died or hung has the verdict "death" or "hang".

    Raises:
        RuntimeError: A child did not even start.
    """
    records: list[dict[str, Any]] = []
    left = list(seeds)
    while left:
        order = {
            "seeds": left,
            "sources": [(source.name, str(source.path), source.weight) for source in sources],
            "folder": str(folder),
            **tricks,
        }
        child = _start(order)
        try:
            if child.next(STARTUP_SECONDS) is None:
                raise RuntimeError(f"the child did not start: {child.end()[1]}")
            while left:
                stage = "planning"
                try:
                    while (record := child.next(limit)) is not None and "planned" in record:
                        stage = "reading"
                except queue.Empty:
                    child.end()
                    records.append({"seed": left.pop(0), "verdict": "hang", "stage": stage, "faults": []})
                    break
                if record is None:
                    records.append({"seed": left.pop(0), "stage": stage, "faults": [], **_ending(child)})
                    break
                if record["seed"] != left.pop(0):
                    raise RuntimeError(f"out of step: {record}")
                records.append(record)
        finally:
            if child.process.poll() is None:
                child.end()
    return records


def _ending(child: _Child) -> dict[str, Any]:
    """How a child ended that should not have."""
    child.process.wait(timeout=STARTUP_SECONDS)
    code, said = child.end()
    if code == 1 and "Timeout (" in said:
        return {"verdict": "hang", "how": "its watchdog", "said": said}
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return {"verdict": "death", "how": how, "said": said}
