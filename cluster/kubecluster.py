"""A cluster of pods, asked of the Dask operator, with TLS. Its import needs the extra ``kubernetes``.

All that is asked of Kubernetes is a manifest that this program writes (`cluster.kubernetes`), applied with
``kr8s``. The operator's own client, dask-kubernetes, is not used: it calls the scheduler without a
certificate (its issue 857), and so does the operator when it scales a cluster down by itself. So the
connection is made here, and this process scales the cluster: it empties a worker over TLS, then deletes it.
"""

import asyncio
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpx
import kr8s
from distributed import Adaptive, Security
from distributed.core import Status, rpc
from distributed.deploy import Cluster
from distributed.utils import LoopRunner
from kr8s.asyncio.objects import Deployment, Pod, Service, new_class

from cluster.settings import ClusterSettings
from data.errors import InputError

log = logging.getLogger(__name__)

DaskCluster: Final = new_class("DaskCluster", "kubernetes.dask.org/v1")
DaskWorkerGroup: Final = new_class(
    "DaskWorkerGroup", "kubernetes.dask.org/v1", scalable=True, scalable_spec="worker.replicas"
)

_ASK_EVERY: Final = 1.0
_GOING: Final = 120.0
"""Seconds that Kubernetes may take to delete a cluster; it goes on with it afterwards."""

_FAILURES: Final = (
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
    waiting = Waiting()
    try:
        cluster = Pods(manifest, namespace, certificates, patience, waiting)
    except TimeoutError as error:
        if waiting.operator:
            raise InputError(
                f"the DaskCluster {name} was not there within {patience:g} seconds; is the operator running? "
                f"see why with: kubectl get events -n {namespace}"
            ) from error
        raise InputError(
            f"the scheduler of {name} did not start within {patience:g} seconds: {waiting.pod}; correct its "
            f"image (NWATCH_IMAGE) or secret (NWATCH_SECRET), or see: kubectl get events -n {namespace}"
        ) from error
    except _FAILURES as error:
        raise InputError(
            f"Kubernetes did not create the DaskCluster {name} in {namespace}: {_line(error)}; "
            "install the Dask operator there, and allow daskclusters to be created from here "
            "(docs/kubernetes.md)"
        ) from error
    with cluster:
        if settings.adaptive:
            cluster.follow(*settings.adaptive)
        yield cluster


class Waiting:
    """What a cluster that starts is waiting for.

    Attributes:
        operator: Whether the operator has not taken it up yet.
        pod: What Kubernetes says about the scheduler's pod.
    """

    def __init__(self) -> None:
        self.operator = True
        self.pod = "Kubernetes says nothing of its pod"


class Pods(Cluster):
    """A cluster of pods that the operator starts, with TLS.

    ``_start`` and ``_close`` are the names by which Dask's own `Cluster` wants these two steps to be given;
    it has no public ones.

    Args:
        manifest: The DaskCluster.
        namespace: Where it is created.
        certificates: What this process shows to the scheduler.
        patience: Seconds that operator and scheduler may take.
        waiting: Is told what the start waits for.
    """

    def __init__(
        self,
        manifest: dict[str, Any],
        namespace: str,
        certificates: Security,
        patience: float,
        waiting: Waiting,
    ) -> None:
        self.security = certificates
        self.namespace = namespace
        self._manifest = manifest
        self._patience = patience
        self._waiting = waiting
        self._deployed: set[str] = set()
        self._forward: Any = None
        self._runner = LoopRunner()
        self._runner.start()
        super().__init__(loop=self._runner.loop, name=manifest["metadata"]["name"], quiet=True)
        try:
            self.sync(self._start)
        except BaseException:
            self.status = Status.closed
            self._runner.stop()
            raise

    @property
    def dashboard_link(self) -> str:
        """The page of the workers, after: ``kubectl port-forward deployment/NAME-scheduler 8787``."""
        return "http://127.0.0.1:8787/status"

    async def _start(self) -> None:
        """Create the cluster and connect to its scheduler, within a time limit; deletes it if that fails."""
        resource = await DaskCluster(self._manifest, namespace=self.namespace)
        await resource.create()
        try:
            async with asyncio.timeout(self._patience):
                while not _is_running(resource):
                    await asyncio.sleep(_ASK_EVERY)
                    await resource.refresh()
                self._waiting.operator = False
                while not await self._scheduler_is_ready():
                    await asyncio.sleep(_ASK_EVERY)
                address = await self._address()
                arguments = self.security.get_connection_args("client")
                self.scheduler_comm = rpc(address, connection_args=arguments)
                await self._answer()
                await super()._start()
        except BaseException:
            if self.scheduler_comm is not None:
                await self.scheduler_comm.close_rpc()
            await self._stop_forwarding()
            with suppress(kr8s.NotFoundError):
                await resource.delete()
            raise

    async def _scheduler_is_ready(self) -> bool:
        """Whether the scheduler's one pod has passed its health check."""
        chosen = {"dask.org/cluster-name": self.name, "dask.org/component": "scheduler"}
        found = Pod.list(namespace=self.namespace, label_selector=chosen)
        pods = [pod async for pod in found if isinstance(pod, Pod)]
        for pod in pods:
            self._waiting.pod = _why_not_ready(pod.raw)
        for pod in pods:
            with suppress(kr8s.NotFoundError):  # replaced by another since it was listed
                if await pod.ready():
                    return True
        return False

    async def _address(self) -> str:
        """Where the scheduler can be reached from here: directly from a pod, else through the API server."""
        service = await Service.get(f"{self.name}-scheduler", namespace=self.namespace)
        (port,) = (port.port for port in service.spec.ports if port.name == "tcp-comm")
        if os.environ.get("KUBERNETES_SERVICE_HOST"):  # every pod has it
            host = service.spec.clusterIP
            return f"tls://[{host}]:{port}" if ":" in host else f"tls://{host}:{port}"
        self._forward = service.portforward(port, local_port="auto")
        return f"tls://127.0.0.1:{await self._forward.start()}"

    async def _answer(self) -> None:
        """Wait until the scheduler answers over TLS."""
        while True:
            try:
                await self.scheduler_comm.identity(n_workers=0)
            except OSError:
                await asyncio.sleep(_ASK_EVERY)
            else:
                return

    async def _close(self) -> None:
        """Disconnect, and delete the cluster; if that fails, it is a warning, as the work is done."""
        if self.status == Status.closed:
            return
        await super()._close()
        await self._stop_forwarding()
        reason = "Kubernetes takes long"
        try:
            async with asyncio.timeout(_GOING):
                resource = await DaskCluster.get(self.name, namespace=self.namespace)
                await resource.delete()
                while True:  # not `exists`: any failure of the API is "no" to it
                    await resource.refresh()
                    await asyncio.sleep(_ASK_EVERY)
        except kr8s.NotFoundError:
            return
        except TimeoutError:
            pass
        except _FAILURES as error:
            reason = _line(error)
        log.warning(
            "the DaskCluster %s is still there (%s); delete it with: kubectl delete daskcluster %s -n %s",
            *(self.name, reason, self.name, self.namespace),
        )

    def close(self, timeout: float | None = None) -> Any:
        """Disconnect, delete the cluster, and end the thread that spoke to it."""
        closed = super().close(timeout)
        self._runner.stop()
        return closed

    async def _stop_forwarding(self) -> None:
        if self._forward is not None:
            await self._forward.stop()
            self._forward = None

    # Growing and shrinking.

    @property
    def plan(self) -> set[str]:
        """The workers that there are or will be: each is a Deployment of its own, of the same name."""
        return self._deployed

    @property
    def requested(self) -> set[str]:
        """The same: Kubernetes itself keeps starting what it was asked for."""
        return self._deployed

    def follow(self, minimum: int, maximum: int) -> Adaptive:
        """Let the number of workers follow the work, within these bounds."""
        return self.adapt(Adaptive=_Emptying, minimum=minimum, maximum=maximum)

    async def refresh(self) -> Any:
        """Ask Kubernetes which workers there are or will be; gives their group."""
        group = await DaskWorkerGroup.get(f"{self.name}-default", namespace=self.namespace)
        chosen = {
            "dask.org/cluster-name": self.name,
            "dask.org/component": "worker",
            "dask.org/workergroup-name": group.name,
        }
        found = Deployment.list(namespace=self.namespace, label_selector=chosen)
        self._deployed = {each.name async for each in found if isinstance(each, Deployment)}
        return group

    def scale(self, n: int) -> Any:
        """Ask for more workers.

        Args:
            n: How many there are to be. Fewer than there are changes nothing: the operator would choose those
                that end itself, and cannot empty them first.
        """
        return self.sync(self._grow, n)

    async def _grow(self, n: int) -> None:
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


def _is_running(resource: Any) -> bool:
    """Whether the operator has made all that belongs to a DaskCluster."""
    return bool(resource.raw.get("status", {}).get("phase") == "Running")


def _why_not_ready(pod: dict[str, Any]) -> str:
    """What Kubernetes says about a pod that is not ready: the reason of its container, else of its place.

    Example:
        >>> _why_not_ready({"status": {"phase": "Pending"}})
        'its pod is Pending'
    """
    status = pod.get("status", {})
    for container in status.get("containerStatuses", []):
        for state in (container.get("state", {}), container.get("lastState", {})):
            for kind in ("waiting", "terminated"):
                if state.get(kind, {}).get("reason"):
                    message = state[kind].get("message", "")
                    return " ".join(f"{state[kind]['reason']} {message}".split())
    for condition in status.get("conditions", []):
        if condition.get("status") == "False" and condition.get("message"):
            return " ".join(f"{condition.get('reason', '')} {condition['message']}".split())
    return f"its pod is {status.get('phase', 'not there')}"


def _line(error: Exception) -> str:
    return " ".join(" ".join(map(str, error.args)).split()) or type(error).__name__
