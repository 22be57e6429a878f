"""Workers of this machine are forked from one process that has loaded what they need."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from cluster import ClusterSettings, connect, forking

CHECKOUT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not forking.POSSIBLE, reason="workers are spawned on this system")

RUN = """
import os, sys
from cluster import ClusterSettings, connect, forking
if __name__ == "__main__":
    forking.prepare(["tabnanny", "no_such_module"])
    os.environ["SET_AFTERWARDS"] = "yes"
    with connect(ClusterSettings(workers=2)) as client:
        def report():
            import os, signal, sys
            loaded = [name in sys.modules for name in ("tabnanny", "pandas")]
            blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
            return os.getppid(), loaded, os.environ["SET_AFTERWARDS"], os.environ["OMP_NUM_THREADS"], blocked
        print(*client.run(report).values(), sep="\\n")
        print(*client.run(os.getpid).values())
    print("pandas" in sys.modules)
"""


def run_in(folder: Path, program: Path) -> list[str]:
    """The output of a program whose temporary files are in a folder, which is empty at the end."""
    program.write_text(RUN, encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if name not in forking.ENVIRONMENT}
    done = subprocess.run(
        [sys.executable, str(program)],
        env=variables | {"TMPDIR": str(folder), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert not list(folder.iterdir())
    return done.stdout.splitlines()


@pytest.mark.slow
def test_workers_have_the_modules_and_the_current_environment_and_leave_no_files(tmp_path: Path):
    with tempfile.TemporaryDirectory() as short:
        first, second, pids, pandas_here = run_in(Path(short), tmp_path / "run.py")
    assert first == second, "of one parent"
    assert first.endswith("[True, False], 'yes', '1', True)")
    assert not [pid for pid in map(int, pids.split()) if psutil.pid_exists(pid)]
    assert pandas_here == "False"


@pytest.mark.slow
def test_workers_are_spawned_if_the_temporary_folder_allows_no_socket(tmp_path: Path):
    (long := tmp_path / ("long" * 30)).mkdir()
    first, second, _, _ = run_in(long, tmp_path / "run.py")
    assert first == second, "of one parent"
    assert first.endswith("[False, False], 'yes', '1', True)")


def test_workers_start_even_if_the_fork_server_was_killed():
    with connect(ClusterSettings(workers=1)) as client:
        (parent,) = client.run(os.getppid).values()
        assert parent != os.getpid()
        os.kill(parent, signal.SIGKILL)
    with connect(ClusterSettings(workers=1)) as client:
        assert client.submit(sum, [1, 2]).result(60) == 3


def test_dask_still_has_the_switch_that_keeps_pandas_away():
    import distributed.utils

    assert hasattr(distributed.utils, "_forkserver_preload_set"), "see cluster.forking.configuration"
