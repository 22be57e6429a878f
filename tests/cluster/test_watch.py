"""A run without workers: it warns, it ends in time, and it goes on if a worker comes back."""

import asyncio
import logging
import os
import signal
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from distributed import Client, LocalCluster, wait
from distributed.client import FutureCancelledError, FuturesCancelledError

from cluster import ClusterSettings, connect, scaling, watch
from cluster.config import CONFIG
from cluster.kinds import kind_of
from cluster.watch import _Watch, all_paused_message, no_workers_message
from tasks.scatter import run_each
from tests.cluster.conftest import Start
from tests.cluster.test_versions import wait_until

SECONDS = 1 / 60
"""A second in minutes, the unit of the settings."""


async def gives_up() -> None:
    raise OSError("no more processes")


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the package `cluster` logged; a scheduler in this process may log as well."""
    return [record.getMessage() for record in caplog.records if record.name.startswith("cluster")]


class Cluster:
    """As much of a client as the watch uses, and a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **given: Any) -> None:
        self.workers = 0
        self.worker: dict[str, Any] = {"status": "running", "memory_limit": 424 * 10**6, "metrics": {}}
        self.answers = True
        self.futures = {"read-1": SimpleNamespace(status="pending")}
        self.scheduler = SimpleNamespace(address="tcp://127.0.0.1:8786", identity=self.identity)
        self.cancelled: list[str] = []
        self.now = 1000.0
        self.watch = _Watch(self, ClusterSettings(**given))
        monkeypatch.setattr("cluster.watch.time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(watch, "Future", lambda key, client: key)

    async def identity(self, n_workers: int) -> dict[str, Any]:
        if not self.answers:
            raise OSError("closed")
        return {"n_workers": self.workers, "workers": dict.fromkeys(range(self.workers), self.worker)}

    async def cancel(self, futures: list[str], *, reason: str, msg: str, asynchronous: bool) -> None:
        assert asynchronous
        self.cancelled += [f"{key} {msg}" for key in futures]
        self.reason = reason
        self.futures.clear()

    def look(self, later: float) -> None:
        self.now += later
        asyncio.run(self.watch.check())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Warnings come at once."""
    monkeypatch.setattr(watch, "WARN_AFTER", 0.0)
    monkeypatch.setattr(watch, "CHECK_EVERY", 0.2)


def test_a_run_without_workers_warns_once_and_ends_after_its_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    cluster = Cluster(monkeypatch, address="tcp://127.0.0.1:8786", wait=10)
    cluster.look(0)
    cluster.look(29)
    assert caplog.messages == []
    cluster.look(1)
    cluster.look(500)
    assert caplog.messages == [
        "the Dask scheduler tcp://127.0.0.1:8786 has no workers any more, and the run waits; start some "
        "with: PYTHONSAFEPATH=1 dask worker tcp://127.0.0.1:8786 --nthreads 1. It goes on when there is one, "
        "and ends if none comes within 10 minutes (NWATCH_WAIT)"
    ]
    assert cluster.cancelled == []
    cluster.look(70)
    assert cluster.cancelled == [
        "read-1 there has been no worker at the Dask scheduler tcp://127.0.0.1:8786 for 10 minutes; start "
        "some with: PYTHONSAFEPATH=1 dask worker tcp://127.0.0.1:8786 --nthreads 1, and run again"
    ]
    assert no_workers_message(FutureCancelledError("read-1", cluster.reason, "a line")) == "a line"


def test_a_new_worker_restarts_the_time(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    cluster = Cluster(monkeypatch, wait=10)
    cluster.look(0)
    cluster.look(590)
    cluster.workers = 1
    cluster.look(5)
    cluster.workers = 0
    cluster.look(5)
    cluster.look(590)
    assert cluster.cancelled == []
    assert len(caplog.messages) == 3
    assert caplog.messages[1] == "there is a worker again; the run goes on"


def test_a_client_that_waits_for_nothing_needs_no_worker(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    cluster = Cluster(monkeypatch)
    cluster.futures = {"read-1": SimpleNamespace(status="finished")}
    cluster.look(0)
    cluster.look(5000)
    assert (cluster.cancelled, caplog.messages) == ([], [])
    cluster.futures["read-2"] = SimpleNamespace(status="pending")
    cluster.look(5)
    assert cluster.cancelled == [], "the time counts from here"


def test_a_result_that_was_lost_with_its_worker_counts_as_waited_for(monkeypatch: pytest.MonkeyPatch):
    cluster = Cluster(monkeypatch)
    cluster.futures = {"match-1": SimpleNamespace(status="lost")}
    cluster.look(0)
    cluster.look(5000)
    assert [line.split()[0] for line in cluster.cancelled] == ["match-1"]


def test_a_scheduler_that_does_not_answer_is_left_to_others(monkeypatch: pytest.MonkeyPatch):
    cluster = Cluster(monkeypatch)
    cluster.answers = False
    cluster.look(0)
    cluster.look(5000)
    assert cluster.cancelled == []


def test_a_short_time_is_warned_of_too(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    cluster = Cluster(monkeypatch, wait=4 * SECONDS)
    assert cluster.watch.every == pytest.approx(1)
    cluster.look(0)
    cluster.look(2.5)
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({}, "see whether this machine has memory and processes left"),
        (
            {"address": "tls://10.0.0.5:8786", "tls_folder": "tls"},
            "start some with: PYTHONSAFEPATH=1 dask worker tls://10.0.0.",
        ),
        ({"kind": "slurm", "workers": 1, "host": "login1", "tls_folder": "tls"}, "see why with: squeue --me"),
    ],
)
def test_the_line_says_where_to_look(given: dict[str, Any], line: str):
    settings = ClusterSettings(**given)
    said = kind_of(settings).where_to_look(settings)
    assert said.startswith(line)
    assert ("--tls-ca-file ca.pem" in said) == ("address" in given)


@pytest.mark.parametrize("error", [ValueError("odd"), FutureCancelledError("read-1", "by hand", "a line")])
def test_no_other_error_is_mistaken_for_it(error: Exception):
    assert no_workers_message(error) is None


@pytest.mark.slow
def test_every_way_of_waiting_ends_with_an_error_if_all_workers_are_lost(
    scheduler: LocalCluster, start: Start, caplog: pytest.LogCaptureFixture
):
    address = scheduler.scheduler_address
    worker = start(address, "--no-nanny")
    with Client(scheduler) as seen:
        seen.wait_for_workers(1, timeout=300)
    with connect(ClusterSettings(address=address, wait=2 * SECONDS)) as client:
        worker.send_signal(signal.SIGKILL)
        wait_until(lambda: not client.nthreads())
        with pytest.raises(FutureCancelledError) as alone:
            client.submit(os.getpid, pure=False).result()
        with pytest.raises(FuturesCancelledError) as together:
            wait([client.submit(os.getpid, pure=False) for _ in range(3)])
        with pytest.raises(FutureCancelledError) as pieces:
            run_each(client, str, range(30))
    for caught in (alone, together, pieces):
        message = no_workers_message(caught.value)
        assert message is not None
        assert message.startswith(f"there has been no worker at the Dask scheduler {address} for 0.03")
        assert "\n" not in message
    assert "has no workers any more, and the run waits" in caplog.text


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_a_worker_that_starts_in_time_does_the_work_of_the_lost_one(
    scheduler: LocalCluster, start: Start, caplog: pytest.LogCaptureFixture
):
    address = scheduler.scheduler_address
    worker = start(address, "--no-nanny")
    with Client(scheduler) as seen:
        seen.wait_for_workers(1, timeout=300)
    done: list[int] = []

    # Pickled by value: such a worker has no test of ours.
    def piece(number: int) -> int:
        import time

        time.sleep(0.01)
        return number * number

    def exchange() -> None:
        wait_until(lambda: len(done) >= 3)
        worker.send_signal(signal.SIGKILL)
        wait_until(lambda: "has no workers any more, and the run waits" in caplog.text)
        start(address, "--no-nanny")

    with connect(ClusterSettings(address=address)) as client:
        thread = threading.Thread(target=exchange)
        thread.start()
        results = run_each(client, piece, range(200), on_done=done.append)
        thread.join()
        wait_until(lambda: "there is a worker again" in caplog.text)
    assert results == [number * number for number in range(200)]
    assert [message.split(",")[0].split(";")[0] for message in logged(caplog)] == [
        f"the Dask scheduler {address} has no workers any more",
        "there is a worker again",
    ]


@pytest.mark.slow
def test_the_wait_ends_if_no_nanny_replaces_a_local_worker(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(CONFIG, "distributed.deploy.lost-worker-timeout", "1 hour")
    monkeypatch.setattr(scaling, "CHECK_EVERY", 3600.0)
    with connect(ClusterSettings(workers=1, wait=2 * SECONDS)) as client:
        (nanny,) = client.cluster.workers.values()
        monkeypatch.setattr(nanny, "instantiate", gives_up)
        (pid,) = client.run(os.getpid).values()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not client.nthreads())
        with pytest.raises(FutureCancelledError) as caught:
            client.submit(os.getpid, pure=False).result()
    message = no_workers_message(caught.value)
    assert message is not None
    assert "see whether this machine has memory and processes left, and run again" in message


def test_nothing_is_logged_while_there_are_workers(caplog: pytest.LogCaptureFixture):
    with (
        caplog.at_level(logging.INFO, logger="cluster"),
        connect(ClusterSettings(workers=1, wait=1 * SECONDS)) as client,
    ):

        def long(seconds: float) -> float:
            import time

            time.sleep(seconds)
            return seconds

        assert client.submit(long, 2.0).result(60) == 2.0
    assert logged(caplog) == []


def test_a_run_whose_workers_are_all_paused_for_their_memory_ends_after_a_minute(
    monkeypatch: pytest.MonkeyPatch,
):
    cluster = Cluster(monkeypatch, workers=2, wait=10)
    cluster.workers = 2
    cluster.worker["status"] = "paused"
    cluster.look(0)
    cluster.look(59)
    cluster.worker["metrics"] = {"task_counts": {"executing": 1}}  # which may free some memory
    cluster.look(1)
    cluster.worker["metrics"] = {}
    cluster.look(1)
    cluster.look(59)
    assert cluster.cancelled == []
    cluster.look(1)
    [line] = cluster.cancelled
    assert line.startswith(
        "read-1 the Dask workers have too little memory: each may use 424 MB, and all are paused"
    )
    assert line.endswith("or let them use more of this machine (NWATCH_MEMORY_FRACTION)")
    error = FutureCancelledError("read-1", cluster.reason, "line")
    assert (all_paused_message(error), no_workers_message(error)) == ("line", None)
