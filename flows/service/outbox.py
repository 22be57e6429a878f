"""What a watched run shows, sent to the server without being waited for: the work goes on while it is away.

One thread sends everything in its order, and again until the server has it. The thread ends when there has
been nothing to send for a while. At its end, a run gives it some time (:func:`flush`).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Final, NamedTuple

from flows.run.failures import asks_for_patience
from flows.run.watched import run_log

Send = Callable[[bool], object]
"""Sends something; told whether an earlier attempt failed, which may have reached the server after all."""

PAUSE: Final = 5.0
"""Seconds between two attempts at most."""

IDLE: Final = 5.0
"""Seconds without anything to send after which the thread ends."""

MANY: Final = 5
"""Attempts at something after which a server that is well is not asked again: it fails over this alone."""

_FAULT: Final = 500
"""What a server answers where it has a fault; where it has no time, it answers something else."""


class _Letter(NamedTuple):
    """Something to be sent, with the run, the task and the server that it belongs to."""

    send: Send
    context: Context


class Outbox:
    """Sends in the background.

    Example:
        >>> outbox, sent = Outbox(), []
        >>> outbox.put(sent.append)
        >>> outbox.flush(10), sent
        (0, [False])
    """

    def __init__(self) -> None:
        self._letters: deque[_Letter] = deque()
        self._changed = threading.Condition()
        self._running = False
        self._hurry = False

    def put(self, send: Send) -> None:
        """Send something, after what was put before; returns at once.

        Args:
            send: Sends it; called in another thread, with the context of now, until it raises nothing.
        """
        with self._changed:
            self._letters.append(_Letter(send, copy_context()))
            self._changed.notify_all()
            if not self._running:
                self._running = True
                threading.Thread(target=self._work, daemon=True, name="nwatch-outbox").start()

    def flush(self, patience: float) -> int:
        """Wait until everything is sent; what is not then is given up.

        Args:
            patience: Seconds to wait at most.

        Returns:
            How many were given up.
        """
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._letters, patience)
            self._hurry = False
            left = len(self._letters)
            self._letters.clear()
            return left

    def _work(self) -> None:
        """Send one after another, until nothing has come for a while."""
        failed = 0
        while True:
            with self._changed:
                if not self._letters and not self._changed.wait_for(lambda: bool(self._letters), IDLE):
                    self._running = False
                    return
                letter = self._letters[0]
            sent = letter.context.run(_sent, letter.send, failed)
            with self._changed:
                if sent:
                    failed = 0
                    if self._letters and self._letters[0] is letter:  # else it was given up meanwhile
                        self._letters.popleft()
                    self._changed.notify_all()
                else:
                    failed += 1
                    self._changed.wait_for(lambda: self._hurry, min(0.25 * 2**failed, PAUSE))


def _sent(send: Send, failed: int) -> bool:
    """Try once; gives whether it need not be tried again."""
    from httpx import HTTPError
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    try:
        # Prefect's client would wait for minutes between its attempts, and go on long after an outage.
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
            send(failed > 0)
    except HTTPError as error:
        if not asks_for_patience(error) or _fails_over_it(error, failed):
            run_log().warning("the server does not take something that the run shows: %s", error)
            return True
        if not failed:
            run_log().info("the Prefect server does not answer; the work goes on, and is shown when it does")
        return False
    except Exception:
        # The work does not depend on it; whoever reads the log is to report it.
        run_log().exception("something that the run shows could not be sent")
    return True


def _fails_over_it(error: Exception, failed: int) -> bool:
    """Whether a server that is well fails over something, again and again: all else would wait behind it."""
    from httpx import HTTPStatusError

    from flows.service.away import what_is_wrong

    fault = isinstance(error, HTTPStatusError) and error.response.status_code == _FAULT
    return fault and failed + 1 >= MANY and what_is_wrong() is None


_OUTBOX: Final = Outbox()


def post(send: Send) -> None:
    """Send something to the server without waiting for it.

    Args:
        send: As for :meth:`Outbox.put`.
    """
    _OUTBOX.put(send)


def flush(patience: float) -> None:
    """Wait until what was posted is on the server; what is not then is given up, and the log says so.

    Args:
        patience: Seconds to wait at most.
    """
    if left := _OUTBOX.flush(patience):
        run_log().warning(
            "the Prefect server was away for too long: %d things that this run shows are missing there",
            left,
        )
