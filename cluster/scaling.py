"""The number of workers of a cluster, kept as it is or following the work."""

from collections.abc import Iterator
from contextlib import contextmanager

from distributed import SpecCluster
from tornado.ioloop import PeriodicCallback

from cluster.settings import ClusterSettings

CHECK_EVERY = 5.0
"""Seconds between two checks of the number of workers."""


@contextmanager
def scaled(cluster: SpecCluster, settings: ClusterSettings) -> Iterator[None]:
    """Keep a cluster at its number of workers, or let the number follow the work.

    A worker whose nanny or job gave up stays in the cluster's plan, but nothing starts it again until the
    cluster is told its number again. So that is done every few seconds, or a run would wait for ever after
    the last nanny gave up. Adaptive scaling does not do it by itself: it sees nothing to change in the plan.

    Args:
        cluster: The cluster.
        settings: How many workers.
    """

    def keep() -> None:
        cluster.scale(len(cluster.worker_spec) if settings.adaptive else settings.workers)

    if settings.adaptive:
        minimum, maximum = settings.adaptive
        cluster.adapt(minimum=minimum, maximum=maximum)
    keeper = PeriodicCallback(keep, CHECK_EVERY * 1000)
    cluster.loop.add_callback(keeper.start)
    try:
        yield
    finally:
        cluster.loop.add_callback(keeper.stop)
