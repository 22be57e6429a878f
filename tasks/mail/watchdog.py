"""A limit on the time that one call of the C library may take."""

from __future__ import annotations

import faulthandler
import time
from typing import Final

_STANDARD_ERROR: Final = 2
"""The descriptor itself: ``sys.stderr`` may be replaced by something that has none."""


class Watchdog:
    """Ends the process when the C library hangs: nothing else can stop it in the middle of a call.

    Starting the timer starts a thread, so it is started again only when a quarter of its time has passed.
    """

    def __init__(self, seconds: float) -> None:
        """Allow so many seconds from one ``feed`` to the next."""
        self._seconds = seconds
        self._until = 0.0

    def feed(self) -> None:
        """Report progress: from now on there is the whole time again, or at least three quarters of it."""
        now = time.monotonic()
        if now > self._until:
            faulthandler.dump_traceback_later(self._seconds, exit=True, file=_STANDARD_ERROR)
            self._until = now + self._seconds / 4

    def __enter__(self) -> Watchdog:
        self.feed()
        return self

    def __exit__(self, *_: object) -> None:
        faulthandler.cancel_dump_traceback_later()
