"""Workers that die under pieces of work: when one is tried again, and when there is no sense in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from data.errors import MemoryLimitError

if TYPE_CHECKING:
    from distributed import Client, KilledWorker

APART: Final = 5
"""How many workers may die under one piece of work, once it is done the careful way or again as it is, before
the run gives up."""

FOR_MEMORY: Final = 5
"""How many times a worker may be ended for its memory, on average, while none finishes a piece of work."""

MEMORY: Final = "worker-restart-memory"
"""The topic under which Dask's nannies report the workers that they ended for their memory."""


class Deaths:
    """The deaths of workers while some pieces are done.

    Args:
        client: The workers.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._of: dict[str, int] = {}
        self._for_memory: set[str] = set()
        self._workers = 1

    def again(self, piece: str, error: KilledWorker) -> int:
        """Note the death of a worker, and decide that its piece is done again.

        Args:
            piece: The piece.
            error: Its error.

        Returns:
            How many workers have died under this piece.

        Raises:
            MemoryLimitError: There is no sense in doing it again, as workers are ended for their memory.
            KilledWorker: There is no sense in doing it again.
        """
        self._of[piece] = number = self._of.get(piece, 0) + 1
        reports = self._reports(error)
        if reports:
            self._for_memory.add(error.last_worker.address)  # which may have had two pieces
            self._workers = max(self._workers, len(self._client.nthreads()))
        # The pieces take turns: without the second, each of hundreds would end some workers before the run.
        if number > APART or len(self._for_memory) >= FOR_MEMORY * self._workers:
            if not reports:
                raise error
            needed = max(report["rss"] for report in reports)
            raise MemoryLimitError(len(reports), error.last_worker.memory_limit, needed) from error
        return number

    def none(self) -> None:
        """Note that a piece of work is done."""
        self._for_memory.clear()

    def _reports(self, error: KilledWorker) -> list[dict[str, Any]]:
        """What Dask reported of workers that were ended for their memory; none if this one was not."""
        found = [event for _, event in self._client.get_events(MEMORY)]
        return found if any(event["worker"] == error.last_worker.address for event in found) else []
