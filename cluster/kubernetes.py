"""Scheduler and workers as pods on Kubernetes, started by the Dask operator."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from distributed import Client

from cluster.config import environment
from cluster.security import security
from cluster.settings import ClusterSettings
from data.errors import InputError

_TLS: Final = "/etc/nwatch/tls"
_PORT: Final = 8786
_PAGE: Final = 8787
_STARTING: Final = 300
"""Seconds that the operator and the scheduler's pod may take; pulling the image is most of it."""


@contextmanager
def pods(settings: ClusterSettings) -> Iterator[Client]:
    """Create a cluster of pods, give its client, and delete the pods at the end.

    Args:
        settings: Of the kind ``kubernetes``. Which cluster, and as whom, is what ``kubectl`` says here, or
            the service account of this pod.

    Yields:
        The client. Workers come as the cluster finds room for them.

    Raises:
        InputError: The extra is not installed, the operator does not answer, the scheduler does not start, or
            a certificate cannot be used.
    """
    try:
        from cluster.kubecluster import open_cluster
    except ImportError as error:
        raise InputError(
            "NWATCH_KIND is kubernetes, but what speaks to the Dask operator is not installed; "
            "install it with: pip install 'neighborhood-watch[kubernetes]'"
        ) from error
    certificates = security(settings)
    name = f"nwatch-{uuid.uuid4().hex[:8]}"
    assert certificates is not None  # the settings of this kind have a folder of them
    with (
        open_cluster(manifest(settings, name), settings, certificates, _STARTING) as cluster,
        Client(cluster) as client,
    ):
        yield client


def manifest(settings: ClusterSettings, name: str = "nwatch") -> dict[str, Any]:
    """The DaskCluster that the operator is asked for.

    Nothing in a pod listens without TLS but on the pod's own loopback address; so the health of the scheduler
    is asked from inside, and its page seen through ``kubectl port-forward``.

    Args:
        settings: Of the kind ``kubernetes``.
        name: The cluster's name.

    Returns:
        The resource, as YAML and JSON write it.
    """
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
            *("worker", f"tls://{name}-scheduler.{settings.namespace}:{_PORT}"),
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
    resources = {"cpu": "1", "memory": str(settings.memory)}
    tls = {"ca-file": "ca.pem", "cert": f"{role}.pem", "key": f"{role}.pem"}
    return {
        "name": role,
        "image": settings.image,
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
        },
        "volumeMounts": [
            {"name": "tls", "mountPath": _TLS, "readOnly": True},
            {"name": "investigations", "mountPath": str(settings.mount)},
        ],
    }


def _pod(settings: ClusterSettings, role: str, container: dict[str, Any]) -> dict[str, Any]:
    """A pod with its certificate and no other's, and with the investigations where this process sees them."""
    files = [{"key": file, "path": file} for file in ("ca.pem", f"{role}.pem")]
    return {
        "automountServiceAccountToken": False,
        "containers": [container],
        "volumes": [
            {"name": "tls", "secret": {"secretName": settings.secret, "items": files}},
            {"name": "investigations", "persistentVolumeClaim": {"claimName": settings.claim}},
        ],
    }
