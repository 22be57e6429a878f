"""A local cluster, an existing scheduler, and what happens when a worker dies."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, KilledWorker, LocalCluster

from cluster import ClusterSettings, connect, existing, forking, scaling
from cluster.config import CONFIG
from data.errors import InputError


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def gives_up() -> None:
    raise OSError("no more processes")


def test_a_local_cluster_has_single_threaded_processes_and_a_dashboard_on_the_loopback_address():
    with connect(ClusterSettings(workers=2)) as dask:
        workers = dask.nthreads()
        pids = dask.run(os.getpid)
        assert list(workers.values()) == [1, 1]
        assert len({os.getpid(), *pids.values()}) == 3
        assert dask.dashboard_link.startswith("http://127.0.0.1:")
        assert all(address.startswith("tcp://127.0.0.1:") for address in workers)


def test_a_task_whose_worker_dies_fails_at_once_and_another_worker_takes_its_place():
    with connect(ClusterSettings(workers=1)) as dask:
        with pytest.raises(KilledWorker):
            dask.submit(die, pure=False).result(60)
        assert dask.submit(sum, [1, 2]).result(60) == 3


def test_a_worker_whose_nanny_gave_up_is_replaced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(CONFIG, "distributed.deploy.lost-worker-timeout", "0.5s")
    monkeypatch.setattr(scaling, "CHECK_EVERY", 0.5)
    with connect(ClusterSettings(workers=1)) as dask:
        (before,) = dask.run(os.getpid).values()
        (nanny,) = dask.cluster.workers.values()
        monkeypatch.setattr(nanny, "instantiate", gives_up)
        with pytest.raises(KilledWorker):
            dask.submit(die, pure=False).result(60)
        assert dask.submit(os.getpid, pure=False).result(60) != before


@pytest.mark.parametrize("settings", [{"workers": 1}, {"minimum": 1, "maximum": 2}])
def test_workers_with_too_little_memory_to_start_are_an_error(settings: dict[str, Any]):
    expected = r"left for each of [12] workers, and one needs at least 256; .*NWATCH_MEMORY_FRACTION"
    with (
        pytest.raises(InputError, match=expected),
        connect(ClusterSettings(memory_fraction=1e-5, **settings)),
    ):
        pass


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    forking.prepare()  # its socket is removed when this process ends
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with connect(ClusterSettings(workers=1)):
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_an_existing_scheduler_is_used_and_left_running():
    with LocalCluster(
        n_workers=1, processes=False, protocol="tcp", dashboard_address="127.0.0.1:0"
    ) as running:
        with connect(ClusterSettings(address=running.scheduler_address)) as dask:
            assert dask.submit(sum, [1, 2]).result(60) == 3
        with Client(running) as still:
            assert still.submit(sum, [2, 2]).result(60) == 4


def test_a_scheduler_without_workers_is_an_error():
    with (
        LocalCluster(
            n_workers=0, processes=False, protocol="tcp", dashboard_address="127.0.0.1:0"
        ) as running,
        pytest.raises(InputError, match="has no workers"),
        connect(ClusterSettings(address=running.scheduler_address)),
    ):
        pytest.fail("must not connect")


def test_an_address_where_no_scheduler_answers_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(existing, "PATIENCE", "0.5s")
    with (
        pytest.raises(InputError, match=r"no Dask scheduler answers at tcp:.*:1; start one"),
        connect(ClusterSettings(address="tcp://127.0.0.1:1")),
    ):
        pytest.fail("must not connect")
