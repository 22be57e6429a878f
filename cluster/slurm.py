"""Workers as jobs of SLURM, one job a worker; the scheduler runs in this process."""

import logging
import math
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from distributed import Client

from cluster.config import environment
from cluster.local import kept
from cluster.security import security
from cluster.settings import ClusterSettings
from data.errors import InputError

_AHEAD: Final = 0.9
"""The part of a job's time after which its worker hands its work on and goes, before SLURM ends it."""

_ALONE: Final = 60
"""Seconds after which a worker goes that finds no scheduler."""


@contextmanager
def jobs(settings: ClusterSettings) -> Iterator[Client]:
    """Open a cluster whose workers are jobs, give its client, and cancel the jobs at the end.

    Args:
        settings: Of the kind ``slurm``.

    Yields:
        The client. Workers come as SLURM finds room for them.

    Raises:
        InputError: The extra is not installed, SLURM's commands are not here or would not take the job, or a
            certificate cannot be used.
    """
    try:
        from dask_jobqueue.slurm import SLURMCluster, SLURMJob
    except ImportError as error:
        raise InputError(
            "NWATCH_KIND is slurm, but what speaks to SLURM is not installed; install it with: "
            "pip install 'neighborhood-watch[slurm]'"
        ) from error

    class Job(SLURMJob):
        """A job that is submitted as `job_script` shows it."""

        def job_script(self) -> str:
            """The script that is handed to sbatch."""
            return job_script(settings, self.scheduler, self.name)

    certificates = security(settings)
    _try(job_script(settings, "tls://127.0.0.1:8786", "test"))
    with (
        SLURMCluster(
            **_arguments(settings),
            n_workers=settings.first,
            job_cls=Job,  # type: ignore[arg-type,unused-ignore]  # wants a class, and says an instance
            security=certificates,
        ) as cluster,
        kept(cluster, settings),
        Client(cluster) as client,
    ):
        yield client


def job_script(settings: ClusterSettings, scheduler: str, name: str) -> str:
    """The script of one worker's job, exactly as it is submitted.

    Args:
        settings: Of the kind ``slurm``.
        scheduler: The scheduler's address.
        name: The worker's name.

    Returns:
        A bash script that ends in a line feed.
    """
    options = [
        "-J nwatch",
        "--export=NONE",  # else the passwords of the one who submits travel along
        f"-p {settings.partition}" if settings.partition else "",
        f"-A {settings.account}" if settings.account else "",
        f"-o {settings.logs}/nwatch-%j.log" if settings.logs else "",
        "-n 1",
        "--cpus-per-task=1",
        f"--mem={math.ceil(settings.memory / 2**20)}M",
        f"-t {_minutes(settings)}",
        *shlex.split(settings.sbatch),
    ]
    lines = [
        "#!/usr/bin/env bash",
        *(f"#SBATCH {option}" for option in options if option),
        *(f"export {key}={shlex.quote(value)}" for key, value in environment().items()),
        "exec " + shlex.join(worker_command(settings, scheduler, name)),
    ]
    return "\n".join(lines) + "\n"


def worker_command(settings: ClusterSettings, scheduler: str, name: str) -> list[str]:
    """The command that starts one worker on a node.

    What a worker speaks beside TLS, the page with its state, is bound to the node's loopback address.

    Args:
        settings: Of the kind ``slurm``.
        scheduler: The scheduler's address.
        name: The worker's name.
    """
    python = settings.environment / "bin" / "python" if settings.environment else Path(sys.executable)
    folder = settings.tls_folder
    assert folder is not None  # the settings of this kind have one
    worker = str(folder.absolute() / "worker.pem")
    options: dict[str, Any] = {
        "--name": name,
        "--nworkers": 1,
        "--nthreads": 1,
        "--memory-limit": settings.worker_memory,
        "--lifetime": int(settings.walltime.total_seconds() * _AHEAD),
        "--death-timeout": _ALONE,
        "--dashboard-address": "127.0.0.1:0",
        "--protocol": "tls",
        "--tls-ca-file": folder.absolute() / "ca.pem",
        "--tls-cert": worker,
        "--tls-key": worker,
    }
    words = [str(word) for option in options.items() for word in option]
    return [str(python), "-m", "distributed.cli.dask_worker", scheduler, "--nanny", *words]


def _try(script: str) -> None:
    """Ask SLURM whether it would take such a job, as its answer to a real one goes to no reader."""
    try:
        done = subprocess.run(
            ["sbatch", "--test-only"], input=script, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise InputError(
            "NWATCH_KIND is slurm, but there is no sbatch here; run it on a host that submits jobs"
        ) from error
    if done.returncode:
        raise InputError(
            f"SLURM would not take a worker's job ({' '.join(done.stderr.split())}); correct "
            "NWATCH_PARTITION, NWATCH_ACCOUNT, NWATCH_WALLTIME, NWATCH_MEMORY or NWATCH_SBATCH"
        )


def _arguments(settings: ClusterSettings) -> dict[str, Any]:
    """What dask-jobqueue is told beside the script: the scheduler, and what it does not write itself."""
    return {
        "cores": 1,
        "processes": 1,
        "memory": str(settings.memory),
        "protocol": "tls://",
        "scheduler_options": {
            "host": settings.host,
            "port": settings.port,
            "dashboard_address": "127.0.0.1:0",
        },
        "silence_logs": logging.CRITICAL,
    }


def _minutes(settings: ClusterSettings) -> str:
    """The walltime as SLURM reads it, days-hours:minutes:seconds."""
    seconds = int(settings.walltime.total_seconds())
    return f"{seconds // 86400}-{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
