"""Settings of the cluster, from the environment (``NWATCH_…``) or as arguments."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, field_validator
from pydantic_settings import BaseSettings

from cluster.kinds import FROM_ENVIRONMENT, KindSettings, kinds
from data.errors import InputError

Own = TypeVar("Own", bound=KindSettings)

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_NANNY = 2**28


def _bytes(value: object) -> object:
    """A size, as ``4 GiB`` or ``4G``, in bytes; units are powers of 1,024, as SLURM and Kubernetes count."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", str(value), re.IGNORECASE)
    if not found:
        raise ValueError(f"{value!r} is not a size, write it as 4 GiB")
    return int(float(found[1]) * _UNITS[found[2].upper()])


MOST_WORKERS: Final = 10_000
"""Workers that a cluster has at most."""


class _Chosen(KindSettings):
    """The kind that was asked for, if any."""

    kind: str | None = None


class ClusterSettings(BaseSettings):
    """Where the partitions run: what several kinds of cluster share, and the own settings of the chosen one.

    Args:
        given: Settings by name, these and those of any kind, which override the environment. Those of the
            other kinds are checked too, and then left aside.

    Attributes:
        kind: The kind of cluster, a name of `cluster.kinds`; ``local`` if nothing else is said. An address
            means the kind ``address``.
        workers: Worker processes, one thread each; on this machine by default one per CPU that this process
            may use, on Kubernetes and SLURM to be given unless `maximum` is.
        minimum: Fewest workers of a cluster that grows and shrinks with the work; 1 if only `maximum` is
            given.
        maximum: Most workers of such a cluster. Without it there are always `workers`.
        host: The name or address under which the scheduler of a local or SLURM cluster listens. Anything but
            this machine's own loopback address needs certificates.
        port: The port it listens on; 0 is any free one.
        tls_folder: The certificates, as ``nwatch certificates`` makes them. With it everything that travels
            between client, scheduler and workers is encrypted, and only holders of a certificate are let in.
        memory: Memory of one worker on Kubernetes and SLURM, in bytes (in the environment as ``4 GiB``).
        wait: Minutes that a run waits for a worker: for the first one on Kubernetes and SLURM, and anywhere
            after all were lost. An existing scheduler must have a worker from the beginning.

    Example:
        >>> ClusterSettings(address="tls://10.0.0.5:8786").kind
        'address'
    """

    model_config = FROM_ENVIRONMENT

    kind: str = "local"
    workers: int = Field(default_factory=lambda: len(os.sched_getaffinity(0)), ge=1, le=MOST_WORKERS)
    minimum: int | None = Field(default=None, ge=1, le=MOST_WORKERS)
    maximum: int | None = Field(default=None, ge=1, le=MOST_WORKERS)
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=0, ge=0, le=65535)
    tls_folder: Path | None = None
    memory: Annotated[int, BeforeValidator(_bytes)] = Field(default=4 * 2**30, ge=2**30, le=2**50)
    wait: float = Field(default=10, gt=0, le=7 * 1440)
    _own: KindSettings = PrivateAttr()

    def __init__(self, **given: Any) -> None:
        # Of all kinds, not of the chosen one alone: a mistake in any variable is reported.
        every = {name: kind.settings(**given) for name, kind in kinds().items()}
        super().__init__(**{**given, "kind": _Chosen(**given).kind or _implied(every) or "local"})
        self._own = every[self.kind]
        self._check(every)

    def of(self, settings: type[Own]) -> Own:
        """The settings that the chosen kind alone has.

        Args:
            settings: The class that this kind's module declares for them.
        """
        assert isinstance(self._own, settings)
        return self._own

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
        """How much of the memory of a pod or job its worker may use, in bytes; its nanny has the rest."""
        return self.memory - _NANNY

    @field_validator("kind")
    @classmethod
    def _is_a_kind(cls, value: str) -> str:
        *names, last = (f"'{name}'" for name in kinds())
        if f"'{value}'" not in {*names, last}:
            raise ValueError(f"it should be {', '.join(names)} or {last}")
        return value

    def _check(self, every: Mapping[str, KindSettings]) -> None:
        """Check what must be given together, and what must not; each line names the variable and the fix."""
        implied = _implied(every)
        if implied not in {None, self.kind}:
            variable = f"NWATCH_{kinds()[implied].implied_by}".upper()
            raise ValueError(f"{variable} does not apply to the kind '{self.kind}'; unset it, or NWATCH_KIND")
        kind = kinds()[self.kind]
        kind.check(self)
        if self.minimum is not None and self.maximum is None:
            raise ValueError("NWATCH_MINIMUM needs NWATCH_MAXIMUM, or NWATCH_WORKERS alone; set one")
        if self.maximum is not None and "workers" in self.model_fields_set:
            raise ValueError(
                "NWATCH_MAXIMUM and a fixed number of workers (NWATCH_WORKERS, --workers) exclude each "
                "other; give one of them"
            )
        if self.adaptive is not None and self.adaptive[0] > self.adaptive[1]:
            raise ValueError("NWATCH_MINIMUM is larger than NWATCH_MAXIMUM; exchange them")
        given = self.model_fields_set | self._own.model_fields_set | ({"workers"} if self.maximum else set())
        for name in kind.needed:
            if name not in given:
                raise ValueError(f"NWATCH_{name.upper()} is missing: the kind '{self.kind}' needs it; set it")


def _implied(every: Mapping[str, KindSettings]) -> str | None:
    """The kind that some setting means by itself."""
    for name, kind in kinds().items():
        if kind.implied_by and getattr(every[name], kind.implied_by) is not None:
            return name
    return None


def setting_names() -> list[str]:
    """The names of all settings, of every kind; each is a variable ``NWATCH_…``."""
    classes: list[type[BaseSettings]] = [ClusterSettings, *(kind.settings for kind in kinds().values())]
    return [name for each in classes for name in each.model_fields]


def settings_from_environment(**given: object) -> ClusterSettings:
    """The settings; a mistake in them is one line.

    Args:
        given: Settings that override the environment; None leaves one as it is.

    Raises:
        InputError: A variable, or a value given, is wrong.
    """
    try:
        return ClusterSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = f"NWATCH_{first['loc'][0]}".upper()
        message = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{name} is wrong: {message}; correct it in the environment") from error
    except ValueError as error:
        raise InputError(str(error)) from error
