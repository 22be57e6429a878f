"""A run that is interrupted, and the one after it."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_an_interrupted_run_publishes_nothing_and_the_next_goes_on(
    nwatch, run, investigation: Path, prefect: dict[str, str]
):
    environment = {**os.environ, **prefect}
    running = subprocess.Popen(
        # Whoever starts the tests in the background may have told them to ignore what is sent here.
        ["env", "--default-signal=INT", *nwatch, "run", str(investigation), "--partition", "20"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not list((investigation / "work").glob("mail/*/part-*.parquet")) and running.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: the workers would hear of it too
    _, stderr = running.communicate(timeout=120)
    assert running.returncode == 130
    assert stderr == "nwatch: interrupted; nothing was published, and the next run goes on from here\n"
    assert not (investigation / "out").exists()
    read = {path.name for path in (investigation / "work/mail").rglob("part-*.parquet")}
    done = run("run", investigation, **prefect)
    assert done.returncode == 0
    assert read <= {path.name for path in (investigation / "work/mail").rglob("part-*.parquet")}
