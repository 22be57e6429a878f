"""The log of a run as a story: each stage says that it begins, and how long it took with what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from flows.run.progress import OnProgress
from flows.run.watched import run_log


@contextmanager
def told(name: str, unit: str, on_progress: OnProgress) -> Iterator[OnProgress]:
    """Tell of a stage in the log of the run: that it begins, and what it counted.

    Args:
        name: What is done, as "read the mail".
        unit: What is counted, as "messages"; "" for nothing.
        on_progress: The callback that is called as well.

    Yields:
        A callback that passes everything on.
    """
    counted: tuple[int, int] | None = None

    def both(done: int, total: int) -> None:
        nonlocal counted
        counted = done, total
        on_progress(done, total)

    with timed(name) as said:
        yield both
        if counted is not None:
            said.append(f"{counted[0]:,} of {counted[1]:,} {unit}")


@contextmanager
def timed(name: str, given: str = "") -> Iterator[list[str]]:
    """Tell of something that takes time: that it begins, and what came of it.

    Args:
        name: What is done.
        given: What goes in, in words; "" where that is not known.

    Yields:
        A list for what came out, in words.
    """
    log, start, said = run_log(), time.perf_counter(), list[str]()
    log.info("%s", f"{name} begins{f': {given}' if given else ''}")
    yield said
    came = f": {', '.join(said)}" if any(said) else ""
    log.info("%s", f"{name} took {time.perf_counter() - start:.1f} s{came}")


def in_words(facts: Mapping[str, int | None], number: Callable[[int | None], str]) -> str:
    """Facts in one line.

    Args:
        facts: Counts by what is counted.
        number: How a count is written.

    Example:
        >>> in_words({"messages read": 4, "recipients": None}, lambda n: "unknown" if n is None else str(n))
        'messages read 4, recipients unknown'
    """
    return ", ".join(f"{name} {number(count)}" for name, count in facts.items())
