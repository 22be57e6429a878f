"""A run that is interrupted, and the one after it."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow

STOPPED = "nwatch: interrupted; nothing was published, and the next run goes on from here\n"


def begun(nwatch: Sequence[str], *words: str | Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start `nwatch` as a terminal does: in a process group of its own."""
    return subprocess.Popen(
        # Tests that were started in the background may ignore the signals that are sent here.
        ["env", "--default-signal=INT", *nwatch, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(environment),
        start_new_session=True,
    )


def wait_until(come: Callable[[], object], running: subprocess.Popen[str]) -> None:
    """Wait for something that a run does."""
    deadline = time.monotonic() + 300
    while not come() and running.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert running.poll() is None


def children(running: subprocess.Popen[str]) -> dict[psutil.Process, str]:
    """All processes below a run, and their command lines."""
    found = {}
    for process in psutil.Process(running.pid).children(recursive=True):
        try:
            found[process] = " ".join(process.cmdline())
        except (psutil.NoSuchProcess, psutil.ZombieProcess):  # it ended meanwhile
            continue
    return found


def lives(process: psutil.Process) -> bool:
    """Whether a process runs, and is not only an exit code that nobody has read."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A temporary folder whose name is short enough for a socket in it; without one nothing is forked."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def of_a_person(temporary: Path) -> dict[str, str]:
    """The environment of a run without a Prefect server."""
    unset = {"PREFECT_HOME", "PREFECT_API_URL", "PREFECT_API_AUTH_STRING"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return {**kept, "TMPDIR": str(temporary)}


def test_an_interrupted_run_publishes_nothing_and_the_next_goes_on(
    nwatch, run, investigation: Path, temporary: Path
):
    running = begun(nwatch, "run", investigation, "--partition", "20", environment=of_a_person(temporary))
    wait_until(lambda: list((investigation / "work").glob("mail/*/part-*.parquet")), running)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: the workers would hear of it too
    _, stderr = running.communicate(timeout=300)
    assert running.returncode == 130
    assert stderr == STOPPED
    assert not (investigation / "out").exists()
    read = {path.name for path in (investigation / "work/mail").rglob("part-*.parquet")}
    done = run("run", investigation)
    assert done.returncode == 0
    assert read <= {path.name for path in (investigation / "work/mail").rglob("part-*.parquet")}


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("starting", "number"), [("flows.service.local_server", 1), ("forkserver", 1), ("forkserver", 2)]
)
def test_a_run_that_is_stopped_while_it_starts_ends_at_once_and_leaves_nothing_half_done(  # noqa: PLR0917
    nwatch, investigation: Path, temporary: Path, starting: str, number: int, stop: signal.Signals
):
    """The Prefect server, the process that workers are forked from, the first worker."""
    words = ["--workers", "2", *(["--ui"] if "server" in starting and "fork" not in starting else [])]
    running = begun(nwatch, "run", investigation, *words, environment=of_a_person(temporary))
    wait_until(lambda: sum(starting in words for words in children(running).values()) >= number, running)
    below = children(running)
    if stop == signal.SIGINT:
        os.killpg(running.pid, stop)  # as a terminal does
    else:
        running.send_signal(stop)  # as a service manager does
    _, stderr = running.communicate(timeout=300)
    # What workers are forked from starts while the input is still looked at: nothing was done then.
    assert running.returncode == 130
    assert stderr in {STOPPED, "nwatch: interrupted; nothing was done yet\n"}
    psutil.wait_procs(below, timeout=300)
    assert [words for process, words in below.items() if lives(process)] == []
    assert list(temporary.iterdir()) == []
    assert not (investigation / "out").exists()
    work = investigation / "work"
    left = {
        path.name for path in work.rglob("*") if path.is_file() and work / "prefect/ui" not in path.parents
    }
    assert left <= {
        ".lock", ".ui.lock", "server.log", "memo_store.toml", "prefect.db", "prefect.db-shm", "prefect.db-wal"
    }  # fmt: skip
