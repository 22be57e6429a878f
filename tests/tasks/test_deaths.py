"""When a piece of work whose worker died is done again, and when there is no sense in it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from distributed import Client, KilledWorker

from data.errors import MemoryLimitError
from tasks.deaths import APART, FOR_MEMORY, Deaths

LIMIT = 424 * 10**6


class Cluster:
    """Workers, of which some were ended for their memory."""

    def __init__(self, workers: int, *ended: str) -> None:
        self.workers = [f"tcp://127.0.0.1:{number}" for number in range(workers)]
        self.reports = [(0.0, {"worker": address, "rss": 5 * 10**8}) for address in ended]

    def get_events(self, topic: str) -> list[tuple[float, dict[str, Any]]]:
        assert topic == "worker-restart-memory"
        return self.reports

    def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(self.workers, 1)


def death(address: str) -> KilledWorker:
    return KilledWorker("read-1", cast(Any, SimpleNamespace(address=address, memory_limit=LIMIT)), 0)


def given_up_after(again: Callable[[int], int]) -> int:
    """After how many deaths the run gives up."""
    for number in range(1, 1000):
        try:
            again(number)
        except MemoryLimitError as error:
            if (error.limit, error.needed) == (LIMIT, 5 * 10**8):
                return number
            raise
    raise AssertionError


def test_one_piece_is_done_again_a_few_times():
    deaths = Deaths(cast(Client, Cluster(2)))
    assert [deaths.again("one", death("a")) for _ in range(APART)] == [1, 2, 3, 4, 5]
    with pytest.raises(KilledWorker):
        deaths.again("one", death("a"))
    assert deaths.again("another", death("a")) == 1


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_workers_that_are_ended_for_memory_again_and_again_end_the_run_whatever_their_pieces(workers: int):
    names = [f"worker {number}" for number in range(1000)]
    deaths = Deaths(cast(Client, Cluster(workers, *names)))
    # Each had two pieces: one at work, and one at hand.
    found = given_up_after(lambda number: deaths.again(f"piece {number}", death(names[(number - 1) // 2])))
    assert found == 2 * FOR_MEMORY * workers - 1


def test_where_others_get_on_the_run_goes_on():
    deaths = Deaths(cast(Client, Cluster(1, *map(str, range(100)))))
    for number in range(100):
        deaths.again(f"piece {number}", death(str(number)))
        if number % (FOR_MEMORY - 1) == 0:
            deaths.none()


def test_workers_that_crash_under_one_piece_after_another_are_no_lack_of_memory():
    """As with a damaged mailbox, of whose hundred ranges each one kills libpff."""
    deaths = Deaths(cast(Client, Cluster(1, "somebody else")))
    for number in range(100):
        deaths.again(f"piece {number}", death(str(number)))
