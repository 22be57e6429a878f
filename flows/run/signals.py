"""What a process does of signals for a while."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def handled(
    numbers: Collection[signal.Signals], by: Callable[[int, FrameType | None], object]
) -> Iterator[None]:
    """Let a function handle signals within the block; after it they are handled as before.

    Args:
        numbers: The signals.
        by: Called with the number of the one that came, and the frame that it came to.
    """
    before = {number: signal.signal(number, by) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
