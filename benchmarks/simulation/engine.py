"""A small loop of events, and what work waits for in it: what is shared, and who does one thing at a time.

Why not SimPy: it has no resource that all users share evenly at once, as a disk is, and that is the heart of
this simulation. With it, each piece would be a generator and two events more for each step, and a million
pieces would take minutes instead of seconds. What is needed of the rest is the heap below.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable

Then = Callable[[], None]


class Loop:
    """Calls functions at their time, in order; those of the same time in the order in which they were given.

    Attributes:
        now: Seconds since the start.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Then]] = []
        self._number = 0

    def at(self, moment: float, then: Then) -> None:
        """Call a function at a moment that has not passed."""
        self._number += 1
        heapq.heappush(self._heap, (moment, self._number, then))

    def after(self, seconds: float, then: Then) -> None:
        """Call a function after some seconds."""
        self.at(self.now + seconds, then)

    def run(self) -> None:
        """Go on until nothing is left."""
        heap, pop = self._heap, heapq.heappop
        while heap:
            self.now, _, then = pop(heap)
            then()


class Shared:
    """What all who use it share evenly, such as the bandwidth of a disk, or the CPUs of a machine.

    Everybody gets ``most``, or an even share of ``capacity`` if that is less. All get the same, so what one
    has got since it came is the same for all: who came with an amount is done when that has grown by it.

    Args:
        loop: The loop.
        capacity: Units a second for all; infinite where they do not disturb each other.
        most: Units a second for one.

    Attributes:
        given: Units given until now.
    """

    def __init__(self, loop: Loop, capacity: float, most: float) -> None:
        self._loop, self._capacity, self._most = loop, capacity, most
        self._users: list[tuple[float, int, Then]] = []
        self._each = self._since = 0.0
        self._number = self._alarm = 0
        self.given = 0.0

    def use(self, amount: float, then: Then) -> None:
        """Take an amount, and call a function when it is there."""
        if math.isinf(self._capacity):
            self.given += amount
            self._loop.after(amount / self._most, then)
            return
        self._advance()
        self._number += 1
        heapq.heappush(self._users, (self._each + amount, self._number, then))
        self._set()

    def _rate(self) -> float:
        return min(self._most, self._capacity / len(self._users))

    def _advance(self) -> None:
        if self._users:
            got = self._rate() * (self._loop.now - self._since)
            self._each += got
            self.given += got * len(self._users)
        self._since = self._loop.now

    def _set(self) -> None:
        """See to it that the loop comes back when the next is done; alarms of before are void."""
        self._alarm += 1
        if self._users:
            alarm = self._alarm
            seconds = max(0.0, self._users[0][0] - self._each) / self._rate()
            self._loop.after(seconds, lambda: self._ring(alarm))

    def _ring(self, alarm: int) -> None:
        if alarm != self._alarm:
            return
        self._advance()
        done = [heapq.heappop(self._users)]
        # What is left of an amount by rounding is nothing.
        while self._users and self._users[0][0] <= max(done[0][0], self._each):
            done.append(heapq.heappop(self._users))
        self._set()
        for _, _, then in done:
            then()


class Server:
    """Who does one thing at a time, in the order in which it is asked: a process of one thread.

    Args:
        loop: The loop.
        cpus: The CPUs that it needs; None where it has one of its own.

    Attributes:
        busy: Seconds of CPU that it has been asked for.
    """

    def __init__(self, loop: Loop, cpus: Shared | None) -> None:
        self._loop, self._cpus = loop, cpus
        self._asked: deque[tuple[float, Then]] = deque()
        self._is_busy = False
        self._free = 0.0
        self.busy = 0.0

    def ask(self, seconds: float, then: Then) -> None:
        """Ask for some seconds of work, and call a function when it is done."""
        self.busy += seconds
        if self._cpus is None:
            self._free = max(self._free, self._loop.now) + seconds
            self._loop.at(self._free, then)
            return
        self._asked.append((seconds, then))
        if not self._is_busy:
            self._next(self._cpus)

    def _next(self, cpus: Shared) -> None:
        if not self._asked:
            self._is_busy = False
            return
        self._is_busy = True
        seconds, then = self._asked.popleft()

        def done() -> None:
            then()
            self._next(cpus)

        cpus.use(seconds, done)
