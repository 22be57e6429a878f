"""Pieces of work on a Dask client, even if workers die.

The scheduler gives up a piece as soon as one worker has died under it (``allowed-failures`` is 0 in the
cluster's settings). What is done then is decided here.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypeVar

from tasks.deaths import Deaths

if TYPE_CHECKING:
    from distributed import Client, Future


Workers: TypeAlias = "Client | Callable[[], Client]"
"""A client, or what opens one: where there is nothing to do, no worker is started, and no Dask is loaded."""

_Work = TypeVar("_Work")
_Result = TypeVar("_Result")

WINDOW: Final = 400
"""Pieces that are with the scheduler at a time: enough for a hundred workers to have the next at hand."""


def run_all(
    client: Workers,
    work: Iterable[_Work],
    quick: Callable[[_Work], _Result],
    apart: Callable[[_Work], _Result],
    on_result: Callable[[_Work, _Result], None],
    *,
    urgency: Callable[[_Work], int] = lambda _: 0,
) -> None:
    """Do every piece of work on the workers; the careful way if the quick one has killed its worker.

    Args:
        client: Where to run, or what opens it; not asked where there is no piece.
        work: The pieces, any objects that can be pickled. They are taken as workers get to them: some hundred
            at a time are with the scheduler, and of a million only those are in memory. After a result there
            may be more of them than before.
        quick: Called first.
        apart: Called for a piece whose worker died; it shields its worker from what killed the first.
        on_result: Called in this process with each piece and its result, in the order in which they finish.
        urgency: Of a piece; of those that are with the scheduler, the most urgent are begun first.

    Raises:
        KilledWorker: Workers kept dying under ``apart``.
        MemoryLimitError: Workers were ended for their memory again and again.
        Exception: Whatever ``quick`` or ``apart`` raised; work that has not begun is then cancelled.
    """
    pieces = enumerate(work)
    begun = list(islice(pieces, WINDOW))
    if not begun:
        return
    from distributed import Future, KilledWorker, as_completed

    workers = client() if callable(client) else client
    run = uuid.uuid4().hex
    deaths = Deaths(workers)
    pending: dict[str, _Work] = {}

    def submit(function: Callable[[_Work], _Result], piece: _Work, key: str) -> Future:
        pending[key] = piece
        return workers.submit(function, piece, key=key, pure=False, retries=0, priority=urgency(piece))

    futures = as_completed(
        [submit(quick, piece, f"{quick.__name__}-{run}-{index}") for index, piece in begun]
    )
    try:
        for future in futures:
            piece = pending.pop(future.key)
            if future.status == "error" and isinstance(future.exception(), KilledWorker):
                root = future.key.split("+")[0]
                number = deaths.again(root, future.exception())
                futures.add(submit(apart, piece, f"{root}+{number}"))
                continue
            on_result(piece, future.result())
            deaths.none()
            future.release()
            for index, following in islice(pieces, WINDOW - len(pending)):
                futures.add(submit(quick, following, f"{quick.__name__}-{run}-{index}"))
    finally:
        if pending:
            workers.cancel([Future(key, workers) for key in pending], force=True)


_ASIDE: Final = threading.Semaphore(1)
"""Of each worker: one piece of its work may go on beside the next."""


@contextmanager
def aside() -> Iterator[None]:
    """Let this worker begin its next piece while this one goes on, beside it.

    It is for a piece that needs no Python while it works, as hashing does: both share the processors,
    as the system sees fit. At most one piece of a worker steps aside; a second one works as any other.
    Outside of a worker this does nothing.
    """
    from distributed import get_worker, secede

    if not _ASIDE.acquire(blocking=False):
        yield
        return
    try:
        with suppress(ValueError):  # no worker
            get_worker()
            secede()
        yield
    finally:
        _ASIDE.release()


@dataclass(frozen=True)
class _Placed(Generic[_Work, _Result]):
    """A function of a piece, as a function of the piece and its number."""

    function: Callable[[_Work], _Result]

    @property
    def __name__(self) -> str:
        return self.function.__name__

    def __call__(self, item: tuple[int, _Work]) -> _Result:
        return self.function(item[1])


def run_each(
    client: Workers,
    function: Callable[[_Work], _Result],
    pieces: Sequence[_Work],
    on_done: Callable[[int], None] | None = None,
) -> list[_Result]:
    """Do every piece on the workers; if its worker dies, a piece is done again.

    Args:
        client: Where to run.
        function: Does a piece. What it writes must be complete or absent, as it may be started twice.
        pieces: The work, any objects that can be pickled.
        on_done: Called with how many pieces are done.

    Returns:
        The results, in order of the pieces.

    Raises:
        KilledWorker: Workers kept dying.
        Exception: Whatever the function raised; work that has not begun is then cancelled.
    """
    results: dict[int, _Result] = {}

    def keep(item: tuple[int, _Work], result: _Result) -> None:
        results[item[0]] = result
        if on_done is not None:
            on_done(len(results))

    placed: _Placed[_Work, _Result] = _Placed(function)
    run_all(client, enumerate(pieces), placed, placed, keep)
    return [results[place] for place in range(len(pieces))]


@dataclass(frozen=True)
class _Together(Generic[_Work, _Result]):
    """A function of a piece, as a function of several."""

    function: Callable[[_Work], _Result]

    @property
    def __name__(self) -> str:
        return self.function.__name__

    def __call__(self, pieces: Sequence[_Work]) -> list[_Result]:
        return [self.function(piece) for piece in pieces]


def run_together(
    client: Workers | None,
    function: Callable[[_Work], _Result],
    pieces: Sequence[_Work],
    weight: Callable[[_Work], int],
    most: int,
) -> list[_Result]:
    """Do every piece on the workers, small ones together: a thousand agencies need not be a thousand tasks.

    Args:
        client: As for :func:`run_each`; None to do all in this process, with the same result.
        function: As there.
        pieces: As there.
        weight: How heavy a piece is.
        most: How heavy those may be that are done together; a heavier one is done by itself.

    Returns:
        The results, in order of the pieces.

    Raises:
        KilledWorker: As there.
        Exception: As there.
    """
    if client is None:
        return [function(piece) for piece in pieces]
    bundles: list[list[_Work]] = []
    held = 0
    for piece in pieces:
        if not bundles or held + weight(piece) > most:
            bundles.append([])
            held = 0
        bundles[-1].append(piece)
        held += weight(piece)
    done = run_each(client, _Together(function), bundles)
    return [result for results in done for result in results]
