"""The kind ``kubernetes``: scheduler and workers as pods, started by the Dask operator."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from cluster.config import environment
from cluster.kinds import Kind, KindSettings
from cluster.settings import ClusterSettings

if TYPE_CHECKING:
    from distributed import Client

_TLS: Final = "/etc/nwatch/tls"
_PORT: Final = 8786
_PAGE: Final = 8787
_STARTING: Final = 300
"""Seconds that the operator and the scheduler's pod may take; pulling the image is most of it."""


class Settings(KindSettings):
    """The settings of a cluster on Kubernetes.

    Attributes:
        image: The image of the pods.
        namespace: The namespace of the pods.
        claim: The persistent volume claim that holds the investigations.
        mount: Where the pods see it: the path under which this process sees the same files.
        secret: The secret with ca.pem, scheduler.pem and worker.pem.
    """

    image: str | None = None
    namespace: str = Field(default="default", pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    claim: str | None = None
    mount: Path | None = None
    secret: str = "nwatch-tls"


@contextmanager
def pods(settings: ClusterSettings) -> Iterator[Client]:
    """Create a cluster of pods, give its client, and delete the pods at the end.

    Args:
        settings: Of the kind ``kubernetes``. Which cluster is used, and as whom, is what ``kubectl`` is set
            to here, or the service account of this pod.

    Yields:
        The client. Workers start as the cluster finds room for them.

    Raises:
        InputError: The operator does not answer, the scheduler does not start, or a certificate cannot be
            used.
    """
    from distributed import Client

    from cluster.kubecluster import open_cluster
    from cluster.security import of_folder

    assert settings.tls_folder is not None  # this kind needs one
    certificates = of_folder(settings.tls_folder, ("client",))
    name = f"nwatch-{uuid.uuid4().hex[:8]}"
    with (
        open_cluster(
            manifest(settings, name), settings.of(Settings).namespace, settings, certificates, _STARTING
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def manifest(settings: ClusterSettings, name: str = "nwatch") -> dict[str, Any]:
    """The DaskCluster that the operator is asked for.

    Without TLS, a pod listens on its own loopback address only. So the scheduler's health is checked from
    inside the pod, and its page is seen through ``kubectl port-forward``.

    Args:
        settings: Of the kind ``kubernetes``.
        name: The cluster's name.

    Returns:
        The resource, as YAML and JSON write it.
    """
    own = settings.of(Settings)
    health = f"import urllib.request as u; u.urlopen('http://127.0.0.1:{_PAGE}/health', timeout=5).read()"

    def probe(**rhythm: int) -> dict[str, Any]:
        return {"exec": {"command": ["python", "-c", health]}, "timeoutSeconds": 10, **rhythm}

    scheduler = _container(
        settings,
        "scheduler",
        ["scheduler", "--host", "0.0.0.0", "--port", str(_PORT)],
        dashboard=f"127.0.0.1:{_PAGE}",
    ) | {
        "ports": [{"name": "tcp-comm", "containerPort": _PORT, "protocol": "TCP"}],
        "readinessProbe": probe(periodSeconds=5),
        "livenessProbe": probe(initialDelaySeconds=30, periodSeconds=60, failureThreshold=5),
    }
    worker = _container(
        settings,
        "worker",
        [
            *("worker", f"tls://{name}-scheduler.{own.namespace}:{_PORT}"),
            *("--name", "$(DASK_WORKER_NAME)", "--nworkers", "1", "--nthreads", "1"),
            *("--memory-limit", str(settings.worker_memory), "--death-timeout", "60"),
        ],
        dashboard="127.0.0.1:0",
    )
    selector = {"dask.org/cluster-name": name, "dask.org/component": "scheduler"}
    service = {
        "type": "ClusterIP",
        "selector": selector,
        "ports": [{"name": "tcp-comm", "protocol": "TCP", "port": _PORT, "targetPort": "tcp-comm"}],
    }
    return {
        "apiVersion": "kubernetes.dask.org/v1",
        "kind": "DaskCluster",
        "metadata": {"name": name, "labels": {"app": "neighborhood-watch"}},
        "spec": {
            "scheduler": {"spec": _pod(settings, "scheduler", scheduler), "service": service},
            "worker": {"replicas": settings.first, "spec": _pod(settings, "worker", worker)},
        },
    }


def _container(settings: ClusterSettings, role: str, command: list[str], dashboard: str) -> dict[str, Any]:
    own = settings.of(Settings)
    resources = {"cpu": "1", "memory": str(settings.memory)}
    tls = {"ca-file": "ca.pem", "cert": f"{role}.pem", "key": f"{role}.pem"}
    return {
        "name": role,
        "image": own.image,
        "command": ["dask"],
        "args": [
            *command,
            *("--dashboard-address", dashboard, "--protocol", "tls"),
            *(word for option, file in tls.items() for word in (f"--tls-{option}", f"{_TLS}/{file}")),
        ],
        "env": [{"name": key, "value": value} for key, value in environment().items()],
        "resources": {"limits": resources, "requests": dict(resources)},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            # So that a namespace of the level "restricted" takes the pod.
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumeMounts": [
            {"name": "tls", "mountPath": _TLS, "readOnly": True},
            {"name": "investigations", "mountPath": str(own.mount)},
        ],
    }


def _pod(settings: ClusterSettings, role: str, container: dict[str, Any]) -> dict[str, Any]:
    """A pod with its own certificate alone, and with the investigations under the same path as here."""
    own = settings.of(Settings)
    files = [{"key": file, "path": file} for file in ("ca.pem", f"{role}.pem")]
    return {
        "automountServiceAccountToken": False,
        "containers": [container],
        "volumes": [
            {"name": "tls", "secret": {"secretName": own.secret, "items": files}},
            {"name": "investigations", "persistentVolumeClaim": {"claimName": own.claim}},
        ],
    }


KIND: Final = Kind(
    name="kubernetes",
    settings=Settings,
    open=pods,
    more_memory="give each more (NWATCH_MEMORY)",
    where_to_look=lambda settings: f"see why with: kubectl get events -n {settings.of(Settings).namespace}",
    needed=("image", "claim", "mount", "tls_folder", "workers"),
    extra="kubernetes",
    library="cluster.kubecluster",
    waits=True,
)
