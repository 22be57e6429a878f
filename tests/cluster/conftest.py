"""A scheduler without workers, and workers that are started by hand, as on another host."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster

from cluster import ClusterSettings, client, forking, settings_from_environment
from cluster.certificates import make
from cluster.config import CONFIG, environment

Start = Callable[..., subprocess.Popen[str]]

SBATCH = """#!/bin/bash
# Takes a job as sbatch does, and runs it at once; its number is that of its process.
if [[ $1 == --test-only ]]; then
    script=$(cat)
    if [[ $script == *"-p nowhere"* ]]; then echo "sbatch: error: invalid partition specified" >&2; exit 1; fi
    exit 0
fi
cp "$1" "$SPOOL/$$.sh"
setsid bash "$SPOOL/$$.sh" >"$SPOOL/$$.log" 2>&1 </dev/null &
echo "Submitted batch job $!"
"""

SCANCEL = """#!/bin/bash
kill "$1"
"""


def names(at: Client) -> dict[str, str]:
    """The workers' names by address, asked of themselves: the client's own list lacks them at times."""
    return dict(at.run(lambda dask_worker: dask_worker.name))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificates of a site; not to be changed."""
    return make(tmp_path_factory.mktemp("site") / "certificates").folder


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first worker has time to start, whatever the settings say: the machine may be slow."""
    monkeypatch.setattr(client, "_wait", lambda joined, _: joined.wait_for_workers(1, timeout=300))


@pytest.fixture
def scheduler() -> Iterator[LocalCluster]:
    """A scheduler that runs already, on the loopback address and without TLS, and has no workers."""
    with (
        dask.config.set(CONFIG | forking.configuration()),
        LocalCluster(
            n_workers=0, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as running,
    ):
        yield running


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start workers in processes of their own; their output is in ``worker.log`` in the test's folder."""
    running: list[subprocess.Popen[str]] = []

    def begin(
        address: str, *options: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        with (tmp_path / "worker.log").open("a", encoding="utf-8") as said:
            running.append(
                subprocess.Popen(
                    [
                        *(sys.executable, "-m", "distributed.cli.dask_worker", address),
                        *("--nthreads", "1", "--dashboard-address", "127.0.0.1:0", *options),
                    ],
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    text=True,
                    cwd=tmp_path,
                    env=os.environ | environment() | dict(variables or {}),
                )
            )
        return running[-1]

    yield begin
    for process in running:
        process.terminate()
    for process in running:
        process.wait(300)


def example(checkout: Path, name: str, **changed: str) -> ClusterSettings:
    """The settings of an example, as the environment would give them, but for what is changed."""
    lines = (checkout / "cluster" / "examples" / f"{name}.env").read_text(encoding="utf-8").splitlines()
    given = dict(line.removeprefix("NWATCH_").split("=", 1) for line in lines if not line.startswith("#"))
    return settings_from_environment(**{name.lower(): value for name, value in given.items()} | changed)


def slurm_commands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this process the commands of SLURM; scripts and output of the jobs are written to the folder."""
    commands = folder / "bin"
    commands.mkdir()
    for name, text in {"sbatch": SBATCH, "scancel": SCANCEL}.items():
        (commands / name).write_text(text)
        (commands / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{commands}:{os.environ['PATH']}")
    monkeypatch.setenv("SPOOL", str(folder))
