"""Signals that a function handles for a while."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def handling(
    numbers: Collection[signal.Signals], by: Callable[[int, FrameType | None], object]
) -> Iterator[None]:
    """Let a function handle signals within the block; after it they are handled as before.

    Args:
        numbers: The signals.
        by: Called with the number of the signal, and the frame that it interrupted.
    """
    before = {number: signal.signal(number, by) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
