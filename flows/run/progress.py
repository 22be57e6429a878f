"""What a run shows while it works: bars on a terminal, plain lines in a log, seconds for each stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from data.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

OnProgress = Callable[[int, int], None]
"""Called with how many items are done and how many there are, at any rate."""

EVERY: Final = 5.0
"""Seconds between two lines of one stage in a log."""


class Reporter:
    """Prints nothing, but measures the time. :class:`Lines` and :class:`Bars` print.

    Attributes:
        seconds: What each stage took in all, in the order in which the stages first ended.

    Example:
        >>> reporter = Reporter()
        >>> with reporter.stage("read the mail", "messages") as on_progress:
        ...     on_progress(1, 2)
        >>> list(reporter.seconds)
        ['read the mail']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, unit: str = "") -> Iterator[OnProgress]:
        """Report that a stage begins and that it has ended.

        Args:
            name: What is done, as "read the mail".
            unit: What is counted, as "messages".

        Yields:
            A callback for how far the stage is.
        """
        start = time.perf_counter()
        with self._shown(name, unit) as on_progress:
            yield on_progress
        taken = time.perf_counter() - start
        self.seconds[name] = self.seconds.get(name, 0.0) + taken

    def say(self, line: str) -> None:
        """Report something that a waiting person should know.

        Args:
            line: One line.
        """

    @contextmanager
    def _shown(self, name: str, unit: str) -> Iterator[OnProgress]:
        yield lambda done, total: None


class Lines(Reporter):
    """Plain lines, for a log: one every few seconds while a stage lasts, one when it ends."""

    def __init__(self, say: Callable[[str], None], every: float = EVERY) -> None:
        super().__init__()
        self._say = say
        self._every = every

    def say(self, line: str) -> None:
        """Print it as a line among the others."""
        self._say(line)

    @contextmanager
    def _shown(self, name: str, unit: str) -> Iterator[OnProgress]:
        start = last = time.perf_counter()
        latest: tuple[int, int] | None = None

        def on_progress(done: int, total: int) -> None:
            nonlocal last, latest
            latest = (done, total)
            if time.perf_counter() - last >= self._every:
                last = time.perf_counter()
                self._say(f"{name}: {done:,} of {total:,} {unit}")

        yield on_progress
        counted = f"{latest[0]:,} of {latest[1]:,} {unit}, " if latest else ""
        self._say(f"{name}: {counted}{time.perf_counter() - start:.1f} s")


class Bars(Reporter):
    """Rich progress bars, for a terminal."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def say(self, line: str) -> None:
        """Print it above the bar."""
        self._console.print(printable(line), markup=False, highlight=False)

    @contextmanager
    def _shown(self, name: str, unit: str) -> Iterator[OnProgress]:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<30}"),
            BarColumn(),
            TextColumn("{task.fields[counted]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console) as progress:
            bar = progress.add_task(name, total=None, counted="")

            def on_progress(done: int, total: int) -> None:
                progress.update(bar, completed=done, total=total, counted=f"{done:,} of {total:,} {unit}")

            yield on_progress
            total = progress.tasks[0].total
            progress.update(bar, total=total or 1, completed=total or 1)


def speaking(to: Console) -> Reporter:
    """The reporter for a console: bars on a terminal, plain lines in a log."""
    return Bars(to) if to.is_terminal else Lines(lambda line: print(printable(line), flush=True))  # noqa: T201


_CURRENT: ContextVar[Reporter] = ContextVar("reporter")


@contextmanager
def reporting(reporter: Reporter) -> Iterator[Reporter]:
    """Let flows called within the block report to this reporter.

    It is not a flow's argument because Prefect writes those into its database.
    """
    token = _CURRENT.set(reporter)
    try:
        yield reporter
    finally:
        _CURRENT.reset(token)


def reporter() -> Reporter:
    """The reporter of this run; a silent one where none was set."""
    return _CURRENT.get(None) or Reporter()
