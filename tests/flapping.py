"""A server that is away again and again: what stands between a run and its Prefect server in a test."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from select import select
from typing import Final

REFUSES: Final = "refuses"
"""Nobody listens, and every connection is cut."""

HANGS: Final = "hangs"
"""Connections are taken, and nothing is answered."""

_METHODS: Final = (b"GET ", b"POST ", b"PATCH ", b"PUT ", b"DELETE ")
_WAIT: Final = 0.05
_MOST: Final = 1 << 20


class Flapping:
    """Lets through some requests, then is away for a while, and so on; each time in another way.

    An outage begins when a request meets it, so that every machine sees all of them.

    Args:
        port: Where the server listens on this machine.
        ways: The ways of being away, in turn: :data:`REFUSES`, :data:`HANGS`, or a status that is answered.
        through: How many requests are let through between two outages.
        seconds: How long an outage lasts.
        lost: Which requests reach the server, and their first answer is lost: by their beginning.

    Attributes:
        port: Where it listens itself.
        met: How many outages there were, by their way.
        dropped: How many answers were lost.
    """

    def __init__(
        self,
        port: int,
        ways: Sequence[str | int] = (),
        through: int = 10,
        seconds: float = 2.0,
        lost: re.Pattern[bytes] | None = None,
    ) -> None:
        self._server, self._ways, self._through, self._seconds = port, tuple(ways), through, seconds
        self._lost, self._seen = lost, set[bytes]()
        self._lock = threading.Lock()
        self._left, self._until = through, 0.0
        self._way: str | int = ""
        self._open: set[socket.socket] = set()
        self.met: Counter[str | int] = Counter()
        self.dropped = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """End it."""
        self._listener.close()
        self._cut()

    def _now(self) -> str | int:
        """How it is away now; empty where it is there."""
        return self._way if time.monotonic() < self._until else ""

    def _asked(self, request: bytes) -> str | int:
        """Count a request; gives how it is away for it."""
        with self._lock:
            if self._now() or not self._ways:
                return self._now()
            self._left -= 1
            if self._left > 0:
                return ""
            self._left = self._through
            self._way = self._ways[self.met.total() % len(self._ways)]
            self._until = time.monotonic() + self._seconds
            self.met[self._way] += 1
        if self._way == REFUSES:
            self._cut()
        return self._way

    def _cut(self) -> None:
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self._now() == REFUSES:
                return
            with socket.create_connection(("127.0.0.1", self._server)) as server:
                self._open |= {client, server}
                try:
                    self._relay(client, server)
                finally:
                    self._open -= {client, server}

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        losing = False
        while True:
            if self._now() == HANGS:
                time.sleep(_WAIT)
                continue
            ready, _, _ = select([client, server], [], [], _WAIT)
            for side in ready:
                data = side.recv(_MOST)
                if not data or (losing and side is server):
                    self.dropped += bool(data)
                    return
                if side is client and data.startswith(_METHODS):
                    losing = self._loses(data)
                    way = self._asked(data)
                    if isinstance(way, int):
                        _answer(client, way)
                        return
                    self._sleep_if(way == HANGS)
                (server if side is client else client).sendall(data)

    def _sleep_if(self, hangs: bool) -> None:
        while hangs and self._now() == HANGS:
            time.sleep(_WAIT)

    def _loses(self, request: bytes) -> bool:
        """Whether the answer to this request is lost: the first time that its very words are sent."""
        if self._lost is None or not self._lost.match(request):
            return False
        with self._lock:
            key = request.partition(b"\r\n")[0]
            again = key in self._seen
            self._seen ^= {key}  # the next one of these words is another
        return not again


def _answer(client: socket.socket, status: int) -> None:
    """Answer a request with a status, and close the connection when the client has it."""
    client.sendall(
        b"HTTP/1.1 %d Away\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        b"Connection: close\r\n\r\n{}" % status
    )
    client.shutdown(socket.SHUT_WR)
    client.settimeout(10)
    while client.recv(_MOST):
        pass


@contextmanager
def flapping(*args: int, **more: object) -> Iterator[Flapping]:
    """One that ends with the test; the arguments are those of :class:`Flapping`."""
    made = Flapping(*args, **more)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.stop()
