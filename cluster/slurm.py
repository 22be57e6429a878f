"""The kind ``slurm``: workers as jobs of SLURM, one job per worker; the scheduler runs in this process."""

from __future__ import annotations

import logging
import math
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BeforeValidator, Field

from cluster.config import environment
from cluster.kinds import Kind, KindSettings
from cluster.settings import ClusterSettings
from data.errors import InputError

if TYPE_CHECKING:
    from distributed import Client

_LIFETIME: Final = 0.9
"""The share of a job's time after which its worker passes its work on and ends, before SLURM ends it."""

_DEATH_TIMEOUT: Final = 60
"""Seconds after which a worker ends that finds no scheduler."""

_DAYS_AND_TIME: Final = re.compile(r"(?:(\d+)-)?(\d+):([0-5]\d):([0-5]\d)")


def _walltime(value: object) -> object:
    """A time as SLURM writes it, ``1-12:00:00`` or ``04:00:00``."""
    found = _DAYS_AND_TIME.fullmatch(str(value))
    if not found:
        raise ValueError(f"{value!r} is not a time, write it as 04:00:00 or 1-12:00:00")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


class Settings(KindSettings):
    """The settings of a cluster of jobs.

    Attributes:
        environment: The virtual environment on the nodes; by default the path of the one that runs here.
        partition: SLURM's partition.
        account: SLURM's account.
        walltime: How long a job may last; a worker ends itself well before.
        logs: The folder for the output of the jobs, which must exist on the nodes.
        sbatch: More options of ``sbatch``, as ``--qos=long --constraint=avx2``.
    """

    environment: Path | None = None
    partition: str | None = None
    account: str | None = None
    walltime: Annotated[timedelta, BeforeValidator(_walltime)] = Field(
        default=timedelta(hours=4), ge=timedelta(minutes=10)
    )
    logs: Path | None = None
    sbatch: str = ""


@contextmanager
def jobs(settings: ClusterSettings) -> Iterator[Client]:
    """Open a cluster whose workers are jobs, give its client, and cancel the jobs at the end.

    Args:
        settings: Of the kind ``slurm``.

    Yields:
        The client. Workers start as SLURM finds room for them.

    Raises:
        InputError: SLURM's commands are not here or refuse the job, or a certificate cannot be used.
    """
    from dask_jobqueue.slurm import SLURMCluster, SLURMJob
    from distributed import Client

    from cluster.scaling import scaled
    from cluster.security import security

    class Job(SLURMJob):
        """A job that is submitted as `job_script` writes it."""

        def job_script(self) -> str:
            """The script that is handed to sbatch."""
            return job_script(settings, self.scheduler, self.name)

    certificates = security(settings)
    _try(job_script(settings, "tls://127.0.0.1:8786", "test"))
    with (
        SLURMCluster(
            **_arguments(settings),
            n_workers=settings.first,
            job_cls=Job,  # type: ignore[arg-type,unused-ignore]  # wants a class; annotated as an instance
            security=certificates,
        ) as cluster,
        scaled(cluster, settings),
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
    own = settings.of(Settings)
    options = [
        "-J nwatch",
        "--export=NONE",  # else the job gets the environment of its submitter, with the passwords
        f"-p {own.partition}" if own.partition else "",
        f"-A {own.account}" if own.account else "",
        f"-o {own.logs}/nwatch-%j.log" if own.logs else "",
        "-n 1",
        "--cpus-per-task=1",
        f"--mem={math.ceil(settings.memory / 2**20)}M",
        f"-t {_days_and_time(own.walltime)}",
        *shlex.split(own.sbatch),
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

    The page with a worker's state, which has no TLS, is bound to the node's loopback address.

    Args:
        settings: Of the kind ``slurm``.
        scheduler: The scheduler's address.
        name: The worker's name.
    """
    own = settings.of(Settings)
    python = own.environment / "bin" / "python" if own.environment else Path(sys.executable)
    folder = settings.tls_folder
    assert folder is not None  # this kind needs one
    worker = str(folder.absolute() / "worker.pem")
    options: dict[str, Any] = {
        "--name": name,
        "--nworkers": 1,
        "--nthreads": 1,
        "--memory-limit": settings.worker_memory,
        "--lifetime": int(own.walltime.total_seconds() * _LIFETIME),
        "--death-timeout": _DEATH_TIMEOUT,
        "--dashboard-address": "127.0.0.1:0",
        "--protocol": "tls",
        "--tls-ca-file": folder.absolute() / "ca.pem",
        "--tls-cert": worker,
        "--tls-key": worker,
    }
    words = [str(word) for option in options.items() for word in option]
    return [str(python), "-m", "distributed.cli.dask_worker", scheduler, "--nanny", *words]


def _try(script: str) -> None:
    """Ask SLURM whether it would take such a job: its answer to a real one is shown to nobody."""
    try:
        done = subprocess.run(
            ["sbatch", "--test-only"], input=script, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise InputError(
            "NWATCH_KIND is slurm, but there is no sbatch here; run nwatch on a host that submits jobs"
        ) from error
    if done.returncode:
        raise InputError(
            f"SLURM refuses a worker's job ({' '.join(done.stderr.split())}); correct "
            "NWATCH_PARTITION, NWATCH_ACCOUNT, NWATCH_WALLTIME, NWATCH_MEMORY or NWATCH_SBATCH"
        )


def _arguments(settings: ClusterSettings) -> dict[str, Any]:
    """What dask-jobqueue needs besides the script: the scheduler, and values that it asks for in any case."""
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


def _days_and_time(time: timedelta) -> str:
    """A time as SLURM reads it, days-hours:minutes:seconds."""
    seconds = int(time.total_seconds())
    return f"{seconds // 86400}-{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


KIND: Final = Kind(
    name="slurm",
    settings=Settings,
    open=jobs,
    more_memory="give each more (NWATCH_MEMORY)",
    where_to_look=lambda _: "see why with: squeue --me, or sacct --name=nwatch",
    needed=("host", "tls_folder", "workers"),
    extra="slurm",
    library="dask_jobqueue.slurm",
    waits=True,
)
