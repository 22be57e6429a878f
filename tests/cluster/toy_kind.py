"""A kind of cluster for a test: workers that are threads of this process. This file is all of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from distributed import Client, LocalCluster
from pydantic import Field

from cluster.kinds import Kind, KindSettings
from cluster.settings import ClusterSettings


class Settings(KindSettings):
    """How many tasks its one worker does at once."""

    at_once: int | None = Field(default=None, ge=1)


@contextmanager
def threads(settings: ClusterSettings) -> Iterator[Client]:
    """Open such a cluster."""
    with (
        LocalCluster(
            n_workers=settings.workers,
            threads_per_worker=settings.of(Settings).at_once,
            processes=False,
            protocol="inproc",
            dashboard_address="127.0.0.1:0",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _check(settings: ClusterSettings) -> None:
    if settings.maximum is not None:
        raise ValueError("NWATCH_MAXIMUM does not apply to the kind 'toy'; unset it")


KIND = Kind(
    name="toy",
    settings=Settings,
    open=threads,
    where_to_look=lambda _: "look at this process",
    needed=("at_once",),
    implied_by="at_once",
    check=_check,
    has_others=lambda _: False,
)
