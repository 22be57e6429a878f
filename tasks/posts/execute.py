"""Pieces of work on a Dask client, each done once more where its worker died."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from distributed import Client, Future, KilledWorker, as_completed

_Piece = TypeVar("_Piece")
_Result = TypeVar("_Result")

_DEATHS: Final = 5
"""How often workers may be lost before the run gives up."""


def run_pieces(
    client: Client,
    function: Callable[[_Piece], _Result],
    pieces: Sequence[_Piece],
    on_done: Callable[[int], None] | None = None,
) -> list[_Result]:
    """Do every piece on the workers.

    Args:
        client: Where to run.
        function: Does a piece; what it writes must be whole or absent, as it may be begun twice.
        pieces: What is to be done, any that pickle.
        on_done: Told how many pieces are done.

    Returns:
        The results, in order of the pieces.

    Raises:
        KilledWorker: Workers went on dying.
        Exception: Whatever the function raised; the work that has not begun is cancelled then.
    """
    run = uuid.uuid4().hex
    results: dict[int, _Result] = {}
    running: dict[str, int] = {}
    deaths = 0

    def submit(place: int) -> Future:
        key = f"{function.__name__}-{run}-{place}-{deaths}"
        running[key] = place
        return client.submit(function, pieces[place], key=key, pure=False)

    futures = as_completed([submit(place) for place in range(len(pieces))])
    try:
        for future in futures:
            place = running.pop(future.key)
            if future.status == "error" and isinstance(future.exception(), KilledWorker):
                deaths += 1
                if deaths > _DEATHS:
                    raise future.exception()
                futures.add(submit(place))
                continue
            results[place] = future.result()
            if on_done is not None:
                on_done(len(results))
    finally:
        if running:
            client.cancel([Future(key, client) for key in running], force=True)
    return [results[place] for place in range(len(pieces))]
