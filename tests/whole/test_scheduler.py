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

from cluster import ClusterSettings, connect
from tests.api import states_of
from tests.outputs import published
from tests.waiting import PATIENCE, until
from tests.worlds import copy_of

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

        def answers() -> bool:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                return False
            return True

        until(answers, (self.place / "dask.log").read_text)
        return self.scheduler

    def add(self) -> subprocess.Popen[bytes]:
        # Without a nanny, which would be killed with its worker.
        words = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(self.place))
        self.workers.append(self._start("distributed.cli.dask_worker", self.address, *words))
        return self.workers[-1]

    @property
    def alive(self) -> list[subprocess.Popen[bytes]]:
        """The workers that have not been killed."""
        return [worker for worker in self.workers if worker.poll() is None]

    def have(self, workers: int) -> None:
        """Start and kill workers until there are so many, and the scheduler knows."""
        if self.scheduler.poll() is not None:
            self.start_scheduler()
        for worker in self.alive[workers:]:
            self.kill(worker)
        for _ in range(workers - len(self.alive)):
            self.add()
        with Client(self.address, timeout=f"{PATIENCE} s", set_as_default=False) as client:
            until(lambda: len(client.nthreads()) == workers, (self.place / "dask.log").read_text)

    def pause(self) -> None:
        """Let no worker do more, so that a run is in the middle however busy the machine is."""
        for worker in self.alive:
            os.killpg(worker.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let those workers go on that were not killed."""
        for worker in self.alive:
            os.killpg(worker.pid, signal.SIGCONT)

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """Kill it at once."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            self.kill(process)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Iterator[Dask]:
    """For all tests of this file: each begins by saying how many workers it has."""
    made = Dask(tmp_path_factory.mktemp("dask"), checkout)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def expected(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run of the mail on this machine's own workers publishes."""
    return alone(synthetic, tmp_path_factory.mktemp("expected") / "case", ["mail"])


@pytest.fixture(scope="module")
def expected_of_all(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run of every part publishes."""
    return alone(synthetic, tmp_path_factory.mktemp("expected") / "case")


def alone(synthetic: Path, folder: Path, only: list[str] | None = None) -> dict[str, bytes]:
    """What a run on workers of its own publishes; they end with it."""
    from flows.investigate import investigate

    copy_of(synthetic, folder)
    with connect(ClusterSettings(workers=2)):
        investigate(folder, only=only)
    return published(folder)


def parts(folder: Path) -> set[tuple[str, int]]:
    """The part files of the mail, each with its number on the disk: it is moved, and never written again.

    Not the list of attachments beside each, which is written first: without its part nothing was read.
    """
    found = folder.glob("work/mail/*/part-*.parquet")
    return {
        (path.name, path.stat().st_ino) for path in found if not path.parent.name.endswith("-attachments")
    }


DEPLOYED = """
import sys
from pathlib import Path
from flows.deployments import investigate
investigate(Path(sys.argv[1]), partition=4, only=["mail"])
"""
"""What a worker of Prefect does, with the arguments of `started`."""


def started(words: list[str], folder: Path, dask: Dask, **environment: str) -> subprocess.Popen[str]:
    """A run with small partitions that has begun to read, and whose workers pause."""
    by_hand = [*words, "run", str(folder), "--partition", "4", "--only", "mail"]
    running = subprocess.Popen(
        [*words, str(folder)] if DEPLOYED in words else by_hand,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NWATCH_ADDRESS": dask.address, **environment},
    )
    end = time.monotonic() + PATIENCE
    while not parts(folder) and running.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    dask.pause()
    return running


def test_a_scheduler_that_is_killed_fails_the_run_in_one_line_and_the_next_goes_on(  # noqa: PLR0917
    nwatch, run, dask: Dask, investigation: Path, prefect: dict[str, str], expected: dict[str, bytes]
):
    folder = investigation.rename(investigation.with_name("scheduler-lost"))
    (folder / "out").mkdir()
    (folder / "out/old.txt").write_text("old")
    dask.have(1)
    running = started(nwatch, folder, dask, **prefect)
    dask.kill(dask.scheduler)
    dask.kill(dask.alive[0])
    read = parts(folder)
    _, stderr = running.communicate(timeout=PATIENCE)
    assert running.returncode == 2
    assert stderr == (
        f"nwatch: the Dask scheduler at {dask.address} was lost during the run; nothing was published. "
        "Start it again, then run again: what was read is kept, and the run goes on from there\n"
    )
    assert [path.name for path in (folder / "out").iterdir()] == ["old.txt"]
    assert read
    [shown] = runs_of("scheduler-lost")
    assert shown.state is not None
    assert shown.state.is_failed()
    assert f"the Dask scheduler at {dask.address} was lost" in str(shown.state.message)

    dask.have(1)
    done = run("run", folder, "--only", "mail", NWATCH_ADDRESS=dask.address)
    assert (done.returncode, done.stderr) == (0, "")
    assert read < parts(folder)  # nothing is read again, and there was something left to read
    (folder / "out/old.txt").unlink()
    assert published(folder) == expected


def test_a_deployed_run_whose_scheduler_was_killed_is_tried_again_and_goes_on(
    dask: Dask, investigation: Path, prefect: dict[str, str], expected: dict[str, bytes]
):
    folder = investigation.rename(investigation.with_name("scheduler-back"))
    dask.have(1)
    tries = {"PREFECT_FLOWS_DEFAULT_RETRIES": "60", "PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS": "1"}
    running = started([sys.executable, "-c", DEPLOYED], folder, dask, **tries, **prefect)
    dask.kill(dask.scheduler)
    dask.kill(dask.alive[0])
    read = parts(folder)
    dask.have(1)
    _, stderr = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, stderr
    assert read < parts(folder)
    assert published(folder) == expected
    [shown] = runs_of("scheduler-back")
    assert shown.state is not None
    assert shown.state.is_completed()
    names = states_of(prefect["PREFECT_API_URL"], str(shown.id))
    assert names[:4] == ["Pending", "Running", "AwaitingRetry", "Running"]


def test_a_run_that_lost_all_workers_ends_in_one_line_and_the_next_goes_on(  # noqa: PLR0917
    nwatch, run, dask: Dask, investigation: Path, prefect: dict[str, str], expected: dict[str, bytes]
):
    folder = investigation.rename(investigation.with_name("workers-lost"))
    (folder / "out").mkdir()
    (folder / "out/old.txt").write_text("old")
    dask.have(2)
    running = started(nwatch, folder, dask, NWATCH_WAIT="0.1", **prefect)
    for worker in dask.alive:
        dask.kill(worker)
    stdout, stderr = running.communicate(timeout=PATIENCE)
    line = (
        f"there has been no worker at the Dask scheduler {dask.address} for 0.1 minutes; start some with: "
        f"PYTHONSAFEPATH=1 dask worker {dask.address} --nthreads 1, and run again; nothing was published. "
        "What was read is kept, and the next run goes on from there"
    )
    assert (running.returncode, stderr) == (2, f"nwatch: {line}\n")
    assert stdout.count(f"the Dask scheduler {dask.address} has no workers any more, and the run waits") == 1
    assert [path.name for path in (folder / "out").iterdir()] == ["old.txt"]
    read = parts(folder)
    assert read
    [shown] = runs_of("workers-lost")
    assert shown.state is not None
    assert shown.state.is_failed()
    assert line in str(shown.state.message)

    dask.have(1)
    done = run("run", folder, "--only", "mail", NWATCH_ADDRESS=dask.address)
    assert (done.returncode, done.stderr) == (0, "")
    assert read < parts(folder)  # nothing is read again, and there was something left to read
    (folder / "out/old.txt").unlink()
    assert published(folder) == expected


def test_a_worker_that_comes_after_all_were_lost_goes_on_to_the_same_bytes(
    nwatch, dask: Dask, investigation: Path, expected: dict[str, bytes]
):
    dask.have(2)
    running = started(nwatch, investigation, dask)
    for worker in dask.alive:
        dask.kill(worker)
    read = len(parts(investigation))
    assert running.poll() is None
    dask.add()
    _, stderr = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, stderr
    assert 0 < read < len(parts(investigation))  # it was in mid-run
    assert published(investigation) == expected


def runs_of(folder: str):
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return [found for found in client.read_flow_runs() if found.name.startswith(f"{folder} 20")]


def test_the_number_of_workers_changes_no_byte_of_any_part(
    run, dask: Dask, synthetic: Path, tmp_path: Path, expected_of_all: dict[str, bytes]
):
    for workers in (1, 2):
        dask.have(workers)
        folder = copy_of(synthetic, tmp_path / str(workers) / "case")
        done = run("run", folder, NWATCH_ADDRESS=dask.address)
        assert (done.returncode, done.stderr) == (0, "")
        assert published(folder) == expected_of_all


def test_a_worker_added_and_another_killed_in_mid_run_change_no_byte(
    nwatch, dask: Dask, investigation: Path, expected: dict[str, bytes]
):
    dask.have(3)
    running = started(nwatch, investigation, dask)
    dask.kill(dask.alive[0])
    read = len(parts(investigation))
    dask.add()
    dask.resume()
    _, stderr = running.communicate(timeout=PATIENCE)
    assert (running.returncode, stderr) == (0, "")
    assert 0 < read < len(parts(investigation))  # it was in mid-run
    assert published(investigation) == expected
