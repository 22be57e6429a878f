"""How tests wait: for a state, never for a time."""

import time
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 300.0
"""Seconds after which a test gives up waiting; the machine may be busy."""


def until(what: Callable[[], object], why: Callable[[], str] | str, patience: float = PATIENCE) -> None:
    """Wait until a condition holds.

    Args:
        what: Asked again and again.
        why: What is wrong where that takes too long: a line, or what makes one.
        patience: Seconds.
    """
    end, pause = time.monotonic() + patience, 0.05
    while not what():
        assert time.monotonic() < end, why() if callable(why) else why
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)  # asking costs a server time
