"""Settings of the cluster, from the environment (``NWATCH_…``) or as arguments."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import InputError

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_NANNY = 2**28
_DAYS_AND_TIME = re.compile(r"(?:(\d+)-)?(\d+):([0-5]\d):([0-5]\d)")


def _bytes(value: object) -> object:
    """A size, as ``4 GiB`` or ``4G``, in bytes; units are powers of 1,024, as SLURM and Kubernetes count."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", str(value), re.IGNORECASE)
    if not found:
        raise ValueError(f"{value!r} is no size, write it as 4 GiB")
    return int(float(found[1]) * _UNITS[found[2].upper()])


def _walltime(value: object) -> object:
    """A time as SLURM writes it, ``1-12:00:00`` or ``04:00:00``."""
    found = _DAYS_AND_TIME.fullmatch(str(value))
    if not found:
        raise ValueError(f"{value!r} is no time, write it as 04:00:00 or 1-12:00:00")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


class ClusterSettings(BaseSettings):
    """Where the partitions run.

    A new kind of cluster is a new word in `kind` here and a branch in `cluster.client.connect`.

    Attributes:
        kind: ``local`` starts workers on this machine; ``address`` joins a scheduler that runs already, and
            is meant wherever an address is given; ``kubernetes`` lets the Dask operator start pods; ``slurm``
            submits a job a worker.
        address: The scheduler's address, ``tls://10.0.0.5:8786``, or ``tcp://`` on this machine.
        workers: Worker processes, one thread each; on this machine by default as many as this process may
            use processors, on Kubernetes and SLURM to be given unless `maximum` is.
        minimum: Fewest workers of a cluster that grows and shrinks with the work; 1 if only `maximum` is
            given.
        maximum: Most workers of such a cluster. Left out, there are always `workers`.
        memory_fraction: Share of the machine's memory that the workers of a local cluster may use together; a
            worker that goes beyond its part is restarted.
        host: The name or address under which the scheduler of a local or SLURM cluster listens. Anything but
            this machine's own loopback address needs certificates.
        port: The port it listens on; 0 is any free one.
        tls_folder: The certificates, as ``nwatch certificates`` makes them. With it everything that travels
            between client, scheduler and workers is encrypted, and only who has a certificate is let in.
        memory: Memory of one worker on Kubernetes and SLURM, in bytes (in the environment as ``4 GiB``).
        wait: Minutes that a run waits while no worker is there, the first one on Kubernetes or SLURM not yet,
            or anywhere all of them no more. A scheduler that is joined must have one from the beginning.
        image: The image of the pods on Kubernetes.
        namespace: The namespace of the pods on Kubernetes.
        claim: The persistent volume claim on Kubernetes with the investigations.
        mount: Where the pods see it: the path under which this process sees the same files.
        secret: The secret on Kubernetes with ca.pem, scheduler.pem and worker.pem.
        environment: The virtual environment on SLURM's nodes; by default the path of the one that runs here.
        partition: SLURM's partition.
        account: SLURM's account.
        walltime: How long a job on SLURM may last; a worker ends itself well before.
        logs: The folder for the output of SLURM's jobs, which must exist on the nodes.
        sbatch: More options of ``sbatch``, as ``--qos=long --constraint=avx2``.

    Example:
        >>> ClusterSettings(address="tls://10.0.0.5:8786").kind
        'address'
    """

    model_config = SettingsConfigDict(
        env_prefix="NWATCH_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    kind: Literal["local", "address", "kubernetes", "slurm"] = "local"
    address: str | None = Field(default=None, pattern=r"^(tcp|tls)://.+:\d+$")
    workers: int = Field(default_factory=lambda: len(os.sched_getaffinity(0)), ge=1)
    minimum: int | None = Field(default=None, ge=1)
    maximum: int | None = Field(default=None, ge=1)
    memory_fraction: float = Field(default=0.75, gt=0, le=1)
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=0, ge=0, le=65535)
    tls_folder: Path | None = None
    memory: Annotated[int, BeforeValidator(_bytes)] = Field(default=4 * 2**30, ge=2**30)
    wait: float = Field(default=10, gt=0)
    image: str | None = None
    namespace: str = Field(default="default", pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    claim: str | None = None
    mount: Path | None = None
    secret: str = "nwatch-tls"
    environment: Path | None = None
    partition: str | None = None
    account: str | None = None
    walltime: Annotated[timedelta, BeforeValidator(_walltime)] = Field(
        default=timedelta(hours=4), ge=timedelta(minutes=10)
    )
    logs: Path | None = None
    sbatch: str = ""

    @property
    def adaptive(self) -> tuple[int, int] | None:
        """Fewest and most workers of a cluster that grows and shrinks with the work; else None."""
        return None if self.maximum is None else (self.minimum or 1, self.maximum)

    @property
    def first(self) -> int:
        """The number of workers to begin with."""
        return self.workers if self.adaptive is None else self.adaptive[0]

    @property
    def most(self) -> int:
        """The largest number of workers there may be."""
        return self.workers if self.adaptive is None else self.adaptive[1]

    @property
    def worker_memory(self) -> int:
        """What of the memory of a pod or job its worker may use, in bytes; the rest is its nanny's."""
        return self.memory - _NANNY

    @model_validator(mode="before")
    @classmethod
    def _an_address_means_address(cls, values: dict[str, object]) -> dict[str, object]:
        return {"kind": "address", **values} if values.get("address") else values

    @model_validator(mode="after")
    def _together(self) -> Self:
        """What must be given together, and what cannot be: each line names the variable and the mend."""
        if self.kind == "address" and self.address is None:
            raise ValueError("NWATCH_ADDRESS is missing: the kind 'address' needs the scheduler's address")
        if self.kind != "address" and self.address is not None:
            raise ValueError(
                f"NWATCH_ADDRESS is of no use to the kind '{self.kind}'; unset it, or NWATCH_KIND"
            )
        if self.kind == "address" and self.maximum is not None:
            raise ValueError(
                "NWATCH_MAXIMUM is of no use to a cluster that is joined by address; unset it, "
                "and let whoever runs that cluster scale it"
            )
        if self.minimum is not None and self.maximum is None:
            raise ValueError("NWATCH_MINIMUM needs NWATCH_MAXIMUM, or NWATCH_WORKERS alone; set one")
        if self.maximum is not None and "workers" in self.model_fields_set:
            raise ValueError(
                "NWATCH_MAXIMUM and a fixed number of workers (NWATCH_WORKERS, --workers) exclude each "
                "other; give one of them"
            )
        if self.adaptive is not None and self.adaptive[0] > self.adaptive[1]:
            raise ValueError("NWATCH_MINIMUM is larger than NWATCH_MAXIMUM; exchange them")
        for name in self._needed():
            if not self._given(name):
                raise ValueError(f"NWATCH_{name.upper()} is missing: the kind '{self.kind}' needs it; set it")
        return self

    def _needed(self) -> tuple[str, ...]:
        """The settings that this kind cannot do without."""
        if self.kind == "kubernetes":
            return ("image", "claim", "mount", "tls_folder", "workers")
        if self.kind == "slurm":
            return ("host", "tls_folder", "workers")
        return ()

    def _given(self, name: str) -> bool:
        return name in self.model_fields_set or (name == "workers" and self.maximum is not None)


def settings_from_environment(**given: object) -> ClusterSettings:
    """The settings, with a mistake told as one line.

    Args:
        given: Settings that override the environment; None leaves one as it is.

    Raises:
        InputError: A variable, or a value given, is wrong.
    """
    try:
        return ClusterSettings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        message = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            raise InputError(message) from error
        name = f"NWATCH_{first['loc'][0]}".upper()
        raise InputError(f"{name} is wrong: {message}; correct it in the environment") from error
