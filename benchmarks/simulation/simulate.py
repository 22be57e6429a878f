"""What happens: pieces wait for a worker, bytes for the disk, results for the run's own process."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from benchmarks.simulation.costs import END, Costs, Disk, value
from benchmarks.simulation.engine import Loop, Server, Shared, Then
from benchmarks.simulation.kinds import NEW, Sizes
from benchmarks.simulation.site import Work
from tasks.scatter import WINDOW

FAST: Final = Disk(math.inf, math.inf, 0.0)
"""The disk of files that are all in memory."""


@dataclass(frozen=True)
class Cluster:
    """Where a run works.

    Attributes:
        workers: How many, of one thread each.
        disk: The shared disk.
        cpus: CPUs that all processes share; None where each has its own, as at a site.
        apart: Whether the scheduler is a process of its own; else it is in that of the run.
    """

    workers: int
    disk: Disk = FAST
    cpus: int | None = None
    apart: bool = True


@dataclass
class Took:
    """A phase, as it went.

    Attributes:
        kinds: Of its pieces.
        begin: When the run's own process began to prepare it.
        first: When its first piece was submitted.
        end: When its last result was there.
        pieces: How many.
        cpu: Seconds of CPU of its pieces.
        bytes: Read and written by its pieces.
        held: Seconds in which workers were at its pieces, together.
        longest: Seconds of the piece that took longest.
        name: The kind of that piece.
        client: Seconds of the run's own process, between the first piece and the end.
        scheduler: Seconds of the scheduler.
    """

    kinds: tuple[str, ...]
    begin: float = 0.0
    first: float = 0.0
    end: float = 0.0
    pieces: int = 0
    cpu: float = 0.0
    bytes: float = 0.0
    held: float = 0.0
    longest: float = 0.0
    name: str = ""
    client: float = 0.0
    scheduler: float = 0.0


@dataclass
class Run:
    """A run, as it went.

    Attributes:
        phases: Its phases, in order.
        wall: Seconds in all.
        alone: Seconds in which the run's own process worked by itself.
        client: Bytes of memory of that process at most.
        scheduler: The same of the scheduler.
        worker: The same of the largest worker.
        largest: The kind of work that takes a worker the most.
    """

    phases: list[Took] = field(default_factory=list)
    wall: float = 0.0
    alone: float = 0.0
    client: float = 0.0
    scheduler: float = 0.0
    worker: float = 0.0
    largest: str = ""


class Amounts(NamedTuple):
    """What a piece takes: seconds of CPU and of waiting, bytes, and which share of it overlaps."""

    cpu: float
    waits: float
    read: float
    written: float
    overlap: float
    sent: float
    result: float


class Mail(Protocol):
    """What is to be done: a :class:`benchmarks.simulation.site.Site`."""

    @property
    def sizes(self) -> Sizes:
        """What the work of the run's own process grows with."""

    def works(self, kind: str) -> Iterator[Work]:
        """The pieces of a kind, in order."""

    def first_pass(self) -> Iterator[tuple[int, Work]]:
        """The first piece of each mailbox, by rank."""

    def rest(self, rank: int, number: int) -> Iterator[Work]:
        """The pieces of a new mailbox that was listed."""


class Simulation:
    """One run of a site's mail on a cluster.

    Args:
        costs: What pieces cost.
        site: The mail.
        cluster: Where.
        seed: Decides which piece is dearer than its size says; None: none is.
    """

    def __init__(self, costs: Costs, site: Mail, cluster: Cluster, seed: int | None = 16) -> None:
        self._costs, self._site, self._cluster = costs, site, cluster
        self._draw = None if seed is None else random.Random(f"run-{seed}")
        self._loop = Loop()
        cpus = math.inf if cluster.cpus is None else cluster.cpus - costs.overhead.second
        self._cpus = Shared(self._loop, cpus, 1.0)
        self._disk = Shared(self._loop, cluster.disk.all, cluster.disk.one)
        few = None if cluster.cpus is None else self._cpus
        self._client = Server(self._loop, few)
        self._scheduler = Server(self._loop, few) if cluster.apart else self._client
        self._idle = cluster.workers
        self._ready: list[tuple[int, int, Work, Then]] = []
        self._number = 0
        self._known: dict[tuple[str, tuple[float, ...]], Amounts] = {}
        self._sent = self._most_sent = self._held = 0.0
        self._run = Run()
        self._took = Took(())

    def run(self) -> Run:
        """Let it happen."""
        self._loop.after(self._costs.start, lambda: self._begin(0))
        self._loop.run()
        self._run.wall = self._loop.now
        self._remember()
        return self._run

    def _begin(self, number: int) -> None:
        """Prepare a phase, and begin it; after the last, do what a run does at its end."""
        order, loop = self._costs.order, self._loop
        last = number == len(order)
        fits = self._costs.gaps.get(END if last else order[number][0]) if number else None
        begin = loop.now

        def prepared() -> None:
            self._run.alone += loop.now - begin
            if last:
                loop.after(self._costs.stop, lambda: None)
            else:
                self._phase(number, begin)

        if fits is None:
            prepared()
            return
        sizes = self._site.sizes
        seconds = value(fits["cpu"], sizes)
        self._disk_then(value(fits["read"], sizes), lambda: self._client.ask(seconds, prepared))

    def _phase(self, number: int, begin: float) -> None:
        kinds = tuple(self._costs.order[number])
        took = self._took = Took(kinds, begin, self._loop.now, self._loop.now)
        self._run.phases.append(took)
        works = Works(self._site, kinds)
        busy = self._client.busy, self._scheduler.busy

        def ended() -> None:
            took.end = self._loop.now
            took.client, took.scheduler = self._client.busy - busy[0], self._scheduler.busy - busy[1]
            self._begin(number + 1)

        def following() -> None:
            """Submit what there is room for."""
            while works.out < WINDOW and (work := works.next()) is not None:
                took.pieces += 1
                self._submit(work, arrived)
            if not works.out:
                ended()

        def arrived(work: Work) -> None:
            works.done(work)
            following()

        following()

    def _submit(self, work: Work, then: Callable[[Work], None]) -> None:
        """From the run's own process over the scheduler to a worker, and the result back."""
        overhead = self._costs.overhead
        amounts = self._piece(work)
        sent = amounts.sent
        self._held += amounts.result
        self._sent += sent
        self._most_sent = max(self._most_sent, self._sent)
        client = (overhead.client + overhead.program) / 2
        scheduler = (overhead.scheduler + overhead.byte * sent) / 2

        def back() -> None:
            self._sent -= sent
            self._scheduler.ask(scheduler, lambda: self._client.ask(client, lambda: then(work)))

        def ready() -> None:
            if self._idle:
                self._idle -= 1
                self._start(work, back)
            else:
                self._number += 1
                heapq.heappush(self._ready, (-work.urgency, self._number, work, back))

        self._client.ask(client, lambda: self._scheduler.ask(scheduler, ready))

    def _start(self, work: Work, back: Then) -> None:
        """A worker does a piece: it waits for the disk, moves its bytes, computes, and takes the next."""
        cpu, waits, read, written, overlap, _, _ = self._piece(work)
        if self._draw is not None:
            cpu *= self._draw.choice(self._costs.pieces[work.kind].spread)
        cpu += self._costs.overhead.worker
        began, took = self._loop.now, self._took
        took.cpu += cpu
        took.bytes += read + written

        def done() -> None:
            seconds = self._loop.now - began
            took.held += seconds
            if seconds > took.longest:
                took.longest, took.name = seconds, work.kind
            back()
            if self._ready:
                _, _, following, its_back = heapq.heappop(self._ready)
                self._start(following, its_back)
            else:
                self._idle += 1

        def compute() -> None:
            self._cpus.use(cpu * (1 - overlap), done)

        def load() -> None:
            # What is written takes its share of the disk, too; when it does, moves nothing.
            self._disk_then(read * (1 - overlap) + written, compute)

        if math.isinf(self._cluster.disk.one):
            overlap = 0.0
        if overlap:
            self._both(read * overlap, cpu * overlap, load)
        elif waits:
            self._loop.after(waits, load)
        else:
            load()

    def _both(self, read: float, cpu: float, then: Then) -> None:
        left = 2

        def one() -> None:
            nonlocal left
            left -= 1
            if not left:
                then()

        self._disk_then(read, one)
        self._cpus.use(cpu, one)

    def _disk_then(self, size: float, then: Then) -> None:
        if math.isinf(self._cluster.disk.one) or not size:
            then()
        else:
            self._disk.use(size, then)

    def _piece(self, work: Work) -> Amounts:
        key = work.kind, tuple(work.sizes.values())
        found = self._known.get(key)
        if found is None:
            piece = self._costs.pieces[work.kind]
            waits = piece.amount("requests", work.sizes) * piece.waits * self._cluster.disk.latency
            names = ("cpu", "read", "written", "spec", "result")
            cpu, read, written, spec, result = (piece.amount(name, work.sizes) for name in names)
            found = self._known[key] = Amounts(cpu, waits, read, written, piece.overlap, spec, result)
            memory = piece.amount("memory", work.sizes)
            if memory > self._run.worker:
                self._run.worker, self._run.largest = memory, work.kind
        return found

    def _remember(self) -> None:
        """The memory of the processes."""
        overhead, costs = self._costs.overhead, self._costs
        self._run.client = costs.own + self._held + self._most_sent
        self._run.scheduler = overhead.memory + overhead.each * self._cluster.workers + self._most_sent


class Works:
    """The pieces of a phase, as the run's own process takes them.

    In the first pass over new mailboxes, one that was listed has more pieces, which come before those of the
    mailboxes after it (``tasks.mail.first_pass``).

    Args:
        site: The mail.
        kinds: The kinds of the phase.

    Attributes:
        out: How many were taken and are not done.
    """

    def __init__(self, site: Mail, kinds: Sequence[str]) -> None:
        self._site = site
        self._queue: list[tuple[int, int, Iterator[Work]]] = []
        if NEW in kinds:
            self._queue += [(rank, 1, iter([work])) for rank, work in site.first_pass()]
        else:
            self._queue.append((0, 0, (work for kind in kinds for work in site.works(kind))))
        self.out = 0

    def next(self) -> Work | None:
        """The next piece; None where there is none now."""
        while self._queue:
            work = next(self._queue[0][2], None)
            if work is not None:
                self.out += 1
                return work
            heapq.heappop(self._queue)
        return None

    def done(self, work: Work) -> None:
        """A piece is done."""
        self.out -= 1
        if work.kind == NEW:
            heapq.heappush(self._queue, (work.rank, 0, self._site.rest(work.rank, work.box)))
