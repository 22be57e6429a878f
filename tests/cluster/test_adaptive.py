"""The number of workers follows the work, and the loss of a worker changes no result."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from distributed import Client, KilledWorker, LocalCluster, Worker

from cluster import ClusterSettings, connect, scaling
from cluster.config import CONFIG
from tasks.scatter import run_each
from tests.cluster.conftest import Start, names
from tests.cluster.test_versions import wait_until


def square(number: int) -> int:
    time.sleep(0.05)
    return number * number


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def gives_up() -> None:
    raise OSError("no more processes")


def count(client: Client) -> int:
    return len(client.nthreads())


@pytest.mark.slow
def test_it_grows_under_load_up_to_the_maximum_and_shrinks_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(CONFIG, "distributed.adaptive.wait-count", 1)
    with connect(ClusterSettings(minimum=1, maximum=3)) as client:
        assert count(client) == 1
        most = 1
        futures = client.map(square, range(400), pure=False)
        while not all(future.done() for future in futures):
            most = max(most, count(client))
            time.sleep(0.1)
        assert client.gather(futures) == [number * number for number in range(400)]
        assert most == 3
        del futures
        wait_until(lambda: count(client) == 1)


def memory_limit(dask_worker: Worker) -> int:
    return int(dask_worker.memory_manager.memory_limit)


@pytest.mark.slow
def test_each_worker_has_the_memory_that_is_left_if_all_have_started():
    with (
        connect(ClusterSettings(minimum=1, maximum=4, memory_fraction=0.5)) as few,
        connect(ClusterSettings(workers=1, memory_fraction=0.5)) as one,
    ):
        # Of the workers themselves: what a client knows of them is a moment without any, every few seconds.
        limits = [limit for at in (few, one) for limit in at.run(memory_limit).values()]
    assert limits[0] == pytest.approx(limits[1] / 4, abs=4)


@pytest.mark.slow
def test_a_worker_whose_nanny_gave_up_is_replaced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(CONFIG, "distributed.deploy.lost-worker-timeout", "0.5s")
    monkeypatch.setattr(scaling, "CHECK_EVERY", 0.5)
    with connect(ClusterSettings(minimum=1, maximum=2)) as client:
        (before,) = client.run(os.getpid).values()
        (nanny,) = client.cluster.workers.values()
        monkeypatch.setattr(nanny, "instantiate", gives_up)
        with pytest.raises(KilledWorker):
            client.submit(die, pure=False).result(60)
        assert client.submit(os.getpid, pure=False).result(60) != before


@pytest.mark.slow
def test_adding_and_killing_workers_changes_no_result(scheduler: LocalCluster, start: Start, tmp_path: Path):
    """Over TCP, as on several hosts: the work goes on, each piece is done, and none is counted twice."""
    dying = start(scheduler.scheduler_address, "--no-nanny", "--name", "dying")
    with Client(scheduler) as seen:
        seen.wait_for_workers(1, timeout=300)
    done: list[int] = []
    with connect(ClusterSettings(address=scheduler.scheduler_address)) as client:

        def others() -> None:
            wait_until(lambda: len(done) >= 5)
            start(scheduler.scheduler_address, "--no-nanny", "--name", "added")
            wait_until(lambda: count(client) == 2)
            dying.send_signal(signal.SIGKILL)

        # Pickled by value: such a worker has no test of ours.
        def piece(number: int) -> int:
            import time

            time.sleep(0.05)
            return number * number

        thread = threading.Thread(target=others)
        thread.start()
        results = run_each(client, piece, range(120), on_done=done.append)
        thread.join()
        assert dying.wait(60) == -signal.SIGKILL
        left = names(client).values()
    assert results == [number * number for number in range(120)]
    assert set(left) == {"added"}
    assert done[-1] == 120
