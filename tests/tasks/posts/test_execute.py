"""Pieces of work on a client; dying workers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from distributed import Client, KilledWorker

from cluster import ClusterSettings, connect
from tasks.posts.execute import run_pieces

LOST = SimpleNamespace(address="tcp://127.0.0.1:1")


def double(number: int) -> int:
    return 2 * number


def dies(number: int) -> int:
    raise KilledWorker(f"work-{number}", LOST, 0)


def fails_at_three(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return double(number)


def dies_once(mark: Path) -> int:
    """Kills its worker the first time."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return len(mark.name)


def test_results_come_in_the_order_of_the_pieces_and_progress_is_told(threads: Client):
    told: list[int] = []
    assert run_pieces(threads, double, range(20), told.append) == [2 * number for number in range(20)]
    assert told == list(range(1, 21))


def test_no_pieces_are_no_matter(threads: Client):
    assert run_pieces(threads, double, []) == []


def test_an_error_is_raised_as_it_is(threads: Client):
    with pytest.raises(ValueError, match="three"):
        run_pieces(threads, fails_at_three, range(20))


def test_work_that_goes_on_killing_workers_ends_the_run(threads: Client):
    with pytest.raises(KilledWorker):
        run_pieces(threads, dies, [1])


@pytest.fixture(scope="module")
def processes() -> Iterator[Client]:
    """Workers as a run has them: processes that can be killed."""
    with connect(ClusterSettings(workers=2)) as client:
        yield client


def test_a_piece_whose_worker_died_is_done_again(processes: Client, tmp_path: Path):
    marks = [tmp_path / ("m" * size) for size in (1, 2, 3)]
    marks[0].touch()
    marks[2].touch()
    assert run_pieces(processes, dies_once, marks) == [1, 2, 3]
