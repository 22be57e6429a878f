"""The Dask operator's cluster, over TLS. It can be imported only with the extra ``kubernetes``.

`KubeCluster` of dask-kubernetes 2026.3.0 calls the scheduler without a certificate (its issue 857), and so
does the operator when it scales a cluster down by itself. So the connection is made again here, and this
process scales the cluster: it empties a worker over TLS, then deletes its pod.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import kr8s
from dask_kubernetes.exceptions import SchedulerStartupError
from dask_kubernetes.operator import KubeCluster
from dask_kubernetes.operator._objects import DaskCluster, DaskWorkerGroup
from dask_kubernetes.operator.kubecluster.kubecluster import CreateMode, wait_for_service
from dask_kubernetes.operator.networking import wait_for_scheduler
from distributed import Adaptive, Security
from distributed.core import rpc
from distributed.deploy import Cluster
from kr8s.asyncio.objects import Deployment

from cluster.settings import ClusterSettings
from data.errors import InputError

_ASK_EVERY = 1.0
_FAILURES = (
    kr8s.ServerError,
    kr8s.APITimeoutError,
    kr8s.NotFoundError,
    httpx.HTTPError,
    ValueError,  # no configuration, or one that cannot be read
    OSError,
)


@contextmanager
def open_cluster(
    manifest: dict[str, Any],
    namespace: str,
    settings: ClusterSettings,
    certificates: Security,
    patience: float,
) -> Iterator["Pods"]:
    """Create a cluster, and delete it at the end.

    Args:
        manifest: The DaskCluster.
        namespace: Where it is created.
        settings: Of the kind ``kubernetes``.
        certificates: What this process shows to the scheduler.
        patience: Seconds that operator and scheduler may take.

    Raises:
        InputError: The operator does not answer, or the scheduler does not start.
    """
    name = manifest["metadata"]["name"]
    try:
        cluster = Pods(manifest, namespace, certificates, patience)
    except TimeoutError as error:
        raise InputError(
            f"the DaskCluster {name} was not there within {patience:g} seconds; is the operator running? "
            f"see why with: kubectl get events -n {namespace}"
        ) from error
    except SchedulerStartupError as error:
        raise InputError(
            f"the scheduler of {name} does not start: {_line(error)}; correct its image (NWATCH_IMAGE) or "
            "secret (NWATCH_SECRET)"
        ) from error
    except _FAILURES as error:
        raise InputError(
            f"Kubernetes did not create the DaskCluster {name} in {namespace}: {_line(error)}; "
            "install the Dask operator there, and allow kubectl to create daskclusters from here"
        ) from error
    with cluster:
        if settings.adaptive:
            cluster.adapt(*settings.adaptive)
        yield cluster


class Pods(KubeCluster):
    """A cluster of pods that the operator starts, with TLS.

    Args:
        manifest: The DaskCluster.
        namespace: Where it is created.
        certificates: What this process shows to the scheduler.
        patience: Seconds that operator and scheduler may take.
    """

    def __init__(
        self,
        manifest: dict[str, Any],
        namespace: str,
        certificates: Security,
        patience: float,
    ) -> None:
        self.security = certificates
        self._patience = patience
        self._deployed: set[str] = set()
        try:
            super().__init__(
                custom_cluster_spec=manifest,
                namespace=namespace,
                create_mode=CreateMode.CREATE_ONLY,
                shutdown_on_close=True,
                resource_timeout=patience,
                quiet=True,
            )
        except BaseException:
            # Nothing is left to be closed. Else Dask would ask Kubernetes for it when the process ends, and
            # print a traceback where that does not answer.
            KubeCluster._instances.discard(self)
            raise

    @property
    def dashboard_link(self) -> str:
        """The page of the workers, after: ``kubectl port-forward deployment/NAME-scheduler 8787``."""
        return "http://127.0.0.1:8787/status"

    async def _create_cluster(self) -> None:
        """As the parent's, but with a time limit, with TLS, and deleting the cluster if it fails."""
        resource = await DaskCluster(self._custom_cluster_spec, namespace=self.namespace)
        await resource.create()
        try:
            async with asyncio.timeout(self._patience):
                await self._wait_for_controller()
                await wait_for_scheduler(self.name, self.namespace, timeout=self._resource_timeout)
                await wait_for_service(f"{self.name}-scheduler", self.namespace)
                address = (await self._get_scheduler_address()).replace("tcp://", "tls://")
                arguments = self.security.get_connection_args("client")
                self.scheduler_comm = rpc(address, connection_args=arguments)
                await self._answer()
        except BaseException:
            with suppress(kr8s.NotFoundError):
                await resource.delete()
            raise

    async def _answer(self) -> None:
        """Wait until the scheduler answers over TLS."""
        while True:
            try:
                await self.scheduler_comm.identity(n_workers=0)
            except OSError:
                await asyncio.sleep(_ASK_EVERY)
            else:
                return

    # Growing and shrinking.

    @property
    def plan(self) -> set[str]:
        """The workers that there are or will be: each is a Deployment of its own, of the same name."""
        return self._deployed

    @property
    def requested(self) -> set[str]:
        """The same: Kubernetes itself keeps starting what it was asked for."""
        return self._deployed

    def adapt(self, minimum: int, maximum: int) -> Adaptive:
        """Let the number of workers follow the work, within these bounds."""
        return Cluster.adapt(self, Adaptive=_Emptying, minimum=minimum, maximum=maximum)

    async def refresh(self) -> DaskWorkerGroup:
        """Ask Kubernetes which workers there are or will be."""
        group = await DaskWorkerGroup.get(f"{self.name}-default", namespace=self.namespace)
        self._deployed = {deployment.name for deployment in await group.deployments()}
        return group

    async def _scale(self, n: int, worker_group: str = "default") -> None:
        # Never down: the operator would choose the workers itself, and cannot empty them first.
        group = await self.refresh()
        if n > group.replicas:
            await group.scale(n)

    async def scale_down(self, workers: Iterable[str]) -> None:
        """Delete the pods of workers that have been emptied.

        Args:
            workers: Their names.
        """
        gone = 0
        for name in workers:
            with suppress(kr8s.NotFoundError):
                await (await Deployment.get(name, namespace=self.namespace)).delete()
                gone += 1
        group = await self.refresh()
        # The operator compares this number with the Deployments, and so has nothing left to do.
        await group.scale(group.replicas - gone)


class _Emptying(Adaptive):
    """Scales by Deployments: a worker ends with its pod, or Kubernetes would start it again."""

    async def target(self) -> int:
        await self.cluster.refresh()
        return int(await super().target())

    async def scale_down(self, workers: list[str]) -> None:
        await self.scheduler.retire_workers(names=workers, remove=False, close_workers=False)
        await self.cluster.scale_down(workers)


def _line(error: Exception) -> str:
    return " ".join(" ".join(map(str, error.args)).split()) or type(error).__name__
