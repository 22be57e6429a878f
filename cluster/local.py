"""The kind ``local``: workers on this machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final

from pydantic import Field

from cluster.kinds import Kind, KindSettings
from cluster.settings import ClusterSettings

if TYPE_CHECKING:
    from distributed import Client


class Settings(KindSettings):
    """The settings of a local cluster.

    Attributes:
        memory_fraction: Share of the machine's memory that the workers may use together; a worker that
            exceeds its part is restarted.
    """

    memory_fraction: float = Field(default=0.75, gt=0, le=1)


def _open(settings: ClusterSettings) -> AbstractContextManager[Client]:
    from cluster.local_cluster import local_cluster

    return local_cluster(settings, settings.of(Settings).memory_fraction)


def _prepare(modules: Sequence[str]) -> None:
    from cluster import forking

    forking.prepare(modules)


PER_CPU: Final = 64
"""Worker processes per CPU at most; each takes 100 MB of memory and more."""


def _check(settings: ClusterSettings) -> None:
    """See that this machine can start so many processes."""
    most = PER_CPU * max(len(os.sched_getaffinity(0)), 2)
    if settings.most > most:
        raise ValueError(
            f"{settings.most:,} worker processes are more than this machine can start; give {most} at most "
            "(--workers, NWATCH_WORKERS, NWATCH_MAXIMUM)"
        )


KIND: Final = Kind(
    name="local",
    settings=Settings,
    open=_open,
    where_to_look=lambda _: "see whether this machine has memory and processes left",
    more_memory=(
        "use fewer workers (--workers, NWATCH_WORKERS, NWATCH_MAXIMUM), or let them use more of this machine "
        "(NWATCH_MEMORY_FRACTION)"
    ),
    # Workers of other hosts can join only where the scheduler listens to them.
    has_others=lambda settings: settings.host != "127.0.0.1",
    check=_check,
    prepare=_prepare,
)
