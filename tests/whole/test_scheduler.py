"""Runs on a Dask scheduler that is joined by its address: one that dies, and workers that come and go."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client

from tests.conftest import copy_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # whole runs, several a test


class Dask:
    """A scheduler and its workers, each a process (group) of its own on the loopback address."""

    def __init__(self, place: Path, checkout: Path) -> None:
        self.place = place
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        self.address = f"tcp://127.0.0.1:{self.port}"
        # As docker/compose.yaml sets it: the program decides what becomes of a piece whose worker died.
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(checkout),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self.start_scheduler()

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.place / "dask.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
            )

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        words = ("--host", "127.0.0.1", "--port", str(self.port), "--dashboard-address", "127.0.0.1:0")
        self.scheduler = self._start("distributed.cli.dask_scheduler", *words)
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self.scheduler
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.1)

    def add(self) -> subprocess.Popen[bytes]:
        words = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(self.place))
        self.workers.append(self._start("distributed.cli.dask_worker", self.address, *words))
        return self.workers[-1]

    def wait_for(self, workers: int) -> None:
        with Client(self.address, timeout="60s", set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=120)

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """Kill it at once, a worker together with its nanny, so that it is not started again."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            self.kill(process)


@pytest.fixture
def dask(tmp_path: Path, checkout: Path) -> Iterator[Dask]:
    place = tmp_path / "dask"
    place.mkdir()
    made = Dask(place, checkout)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def expected(synthetic: Path, processes: Client, tmp_path_factory) -> dict[str, bytes]:
    """What a run of the mail on this machine's own workers publishes."""
    from flows.investigate import investigate

    folder = copy_of(synthetic, tmp_path_factory.mktemp("expected") / "case")
    investigate(folder, only=["mail"])
    return published(folder)


@pytest.fixture(scope="module")
def expected_of_all(synthetic: Path, processes: Client, tmp_path_factory) -> dict[str, bytes]:
    """What a run of every part publishes."""
    from flows.investigate import investigate

    folder = copy_of(synthetic, tmp_path_factory.mktemp("expected") / "case")
    investigate(folder)
    return published(folder)


def published(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def parts(folder: Path) -> dict[str, int]:
    """The part files of the mail, each with the time at which it was written."""
    return {str(path): path.stat().st_mtime_ns for path in folder.glob("work/mail/*/part-*.parquet")}


def started(nwatch: list[str], folder: Path, dask: Dask, **environment: str) -> subprocess.Popen[str]:
    """A run with small partitions that has begun to read."""
    running = subprocess.Popen(
        [*nwatch, "run", str(folder), "--partition", "2", "--only", "mail"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NWATCH_ADDRESS": dask.address, **environment},
    )
    end = time.monotonic() + 120
    while not parts(folder) and running.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    return running


def test_a_scheduler_that_is_killed_fails_the_run_in_one_line_and_the_next_goes_on(  # noqa: PLR0917
    nwatch, run, dask: Dask, investigation: Path, prefect: dict[str, str], expected: dict[str, bytes]
):
    folder = investigation.rename(investigation.with_name("scheduler-lost"))
    (folder / "out").mkdir()
    (folder / "out/old.txt").write_text("old")
    first = dask.add()
    dask.wait_for(1)
    running = started(nwatch, folder, dask, **prefect)
    dask.kill(dask.scheduler)
    dask.kill(first)
    read = parts(folder)
    _, stderr = running.communicate(timeout=120)
    assert running.returncode == 2
    assert stderr == (
        f"nwatch: the Dask scheduler at {dask.address} was lost during the run; nothing was published. "
        "Start it again, then run again: what was read is kept, and the run goes on from there\n"
    )
    assert [path.name for path in (folder / "out").iterdir()] == ["old.txt"]
    assert 0 < len(read) < 100  # there was something left to read
    [shown] = runs_named("investigate scheduler-lost")
    assert shown.state is not None
    assert shown.state.is_failed()
    assert f"the Dask scheduler at {dask.address} was lost" in str(shown.state.message)

    dask.start_scheduler()
    dask.add()
    dask.wait_for(1)
    done = run("run", folder, "--only", "mail", NWATCH_ADDRESS=dask.address, **prefect)
    assert (done.returncode, done.stderr) == (0, "")
    assert {name: written for name, written in parts(folder).items() if name in read} == read
    (folder / "out/old.txt").unlink()
    assert published(folder) == expected


def test_a_run_that_lost_all_workers_ends_in_one_line_and_the_next_goes_on(  # noqa: PLR0917
    nwatch, run, dask: Dask, investigation: Path, prefect: dict[str, str], expected: dict[str, bytes]
):
    folder = investigation.rename(investigation.with_name("workers-lost"))
    (folder / "out").mkdir()
    (folder / "out/old.txt").write_text("old")
    for _ in range(2):
        dask.add()
    dask.wait_for(2)
    running = started(nwatch, folder, dask, NWATCH_WAIT="0.1", **prefect)
    for worker in dask.workers:
        dask.kill(worker)
    stdout, stderr = running.communicate(timeout=200)
    line = (
        f"there has been no worker at the Dask scheduler {dask.address} for 0.1 minutes; start some with: "
        f"PYTHONSAFEPATH=1 dask worker {dask.address} --nthreads 1, and run again; nothing was published. "
        "What was read is kept, and the next run goes on from there"
    )
    assert (running.returncode, stderr) == (2, f"nwatch: {line}\n")
    assert stdout.count(f"the Dask scheduler {dask.address} has no workers any more, and the run waits") == 1
    assert [path.name for path in (folder / "out").iterdir()] == ["old.txt"]
    read = parts(folder)
    assert 0 < len(read) < 100  # there was something left to read
    [shown] = runs_named("investigate workers-lost")
    assert shown.state is not None
    assert shown.state.is_failed()
    assert line in str(shown.state.message)

    dask.add()
    dask.wait_for(1)
    done = run("run", folder, "--only", "mail", NWATCH_ADDRESS=dask.address, **prefect)
    assert (done.returncode, done.stderr) == (0, "")
    assert {name: written for name, written in parts(folder).items() if name in read} == read
    (folder / "out/old.txt").unlink()
    assert published(folder) == expected


def test_a_worker_that_comes_after_all_were_lost_goes_on_to_the_same_bytes(
    nwatch, dask: Dask, investigation: Path, expected: dict[str, bytes]
):
    for _ in range(2):
        dask.add()
    dask.wait_for(2)
    running = started(nwatch, investigation, dask)
    for worker in dask.workers:
        dask.kill(worker)
    read = len(parts(investigation))
    assert running.poll() is None
    dask.add()
    _, stderr = running.communicate(timeout=300)
    assert running.returncode == 0, stderr
    assert 0 < read < len(parts(investigation))  # it was in mid-run
    assert published(investigation) == expected


def runs_named(name: str):
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return [found for found in client.read_flow_runs() if found.name == name]


def test_the_number_of_workers_changes_no_byte_of_any_part(
    run, dask: Dask, synthetic: Path, tmp_path: Path, expected_of_all: dict[str, bytes]
):
    for workers in (1, 2):
        dask.add()
        dask.wait_for(workers)
        folder = copy_of(synthetic, tmp_path / str(workers) / "case")
        done = run("run", folder, NWATCH_ADDRESS=dask.address)
        assert (done.returncode, done.stderr) == (0, "")
        assert published(folder) == expected_of_all


def test_a_worker_added_and_another_killed_in_mid_run_change_no_byte(
    nwatch, dask: Dask, investigation: Path, expected: dict[str, bytes]
):
    for _ in range(4):
        dask.add()
    dask.wait_for(4)
    running = started(nwatch, investigation, dask)
    dask.kill(dask.workers[0])
    dask.add()
    read = len(parts(investigation))
    _, stderr = running.communicate(timeout=200)
    assert (running.returncode, stderr) == (0, "")
    assert 0 < read < len(parts(investigation))  # it was in mid-run
    assert published(investigation) == expected
